package verify_test

import (
	"context"
	"errors"
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
	"nuanxin/internal/job"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	county = "990101"
	number = "11010519491231002X"
	other  = "440524188001010014"
	third  = "110101199003070134"
)

// around is the rest of the house.
type around map[string]string

func (around) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	code := area[:min(6, len(area))]
	return member.Union{ID: id.Of[string](code), Name: "工会" + code, Area: code}, nil
}

func (a around) Contact(_ context.Context, _ *op.Tx, who string) (name, phone string, err error) {
	return "", a[who], nil
}

// service is an identity service: the name of each number. down makes it silent, and
// before runs when a question has come.
type service struct {
	mu     sync.Mutex
	names  map[string]string
	down   error
	before func()
	asked  []verify.Question
}

func (s *service) Check(_ context.Context, q verify.Question) (verify.State, error) {
	s.mu.Lock()
	s.asked = append(s.asked, q)
	down, before := s.down, s.before
	name, known := s.names[q.Number]
	s.mu.Unlock()
	if before != nil {
		before()
	}
	switch {
	case down != nil:
		return "", down
	case !known:
		return verify.NoRecord, nil
	case name != q.Name:
		return verify.Mismatch, nil
	}
	return verify.Match, nil
}

type inbox struct{ got []string }

func (i *inbox) Notify(_ context.Context, _, phone string) error {
	i.got = append(i.got, phone)
	return nil
}

type world struct {
	*member.Service
	t        *testing.T
	checks   *verify.Service
	service  *service
	consents *consent.Service
	roll     *roll.Service
	db       *db.DB
	desk     *op.Desk
	clock    *clock.Fake
	phones   around
	told     *inbox
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema, consent.Schema, job.Schema, member.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: d, clock: at, phones: around{}, told: &inbox{}, desk: op.New(d, authz.Merge(member.Policy, verify.Policy, consent.Policy))}
		w.Service = member.NewService(w.desk, member.Config{Ring: ring, People: w.phones, Orgs: w.phones, Notifier: w.told})
		w.service = &service{names: map[string]string{number: "张三丰", other: "李四光"}}
		w.checks = verify.New(w.desk, verify.Config{Members: w.Service, Checker: w.service, Source: "某省身份核验"})
		w.consents = consent.NewService(w.desk, w.Service, w.checks)
		w.roll = roll.New(w.desk, w.Service)
		f(t, w)
	})
}

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}})
}

var (
	cadre  = staff(authz.Cadre, county)
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

func (w *world) worker(phone string) context.Context {
	who := id.New[string]()
	w.phones[who] = phone
	return authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Worker})
}

func (w *world) apply(ctx context.Context, name, number string, agrees ...string) member.ID {
	w.t.Helper()
	a := member.Application{Name: name, Document: number, Occupation: member.Rider, Works: []work.Said{{Name: "某平台"}}, Area: county + "001", Consents: []member.Consent{{Purpose: "membership", Version: 1}}}
	for _, p := range agrees {
		a.Consents = append(a.Consents, member.Consent{Purpose: p, Version: 1})
	}
	r, err := w.Apply(ctx, a)
	w.must(err)
	return r.ID
}

func (w *world) work() {
	w.t.Helper()
	w.must(w.checks.Work(system))
}

func (w *world) get(which member.ID) roll.File {
	w.t.Helper()
	f, err := w.roll.Get(cadre, which)
	w.must(err)
	return f
}

// doubts are the reasons that stand against somebody who waits.
func (w *world) doubts(which member.ID) string {
	w.t.Helper()
	var all []string
	for _, d := range w.get(which).Doubts {
		all = append(all, string(d.Why))
	}
	return strings.Join(all, " ")
}

