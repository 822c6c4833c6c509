package record

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// UnsettledOf counts the requests of a worker in which somebody has still to do something.
func (s *Store) UnsettledOf(ctx context.Context, tx *op.Tx, worker string) (n int, err error) {
	var args db.Args
	over := []request.Status{request.StatusAnswered, request.StatusSolved, request.StatusNotOurs, request.StatusWithdrawn, request.StatusMerged}
	err = tx.One(ctx, `select count(*) from request where status not in `+db.In(&args, over)+` and owner_id = `+args.Add(worker), args, &n)
	return n, err
}

// Forget drops whose the requests of a worker are: name, number, and the photos and
// voice that came from them. What was said and answered stays, as the union's record
// of the matter. The files themselves go with the next sweep, since no row names
// them. What is held (package hold) stays as it is.
func (s *Store) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	free := `not ` + hold.Held("request_id", "owner_id")
	for _, sql := range []string{
		`delete from request_attachment where by_kind = 'worker' and request_id in (select request_id from request where owner_id = $1 and ` + free + `)`,
		`update request_event set by_id = '' where by_kind = 'worker' and by_id = $1 and request_id in (select request_id from request where ` + free + `)`,
		`update request set owner_id = null, data_key = null, name = null, phone = null, phone_index = null, phone_ok = false where owner_id = $1 and ` + free,
	} {
		if _, err := tx.Exec(ctx, sql, worker); err != nil {
			return err
		}
	}
	return nil
}
