package oidc_test

import (
	"strings"
	"sync"
	"testing"

	"nuanxin/internal/account"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
)

// It takes an administrator and a security administrator of the union's area to connect a
// provider, and nobody can be both.
func TestFourEyes(t *testing.T) {
	proves.That(t, "idp-matrix", "admin3")
	p := openToAll(t)
	each(t, adapter(p.provider), func(t *testing.T, w world) {
		w.staff("chief", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
		w.staff("guard", "990101", account.Grant{Role: authz.Security, Area: "990101"})
		w.staff("cadre", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		w.staff("far", "990102", account.Grant{Role: authz.Admin, Area: "990102"})
		w.staff("farguard", "990102", account.Grant{Role: authz.Security, Area: "990102"})
		draft := oidc.Draft{Org: union, Issuer: p.url, ClientID: clientID, Secret: clientSecret}
		for login, want := range map[string]string{"guard": "missing", "cadre": "missing", "far": "missing"} {
			if _, err := w.Propose(w.in(login), draft); code(err) != want {
				t.Errorf("%s proposes: %v, want %s", login, err, want)
			}
		}
		chief := w.in("chief")
		for about, change := range map[string]func(*oidc.Draft){
			"no TLS":       func(d *oidc.Draft) { d.Issuer = "http://id.example.org" },
			"no issuer":    func(d *oidc.Draft) { d.Issuer = "" },
			"a long one":   func(d *oidc.Draft) { d.Issuer += "/" + strings.Repeat("x", 200) },
			"no client":    func(d *oidc.Draft) { d.ClientID = " " },
			"short secret": func(d *oidc.Draft) { d.Secret = "short" },
			"long words":   func(d *oidc.Draft) { d.Strong = strings.Repeat("x ", 200) },
			"no union":     func(d *oidc.Draft) { d.Org = "x" },
		} {
			bad := draft
			change(&bad)
			if _, err := w.Propose(chief, bad); code(err) != "invalid" {
				t.Errorf("%s: %v, want invalid", about, err)
			}
		}
		first, err := w.Propose(chief, draft)
		w.must(err)
		if _, err := w.Begin(t.Context(), first, ""); code(err) != "missing" {
			t.Errorf("a sign-in at what waits: %v, want missing", err)
		}
		second, err := w.Propose(chief, draft)
		w.must(err)
		if err := w.Set(w.in("guard"), first); code(err) != "missing" {
			t.Errorf("the one before: %v, want missing", err)
		}
		for login, want := range map[string]string{"chief": "denied", "cadre": "missing", "far": "missing", "farguard": "missing"} {
			if err := w.Set(w.in(login), second); code(err) != want {
				t.Errorf("%s puts it into force: %v, want %s", login, err, want)
			}
			if err := w.Refuse(w.in(login), second, "不是他们的地址"); code(err) != want {
				t.Errorf("%s refuses it: %v, want %s", login, err, want)
			}
		}
		if err := w.Withdraw(w.in("guard"), second); code(err) != "missing" {
			t.Errorf("the security administrator takes it back: %v, want missing", err)
		}
		for login, want := range map[string]int{"chief": 1, "guard": 1, "cadre": 0, "far": 0, "farguard": 0} {
			all, err := w.Proposals(w.in(login))
			if err != nil || len(all) != want {
				t.Errorf("%s sees %d, %v, want %d", login, len(all), err, want)
			}
			if login == "chief" && (all[0].By != "名chief" || !all[0].Mine || all[0].Ousts || all[0].Name != "南康区总工会" || all[0].ID != second) {
				t.Errorf("got %+v", all[0])
			}
		}
		guard := w.in("guard")
		if err := w.Refuse(guard, second, "不"); code(err) != "invalid" {
			t.Errorf("without a reason: %v, want invalid", err)
		}
		w.must(w.Refuse(guard, second, "不是他们的地址"))
		if told, err := w.Refused(chief); err != nil || len(told) != 1 || told[0].Why != "不是他们的地址" || told[0].Org != union {
			t.Errorf("what the administrator reads: %+v, %v", told, err)
		}
		if err := w.Set(guard, second); code(err) != "missing" {
			t.Errorf("after the refusal: %v, want missing", err)
		}
		third, err := w.Propose(chief, draft)
		w.must(err)
		w.must(w.Withdraw(chief, third))
		if err := w.Set(guard, third); code(err) != "missing" {
			t.Errorf("after it was taken back: %v, want missing", err)
		}
		if err := w.Set(guard, "no id"); code(err) != "missing" {
			t.Errorf("no id: %v, want missing", err)
		}
		if n := w.secrets(t); n != 0 {
			t.Errorf("%d secrets of what was decided are kept", n)
		}
	})
}

// secrets counts the secrets of proposals.
func (w world) secrets(t *testing.T) (n int) {
	t.Helper()
	w.must(w.db.View(t.Context(), func(tx *db.Tx) error {
		return tx.One(t.Context(), `select count(*) from account_provider_draft where secret is not null`, nil, &n)
	}))
	return n
}

// Whoever proposed, lost the one power and got the other, does not decide on their own
// proposal; nor does a word hold for a union that went elsewhere.
func TestOwnProposal(t *testing.T) {
	proves.That(t, "admin3")
	p := openToAll(t)
	each(t, adapter(p.provider), func(t *testing.T, w world) {
		w.staff("top", "99", account.Grant{Role: authz.Admin, Area: "99"})
		who := w.staff("turn", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
		w.staff("guard", "990101", account.Grant{Role: authz.Security, Area: "990101"})
		id, err := w.Propose(w.in("turn"), oidc.Draft{Org: union, Issuer: p.url, ClientID: clientID, Secret: clientSecret})
		w.must(err)
		top := w.in("top")
		person, err := w.accounts.Get(top, who)
		w.must(err)
		w.must(w.accounts.Take(top, who, person.Grants[0].ID))
		w.must(w.accounts.Give(top, who, account.Grant{Role: authz.Security, Area: "990101"}))
		if err := w.Set(w.in("turn"), id); fault.Of(err).Msg != "account.provider.own" {
			t.Errorf("one's own: %v", err)
		}
		w.orgs[union] = "990103"
		if err := w.Set(w.in("guard"), id); code(err) != "conflict" {
			t.Errorf("after the union moved: %v, want conflict", err)
		}
		w.orgs[union] = "990101"
		guard := w.in("guard")
		got := make([]string, 3)
		var all sync.WaitGroup
		all.Go(func() { got[0] = code(w.Set(guard, id)) })
		all.Go(func() { got[1] = code(w.Set(guard, id)) })
		all.Go(func() { got[2] = code(w.Refuse(guard, id, "不是他们的地址")) })
		all.Wait()
		if strings.Count(strings.Join(got, " "), "ok") != 1 {
			t.Errorf("three at once: %v, want one of them", got)
		}
	})
}
