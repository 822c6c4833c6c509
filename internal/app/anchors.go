package app

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// AnchorLine is one signed anchor of the audit chains as `nuanxin check --json`
// prints it. Kept where nobody who can write to the database can, it shows later
// whether the whole database was set back.
type AnchorLine struct {
	Group     string    `json:"group"`
	Seq       int64     `json:"seq"`
	Until     time.Time `json:"until"`
	Text      string    `json:"text"`      // what is hashed and signed
	Hash      string    `json:"hash"`      // SHA-256 of the text, in hex
	Signature []byte    `json:"signature"` // Ed25519 over the text, base64
}

// signer is the key that signs the anchors.
func (a *App) signer() ed25519.PrivateKey { return a.ring.Signer("audit anchor") }

// anchorKey is its public half as a PEM block, which openssl reads.
func (a *App) anchorKey() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(a.signer().Public())
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), err
}

func (a *App) checkAnchors(ctx context.Context, tx *db.Tx, earlier []AnchorLine) (seen int64, lines []AnchorLine, wrong []string, err error) {
	public, _ := a.signer().Public().(ed25519.PublicKey)
	seen, newest, breaks, err := op.VerifyAnchors(ctx, tx, public)
	if err != nil {
		return seen, nil, nil, err
	}
	for _, b := range breaks {
		wrong = append(wrong, b.String())
	}
	for _, e := range earlier {
		hash, err := hex.DecodeString(e.Hash)
		if err != nil {
			return seen, nil, nil, fmt.Errorf("%q is not the hash of an anchor", e.Hash)
		}
		there, err := op.HasAnchor(ctx, tx, e.Group, e.Seq, hash)
		if err != nil {
			return seen, nil, nil, err
		}
		if !there {
			wrong = append(wrong, fmt.Sprintf("%s anchor %d of %s was noted elsewhere and is gone: the data was set back or written anew", e.Group, e.Seq, e.Until.UTC().Format(time.RFC3339)))
		}
	}
	lines = []AnchorLine{}
	for _, l := range newest {
		lines = append(lines, AnchorLine{l.Group, l.Seq, l.Until.UTC(), l.Text(), hex.EncodeToString(l.Hash), l.Signature})
	}
	return seen, lines, wrong, nil
}
