package intake

import (
	"context"

	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// under are the states of a list that is not done with.
const under = `('reading', 'staged', 'applying', 'undoing')`

// OpenOf counts the lists that a union is taking in.
func (s *Service) OpenOf(ctx context.Context, tx *op.Tx, union string) (n int64, err error) {
	err = tx.One(ctx, `select count(*) from member_import where union_id = $1 and state in `+under, []any{union}, &n)
	return n, err
}

// Pass gives the lists of a union to the one that takes it over, inside the operation
// that ends it: what is under way goes on there, and what is done can be looked at and
// taken back there. It returns how many were under way.
func (s *Service) Pass(ctx context.Context, tx *op.Tx, from string, into member.Union) (int64, error) {
	n, err := tx.Exec(ctx, `update member_import set union_id = $2, union_name = $3, area = $4 where union_id = $1 and state in `+under, from, into.ID, into.Name, into.Area)
	if err != nil {
		return n, err
	}
	_, err = tx.Exec(ctx, `update member_import set union_id = $2, area = $3 where union_id = $1`, from, into.ID, into.Area) // who took it in stays written
	return n, err
}

// Relocate gives the lists of a union its new area: its cadres decide about them.
func (s *Service) Relocate(ctx context.Context, tx *op.Tx, union, area string) error {
	_, err := tx.Exec(ctx, `update member_import set area = $2 where union_id = $1`, union, area)
	return err
}
