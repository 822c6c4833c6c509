package phone

import (
	"context"

	"nuanxin/internal/hold"
	"nuanxin/internal/op"
)

// Lose implements silence.Follower: a change that waits goes on, and what it tells goes
// no more to a number that is another's.
func (s *Service) Lose(ctx context.Context, tx *op.Tx, worker, _ string) error {
	_, err := tx.Exec(ctx, `update person_phone_change set old = null where person_id = $1 and state = 'waiting'`, worker)
	return err
}

// Forget drops the numbers and notes of a worker's changes; a change that waits is
// over. It is called inside the operation that ends the account.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	_, err := tx.Exec(ctx, `update person_phone_change set old = null, new = null, note = null, new_index = '', due_at = null,
		ended_at = coalesce(ended_at, $2), state = case when state = 'waiting' then 'failed' else state end where person_id = $1 and not `+hold.Held("person_id"), worker, tx.Now().UnixMicro())
	return err
}
