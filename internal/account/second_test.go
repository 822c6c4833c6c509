package account_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
)

// phone is an authenticator.
type phone struct{ secret string }

// code is what it shows, ahead steps from now.
func (p phone) code(w world, ahead int64) string {
	w.t.Helper()
	c, err := hotp.GenerateCode(p.secret, uint64(w.clock.Now().Unix()/30+ahead))
	w.must(err)
	return c
}

// enter signs somebody in who has no second factor, and returns who asks and the
// session's secret.
func (w world) enter(login string) (context.Context, string) {
	w.t.Helper()
	in, err := w.SignInStaff(w.t.Context(), login, password)
	w.must(err)
	s, err := w.Resolve(w.t.Context(), in.Token)
	w.must(err)
	return authz.With(w.t.Context(), s), in.Token
}

// secured gives login a second factor, and goes on to the next time step.
func (w world) secured(login string) (context.Context, string, phone, []string) {
	w.t.Helper()
	ctx, token := w.enter(login)
	w.must(w.StartFactor(ctx, password, token))
	state, err := w.Factor(ctx)
	w.must(err)
	p := phone{state.Secret}
	codes, err := w.ConfirmFactor(ctx, p.code(w, 0), token)
	w.must(err)
	w.clock.Move(30 * time.Second)
	return ctx, token, p, codes
}

func (w world) half(login string) string {
	w.t.Helper()
	in, err := w.SignInStaff(w.t.Context(), login, password)
	w.must(err)
	if !in.Half {
		w.t.Fatal("the password alone is enough")
	}
	return in.Token
}

func TestSecondFactor(t *testing.T) {
	proves.That(t, "mfa-staff")
	each(t, func(t *testing.T, w world) {
		w.limit("login_pair_free", 1000)
		w.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		ctx, token := w.enter("liuting")
		_, elsewhere := w.enter("liuting")
		if err := w.StartFactor(ctx, "not the password", token); code(err) != "invalid" {
			t.Errorf("a start without the password: %v", err)
		}
		if _, err := w.ConfirmFactor(ctx, "000000", token); code(err) != "invalid" {
			t.Errorf("a code before the start: %v", err)
		}
		w.must(w.StartFactor(ctx, password, token))
		state, err := w.Factor(ctx)
		if err != nil || state.On || len(state.Secret) != 32 || !strings.Contains(state.Address, state.Secret) {
			t.Fatalf("the secret that waits: %+v, %v", state, err)
		}
		p := phone{state.Secret}
		if in, err := w.SignInStaff(t.Context(), "liuting", password); err != nil || in.Half {
			t.Errorf("a secret that waits asks for codes already: %+v, %v", in, err)
		}
		if _, err := w.ConfirmFactor(ctx, "x", token); code(err) != "invalid" {
			t.Errorf("a wrong first code: %v", err)
		}
		codes, err := w.ConfirmFactor(ctx, p.code(w, -1), token)
		if err != nil || len(codes) != 10 {
			t.Fatalf("%q, %v", codes, err)
		}
		if _, err := w.Resolve(t.Context(), elsewhere); code(err) != "missing" {
			t.Errorf("a session from before goes on: %v", err)
		}
		if state, err = w.Factor(ctx); err != nil || !state.On || state.Left != 10 || state.Secret != "" {
			t.Errorf("afterwards: %+v, %v", state, err)
		}
		if err := w.StartFactor(ctx, password, token); code(err) != "conflict" {
			t.Errorf("a second start: %v", err)
		}
		half := w.half("liuting")
		for _, test := range []struct{ about, code, want string }{
			{"the code of the set-up again", p.code(w, -1), "invalid"},
			{"two steps late", p.code(w, -2), "invalid"},
			{"two steps early", p.code(w, 2), "invalid"},
			{"nothing", "", "invalid"},
			{"the code of the moment, with a space", p.code(w, 0)[:3] + " " + p.code(w, 0)[3:], "ok"},
			{"once more, by a sign-in that is over", p.code(w, 1), "missing"},
		} {
			if _, err := w.EnterCode(t.Context(), half, test.code); code(err) != test.want {
				t.Errorf("%s: %v, want %s", test.about, err, test.want)
			}
			w.clock.Move(time.Millisecond)
		}
		half = w.half("liuting")
		if _, err := w.EnterCode(t.Context(), half, p.code(w, 0)); code(err) != "invalid" {
			t.Errorf("a used code: %v", err)
		}
		if in, err := w.EnterCode(t.Context(), half, p.code(w, 1)); err != nil || in.Half || in.Device == "" {
			t.Errorf("the next step, by a fast clock: %+v, %v", in, err)
		}
		if _, err := w.EnterCode(t.Context(), w.half("liuting"), p.code(w, 0)); code(err) != "invalid" {
			t.Errorf("a step before the newest used one: %v", err)
		}
	})
}

