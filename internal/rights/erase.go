package rights

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// Forget drops the words of what a worker asked, and whose it was; that it was asked
// and answered, and when, stays in the register. What waits is taken back; so goes what is
// answered and hangs on the worker's phone. It is
// called inside the operation that ends the account.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	all, err := s.some(ctx, tx, `r.person_id = $1 and not `+hold.Held("r.person_id"), db.Args{worker})
	if err != nil {
		return err
	}
	if err := s.forget(ctx, tx, all); err != nil {
		return err
	}
	return s.forgetByPhone(ctx, tx, worker)
}

func (s *Service) forget(ctx context.Context, tx *op.Tx, all []Ask) error {
	for _, a := range all {
		b, key, err := s.fresh(a.ID) // the old key is destroyed
		if err != nil {
			return err
		}
		words, err := b.seal(plain.Forgotten, "words")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update rights_ask set person_id = null, field = '', wanted = null, was = null, proof = '', words = $2, name = null, phone = null, phone_mask = '', phone_index = '', answer = null, data_key = $4, version = version + 1,
			answered_at = coalesce(answered_at, $3), state = case when state = 'open' then 'taken' else state end where ask_id = $1`, string(a.ID), words, tx.Now().UnixMicro(), key); err != nil {
			return err
		}
	}
	return nil
}
