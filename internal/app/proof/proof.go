// Package proof holds the audit trail of a database against a public key, and
// against anchors that were kept elsewhere. It needs no key of the installation,
// so that whoever audits need not trust whoever runs it.
package proof

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Line is one signed anchor of the audit chains as it is printed. Kept where
// nobody who can write to the database can, it shows later whether the whole
// database was set back.
type Line struct {
	Group     string    `json:"group"`
	Seq       int64     `json:"seq"`
	Until     time.Time `json:"until"`
	Text      string    `json:"text"`      // what is hashed and signed
	Hash      string    `json:"hash"`      // SHA-256 of the text, in hex
	Signature []byte    `json:"signature"` // Ed25519 over the text, base64
}

// Kept is what is kept elsewhere: `nuanxin audit key --json` prints it, and the
// answers of `audit verify` and `check` contain it.
type Kept struct {
	AnchorKey string `json:"anchor_key"` // public, PEM: whoever has it can verify the rest
	Anchors   []Line `json:"anchors"`    // the newest of each group
}

// Report is what was looked at and what is wrong.
type Report struct {
	OK bool `json:"ok"`
	Kept
	Rows  int64    `json:"rows"`     // audit rows
	Seals int64    `json:"sealed"`   // anchors
	Loose int64    `json:"unsealed"` // rows that no anchor seals yet
	Wrong []string `json:"wrong"`    // places, and what is wrong there
}

// Verify reads every audit row and every anchor. The earlier anchors must still
// be there.
func Verify(ctx context.Context, tx *db.Tx, public ed25519.PublicKey, earlier []Line) (Report, error) {
	rows, wrong, err := Chains(ctx, tx)
	if err != nil {
		return Report{}, err
	}
	r, err := Anchors(ctx, tx, public, earlier)
	r.Rows, r.Wrong = rows, append(wrong, r.Wrong...)
	r.OK = len(r.Wrong) == 0
	return r, err
}

// Chains walks the audit chains alone.
func Chains(ctx context.Context, tx *db.Tx) (rows int64, wrong []string, err error) {
	rows, breaks, err := op.VerifyAudit(ctx, tx)
	return rows, words(breaks), err
}

// Anchors looks at the anchors, at what they seal and at those of earlier reports.
func Anchors(ctx context.Context, tx *db.Tx, public ed25519.PublicKey, earlier []Line) (r Report, err error) {
	found, err := op.VerifyAnchors(ctx, tx, public)
	if err != nil {
		return r, err
	}
	r.Seals, r.Loose, r.Wrong, r.Anchors = found.Anchors, found.Loose, words(found.Breaks), []Line{}
	if r.AnchorKey, err = PEM(public); err != nil {
		return r, err
	}
	for _, e := range earlier {
		why, err := e.missed(ctx, tx, public)
		if err != nil {
			return r, err
		}
		if why != "" {
			r.Wrong = append(r.Wrong, fmt.Sprintf("%s anchor %d of %s %s", e.Group, e.Seq, e.Until.UTC().Format(time.RFC3339), why))
		}
	}
	for _, l := range found.Last {
		r.Anchors = append(r.Anchors, Line{l.Group, l.Seq, l.Until.UTC(), l.Text(), hex.EncodeToString(l.Hash), l.Signature})
	}
	return r, nil
}

// missed says what is wrong with a noted anchor, or "". A note that was changed
// itself proves nothing, and is told apart from data that was set back.
func (l Line) missed(ctx context.Context, tx *db.Tx, public ed25519.PublicKey) (string, error) {
	hash, err := hex.DecodeString(l.Hash)
	if err != nil {
		return "", fmt.Errorf("%q is not the hash of an anchor", l.Hash)
	}
	if sum := sha256.Sum256([]byte(l.Text)); !strings.EqualFold(hex.EncodeToString(sum[:]), l.Hash) || !ed25519.Verify(public, []byte(l.Text), l.Signature) {
		return "as it was noted elsewhere is not signed by this key: the note was changed, or is of another installation", nil
	}
	there, err := op.HasAnchor(ctx, tx, l.Group, l.Seq, hash)
	if err != nil || there {
		return "", err
	}
	return "was noted elsewhere and is gone: the data was set back or written anew", nil
}

func words(breaks []op.Break) []string {
	list := []string{}
	for _, b := range breaks {
		list = append(list, b.String())
	}
	return list
}

// PEM is a public key as a PEM block, which openssl reads.
func PEM(public ed25519.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), err
}

// Read reads a public key from whatever it was kept as: a PEM block, the bare
// base64 between its lines, or an answer with anchor_key in it.
func Read(text string) (ed25519.PublicKey, error) {
	var kept Kept
	if json.Unmarshal([]byte(text), &kept) == nil && kept.AnchorKey != "" {
		text = kept.AnchorKey
	}
	der, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if block, _ := pem.Decode([]byte(text)); block != nil {
		der, err = block.Bytes, nil
	}
	if err != nil {
		return nil, errors.New("this is no public key: give a PEM file, an answer of audit key --json, or the key in base64")
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("this is no public key: %w", err)
	}
	public, ok := key.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("this is no Ed25519 key, with which anchors are signed")
	}
	return public, nil
}
