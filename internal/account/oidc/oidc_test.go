package oidc_test

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/idp"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

const (
	union    = "0190a1b2-0000-7000-8000-0000000000b1" // of 990101
	sibling  = "0190a1b2-0000-7000-8000-0000000000b2" // of 990102
	password = "red boat on the river"
)

var system = authz.AsSystem(context.Background(), "test")

// speaks lets the domain speak by the true adapter.
type speaks struct{ *idp.Client }

func (s speaks) Address(ctx context.Context, at oidc.Site, state, nonce, verifier string) (string, error) {
	a, err := s.Client.Address(ctx, idp.Site(at), state, nonce, verifier)
	return a, translated(err)
}

func (s speaks) Claims(ctx context.Context, at oidc.Site, code, nonce, verifier string) (oidc.Claims, error) {
	c, err := s.Client.Claims(ctx, idp.Site(at), code, nonce, verifier)
	return oidc.Claims{Issuer: c.Issuer, Subject: c.Subject, Strong: append([]string{c.ACR}, c.AMR...)}, translated(err)
}

func translated(err error) error {
	if errors.Is(err, idp.ErrDown) {
		return errors.Join(oidc.ErrDown, err)
	}
	return err
}

type orgs map[string]string

func (o orgs) Area(_ context.Context, _ *op.Tx, id string) (string, error) {
	area, ok := o[id]
	if !ok {
		return "", fault.New("test.area", fault.Missing, "fault.missing")
	}
	return area, nil
}

func (orgs) Names(context.Context, *op.Tx, []string) (map[string]string, error) {
	return map[string]string{union: "南康区总工会", sibling: "章贡区总工会"}, nil
}

type noSender struct{}

func (noSender) Send(context.Context, account.Message) error { return nil }

type world struct {
	*oidc.Service
	t        *testing.T
	accounts *account.Service
	orgs     orgs
	clock    *clock.Fake
	db       *db.DB
}

func each(t *testing.T, client *idp.Client, f func(t *testing.T, w world)) {
	t.Helper()
	clk := clock.At(time.Now()) // a provider tells the true time
	dbtest.Each(t, clk, []fs.FS{op.Schema, account.Schema, oidc.Schema}, func(t *testing.T, d *db.DB) {
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(account.Policy, oidc.Policy))
		accounts := account.NewService(desk, account.Config{Ring: ring, Sender: noSender{}, Orgs: orgs{}, Cheap: true})
		all := orgs{union: "990101", sibling: "990102"}
		f(t, world{oidc.NewService(desk, oidc.Config{Ring: ring, Accounts: accounts, Orgs: all, Provider: speaks{client}, Origin: origin, Path: back}), t, accounts, all, clk, d})
	})
}

func code(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).Code()
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) staff(login, area string, grants ...account.Grant) account.ID {
	w.t.Helper()
	p, _, err := w.accounts.AddStaff(system, account.Staff{Login: login, Name: "名" + login, Area: area, Grants: grants, Password: password})
	w.must(err)
	return p
}

func (w world) as(token string) context.Context {
	w.t.Helper()
	s, err := w.accounts.Resolve(w.t.Context(), token)
	w.must(err)
	return authz.With(w.t.Context(), s)
}

func (w world) in(login string) context.Context {
	w.t.Helper()
	in, err := w.accounts.SignInStaff(w.t.Context(), login, password)
	w.must(err)
	return w.as(in.Token)
}

