// Package passkey keeps the passkeys of staff (W3C Web Authentication Level 3): keys in a
// phone, a computer or a stick that sign only for this very address, so that no other site
// can ask for them. Whoever shows one by a fingerprint, a face or a PIN has shown two
// factors: what they have, and what they are or know.
//
// # What holds
//
//   - The address is the configured public one. Without it, or under a bare IP address,
//     browsers make no passkeys and there are none.
//   - Each challenge is kept here, bound to one browser, short-lived and used once
//     ([begun]). A wrong answer uses it up, too.
//   - A key is found under the person that it names, and belongs to one person alone.
//   - A counter that went back is refused and told: somebody may have a copy. Devices that
//     never count show 0, which is no sign.
//   - No attestation is asked for: what make a device is, is not our business.
//
// Everything here happens inside an operation of package account, which says who may.
package passkey

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
)

// Purposes of a challenge.
const (
	Add    = "passkey.add"
	SignIn = "passkey.sign_in"
	Second = "passkey.second"
	Prove  = "passkey.prove"
)

// Party is the site that passkeys are made for. nil: there are none.
type Party struct{ rp *webauthn.WebAuthn }

// NewParty returns the party of the site at origin, or nil where there can be none.
func NewParty(origin string) (*Party, error) {
	u, err := url.Parse(origin)
	if err != nil || origin == "" {
		return nil, err
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || u.Scheme != "https" && host != "localhost" {
		return nil, nil // browsers refuse both
	}
	rp, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "暖新 Nuanxin", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("account.passkey: %w", err)
	}
	return &Party{rp}, nil
}

// Key is one passkey as its owner sees it.
type Key struct {
	ID       string // of the credential, in base64url
	Name     string // what the owner called it
	Away     bool   // it can be used from another device, such as a phone
	MadeAt   time.Time
	UsedAt   time.Time
	ClonedAt time.Time // the last time that its counter went back

	credential webauthn.Credential
}

// Owner is whose passkeys they are.
type Owner struct {
	ID    string
	Login string
	Name  string
	Keys  []Key
}

// WebAuthnID implements webauthn.User: the person's id, which says nothing of them.
func (o Owner) WebAuthnID() []byte { return handle(o.ID) }

// WebAuthnName implements webauthn.User.
func (o Owner) WebAuthnName() string { return o.Login }

// WebAuthnDisplayName implements webauthn.User.
func (o Owner) WebAuthnDisplayName() string { return o.Name }

// WebAuthnCredentials implements webauthn.User.
func (o Owner) WebAuthnCredentials() (all []webauthn.Credential) {
	for _, k := range o.Keys {
		all = append(all, k.credential)
	}
	return all
}

func handle(person string) []byte {
	u, err := uuid.Parse(person)
	if err != nil {
		return nil
	}
	return u[:]
}

// whose is the person that a handle names, or "".
func whose(handle []byte) string {
	u, err := uuid.FromBytes(handle)
	if err != nil {
		return ""
	}
	return u.String()
}

// Claimed is the person that an answer says it is of, or "": nothing is proved by it.
func Claimed(answer string) string {
	a, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return ""
	}
	return whose(a.Response.UserHandle)
}

func transports(all []protocol.AuthenticatorTransport) string {
	var words []string
	for _, t := range all {
		if w := string(t); len(words) < 8 && len(w) <= 16 && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz-") == "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

func parseTransports(s string) (all []protocol.AuthenticatorTransport) {
	for _, w := range strings.Fields(s) {
		all = append(all, protocol.AuthenticatorTransport(w))
	}
	return all
}

func away(all []protocol.AuthenticatorTransport) bool {
	return slices.ContainsFunc(all, func(t protocol.AuthenticatorTransport) bool { return t != protocol.Internal })
}
