package station

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Hosted counts the stations in use that an organisation runs.
func (s *Service) Hosted(ctx context.Context, tx *op.Tx, host string) (n int64, err error) {
	err = tx.One(ctx, `select count(*) from station where host_id = $1 and closed_at is null`, []any{host}, &n)
	return n, err
}

// ByArea counts the public stations in use by area.
func (s *Service) ByArea(ctx context.Context, tx *op.Tx) (map[string]int64, error) {
	all := map[string]int64{}
	err := tx.Each(ctx, `select area, count(*) from station where public and closed_at is null group by area`, nil, func(r db.Row) error {
		var area string
		var n int64
		err := r.Scan(&area, &n)
		all[area] = n
		return err
	})
	return all, err
}

// Rehost gives the stations in use of one host to another, inside a transaction that
// ends the first. It returns how many they were.
func (s *Service) Rehost(ctx context.Context, tx *op.Tx, from, into string) (int64, error) {
	var all []ID
	for after := (Cursor{}); ; {
		some, err := find(ctx, tx.Tx, Filter{HostID: from, After: after, Limit: 200}, nil, "1 = 1")
		if err != nil {
			return 0, err
		}
		for _, st := range some {
			after = st.Cursor()
			all = append(all, st.ID)
			old := st
			st.HostID = into
			if st, err = update(ctx, tx, st); err != nil {
				return 0, err
			}
			announce(tx, old, st)
		}
		if len(some) < 200 {
			break
		}
	}
	if len(all) == 0 {
		return 0, nil
	}
	return int64(len(all)), touch(ctx, tx, all...)
}