// provide sets the provider of the union: its administrator proposes, the security
// administrator puts it into force.
func (w world) provide(p *provider, strong string) string {
	w.t.Helper()
	w.staff("chief", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	w.staff("guard", "990101", account.Grant{Role: authz.Security, Area: "990101"})
	return w.set("chief", "guard", oidc.Draft{Org: union, Issuer: p.url, ClientID: clientID, Secret: clientSecret, Strong: strong})
}

// set has one propose a provider and another put it into force.
func (w world) set(chief, guard string, d oidc.Draft) string {
	w.t.Helper()
	id, err := w.Propose(w.in(chief), d)
	w.must(err)
	w.must(w.Set(w.in(guard), id))
	return id
}

func answer(q url.Values) oidc.Answer {
	return oidc.Answer{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss"), Error: q.Get("error")}
}

// linked links login to what a user is at p.
func (w world) link(p *provider, id, login, user string) error {
	w.t.Helper()
	ctx := w.in(login)
	s, err := w.BeginLink(ctx, id)
	w.must(err)
	out, err := w.Back(ctx, id, s.Secret, answer(p.user(s.Address, user)))
	if err == nil && !out.Linked {
		w.t.Error("the link ended as a sign-in")
	}
	return err
}

// A staff member is linked, signed in and lately proved, then comes in by the union's
// provider; nobody else does.
func TestSignInAtTheProvider(t *testing.T) {
	p := openToAll(t)
	each(t, adapter(p.provider), func(t *testing.T, w world) {
		id := w.provide(p.provider, "")
		p.allow(id)
		me := w.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
		s, err := w.Begin(t.Context(), id, "/desk/requests")
		w.must(err)
		for _, want := range []string{"code_challenge=", "code_challenge_method=S256", "nonce=", "scope=openid", url.QueryEscape(origin + back(id))} {
			if !strings.Contains(s.Address, want) {
				t.Errorf("the address lacks %s: %s", want, s.Address)
			}
		}
		if _, err := w.Back(t.Context(), id, s.Secret, answer(p.user(s.Address, "test-user2"))); fault.Of(err).Msg != "account.provider.unknown" {
			t.Errorf("before the link: %v", err)
		}
		w.must(w.link(p.provider, id, "liuting", "test-user2"))
		s, err = w.Begin(t.Context(), id, "/desk/requests")
		w.must(err)
		q := p.user(s.Address, "test-user2")
		out, err := w.Back(t.Context(), id, s.Secret, answer(q))
		w.must(err)
		if out.Signed.Person != me || out.Signed.Half || out.Next != "/desk/requests" || out.Linked {
			t.Fatalf("got %+v", out)
		}
		v, err := w.accounts.Enter(t.Context(), out.Signed.Token)
		if err != nil || v.Session.Way != session.ByProvider || !v.Subject.Has(authz.Cadre) {
			t.Errorf("got %+v, %v", v, err)
		}
		if _, err := w.Back(t.Context(), id, s.Secret, answer(q)); code(err) != "invalid" {
			t.Errorf("the same once more: %v, want invalid", err)
		}
		ties, err := w.Mine(w.as(out.Signed.Token))
		if err != nil || len(ties) != 1 || !ties[0].Linked || ties[0].UsedAt.IsZero() || ties[0].Name != "南康区总工会" {
			t.Errorf("got %+v, %v", ties, err)
		}
		w.must(w.Unlink(w.as(out.Signed.Token), id))
		if s, err = w.Begin(t.Context(), id, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Back(t.Context(), id, s.Secret, answer(p.user(s.Address, "test-user2"))); code(err) != "invalid" {
			t.Errorf("after the link was taken away: %v, want invalid", err)
		}
	})
}

func TestProviderAttacks(t *testing.T) {
	proves.That(t, "idp-matrix", "oidc-client")
	p, q := openToAll(t), openToAll(t)
	each(t, adapter(p.provider, q.provider), func(t *testing.T, w world) {
		id := w.provide(p.provider, "")
		w.staff("guard2", "990102", account.Grant{Role: authz.Security, Area: "990102"})
		w.staff("chief2", "990102", account.Grant{Role: authz.Admin, Area: "990102"})
		other := w.set("chief2", "guard2", oidc.Draft{Org: sibling, Issuer: q.url, ClientID: clientID, Secret: clientSecret})
		p.allow(id)
		q.allow(other)
		w.staff("liuting", "990101")
		w.staff("zhoumin", "990101")
		w.must(w.link(p.provider, id, "liuting", "test-user2"))
		begin := func(provider string) oidc.Started {
			t.Helper()
			s, err := w.Begin(t.Context(), provider, "")
			w.must(err)
			return s
		}
		refused := func(about, provider, secret string, a oidc.Answer) {
			t.Helper()
			if out, err := w.Back(t.Context(), provider, secret, a); code(err) != "invalid" || out.Signed.Token != "" {
				t.Errorf("%s: %v, want invalid", about, err)
			}
		}
		s := begin(id)
		good := answer(p.user(s.Address, "test-user2"))
		bad := good
		bad.State = "another"
		refused("another state", id, s.Secret, bad)
		refused("the right state after a wrong one", id, s.Secret, good)
		s = begin(id)
		good = answer(p.user(s.Address, "test-user2"))
		refused("in another browser", id, "another secret", good)
		refused("without one", id, "", good)
		s, t2 := begin(id), begin(id)
		mine := answer(p.user(s.Address, "test-user2"))
		theirs := answer(p.user(t2.Address, "test-user2"))
		theirs.State = mine.State
		refused("a code of another's sign-in (nonce and verifier differ)", id, s.Secret, theirs)
		// A mix-up: what was begun at one provider comes back from another.
		s = begin(id)
		refused("back at another provider's address", other, s.Secret, answer(p.user(s.Address, "test-user2")))
		s, x := begin(id), begin(other)
		a := answer(q.user(x.Address, "test-user2"))
		a.State, a.Issuer = answer(p.user(s.Address, "test-user2")).State, ""
		refused("another provider's code", id, s.Secret, a)
		s = begin(id)
		a = answer(p.user(s.Address, "test-user2"))
		a.Issuer = q.url
		refused("by the word of another issuer", id, s.Secret, a)
		// The same user name at another issuer is another person.
		s = begin(other)
		refused("the same name elsewhere", other, s.Secret, answer(q.user(s.Address, "test-user2")))
		s = begin(id)
		refused("the provider said no", id, s.Secret, oidc.Answer{State: answer(p.user(s.Address, "test-user2")).State, Error: "access_denied"})
		s = begin(id)
		late := answer(p.user(s.Address, "test-user2"))
		w.clock.Move(5 * time.Minute)
		refused("too late", id, s.Secret, late)
		if err := w.link(p.provider, id, "zhoumin", "test-user2"); code(err) != "conflict" {
			t.Errorf("a subject that somebody has: %v, want conflict", err)
		}
		p.down = true
		if _, err := w.Begin(t.Context(), id, ""); fault.Of(err).Msg != "account.provider.down" {
			t.Errorf("a provider that is down: %v", err)
		}
		p.down = false
	})
}

// Who may set, link and enter, and what ends it.
func TestProviderRights(t *testing.T) {
	proves.That(t, "idp-matrix")
	p := openToAll(t)
	each(t, adapter(p.provider), func(t *testing.T, w world) {
		id := w.provide(p.provider, "")
		p.allow(id)
		w.staff("admin", "9901", account.Grant{Role: authz.Admin, Area: "9901"})
		w.staff("far", "990102", account.Grant{Role: authz.Security, Area: "990102"})
		for login, want := range map[string]string{"admin": "denied", "far": "missing"} {
			if err := w.End(w.in(login), id); code(err) != want {
				t.Errorf("%s ends it: %v, want %s", login, err, want)
			}
		}
		if all, err := w.List(w.in("far")); err != nil || len(all) != 0 {
			t.Errorf("another area's sees %d, %v", len(all), err)
		}
		// A county's provider lets nobody in who reaches beyond the county.
		w.staff("province", "990101", account.Grant{Role: authz.Leader, Area: "99"})
		if _, err := w.BeginLink(w.in("province"), id); code(err) != "denied" {
			t.Errorf("somebody of the province links: %v, want denied", err)
		}
		liuting := w.staff("liuting", "990101")
		w.must(w.link(p.provider, id, "liuting", "test-user2"))
		enter := func() (oidc.Outcome, error) {
			t.Helper()
			s, err := w.Begin(t.Context(), id, "")
			w.must(err)
			return w.Back(t.Context(), id, s.Secret, answer(p.user(s.Address, "test-user2")))
		}
		w.staff("top", "9901", account.Grant{Role: authz.Admin, Area: "99"})
		w.must(w.accounts.Give(w.in("top"), liuting, account.Grant{Role: authz.Leader, Area: "99"}))
		if _, err := enter(); code(err) != "invalid" {
			t.Errorf("with rights beyond the county: %v, want invalid", err)
		}
		old := w.in("liuting")
		w.clock.Move(16 * time.Minute)
		if _, err := w.BeginLink(old, id); code(err) != "unproven" {
			t.Errorf("long after the proof: %v, want unproven", err)
		}
		zhou := w.staff("zhoumin", "990101")
		w.must(w.link(p.provider, id, "zhoumin", "test-user@127.0.0.1"))
		w.must(w.accounts.EndStay(w.in("admin"), zhou))
		s, err := w.Begin(t.Context(), id, "")
		w.must(err)
		if _, err := w.Back(t.Context(), id, s.Secret, answer(p.user(s.Address, "test-user@127.0.0.1"))); code(err) != "invalid" {
			t.Errorf("after the end of a stay: %v, want invalid", err)
		}
		w.orgs[union] = "990103"
		w.staff("wang", "990101")
		if _, err := w.BeginLink(w.in("wang"), id); code(err) != "denied" {
			t.Errorf("after the union moved elsewhere: %v, want denied", err)
		}
		delete(w.orgs, union)
		if _, err := w.Begin(t.Context(), id, ""); code(err) != "missing" {
			t.Errorf("after the union ended: %v, want missing", err)
		}
		w.orgs[union] = "990101"
		w.must(w.End(w.in("guard"), id))
		if _, err := w.Begin(t.Context(), id, ""); code(err) != "missing" {
			t.Errorf("after the provider's end: %v, want missing", err)
		}
	})
}

// A second factor is asked for all the same, unless the union says by which words its
// provider has seen two.
func TestSecondFactorAfterTheProvider(t *testing.T) {
	proves.That(t, "idp-matrix")
	p := openToAll(t)
	for strong, half := range map[string]bool{"": true, "mfa": true, "pwd": false} { // the provider says pwd
		each(t, adapter(p.provider), func(t *testing.T, w world) {
			id := w.provide(p.provider, strong)
			p.allow(id)
			w.staff("liuting", "990101")
			w.must(w.link(p.provider, id, "liuting", "test-user2"))
			in, err := w.accounts.SignInStaff(t.Context(), "liuting", password)
			w.must(err)
			ctx := w.as(in.Token)
			w.must(w.accounts.StartFactor(ctx, password, in.Token))
			state, err := w.accounts.Factor(ctx)
			w.must(err)
			if _, err = w.accounts.ConfirmFactor(ctx, shown(t, state.Secret, w.clock.Now()), in.Token); err != nil {
				t.Fatal(err)
			}
			w.clock.Move(30 * time.Second)
			s, err := w.Begin(t.Context(), id, "")
			w.must(err)
			out, err := w.Back(t.Context(), id, s.Secret, answer(p.user(s.Address, "test-user2")))
			w.must(err)
			if out.Signed.Half != half {
				t.Errorf("strong %q: half %v, want %v", strong, out.Signed.Half, half)
			}
			if half {
				whole, err := w.accounts.EnterCode(t.Context(), out.Signed.Token, shown(t, state.Secret, w.clock.Now()))
				w.must(err)
				if v, err := w.accounts.Enter(t.Context(), whole.Token); err != nil || v.Session.Way != session.ByProvider {
					t.Errorf("after the code: %+v, %v", v.Session, err)
				}
			}
		})
	}
}
