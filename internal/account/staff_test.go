package account_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
)

func TestStaffSignIn(t *testing.T) {
	proves.That(t, "auth-flows")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		gone := w.staff("zhoumin", "990101")
		w.must(w.EndStay(system, gone))
		_, first, err := w.AddStaff(system, account.Staff{Login: "newcomer", Name: "新来的", Area: "990101"})
		w.must(err)
		if _, _, err := w.AddStaff(system, account.Staff{Login: "unseen", Name: "\u200b\u202e", Area: "990101"}); code(err) != "invalid" {
			t.Errorf("a name that nobody sees = %v, want invalid", err)
		}
		w.clock.Move(8 * 24 * time.Hour)
		var answers []string
		for _, test := range []struct{ about, login, password, want string }{
			{"a wrong password", "liuting", "wrong boat on the river", "invalid"},
			{"a name that does not exist", "nobody", password, "invalid"},
			{"somebody who left", "zhoumin", password, "invalid"},
			{"a first password after its week", "newcomer", first, "invalid"},
			{"nothing at all", "", "", "invalid"},
			{"a password of a megabyte", "liuting", strings.Repeat("x", 1<<20), "invalid"},
			{"the right one, in other case and width", " ＬiuTing ", password, "ok"},
		} {
			_, err := w.SignInStaff(t.Context(), test.login, test.password)
			if got := code(err); got != test.want {
				t.Errorf("%s: %s, want %s (%v)", test.about, got, test.want, err)
			}
			if err != nil {
				answers = append(answers, fmt.Sprint(fault.Of(err).Kind, fault.Of(err).Msg, fault.Of(err).Args, fault.Of(err).Fields))
			}
		}
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("answers differ: %q and %q", a, answers[0])
			}
		}
	})
}

func TestFirstPasswordMustBeChanged(t *testing.T) {
	proves.That(t, "pw-policy", "auth-recovery")
	each(t, func(t *testing.T, w world) {
		_, first, err := w.AddStaff(system, account.Staff{Login: "liuting", Name: "刘婷", Area: "990101", Grants: []account.Grant{{Role: authz.Cadre, Area: "990101"}}})
		w.must(err)
		in, err := w.SignInStaff(t.Context(), "liuting", first)
		if err != nil || !in.MustChange {
			t.Fatalf("%+v, %v", in, err)
		}
		s, err := w.Resolve(t.Context(), in.Token)
		if err != nil || len(s.Grants) != 0 {
			t.Errorf("before the change there are grants: %+v, %v", s, err)
		}
		ctx := authz.With(t.Context(), s)
		for _, test := range []struct{ about, old, fresh, want string }{
			{"with a wrong old one", "x", password, "old"},
			{"to a short one", first, "boat river", "ok"},
			{"to a shorter one", "boat river", "boat", "password"},
			{"to the login name with signs", "boat river", "liuting-liuting", "password"},
			{"to a day of birth and a phone", "boat river", "19860312138123", "password"},
			{"to a common one", "boat river", "Woaini1314520", "password"},
			{"to a common one in full width", "boat river", "ｐａｓｓｗｏｒｄ１２３", "password"},
			{"to the same", "boat river", "boat river", "password"},
			{"to a good one", "boat river", password, "ok"},
		} {
			err := w.SetPassword(ctx, test.old, test.fresh, in.Token)
			got := code(err)
			if fault.Is(err, fault.Invalid) {
				got = fault.Of(err).Fields[0].Name
			}
			if got != test.want {
				t.Errorf("%s: %s, want %s (%v)", test.about, got, test.want, err)
			}
			w.clock.Move(time.Minute)
		}
		if s, err := w.Resolve(t.Context(), in.Token); err != nil || len(s.Grants) != 1 {
			t.Errorf("after the change: %+v, %v", s, err)
		}
	})
}

