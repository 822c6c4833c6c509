package phone

import (
	"context"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Proofs returns when a code confirmed for the account the phone that a worker has now,
// and when a code that went there came back last.
func (s *Service) Proofs(ctx context.Context, tx *op.Tx, worker string) (since, last time.Time, err error) {
	var moved, in time.Time
	err = tx.One(ctx, `select p.made_at, (select max(c.ended_at) from person_phone_change c where c.person_id = p.person_id and c.state = 'done'),
		(select max(s.made_at) from account_session s where s.person_id = p.person_id and s.way = 'code')
		from person p where p.person_id = $1`, []any{worker}, db.Time(&since), db.Time(&moved), db.Time(&in))
	if moved.After(since) {
		since = moved
	}
	if last = since; in.After(last) {
		last = in
	}
	return since, last, err
}
