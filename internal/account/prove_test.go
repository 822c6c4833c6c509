package account_test

import (
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

func TestActsThatAskAgain(t *testing.T) {
	proves.That(t, "sess-stepup")
	each(t, func(t *testing.T, w world) {
		w.staff("admin", "9901", account.Grant{Role: authz.Admin, Area: "9901"})
		cadre := w.staff("cadre", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		target := w.staff("target", "990101")
		_, in := w.as("admin")
		_, other := w.as("admin")
		named := id.New[string]()
		again := func(in account.Signed) account.Visit {
			v, err := w.Enter(t.Context(), in.Token)
			w.must(err)
			return v
		}
		give := func(in account.Signed, clientID string) string {
			ctx := op.With(authz.With(t.Context(), again(in).Subject), op.Call{ClientID: clientID, Digest: "same"})
			return code(w.Give(ctx, target, account.Grant{Role: authz.Cadre, Area: "990101"}))
		}
		see := func(in account.Signed) {
			w.t.Helper()
			if got, err := w.Get(authz.With(t.Context(), again(in).Subject), target); err != nil || got.Login != "target" {
				t.Errorf("what asks for nothing: %v, %v", got.Login, err)
			}
		}
		prove := func(in account.Signed, password string) string {
			return code(w.Prove(authz.With(t.Context(), again(in).Subject), password, "", in.Token))
		}
		if got := give(in, ""); got != "ok" {
			t.Errorf("right after the sign-in: %s, want ok", got)
		}
		w.clock.Move(15*time.Minute - time.Microsecond)
		if got := give(in, ""); got != "ok" || !again(in).Proven {
			t.Errorf("within the limit: %s", got)
		}
		w.clock.Move(time.Microsecond)
		if got := give(in, named); got != "unproven" || again(in).Proven {
			t.Errorf("at the limit: %s, want unproven", got)
		}
		see(in)
		if got := prove(in, "not it"); got != "invalid" {
			t.Errorf("a wrong password: %s, want invalid", got)
		}
		if got := give(in, named); got != "unproven" {
			t.Errorf("after a wrong password: %s, want unproven", got)
		}
		if got := prove(in, password); got != "ok" {
			t.Errorf("the password: %s", got)
		}
		if got := give(in, named); got != "ok" {
			t.Errorf("the same call afterwards: %s, want ok", got)
		}
		if got := give(other, ""); got != "unproven" {
			t.Errorf("another session of the same person: %s, want unproven", got)
		}
		w.limit("proof_min", 0)
		if got := give(in, ""); got != "unproven" {
			t.Errorf("under a limit of nothing: %s, want unproven", got)
		}
		w.limit("proof_min", 15)

		// Every act that the policy marks, and who may not is told what they were told before.
		_, thin := w.as("cadre")
		w.clock.Move(16 * time.Minute)
		admin, stranger := again(other).Subject, again(thin).Subject
		for about, act := range map[string]func(authz.Subject) error{
			"add": func(s authz.Subject) error {
				_, _, err := w.AddStaff(authz.With(t.Context(), s), account.Staff{Login: "fresh", Name: "新", Area: "990101"})
				return err
			},
			"reset a password": func(s authz.Subject) error {
				_, err := w.ResetPassword(authz.With(t.Context(), s), cadre)
				return err
			},
			"reset a factor": func(s authz.Subject) error { return w.ResetFactor(authz.With(t.Context(), s), cadre) },
			"end a stay":     func(s authz.Subject) error { return w.EndStay(authz.With(t.Context(), s), cadre) },
		} {
			if err := act(admin); fault.KindOf(err) != fault.Unproven {
				t.Errorf("%s: %v, want unproven", about, err)
			}
			if err := act(stranger); fault.KindOf(err) != fault.Missing {
				t.Errorf("%s by a cadre: %v, want missing", about, err)
			}
		}
	})
}

// Where there is a second factor, the password alone proves nothing, and a code
// that signed in does not prove again.
func TestProofByTwoFactors(t *testing.T) {
	proves.That(t, "sess-stepup")
	each(t, func(t *testing.T, w world) {
		w.staff("admin", "9901", account.Grant{Role: authz.Admin, Area: "9901"})
		_, _, p, recovery := w.secured("admin")
		signedBy := p.code(w, 0)
		in, err := w.EnterCode(t.Context(), w.half("admin"), signedBy)
		w.must(err)
		prove := func(password, code string) error {
			v, err := w.Enter(t.Context(), in.Token)
			w.must(err)
			return w.Prove(authz.With(t.Context(), v.Subject), password, code, in.Token)
		}
		proven := func() bool {
			v, err := w.Enter(t.Context(), in.Token)
			w.must(err)
			return v.Proven
		}
		if !proven() {
			t.Error("both at the sign-in prove")
		}
		for _, test := range []struct{ about, password, code, field string }{
			{"no code", password, "", "code"},
			{"the code that signed in", password, signedBy, "code"},
			{"a wrong password with the right code", "x", p.code(w, 1), "password"},
		} {
			err := prove(test.password, test.code)
			if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != test.field {
				t.Errorf("%s: %v, want a fault of %s", test.about, err, test.field)
			}
		}
		w.clock.Move(16 * time.Minute)
		if proven() {
			t.Error("refused tries prolonged the proof")
		}
		w.must(prove(password, p.code(w, 0)))
		if !proven() {
			t.Error("password and code do not prove")
		}
		w.clock.Move(16 * time.Minute)
		w.must(prove(password, recovery[0]))
		if err := prove(password, recovery[0]); code(err) != "invalid" {
			t.Errorf("a recovery code twice: %v", err)
		}
	})
}

// Guesses at the question count as guesses at the sign-in do: asking again is no
// second door to try passwords at.
func TestGuessesAtTheProofAreSlowed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.staff("admin", "9901", account.Grant{Role: authz.Admin, Area: "9901"})
		ctx, in := w.as("admin")
		var got string
		for range 10 {
			if got = code(w.Prove(ctx, "guess", "", in.Token)); got == "busy" {
				break
			}
		}
		if got != "busy" {
			t.Errorf("ten guesses: %s, want busy", got)
		}
		if got := code(w.Prove(ctx, password, "", in.Token)); got != "busy" {
			t.Errorf("the right one meanwhile: %s, want busy", got)
		}
	})
}
