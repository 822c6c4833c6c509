package merge_test

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
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/member"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	county, sibling = "990101", "990102"
	document        = "11010519491231002X"
)

// around is the rest of the house: unions by county, the phones of accounts, and
// organisations.
type around map[string]string

func (around) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	code := area[:min(6, len(area))]
	return member.Union{ID: id.Of[string](code), Name: "工会" + code, Area: code}, nil
}

func (a around) Contact(_ context.Context, _ *op.Tx, who string) (name, phone string, err error) {
	return "", a[who], nil
}

func (around) Called(context.Context, *op.Tx, string) (string, error) { return "某平台工会", nil }

func (around) Waits(context.Context, *op.Tx, string) (int, error) { return 2, nil }

type world struct {
	*member.Service
	t      *testing.T
	merge  *merge.Service
	roll   *roll.Service
	db     *db.DB
	desk   *op.Desk
	clock  *clock.Fake
	phones around
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema, consent.Schema, job.Schema, member.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: d, clock: at, phones: around{}, desk: op.New(d, member.Policy)}
		w.Service = member.NewService(w.desk, member.Config{Ring: ring, People: w.phones, Orgs: w.phones, Bodies: w.phones, Posts: east{}})
		w.merge, w.roll = merge.New(w.desk, w.Service, w.phones), roll.New(w.desk, w.Service)
		f(t, w)
	})
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}})
}

var (
	cadre  = staff(authz.Cadre, county)
	city   = staff(authz.Cadre, "9901")
	system = authz.AsSystem(context.Background(), "test")
)

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	if f := fault.Of(err); f.Kind == fault.Conflict {
		return f.Msg
	}
	return fault.KindOf(err).Code()
}

// worker is somebody with a phone of their own.
func (w *world) worker(phone string) context.Context {
	who := id.New[string]()
	w.phones[who] = phone
	return authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Worker})
}

// apply sends an application; agrees are purposes beside the one that is needed.
func (w *world) apply(ctx context.Context, name, number, area string, agrees ...string) member.ID {
	w.t.Helper()
	a := member.Application{Name: name, Document: number, Occupation: member.Rider, Works: []work.Said{{Name: "某平台"}}, Area: area + "001", Consents: []member.Consent{{Purpose: "membership", Version: 1}}}
	for _, p := range agrees {
		a.Consents = append(a.Consents, member.Consent{Purpose: p, Version: 1})
	}
	r, err := w.Apply(ctx, a)
	w.must(err)
	return r.ID
}

func (w *world) join(ctx context.Context, name, number, area string, agrees ...string) member.ID {
	w.t.Helper()
	which := w.apply(ctx, name, number, area, agrees...)
	w.must(w.Approve(city, which, 1))
	return which
}

func (w *world) get(which member.ID) roll.File {
	w.t.Helper()
	f, err := w.roll.Get(city, which)
	w.must(err)
	return f
}

func (w *world) order(keep, gone member.ID, take ...merge.Field) merge.Order {
	return merge.Order{Keep: keep, Gone: gone, KeepVersion: w.get(keep).Version, GoneVersion: w.get(gone).Version, Take: take, Why: "打电话问过，是同一个人"}
}

func (w *world) merged(keep, gone member.ID, take ...merge.Field) {
	w.t.Helper()
	_, err := w.merge.Merge(city, w.order(keep, gone, take...))
	w.must(err)
}

func (w *world) undo(which member.ID) error {
	_, err := w.merge.Undo(city, which, "本人说不是一个人")
	return err
}

// kinds are what a history tells.
func kinds(f roll.File) string {
	var all []string
	for _, t := range f.Terms {
		s := string(t.Kind)
		if t.Of != "" {
			s += "*"
		}
		all = append(all, s)
	}
	return strings.Join(all, " ")
}

func agreed(f roll.File) string {
	var all []string
	for _, g := range f.Consents {
		if g.WithdrawnAt.IsZero() {
			all = append(all, g.Purpose)
		}
	}
	return strings.Join(all, " ")
}

