package member

import (
	"context"
	"slices"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// This file is what the tree of unions asks about members, in its own transactions.

// atOnce is how many unions one query names.
const atOnce = 500

// Counts returns how many members each of some unions has: who belongs to it, with
// kept memberships. One without members is left out.
func (s *Service) Counts(ctx context.Context, tx *op.Tx, unions []string) (map[string]int64, error) {
	all := map[string]int64{}
	for some := range slices.Chunk(unions, atOnce) {
		var args db.Args
		err := tx.Each(ctx, `select union_id, count(*) from member where union_id in `+db.In(&args, some)+` and state in `+db.In(&args, []State{Active, Kept})+` group by union_id`, args, func(r db.Row) error {
			var union string
			var n int64
			err := r.Scan(&union, &n)
			all[union] = n
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
