package assess_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/assess"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	today           = "2026-11-24"
	county, sibling = "990101", "990102"
	canary          = "只有本单位知道的薄弱处"

	drop authz.Action = "test.drop"
)

type root string

// AuthzObject implements op.Target.
func (r root) AuthzObject() authz.Object {
	return authz.Object{Kind: "test", ID: string(r), Group: "person"}
}

type world struct {
	*assess.Service
	t     *testing.T
	desk  *op.Desk
	db    *db.DB
	clock *clock.Fake
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, at, []fs.FS{op.Schema, assess.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		w := &world{t: t, db: d, clock: at, desk: op.New(d, authz.Merge(assess.Policy, authz.Rules{drop: authz.Program}))}
		w.Service = assess.NewService(w.desk, assess.Config{Ring: ring, On: []string{"identity", "bodies"}})
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

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(ctx context.Context, d assess.Draft) assess.ID {
	w.t.Helper()
	which, err := w.Write(ctx, d)
	w.ok(err)
	return which
}

func (w *world) get(ctx context.Context, which assess.ID) (assess.Entry, []assess.Saved) {
	w.t.Helper()
	e, all, err := w.Get(ctx, which)
	w.ok(err)
	return e, all
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func draft() assess.Draft {
	return assess.Draft{Kind: assess.Impact, Of: "identity", Subject: "姓名和身份证号码送去核验", Cases: []string{"share"}, Lawful: "只为核对是不是本人，本人单独同意", Effect: "号码可能外泄，" + canary, Measures: "加密传，只回对或者不对", MadeBy: "网信科", On: today}
}

func steps(all []assess.Saved) (names []string) {
	for _, s := range all {
		names = append(names, s.Step)
	}
	return names
}

// An entry is written on while it is open, each version stays, and once it is concluded
// its words stand. Looked at again, it stands until the new one is concluded.
func TestAnEntryAndTheNext(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		which := w.write(security, draft())
		d := draft()
		d.Measures, d.Review = "加密传，只回对或者不对，每月查一次记录", "2027-06-01"
		w.ok(w.Revise(security, which, 1, d))
		w.ok(w.Conclude(security, which, 2))
		e, all := w.get(security, which)
		if e.State != assess.Done || e.Measures != d.Measures || e.Review != d.Review || e.ConcludedBy != "高原" || e.WrittenBy != "高原" || !slices.Equal(steps(all), []string{"concluded", "revised", "written"}) {
			t.Fatalf("got %+v, %v", e, steps(all))
		}
		if first := all[2]; first.Measures != draft().Measures || first.Review != "2027-11-24" || first.By != "高原" || first.MadeBy != "网信科" {
			t.Errorf("the first version: got %+v", first)
		}
		if got := code(w.Revise(security, which, 3, d)); got != "conflict" {
			t.Errorf("written on after it was concluded: got %s", got)
		}
		w.clock.Set(start.AddDate(1, 0, 0))
		security = w.staff(county, authz.Security)
		next, err := w.Again(security, which, 3)
		w.ok(err)
		n, saved := w.get(security, next)
		if n.Prior != which || n.On != "2027-11-24" || n.Review != "2028-11-23" || n.Measures != d.Measures || !slices.Equal(steps(saved), []string{"again"}) {
			t.Errorf("again: got %+v, %v", n, steps(saved))
		}
		if e, _ := w.get(security, which); e.State != assess.Done || e.Next != next || !e.Overdue("2027-11-24") {
			t.Errorf("meanwhile: got %+v", e)
		}
		if _, err := w.Again(security, which, 4); code(err) != "conflict" {
			t.Errorf("again while it is being looked at: got %v", err)
		}
		w.ok(w.Conclude(security, next, 1))
		e, all = w.get(security, which)
		if e.State != assess.Over || e.EndedAt.IsZero() || e.EndWhy != "" || e.Overdue("2028-01-01") || all[0].Step != "replaced" {
			t.Errorf("replaced: got %+v, %v", e, steps(all))
		}
	})
}

// Whoever gives up a new look frees the old entry for another; what is retired says why.
func TestRetired(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		which := w.write(security, draft())
		w.ok(w.Conclude(security, which, 1))
		next, err := w.Again(security, which, 2)
		w.ok(err)
		if got := code(w.Retire(security, next, 1, " ")); got != "invalid" {
			t.Errorf("without a reason: got %s", got)
		}
		w.ok(w.Retire(security, next, 1, "写错了，重来"))
		if e, _ := w.get(security, next); e.State != assess.Over || e.EndWhy != "写错了，重来" {
			t.Errorf("got %+v", e)
		}
		e, _ := w.get(security, which)
		if e.State != assess.Done || e.Next != "" {
			t.Errorf("the old one: got %+v", e)
		}
		w.ok(w.Retire(security, which, e.Version, "不再送去核验了"))
		if got := code(w.Retire(security, which, e.Version+1, "再来一次")); got != "conflict" {
			t.Errorf("twice: got %s", got)
		}
	})
}

func TestBadEntriesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		for what, change := range map[string]func(*assess.Draft){
			"no kind":                        func(d *assess.Draft) { d.Kind = "whim" },
			"a processing that nobody knows": func(d *assess.Draft) { d.Of = "scanner" },
			"no subject":                     func(d *assess.Draft) { d.Subject = " " },
			"a long subject":                 func(d *assess.Draft) { d.Subject = strings.Repeat("长", 201) },
			"no case":                        func(d *assess.Draft) { d.Cases = nil },
			"a case that is none":            func(d *assess.Draft) { d.Cases = []string{"share", "whim"} },
			"nothing about the purpose":      func(d *assess.Draft) { d.Lawful = "" },
			"nothing about the effect":       func(d *assess.Draft) { d.Effect = "" },
			"nothing about the measures":     func(d *assess.Draft) { d.Measures = "" },
			"words without an end":           func(d *assess.Draft) { d.Measures = strings.Repeat("长", 4001) },
			"nobody made it":                 func(d *assess.Draft) { d.MadeBy = "" },
			"no day":                         func(d *assess.Draft) { d.On = "" },
			"a day to come":                  func(d *assess.Draft) { d.On = "2026-11-25" },
			"looked at again on the day":     func(d *assess.Draft) { d.Review = today },
			"looked at again in ten years":   func(d *assess.Draft) { d.Review = "2036-11-24" },
			"looked at again someday":        func(d *assess.Draft) { d.Review = "明年" },
		} {
			d := draft()
			change(&d)
			if _, err := w.Write(security, d); code(err) != "invalid" {
				t.Errorf("%s: got %v", what, err)
			}
		}
		audit := draft()
		audit.Kind = assess.Audit
		which := w.write(security, audit)
		if e, _ := w.get(security, which); e.Cases != nil || e.Review != "2028-11-23" {
			t.Errorf("an audit: got %+v", e)
		}
		audit.Of, audit.Kind = "children", assess.Impact // what it is stays
		audit.Cases = []string{"sensitive"}
		w.ok(w.Revise(security, which, 1, audit))
		if e, _ := w.get(security, which); e.Kind != assess.Audit || e.Review != "2027-11-24" {
			t.Errorf("an audit on children: got %+v", e)
		}
	})
}

// The security administrator of the area writes, the auditor reads, and nobody else knows
// of it.
func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		which := w.write(security, draft())
		for _, c := range []struct {
			who        string
			ctx        context.Context
			see, write bool
		}{
			{"the security administrator above", w.staff("99", authz.Security), true, true},
			{"the auditor above", w.staff("99", authz.Auditor), true, false},
			{"another county's", w.staff(sibling, authz.Security, authz.Auditor), false, false},
			{"a cadre", w.staff(county, authz.Cadre), false, false},
			{"an administrator", w.staff(county, authz.Admin), false, false},
			{"a worker", authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Worker}), false, false},
			{"nobody", context.Background(), false, false},
		} {
			if _, _, err := w.Get(c.ctx, which); (err == nil) != c.see {
				t.Errorf("%s reads it: got %v", c.who, err)
			}
			if r, err := w.List(c.ctx, ""); (err == nil && len(r.Entries) == 1) != c.see {
				t.Errorf("%s lists it: got %d, %v", c.who, len(r.Entries), err)
			}
			if c.write {
				w.ok(w.Revise(c.ctx, which, 1, draft()))
				continue
			}
			_, again := w.Again(c.ctx, which, 2)
			_, wrote := w.Write(c.ctx, draft())
			for what, err := range map[string]error{"revises": w.Revise(c.ctx, which, 2, draft()), "concludes": w.Conclude(c.ctx, which, 2), "retires": w.Retire(c.ctx, which, 2, "不要了不要了"), "looks again": again} {
				if code(err) != "missing" && code(err) != "denied" {
					t.Errorf("%s %s: got %v", c.who, what, err)
				}
			}
			if wrote == nil && c.who != "another county's" {
				t.Errorf("%s writes one", c.who)
			}
		}
		if _, _, err := w.Get(security, "x"); code(err) != "missing" {
			t.Errorf("no id: got %v", err)
		}
	})
}