// A sign-in that waits for its code is worth nothing but the code, and not for long.
func TestHalfOpensNothing(t *testing.T) {
	proves.That(t, "mfa-staff")
	each(t, func(t *testing.T, w world) {
		id := w.staff("liuting", "990101")
		ctx, token, p, _ := w.secured("liuting")
		half := w.half("liuting")
		if _, err := w.Resolve(t.Context(), half); code(err) != "missing" {
			t.Errorf("it is a session: %v", err)
		}
		if _, err := w.EnterCode(t.Context(), token, p.code(w, 0)); code(err) != "missing" {
			t.Errorf("a session is one: %v", err)
		}
		w.clock.Move(5 * time.Minute)
		if _, err := w.EnterCode(t.Context(), half, p.code(w, 0)); code(err) != "missing" {
			t.Errorf("after five minutes: %v", err)
		}
		for about, end := range map[string]func() error{
			"a change of the password": func() error { return w.SetPassword(ctx, password, "green boat on the river", token) },
			"a reset of the password":  func() error { return w.PutPassword(system, "liuting", password) },
		} {
			w.must(w.PutPassword(system, "liuting", password))
			ctx, token = w.in(p, w.half("liuting"))
			half = w.half("liuting")
			w.must(end())
			if _, err := w.EnterCode(t.Context(), half, p.code(w, 0)); code(err) != "missing" {
				t.Errorf("after %s: %v", about, err)
			}
		}
		w.must(w.PutPassword(system, "liuting", password))
		half = w.half("liuting")
		w.must(w.EndStay(system, id))
		if _, err := w.EnterCode(t.Context(), half, p.code(w, 0)); code(err) != "missing" {
			t.Errorf("after the end of the stay: %v", err)
		}
	})
}

// in ends the sign-in half by p, and goes on to the next time step.
func (w world) in(p phone, half string) (context.Context, string) {
	w.t.Helper()
	in, err := w.EnterCode(w.t.Context(), half, p.code(w, 0))
	w.must(err)
	s, err := w.Resolve(w.t.Context(), in.Token)
	w.must(err)
	w.clock.Move(30 * time.Second)
	return authz.With(w.t.Context(), s), in.Token
}

// However many try one code at once, it is used once: a code of the moment and a
// recovery code, by as many sign-ins, and by one.
func TestOneCodeOneSuccess(t *testing.T) {
	proves.That(t, "one-winner", "otp-single-use")
	each(t, func(t *testing.T, w world) {
		w.limit("login_pair_free", 1000)
		w.limit("login_account_free", 1000)
		w.limit("login_address_free", 1000)
		w.staff("liuting", "990101")
		_, _, p, codes := w.secured("liuting")
		const clients = 64
		for about, test := range map[string]struct {
			code string
			half func(shared string) string
		}{
			"a code, many sign-ins":          {p.code(w, 0), func(string) string { return w.half("liuting") }},
			"a recovery code, many sign-ins": {codes[0], func(string) string { return w.half("liuting") }},
			"a recovery code, one sign-in":   {codes[1], func(shared string) string { return shared }},
		} {
			shared := w.half("liuting")
			halves := make([]string, clients)
			for i := range halves {
				halves[i] = test.half(shared)
			}
			var good, odd atomic.Int64
			var wait sync.WaitGroup
			for _, half := range halves {
				wait.Go(func() {
					switch _, err := w.EnterCode(t.Context(), half, test.code); {
					case err == nil:
						good.Add(1)
					case !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Busy):
						odd.Add(1)
						t.Errorf("%s: %v", about, err)
					}
				})
			}
			wait.Wait()
			if good.Load() != 1 || odd.Load() != 0 {
				t.Errorf("%s: %d successes, want 1", about, good.Load())
			}
		}
	})
}