// One guesser tries for a day from one place, then from ever new places. They
// get few guesses, and the owner gets in all the time from the own device.
func TestGuessingIsSlowedAndOwnersAreNot(t *testing.T) {
	proves.That(t, "auth-flows")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		home := from(t.Context(), "192.0.2.77")
		in, err := w.SignInStaff(home, "liuting", password)
		w.must(err)
		phone := pace.With(t.Context(), pace.Origin{Device: in.Device})
		for about, place := range map[string]func(n int) context.Context{
			"one place":   func(int) context.Context { return from(t.Context(), "203.0.113.5") },
			"many places": func(n int) context.Context { return from(t.Context(), fmt.Sprintf("198.51.%d.%d", n/250, n%250)) },
		} {
			guesses := 0
			for n := range 24 * 60 {
				switch _, err := w.SignInStaff(place(n), "liuting", "a wrong guess"); {
				case fault.Is(err, fault.Invalid):
					guesses++
				case !fault.Is(err, fault.Busy):
					t.Fatal(err)
				}
				if n%240 == 0 {
					if _, err := w.SignInStaff(home, "liuting", password); err != nil {
						t.Errorf("%s: the owner at home is kept out: %v", about, err)
					}
					if _, err := w.SignInStaff(from(phone, fmt.Sprintf("100.64.%d.1", n/240)), "liuting", password); err != nil {
						t.Errorf("%s: the owner's phone is kept out: %v", about, err)
					}
				}
				w.clock.Move(time.Minute)
			}
			if guesses > 150 {
				t.Errorf("%s: %d guesses in a day", about, guesses)
			}
			w.clock.Move(49 * time.Hour)
			if _, err := w.SignInStaff(from(t.Context(), "203.0.113.200"), "liuting", password); err != nil {
				t.Errorf("%s: two days later a new place is still kept out: %v", about, err)
			}
		}
	})
}

func TestGuessesAtOnce(t *testing.T) {
	proves.That(t, "abuse-budget", "auth-flows")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		var wg sync.WaitGroup
		var mu sync.Mutex
		guesses := 0
		for range 64 {
			wg.Go(func() {
				_, err := w.SignInStaff(t.Context(), "liuting", "a wrong guess")
				mu.Lock()
				defer mu.Unlock()
				if fault.Is(err, fault.Invalid) {
					guesses++
				}
			})
		}
		wg.Wait()
		if guesses > 5 {
			t.Errorf("%d guesses at once, want 5 at most: four free ones and the one that starts the delay", guesses)
		}
	})
}

func TestSessions(t *testing.T) {
	proves.That(t, "sess-entropy", "sess-timeout-fakeclock", "sess-kill")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		_, in := w.as("liuting")
		alive := func(in account.Signed) string { _, err := w.Resolve(t.Context(), in.Token); return code(err) }
		for range 4 {
			w.clock.Move(25 * time.Minute)
			if got := alive(in); got != "ok" {
				t.Fatalf("in use: %s", got)
			}
		}
		w.clock.Move(30 * time.Minute)
		if got := alive(in); got != "missing" {
			t.Errorf("left alone for half an hour: %s", got)
		}
		_, in = w.as("liuting")
		for range 12 * 3 {
			w.clock.Move(20 * time.Minute)
			alive(in)
		}
		if got := alive(in); got != "missing" {
			t.Errorf("after twelve hours: %s", got)
		}

		old := w.worker("13812340001")
		w.clock.Move(100 * 24 * time.Hour)
		alive(old)
		w.clock.Move(100 * 24 * time.Hour)
		if got := alive(old); got != "ok" {
			t.Errorf("a worker's own phone, used after 100 days and again: %s", got)
		}
		w.must(w.SendCode(t.Context(), account.ForSignIn, "13812340001"))
		ctx := pace.With(t.Context(), pace.Origin{Session: old.Token})
		shared, err := w.SignIn(ctx, "13812340001", w.phones.last("13812340001"), false)
		w.must(err)
		if shared.Token == old.Token || alive(old) != "missing" {
			t.Error("the session from before the sign-in still opens")
		}
		w.clock.Move(time.Hour)
		if got := alive(shared); got != "missing" {
			t.Errorf("a shared phone after an hour: %s", got)
		}
		for _, token := range []string{"", "x", strings.Repeat("a", 43)} {
			if _, err := w.Resolve(t.Context(), token); code(err) != "missing" {
				t.Errorf("%q = %v, want missing", token, err)
			}
		}
		w.must(w.Sweep(system))
	})
}

func TestEndingSessions(t *testing.T) {
	proves.That(t, "sess-kill")
	each(t, func(t *testing.T, w world) {
		w.staff("liuting", "990101")
		w.staff("other", "990101")
		ctx, here := w.as("liuting")
		_, there := w.as("liuting")
		stranger, theirs := w.as("other")
		alive := func(in account.Signed) string { _, err := w.Resolve(t.Context(), in.Token); return code(err) }
		me, err := w.Me(ctx, here.Token)
		w.must(err)
		if len(me.Sessions) != 2 {
			t.Fatalf("%d sessions, want 2", len(me.Sessions))
		}
		for _, s := range me.Sessions {
			w.must(w.EndSession(stranger, s.ID, theirs.Token))
			if !s.Current {
				w.must(w.EndSession(ctx, s.ID, here.Token))
			}
		}
		if alive(here) != "ok" || alive(there) != "missing" || alive(theirs) != "ok" {
			t.Error("one ends one's own sessions and nobody else's")
		}
		w.must(w.EndSession(ctx, "no id", here.Token))
		_, there = w.as("liuting")
		w.must(w.EndSession(ctx, "", here.Token))
		if alive(here) != "ok" || alive(there) != "missing" {
			t.Error("all but this one")
		}
		w.must(w.SignOut(ctx, here.Token))
		w.must(w.SignOut(ctx, here.Token))
		if alive(here) != "missing" {
			t.Error("signed out and still in")
		}
	})
}

