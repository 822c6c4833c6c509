// Package spread counts members by where they belong, for the whole of an installation
// at once. It names nobody. How members say for whom they work is asked in one place,
// [ByWorks].
package spread

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Count is how many members of the unions of an area share something: an occupation, or
// the name that they give their company, which is as they wrote it and is not to be
// shown.
type Count struct {
	Area string
	Key  string
	N    int64
}

// ByOccupation counts members by area and occupation. Each is counted once.
func ByOccupation(ctx context.Context, tx *op.Tx) ([]Count, error) {
	return counts(ctx, tx, `select home_area, occupation, count(*) from member where state in ('active', 'kept') group by home_area, occupation`)
}

// ByWorks counts members by area and the name that they give their company. Whoever
// works for several is counted at each.
func ByWorks(ctx context.Context, tx *op.Tx) ([]Count, error) {
	return counts(ctx, tx, `select m.home_area, w.words, count(*) from member m join member_work w on w.member_id = m.member_id
		where m.state in ('active', 'kept') and w.until_day = '' and w.words <> '' group by m.home_area, w.words`)
}

func counts(ctx context.Context, tx *op.Tx, query string) ([]Count, error) {
	var all []Count
	err := tx.Each(ctx, query, nil, func(r db.Row) error {
		var c Count
		err := r.Scan(&c.Area, &c.Key, &c.N)
		all = append(all, c)
		return err
	})
	return all, err
}
