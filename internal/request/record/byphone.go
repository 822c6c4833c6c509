package record

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// ByPhone returns the requests that staff wrote down for a phone and that are no
// account's, the newest first; at most so many.
func (s *Store) ByPhone(ctx context.Context, tx *op.Tx, phone string, most int) (all []*request.Request, err error) {
	err = tx.Each(ctx, `select `+rootColumns+` from request where phone_index = $1 and owner_id is null order by request_id desc limit $2`, []any{s.Phone(phone), most}, func(r db.Row) error {
		q, err := s.scan(r)
		all = append(all, q)
		return err
	})
	return all, err
}

// Unname drops who a request that is no account's came from.
func (s *Store) Unname(ctx context.Context, tx *op.Tx, which request.ID) error {
	_, err := tx.Exec(ctx, `update request set data_key = null, name = null, phone = null, phone_index = null, phone_ok = $2 where request_id = $1 and owner_id is null and not `+hold.Held("request_id"), string(which), false)
	return err
}
