package record

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// OwnedBy counts the requests of a worker.
func (s *Store) OwnedBy(ctx context.Context, tx *op.Tx, worker string) (n int, err error) {
	err = tx.One(ctx, `select count(*) from request where owner_id = $1`, []any{worker}, &n)
	return n, err
}

// IDsOf returns the ids of a worker's requests.
func (s *Store) IDsOf(ctx context.Context, tx *op.Tx, worker string) (all []string, err error) {
	err = tx.Each(ctx, `select request_id from request where owner_id = $1`, []any{worker}, func(r db.Row) error {
		var which string
		err := r.Scan(&which)
		all = append(all, which)
		return err
	})
	return all, err
}

// Rephone lets the requests of a worker that are found by the phone old be found by
// phone. A number that was left with one and is the account's is not kept beside it
// any longer: what is told about it goes where the account is.
func (s *Store) Rephone(ctx context.Context, tx *op.Tx, worker, old, phone string) error {
	index := func(number string) string { // of none there is none
		if number == "" {
			return ""
		}
		return s.Phone(number)
	}
	_, err := tx.Exec(ctx, `update request set phone = null, phone_ok = $4, phone_index = $3 where owner_id = $1 and phone_index = $2`,
		worker, index(old), index(phone), false)
	return err
}
