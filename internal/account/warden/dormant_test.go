package warden_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
)

const day = 24 * time.Hour

// An account that nobody used for 90 days is locked at night; one that is in use is not,
// nor the last security administrator; whoever is opened again has 90 days anew.
func TestSleep(t *testing.T) {
	proves.That(t, "dormant-fakeclock")
	each(t, func(t *testing.T, w world) {
		w.staff("guard", here, grant(authz.Security, here))
		other := w.staff("guard2", here, grant(authz.Security, here))
		away, never := w.staff("away", here, grant(authz.Cadre, here)), w.staff("never", here)
		w.staff("busy", here, grant(authz.Cadre, here))
		w.as("guard2")
		w.clock.Move(day)
		w.as("away")
		w.as("guard")
		w.clock.Move(80 * day)
		_, in := w.as("busy")
		w.clock.Move(10*time.Minute + day/48)
		if _, err := w.accounts.Resolve(t.Context(), in.Token); code(err) != "missing" {
			t.Fatalf("a session left alone: %v", err)
		}
		locked := func(as context.Context) (all []account.ID) {
			t.Helper()
			w.must(w.Sleep(as))
			err := w.db.View(t.Context(), func(tx *db.Tx) error {
				return tx.Each(t.Context(), `select person_id from person where locked_at is not null and locked_by = '' and locked_why = $1`, []any{warden.Dormant}, func(r db.Row) error {
					var who account.ID
					err := r.Scan(&who)
					all = append(all, who)
					return err
				})
			})
			w.must(err)
			return all
		}
		if got := locked(system); len(got) != 0 {
			t.Errorf("after 81 days: got %v", got)
		}
		w.clock.Move(12 * day)
		guard, _ := w.as("guard")
		for _, nobody := range []context.Context{t.Context(), guard} {
			if got := locked(nobody); len(got) != 0 {
				t.Errorf("by somebody else than the program: got %v", got)
			}
		}
		got := locked(system)
		has := map[account.ID]bool{}
		for _, who := range got {
			has[who] = true
		}
		if len(got) != 3 || !has[away] || !has[never] || !has[other] {
			t.Errorf("after 93 days: got %v, want away, never and the other guard", got)
		}
		if _, err := w.accounts.SignInStaff(t.Context(), "away", password); code(err) != "invalid" {
			t.Errorf("a sign-in: got %v", err)
		}
		seen, err := w.WatchOne(guard, away)
		w.must(err)
		if seen.LockedBy != "" || seen.LockedWhy != warden.Dormant || seen.UsedAt != start.Add(day) {
			t.Errorf("what is seen of it: %+v", seen)
		}
		w.must(w.Unlock(guard, away, "休完产假回来了"))
		w.clock.Move(9 * day)
		w.as("busy")
		if got := locked(system); len(got) != 2 {
			t.Errorf("nine days later: got %v, want those two still", got)
		}
		w.as("away")
	})
}

// With a network named, an administrator works from there alone; others from anywhere.
func TestPowersFromTheirNetworkAlone(t *testing.T) {
	proves.That(t, "admin-addresses")
	each(t, func(t *testing.T, w world) {
		w.staff("admin", here, grant(authz.Admin, here))
		w.staff("guard", here, grant(authz.Security, here))
		w.staff("audit", here, grant(authz.Auditor, here))
		w.staff("cadre", here, grant(authz.Cadre, here))
		var guarding account.Signed
		from := func(addr string) pace.Origin { return pace.Origin{Addr: netip.MustParseAddr(addr)} }
		for _, login := range []string{"admin", "guard", "audit"} {
			for _, addr := range []string{"10.2.0.1", "192.0.2.7", "2001:db8::1"} {
				_, err := w.inside.SignInStaff(pace.With(t.Context(), from(addr)), login, password)
				if code(err) != "invalid" {
					t.Errorf("%s from %s: got %v, want it refused", login, addr, err)
				}
			}
			for _, addr := range []string{"10.1.200.3", "::ffff:10.1.0.1"} {
				in, err := w.inside.SignInStaff(pace.With(t.Context(), from(addr)), login, password)
				if err != nil {
					t.Errorf("%s from %s: %v", login, addr, err)
					continue
				}
				if login == "guard" {
					guarding = in
				}
				if _, err := w.inside.Resolve(pace.With(t.Context(), from(addr)), in.Token); err != nil {
					t.Errorf("the session of %s from %s: %v", login, addr, err)
				}
				if _, err := w.inside.Resolve(pace.With(t.Context(), from("192.0.2.7")), in.Token); code(err) != "missing" {
					t.Errorf("the session of %s taken elsewhere: got %v", login, err)
				}
			}
		}
		in, err := w.inside.SignInStaff(pace.With(t.Context(), from("192.0.2.7")), "cadre", password)
		if err != nil {
			t.Fatalf("a cadre from anywhere: %v", err)
		}
		w.clock.Move(time.Minute)
		guard, err := w.inside.Resolve(pace.With(t.Context(), from("10.1.0.1")), guarding.Token)
		w.must(err)
		seen, err := w.WatchOne(authz.With(t.Context(), guard), in.Person)
		w.must(err)
		if len(seen.Tries) != 2 || seen.Tries[0].Note != `{"via":"192.0.2.7"}` || seen.Tries[1].Note != `{"via":"192.0.2.7"}` {
			t.Errorf("from where it came: got %+v", seen.Tries)
		}
	})
}
