package record

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// OwnersIn returns the accounts of those who asked something in an area.
func (s *Store) OwnersIn(ctx context.Context, tx *op.Tx, area string) ([]string, error) {
	return owners(ctx, tx, area, ``, nil)
}

// OwnersOf returns the accounts of those who asked these, as far as they are of an area.
func (s *Store) OwnersOf(ctx context.Context, tx *op.Tx, area string, which []string) ([]string, error) {
	var args db.Args
	return owners(ctx, tx, area, ` and r.request_id in `+db.In(&args, which), args)
}

// OwnersNumbered is [Store.OwnersOf] by numbers of requests.
func (s *Store) OwnersNumbered(ctx context.Context, tx *op.Tx, area string, numbers []string) ([]string, error) {
	var args db.Args
	return owners(ctx, tx, area, ` and r.number in `+db.In(&args, numbers), args)
}

func owners(ctx context.Context, tx *op.Tx, area, where string, args db.Args) (all []string, err error) {
	if area != "" {
		from, to := authz.Range(area)
		where += ` and r.area >= ` + args.Add(from) + ` and r.area < ` + args.Add(to)
	}
	err = tx.Each(ctx, `select distinct r.owner_id from request r where r.owner_id is not null`+where, args, func(r db.Row) error {
		var who string
		err := r.Scan(&who)
		all = append(all, who)
		return err
	})
	return all, err
}
