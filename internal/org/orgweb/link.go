package orgweb

import (
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/org"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// linkPage is the form that ties a union to one of its industry.
type linkPage struct {
	Frame   ui.StaffPage
	Org     org.Org
	Choices []ui.Option
	Since   string
	Why     string
	Errors  ui.FormErrors
	ReqID   string
}

func (p *pages) link(w http.ResponseWriter, r *http.Request) error {
	o, err := p.target(r, org.Join)
	if err != nil {
		return err
	}
	return p.showLink(w, r, linkPage{Org: o}, "", nil)
}

func (p *pages) showLink(w http.ResponseWriter, r *http.Request, l linkPage, to org.ID, refusal error) error {
	ctx, status := r.Context(), http.StatusOK
	if refusal != nil {
		var err error
		if l.Errors, status, err = again(ctx, refusal); err != nil {
			return err
		}
	}
	seen := map[org.ID]bool{l.Org.ID: true, l.Org.Parent: true}
	kinds := []org.Kind{org.Industry, org.Trade}
	for _, f := range []org.Filter{{Over: l.Org.Area, Kinds: kinds, Limit: choicesLimit}, {Area: cityOf(l.Org.Area), Kinds: kinds, Limit: choicesLimit}} {
		os, err := p.Orgs.List(ctx, f)
		if err != nil {
			return err
		}
		for _, o := range os {
			if !seen[o.ID] {
				seen[o.ID] = true
				l.Choices = append(l.Choices, ui.Option{Value: string(o.ID), Text: o.Name, On: o.ID == to})
			}
		}
	}
	l.ReqID = web.NewReqID()
	l.Frame = p.frame(ctx, t(ctx, "link.of", "Name", l.Org.Called()), ui.Crumb{Text: l.Org.Called(), Href: href(l.Org)})
	return web.Show(w, r, status, linkView(l))
}

func (p *pages) tie(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	o, err := p.target(r, org.Join)
	if err != nil {
		return err
	}
	l, to := linkPage{Org: o, Since: r.PostForm.Get("since"), Why: r.PostForm.Get("why")}, org.ID(r.PostForm.Get("to"))
	if _, err := p.Orgs.Tie(web.Named(r), o.ID, to, l.Since, l.Why); err != nil {
		return p.showLink(w, r, l, to, err)
	}
	web.SetFlash(w, r, "org.saved")
	return web.See(w, r, href(o))
}

func (p *pages) untie(w http.ResponseWriter, r *http.Request) error {
	o, err := p.target(r, org.Join)
	if err != nil {
		return err
	}
	if err := p.Orgs.Untie(web.Named(r), o.ID, r.PathValue("link")); err != nil {
		return err
	}
	web.SetFlash(w, r, "org.saved")
	return web.See(w, r, href(o))
}

// joiners are the roles that may tie.
func joiners() []string { return []string{string(authz.Admin), string(authz.Cadre)} }
