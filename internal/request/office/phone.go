package office

import (
	"context"

	"nuanxin/internal/op"
)

// This part is what accounts ask whose phone changes, inside their own operations.

// Clear reports whether a phone may come to another worker: the account other, which
// has it now, has no request ("" for none).
func (s *Service) Clear(ctx context.Context, tx *op.Tx, _, _, other string) (bool, error) {
	if other == "" {
		return true, nil
	}
	n, err := s.store.OwnedBy(ctx, tx, other)
	return n == 0, err
}

// Lose implements silence.Follower: the requests of a worker are found no more by a
// number that is another's.
func (s *Service) Lose(ctx context.Context, tx *op.Tx, worker, phone string) error {
	return s.store.Rephone(ctx, tx, worker, phone, "")
}

// Follow lets the requests of a worker be found by phone in place of old.
func (s *Service) Follow(ctx context.Context, tx *op.Tx, worker, old, phone string) error {
	return s.store.Rephone(ctx, tx, worker, old, phone)
}
