package account_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
)

const here = "990101"

func grant(role authz.Role, area string) account.Grant { return account.Grant{Role: role, Area: area} }

// field is the message of the first input that err is about.
func field(err error) string {
	if code(err) != "invalid" || len(fault.Of(err).Fields) == 0 {
		return code(err)
	}
	return fault.Of(err).Fields[0].Msg
}

func TestNobodyHasTwoPowers(t *testing.T) {
	proves.That(t, "admin3")
	each(t, func(t *testing.T, w world) {
		w.staff("admin", here, grant(authz.Admin, here))
		admin, _ := w.as("admin")
		who := w.staff("fang", here, grant(authz.Cadre, here))
		give := func(g account.Grant) string { return field(w.Give(admin, who, g)) }
		powers := []authz.Role{authz.Admin, authz.Security, authz.Auditor}
		for _, first := range powers {
			if got := give(grant(first, here)); got != "ok" {
				t.Fatalf("%s alone: got %s", first, got)
			}
			for _, second := range powers {
				for about, g := range map[string]account.Grant{
					"now": grant(second, here), "another area": grant(second, here+"101"),
					"to come": {Role: second, Area: here, From: w.clock.Now().Add(240 * time.Hour)},
				} {
					want := map[bool]string{true: "ok", false: "account.role.apart"}[first == second]
					if got := give(g); got != want {
						t.Errorf("%s, then %s %s: got %s, want %s", first, second, about, got, want)
					}
				}
			}
			if got := give(grant(authz.Leader, here)); got != "ok" {
				t.Errorf("%s and a leader: got %s", first, got)
			}
			p, err := w.Get(admin, who)
			w.must(err)
			for _, g := range p.Grants {
				w.must(w.Take(admin, who, g.ID))
			}
		}
		// A power whose time is over stands in the way of none.
		if got := give(account.Grant{Role: authz.Auditor, Area: here, Until: w.clock.Now().Add(time.Hour)}); got != "ok" {
			t.Fatalf("for an hour: got %s", got)
		}
		w.clock.Move(2 * time.Hour)
		admin, _ = w.as("admin")
		if got := field(w.Give(admin, who, grant(authz.Security, here))); got != "ok" {
			t.Errorf("after it: got %s", got)
		}
		_, _, err := w.AddStaff(admin, account.Staff{Login: "both", Name: "两样", Area: here, Grants: []account.Grant{grant(authz.Admin, here), grant(authz.Auditor, here)}})
		if got := field(err); got != "account.role.apart" {
			t.Errorf("somebody new with two: got %s", got)
		}
	})
}

// Two administrators give somebody different powers at the same moment.
func TestTwoPowersAtOnce(t *testing.T) {
	proves.That(t, "admin3")
	each(t, func(t *testing.T, w world) {
		w.staff("one", here, grant(authz.Admin, here))
		w.staff("two", here, grant(authz.Admin, here))
		one, _ := w.as("one")
		two, _ := w.as("two")
		for range 5 {
			who := w.staff("n"+id.New[string]()[24:], here)
			got := make([]string, 2)
			var all sync.WaitGroup
			all.Go(func() { got[0] = field(w.Give(one, who, grant(authz.Security, here))) })
			all.Go(func() { got[1] = field(w.Give(two, who, grant(authz.Auditor, here))) })
			all.Wait()
			if s := strings.Join(got, " "); s != "ok account.role.apart" && s != "account.role.apart ok" {
				t.Errorf("got %s, want one of each", s)
			}
		}
	})
}

// Each of the layers holds when the others are switched off: the key of the table, and
// the reading of rights.
func TestPowersAreHeldTwice(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		who := w.staff("fang", here, grant(authz.Security, here), grant(authz.Cadre, here))
		err := w.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `insert into person_power (person_id, role) values ($1, 'auditor')`, string(who))
			return err
		})
		if !db.IsUnique(err) {
			t.Errorf("a second power in the table: got %v, want the key to refuse it", err)
		}
		w.must(w.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `
				insert into person_grant (person_id, grant_id, role, area, org_id, from_at, until_at, given_by, given_at, ended_at, ended_by)
				values ($1, $2, 'auditor', $3, null, 0, null, 'thief', 0, null, '')`, string(who), id.New[string](), here)
			return err
		}))
		ctx, _ := w.as("fang")
		s := authz.From(ctx)
		if s.Has(authz.Auditor) || s.Has(authz.Security) || !s.Has(authz.Cadre) {
			t.Errorf("written past the program: got %v, want neither power", s.Grants)
		}
	})
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
		if _, err := w.Resolve(t.Context(), in.Token); code(err) != "missing" {
			t.Errorf("the session: got %v, want missing", err)
		}
		if _, err := w.SignInStaff(t.Context(), "fang", password); code(err) != "invalid" {
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
		w.must(w.PutPassword(system, "fang", password))
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
		all, err := w.Watch(guard, account.Filter{})
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
			if _, err := w.Resolve(t.Context(), in.Token); err == nil {
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
		if all, err := w.Watch(cadre, account.Filter{}); err != nil || len(all) > 0 {
			t.Errorf("a cadre sees %d, %v, want nobody", len(all), err)
		}
		if _, err := w.Policies(cadre); code(err) != "missing" {
			t.Errorf("a cadre reads the limits: got %v, want missing", err)
		}
		w.must(w.SetLimit(system, "proof_min", "2030-01-01", 5, "test"))
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
