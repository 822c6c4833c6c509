package oidc_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
)

// fresh adds somebody with a first password, as an administrator does.
func (w world) fresh(login string) (account.ID, string) {
	w.t.Helper()
	who, first, err := w.accounts.AddStaff(w.in("chief"), account.Staff{Login: login, Name: "名" + login, Area: "990101", Grants: []account.Grant{{Role: authz.Cadre, Area: "990101"}}})
	w.must(err)
	return who, first
}

// accept opens an invitation and comes back from p as user.
func (w world) accept(p *provider, id, token, user string) (oidc.Outcome, error) {
	w.t.Helper()
	s, err := w.BeginInvited(w.t.Context(), token)
	w.must(err)
	return w.Back(w.t.Context(), id, s.Secret, answer(p.user(s.Address, user)))
}

// Somebody new comes in by an invitation at the union's provider, and has no password.
func TestInvitation(t *testing.T) {
	proves.That(t, "idp-matrix", "auth-recovery")
	p := openToAll(t)
	each(t, adapter(p.provider), func(t *testing.T, w world) {
		id := w.provide(p.provider, "")
		p.allow(id)
		who, first := w.fresh("liuting")
		chief := w.in("chief")
		by, err := w.Inviting(chief, who)
		if err != nil || len(by) != 1 || by[0].ID != id || by[0].Name != "南康区总工会" {
			t.Fatalf("by what: %+v, %v", by, err)
		}
		token, err := w.Invite(chief, who, id)
		w.must(err)
		if _, err := w.accounts.SignInStaff(t.Context(), "liuting", first); code(err) != "invalid" {
			t.Errorf("by the first password: %v, want invalid", err)
		}
		v, err := w.Invitation(t.Context(), token)
		if err != nil || v.Name != "名liuting" || v.Login != "liuting" || v.Union != "南康区总工会" || !strings.HasSuffix(p.url, v.Host) || !v.EndsAt.After(w.clock.Now()) {
			t.Errorf("got %+v, %v", v, err)
		}
		out, err := w.accept(p.provider, id, token, "test-user2")
		w.must(err)
		if !out.Invited || out.Signed.Person != who || out.Signed.Half || out.Signed.MustChange {
			t.Fatalf("got %+v", out)
		}
		visit, err := w.accounts.Enter(t.Context(), out.Signed.Token)
		if err != nil || visit.Session.Way != session.ByProvider || !visit.NoPassword || visit.MustChange || !visit.Subject.Has(authz.Cadre) {
			t.Errorf("got %+v, %v", visit, err)
		}
		if _, err := w.BeginInvited(t.Context(), token); code(err) != "missing" {
			t.Errorf("once more: %v, want missing", err)
		}
		if by, err := w.Inviting(chief, who); err != nil || len(by) != 0 {
			t.Errorf("afterwards: %+v, %v, want none", by, err)
		}
		if _, err := w.Invite(chief, who, id); fault.Of(err).Msg != "account.invite.linked" {
			t.Errorf("who is linked: %v", err)
		}
		s, err := w.Begin(t.Context(), id, "")
		w.must(err)
		if out, err = w.Back(t.Context(), id, s.Secret, answer(p.user(s.Address, "test-user2"))); err != nil || out.Signed.Person != who {
			t.Errorf("the next sign-in: %+v, %v", out, err)
		}
		ctx := w.as(out.Signed.Token)
		if err := w.accounts.SetPassword(ctx, "", "another red boat", out.Signed.Token); code(err) != "invalid" {
			t.Errorf("a password where there is none: %v, want invalid", err)
		}
		if err := w.accounts.Prove(ctx, "", "", out.Signed.Token); code(err) != "invalid" {
			t.Errorf("a proof by no password: %v, want invalid", err)
		}
		if err := w.Unlink(ctx, id); fault.Of(err).Msg != "account.provider.only" {
			t.Errorf("the only way in is taken away: %v", err)
		}
		if ties, err := w.Mine(ctx); err != nil || len(ties) != 1 || !ties[0].Linked {
			t.Errorf("after it: %+v, %v, want the link", ties, err)
		}
		// The way back, when the provider is gone: a first password.
		again, err := w.accounts.ResetPassword(chief, who)
		w.must(err)
		in, err := w.accounts.SignInStaff(t.Context(), "liuting", again)
		if err != nil || !in.MustChange {
			t.Errorf("after a reset: %+v, %v", in, err)
		}
		w.must(w.Unlink(w.as(in.Token), id))
	})
}

