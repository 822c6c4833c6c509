package session

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Held is a worker's sign-in that waits for one thing more than what was shown.
type Held struct {
	Person string
	Way    Way
	Own    bool // the phone is the worker's alone: the session is long
	EndsAt time.Time
}

const heldColumns = `person_id, way, own, ends_at`

// Hold keeps h under the hash of its secret.
func Hold(ctx context.Context, tx *op.Tx, h Held, hash string) error {
	_, err := tx.Exec(ctx, `insert into account_held (hash, `+heldColumns+`) values ($1, $2, $3, $4, $5)`, hash, h.Person, string(h.Way), h.Own, h.EndsAt.UnixMicro())
	return err
}

// HeldBy returns what waits under the secret token; false: nothing, or no longer.
func HeldBy(ctx context.Context, tx *op.Tx, token string) (Held, bool, error) {
	return held(ctx, tx, `select `+heldColumns+` from account_held where hash = $1`, token)
}

// TakeHeld takes it away, once: another who comes with the same secret finds none.
func TakeHeld(ctx context.Context, tx *op.Tx, token string) (Held, bool, error) {
	return held(ctx, tx, `delete from account_held where hash = $1 returning `+heldColumns, token)
}

func held(ctx context.Context, tx *op.Tx, query, token string) (h Held, ok bool, err error) {
	err = tx.One(ctx, query, []any{Hash(token)}, &h.Person, &h.Way, &h.Own, db.Time(&h.EndsAt))
	if errors.Is(err, db.ErrNone) {
		return Held{}, false, nil
	}
	return h, err == nil && tx.Now().Before(h.EndsAt), err
}

// Show notes in the session whose secret is token that the worker who asks typed their
// whole identity number there. It reports whether the session is there, and theirs.
func Show(ctx context.Context, tx *op.Tx, token string) (bool, error) {
	n, err := tx.Exec(ctx, `update account_session set proven_at = $3 where hash = $1 and person_id = $2 and kind = 'worker'`, Hash(token), tx.Subject.ID, tx.Now().UnixMicro())
	return n == 1, err
}
