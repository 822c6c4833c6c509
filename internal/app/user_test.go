package app

import (
	"path/filepath"
	"testing"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/evidence/proves"
)

// The first of a new installation's staff makes it ask the three powers for a second
// factor, and the profile for level 3 asks everybody; whoever adds a second one changes
// nothing that was decided since.
func TestFirstUserAsksForTwoFactors(t *testing.T) {
	proves.That(t, "mfa-staff")
	a := must[*App](t)(Open(t.Context(), Config{Data: filepath.Join(t.TempDir(), "new")}))
	t.Cleanup(func() { _ = a.Close() })
	add := func(login, role string) {
		must[bool](t)(true, a.AddUser(t.Context(), NewUser{Login: login, Name: "示例", Password: testPassword, Role: role, Area: "220402"}))
	}
	asked := func(login string) bool {
		in := must[account.Signed](t)(a.Accounts.SignInStaff(t.Context(), login, testPassword))
		return must[account.Visit](t)(a.Accounts.Enter(t.Context(), in.Token)).MustFactor
	}
	add("root", "admin")
	if !asked("root") {
		t.Error("the first administrator works with a password alone")
	}
	today := clock.Day(a.db.Clock().Now())
	must[bool](t)(true, a.RequireFactor(t.Context(), "nobody", today, "test"))
	add("liuting", string(authz.Cadre))
	if asked("root") || asked("liuting") {
		t.Error("the second one brings back what was taken away")
	}
	must[bool](t)(true, a.Passwords(t.Context(), "djbh3", today, "test"))
	if !asked("liuting") {
		t.Error("level 3 does not ask a cadre for two")
	}
}
