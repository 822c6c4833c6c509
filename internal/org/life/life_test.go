package life_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/seal"
	"nuanxin/internal/workday"
)

// A Tuesday in Beijing, ten in the morning.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

type world struct {
	*life.Service
	orgs                       *org.Service
	desk                       *op.Desk
	db                         *db.DB
	clock                      *clock.Fake
	t                          *testing.T
	city, county, town, street org.ID
	days                       *workday.Calendar
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, org.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(org.Policy, life.Policy))
		w := &world{orgs: org.NewService(desk, ring), desk: desk, db: d, clock: at, t: t, days: &workday.Calendar{}}
		w.Service = life.NewService(desk, life.Config{Orgs: w.orgs, Ring: ring, Calendar: func() workday.Calendar { return *w.days }})
		w.city = w.found(org.Local, org.City, "云川市总工会", "9901", "")
		w.county = w.found(org.Local, org.County, "龙山县总工会", "990101", w.city)
		w.town = w.found(org.Local, org.Town, "南康街道总工会", "990101001", w.county)
		w.street = w.found(org.Local, org.Town, "北门街道总工会", "990101002", w.county)
		f(t, w)
	})
}

func (w *world) found(kind org.Kind, level org.Level, name, area string, parent org.ID) org.ID {
	w.t.Helper()
	made, err := w.orgs.Found(authz.AsSystem(context.Background(), "test"), org.Draft{Kind: kind, Level: level, Name: name, Area: area, Parent: parent})
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}})
}

var (
	cadre  = staff(authz.Cadre, "990101")
	leader = staff(authz.Leader, "990101")
)

func (w *world) ask() life.Ask {
	return life.Ask{Kind: org.Basic, Level: org.Grassroots, Name: "速达公司工会", Area: "990101001", Parent: w.county, Members: 40, Chair: "田示例", Years: 3, Elected: "2026-11-20", Why: "骑手都想入会"}
}

// told is what an error says: fields with their messages, a message, or a kind.
func told(err error) string {
	if err == nil {
		return "ok"
	}
	f := fault.Of(err)
	var all []string
	for _, x := range f.Fields {
		all = append(all, x.Name+":"+x.Msg)
	}
	if len(all) == 0 {
		all = append(all, f.Kind.Code()+" "+f.Msg)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatCanBeAskedFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, test := range []struct {
			about  string
			ctx    context.Context
			change func(*life.Ask)
			want   string
		}{
			{"a company's union", cadre, func(*life.Ask) {}, "ok"},
			{"the same again", cadre, func(*life.Ask) {}, "name:life.name.taken"},
			{"the same with spaces", cadre, func(a *life.Ask) { a.Name = " 速达公司工会\u200b" }, "name:life.name.taken"},
			{"of the same name elsewhere", cadre, func(a *life.Ask) { a.Parent = w.town }, "ok"},
			{"one that stands", cadre, func(a *life.Ask) {
				a.Name, a.Kind, a.Level, a.Years = "南康街道总工会", org.Local, org.Town, 5
			}, "name:life.name.taken"},
			{"next door", staff(authz.Cadre, "990102"), func(a *life.Ask) { a.Name = "别家" }, "missing fault.missing"},
			{"by a leader", leader, func(a *life.Ask) { a.Name = "别家" }, "denied fault.denied"},
			{"by nobody", context.Background(), func(a *life.Ask) { a.Name = "别家" }, "missing fault.missing"},
			{"by a worker", authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Worker}), func(a *life.Ask) { a.Name = "别家" }, "missing fault.missing"},
			{"all that can be wrong at once", cadre, func(a *life.Ask) {
				*a = life.Ask{Kind: "x", Level: "y", Area: "990101", Members: -1, Chair: "12", Years: 4, Elected: "明天"}
			}, "chair:life.name.unknown elected:life.day.past kind:org.kind.unknown kind:org.kind.unknown level:org.level.unknown members:life.members.range name:org.name.length parent:life.parent.needed years:life.years.unfit"},
			{"no union", cadre, func(a *life.Ask) { a.Kind = org.Partner; a.Name = "街道办" }, "kind:org.kind.unknown"},
			{"a group under a federation", cadre, func(a *life.Ask) { a.Kind = org.Team; a.Name = "骑手小组" }, "parent:org.parent.rank"},
			{"a leader that there is not", cadre, func(a *life.Ask) { a.Parent = id.New[org.ID](); a.Name = "别家" }, "parent:org.parent.unfit"},
			{"an election to come", cadre, func(a *life.Ask) { a.Elected = "2026-11-25"; a.Name = "别家" }, "elected:life.day.past"},
			{"a federation's term has five years", cadre, func(a *life.Ask) {
				a.Kind, a.Level, a.Name = org.Local, org.Town, "西门街道总工会"
			}, "years:life.years.unfit"},
		} {
			a := w.ask()
			test.change(&a)
			if _, err := w.AskFor(test.ctx, a); told(err) != test.want {
				t.Errorf("%s: %s, want %s", test.about, told(err), test.want)
			}
		}
	})
}

