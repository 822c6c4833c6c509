package accountweb

import (
	"context"
	"net/http"
	"net/url"

	"nuanxin/internal/account/oidc"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
)

// The pages of sign-ins at a union's own provider.
const (
	UnionSignInPath = StaffSignInPath + "/union"       // which union
	OwnUnionPath    = FactorPath + "/union"            // one's own link
	ProposePath     = StaffPath + "/union-provider"    // the administrator's
	ProvidersPath   = "/desk/security/union-providers" // the security administrator's
	InvitedPath     = StaffSignInPath + "/invited"     // an invitation
)

// UnionBack is where browsers come back to from a provider.
func UnionBack(provider string) string { return UnionSignInPath + "/" + provider + "/back" }

func (p *pages) provider() []web.Route {
	if p.Providers == nil {
		return nil
	}
	route := func(method, pattern string, action authz.Action, purpose, role string, look web.Look, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(action), Purpose: purpose, Roles: []string{role}, BodyLimit: 8 << 10, Look: look, Handler: web.HTML(h)}
	}
	anyone := func(method, pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return route(method, pattern, action, purpose, "anyone", web.LookPlain, h)
	}
	own := func(pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return route("POST", pattern, action, purpose, "signed-in", web.LookStaff, Staff(h))
	}
	admin := func(method, pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return route(method, pattern, action, purpose, string(authz.Admin), web.LookStaff, Staff(admins(h)))
	}
	guard := func(method, pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return route(method, pattern, action, purpose, string(authz.Security), web.LookStaff, Staff(guards(h)))
	}
	return []web.Route{
		anyone("GET", UnionSignInPath, oidc.Offer, "choose the union whose provider one signs in at", p.chooseUnion),
		anyone("POST", UnionSignInPath+"/{id}", oidc.Begin, "begin a sign-in at a union's provider", p.beginUnion),
		anyone("GET", UnionSignInPath+"/{id}/back", oidc.Back, "come back from a union's provider", p.backFromUnion),
		own(OwnUnionPath+"/{id}", oidc.BeginLink, "begin to link oneself to a union's provider", p.linkUnion),
		own(OwnUnionPath+"/{id}/off", oidc.Unlink, "take one's link to a provider away", p.unlinkUnion),
		guard("GET", ProvidersPath, oidc.See, "see the unions' providers", p.providers),
		guard("GET", ProvidersPath+"/{id}", oidc.See, "read what a union proposes as its provider", p.proposal),
		guard("POST", ProvidersPath+"/{id}/set", oidc.Set, "put a union's provider into force", p.setProvider),
		guard("POST", ProvidersPath+"/{id}/refuse", oidc.Refuse, "refuse a union's provider", p.refuseProvider),
		guard("POST", ProvidersPath+"/{id}/end", oidc.End, "end a union's provider", p.endProvider),
		admin("GET", ProposePath, oidc.See, "see the providers of one's unions", p.proposed),
		admin("POST", ProposePath, oidc.Propose, "propose a union's provider", p.propose),
		admin("POST", ProposePath+"/{id}/withdraw", oidc.Withdraw, "take a proposal back", p.withdraw),
		admin("POST", StaffPath+"/{id}/invite", oidc.Invite, "invite somebody by the union's provider", p.invite),
		anyone("GET", InvitedPath+"/{token}", oidc.SeeInvite, "open an invitation", p.invited),
		anyone("POST", InvitedPath+"/{token}", oidc.BeginInvite, "begin to accept an invitation", p.beginInvited),
	}
}

// guards lets security administrators through; for others these pages are not there.
func guards(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !authz.From(r.Context()).Has(authz.Security) {
			return fault.New("account.providers", fault.Missing, "fault.missing")
		}
		return h(w, r)
	}
}

func (p *pages) chooseUnion(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Providers.Offered(r.Context())
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, unionsPage(all, web.LocalPath(r.URL.Query().Get("next"), "/desk")))
}

func (p *pages) beginUnion(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	next := web.LocalPath(r.PostForm.Get("next"), "/desk")
	s, err := p.Providers.Begin(r.Context(), r.PathValue("id"), next)
	if err != nil {
		return p.showStaff(w, r, staffForm{Next: next}, err)
	}
	return p.goThere(w, r, s, StaffSignInPath+"?next="+url.QueryEscape(next))
}

// goThere says where the browser is to go: nobody should type a password at a place that
// they were not told of. The browser goes by a link, since our forms lead nowhere else.
func (p *pages) goThere(w http.ResponseWriter, r *http.Request, s oidc.Started, back string) error {
	c := cookies(p.Secure)
	c.set(w, c.begun(), s.Secret, s.Lasts)
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, therePage(s, back))
}

func (p *pages) backFromUnion(w http.ResponseWriter, r *http.Request) error {
	c, q := cookies(p.Secure), r.URL.Query()
	secret := read(r, c.begun())
	c.set(w, c.begun(), "", 0)
	w.Header().Set("Cache-Control", "no-store")
	out, err := p.Providers.Back(r.Context(), r.PathValue("id"), secret, oidc.Answer{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss"), Error: q.Get("error")})
	switch {
	case err == nil && out.Linked:
		web.SetFlash(w, r, "account.provider.linked")
		return web.See(w, r, FactorPath)
	case err != nil && out.Linked && fault.Of(err).Msg != "":
		web.SetFlash(w, r, fault.Of(err).Msg)
		return web.See(w, r, FactorPath)
	case err != nil && out.Invited:
		return p.showInvited(w, r, invitedPage{Answered: true}, err)
	case err != nil:
		return p.showStaff(w, r, staffForm{Next: web.LocalPath(out.Next, "/desk")}, err)
	case out.Invited:
		web.SetFlash(w, r, "account.invite.joined")
	}
	return p.arrive(w, r, out.Signed, web.LocalPath(out.Next, "/desk"))
}

func (p *pages) linkUnion(w http.ResponseWriter, r *http.Request) error {
	s, err := p.Providers.BeginLink(r.Context(), r.PathValue("id"))
	if fault.Is(err, fault.Busy) || fault.Is(err, fault.Invalid) {
		web.SetFlash(w, r, fault.Of(err).Msg)
		return web.See(w, r, FactorPath)
	}
	if err != nil {
		return err
	}
	return p.goThere(w, r, s, FactorPath)
}

func (p *pages) unlinkUnion(w http.ResponseWriter, r *http.Request) error {
	return settled(w, r, p.Providers.Unlink(web.Named(r), r.PathValue("id")), "account.provider.unlinked", FactorPath)
}

// ties are one's own links, for the page of the second factor.
func (p *pages) ties(ctx context.Context) ([]oidc.Tie, error) {
	if p.Providers == nil {
		return nil, nil
	}
	return p.Providers.Mine(ctx)
}

// offers reports whether somebody can sign in at a provider.
func (p *pages) offers(ctx context.Context) (bool, error) {
	if p.Providers == nil {
		return false, nil
	}
	all, err := p.Providers.Offered(ctx)
	return len(all) > 0, err
}
