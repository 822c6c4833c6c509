package breach_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// house stands in for the domains that breach needs: one worker asked something there.
type house struct{ worker string }

func (h house) In(context.Context, *op.Tx, string) ([]string, error) { return []string{h.worker}, nil }
func (h house) Of(context.Context, *op.Tx, string, string, []string) ([]string, error) {
	return nil, nil
}
func (h house) Numbered(context.Context, *op.Tx, string, []string) ([]string, error) {
	return nil, nil
}
func (h house) Contact(context.Context, *op.Tx, string) (name, phone string, err error) {
	return "", "", nil
}
func (h house) Staff(context.Context, *op.Tx, string) (string, error) { return "", nil }

const drop authz.Action = "test.drop"

// root is what the drops of these tests are done on.
type root string

// AuthzObject implements op.Target.
func (r root) AuthzObject() authz.Object {
	return authz.Object{Kind: "test", ID: string(r), Group: "person"}
}

// The register goes by the day on which an incident was closed, at most so many at a time,
// and with all that was done about it. One that is open stays however old it is, and so
// does one whose people are still kept.
func TestRegisterGoes(t *testing.T) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, breach.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		desk := op.New(d, authz.Merge(breach.Policy, authz.Rules{drop: authz.Program}))
		h := house{id.New[string]()}
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		s := breach.NewService(desk, breach.Config{Ring: ring, Holders: h, People: h})
		ctx := authz.With(t.Context(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "安管", Proven: at.Now().AddDate(1, 0, 0), Grants: []authz.Grant{{Role: authz.Security, Area: "2204"}}})
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		begin := func(area string) (breach.ID, int64) {
			which, err := s.Begin(ctx, breach.Draft{What: "一份名单发错了群", Kinds: []string{"name"}, FoundAt: at.Now()})
			ok(err)
			if area == "" {
				return which, 1
			}
			ok(s.Compute(ctx, which, 1, breach.By{Area: area}))
			return which, 2
		}
		finish := func(which breach.ID, version int64) {
			ok(s.Decide(ctx, which, version, breach.Waived, "当场收回，没有人打开"))
			ok(s.Report(ctx, which, version+1, "市网信办，电话"))
			ok(s.Close(ctx, which, version+2, "以后发名单先核对"))
		}
		for range 3 {
			finish(begin(""))
		}
		finish(begin("220402")) // with somebody whom it concerned
		begin("")               // and one that nobody closes
		at.Move(24 * time.Hour)
		finish(begin("")) // a day later
		run := func(before time.Time, most int, f func(context.Context, *op.Tx, time.Time, int) (int, error)) int {
			t.Helper()
			n, err := op.Write(authz.AsSystem(t.Context(), "test"), desk, drop, func(*op.Tx) (root, error) { return id.New[root](), nil }, func(tx *op.Tx, _ root) (int, error) {
				return f(t.Context(), tx, before, most)
			})
			ok(err)
			return n
		}
		left := func() (n [3]int) {
			ok(d.View(t.Context(), func(tx *db.Tx) error {
				return tx.One(t.Context(), `select (select count(*) from breach), (select count(*) from breach_step s where not exists (select 1 from breach b where b.breach_id = s.breach_id and b.state = 'closed')), (select count(*) from breach_person)`, nil, &n[0], &n[1], &n[2])
			}))
			return n
		}
		if n := run(start, 10, s.Drop); n != 0 {
			t.Errorf("on the day itself: got %d", n)
		}
		hour := start.Add(time.Hour)
		for _, want := range []int{2, 1, 0} { // in steps of two; the one with somebody stays
			if n := run(hour, 2, s.Drop); n != want {
				t.Errorf("a step: got %d, want %d", n, want)
			}
		}
		if got := left(); got != [3]int{3, 0, 1} { // somebody's, the open one and the day later, and no step without its incident
			t.Errorf("left: got %v", got)
		}
		if n := run(hour, 10, s.DropPersons); n != 1 {
			t.Errorf("whom it concerned: got %d", n)
		}
		if n := run(hour, 10, s.Drop); n != 1 {
			t.Errorf("then what it was: got %d", n)
		}
		if n := run(start.AddDate(100, 0, 0), 10, s.Drop); n != 1 || left()[0] != 1 {
			t.Errorf("in a hundred years: got %d, left %v; want one, and the open one left", n, left())
		}
	})
}
