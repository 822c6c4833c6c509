package breach

import (
	"context"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// The kinds of lists that are taken out, by what stands on them.
const (
	OfMembers  = "member"  // ids of members
	OfRequests = "request" // numbers of requests
)

// Taken is a list that somebody takes out.
type Taken struct {
	id     string
	Number string // as the list's watermark says
	Area   string // of the list
	Kind   string
	Rows   []string
}

// AuthzObject implements op.Target.
func (t Taken) AuthzObject() authz.Object {
	return authz.Object{Kind: "breach_list", ID: t.id, Group: "person", Area: t.Area}
}

// Take keeps who stands on a list before it leaves the house, sealed, so that an
// incident with that list can name those whom it concerns.
func (s *Service) Take(ctx context.Context, t Taken) error {
	t.id = id.New[string]()
	_, err := op.Write(op.With(ctx, op.Call{}), s.desk, Take, func(*op.Tx) (Taken, error) { return t, nil }, func(tx *op.Tx, t Taken) (bool, error) {
		// A first line of its own: a list on which nobody stands is a list, too.
		listed, err := s.seal(strings.Join(append([]string{"listed"}, t.Rows...), "\n"), "breach_list", "listed", t.id)
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `insert into breach_list (list_id, number, area, kind, at, by_name, listed) values ($1, $2, $3, $4, $5, $6, $7)`,
			t.id, t.Number, t.Area, t.Kind, tx.Now().UnixMicro(), tx.Subject.Name, listed)
		tx.Note("list", t.Number)
		return true, err
	})
	return err
}

// Taker takes lists of a kind; number is what their watermark says.
func (s *Service) Taker(kind string) func(ctx context.Context, number, area string, rows []string) error {
	return func(ctx context.Context, number, area string, rows []string) error {
		return s.Take(ctx, Taken{Number: number, Area: area, Kind: kind, Rows: rows})
	}
}

// taken returns those who stood on the list with a number, as far as they are of the
// incident's area and it is known who they are.
func (s *Service) taken(ctx context.Context, tx *op.Tx, area, number string) ([]string, error) {
	var t Taken
	var sealed []byte
	found := false
	err := tx.Each(ctx, `select list_id, area, kind, listed from breach_list where number = $1 order by at`, []any{number}, func(r db.Row) error {
		found = true
		return r.Scan(&t.id, &t.Area, &t.Kind, &sealed)
	})
	if err != nil {
		return nil, err
	}
	if !found || !strings.HasPrefix(t.Area, area) && !strings.HasPrefix(area, t.Area) {
		var f fault.Form
		f.Add("export", "breach.export.none", nil)
		return nil, f.Err(string(Compute))
	}
	listed, err := s.open(sealed, "breach_list", "listed", t.id)
	if err != nil {
		return nil, err
	}
	rows := strings.Split(listed, "\n")[1:]
	if len(rows) == 0 {
		return nil, nil
	}
	if t.Kind == OfMembers {
		return s.Holders.Of(ctx, tx, area, "member", rows)
	}
	var all []string
	for some := range slices.Chunk(rows, 100) {
		found, err := s.Holders.Numbered(ctx, tx, area, some)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
