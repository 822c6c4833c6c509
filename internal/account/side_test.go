package account_test

import (
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

// Each power is a side, and all work together one.
func TestNobodyIsOnTwoSides(t *testing.T) {
	proves.That(t, "admin3")
	each(t, func(t *testing.T, w world) {
		w.staff("admin", here, grant(authz.Admin, here))
		admin, _ := w.as("admin")
		who := w.staff("fang", here)
		give := func(g account.Grant) string { return field(w.Give(admin, who, g)) }
		body := id.New[string]()
		w.orgs[body] = here
		for _, first := range authz.AllRoles {
			if got := give(account.Grant{Role: first, Area: here, Org: body}); got != "ok" {
				t.Fatalf("%s alone: got %s", first, got)
			}
			for _, second := range authz.AllRoles {
				for about, g := range map[string]account.Grant{
					"now": {Role: second, Area: here, Org: body}, "another area": {Role: second, Area: here + "101", Org: body},
					"to come": {Role: second, Area: here, Org: body, From: w.clock.Now().Add(240 * time.Hour)},
				} {
					want := map[bool]string{true: "ok", false: "account.role.apart"}[authz.Side(first) == authz.Side(second)]
					if got := give(g); got != want {
						t.Errorf("%s, then %s %s: got %s, want %s", first, second, about, got, want)
					}
				}
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
		for _, second := range []authz.Role{authz.Auditor, authz.Cadre} {
			_, _, err := w.AddStaff(admin, account.Staff{Login: "both", Name: "两样", Area: here, Grants: []account.Grant{grant(authz.Admin, here), grant(second, here)}})
			if got := field(err); got != "account.role.apart" {
				t.Errorf("somebody new, administrator and %s: got %s", second, got)
			}
		}
	})
}

// Two administrators put somebody on different sides at the same moment.
func TestTwoSidesAtOnce(t *testing.T) {
	proves.That(t, "admin3")
	each(t, func(t *testing.T, w world) {
		w.staff("one", here, grant(authz.Admin, here))
		w.staff("two", here, grant(authz.Admin, here))
		one, _ := w.as("one")
		two, _ := w.as("two")
		for _, other := range []authz.Role{authz.Auditor, authz.Cadre, authz.Auditor, authz.Leader} {
			who := w.staff("n"+id.New[string]()[24:], here)
			got := make([]string, 2)
			var all sync.WaitGroup
			all.Go(func() { got[0] = field(w.Give(one, who, grant(authz.Security, here))) })
			all.Go(func() { got[1] = field(w.Give(two, who, grant(other, here))) })
			all.Wait()
			if s := strings.Join(got, " "); s != "ok account.role.apart" && s != "account.role.apart ok" {
				t.Errorf("got %s, want one of each", s)
			}
		}
	})
}

// Each of the layers holds when the others are switched off: the key of the table, and
// the reading of rights.
func TestSidesAreHeldTwice(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		who := w.staff("fang", here, grant(authz.Security, here))
		err := w.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `insert into person_side (person_id, side) values ($1, 'work')`, string(who))
			return err
		})
		if !db.IsUnique(err) {
			t.Errorf("a second side in the table: got %v, want the key to refuse it", err)
		}
		for _, step := range []struct {
			role, want authz.Role
			about      string
		}{
			{authz.Cadre, authz.Security, "a power and work: the power alone"},
			{authz.Auditor, authz.Cadre, "two powers: neither"},
		} {
			w.must(w.db.Update(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `
					insert into person_grant (person_id, grant_id, role, area, org_id, from_at, until_at, given_by, given_at, ended_at, ended_by)
					values ($1, $2, $3, $4, null, 0, null, 'thief', 0, null, '')`, string(who), id.New[string](), string(step.role), here)
				return err
			}))
			ctx, _ := w.as("fang")
			if got := authz.From(ctx).Grants; len(got) != 1 || got[0].Role != step.want {
				t.Errorf("written past the program, %s: got %v", step.about, got)
			}
		}
	})
}