func TestLinkSession(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		body, matter := id.New[string](), id.New[string]()
		w.orgs[body] = "990101"
		in, err := w.StartLink(system, body, matter, "南康街道")
		w.must(err)
		s, err := w.Resolve(t.Context(), in.Token)
		if err != nil || s.Kind != authz.Link || s.Only != matter || len(s.Grants) != 1 || s.Grants[0] != (authz.Grant{Role: authz.Partner, Org: body}) {
			t.Errorf("subject = %+v, %v", s, err)
		}
		if _, err := w.Me(authz.With(t.Context(), s), in.Token); code(err) != "missing" {
			t.Errorf("a link has an account: %v", err)
		}
		if _, err := w.StartLink(t.Context(), body, matter, ""); code(err) != "missing" {
			t.Errorf("anybody starts a link: %v", err)
		}
		if _, err := w.StartLink(system, id.New[string](), matter, ""); code(err) != "missing" {
			t.Errorf("for a body that is closed: %v", err)
		}
		w.clock.Move(12 * time.Hour)
		if _, err := w.Resolve(t.Context(), in.Token); code(err) != "missing" {
			t.Errorf("after its time: %v", err)
		}
	})
}

func TestGrantsInTime(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		p := w.staff("liuting", "990101")
		_, in := w.as("liuting")
		has := func() string {
			s, err := w.Resolve(t.Context(), in.Token)
			w.must(err)
			var all []string
			for _, g := range s.Grants {
				all = append(all, string(g.Role)+g.Area)
			}
			return strings.Join(all, " ")
		}
		w.must(w.Give(system, p, account.Grant{Role: authz.Cadre, Area: "990101", From: start.Add(10 * time.Minute), Until: start.Add(20 * time.Minute)}))
		for _, want := range []string{"", "cadre990101", ""} {
			if got := has(); got != want {
				t.Errorf("at %v: %q, want %q", w.clock.Now(), got, want)
			}
			w.clock.Move(10 * time.Minute)
		}
		w.must(w.Give(system, p, account.Grant{Role: authz.Leader, Area: "990101"}))
		if got := has(); got != "leader990101" {
			t.Errorf("given: %q", got)
		}
		who, err := w.Get(system, p)
		w.must(err)
		w.must(w.Take(system, p, who.Grants[0].ID))
		if got := has(); got != "" {
			t.Errorf("taken: %q", got)
		}
		if err := w.Take(system, p, who.Grants[0].ID); code(err) != "missing" {
			t.Errorf("taken twice: %v", err)
		}
		w.must(w.EndStay(system, p))
		if _, err := w.Resolve(t.Context(), in.Token); code(err) != "missing" {
			t.Errorf("somebody who left still opens: %v", err)
		}
		if err := w.Give(system, p, account.Grant{Role: authz.Leader, Area: "990101"}); code(err) != "conflict" {
			t.Errorf("a grant to somebody who left: %v", err)
		}
	})
}

// Over all pairs of roles and areas: nobody but an administrator gives a role,
// and only within the own area; nobody to oneself.
func TestEscalation(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		body := map[string]string{}
		for _, area := range []string{"", "99", "9901", "990101", "990102"} {
			body[area] = id.New[string]()
			w.orgs[body[area]] = area
		}
		target := w.staff("target", "990101")
		for _, role := range authz.AllRoles {
			for _, area := range []string{"9901", "990101", "990102"} {
				giver := authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Grants: []authz.Grant{{Role: role, Area: area, Org: body[area]}}}
				for _, give := range authz.AllRoles {
					for to, org := range body {
						g := account.Grant{Role: give, Area: to}
						if account.OfOrg(give) {
							g = account.Grant{Role: give, Org: org}
						}
						err := w.Give(authz.With(t.Context(), giver), target, g)
						may := role == authz.Admin && strings.HasPrefix("990101", area) && strings.HasPrefix(to, area)
						if got := err == nil; got != may {
							t.Errorf("%s of %q gives %s of %q: %v, want %v (%v)", role, area, give, to, got, may, err)
						}
						if err == nil {
							who, err := w.Get(system, target)
							w.must(err)
							w.must(w.Take(system, target, who.Grants[0].ID))
						}
					}
				}
			}
		}
		for _, s := range []authz.Subject{{}, {ID: id.New[string](), Kind: authz.Worker}, {ID: id.New[string](), Kind: authz.Link, Only: string(target), Grants: []authz.Grant{{Role: authz.Partner, Org: body["990101"]}}}} {
			if err := w.Give(authz.With(t.Context(), s), target, account.Grant{Role: authz.Cadre, Area: "990101"}); code(err) != "missing" {
				t.Errorf("%s gives: %v, want missing", s.Kind, err)
			}
		}
	})
}

