package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"nuanxin/internal/account/trail"
	"nuanxin/internal/app/proof"
	"nuanxin/internal/db"
)

// signer is the key that signs the anchors.
func (a *App) signer() ed25519.PrivateKey { return a.ring.Signer("audit anchor") }

func (a *App) anchorKey() ed25519.PublicKey {
	public, _ := a.signer().Public().(ed25519.PublicKey)
	return public
}

// AuditKey returns what to keep elsewhere: the public key, and the newest anchors.
func AuditKey(ctx context.Context, c Config) (kept proof.Kept, err error) {
	if err := c.there(ctx); err != nil {
		return kept, err
	}
	ring, err := c.openRing(false)
	if err != nil {
		return kept, err
	}
	public, _ := ring.Signer("audit anchor").Public().(ed25519.PublicKey)
	report, err := VerifyAudit(ctx, c, public)
	return report.Kept, err
}

// VerifyAudit holds the audit trail against the public key alone, and against
// anchors kept elsewhere. It reads only, and opens no key file.
func VerifyAudit(ctx context.Context, c Config, public ed25519.PublicKey, earlier ...proof.Line) (report proof.Report, err error) {
	open := c.openDB()
	open.ReadOnly = true
	d, err := db.Open(ctx, open)
	if err != nil {
		return report, fmt.Errorf("the data in %s cannot be read: %w", c.where(), err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	err = d.View(ctx, func(tx *db.Tx) error {
		report, err = proof.Verify(ctx, tx, public, earlier)
		return err
	})
	return report, err
}

// verify holds the audit trail against the installation's own key, for whoever asks on
// a page: what `nuanxin audit verify` does from outside.
func (a *App) verify(ctx context.Context) (f trail.Finding, err error) {
	err = a.db.View(ctx, func(tx *db.Tx) error {
		report, err := proof.Verify(ctx, tx, a.anchorKey(), nil)
		f = trail.Finding{Rows: report.Rows, Sealed: report.Seals, Loose: report.Loose, Wrong: report.Wrong}
		return err
	})
	return f, err
}
