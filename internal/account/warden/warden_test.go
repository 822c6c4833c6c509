package warden_test

import (
	"context"
	"io/fs"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

const (
	here     = "990101"
	password = "red boat on the river"
)

var (
	start  = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	system = authz.AsSystem(context.Background(), "test")
)

type silent struct{}

func (silent) Send(context.Context, account.Message) error { return nil }

type orgs struct{}

func (orgs) Area(context.Context, *op.Tx, string) (string, error) { return here, nil }
func (orgs) Names(context.Context, *op.Tx, []string) (map[string]string, error) {
	return nil, nil
}

type world struct {
	*warden.Service
	t        *testing.T
	clock    *clock.Fake
	db       *db.DB
	accounts *account.Service
	inside   *account.Service // of a program in which the powers work from the office alone
}

func each(t *testing.T, f func(t *testing.T, w world)) {
	t.Helper()
	clk := clock.At(start)
	office := netip.MustParsePrefix("10.1.0.0/16")
	dbtest.Each(t, clk, []fs.FS{op.Schema, account.Schema}, func(t *testing.T, d *db.DB) {
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(account.Policy, warden.Policy))
		clk.Set(start)
		config := account.Config{Ring: ring, Sender: silent{}, Orgs: orgs{}, Cheap: true}
		bound := config
		bound.Powers = []netip.Prefix{office}
		f(t, world{warden.NewService(desk), t, clk, d, account.NewService(desk, config), account.NewService(desk, bound)})
	})
}

func grant(role authz.Role, area string) account.Grant { return account.Grant{Role: role, Area: area} }

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

// field is the message of the first input that err is about.
func field(err error) string {
	if code(err) != "invalid" || len(fault.Of(err).Fields) == 0 {
		return code(err)
	}
	return fault.Of(err).Fields[0].Msg
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) staff(login, area string, grants ...account.Grant) account.ID {
	w.t.Helper()
	p, _, err := w.accounts.AddStaff(system, account.Staff{Login: login, Name: "名" + login, Area: area, Grants: grants, Password: password})
	w.must(err)
	return p
}

// as is the context of somebody who signed in as login.
func (w world) as(login string) (context.Context, account.Signed) {
	w.t.Helper()
	in, err := w.accounts.SignInStaff(w.t.Context(), login, password)
	w.must(err)
	s, err := w.accounts.Resolve(w.t.Context(), in.Token)
	w.must(err)
	return authz.With(w.t.Context(), s), in
}

func TestLock(t *testing.T) {
	proves.That(t, "sess-kill")
	each(t, func(t *testing.T, w world) {
		w.staff("guard", here, grant(authz.Security, here))
		w.staff("admin", here, grant(authz.Admin, here))
		w.staff("far", "990102", grant(authz.Security, "990102"))
		who := w.staff("fang", here, grant(authz.Cadre, here))
		guard, _ := w.as("guard")
		_, in := w.as("fang")
		far, _ := w.as("far")
		admin, _ := w.as("admin")
		for about, ctx := range map[string]context.Context{"another area's": far, "the administrator": admin, "nobody": t.Context()} {
			if err := w.Lock(ctx, who, "看着不对劲"); code(err) != "missing" && code(err) != "denied" {
				t.Errorf("%s locks: got %v", about, err)
			}
		}
		if got := field(w.Lock(guard, who, "")); got != "account.why.length" {
			t.Errorf("without a reason: got %s", got)
		}
		if err := w.Lock(guard, account.ID(authz.From(guard).ID), "锁我自己"); code(err) != "denied" {
			t.Errorf("oneself: got %v, want denied", err)
		}
		w.must(w.Lock(guard, who, "半夜从外地登录"))
		if err := w.Lock(guard, who, "半夜从外地登录"); code(err) != "conflict" {
			t.Errorf("twice: got %v, want conflict", err)
		}
		if _, err := w.accounts.Resolve(t.Context(), in.Token); code(err) != "missing" {
			t.Errorf("the session: got %v, want missing", err)
		}
		if _, err := w.accounts.SignInStaff(t.Context(), "fang", password); code(err) != "invalid" {
			t.Errorf("a sign-in: got %v, want the answer to a wrong password", err)
		}
		got, err := w.WatchOne(guard, who)
		w.must(err)
		if got.LockedAt.IsZero() || got.LockedWhy != "半夜从外地登录" || got.LockedBy != "名guard" || len(got.Sessions) > 0 || len(got.Tries) == 0 {
			t.Errorf("what is seen of it: %+v", got)
		}
		w.must(w.Unlock(guard, who, "本人说清楚了"))
		if err := w.Unlock(guard, who, "本人说清楚了"); code(err) != "conflict" {
			t.Errorf("opened twice: got %v, want conflict", err)
		}
		w.as("fang")
		w.must(w.Lock(guard, who, "又不对劲了"))
		w.must(w.accounts.PutPassword(system, "fang", password))
		w.as("fang")
	})
}

func TestWatch(t *testing.T) {
	proves.That(t, "audit-complete", "attack-noted")
	each(t, func(t *testing.T, w world) {
		w.staff("guard", here, grant(authz.Security, here))
		who := w.staff("fang", here, grant(authz.Cadre, here))
		w.staff("above", "99", grant(authz.Cadre, "99"))
		guard, _ := w.as("guard")
		_, one := w.as("fang")
		_, two := w.as("fang")
		all, err := w.Watch(guard, people.Filter{})
		w.must(err)
		if len(all) != 2 {
			t.Errorf("sees %d, want the two of the county", len(all))
		}
		for _, p := range all {
			if p.ID == who && (len(p.Sessions) != 2 || p.Sessions[0].Hash != "" || p.Factor || p.PasswordAt.IsZero()) {
				t.Errorf("got %+v", p)
			}
		}
		seen, err := w.WatchOne(guard, who)
		w.must(err)
		w.must(w.EndSessions(guard, who, seen.Sessions[0].ID))
		live := 0
		for _, in := range []account.Signed{one, two} {
			if _, err := w.accounts.Resolve(t.Context(), in.Token); err == nil {
				live++
			}
		}
		if live != 1 {
			t.Errorf("after the end of one: %d live, want 1", live)
		}
		w.must(w.EndSessions(guard, who, "no id"))
		w.must(w.EndSessions(guard, who, ""))
		if seen, err = w.WatchOne(guard, who); err != nil || len(seen.Sessions) > 0 {
			t.Errorf("after the end of all: %d, %v", len(seen.Sessions), err)
		}
		cadre, _ := w.as("fang")
		if all, err := w.Watch(cadre, people.Filter{}); err != nil || len(all) > 0 {
			t.Errorf("a cadre sees %d, %v, want nobody", len(all), err)
		}
		if _, err := w.Policies(cadre); code(err) != "missing" {
			t.Errorf("a cadre reads the limits: got %v, want missing", err)
		}
		w.must(w.accounts.SetLimit(system, "proof_min", "2030-01-01", 5, "test"))
		limits, err := w.Policies(guard)
		w.must(err)
		n := 0
		for _, l := range limits {
			if l.Name == "proof_min" {
				n++
				if l.Coming != (l.Since == "2030-01-01") || l.Source == "" {
					t.Errorf("got %+v", l)
				}
			}
		}
		if n != 2 {
			t.Errorf("proof_min is there %d times, want the one that counts and the one to come", n)
		}
	})
}