// What is checked, and what comes of it: joining never waits, a number that is not the
// name's is a doubt on top, and who did not agree is not asked about.
func TestCheck(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		good := w.apply(w.worker("13900000001"), "张三丰", number, "document", "realname")
		wrong := w.apply(w.worker("13900000002"), "李四", other, "document", "realname")
		unknown := w.apply(w.worker("13900000003"), "王五", third, "document", "realname")
		silent := w.apply(w.worker("13900000004"), "赵六", "110101199003070150", "document")
		bare := w.apply(w.worker("13900000005"), "钱七", "")
		if d := w.doubts(wrong); d != "" {
			t.Errorf("before anybody asked: got %q", d)
		}
		w.work()
		for _, test := range []struct {
			tells string
			which member.ID
			want  verify.State
			doubt string
		}{
			{"the number is the name's", good, verify.Match, ""},
			{"the number is another's", wrong, verify.Mismatch, "name_number"},
			{"nobody has the number", unknown, verify.NoRecord, "number_unknown"},
			{"who did not agree to it is not checked", silent, verify.None, ""},
			{"who gave no number is not checked", bare, verify.None, ""},
		} {
			c := w.get(test.which).Check
			if c.State != test.want || w.doubts(test.which) != test.doubt {
				t.Errorf("%s: got %q, doubts %q", test.tells, c.State, w.doubts(test.which))
			}
			if asked := c.State != verify.None; asked && (c.Source != "某省身份核验" || !c.CheckedAt.Equal(start)) {
				t.Errorf("%s: got source %q at %v", test.tells, c.Source, c.CheckedAt)
			}
		}
		if len(w.service.asked) != 3 {
			t.Errorf("asked %d times", len(w.service.asked))
		}
		p, err := w.roll.List(cadre, roll.Filter{Waits: true})
		w.must(err)
		if len(p.Rows) != 5 || len(p.Rows[0].Doubts) == 0 || len(p.Rows[1].Doubts) == 0 || len(p.Rows[2].Doubts) > 0 {
			t.Errorf("the doubtful are not on top: %+v", p.Rows)
		}
		w.work()
		if len(w.service.asked) != 3 {
			t.Error("what was answered is asked again")
		}
		w.must(w.Approve(cadre, wrong, 1)) // a doubt never blocks
		if p, err := w.roll.List(cadre, roll.Filter{Unmatched: true, States: []member.State{member.Active}}); err != nil || len(p.Rows) != 1 {
			t.Errorf("a member with a doubt: got %d, %v", len(p.Rows), err)
		}
	})
}

// Without a service nobody is checked, and nothing fails.
func TestNoService(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.checks.Checker = nil
		which := w.apply(w.worker("13900000001"), "李四", other, "document", "realname")
		w.work()
		if c := w.get(which).Check; c.State != verify.Due || w.checks.Ready() {
			t.Errorf("got %+v", c)
		}
		w.checks.Checker = w.service // connected later: what waits is checked
		w.work()
		if c := w.get(which).Check; c.State != verify.Mismatch {
			t.Errorf("after it was connected: got %q", c.State)
		}
	})
}

// A consent that is given later lines up, one that is taken back stops what still waits;
// and a result stays until the number goes.
func TestConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		which := w.apply(me, "李四", other, "document")
		w.work()
		w.must(w.consents.Give(me, consent.Said{Purpose: consent.Realname, Version: 1}))
		w.must(w.consents.Withdraw(me, consent.Realname))
		w.work()
		if n := len(w.service.asked); n != 0 {
			t.Fatalf("asked %d times about somebody who took it back", n)
		}
		w.must(w.consents.Give(me, consent.Said{Purpose: consent.Realname, Version: 1}))
		w.work()
		w.must(w.consents.Withdraw(me, consent.Realname))
		if d := w.doubts(which); d != "name_number" {
			t.Errorf("a doubt is not rid of by taking the consent back: got %q", d)
		}
		w.must(w.consents.Withdraw(me, consent.Document))
		if c := w.get(which).Check; c.State != verify.None {
			t.Errorf("without the number: got %q", c.State)
		}
		w.work()
		// taken back between the line and the question
		two := w.worker("13900000002")
		w.apply(two, "张三", number, "document", "realname")
		w.service.down = errors.New("down")
		_ = w.checks.Work(system)
		w.must(w.consents.Withdraw(two, consent.Realname))
		w.service.down = nil
		w.clock.Move(time.Hour)
		w.work()
		if last := w.service.asked[len(w.service.asked)-1]; last.Name == "张三" && len(w.service.asked) > 2 {
			t.Errorf("asked after the consent was taken back: %d", len(w.service.asked))
		}
	})
}

