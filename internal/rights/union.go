package rights

import (
	"context"

	"nuanxin/internal/op"
)

// OpenOf counts what a union has to answer.
func (s *Service) OpenOf(ctx context.Context, tx *op.Tx, union string) (n int64, err error) {
	err = tx.One(ctx, `select count(*) from rights_ask where union_id = $1 and state = 'open'`, []any{union}, &n)
	return n, err
}

// Pass gives what a union has to answer to another, inside a transaction that ends
// the first. The dates stay. It returns how many asks they were.
func (s *Service) Pass(ctx context.Context, tx *op.Tx, from string, into Union) (int64, error) {
	return tx.Exec(ctx, `update rights_ask set union_id = $2, union_name = $3, area = $4, version = version + 1 where union_id = $1 and state = 'open'`,
		from, into.ID, into.Name, into.Area)
}

// Relocate gives what a union has to answer the union's new area: its cadres answer.
func (s *Service) Relocate(ctx context.Context, tx *op.Tx, union, area string) error {
	_, err := tx.Exec(ctx, `update rights_ask set area = $2, version = version + 1 where union_id = $1 and state = 'open'`, union, area)
	return err
}
