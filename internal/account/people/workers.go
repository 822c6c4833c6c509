package people

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Workers returns those of some ids that are accounts of workers.
func Workers(ctx context.Context, tx *op.Tx, ids []string) (all []string, err error) {
	var args db.Args
	err = tx.Each(ctx, `select person_id from person where kind = 'worker' and person_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var who string
		err := r.Scan(&who)
		all = append(all, who)
		return err
	})
	return all, err
}