// One record has what both had, leads from all that led to either, and both are as
// they were when that is taken back.
func TestMergeAndUndo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.worker("13900000001"), w.worker("13900000002")
		a := w.join(one, "张三丰", document, county, "document", "news")
		b := w.join(two, "張三豐", "", sibling)
		platform := id.New[string]()
		w.must(w.Tie(city, b, member.OfPlatform, platform, "2026-11-01"))
		wasA, wasB := w.get(a), w.get(b)
		w.clock.Move(time.Hour)
		w.merged(a, b, merge.Name, merge.Number)

		kept := w.get(a)
		if kept.Name != "張三豐" || kept.Number != wasB.Number || kept.Document != wasA.Document || kept.Phone != wasA.Phone || kept.Union != wasA.Union {
			t.Errorf("got %+v, want name and number of the other, the rest its own", kept.Member)
		}
		if got := kinds(kept); got != "join join* merge*" {
			t.Errorf("got the history %q, want that of both", got)
		}
		if got := agreed(kept); got != "document membership" {
			t.Errorf("got agreed to %q, want no news: the other did not agree", got)
		}
		if len(kept.Ties) != 1 || kept.Ties[0].Org != platform || kept.Ties[0].From != "2026-11-01" || kept.Ties[0].Until != "" {
			t.Errorf("got ties %+v, want the other's from its own day", kept.Ties)
		}
		gone := w.get(b)
		if gone.State != member.Merged || gone.Into != a || gone.Number != wasB.Number {
			t.Errorf("got %+v, want it kept and leading to the other", gone.Member)
		}
		for _, no := range []string{wasA.Number, wasB.Number} {
			if m := w.byNumber(no); m.ID != a {
				t.Errorf("number %s leads to %s, want the kept record", no, m.ID)
			}
		}
		if _, err := w.Apply(w.worker("13900000002"), member.Application{Name: "张三丰", Occupation: member.Rider, Area: county + "001", Consents: []member.Consent{{Purpose: "membership", Version: 1}}}); code(err) != "member.already" {
			t.Errorf("the other's phone again: got %v, want told", err)
		}
		if own, err := w.Mine(two); err != nil || own.State != member.Merged {
			t.Errorf("the other account: got %+v, %v; want it to see that it was merged", own.State, err)
		}

		w.clock.Move(24 * time.Hour)
		w.must(w.Keep(city, a, w.get(a).Version, "这个月没有活"))
		w.must(w.undo(b))
		nowA, nowB := w.get(a), w.get(b)
		if nowA.Name != wasA.Name || nowA.Number != wasA.Number || agreed(nowA) != agreed(wasA) || nowA.State != member.Kept || len(lasting(nowA)) != 0 {
			t.Errorf("the kept one: got %+v, ties %+v; want it as it was, and what happened since", nowA.Member, nowA.Ties)
		}
		if nowB.State != member.Active || nowB.Into != "" || nowB.Number != wasB.Number || nowB.Name != wasB.Name || len(lasting(nowB)) != 1 {
			t.Errorf("the other: got %+v, ties %+v; want it as it was", nowB.Member, nowB.Ties)
		}
		if got := kinds(nowA) + "; " + kinds(nowB); got != "join keep; join merge part" {
			t.Errorf("got the histories %q: nothing in them goes", got)
		}
		if m := w.byNumber(wasB.Number); m.ID != b {
			t.Errorf("the number of the other leads to %s, want it back", m.ID)
		}
		if err := w.undo(b); code(err) != "member.twin.apart" {
			t.Errorf("twice: got %v", err)
		}
	})
}

func lasting(f roll.File) (all []member.Tie) {
	return slices.DeleteFunc(slices.Clone(f.Ties), func(t member.Tie) bool { return t.Until != "" })
}

func (w *world) byNumber(no string) (m member.Member) {
	w.t.Helper()
	m, err := op.List(city, w.desk, member.List, func(tx *op.Tx, _ op.Scope) (member.Member, error) { return w.AskNumber(city, tx, no) })
	w.must(err)
	return m
}

