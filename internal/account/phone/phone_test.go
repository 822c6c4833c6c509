package phone_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var (
	start  = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	system = authz.AsSystem(context.Background(), "test")
)

const (
	lost, fresh, other = "13812340001", "13912340002", "13712340003"
	county, sibling    = "990101", "990102"
)

// phones takes messages in place of a gateway.
type phones struct {
	mu   sync.Mutex
	all  []account.Message
	dead map[string]error // numbers that take no message, and why
}

func (p *phones) Send(_ context.Context, m account.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.dead[m.Phone]; err != nil {
		return err
	}
	p.all = append(p.all, m)
	return nil
}

func (p *phones) code(to string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.all) - 1; i >= 0; i-- {
		if p.all[i].Phone == to && p.all[i].Code != "" {
			return p.all[i].Code
		}
	}
	return ""
}

// told are the words without a code that went to a phone.
func (p *phones) told(to string) (all []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.all {
		if m.Phone == to && m.Code == "" {
			all = append(all, m.Text)
		}
	}
	return all
}

type areas struct{}

func (areas) Area(context.Context, *op.Tx, string) (string, error) { return county, nil }
func (areas) Names(context.Context, *op.Tx, []string) (map[string]string, error) {
	return nil, nil
}

// union is the rest of the house: one member, and what follows a phone.
type union struct {
	holder  phone.Holder
	busy    string // an account on which something hangs
	moved   []string
	refuses bool // something went wrong there
}

func (u *union) Holder(_ context.Context, _ *op.Tx, member string) (phone.Holder, error) {
	if member != u.holder.Member {
		return phone.Holder{}, fault.New("test.holder", fault.Missing, "fault.missing")
	}
	return u.holder, nil
}

func (u *union) Clear(_ context.Context, _ *op.Tx, _, _, other string) (bool, error) {
	return other == "" || other != u.busy, nil
}

func (u *union) Follow(_ context.Context, _ *op.Tx, _, old, phone string) error {
	if u.refuses {
		return errors.New("no room")
	}
	u.moved = append(u.moved, old+" "+phone)
	return nil
}

type world struct {
	*phone.Service
	t        *testing.T
	db       *db.DB
	accounts *account.Service
	clock    *clock.Fake
	phones   *phones
	union    *union
	worker   *job.Worker
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	clk := clock.At(start)
	dbtest.Each(t, clk, []fs.FS{op.Schema, hold.Schema, job.Schema, account.Schema}, func(t *testing.T, d *db.DB) {
		clk.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: d, clock: clk, phones: &phones{}, union: &union{}, worker: job.New(d, op.Groups)}
		desk := op.New(d, authz.Merge(account.Policy, phone.Policy))
		w.accounts = account.NewService(desk, account.Config{Ring: ring, Sender: w.phones, Orgs: areas{}, Cheap: true})
		w.Service = phone.NewService(desk, phone.Config{Ring: ring, Accounts: w.accounts, Members: w.union, Followers: []phone.Follower{w.union}})
		w.Register(w.worker)
		f(t, w)
	})
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// signIn signs a worker in; the context asks as they do.
func (w *world) signIn(to string) (context.Context, account.Signed) {
	w.t.Helper()
	w.clock.Move(2 * time.Minute)
	w.must(w.accounts.SendCode(w.t.Context(), account.ForSignIn, to))
	in, err := w.accounts.SignIn(w.t.Context(), to, w.phones.code(to), true)
	w.must(err)
	return w.again(in), in
}

// again is the context of the session at this moment.
func (w *world) again(in account.Signed) context.Context {
	w.t.Helper()
	s, err := w.accounts.Resolve(w.t.Context(), in.Token)
	w.must(err)
	return authz.With(w.t.Context(), s)
}

// member lets the holder of a phone be a member of the county.
func (w *world) member(to string) account.Signed {
	w.t.Helper()
	_, in := w.signIn(to)
	w.union.holder = phone.Holder{Member: id.Of[string]("member"), Person: string(in.Person), Name: "陈建国", Number: "99010126000001", Area: county, Union: "示例县总工会", Live: true}
	return in
}

// cadre is somebody at a desk who proved themselves lately.
func cadre(area string) context.Context { return staff(authz.Cadre, area) }

func staff(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.Of[string]("staff", area), Kind: authz.Staff, Name: "柳婷", Proven: start.Add(1000 * time.Hour), Grants: []authz.Grant{{Role: role, Area: area}}})
}

// opening is a form that is right, with the code that was sent to the new number.
func (w *world) opening(ctx context.Context, to string) phone.Opening {
	w.t.Helper()
	w.clock.Move(2 * time.Minute)
	w.must(w.SendTo(ctx, w.union.holder.Member, to))
	return phone.Opening{Phone: to, Code: w.phones.code(to), Checked: []phone.Check{"identity_card"}, Note: "手机丢了，本人带身份证来的"}
}

func (w *world) open(to string) phone.Change {
	w.t.Helper()
	_, err := w.Open(cadre(county), w.union.holder.Member, w.opening(cadre(county), to))
	w.must(err)
	return *phone.Waits(w.file().Changes)
}

func (w *world) file() phone.File {
	w.t.Helper()
	f, err := w.File(cadre(county), w.union.holder.Member)
	w.must(err)
	return f
}

