package rights

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// PersonsOf returns the accounts of those who asked these; of what is no ask nobody.
func (s *Service) PersonsOf(ctx context.Context, tx *op.Tx, which []string) (all []string, err error) {
	var args db.Args
	err = tx.Each(ctx, `select distinct r.person_id from rights_ask r where r.person_id is not null and r.ask_id in `+db.In(&args, which), args, func(r db.Row) error {
		var who string
		err := r.Scan(&who)
		all = append(all, who)
		return err
	})
	return all, err
}