// Of two cadres who merge the same two at once, either way, one does.
func TestTwoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.join(w.worker("13900000001"), "张三", "", county), w.join(w.worker("13900000002"), "張三", "", county)
		orders := []merge.Order{w.order(a, b), w.order(b, a), w.order(a, b), w.order(b, a)}
		codes := w.together(len(orders), func(i int) error {
			_, err := w.merge.Merge(city, orders[i])
			return err
		})
		if strings.Count(codes, "ok") != 1 {
			t.Errorf("got %s, want one", codes)
		}
		if s := []member.State{w.get(a).State, w.get(b).State}; !slices.Contains(s, member.Merged) || !slices.Contains(s, member.Active) {
			t.Errorf("got %v, want one of each", s)
		}
	})
}

func (w *world) together(n int, do func(int) error) string {
	var wait sync.WaitGroup
	all := make([]string, n)
	for i := range n {
		wait.Go(func() { all[i] = code(do(i)) })
	}
	wait.Wait()
	slices.Sort(all)
	return strings.Join(all, " ")
}

// An applicant is approved and merged at once: one of both happens, and holds.
func TestDuringApproval(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.join(w.worker("13900000001"), "张三", "", county)
		b := w.apply(w.worker("13900000002"), "张三", "", county)
		o := w.order(a, b)
		codes := w.together(2, func(i int) error {
			if i == 0 {
				return w.Approve(city, b, o.GoneVersion)
			}
			_, err := w.merge.Merge(city, o)
			return err
		})
		if codes != "member.changed ok" {
			t.Errorf("got %s, want one of both", codes)
		}
		if got := w.get(b); got.State == member.Merged && got.Number != "" || got.State == member.Active && got.Number == "" {
			t.Errorf("got %+v, want whole what happened", got.Member)
		}
	})
}

// A into B, B into C: the last one is taken back first, and all three come back.
func TestChain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var ids [3]member.ID
		for i, phone := range []string{"13900000001", "13900000002", "13900000003"} {
			ids[i] = w.join(w.worker(phone), "张三", "", county)
		}
		a, b, c := ids[0], ids[1], ids[2]
		was := w.get(a).Number
		w.merged(b, a)
		w.clock.Move(time.Minute)
		w.merged(c, b)
		if m := w.byNumber(was); m.ID != c {
			t.Errorf("the first number leads to %s, want the last record", m.ID)
		}
		if got := kinds(w.get(c)); strings.Count(got, "join") != 3 {
			t.Errorf("got the history %q, want that of all three", got)
		}
		if err := w.undo(a); code(err) != "member.twin.order" {
			t.Errorf("the first before the last: got %v, want refused", err)
		}
		w.must(w.undo(b))
		if m := w.byNumber(was); m.ID != b {
			t.Errorf("after the last was undone the first number leads to %s, want the one between", m.ID)
		}
		w.must(w.undo(a))
		for _, which := range ids {
			if f := w.get(which); f.State != member.Active || w.byNumber(f.Number).ID != which {
				t.Errorf("got %+v, want it as it was", f.Member)
			}
		}
	})
}

// Whose account ended is not merged; and a merger of who ended theirs is not undone.
func TestErased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.worker("13900000001"), w.worker("13900000002")
		a, b := w.join(one, "张三", "", county), w.join(two, "張三", "", county)
		c := w.join(w.worker("13900000003"), "张三", "", county)
		w.merged(a, b)
		w.forget(one)
		if err := w.undo(b); code(err) != "member.twin.erased" {
			t.Errorf("undo: got %v, want refused", err)
		}
		if _, err := w.merge.Merge(city, w.order(c, a)); code(err) != "member.twin.erased" {
			t.Errorf("merge: got %v, want refused", err)
		}
		w.must(w.db.View(t.Context(), func(tx *db.Tx) error {
			var n int
			err := tx.One(t.Context(), `select count(*) from member where before is not null`, nil, &n)
			if n != 0 {
				t.Errorf("got %d sealed texts of what was, want none", n)
			}
			return err
		}))
	})
}

