package trail_test

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
	"nuanxin/internal/account/trail"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var (
	start  = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	system = authz.AsSystem(context.Background(), "test")
)

const here = "990101"

type silent struct{}

func (silent) Send(context.Context, account.Message) error { return nil }

type orgs struct{}

func (orgs) Area(context.Context, *op.Tx, string) (string, error) { return here, nil }
func (orgs) Names(context.Context, *op.Tx, []string) (map[string]string, error) {
	return nil, nil
}

type world struct {
	*trail.Service
	t        *testing.T
	accounts *account.Service
	clock    *clock.Fake
	worker   *job.Worker
	found    trail.Finding
	broken   error
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	clk := clock.At(start)
	dbtest.Each(t, clk, []fs.FS{op.Schema, job.Schema, account.Schema}, func(t *testing.T, d *db.DB) {
		clk.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(account.Policy, trail.Policy))
		w := &world{t: t, clock: clk, worker: job.New(d, op.Groups)}
		w.accounts = account.NewService(desk, account.Config{Ring: ring, Sender: silent{}, Orgs: orgs{}, Cheap: true})
		w.Service = trail.NewService(desk, trail.Config{Accounts: w.accounts,
			Whole:  func(context.Context, *op.Tx) (string, error) { return here, nil },
			Verify: func(context.Context) (trail.Finding, error) { return w.found, w.broken }})
		w.Register(w.worker)
		f(t, w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) staff(login string, role authz.Role, area string) context.Context {
	w.t.Helper()
	who, _, err := w.accounts.AddStaff(system, account.Staff{Login: login, Name: "名" + login, Area: area, Grants: []account.Grant{{Role: role, Area: area}}, Password: "red boat on the river"})
	w.must(err)
	return authz.With(w.t.Context(), authz.Subject{ID: string(who), Kind: authz.Staff, Name: "名" + login, Proven: start.Add(time.Hour), Grants: []authz.Grant{{Role: role, Area: area}}})
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func TestList(t *testing.T) {
	proves.That(t, "audit-complete")
	each(t, func(t *testing.T, w *world) {
		auditor, admin := w.staff("weidong", authz.Auditor, here), w.staff("lixia", authz.Admin, here)
		w.clock.Move(24 * time.Hour)
		day := w.clock.Now()
		for i := range 7 {
			w.clock.Move(time.Minute)
			_, _, err := w.accounts.AddStaff(authz.With(t.Context(), proven(authz.From(admin), w.clock.Now())), account.Staff{Login: fmt.Sprintf("new%d", i), Name: "新来的", Area: here})
			w.must(err)
		}
		if err := w.accounts.EndStay(authz.With(t.Context(), proven(authz.From(auditor), w.clock.Now())), account.ID(authz.From(admin).ID)); err == nil {
			t.Fatal("an auditor ended a stay")
		}
		for _, test := range []struct {
			about string
			f     op.TrailFilter
			who   string
			want  int
		}{
			{"all", op.TrailFilter{}, "", 10},
			{"of the program", op.TrailFilter{}, "test", 2},
			{"by login", op.TrailFilter{}, "LIXIA", 7},
			{"by name", op.TrailFilter{}, " 名lixia ", 7},
			{"by id", op.TrailFilter{}, authz.From(admin).ID, 7},
			{"of nobody", op.TrailFilter{}, "nobody", 0},
			{"hostile", op.TrailFilter{}, "' or 1=1 --%_", 0},
			{"of a day", op.TrailFilter{From: day}, "", 8},
			{"before it", op.TrailFilter{To: day}, "", 2},
			{"by act", op.TrailFilter{Acts: []authz.Action{account.Add}}, "", 9},
			{"by the sort of act", op.TrailFilter{Prefix: "account"}, "", 10},
			{"by another", op.TrailFilter{Prefix: "member"}, "", 0},
			{"refused", op.TrailFilter{Refused: true}, "", 1},
			{"of a group that is not there", op.TrailFilter{Groups: []string{"x; drop table person"}}, "", 0},
		} {
			test.f.Limit = 50
			p, err := w.List(auditor, test.f, test.who)
			if err != nil || len(p.Rows) != test.want || p.Next != "" {
				t.Errorf("%s: got %d, %q, %v, want %d", test.about, len(p.Rows), p.Next, err, test.want)
			}
		}
		seen, pages := map[string]bool{}, 0
		last := time.Time{}
		for after, more := "", true; more; pages++ {
			p, err := w.List(auditor, op.TrailFilter{Limit: 3, After: after}, "")
			w.must(err)
			for _, r := range p.Rows {
				if !last.IsZero() && r.At.After(last) {
					t.Error("not the newest first")
				}
				last = r.At
				seen[r.Root+fmt.Sprint(r.Seq)] = true
			}
			after, more = p.Next, p.Next != ""
		}
		if len(seen) != 10 || pages != 4 {
			t.Errorf("page by page: %d rows on %d pages, want 10 on 4", len(seen), pages)
		}
	})
}

func proven(s authz.Subject, now time.Time) authz.Subject {
	s.Proven = now.Add(time.Hour)
	return s
}

func TestWhoMayRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for about, ctx := range map[string]context.Context{
			"nobody": t.Context(), "an administrator": w.staff("aa", authz.Admin, here), "the security administrator": w.staff("ss", authz.Security, here),
			"a cadre": w.staff("cc", authz.Cadre, here), "the auditor of a part": w.staff("pp", authz.Auditor, here+"101"), "a neighbour's": w.staff("nn", authz.Auditor, "990102"),
		} {
			if _, err := w.List(ctx, op.TrailFilter{Limit: 5}, ""); code(err) != "missing" {
				t.Errorf("%s reads: got %v, want missing", about, err)
			}
			if _, err := w.Checks(ctx); code(err) != "missing" {
				t.Errorf("%s sees verifications: got %v, want missing", about, err)
			}
			if err := w.Ask(ctx); code(err) != "missing" {
				t.Errorf("%s asks for one: got %v, want missing", about, err)
			}
		}
	})
}

