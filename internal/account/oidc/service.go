package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/begun"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Service is the sign-in at unions' own providers.
type Service struct {
	Config
	desk *op.Desk
}

// Config is what the service needs.
type Config struct {
	Ring     *seal.Ring
	Accounts *account.Service
	Orgs     Orgs
	Provider Provider
	Origin   string                       // the public address; empty: nobody can come back, so there are no providers
	Path     func(provider string) string // where browsers come back to, below Origin
}

// NewService returns the service. Links and invitations end with a stay.
func NewService(desk *op.Desk, c Config) *Service {
	s := &Service{c, desk}
	c.Accounts.OnLeave(func(ctx context.Context, tx *op.Tx, person string) error {
		return errors.Join(untie(ctx, tx, person, ""), uninvite(ctx, tx, person))
	})
	return s
}

const purpose = "provider"

// pending is what a browser has begun.
type pending struct {
	Provider string
	State    string
	Nonce    string
	Verifier string
	Person   string // who links; empty: a sign-in
	Invite   string // the hash of the invitation that is accepted
	Next     string
}

// Started is a sign-in that goes on at a provider.
type Started struct {
	Secret  string // that the browser must come back with
	Address string
	Host    string // where that is, in words
	Union   string
	Lasts   time.Duration
}

// unnamed drops the client's id: what hands out a secret is never answered twice.
func unnamed(ctx context.Context) context.Context { return op.With(ctx, op.Call{}) }

// Begin begins a sign-in at a provider; next is where to go afterwards.
func (s *Service) Begin(ctx context.Context, provider, next string) (Started, error) {
	return s.begin(ctx, Begin, provider, func(*op.Tx) pending { return pending{Next: next} })
}

// BeginLink begins to link whoever asks to what they are at a provider.
func (s *Service) BeginLink(ctx context.Context, provider string) (Started, error) {
	return s.begin(ctx, BeginLink, provider, func(tx *op.Tx) pending { return pending{Person: tx.Subject.ID} })
}

func (s *Service) begin(ctx context.Context, act authz.Action, provider string, of func(*op.Tx) pending) (Started, error) {
	var p pending
	out := Started{Secret: session.NewToken()}
	e, err := op.Write(unnamed(ctx), s.desk, act, s.find(ctx, provider), func(tx *op.Tx, e Entry) (Entry, error) {
		p = of(tx)
		p.Provider, p.State, p.Nonce, p.Verifier = e.ID, session.NewToken(), session.NewToken(), session.NewToken()
		if p.Person != "" {
			if ok, err := within(ctx, tx, e, p.Person); err != nil || !ok {
				return e, errors.Join(err, fault.New(string(act), fault.Denied, "account.provider.area"))
			}
		}
		kept, err := json.Marshal(p)
		if err != nil {
			return e, err
		}
		if out.Lasts, err = s.Accounts.Begins(ctx, tx); err != nil {
			return e, err
		}
		tx.Note("provider", e.ID)
		return e, begun.Put(ctx, tx, purpose, out.Secret, string(kept), out.Lasts)
	})
	if err != nil {
		return Started{}, err
	}
	site, err := s.site(e)
	if err != nil {
		return Started{}, err
	}
	if out.Address, err = s.Provider.Address(ctx, site, p.State, p.Nonce, p.Verifier); err != nil {
		return Started{}, down(act, err)
	}
	u, err := url.Parse(out.Address)
	if err != nil {
		return Started{}, down(act, err)
	}
	out.Host, out.Union = u.Host, e.Name
	return out, nil
}

func down(act authz.Action, err error) error {
	if errors.Is(err, ErrDown) {
		return fault.New(string(act), fault.Busy, "account.provider.down").Because(err)
	}
	return wrong(act, err)
}

func wrong(act authz.Action, why error) error {
	return fault.New(string(act), fault.Invalid, "account.provider.wrong").Because(why)
}

func (s *Service) find(ctx context.Context, provider string) func(*op.Tx) (Entry, error) {
	return func(tx *op.Tx) (Entry, error) {
		if s.Origin == "" {
			return Entry{}, fault.New("account.provider", fault.Missing, "account.provider.none")
		}
		e, err := entry(ctx, tx, provider)
		if err != nil {
			return e, err
		}
		// A union that has ended lets nobody in, and one that moved only who is within its area now.
		if e.Area, err = s.Orgs.Area(ctx, tx, e.Org); err != nil {
			return e, err
		}
		names, err := s.Orgs.Names(ctx, tx, []string{e.Org})
		e.Name = names[e.Org]
		return e, err
	}
}

// site is this program as e knows it.
func (s *Service) site(e Entry) (Site, error) {
	secret, err := s.Ring.Open(e.sealed, secretPlace(e.ID))
	return Site{Issuer: e.Issuer, ClientID: e.ClientID, Secret: string(secret), Redirect: s.Origin + s.Path(e.ID)}, err
}

// Answer is what a browser brings back.
type Answer struct {
	State  string
	Code   string
	Issuer string // of RFC 9207; providers need not say it
	Error  string // the provider's, such as access_denied
}

// Outcome is what came of it.
type Outcome struct {
	Signed account.Signed
	Linked bool   // somebody who is signed in was linked
	Next   string // where to go after a sign-in

	Invited bool // an invitation was answered
}

// Back ends what the browser with secret began at a provider: a sign-in, a link, or an
// invitation that is accepted.
// Whatever does not fit is Invalid, and what was begun is over in any case.
func (s *Service) Back(ctx context.Context, provider, secret string, a Answer) (Outcome, error) {
	ctx = unnamed(ctx)
	var p pending
	var e Entry
	fits, err := op.Write(ctx, s.desk, Back, s.find(ctx, provider), func(tx *op.Tx, found Entry) (bool, error) {
		kept, ok, err := begun.Take(ctx, tx, purpose, secret)
		if err == nil && ok {
			err = json.Unmarshal([]byte(kept), &p)
		}
		if err != nil {
			return false, err
		}
		e = found
		ok = ok && p.Provider == e.ID && subtle.ConstantTimeCompare([]byte(p.State), []byte(a.State)) == 1 && (a.Issuer == "" || a.Issuer == e.Issuer)
		if !ok || a.Error != "" {
			tx.Note("result", "wrong")
		}
		return ok && a.Error == "", nil
	})
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Next: p.Next, Invited: p.Invite != ""}
	if !fits {
		return out, wrong(Back, nil)
	}
	site, err := s.site(e)
	if err != nil {
		return Outcome{}, err
	}
	claims, err := s.Provider.Claims(ctx, site, a.Code, p.Nonce, p.Verifier)
	if err != nil {
		return out, down(Back, err)
	}
	if claims.Issuer != e.Issuer || claims.Subject == "" {
		return out, wrong(Back, nil)
	}
	subject := s.Ring.Index("account|provider", claims.Issuer+"\n"+claims.Subject)
	switch {
	case p.Invite != "":
		return s.accept(ctx, e, p, subject, claims)
	case p.Person != "":
		return Outcome{Linked: true}, s.link(ctx, e, p.Person, subject)
	}
	return s.enter(ctx, e, p, subject, claims)
}

// root is the act of somebody, or of nobody known.
type root string

// AuthzObject implements op.Target.
func (r root) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: string(r), Group: "person"}
}

func (s *Service) enter(ctx context.Context, e Entry, p pending, subject string, claims Claims) (Outcome, error) {
	out, who := Outcome{Next: p.Next}, ""
	fresh := id.New[root]()
	find := func(tx *op.Tx) (_ root, err error) {
		if who, err = linked(ctx, tx, e.ID, subject); err != nil || who == "" {
			return fresh, err
		}
		return root(who), nil
	}
	ok, err := op.Write(ctx, s.desk, Enter, find, func(tx *op.Tx, _ root) (bool, error) {
		tx.Note("provider", e.ID)
		may, err := within(ctx, tx, e, who)
		if err != nil || !may {
			tx.Note("result", "nobody")
			return false, err
		}
		in, err := s.Accounts.Arrive(ctx, tx, who, session.ByProvider, e.both(claims))
		if err != nil || in == nil {
			tx.Note("result", "nobody")
			return false, err
		}
		out.Signed = *in
		_, err = tx.Exec(ctx, `update person_provider set used_at = $3 where person_id = $1 and provider_id = $2`, who, e.ID, tx.Now().UnixMicro())
		return err == nil, err
	})
	if err == nil && !ok {
		err = fault.New(string(Enter), fault.Invalid, "account.provider.unknown")
	}
	return out, err
}

