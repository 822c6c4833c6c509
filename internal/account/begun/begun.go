// Package begun keeps what a browser has begun and will come back with: the challenge
// of a passkey, the state of a sign-in at a provider. It is bound to a secret that only
// this browser has, ends soon, and is taken away by the first who comes with it, so that
// nothing can be replayed.
//
// All of it happens inside an operation of package account, which says who may.
package begun

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/account/session"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Put keeps data for the browser with secret, for one purpose. What it began before for
// that purpose is void.
func Put(ctx context.Context, tx *op.Tx, purpose, secret, data string, life time.Duration) error {
	_, err := tx.Exec(ctx, `
		insert into account_begun (hash, purpose, data, ends_at) values ($1, $2, $3, $4)
		on conflict (hash) do update set data = excluded.data, ends_at = excluded.ends_at`,
		session.Hash(purpose+"|"+secret), purpose, data, tx.Now().Add(life).UnixMicro())
	return err
}

// Take takes it back, once. false: there is none, it is over, or another was first.
func Take(ctx context.Context, tx *op.Tx, purpose, secret string) (data string, ok bool, err error) {
	var ends int64
	err = tx.One(ctx, `delete from account_begun where hash = $1 returning data, ends_at`, []any{session.Hash(purpose + "|" + secret)}, &data, &ends)
	if errors.Is(err, db.ErrNone) {
		return "", false, nil
	}
	if err != nil || tx.Now().UnixMicro() >= ends {
		return "", false, err
	}
	return data, true, nil
}
