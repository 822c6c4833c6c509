package consent_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

type world struct {
	*consent.Service
	t     *testing.T
	db    *db.DB
	desk  *op.Desk
	clock *clock.Fake
	told  []string
}

// Decided implements consent.Follower.
func (w *world) Decided(_ context.Context, _ *op.Tx, _, purpose string, given bool) error {
	w.told = append(w.told, purpose+map[bool]string{true: "+", false: "-"}[given])
	return nil
}

const store authz.Action = "test.store"

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema, consent.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		w := &world{t: t, db: d, clock: at, desk: op.New(d, authz.Merge(consent.Policy, authz.Rules{store: authz.Owner}))}
		w.Service = consent.NewService(w.desk, w)
		f(t, w)
	})
}

func worker() context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Worker})
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func (w *world) standing(ctx context.Context, purpose string) consent.Standing {
	w.t.Helper()
	all, err := w.Mine(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, st := range all {
		if st.Purpose.Purpose == purpose {
			return st
		}
	}
	w.t.Fatalf("no purpose %s", purpose)
	return consent.Standing{}
}

// what is the count of rows that a read with the condition returns for a person.
func (w *world) reads(person, purpose string) (n int) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(tx *db.Tx) error {
		return tx.One(context.Background(), `select count(*) from (select $1 as person_id) x where not `+consent.Stopped("cast(x.person_id as "+w.uuid()+")", purpose), []any{person}, &n)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// uuid is the type of an id in the database under test.
func (w *world) uuid() string {
	if strings.HasPrefix(w.db.Name(), "postgres") {
		return "uuid"
	}
	return "text"
}

// A consent is given, taken back and given again: each is a row of its own, the read
// follows at once, and whoever keeps something by it hears.
func TestTheReadFollows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me, other := worker(), worker()
		who := authz.From(me).ID
		if st := w.standing(me, consent.Call); !st.On() || len(st.History) != 0 {
			t.Errorf("at first: got %+v, want what is needed for the service on", st)
		}
		if st := w.standing(me, consent.News); st.On() {
			t.Error("at first: news is on and nobody agreed")
		}
		for i, step := range []struct {
			do   func() error
			on   bool
			rows int
		}{
			{func() error { return w.Withdraw(me, consent.Call) }, false, 1},
			{func() error { return w.Withdraw(me, consent.Call) }, false, 1}, // a second tap
			{func() error { return w.Give(me, consent.Said{Purpose: consent.Call, Version: 1}) }, true, 2},
			{func() error { return w.Give(me, consent.Said{Purpose: consent.Call, Version: 1}) }, true, 2},
			{func() error { return w.Withdraw(me, consent.Call) }, false, 3},
		} {
			w.clock.Move(time.Minute)
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			st := w.standing(me, consent.Call)
			if st.On() != step.on || len(st.History) != step.rows || (w.reads(who, consent.Call) == 1) != step.on {
				t.Errorf("step %d: got %+v and %d rows of the read; want on=%v and %d decisions", i, st.History, w.reads(who, consent.Call), step.on, step.rows)
			}
		}
		if w.reads(who, consent.Photos) != 1 || w.reads(authz.From(other).ID, consent.Call) != 1 || !w.standing(other, consent.Call).On() {
			t.Error("another purpose, or another person, stopped as well")
		}
		if got := strings.Join(w.told, " "); got != "call- call+ call-" {
			t.Errorf("followers heard %q", got)
		}
		if h := w.standing(me, consent.Call).History; !h[0].At.Equal(start.Add(time.Minute)) || h[0].Given || !h[1].Given || h[1].Way != consent.OnPage {
			t.Errorf("the history is %+v", h)
		}
	})
}

// What cannot be: to take back what is required, to agree to words that one did not
// read, to what is none, for whoever is not a worker.
func TestWhatIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := worker()
		cadre := authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Cadre, Area: "9901"}}})
		for name, c := range map[string]struct {
			err  error
			want string
		}{
			"what is required":     {w.Withdraw(me, consent.Membership), "conflict"},
			"other words":          {w.Give(me, consent.Said{Purpose: consent.News, Version: 2}), "conflict"},
			"no purpose":           {w.Withdraw(me, "nothing"), "missing"},
			"somebody else's":      {w.Withdraw(cadre, consent.Call), "missing"},
			"nobody's":             {w.Give(context.Background(), consent.Said{Purpose: consent.News, Version: 1}), "missing"},
			"what was never given": {w.Withdraw(me, consent.News), "ok"},
		} {
			if code(c.err) != c.want {
				t.Errorf("%s: got %v, want %s", name, c.err, c.want)
			}
		}
	})
}

// New words are asked for anew: whoever agreed to the old ones has agreed to those.
func TestNewWords(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := worker()
		if err := w.Give(me, consent.Said{Purpose: consent.News, Version: 1}); err != nil {
			t.Fatal(err)
		}
		err := w.db.Update(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `insert into consent_purpose (purpose, version, since, place, kinds, ground, required, separate, joins, receiver, source, words)
				values ('news', 2, '2026-11-26', 3, 'phone', 'consent', false, false, true, '', '示例', '{"zh-CN":{"name":"新说明","tick":"新的话"}}')`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if st := w.standing(me, consent.News); st.Version != 1 || st.Newer() {
			t.Errorf("before their day: got version %d", st.Version)
		}
		w.clock.Set(start.Add(48 * time.Hour))
		st := w.standing(me, consent.News)
		if st.Version != 2 || !st.Newer() || !st.On() || st.In("en").Tick != "新的话" {
			t.Errorf("on their day: got %+v", st)
		}
		if err := w.Give(me, consent.Said{Purpose: consent.News, Version: 2}); err != nil {
			t.Fatal(err)
		}
		if st := w.standing(me, consent.News); st.Newer() || len(st.History) != 2 || st.History[0].Version != 1 {
			t.Errorf("agreed anew: got %+v", st.History)
		}
	})
}