// A service that is silent is asked again, later and later, under the same id, and
// nobody waits for it meanwhile.
func TestSilence(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.apply(w.worker("13900000001"), "李四", other, "document", "realname")
		w.service.down = errors.New("down")
		for want, wait := 1, time.Minute; want <= 4; want, wait = want+1, wait*2 {
			if err := w.checks.Work(system); err == nil {
				t.Error("a silence is not told")
			}
			w.must(w.checks.Work(system)) // not before the pause is over
			if len(w.service.asked) != want {
				t.Fatalf("asked %d times, want %d", len(w.service.asked), want)
			}
			w.clock.Move(wait - time.Second)
			w.must(w.checks.Work(system))
			if len(w.service.asked) != want {
				t.Fatalf("asked before the pause of %v was over", wait)
			}
			w.clock.Move(time.Second)
		}
		w.must(w.Approve(cadre, which, 1))
		w.service.down = nil
		w.work()
		if c := w.get(which).Check; c.State != verify.Mismatch || c.Tries != 5 {
			t.Errorf("got %+v", c)
		}
		for _, q := range w.service.asked {
			if q.ID != w.service.asked[0].ID {
				t.Error("the same question has another id")
			}
		}
	})
}

// After some silences in a row the rest waits for its turn, too, and is not lost.
func TestOutage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 6 {
			w.apply(w.worker("1390000000"+string(rune('1'+i))), "张三丰", number, "document", "realname")
		}
		w.service.down = errors.New("down")
		if err := w.checks.Work(system); err == nil || strings.Contains(err.Error(), "张三丰") || strings.Contains(err.Error(), number) {
			t.Errorf("got %v", err)
		}
		if n := len(w.service.asked); n != 3 {
			t.Errorf("asked %d times while it is down", n)
		}
		w.service.down = nil
		w.clock.Move(2 * time.Minute)
		w.work()
		n := 0
		w.must(w.db.View(context.Background(), func(tx *db.Tx) error {
			return tx.One(context.Background(), `select count(*) from member_realname where state = 'match'`, nil, &n)
		}))
		if n != 6 {
			t.Errorf("%d of 6 are checked", n)
		}
	})
}

// A process that ends between the question and the answer: another asks the same again
// after a while, and not before.
func TestRestart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.apply(w.worker("13900000001"), "李四", other, "document", "realname")
		ctx, stop := context.WithCancel(system)
		w.service.before = func() {
			if len(w.service.asked) == 1 {
				panic("the process is gone")
			}
		}
		func() {
			defer func() { _ = recover() }()
			_ = w.checks.Work(ctx)
		}()
		stop()
		if some, err := w.checks.Waiting(system); err != nil || some {
			t.Errorf("at once after: waits %v, %v", some, err)
		}
		if c := w.get(which).Check; c.State != verify.Due || c.Tries != 1 {
			t.Errorf("got %+v", c)
		}
		w.clock.Move(11 * time.Minute)
		if some, err := w.checks.Waiting(system); err != nil || !some {
			t.Errorf("later: waits %v, %v", some, err)
		}
		w.work()
		if c := w.get(which).Check; c.State != verify.Mismatch || len(w.service.asked) != 2 || w.service.asked[0].ID != w.service.asked[1].ID {
			t.Errorf("got %+v after %d questions", c, len(w.service.asked))
		}
	})
}