func (w *world) forget(ctx context.Context) {
	w.t.Helper()
	who := authz.From(ctx).ID
	w.must(w.write(func(tx *op.Tx) error { return w.Forget(ctx, tx, who) }))
}

// write runs a part of another domain's operation.
func (w *world) write(do func(*op.Tx) error) error {
	_, err := op.Write(system, w.desk, member.Seek, func(*op.Tx) (root, error) { return root(id.New[string]()), nil }, func(tx *op.Tx, _ root) (bool, error) { return true, do(tx) })
	return err
}

type root string

// AuthzObject implements op.Target.
func (r root) AuthzObject() authz.Object {
	return authz.Object{Kind: "test", ID: string(r), Group: "member"}
}

// What the merger wrote and somebody changed since has no way back, and is named.
func TestTouched(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.worker("13900000001"), w.worker("13900000002")
		a, b := w.join(one, "张三", "", county), w.join(two, "張三", "", county)
		w.forgetAccount(a)
		w.merged(a, b)
		if f := w.get(a); f.Person != authz.From(two).ID || f.Phone != "139****0002" {
			t.Fatalf("got %+v, want the account and its phone", f.Member)
		}
		who := authz.From(two).ID
		w.must(w.write(func(tx *op.Tx) error { return w.Follow(two, tx, who, "13900000002", "13900000009") }))
		err := w.undo(b)
		if f := fault.Of(err); code(err) != "member.twin.touched" || f.Args["Fields"] != "phone" {
			t.Errorf("got %v, want the phone named", err)
		}
		if w.get(b).State != member.Merged {
			t.Error("something was undone")
		}
		w.clock.Move(31 * 24 * time.Hour)
		if err := w.undo(b); code(err) != "member.twin.late" {
			t.Errorf("after the time: got %v", err)
		}
		if _, err := w.merge.Tidy(city); err == nil {
			t.Error("a cadre tidied, want the program alone")
		}
		for _, want := range []int64{1, 0} {
			if n, err := w.merge.Tidy(system); n != want || err != nil {
				t.Errorf("got %d, %v; want %d dropped of what cannot come back", n, err, want)
			}
		}
	})
}

// forgetAccount makes a record one that a list brought: nobody signed in for it.
func (w *world) forgetAccount(which member.ID) {
	w.t.Helper()
	w.must(w.db.Update(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `update member set person_id = null where member_id = $1`, string(which))
		return err
	}))
}

// working is where a record works now, with its days and stations.
func working(f roll.File) string {
	var all []string
	for _, w := range work.Now(f.Worked) {
		all = append(all, strings.TrimSpace(w.Name+" "+w.From+" "+w.Station))
	}
	return strings.Join(all, ", ")
}

// The kept record works for what both worked for, from their own days; taken back, each
// has its own, and what happened to the kept one meanwhile stays.
func TestWorksAreMerged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.join(w.worker("13900000001"), "张三丰", document, county, "document")
		b := w.join(w.worker("13900000002"), "張三豐", "", county)
		w.must(w.Work(city, b, []work.Said{{Name: "甲达", Station: "城南站"}, {Name: "乙达"}}, "2026-11-01"))
		w.merged(a, b)
		if got := working(w.get(a)); got != "某平台 2026-11-24, 甲达 2026-11-01 城南站, 乙达 2026-11-01" {
			t.Errorf("merged: got %s", got)
		}
		if got := w.get(a).Works + working(w.get(b)); got != "某平台、甲达、乙达" {
			t.Errorf("in one line, and of the other one nothing: got %s", got)
		}
		w.must(w.Work(city, a, []work.Said{{Name: "丙达"}}, "2026-11-24"))
		w.must(w.StopWork(city, a, 3, "2026-11-24"))
		w.must(w.undo(b))
		if got := working(w.get(a)); got != "某平台 2026-11-24, 丙达 2026-11-24" {
			t.Errorf("the kept one: got %s", got)
		}
		if got := working(w.get(b)); got != "甲达 2026-11-01 城南站, 某平台 2026-11-24" {
			t.Errorf("the other: got %s, want its own, but for what ended meanwhile", got)
		}
	})
}