func TestRecoveryCodes(t *testing.T) {
	proves.That(t, "auth-recovery")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		w.staff("zhoumin", "990101")
		_, _, p, codes := w.secured("liuting")
		_, _, _, others := w.secured("zhoumin")
		for _, test := range []struct{ about, code, want string }{
			{"somebody else's", others[0], "invalid"},
			{"one", codes[0], "ok"},
			{"the same again", codes[0], "invalid"},
			{"another, in small letters without hyphens", strings.ToLower(strings.ReplaceAll(codes[1], "-", "")), "ok"},
		} {
			if _, err := w.EnterCode(t.Context(), w.half("liuting"), test.code); code(err) != test.want {
				t.Errorf("%s: %v, want %s", test.about, err, test.want)
			}
			w.clock.Move(20 * time.Minute)
		}
		ctx, _ := w.in(p, w.half("liuting"))
		if state, err := w.Factor(ctx); err != nil || state.Left != 8 {
			t.Errorf("left: %+v, %v", state, err)
		}
		stale := authz.From(ctx)
		stale.Proven = w.clock.Now()
		if _, err := w.RenewCodes(authz.With(t.Context(), stale)); code(err) != "unproven" {
			t.Errorf("new ones long after the proof: %v, want unproven", err)
		}
		fresh, err := w.RenewCodes(ctx)
		if err != nil || len(fresh) != 10 {
			t.Fatalf("%q, %v", fresh, err)
		}
		w.clock.Move(20 * time.Minute)
		if _, err := w.EnterCode(t.Context(), w.half("liuting"), codes[3]); code(err) != "invalid" {
			t.Errorf("an old one: %v", err)
		}
		w.clock.Move(20 * time.Minute)
		w.must(errOf(w.EnterCode(t.Context(), w.half("liuting"), fresh[3])))
	})
}

func errOf(_ account.Signed, err error) error { return err }

func TestTurningOff(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
		liuting := w.staff("liuting", "990101")
		far := w.staff("far", "990102")
		ctx, token, p, _ := w.secured("liuting")
		for _, test := range []struct{ about, password, code, want string }{
			{"without the code", password, "", "invalid"},
			{"without the password", "", p.code(w, 0), "invalid"},
			{"with both", password, p.code(w, 0), "ok"},
		} {
			if err := w.DropFactor(ctx, test.password, test.code, token); code(err) != test.want {
				t.Errorf("%s: %v, want %s", test.about, err, test.want)
			}
		}
		if in, err := w.SignInStaff(t.Context(), "liuting", password); err != nil || in.Half || in.FactorLost {
			t.Errorf("afterwards: %+v, %v", in, err)
		}
		_, token, _, _ = w.secured("liuting")
		w.clock.Move(time.Minute)
		_, _, _, _ = w.secured("far")
		admin, adminToken, _, _ := w.secured("admin")
		self, err := w.Me(admin, adminToken)
		w.must(err)
		for _, test := range []struct {
			about string
			who   account.ID
			want  string
		}{
			{"one's own", self.ID, "denied"},
			{"beyond the area", far, "missing"},
			{"within the area", liuting, "ok"},
			{"where there is none", liuting, "conflict"},
		} {
			if err := w.ResetFactor(admin, test.who); code(err) != test.want {
				t.Errorf("a reset of %s: %v, want %s", test.about, err, test.want)
			}
		}
		if _, err := w.Resolve(t.Context(), token); code(err) != "missing" {
			t.Errorf("a session goes on after the reset: %v", err)
		}
		for i, want := range []bool{true, false} {
			if in, err := w.SignInStaff(t.Context(), "liuting", password); err != nil || in.Half || in.FactorLost != want {
				t.Errorf("sign-in %d after the reset: %+v, %v", i, in, err)
			}
		}
		if state, err := w.Factor(authz.With(t.Context(), authz.Subject{ID: string(liuting), Kind: authz.Staff})); err != nil || state.ResetBy != "名admin" {
			t.Errorf("who reset it: %+v, %v", state, err)
		}
		if err := w.PutFactorOff(admin, "admin"); code(err) != "denied" {
			t.Errorf("the program's way, by somebody: %v", err)
		}
		w.must(w.PutFactorOff(system, "Admin"))
	})
}