// The day's budget is kept, and what is left waits for the next day.
func TestBudget(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.must(w.db.Update(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `insert into member_rule (name, since, value, source) values ('realname_day', '2026-01-01', 2, '试')`)
			return err
		}))
		for i := range 3 {
			w.apply(w.worker("1390000000"+string(rune('1'+i))), "张三丰", number, "document", "realname")
		}
		w.work()
		w.work()
		if some, err := w.checks.Waiting(system); len(w.service.asked) != 2 || some || err != nil {
			t.Errorf("asked %d times, more %v, %v", len(w.service.asked), some, err)
		}
		w.clock.Move(24 * time.Hour)
		w.work()
		if len(w.service.asked) != 3 {
			t.Errorf("the next day: asked %d times", len(w.service.asked))
		}
	})
}

// The member writes name and number anew and is checked again, a few times; of whose a
// number is nothing is told.
func TestFix(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		which := w.apply(me, "李四", other, "document", "realname")
		if got := code(w.checks.Fix(me, "李四光", other)); got != "member.changed" {
			t.Errorf("before anything is wrong: got %s", got)
		}
		w.work()
		mine, err := w.checks.Mine(me)
		if err != nil || mine.State != verify.Mismatch || mine.Left != 3 || !mine.Agreed {
			t.Errorf("got %+v, %v", mine, err)
		}
		for tells, bad := range map[string][2]string{"the same again": {"李四", other}, "no name": {"4", other}, "a slip of the pen": {"李四", "110101199003070135"}, "nothing": {"", ""}, "a child": {"李四", "110101202003070138"}} {
			if got := code(w.checks.Fix(me, bad[0], bad[1])); got != "invalid" {
				t.Errorf("%s: got %s", tells, got)
			}
		}
		if got := code(w.checks.Fix(w.worker("13900000002"), "李四光", other)); got != "missing" {
			t.Errorf("somebody without a record: got %s", got)
		}
		if got := code(w.checks.Fix(cadre, "李四光", other)); got != "missing" {
			t.Errorf("a cadre: got %s", got)
		}
		w.must(w.checks.Fix(me, "李四华", other))
		w.work()
		w.must(w.checks.Fix(me, "李四光", other))
		if c := w.get(which); c.Check.State != verify.Due || c.Name != "李四光" || c.ChangedBy != "" || len(c.Doubts) != 0 {
			t.Errorf("corrected: got %+v", c)
		}
		w.work()
		if c := w.get(which).Check; c.State != verify.Match || c.Fixes != 2 {
			t.Errorf("checked again: got %+v", c)
		}
		if got := code(w.checks.Fix(me, "李四", other)); got != "member.changed" {
			t.Errorf("when all is right: got %s", got)
		}
	})
}

func TestFixesEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		w.apply(me, "李四", other, "document", "realname")
		for _, name := range []string{"李四甲", "李四乙", "李四丙"} {
			w.work()
			w.must(w.checks.Fix(me, name, other))
		}
		w.work()
		if got := code(w.checks.Fix(me, "李四光", other)); got != "member.fix.shut" {
			t.Errorf("got %s", got)
		}
	})
}

// A member cannot take another member's number by correcting their own, and is not told
// whose it is.
func TestFixOfAMember(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.worker("13900000001"), w.worker("13900000002")
		a := w.apply(one, "张三丰", number, "document", "realname")
		b := w.apply(two, "李四", other, "document", "realname")
		w.work()
		w.must(w.Approve(cadre, a, 1))
		w.must(w.Approve(cadre, b, 1))
		err := w.checks.Fix(two, "李四", number)
		if got := code(err); got != "member.fix.desk.conflict" || len(fault.Of(err).Args) != 0 {
			t.Errorf("got %s %v", got, fault.Of(err))
		}
		w.must(w.checks.Fix(two, "李四光", other))
		w.work()
		if f := w.get(b); f.Check.State != verify.Match || f.Document != "4405**********0014" {
			t.Errorf("got %+v", f)
		}
		if again := w.apply(w.worker("13900000003"), "李四光", other, "document"); code(w.Approve(cadre, again, 1)) != "member.document.taken" {
			t.Error("the number that was corrected guards nobody")
		}
	})
}