// deliver hands the events over, as the program does.
func (w *world) deliver() {
	w.t.Helper()
	for {
		n, err := w.worker.Deliver(authz.AsSystem(w.t.Context(), "job"))
		w.must(err)
		if n == 0 {
			return
		}
	}
}

// whose is the account that signs in by a phone.
func (w *world) whose(to string) account.ID {
	w.t.Helper()
	_, in := w.signIn(to)
	return in.Person
}

func TestWorkerChangesPhone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, here := w.signIn(lost)
		_, there := w.signIn(lost)
		w.clock.Move(2 * time.Minute)
		w.must(w.SendNew(ctx, fresh))
		for _, test := range []struct{ about, phone, code, want string }{
			{"no number", "1391234", w.phones.code(fresh), "invalid"},
			{"the number that they have", lost, w.phones.code(fresh), "invalid"},
			{"a number that got no code", other, w.phones.code(fresh), "invalid"},
			{"a wrong code", fresh, "12", "invalid"},
			{"the code", "+86 139-1234-0002", w.phones.code(fresh), "ok"},
			{"the code again", other, w.phones.code(fresh), "invalid"},
		} {
			if got := code(w.Change(w.again(here), here.Token, test.phone, test.code)); got != test.want {
				t.Errorf("%s: got %s, want %s", test.about, got, test.want)
			}
		}
		if _, err := w.accounts.Resolve(t.Context(), there.Token); code(err) != "missing" {
			t.Errorf("the session elsewhere: got %v, want missing", err)
		}
		if _, now, err := w.Mine(w.again(here)); err != nil || now != fresh {
			t.Errorf("the number after it: got %q, %v, want %q", now, err, fresh)
		}
		if got := fmt.Sprint(w.union.moved); got != "["+lost+" "+fresh+"]" {
			t.Errorf("what followed: got %s", got)
		}
		w.deliver()
		if got := w.phones.told(lost); len(got) != 1 || strings.Contains(got[0], fresh) || !strings.Contains(got[0], "139****0002") {
			t.Errorf("the old number was told %q, want the new one masked, once", got)
		}
		if got := w.whose(fresh); got != here.Person {
			t.Errorf("the new number opens another account")
		}
		if got := w.whose(lost); got == here.Person {
			t.Errorf("the old number still opens the account")
		}
	})
}

func TestChangeAsksForTheOldNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, in := w.signIn(lost)
		w.clock.Move(time.Hour)
		w.must(w.SendNew(w.again(in), fresh))
		if err := w.Change(w.again(in), in.Token, fresh, w.phones.code(fresh)); code(err) != "unproven" {
			t.Fatalf("an hour after the sign-in: got %v, want unproven", err)
		}
		w.must(w.SendOwn(w.again(in)))
		good := w.phones.code(lost)
		for _, test := range []struct{ about, token, code, want string }{
			{"a wrong code", in.Token, "1", "invalid"},
			{"the new number's code", in.Token, w.phones.code(fresh), "invalid"},
			{"the code", in.Token, good, "ok"},
			{"the code again", in.Token, good, "invalid"},
		} {
			if got := code(w.ProveOwn(w.again(in), test.token, test.code)); got != test.want {
				t.Errorf("%s: got %s, want %s", test.about, got, test.want)
			}
		}
		if err := w.Change(w.again(in), in.Token, fresh, w.phones.code(fresh)); err != nil {
			t.Errorf("after it: got %v, want ok", err)
		}
		// The code for one's own number is no way into another's session.
		w.clock.Move(time.Hour)
		mine, _ := w.signIn(other)
		w.clock.Move(2 * time.Minute)
		w.must(w.SendOwn(mine))
		if err := w.ProveOwn(mine, in.Token, w.phones.code(other)); code(err) != "missing" {
			t.Errorf("another's session: got %v, want missing", err)
		}
	})
}

func TestNumberOfAnotherAccount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, theirs := w.signIn(fresh)
		w.union.busy = string(theirs.Person)
		_, in := w.signIn(lost)
		change := func() error {
			w.clock.Move(2 * time.Minute)
			w.must(w.SendNew(w.again(in), fresh))
			return w.Change(w.again(in), in.Token, fresh, w.phones.code(fresh))
		}
		if err := change(); code(err) != "invalid" || fault.Of(err).Fields[0].Msg != "accountphone.taken" {
			t.Fatalf("something hangs on it: got %v, want taken", err)
		}
		if _, err := w.accounts.Resolve(t.Context(), theirs.Token); err != nil {
			t.Errorf("the other account: %v", err)
		}
		w.union.busy = ""
		w.must(change())
		if _, err := w.accounts.Resolve(t.Context(), theirs.Token); code(err) != "missing" {
			t.Errorf("the empty account's session: got %v, want missing", err)
		}
		if got := w.whose(fresh); got != in.Person {
			t.Errorf("the number still opens the empty account")
		}
	})
}

// When one of those that follow fails, nothing has moved.
func TestChangeIsWhole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, in := w.signIn(lost)
		w.clock.Move(2 * time.Minute)
		w.must(w.SendNew(w.again(in), fresh))
		w.union.refuses = true
		if err := w.Change(w.again(in), in.Token, fresh, w.phones.code(fresh)); err == nil {
			t.Fatal("got ok, want the failure")
		}
		if all, now, err := w.Mine(w.again(in)); err != nil || now != lost || len(all) > 0 {
			t.Errorf("got %q, %v, %v, want it as it was", now, all, err)
		}
	})
}