// Codes are guessed as slowly as passwords; who has the password gains nothing.
func TestGuessingCodesIsSlowed(t *testing.T) {
	proves.That(t, "otp-single-use")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		w.secured("liuting")
		for about, place := range map[string]func(n int) context.Context{
			"one place":   func(int) context.Context { return from(t.Context(), "203.0.113.5") },
			"many places": func(n int) context.Context { return from(t.Context(), fmt.Sprintf("198.51.%d.%d", n/250, n%250)) },
		} {
			guesses := 0
			for n := range 12 * 60 {
				in, err := w.SignInStaff(place(n), "liuting", password)
				if err == nil {
					_, err = w.EnterCode(place(n), in.Token, "nonsense")
				}
				switch {
				case fault.Is(err, fault.Invalid):
					guesses++
				case !fault.Is(err, fault.Busy):
					t.Fatal(err)
				}
				w.clock.Move(time.Minute)
			}
			if guesses > 80 {
				t.Errorf("%s: %d guesses in half a day", about, guesses)
			}
			w.clock.Move(49 * time.Hour)
		}
	})
}

func TestWhoMustHaveOne(t *testing.T) {
	proves.That(t, "mfa-staff")
	each(t, func(t *testing.T, w world) {
		w.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
		w.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		for _, test := range []struct {
			rule         int64
			admin, cadre bool
		}{{0, false, false}, {1, true, false}, {2, true, true}, {0, false, false}} {
			w.must(w.SetLimit(system, "factor_required", "2026-11-24", test.rule, "test"))
			w.must(w.SetLimit(system, "factor_required", "2026-11-25", 2, "a day to come does not count yet"))
			for login, must := range map[string]bool{"admin": test.admin, "liuting": test.cadre} {
				in, err := w.SignInStaff(t.Context(), login, password)
				w.must(err)
				v, err := w.Enter(t.Context(), in.Token)
				if err != nil || v.MustFactor != must || (len(v.Subject.Grants) == 0) != must {
					t.Errorf("rule %d, %s: %+v, %v", test.rule, login, v, err)
				}
			}
		}
		w.clock.Move(24 * time.Hour)
		ctx, token := w.enter("liuting")
		if grants := authz.From(ctx).Grants; len(grants) != 0 {
			t.Errorf("on the day, rights without a second factor: %v", grants)
		}
		w.must(w.StartFactor(ctx, password, token))
		state, err := w.Factor(ctx)
		w.must(err)
		w.must(failed(w.ConfirmFactor(ctx, phone{state.Secret}.code(w, 0), token)))
		if v, err := w.Enter(t.Context(), token); err != nil || v.MustFactor || !v.Factor || len(v.Subject.Grants) != 1 {
			t.Errorf("once set up: %+v, %v", v, err)
		}
	})
}

func failed(_ []string, err error) error { return err }

// Neither the secret nor a code is in plain text anywhere in the database.
func TestFactorIsSealed(t *testing.T) {
	proves.That(t, "otp-single-use")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		_, _, p, codes := w.secured("liuting")
		var dump strings.Builder
		w.must(w.db.View(t.Context(), func(tx *db.Tx) error { _, err := tx.Dump(t.Context(), &dump); return err }))
		text := dump.String()
		for _, secret := range []string{p.secret, codes[0], strings.ReplaceAll(codes[0], "-", "")} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is readable", secret)
			}
		}
		if !strings.Contains(text, "liuting") {
			t.Error("the search does not find what is there")
		}
	})
}
