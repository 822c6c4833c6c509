package example

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"regexp"
	"strings"

	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

const table = "request_example"

// same is the condition that the matter q is still solved, and as when e was written.
const same = `q.status = 'solved' and q.merged_into is null and q.owner_id = e.person_id and coalesce(q.closed_at, 0) = e.solved_at`

// row is how an example is named in the place of what is sealed.
func row(rid request.ID, which string) string { return string(rid) + "/" + which }

func (s *Service) some(ctx context.Context, tx *op.Tx, where string, args ...any) (all []Example, err error) {
	err = tx.Each(ctx, `select e.request_id, e.example_id, e.state, e.what, e.done, e.asked_at, q.number, e.state <> 'refused' and not (`+same+`) from request_example e join request q on q.request_id = e.request_id where `+where, args, func(r db.Row) error {
		var e Example
		var what, done []byte
		if err := r.Scan(&e.Request, &e.ID, &e.State, &what, &done, db.Time(&e.At), &e.Number, &e.over); err != nil {
			return err
		}
		err := s.open(&e.Draft, what, done, row(e.Request, e.ID))
		all = append(all, e)
		return err
	})
	return all, err
}

func (s *Service) open(d *Draft, what, done []byte, row string) (err error) {
	if d.What, err = s.store.Unseal(what, table, "what", row); err == nil {
		d.Done, err = s.store.Unseal(done, table, "done", row)
	}
	return err
}

func (s *Service) insert(ctx context.Context, tx *op.Tx, m *matter, d Draft) error {
	which := id.New[string]()
	what, err := s.store.Seal(d.What, table, "what", row(m.ID, which))
	if err != nil {
		return err
	}
	done, err := s.store.Seal(d.Done, table, "done", row(m.ID, which))
	if err != nil {
		return err
	}
	mark := make([]byte, 8)
	if _, err := rand.Read(mark); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into request_example (request_id, example_id, state, month, mark, what, done, person_id, by_id, asked_at, solved_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		m.ID, which, string(Asked), clock.Day(m.ClosedAt)[:7], hex.EncodeToString(mark), what, done, m.Owner, tx.Subject.ID, tx.Now().UnixMicro(), m.ClosedAt.UnixMicro())
	return err
}

func (s *Service) drop(ctx context.Context, tx *op.Tx, rid request.ID) error {
	n, err := tx.Exec(ctx, `delete from request_example where request_id = $1 and state <> 'refused'`, rid)
	if err == nil && n == 0 {
		err = fault.New(string(TakeBack), fault.Missing, "fault.missing")
	}
	return err
}

// decide keeps what the worker said of the words that they read.
func (s *Service) decide(ctx context.Context, tx *op.Tx, m *matter, to State) error {
	q := `update request_example set state = $3, decided_at = $4 where request_id = $1 and example_id = $2 and state <> 'refused'`
	if to == Refused {
		q = strings.Replace(q, "decided_at = $4", "decided_at = $4, what = null, done = null", 1)
	}
	n, err := tx.Exec(ctx, q, m.ID, m.ex.ID, string(to), tx.Now().UnixMicro())
	if err == nil && n == 0 {
		err = conflict(Agree, "words") // the purpose was stopped meanwhile
	}
	return err
}

func (s *Service) refuseAll(ctx context.Context, tx *op.Tx, person string) error {
	_, err := tx.Exec(ctx, `update request_example set state = 'refused', decided_at = $2, what = null, done = null where person_id = $1 and state <> 'refused'`, person, tx.Now().UnixMicro())
	return err
}

// PageSize is how many examples one page lists.
const PageSize = 20

// place is where a page begins: a month and a mark.
var place = regexp.MustCompile(`^\d{4}-\d{2}\.[0-9a-f]{16}$`)

// Answered returns what is public, the newest months first, from after on; one more than
// a page tells that there are more. That its worker agrees stands in the read itself: who
// took it back, whose account is over, and what is not solved after all, is not in it.
func (s *Service) Answered(ctx context.Context, after string) ([]Shown, error) {
	return op.List(ctx, s.desk, Answered, func(tx *op.Tx, _ op.Scope) (all []Shown, err error) {
		var args db.Args
		q := `select e.request_id, e.example_id, e.month, e.mark, e.what, e.done, q.area, q.topic from request_example e join request q on q.request_id = e.request_id
			where e.state = 'agreed' and ` + same + ` and not ` + consent.Stopped("q.owner_id", consent.Publication)
		if after != "" {
			if !place.MatchString(after) {
				return nil, fault.New(string(Answered), fault.Missing, "fault.missing")
			}
			month, mark, _ := strings.Cut(after, ".")
			m := args.Add(month)
			q += ` and (e.month < ` + m + ` or e.month = ` + m + ` and e.mark < ` + args.Add(mark) + `)`
		}
		err = tx.Each(ctx, q+` order by e.month desc, e.mark desc limit `+args.Add(PageSize+1), args, func(r db.Row) error {
			var x Shown
			var rid request.ID
			var which, mark, area string
			var what, done []byte
			if err := r.Scan(&rid, &which, &x.Month, &mark, &what, &done, &area, &x.Topic); err != nil {
				return err
			}
			x.Area, x.Mark = county(area), x.Month+"."+mark
			err := s.open(&x.Draft, what, done, row(rid, which))
			all = append(all, x)
			return err
		})
		return all, err
	})
}
