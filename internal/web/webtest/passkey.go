package webtest

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Authenticator is a device of the page's browser that makes and shows passkeys, and
// says yes to every question.
type Authenticator struct {
	p  *Page
	id webauthn.AuthenticatorID
}

// Authenticator gives the page a device for passkeys.
func (p *Page) Authenticator() *Authenticator {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{})
	p.must("turn on passkeys", err)
	got, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	p.must("add a device", err)
	return &Authenticator{p, got.AuthenticatorID}
}

// Credentials are the passkeys in the device.
func (a *Authenticator) Credentials() []*webauthn.Credential {
	a.p.t.Helper()
	got, err := chromedp.Call(a.p.ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id})
	a.p.must("read the passkeys", err)
	return got.Credentials
}

// held is a passkey as Chromium takes it; the generated type also names what it refuses.
type held struct {
	CredentialID []byte  `json:"credentialId"`
	Resident     bool    `json:"isResidentCredential"`
	RpID         string  `json:"rpId"`
	PrivateKey   []byte  `json:"privateKey"`
	UserHandle   []byte  `json:"userHandle"`
	SignCount    float64 `json:"signCount"`
}

type putHeld struct {
	AuthenticatorID webauthn.AuthenticatorID `json:"authenticatorId"`
	Credential      held                     `json:"credential"`
}

// Put puts passkeys into the device, as a copy of another would have them.
func (a *Authenticator) Put(all ...*webauthn.Credential) {
	a.p.t.Helper()
	put := cdp.Command[putHeld, cdp.Empty]{Method: webauthn.CommandAddCredential}
	for _, c := range all {
		_, err := chromedp.Call(a.p.ctx, put, putHeld{a.id, held{c.CredentialID, c.IsResidentCredential, c.RpID, c.PrivateKey, c.UserHandle, c.SignCount}})
		a.p.must("put a passkey", err)
	}
}

// Clear takes all passkeys out of the device.
func (a *Authenticator) Clear() {
	a.p.t.Helper()
	_, err := chromedp.Call(a.p.ctx, webauthn.ClearCredentials, webauthn.ClearCredentialsParams{AuthenticatorID: a.id})
	a.p.must("take the passkeys out", err)
}
