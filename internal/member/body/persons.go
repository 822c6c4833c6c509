package body

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// PersonsIn returns the accounts of members and applicants of an area, be it over.
func PersonsIn(ctx context.Context, tx *op.Tx, area string) ([]string, error) {
	return persons(ctx, tx, area, ``, nil)
}

// PersonsOf returns the accounts of these members, as far as they are of an area.
func PersonsOf(ctx context.Context, tx *op.Tx, area string, which []string) ([]string, error) {
	var args db.Args
	return persons(ctx, tx, area, ` and m.member_id in `+db.In(&args, which), args)
}

// PersonsNumbered is [PersonsOf] by numbers of members.
func PersonsNumbered(ctx context.Context, tx *op.Tx, area string, numbers []string) ([]string, error) {
	var args db.Args
	return persons(ctx, tx, area, ` and m.number in `+db.In(&args, numbers), args)
}

func persons(ctx context.Context, tx *op.Tx, area, where string, args db.Args) (all []string, err error) {
	if area != "" {
		from, to := authz.Range(area)
		where += ` and m.area >= ` + args.Add(from) + ` and m.area < ` + args.Add(to)
	}
	err = tx.Each(ctx, `select distinct m.person_id from member m where m.person_id is not null`+where, args, func(r db.Row) error {
		var who string
		err := r.Scan(&who)
		all = append(all, who)
		return err
	})
	return all, err
}
