package silence_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/account/silence"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var (
	start  = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	system = authz.AsSystem(context.Background(), "test")
)

const (
	number   = "13812340001"
	document = "11010519491231002X"
	day      = 24 * time.Hour
	county   = "990101"
)

// phones takes messages in place of a gateway.
type phones struct {
	mu    sync.Mutex
	codes map[string]string
}

func (p *phones) Send(_ context.Context, m account.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Code != "" {
		p.codes[m.Phone] = m.Code
	}
	return nil
}

func (p *phones) code(to string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.codes[to]
}

type areas struct{}

func (areas) Area(context.Context, *op.Tx, string) (string, error)               { return county, nil }
func (areas) Names(context.Context, *op.Tx, []string) (map[string]string, error) { return nil, nil }

// house is the rest of it: what is kept of workers, and what follows a phone.
type house struct {
	known   map[string]silence.Known
	lost    []string
	refuses error
}

func (h *house) Known(_ context.Context, _ *op.Tx, who string) (silence.Known, error) {
	return h.known[who], nil
}

func (h *house) Numbered(_ context.Context, _ *op.Tx, who, n string) (bool, error) {
	return len(h.known[who].Numbers) > 0 && h.known[who].Numbers[0] == n, nil
}

func (h *house) Has(_ context.Context, _ *op.Tx, who string) (bool, error) {
	return len(h.known[who].Numbers) > 0, nil
}

func (h *house) Lose(_ context.Context, _ *op.Tx, who, phone string) error {
	h.lost = append(h.lost, who+" "+phone)
	return h.refuses
}

// The house as changes of phones see it.
func (h *house) Holder(_ context.Context, _ *op.Tx, member string) (phone.Holder, error) {
	return phone.Holder{Member: member, Person: member, Name: "陈建国", Number: "99010126000001", Area: county, Union: "示例县总工会", Live: true}, nil
}

func (h *house) Clear(context.Context, *op.Tx, string, string, string) (bool, error) {
	return true, nil
}
func (h *house) Follow(context.Context, *op.Tx, string, string, string) error { return nil }

type world struct {
	*silence.Service
	t        *testing.T
	db       *db.DB
	accounts *account.Service
	desk     *phone.Service
	clock    *clock.Fake
	phones   *phones
	house    *house
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
		w := &world{t: t, db: d, clock: clk, phones: &phones{codes: map[string]string{}}, house: &house{known: map[string]silence.Known{}}}
		desk := op.New(d, authz.Merge(account.Policy, phone.Policy, silence.Policy))
		w.accounts = account.NewService(desk, account.Config{Ring: ring, Sender: w.phones, Orgs: areas{}, Cheap: true})
		w.desk = phone.NewService(desk, phone.Config{Ring: ring, Accounts: w.accounts, Members: w.house, Followers: []phone.Follower{w.house}})
		w.Service = silence.NewService(desk, silence.Config{Ring: ring, Accounts: w.accounts, Records: w.house, Followers: []silence.Follower{w.house, w.desk}})
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

// signIn signs in by a code.
func (w *world) signIn(to string) account.Signed {
	w.t.Helper()
	w.clock.Move(2 * time.Minute)
	w.must(w.accounts.SendCode(w.t.Context(), account.ForSignIn, to))
	in, err := w.accounts.SignIn(w.t.Context(), to, w.phones.code(to), true)
	w.must(err)
	return in
}

// silent is a sign-in to an account, of which so much is known, after so long.
func (w *world) silent(k silence.Known, after time.Duration) (first, again account.Signed) {
	w.t.Helper()
	first = w.signIn(number)
	w.house.known[string(first.Person)] = k
	w.clock.Move(after)
	return first, w.signIn(number)
}

// opens reports whether a secret is that of a session, and of whom.
func (w *world) opens(token string) string {
	s, err := w.accounts.Resolve(w.t.Context(), token)
	if err != nil {
		return ""
	}
	return s.ID
}

var (
	numbered = silence.Known{Numbers: []string{document}, Names: []string{"陈建国"}}
	named    = silence.Known{Names: []string{"", "阿不都·热合曼"}}
)
