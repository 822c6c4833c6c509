package hold_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const county, sibling, canary = "990101", "990102", "（2026）示法证字第 7 号"

// shelf has one matter and one account.
type shelf struct{ matter, account string }

// Find implements hold.Subjects.
func (s shelf) Find(_ context.Context, _ *op.Tx, kind hold.Kind, number string) (hold.Subject, error) {
	switch {
	case kind == hold.Matter && number == "2026-1":
		return hold.Subject{Kind: kind, ID: s.matter, Area: county, Called: number}, nil
	case kind == hold.Account && number == "19900000001":
		return hold.Subject{Kind: kind, ID: s.account}, nil
	}
	return hold.Subject{}, fault.New("test", fault.Missing, "fault.missing")
}

type world struct {
	*hold.Service
	shelf
	t     *testing.T
	db    *db.DB
	clock *clock.Fake
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		w := &world{t: t, db: d, clock: at, shelf: shelf{id.New[string](), id.New[string]()}}
		w.Service = hold.NewService(op.New(d, hold.Policy), ring, w.shelf)
		f(t, w)
	})
}

func (w *world) staff(area string, roles ...authz.Role) context.Context {
	s := authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "高原", Proven: w.clock.Now().Add(time.Hour)}
	for _, r := range roles {
		s.Grants = append(s.Grants, authz.Grant{Role: r, Area: area})
	}
	return authz.With(context.Background(), s)
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func draft(until string) hold.Draft {
	return hold.Draft{Kind: hold.Matter, Number: "2026-1", Basis: "court", Reason: canary + "保全", Until: until}
}

// held reports whether a statement that deletes passes a thing by.
func (w *world) held(which string) (is bool) {
	w.t.Helper()
	err := w.db.Update(context.Background(), func(tx *db.Tx) error {
		n, err := tx.Exec(context.Background(), `delete from hold_step where hold_id = $1 and `+hold.Held("hold_id"), "01a20000-0000-7000-8000-0000000000ff")
		if err != nil || n != 0 {
			return err
		}
		return tx.Each(context.Background(), `select 1 from hold h where h.subject_id = $1 and `+hold.Held("h.subject_id"), []any{which}, func(db.Row) error {
			is = true
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return is
}

// A hold has an end, is renewed with a reason, and lets go by its day or by word.
func TestAHoldHoldsUntilItsDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security, system := w.staff(county, authz.Security), authz.AsSystem(context.Background(), "test")
		which, err := w.Set(security, draft("2027-03-01"))
		if err != nil || !w.held(w.matter) || w.held(w.account) {
			t.Fatalf("got %v, held %v", err, w.held(w.matter))
		}
		h, steps, err := w.Get(security, which)
		if err != nil || h.Reason != canary+"保全" || h.Called != "2026-1" || h.SetBy != "高原" || len(steps) != 1 || steps[0].Reason != h.Reason {
			t.Fatalf("got %+v, %+v, %v", h, steps, err)
		}
		w.clock.Set(time.Date(2027, 3, 1, 15, 59, 0, 0, time.UTC)) // one minute before the day is over in Beijing
		if n, err := w.Sweep(system); n != 0 || err != nil || !w.held(w.matter) {
			t.Errorf("on its last day: got %d, %v", n, err)
		}
		security = w.staff(county, authz.Security)
		if err := w.Renew(security, which, 1, "2027-06-30", "法院续保，"+canary); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(time.Date(2027, 6, 30, 16, 0, 0, 0, time.UTC))
		if got := code(w.Renew(w.staff(county, authz.Security), which, 2, "2027-09-01", "晚了一天再续")); got != "conflict" {
			t.Errorf("renewed after its day: got %s", got)
		}
		if n, err := w.Sweep(system); n != 1 || err != nil || w.held(w.matter) {
			t.Errorf("after its day: got %d, %v", n, err)
		}
		if n, err := w.Sweep(system); n != 0 || err != nil {
			t.Errorf("again: got %d, %v", n, err)
		}
		if _, err := w.Set(w.staff(county, authz.Security), draft("2027-09-01")); err != nil {
			t.Errorf("anew: got %v", err)
		}
	})
}

// Who ends one says why, once, and what they looked at.
func TestAHoldEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		which, err := w.Set(security, draft("2027-03-01"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			what, want string
			do         func() error
		}{
			{"without a reason", "invalid", func() error { return w.End(security, which, 1, " ") }},
			{"an older version", "conflict", func() error { return w.End(security, which, 7, "案子结了") }},
			{"of another county", "missing", func() error { return w.End(w.staff(sibling, authz.Security), which, 1, "案子结了") }},
			{"a cadre", "missing", func() error { return w.End(w.staff(county, authz.Cadre), which, 1, "案子结了") }},
			{"who also handles matters", "denied", func() error { return w.End(w.staff(county, authz.Security, authz.Cadre), which, 1, "案子结了") }},
			{"no id", "missing", func() error { return w.End(security, "x", 1, "案子结了") }},
			{"rightly", "ok", func() error { return w.End(security, which, 1, "案子结了") }},
			{"twice", "conflict", func() error { return w.End(security, which, 2, "案子结了") }},
		} {
			if got := code(c.do()); got != c.want && (c.want != "missing" || got != "denied") {
				t.Errorf("%s: got %s, want %s", c.what, got, c.want)
			}
		}
		if h, steps, err := w.Get(security, which); err != nil || h.EndedBy != "高原" || h.EndWhy != "案子结了" || len(steps) != 2 || w.held(w.matter) {
			t.Errorf("got %+v, %d steps, %v", h, len(steps), err)
		}
	})
}

func TestBadHoldsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		with := func(change func(*hold.Draft)) hold.Draft {
			d := draft("2027-03-01")
			change(&d)
			return d
		}
		for what, d := range map[string]hold.Draft{
			"no day":             draft(""),
			"a day that is over": draft("2026-11-23"),
			"no end in sight":    draft("2036-01-01"),
			"no date":            draft("明年"),
			"no reason":          with(func(d *hold.Draft) { d.Reason = "" }),
			"no ground":          with(func(d *hold.Draft) { d.Basis = "whim" }),
			"no kind":            with(func(d *hold.Draft) { d.Kind = "all" }),
			"no such matter":     with(func(d *hold.Draft) { d.Number = "2026-2" }),
			"a long reason":      with(func(d *hold.Draft) { d.Reason = strings.Repeat("长", 501) }),
		} {
			if _, err := w.Set(security, d); code(err) != "invalid" {
				t.Errorf("%s: got %v", what, err)
			}
		}
		for what, ctx := range map[string]context.Context{"a cadre": w.staff(county, authz.Cadre), "an administrator": w.staff(county, authz.Admin), "another county": w.staff(sibling, authz.Security),
			"who also handles matters": w.staff(county, authz.Security, authz.Cadre), "a worker": authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Worker}), "nobody": context.Background()} {
			if _, err := w.Set(ctx, draft("2027-03-01")); code(err) == "ok" {
				t.Errorf("%s holds a matter", what)
			}
		}
		if all, err := w.List(security, ""); err != nil || len(all) != 0 {
			t.Errorf("got %d, %v", len(all), err)
		}
		d := hold.Draft{Kind: hold.Account, Number: "19900000001", Basis: "criminal", Reason: "调证", Until: "2026-12-24"}
		if _, err := w.Set(security, d); code(err) != "invalid" {
			t.Error("a reason of two letters")
		}
		d.Reason = "公安调取证据"
		if _, err := w.Set(security, d); err != nil || !w.held(w.account) {
			t.Errorf("an account: got %v", err)
		}
		if all, err := w.List(w.staff(sibling, authz.Security), ""); err != nil || len(all) != 0 {
			t.Errorf("another county reads %d, %v", len(all), err)
		}
	})
}

// Of many at once one is set, and of many renewals one counts.
func TestHoldsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		count := func(do func(i int) error) (n int) {
			var all sync.WaitGroup
			got := make([]string, 4)
			for i := range got {
				all.Go(func() { got[i] = code(do(i)) })
			}
			all.Wait()
			for _, c := range got {
				if c == "ok" {
					n++
				} else if c != "conflict" {
					t.Errorf("got %s", c)
				}
			}
			return n
		}
		var which hold.ID
		var guard sync.Mutex
		if n := count(func(int) error {
			made, err := w.Set(security, draft("2027-03-01"))
			if err == nil {
				guard.Lock()
				which = made
				guard.Unlock()
			}
			return err
		}); n != 1 {
			t.Errorf("%d were set", n)
		}
		days := []string{"2027-04-01", "2027-04-02", "2027-04-03", "2027-04-04"}
		if n := count(func(i int) error { return w.Renew(security, which, 1, days[i], "同时续期试试") }); n != 1 {
			t.Errorf("%d were renewed", n)
		}
		if h, steps, err := w.Get(security, which); err != nil || !slices.Contains(days, h.Until) || len(steps) != 2 {
			t.Errorf("got %+v, %d steps, %v", h, len(steps), err)
		}
	})
}

// What a restored database does not know is held again; what it knows stays.
func TestRedo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security, system := w.staff(county, authz.Security), authz.AsSystem(context.Background(), "test")
		which, err := w.Set(security, draft("2027-03-01"))
		if err != nil {
			t.Fatal(err)
		}
		line := func(of string, which hold.ID, until string, ended bool) hold.Changed {
			return hold.Changed{ID: which, Kind: hold.Matter, Of: of, Area: county, Called: "2026-1", Basis: "court", From: "2026-11-24", Until: until, Ended: ended}
		}
		lost, over := id.New[string](), id.New[string]()
		journal := []hold.Changed{line(w.matter, which, "2027-03-01", false), line(lost, "01a20000-0000-7000-8000-00000000000a", "2027-01-01", false),
			line(lost, "01a20000-0000-7000-8000-00000000000a", "2027-02-01", false), line(over, "01a20000-0000-7000-8000-00000000000b", "2026-11-01", false)}
		if n, err := w.Redo(system, journal); n != 1 || err != nil || !w.held(lost) || w.held(over) || !w.held(w.matter) {
			t.Errorf("got %d, %v", n, err)
		}
		if n, err := w.Redo(system, journal); n != 0 || err != nil {
			t.Errorf("again: got %d, %v", n, err)
		}
		if h, _, err := w.Get(security, "01a20000-0000-7000-8000-00000000000a"); err != nil || h.Until != "2027-02-01" {
			t.Errorf("got %+v, %v", h, err)
		}
		if n, err := w.Redo(system, append(journal, line(w.matter, which, "2027-03-01", true))); n != 1 || err != nil || w.held(w.matter) {
			t.Errorf("ended meanwhile: got %d, %v", n, err)
		}
		var plain strings.Builder
		if err := w.db.View(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Dump(context.Background(), &plain)
			return err
		}); err != nil || strings.Contains(plain.String(), canary) {
			t.Errorf("a reason stands in plain: %v", err)
		}
	})
}
