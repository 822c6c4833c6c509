package account_test

import (
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
)

// djbh3 sets the rules that 等保 level 3 adds.
func (w world) djbh3(days, kept, kinds int64) {
	w.t.Helper()
	w.limit("password_days", days)
	w.limit("password_kept", kept)
	w.limit("password_kinds", kinds)
}

func TestPasswordsByProfile(t *testing.T) {
	proves.That(t, "pw-djbh3")
	each(t, func(t *testing.T, w world) {
		w.staff("fang", here, account.Grant{Role: authz.Cadre, Area: here})
		now := password
		change := func(to string) string {
			w.clock.Move(time.Minute)
			t.Helper()
			in, err := w.SignInStaff(t.Context(), "fang", now)
			w.must(err)
			s, err := w.Resolve(t.Context(), in.Token)
			w.must(err)
			err = w.SetPassword(authz.With(t.Context(), s), now, to, in.Token)
			if err == nil {
				now = to
			}
			return field(err)
		}
		w.clock.Move(400 * 24 * time.Hour)
		if got := change("green lake by the hill"); got != "ok" {
			t.Errorf("without the profile: got %s", got)
		}
		if n := w.kept(); n != 0 {
			t.Errorf("without the profile %d are remembered, want none", n)
		}
		w.djbh3(90, 3, 3)
		for _, test := range []struct{ to, want string }{
			{"white cloud over the gate", "account.password.kinds"},
			{"White cloud over the gate", "ok"},
			{"White cloud over the gate ", "ok"},
			{"Third cloud over the gate", "ok"},
			{"White cloud over the gate", "account.password.used"},
			{"Fourth cloud over the gate", "ok"},
			{"White cloud over the gate", "ok"},
			{"第四个云飘过大门很久了 Ab", "ok"},
		} {
			if got := change(test.to); got != test.want {
				t.Errorf("to %q: got %s, want %s", test.to, got, test.want)
			}
		}
		if n := w.kept(); n != 3 {
			t.Errorf("%d are remembered, want 3", n)
		}
		visit := func() account.Visit {
			t.Helper()
			in, err := w.SignInStaff(t.Context(), "fang", now)
			w.must(err)
			v, err := w.Enter(t.Context(), in.Token)
			w.must(err)
			return v
		}
		w.clock.Move(90*24*time.Hour - time.Second)
		if v := visit(); v.Aged || v.MustChange || !v.Subject.Has(authz.Cadre) {
			t.Errorf("a second before: got %+v", v)
		}
		w.clock.Move(time.Second)
		if v := visit(); !v.Aged || !v.MustChange || v.Subject.Has(authz.Cadre) {
			t.Errorf("after 90 days: got %+v, want no rights before the change", v)
		}
		if got := change("Fifth cloud over the gate"); got != "ok" {
			t.Errorf("the change: got %s", got)
		}
		if v := visit(); v.Aged || !v.Subject.Has(authz.Cadre) {
			t.Errorf("after the change: got %+v", v)
		}
		w.djbh3(0, 0, 0)
		w.clock.Move(400 * 24 * time.Hour)
		if v := visit(); v.Aged {
			t.Error("taken away, and still asked for")
		}
		if got := change("red boat on the river"); got != "ok" || w.kept() != 0 {
			t.Errorf("taken away: got %s, and %d are remembered", got, w.kept())
		}
	})
}

// kept counts the passwords that are remembered.
func (w world) kept() (n int) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *db.Tx) error {
		return tx.One(w.t.Context(), `select count(*) from person_password_old`, nil, &n)
	}))
	return n
}
