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

// Forget drops whose the requests of a worker are, and all that they said and sent:
// words, photos and voice, where exactly it was, and the keys that it was sealed with.
// What the matter was about, who worked on it and what they answered stays, as the union's
// record. The files themselves go with the next sweep, since no row names them; they open
// no more. What they said in somebody else's matter is emptied; it stood under that one's
// key. What is held (package hold) stays as it is.
func (s *Store) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	free := `not ` + hold.Held("request_id", "owner_id")
	own := `owner_id = $1 and ` + free
	for _, sql := range append(unsay(own),
		`update request_event set by_id = '', words = null where by_kind = 'worker' and by_id = $1 and request_id in (select request_id from request where `+free+`)`,
		`update request set owner_id = null, data_key = null, name = null, phone = null, phone_index = null, phone_ok = false where `+own,
	) {
		if _, err := tx.Exec(ctx, sql, worker); err != nil {
			return err
		}
	}
	return nil
}

// unsay are the statements that drop what was said and sent by whom some requests came
// from, given by a condition on rows of request, and destroy the keys that it was sealed
// with. The rows of request come first: whoever is adding words holds one, and what they
// add is there when the statement has waited for them; who comes later finds no worker.
func unsay(which string) []string {
	these := ` and request_id in (select request_id from request where ` + which + `)`
	return []string{
		`update request set said_key = null, words = null, heard = null, source = null where ` + which,
		`update request set place = null, lat = null, lng = null, cell = null where station_id is null and ` + which,
		`delete from request_attachment where ` + SaidRows + these,
		`update request_event set words = null where ` + SaidRows + these,
		`delete from request_gram where true` + these,
	}
}