func TestVerify(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		auditor := w.staff("weidong", authz.Auditor, here)
		got := make([]string, 4)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() { got[i] = code(w.Ask(auditor)) })
		}
		all.Wait()
		if n := strings.Count(strings.Join(got, " "), "ok"); n != 1 {
			t.Errorf("four at once: %v, want one on its way", got)
		}
		run := func() trail.Check {
			t.Helper()
			w.must(w.worker.RunBeside(t.Context(), "audit.verify"))
			checks, err := w.Checks(auditor)
			w.must(err)
			return checks[0]
		}
		w.found = trail.Finding{Rows: 12, Sealed: 3, Loose: 4}
		if c := run(); c.EndedAt.IsZero() || c.Rows != 12 || c.Count != 0 || c.By != "名weidong" {
			t.Errorf("got %+v", c)
		}
		w.clock.Move(time.Minute)
		w.must(w.Ask(auditor))
		w.found.Wrong = nil
		for i := range 60 {
			w.found.Wrong = append(w.found.Wrong, fmt.Sprintf("person 1 row %d was changed", i))
		}
		if c := run(); c.Count != 60 || len(c.Wrong) != 50 {
			t.Errorf("got %d wrong and %d lines, want 60 and the first 50", c.Count, len(c.Wrong))
		}
		w.clock.Move(time.Minute)
		w.must(w.Ask(auditor))
		w.found, w.broken = trail.Finding{}, errors.New("select * from secret")
		if c := run(); c.Count != 1 || strings.Contains(c.Wrong[0], "secret") {
			t.Errorf("when it breaks off: got %+v, want it told without its inside", c)
		}
		if c := run(); c.Count != 1 {
			t.Errorf("nothing asked for: got %+v", c)
		}
	})
}