// A union stands once the leading one approves, with its first term of office.
func TestFounding(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which, err := w.AskFor(cadre, w.ask())
		w.must(err)
		f, err := w.Get(cadre, which)
		w.must(err)
		// Ten working days from Tuesday: until Tuesday in two weeks, half past five.
		if want := time.Date(2026, 12, 8, 9, 30, 0, 0, time.UTC); !f.DueAt.Equal(want) || f.Chair != "田示例" || f.Few() || f.Late(want) || !f.Late(want.Add(1)) {
			t.Errorf("asked: %+v, due %v, want %v", f, f.DueAt, want)
		}
		for _, test := range []struct {
			about string
			ctx   context.Context
			want  string
		}{
			{"who asked", cadre, "denied fault.denied"},
			{"a cadre", staff(authz.Cadre, "9901"), "denied fault.denied"},
			{"a leader of the street only", staff(authz.Leader, "990101001"), "missing fault.missing"},
			{"a leader next door", staff(authz.Leader, "990102"), "missing fault.missing"},
		} {
			if _, err := w.Approve(test.ctx, which, f.Version, ""); told(err) != test.want {
				t.Errorf("%s approves: %s, want %s", test.about, told(err), test.want)
			}
		}
		if _, err := w.Approve(leader, which, f.Version+1, ""); told(err) != "conflict life.changed" {
			t.Errorf("over somebody's change: %v", err)
		}
		made, err := w.Approve(leader, which, f.Version, "同意")
		w.must(err)
		o, err := w.orgs.Get(cadre, made)
		if err != nil || o.Name != "速达公司工会" || o.Parent != w.county || !o.Active {
			t.Errorf("founded: %+v, %v", o, err)
		}
		ts, err := w.Tenures(cadre, made)
		if err != nil || len(ts) != 1 || ts[0].Since != "2026-11-20" || ts[0].Due != "2029-11-20" || ts[0].Lead() != "田示例" {
			t.Errorf("its first term: %+v, %v", ts, err)
		}
		past, err := w.orgs.History(cadre, made)
		if err != nil || len(past) != 1 || past[0].Why != "骑手都想入会" || past[0].By != "柳婷" {
			t.Errorf("its history: %+v, %v", past, err)
		}
		if err := w.Refuse(leader, which, f.Version+1, "不同意了"); told(err) != "conflict life.changed" {
			t.Errorf("refused after it was approved: %v", err)
		}
		if err := w.Withdraw(cadre, which, f.Version+1); told(err) != "conflict life.changed" {
			t.Errorf("withdrawn after it was approved: %v", err)
		}
		if _, err := w.AskFor(cadre, w.ask()); told(err) != "name:life.name.taken" {
			t.Errorf("asked for again: %v", err)
		}
		var raw []byte
		w.must(w.db.View(t.Context(), func(tx *db.Tx) error { return tx.One(t.Context(), `select chair from org_founding`, nil, &raw) }))
		if strings.Contains(string(raw), "田") {
			t.Error("the name lies open")
		}
	})
}

// Nobody approves what they asked for, whatever else they are.
func TestNobodyApprovesTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		both := authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "一人", Grants: []authz.Grant{{Role: authz.Cadre, Area: "9901"}, {Role: authz.Leader, Area: "9901"}}})
		which, err := w.AskFor(both, w.ask())
		w.must(err)
		if _, err := w.Approve(both, which, 1, ""); told(err) != "denied life.own" {
			t.Errorf("approved: %v", err)
		}
		if err := w.Refuse(both, which, 1, "不行"); told(err) != "denied life.own" {
			t.Errorf("refused: %v", err)
		}
		if err := w.Withdraw(cadre, which, 1); told(err) != "denied life.not_yours" {
			t.Errorf("withdrawn by another: %v", err)
		}
		w.must(w.Withdraw(both, which, 1))
		if f, err := w.Get(cadre, which); err != nil || f.State != life.Withdrawn {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

// What could stand when it was asked for may not stand any more.
func TestWhatChangedMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ask()
		a.Parent = w.town
		which, err := w.AskFor(cadre, a)
		w.must(err)
		w.must(w.orgs.Close(staff(authz.Admin, "9901"), w.town, 1))
		if _, err := w.Approve(leader, which, 1, ""); told(err) != "conflict life.no_longer" {
			t.Errorf("approved under a closed union: %v", err)
		}
		if err := w.Refuse(leader, which, 1, " \u200b"); told(err) != "reason:life.reason.length" {
			t.Errorf("refused without a word: %v", err)
		}
		w.must(w.Refuse(leader, which, 1, "街道工会撤了，报到县里来"))
		f, err := w.Get(cadre, which)
		if err != nil || f.State != life.Refused || f.Reason == "" || f.Decider != "柳婷" {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

// Of several who decide at once one decides, and one union stands.
func TestDecidedOnce(t *testing.T) {
	proves.That(t, "biz-model")
	each(t, func(t *testing.T, w *world) {
		which, err := w.AskFor(cadre, w.ask())
		w.must(err)
		answers := make(chan error)
		for i := range 6 {
			go func() {
				var err error
				if i%2 == 0 {
					_, err = w.Approve(leader, which, 1, "")
				} else {
					err = w.Refuse(leader, which, 1, "再说")
				}
				answers <- err
			}()
		}
		got := map[string]int{}
		for range 6 {
			got[told(<-answers)]++
		}
		if got["ok"] != 1 || got["conflict life.changed"] != 5 {
			t.Errorf("got %v", got)
		}
		os, err := w.orgs.List(cadre, org.Filter{Kinds: []org.Kind{org.Basic}})
		f, _ := w.Get(cadre, which)
		if want := map[life.State]int{life.Approved: 1}[f.State]; err != nil || len(os) != want {
			t.Errorf("%d unions stand after %s, want %d (%v)", len(os), f.State, want, err)
		}
	})
}

// Two who ask for the same at once ask once.
func TestAskedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		answers := make(chan error)
		for range 4 {
			go func() {
				_, err := w.AskFor(cadre, w.ask())
				answers <- err
			}()
		}
		got := map[string]int{}
		for range 4 {
			got[told(<-answers)]++
		}
		if got["ok"] != 1 || got["name:life.name.taken"] != 3 {
			t.Errorf("got %v", got)
		}
	})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 3 {
			a := w.ask()
			a.Name = fmt.Sprintf("第%d家公司工会", i)
			_, err := w.AskFor(cadre, a)
			w.must(err)
		}
		page, err := w.List(leader, life.Filter{State: life.Asked, Limit: 2})
		if err != nil || len(page) != 2 || page[0].Name != "第2家公司工会" {
			t.Fatalf("%+v, %v", page, err)
		}
		if page, err = w.List(leader, life.Filter{After: page[1].ID, Limit: 2}); err != nil || len(page) != 1 || page[0].Name != "第0家公司工会" {
			t.Errorf("the page after: %+v, %v", page, err)
		}
		for about, ctx := range map[string]context.Context{"next door": staff(authz.Leader, "990102"), "a host": staff(authz.Host, "990101"), "nobody": context.Background()} {
			if page, err := w.List(ctx, life.Filter{}); err != nil || len(page) != 0 {
				t.Errorf("%s reads %+v, %v", about, page, err)
			}
		}
		if _, err := w.Get(leader, "x"); told(err) != "missing fault.missing" {
			t.Errorf("no id: %v", err)
		}
	})
}

// An application of a year whose holidays are not published gets its date once they are.
func TestRenew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.clock.Set(time.Date(2026, 12, 28, 2, 0, 0, 0, time.UTC))
		which, err := w.AskFor(cadre, w.ask())
		w.must(err)
		if f, _ := w.Get(cadre, which); !f.DueAt.IsZero() {
			t.Fatalf("a date was guessed: %v", f.DueAt)
		}
		system := authz.AsSystem(t.Context(), "test")
		if n, err := w.Renew(system); n != 0 || err != nil {
			t.Errorf("renewed %d, %v before anything was published", n, err)
		}
		next, err := w.days.WithYear(2027, nil)
		w.must(err)
		*w.days = next
		if n, err := w.Renew(system); n != 1 || err != nil {
			t.Errorf("renewed %d, %v", n, err)
		}
		if f, _ := w.Get(cadre, which); f.DueAt.IsZero() {
			t.Error("there is no date")
		}
		if n, err := w.Renew(system); n != 0 || err != nil {
			t.Errorf("renewed %d again, %v", n, err)
		}
		if _, err := w.Renew(leader); told(err) != "denied fault.denied" {
			t.Errorf("by a leader: %v", err)
		}
	})
}