// Every purpose is whole in both languages, with its ground and its article.
func TestPurposesAreWhole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all, err := w.Mine(worker())
		if err != nil || len(all) != 9 || !all[0].Required {
			t.Fatalf("got %d purposes, %v; want nine, the required one first", len(all), err)
		}
		for _, p := range all {
			zh, en := p.In("zh-CN"), p.In("en")
			for _, words := range []consent.Words{zh, en} {
				if words.Name == "" || words.Tick == "" || words.For == "" || words.Who == "" || words.Long == "" || words.Back == "" || words.After == "" {
					t.Errorf("%s lacks words: %+v", p.Purpose.Purpose, words)
				}
			}
			if zh == en || !strings.Contains(p.Source, "个人信息保护法") || len(p.Kinds) == 0 {
				t.Errorf("%s: got %+v", p.Purpose.Purpose, p.Purpose)
			}
		}
	})
}

// Two taps at once are one decision, or two that follow each other: never one lost.
func TestTwoTapsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := worker()
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			all.Go(func() {
				if errs[i] = w.Withdraw(me, consent.Photos); i%2 == 1 {
					errs[i] = w.Give(me, consent.Said{Purpose: consent.Photos, Version: 1})
				}
			})
		}
		all.Wait()
		for _, err := range errs {
			if code(err) != "ok" && code(err) != "busy" {
				t.Error(err)
			}
		}
		st := w.standing(me, consent.Photos)
		if st.On() != (w.reads(authz.From(me).ID, consent.Photos) == 1) {
			t.Errorf("the history says on=%v and the read says otherwise", st.On())
		}
		for i := 1; i < len(st.History); i++ {
			if st.History[i].Given == st.History[i-1].Given {
				t.Errorf("two of the same after each other: %+v", st.History)
			}
		}
	})
}

// Nothing about a child is stored before a guardian agreed, nor after they took it
// back; the name is sealed.
func TestGuardian(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		wards, child, me := consent.Wards{Ring: ring}, id.New[string](), worker()
		in := func(do func(ctx context.Context, tx *op.Tx) error) error {
			_, err := op.Write(me, w.desk, store, func(tx *op.Tx) (one, error) { return one{tx.Subject.ID}, nil }, func(tx *op.Tx, _ one) (bool, error) { return true, do(me, tx) })
			return err
		}
		ward := func(born string) error {
			return in(func(ctx context.Context, tx *op.Tx) error { return consent.Ward(ctx, tx, child, born) })
		}
		for _, c := range []struct{ born, want string }{
			{"2012-11-25", "invalid"}, // thirteen, fourteen tomorrow
			{"2012-11-24", "ok"},      // fourteen today
			{"2020-02-29", "invalid"}, {"1990-01-01", "ok"}, {"", "ok"},
		} {
			if got := code(ward(c.born)); got != c.want {
				t.Errorf("born %s: got %s, want %s", c.born, got, c.want)
			}
		}
		guard := func(g consent.Guardian) error {
			return in(func(ctx context.Context, tx *op.Tx) error { return wards.Guard(ctx, tx, child, g) })
		}
		for _, g := range []consent.Guardian{{Relation: consent.Parent}, {Name: "王示例", Relation: "friend"}} {
			if code(guard(g)) != "invalid" {
				t.Errorf("%+v was taken", g)
			}
		}
		if err := guard(consent.Guardian{Name: "王示例", Relation: consent.Parent}); err != nil {
			t.Fatal(err)
		}
		if got := code(ward("2015-01-01")); got != "ok" {
			t.Errorf("with a guardian: got %s", got)
		}
		var g consent.Guardian
		var ok bool
		if err := in(func(ctx context.Context, tx *op.Tx) (err error) { g, ok, err = wards.Of(ctx, tx, child); return err }); err != nil || !ok || g.Name != "王示例" || !g.At.Equal(start) {
			t.Errorf("got %+v, %v, %v", g, ok, err)
		}
		err = w.db.View(context.Background(), func(tx *db.Tx) error {
			var rows strings.Builder
			_, err := tx.Dump(context.Background(), &rows)
			if strings.Contains(rows.String(), "王示例") {
				t.Error("the guardian's name stands in plain")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := in(func(ctx context.Context, tx *op.Tx) error { return wards.Release(ctx, tx, child) }); err != nil {
			t.Fatal(err)
		}
		if got := code(ward("2015-01-01")); got != "invalid" {
			t.Errorf("after the guardian took it back: got %s", got)
		}
	})
}

type one struct{ id string }

func (o one) AuthzObject() authz.Object {
	return authz.Object{Kind: "test", ID: o.id, Group: "person", Owner: o.id}
}
