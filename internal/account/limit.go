package account

import (
	"context"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/op"
)

// SetLimit sets the limit called name from the day since on. source says by what
// rule. Only names that the migrations know are set.
func (s *Service) SetLimit(ctx context.Context, name, since string, value int64, source string) error {
	_, err := op.Write(ctx, s.desk, SetLimit, newRoot(), func(tx *op.Tx, _ root) (bool, error) {
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		tx.Note("limit", name)
		return true, l.Set(ctx, tx, name, since, value, source)
	})
	return err
}