// What an invitation is refused for, and what it is void by.
func TestInvitationAttacks(t *testing.T) {
	proves.That(t, "idp-matrix", "oidc-client")
	p, q := openToAll(t), openToAll(t)
	each(t, adapter(p.provider, q.provider), func(t *testing.T, w world) {
		id := w.provide(p.provider, "")
		w.staff("chief2", "990102", account.Grant{Role: authz.Admin, Area: "990102"})
		w.staff("guard2", "990102", account.Grant{Role: authz.Security, Area: "990102"})
		other := w.set("chief2", "guard2", oidc.Draft{Org: sibling, Issuer: q.url, ClientID: clientID, Secret: clientSecret})
		p.allow(id)
		q.allow(other)
		one, _ := w.fresh("one")
		chief := w.in("chief")
		invite := func(who account.ID) string {
			t.Helper()
			token, err := w.Invite(chief, who, id)
			w.must(err)
			return token
		}
		has := w.staff("has", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		wide, _, err := w.accounts.AddStaff(w.in("chief"), account.Staff{Login: "wide", Name: "名wide", Area: "990101"})
		w.must(err)
		w.staff("top", "99", account.Grant{Role: authz.Admin, Area: "99"})
		w.must(w.accounts.Give(w.in("top"), wide, account.Grant{Role: authz.Leader, Area: "99"}))
		for _, c := range []struct {
			about, by, provider string
			who                 account.ID
			want                string
		}{
			{"a security administrator", "guard", id, one, "missing"},
			{"a cadre", "has", id, one, "missing"},
			{"another area's", "chief2", id, one, "missing"},
			{"who has a password", "chief", id, has, "conflict"},
			{"oneself", "chief", id, account.ID(authz.From(chief).ID), "denied"},
			{"another area's provider", "chief", other, one, "denied"},
			{"a provider that there is not", "chief", "x", one, "missing"},
			{"nobody", "chief", id, "x", "missing"},
			{"who reaches beyond the county", "top", id, wide, "denied"},
		} {
			if _, err := w.Invite(w.in(c.by), c.who, c.provider); code(err) != c.want {
				t.Errorf("%s: %v, want %s", c.about, err, c.want)
			}
		}
		// Whoever has a second factor comes in by themselves, and would not notice.
		armed, first := w.fresh("armed")
		in, err := w.accounts.SignInStaff(t.Context(), "armed", first)
		w.must(err)
		w.must(w.accounts.SetPassword(w.as(in.Token), first, password, in.Token))
		w.must(w.accounts.StartFactor(w.as(in.Token), password, in.Token))
		state, err := w.accounts.Factor(w.as(in.Token))
		w.must(err)
		if _, err = w.accounts.ConfirmFactor(w.as(in.Token), shown(t, state.Secret, w.clock.Now()), in.Token); err != nil {
			t.Fatal(err)
		}
		if _, err := w.accounts.ResetPassword(chief, armed); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Invite(chief, armed, id); fault.Of(err).Msg != "account.invite.factor" {
			t.Errorf("who has a second factor: %v", err)
		}
		if by, err := w.Inviting(chief, armed); err != nil || len(by) != 0 {
			t.Errorf("who has a second factor is offered: %+v, %v", by, err)
		}
		w.must(w.accounts.ResetFactor(chief, armed))
		if _, err := w.Invite(chief, armed, id); err != nil {
			t.Errorf("after both were reset: %v", err)
		}
		if by, err := w.Inviting(chief, has); err != nil || len(by) != 0 {
			t.Errorf("who has a password is offered: %+v, %v", by, err)
		}
		refused := func(about, provider, secret string, a oidc.Answer) {
			t.Helper()
			if out, err := w.Back(t.Context(), provider, secret, a); code(err) != "invalid" || out.Signed.Token != "" {
				t.Errorf("%s: %v, want invalid", about, err)
			}
		}
		// Somebody at the provider is one account here.
		w.must(w.link(p.provider, id, "has", "test-user2"))
		token := invite(one)
		if out, err := w.accept(p.provider, id, token, "test-user2"); fault.Of(err).Msg != "account.invite.taken" || !out.Invited {
			t.Errorf("an identity of another: %+v, %v", out, err)
		}
		s, err := w.Begin(t.Context(), id, "")
		w.must(err)
		if out, err := w.Back(t.Context(), id, s.Secret, answer(p.user(s.Address, "test-user2"))); err != nil || out.Signed.Person != has {
			t.Errorf("the other is still linked: %+v, %v", out, err)
		}
		// State and nonce are one invitation's and one browser's.
		begin := func(token string) oidc.Started {
			t.Helper()
			s, err := w.BeginInvited(t.Context(), token)
			w.must(err)
			return s
		}
		const mine = "test-user@127.0.0.1"
		two, _ := w.fresh("two")
		theirs := invite(two)
		a, b := begin(token), begin(theirs)
		crossed := answer(p.user(b.Address, mine))
		refused("another invitation's answer", id, a.Secret, crossed)
		a, b = begin(token), begin(theirs)
		crossed = answer(p.user(b.Address, mine))
		crossed.State = answer(p.user(a.Address, mine)).State
		refused("a code for another invitation (nonce and verifier differ)", id, a.Secret, crossed)
		plain, err := w.Begin(t.Context(), id, "")
		w.must(err)
		refused("a sign-in's answer", id, begin(token).Secret, answer(p.user(plain.Address, mine)))
		a = begin(token)
		refused("in another browser", id, "another secret", answer(p.user(a.Address, mine)))
		refused("at another provider's address", other, a.Secret, answer(p.user(a.Address, mine)))
		if _, err := w.BeginInvited(t.Context(), "no token"); code(err) != "missing" {
			t.Errorf("no token: %v, want missing", err)
		}
		// Another invitation ends the one before, also one that is under way.
		a = begin(token)
		next := invite(one)
		refused("the one before", id, a.Secret, answer(p.user(a.Address, mine)))
		// A first password given meanwhile ends it, too.
		a = begin(next)
		if _, err := w.accounts.ResetPassword(chief, one); err != nil {
			t.Fatal(err)
		}
		refused("after a new first password", id, a.Secret, answer(p.user(a.Address, mine)))
		next = invite(one)
		w.clock.Move(8 * 24 * time.Hour)
		if _, err := w.BeginInvited(t.Context(), next); code(err) != "missing" {
			t.Errorf("after its time: %v, want missing", err)
		}
		chief = w.in("chief")
		next = invite(one)
		a = begin(next)
		w.must(w.accounts.EndStay(chief, one))
		refused("after the end of the stay", id, a.Secret, answer(p.user(a.Address, mine)))
	})
}

// Two accept one invitation at the same moment: one comes in.
func TestInvitationTwice(t *testing.T) {
	p := openToAll(t)
	each(t, adapter(p.provider), func(t *testing.T, w world) {
		id := w.provide(p.provider, "")
		p.allow(id)
		who, _ := w.fresh("liuting")
		token, err := w.Invite(w.in("chief"), who, id)
		w.must(err)
		users := []string{"test-user2", "test-user@127.0.0.1"}
		secrets, answers, got := make([]string, 2), make([]oidc.Answer, 2), make([]string, 2)
		for i, user := range users {
			s, err := w.BeginInvited(t.Context(), token)
			w.must(err)
			secrets[i], answers[i] = s.Secret, answer(p.user(s.Address, user))
		}
		var all sync.WaitGroup
		for i := range users {
			all.Go(func() {
				_, err := w.Back(t.Context(), id, secrets[i], answers[i])
				got[i] = code(err)
			})
		}
		all.Wait()
		if s := strings.Join(got, " "); s != "ok invalid" && s != "invalid ok" {
			t.Errorf("got %s, want one of each", s)
		}
	})
}

// A provider that lies lets nobody in by an invitation, and uses none up.
func TestInvitationAtALyingProvider(t *testing.T) {
	proves.That(t, "oidc-client")
	e := newEvil(t)
	each(t, adapter(e.provider), func(t *testing.T, w world) {
		id := w.provide(e.provider, "")
		who, _ := w.fresh("liuting")
		token, err := w.Invite(w.in("chief"), who, id)
		w.must(err)
		back := func(claims map[string]any) (oidc.Outcome, error) {
			t.Helper()
			s, err := w.BeginInvited(t.Context(), token)
			w.must(err)
			q := query(t, s.Address)
			e.claims = map[string]any{"nonce": q.Get("nonce")}
			for k, v := range claims {
				e.claims[k] = v
			}
			return w.Back(t.Context(), id, s.Secret, oidc.Answer{State: q.Get("state"), Code: "code"})
		}
		for about, claims := range map[string]map[string]any{
			"another nonce":    {"nonce": "m"},
			"no nonce":         {"nonce": nil},
			"another audience": {"aud": "other"},
			"another issuer":   {"iss": "https://other.example.org"},
			"run out":          {"exp": time.Now().Add(-time.Minute).Unix()},
			"nobody named":     {"sub": ""},
		} {
			if out, err := back(claims); code(err) != "invalid" || !out.Invited || out.Signed.Token != "" {
				t.Errorf("%s: %+v, %v, want invalid", about, out, err)
			}
		}
		if out, err := back(nil); err != nil || out.Signed.Person != who {
			t.Errorf("a whole word afterwards: %+v, %v", out, err)
		}
	})
}