func (s *Service) link(ctx context.Context, e Entry, person, subject string) error {
	ok, err := op.Write(ctx, s.desk, Link, self, func(tx *op.Tx, who root) (bool, error) {
		tx.Note("provider", e.ID)
		if string(who) != person { // another signed in meanwhile, in this browser
			return false, fault.New(string(Link), fault.Denied, "account.provider.other")
		}
		may, err := within(ctx, tx, e, person)
		if err == nil && !may {
			err = fault.New(string(Link), fault.Denied, "account.provider.area")
		}
		if err != nil {
			return false, err
		}
		return tie(ctx, tx, person, e.ID, subject)
	})
	if err == nil && !ok {
		err = fault.New(string(Link), fault.Conflict, "account.provider.taken")
	}
	return err
}

func self(tx *op.Tx) (root, error) {
	if tx.Subject.ID == "" || tx.Subject.Kind != authz.Staff {
		return "", fault.New(string(Link), fault.Missing, "account.session.none")
	}
	return root(tx.Subject.ID), nil
}

// Unlink takes the link of whoever asks to a provider away. Conflict: it is their only way in.
func (s *Service) Unlink(ctx context.Context, provider string) error {
	_, err := op.Write(ctx, s.desk, Unlink, self, func(tx *op.Tx, who root) (bool, error) {
		if !id.Valid(provider) {
			return false, fault.New(string(Unlink), fault.Missing, "fault.missing")
		}
		tx.Note("provider", provider)
		if err := untie(ctx, tx, string(who), provider); err != nil {
			return false, err
		}
		left, err := ties(ctx, tx, string(who))
		if err != nil || len(left) > 0 {
			return true, err
		}
		only, err := s.Accounts.Stranded(ctx, tx, account.ID(who))
		if err == nil && only {
			err = fault.New(string(Unlink), fault.Conflict, "account.provider.only")
		}
		return true, err
	})
	return err
}

// Mine are the providers that whoever asks can be linked to, with their links.
func (s *Service) Mine(ctx context.Context) (all []Tie, err error) {
	if s.Origin == "" {
		return nil, nil
	}
	_, err = op.Read(ctx, s.desk, Links, func(tx *op.Tx) (root, error) {
		who, err := self(tx)
		if err != nil {
			return who, err
		}
		have, err := ties(ctx, tx, string(who))
		if err != nil {
			return who, err
		}
		offered, err := s.named(ctx, tx, `1 = 1`)
		for _, e := range offered {
			t := have[e.ID]
			may, err := within(ctx, tx, e, string(who))
			if err != nil {
				return who, err
			}
			if t.Entry = e; may || t.Linked {
				all = append(all, t)
			}
		}
		return who, err
	})
	return all, err
}

// Offered are the providers at which somebody can sign in.
func (s *Service) Offered(ctx context.Context) ([]Entry, error) {
	if s.Origin == "" {
		return nil, nil
	}
	return op.List(ctx, s.desk, Offer, func(tx *op.Tx, _ op.Scope) ([]Entry, error) { return s.named(ctx, tx, `1 = 1`) })
}

func (s *Service) named(ctx context.Context, tx *op.Tx, where string, args ...any) ([]Entry, error) {
	all, err := entries(ctx, tx, where, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	orgs := make([]string, len(all))
	for i, e := range all {
		orgs[i] = e.Org
	}
	names, err := s.Orgs.Names(ctx, tx, orgs)
	for i := range all {
		all[i].Name = names[all[i].Org]
	}
	return all, err
}

// List are the providers that whoever asks looks after.
func (s *Service) List(ctx context.Context) ([]Entry, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Entry, error) {
		var args db.Args
		where := scope.Where(authz.Columns{ID: "provider_id", Area: "area"}, &args)
		return s.named(ctx, tx, where, args...)
	})
}

// End ends a provider, with all links to it.
func (s *Service) End(ctx context.Context, provider string) error {
	find := func(tx *op.Tx) (Entry, error) { return entry(ctx, tx, provider) }
	_, err := op.Write(ctx, s.desk, End, find, func(tx *op.Tx, e Entry) (bool, error) {
		tx.Note("org", e.Org)
		return true, end(ctx, tx, e.ID)
	})
	return err
}
