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

// Callers returns those of some requests that are no account's and tell who called.
func (s *Store) Callers(ctx context.Context, tx *op.Tx, which []string) (all []*request.Request, err error) {
	var args db.Args
	err = tx.Each(ctx, `select `+rootColumns+` from request where owner_id is null and (name is not null or phone is not null or phone_index is not null) and request_id in `+db.In(&args, which)+` order by request_id`, args, func(r db.Row) error {
		q, err := s.scan(r)
		all = append(all, q)
		return err
	})
	return all, err
}

// ForgetCaller drops who a request that is no account's came from, and what they said, as
// [Store.Forget] does.
func (s *Store) ForgetCaller(ctx context.Context, tx *op.Tx, which request.ID) error {
	own := `request_id = $1 and owner_id is null and not ` + hold.Held("request_id")
	for _, sql := range append(unsay(own), `update request set data_key = null, name = null, phone = null, phone_index = null, phone_ok = false where `+own) {
		if _, err := tx.Exec(ctx, sql, string(which)); err != nil {
			return err
		}
	}
	return nil
}
