package office

import (
	"context"

	"nuanxin/internal/op"
)

// Waits counts the matters of a worker that are not closed; an account that ends
// asks it.
func (s *Service) Waits(ctx context.Context, tx *op.Tx, worker string) (int, error) {
	return s.store.UnsettledOf(ctx, tx, worker)
}

// Forget drops whose the matters of a worker are, inside the operation that ends the
// account; see [record.Store.Forget].
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	return s.store.Forget(ctx, tx, worker)
}
