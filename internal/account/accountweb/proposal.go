package accountweb

import (
	"net/http"
	"slices"

	"nuanxin/internal/account/oidc"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// providersPage is what the administrator or the security administrator sees.
type providersPage struct {
	Frame   ui.StaffPage
	Guard   bool // the security administrator, who decides
	All     []oidc.Entry
	Waiting []oidc.Proposal
	Refused []oidc.Verdict
	Names   map[string]string // of the unions of those refused
	Back    func(provider string) string
	Orgs    []ui.Option
	Draft   oidc.Draft
	Errors  ui.FormErrors
	ReqID   string
}

// providers is the page of the security administrator: what waits, and what is in force.
func (p *pages) providers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s := providersPage{Guard: true, Frame: p.frame(ctx, t(ctx, "provider.all"), "/desk/security")}
	s.Frame.Crumbs = []ui.Crumb{{Text: t(ctx, "provider.security"), Href: "/desk/security"}, {Text: t(ctx, "provider.all")}}
	if err := p.gather(r, &s); err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, providersList(s))
}

// gather reads what both pages show.
func (p *pages) gather(r *http.Request, s *providersPage) (err error) {
	ctx := r.Context()
	s.Back = p.Providers.Redirect
	if s.All, err = p.Providers.List(ctx); err != nil {
		return err
	}
	s.Waiting, err = p.Providers.Proposals(ctx)
	return err
}

// proposed is the page of the administrator.
func (p *pages) proposed(w http.ResponseWriter, r *http.Request) error {
	return p.showProposed(w, r, oidc.Draft{}, nil)
}

func (p *pages) showProposed(w http.ResponseWriter, r *http.Request, d oidc.Draft, refusal error) (err error) {
	ctx := r.Context()
	s := providersPage{Frame: p.frame(ctx, t(ctx, "provider.all"), StaffPath), Draft: d, ReqID: web.NewReqID()}
	s.Frame.Crumbs = []ui.Crumb{{Text: t(ctx, "staff"), Href: StaffPath}, {Text: t(ctx, "provider.all")}}
	status, ok := told(r, refusal, &s.Errors, new(string))
	if !ok {
		return refusal
	}
	if err := p.gather(r, &s); err != nil {
		return err
	}
	if s.Refused, err = p.Providers.Refused(ctx); err != nil {
		return err
	}
	var g grantForm
	g.Org = d.Org
	if err := p.fill(ctx, &g); err != nil {
		return err
	}
	s.Orgs = g.Orgs
	if p.Orgs != nil && len(s.Refused) > 0 {
		var ids []string
		for _, v := range s.Refused {
			ids = append(ids, v.Org)
		}
		if s.Names, err = p.Orgs.Called(ctx, ids); err != nil {
			return err
		}
	}
	return web.Show(w, r, status, proposePage(s))
}

func (p *pages) propose(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f := r.PostForm
	d := oidc.Draft{Org: f.Get("org"), Issuer: f.Get("issuer"), ClientID: f.Get("client"), Secret: f.Get("secret"), Strong: f.Get("strong")}
	if _, err := p.Providers.Propose(web.Named(r), d); err != nil {
		return p.showProposed(w, r, d, beyond(err))
	}
	web.SetFlash(w, r, "account.provider.proposed")
	return web.See(w, r, ProposePath)
}

// beyond tells a union that is not the asker's, or is none any more, as a fault of the form.
func beyond(err error) error {
	if !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Denied) {
		return err
	}
	var f fault.Form
	f.Add("org", "account.org.unknown", nil)
	return f.Err("account.form")
}

func (p *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return settled(w, r, p.Providers.Withdraw(web.Named(r), r.PathValue("id")), "account.provider.withdrawn", ProposePath)
}

// settled goes on with a word, also where somebody was faster.
func settled(w http.ResponseWriter, r *http.Request, err error, said, to string) error {
	switch {
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Denied) && fault.Of(err).Msg == "account.provider.own":
		said = fault.Of(err).Msg
	case err != nil:
		return err
	}
	web.SetFlash(w, r, said)
	return web.See(w, r, to)
}

// proposalPage is one proposal, before the security administrator.
type proposalPage struct {
	Frame    ui.StaffPage
	Proposal oidc.Proposal
	Back     string
	Why      string
	Errors   ui.FormErrors
}

func (p *pages) proposal(w http.ResponseWriter, r *http.Request) error {
	return p.showProposal(w, r, "", nil)
}

func (p *pages) showProposal(w http.ResponseWriter, r *http.Request, why string, refusal error) error {
	ctx := r.Context()
	s := proposalPage{Why: why, Frame: p.frame(ctx, t(ctx, "provider.waits"), "/desk/security")}
	s.Frame.Crumbs = []ui.Crumb{{Text: t(ctx, "provider.security"), Href: "/desk/security"}, {Text: t(ctx, "provider.all"), Href: ProvidersPath}, {Text: t(ctx, "provider.waits")}}
	status, ok := told(r, refusal, &s.Errors, new(string))
	if !ok {
		return refusal
	}
	all, err := p.Providers.Proposals(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x oidc.Proposal) bool { return x.ID == r.PathValue("id") })
	if i < 0 {
		return fault.New(string(oidc.See), fault.Missing, "account.provider.no_draft")
	}
	s.Proposal, s.Back = all[i], p.Providers.Redirect(all[i].ID)
	return web.Show(w, r, status, decidePage(s))
}

func (p *pages) setProvider(w http.ResponseWriter, r *http.Request) error {
	return settled(w, r, p.Providers.Set(web.Named(r), r.PathValue("id")), "account.provider.set", ProvidersPath)
}

func (p *pages) refuseProvider(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	why := r.PostForm.Get("why")
	err := p.Providers.Refuse(web.Named(r), r.PathValue("id"), why)
	if fault.Is(err, fault.Invalid) {
		return p.showProposal(w, r, why, err)
	}
	return settled(w, r, err, "account.provider.refused", ProvidersPath)
}

func (p *pages) endProvider(w http.ResponseWriter, r *http.Request) error {
	return settled(w, r, p.Providers.End(web.Named(r), r.PathValue("id")), "account.provider.ended", ProvidersPath)
}