// Of many at once one counts.
func TestAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		which := w.write(security, draft())
		one := func(what string, do func() error) {
			t.Helper()
			var all sync.WaitGroup
			got := make([]string, 4)
			for i := range got {
				all.Go(func() { got[i] = code(do()) })
			}
			all.Wait()
			slices.Sort(got)
			if !slices.Equal(got, []string{"conflict", "conflict", "conflict", "ok"}) {
				t.Errorf("%s: got %v", what, got)
			}
		}
		one("revised", func() error { return w.Revise(security, which, 1, draft()) })
		one("concluded", func() error { return w.Conclude(security, which, 2) })
		one("looked at again", func() error {
			_, err := w.Again(security, which, 3)
			return err
		})
		if _, all := w.get(security, which); len(all) != 3 {
			t.Errorf("got %v", steps(all))
		}
	})
}

// What is overdue stands on top, and what is switched on without a concluded assessment
// is a gap: of the county's own, or of one above.
func TestTheList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security, auditor := w.staff(county, authz.Security), w.staff("99", authz.Auditor)
		gaps := func(ctx context.Context) (all []string) {
			r, err := w.List(ctx, "")
			w.ok(err)
			for _, g := range r.Gaps {
				all = append(all, g.Code)
				if g.Open != "" {
					all = append(all, "open")
				}
			}
			return all
		}
		if got := gaps(security); !slices.Equal(got, []string{"identity", "bodies"}) {
			t.Errorf("at first: got %v", got)
		}
		which := w.write(security, draft())
		if got := gaps(security); !slices.Equal(got, []string{"identity", "open", "bodies"}) {
			t.Errorf("being written: got %v", got)
		}
		w.ok(w.Conclude(security, which, 1))
		for who, ctx := range map[string]context.Context{"the county": security, "the auditor above": auditor, "a town of it": w.staff(county+"001", authz.Security)} {
			if got := gaps(ctx); !slices.Equal(got, []string{"bodies"}) {
				t.Errorf("to %s: got %v", who, got)
			}
		}
		for who, ctx := range map[string]context.Context{"another county": w.staff(sibling, authz.Security), "the city": w.staff("9901", authz.Security)} {
			if got := gaps(ctx); !slices.Equal(got, []string{"identity", "bodies"}) {
				t.Errorf("to %s: got %v", who, got)
			}
		}
		d := draft()
		d.Kind, d.Of, d.Review = assess.Audit, "", "2027-11-23"
		second := w.write(security, d)
		w.ok(w.Conclude(security, second, 1))
		third := w.write(security, d)
		w.clock.Set(time.Date(2027, 11, 24, 16, 0, 0, 0, time.UTC)) // the 25th in Beijing
		r, err := w.List(w.staff(county, authz.Security), "")
		if err != nil || len(r.Overdue) != 2 || r.Overdue[0].ID != second || r.Overdue[1].ID != which || len(r.Entries) != 1 || r.Entries[0].ID != third || r.Today != "2027-11-25" {
			t.Errorf("got %+v, %v", r, err)
		}
		if len(r.Cases) != 5 || r.Cases[0].Code != "sensitive" || !strings.Contains(r.Cases[0].Source, "第五十五条") || r.Cases[0].In("fr") != r.Cases[0].In("zh-CN") || len(r.Rules) != 4 {
			t.Errorf("terms: got %+v, %+v", r.Cases, r.Rules)
		}
	})
}

// What is over goes by its day, with all that was saved; what is open or in force stays,
// and no id names what has gone. No words stand in the tables as they were written.
func TestRegisterGoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		security := w.staff(county, authz.Security)
		old := w.write(security, draft())
		w.ok(w.Conclude(security, old, 1))
		next, err := w.Again(security, old, 2)
		w.ok(err)
		w.ok(w.Conclude(security, next, 1))
		w.write(security, draft())
		w.ok(w.Retire(security, w.write(security, draft()), 1, "写重了，不要"))
		run := func(before time.Time, most int) int {
			t.Helper()
			n, err := op.Write(authz.AsSystem(t.Context(), "test"), w.desk, drop, func(*op.Tx) (root, error) { return id.New[root](), nil }, func(tx *op.Tx, _ root) (int, error) {
				return w.Drop(t.Context(), tx, before, most)
			})
			w.ok(err)
			return n
		}
		if n := run(start, 10); n != 0 {
			t.Errorf("on the day itself: got %d", n)
		}
		later := start.Add(time.Hour)
		for _, want := range []int{1, 1, 0} {
			if n := run(later, 1); n != want {
				t.Errorf("a step: got %d, want %d", n, want)
			}
		}
		var got [4]int
		w.ok(w.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select (select count(*) from assess), (select count(*) from assess_saved), (select count(*) from assess where prior_id is not null or next_id is not null), (select count(*) from assess where cast(words as text) like '%`+canary+`%')`, nil, &got[0], &got[1], &got[2], &got[3])
		}))
		if got != [4]int{2, 3, 0, 0} {
			t.Errorf("left: got %v", got)
		}
		if e, _ := w.get(security, next); e.State != assess.Done || e.Effect != draft().Effect {
			t.Errorf("in force: got %+v", e)
		}
	})
}