func TestAdministratorsAndThoseAboveThem(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		admin := w.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
		above := w.staff("above", "990101", account.Grant{Role: authz.Leader, Area: "99"})
		below := w.staff("below", "990101001", account.Grant{Role: authz.Cadre, Area: "990101"})
		ctx, in := w.as("admin")
		ps, err := w.List(ctx, account.Filter{})
		if err != nil || len(ps) != 2 || ps[0].ID != admin || ps[1].ID != below {
			t.Errorf("list = %+v, %v: whoever reaches beyond is not in it", ps, err)
		}
		for about, err := range map[string]error{
			"reset the password of somebody above": second(w.ResetPassword(ctx, above)),
			"end the stay of somebody above":       w.EndStay(ctx, above),
			"rename somebody above":                w.Rename(ctx, above, 1, "王"),
			"read somebody above":                  second(w.Get(ctx, above)),
			"reset a worker":                       second(w.ResetPassword(ctx, w.worker("13812340001").Person)),
			"reset what is no id":                  second(w.ResetPassword(ctx, "x")),
		} {
			if code(err) != "missing" {
				t.Errorf("%s: %v, want missing", about, err)
			}
		}
		for about, err := range map[string]error{
			"give oneself a role":     w.Give(ctx, admin, account.Grant{Role: authz.Cadre, Area: "990101"}),
			"reset one's own":         second(w.ResetPassword(ctx, admin)),
			"end one's own stay":      w.EndStay(ctx, admin),
			"bring a password along":  third(w.AddStaff(ctx, account.Staff{Login: "x1", Name: "x", Area: "990101", Password: password})),
			"add somebody next door":  third(w.AddStaff(ctx, account.Staff{Login: "x2", Name: "x", Area: "990102"})),
			"add somebody for a city": third(w.AddStaff(ctx, account.Staff{Login: "x3", Name: "x", Area: "990101", Grants: []account.Grant{{Role: authz.Cadre, Area: "9901"}}})),
		} {
			if c := code(err); c != "denied" && c != "missing" {
				t.Errorf("%s: %v, want denied or missing", about, err)
			}
		}
		if err := third(w.AddStaff(ctx, account.Staff{Login: "BELOW", Name: "x", Area: "990101"})); code(err) != "invalid" {
			t.Errorf("a name that differs only in case: %v", err)
		}
		p, first, err := w.AddStaff(ctx, account.Staff{Login: "fresh", Name: "新", Area: "990101", Grants: []account.Grant{{Role: authz.Cadre, Area: "990101001"}}})
		w.must(err)
		if _, err := w.SignInStaff(t.Context(), "fresh", first); err != nil {
			t.Errorf("the first password does not open: %v", err)
		}
		again, err := w.ResetPassword(ctx, p)
		if err != nil || again == first {
			t.Errorf("reset = %q, %v", again, err)
		}
		w.must(w.Rename(ctx, p, 1, "新 人"))
		if err := w.Rename(ctx, p, 1, "旧人"); code(err) != "conflict" {
			t.Errorf("over somebody's change: %v", err)
		}
		if err := w.PutPassword(ctx, "below", "blue boat on the river"); code(err) != "denied" {
			t.Errorf("an administrator puts a password: %v", err)
		}
		w.must(w.PutPassword(system, "below", "blue boat on the river"))
		w.must(second(w.SignInStaff(t.Context(), "below", "blue boat on the river")))
		if err := w.PutPassword(system, "nobody", "blue boat on the river"); code(err) != "missing" {
			t.Errorf("of nobody: %v", err)
		}
		w.must(w.EndStay(system, admin))
		if _, err := w.Resolve(t.Context(), in.Token); code(err) != "missing" {
			t.Errorf("an administrator who left: %v", err)
		}
	})
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }
