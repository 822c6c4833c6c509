package firmweb

import (
	"context"
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// showPage is a company in an area.
type showPage struct {
	Frame       ui.StaffPage
	Branch      platform.Branch
	Facts       []platform.Fact
	Union       string // its name
	Others      []platform.Branch
	Occupations []ui.Option
	Fact        platform.Fact // what was typed
	N           string
	Today       string
	Errors      ui.FormErrors
	ReqID       string
}

// may reports whether the reader may do act to b, to show or spare a button.
func may(ctx context.Context, act authz.Action, b platform.Branch) bool {
	return platform.Policy.May(authz.From(ctx), act, b.AuthzObject())
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.showFirm(w, r, showPage{}, nil)
}

// otherAreas is how many areas of the same company its page names.
const otherAreas = 20

func (p *pages) showFirm(w http.ResponseWriter, r *http.Request, page showPage, refusal error) error {
	ctx := r.Context()
	var status int
	var err error
	if page.Errors, status, err = again(ctx, refusal); err != nil {
		return err
	}
	if page.Branch, page.Facts, err = p.Firms.Get(ctx, platform.ID(r.PathValue("id"))); err != nil {
		return err
	}
	if page.Branch.Union != "" {
		o, err := p.Orgs.Get(ctx, page.Branch.Union)
		if err != nil {
			return err
		}
		page.Union = o.Name
	}
	all, err := p.Firms.List(ctx, platform.Filter{Firm: page.Branch.Firm, Limit: otherAreas})
	if err != nil {
		return err
	}
	for _, b := range all {
		if b.ID != page.Branch.ID {
			page.Others = append(page.Others, b)
		}
	}
	page.Occupations, page.Today, page.ReqID = p.Occupations(ctx), web.Day(web.Now(ctx)), web.NewReqID()
	page.Frame = p.frame(ctx, page.Branch.Name, ui.Crumb{Text: t(ctx, "firms"), Href: orgweb.FirmsPath}, ui.Crumb{Text: page.Branch.Name})
	page.Frame.Main = "two"
	return web.Show(w, r, status, showView(page))
}

func (p *pages) say(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	f := r.PostForm
	a := platform.Fact{Occupation: f.Get("occupation"), N: number(f.Get("n")), Day: f.Get("day"), Source: f.Get("source")}
	if err := p.Firms.Say(web.Named(r), platform.ID(r.PathValue("id")), a); err != nil {
		return p.showFirm(w, r, showPage{Fact: a, N: f.Get("n")}, err)
	}
	web.SetFlash(w, r, "firm.said")
	return web.See(w, r, href(platform.ID(r.PathValue("id"))))
}

// editPage is the form of a plan.
type editPage struct {
	Frame   ui.StaffPage
	Branch  platform.Branch
	Plan    platform.Plan
	Unions  []ui.Option
	Version int64
	Errors  ui.FormErrors
	ReqID   string
}

func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	b, _, err := p.Firms.Get(r.Context(), platform.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.showEdit(w, r, editPage{Branch: b, Plan: b.Plan, Version: b.Version}, nil)
}

const (
	choices   = 500 // unions to choose from
	spareRows = 3   // empty lines for more steps; without scripts a form cannot grow
)

func (p *pages) showEdit(w http.ResponseWriter, r *http.Request, page editPage, refusal error) error {
	ctx := r.Context()
	var status int
	var err error
	if page.Errors, status, err = again(ctx, refusal); err != nil {
		return err
	}
	if !may(ctx, platform.SetPlan, page.Branch) {
		return fault.New(string(platform.SetPlan), fault.Denied, "fault.denied")
	}
	seen := map[org.ID]bool{}
	for _, f := range []org.Filter{{IDs: []org.ID{page.Plan.Union}, Closed: true}, {Area: page.Branch.Area, Kinds: org.Unions(), Limit: choices}} {
		os, err := p.Orgs.List(ctx, f)
		if err != nil {
			return err
		}
		for _, o := range os {
			if !seen[o.ID] {
				seen[o.ID] = true
				page.Unions = append(page.Unions, ui.Option{Value: string(o.ID), Text: o.Name, On: o.ID == page.Plan.Union})
			}
		}
	}
	for range spareRows {
		page.Plan.Steps = append(page.Plan.Steps, platform.Step{})
	}
	page.ReqID = web.NewReqID()
	page.Frame = p.frame(ctx, t(ctx, "edit.of", "Name", page.Branch.Name), ui.Crumb{Text: t(ctx, "firms"), Href: orgweb.FirmsPath}, ui.Crumb{Text: page.Branch.Name, Href: href(page.Branch.ID)})
	return web.Show(w, r, status, editView(page))
}

func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	b, _, err := p.Firms.Get(r.Context(), platform.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	plan, version := planOf(r.PostForm), number(r.PostForm.Get("version"))
	if err := p.Firms.SetPlan(web.Named(r), b.ID, version, plan); err != nil {
		if fault.Is(err, fault.Conflict) { // who was told of the newer one may send over it
			version = b.Version
		}
		return p.showEdit(w, r, editPage{Branch: b, Plan: plan, Version: version}, err)
	}
	web.SetFlash(w, r, "firm.saved")
	return web.See(w, r, href(b.ID))
}

// coveragePage holds members against the people who are known.
type coveragePage struct {
	Frame       ui.StaffPage
	Cover       platform.Coverage
	Unions      []platform.Line // the first of them
	More        bool
	Names       map[org.ID]string
	Occupations map[string]string
	Members     func(occupation string) string
}

// mostLines is how many unions the page shows; the tree has all.
const mostLines = 100

func (p *pages) coverage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page := coveragePage{Names: map[org.ID]string{}, Occupations: map[string]string{}, Members: p.Members, Frame: p.frame(ctx, t(ctx, "coverage"), ui.Crumb{Text: t(ctx, "coverage")})}
	var err error
	if page.Cover, err = p.Firms.Cover(ctx); err != nil {
		return err
	}
	page.Unions = page.Cover.Unions
	if page.More = len(page.Unions) > mostLines; page.More {
		page.Unions = page.Unions[:mostLines]
	}
	ids := make([]org.ID, len(page.Unions))
	for i, l := range page.Unions {
		ids[i] = org.ID(l.Key)
	}
	if len(ids) > 0 {
		os, err := p.Orgs.List(ctx, org.Filter{IDs: ids, Closed: true, Limit: mostLines})
		if err != nil {
			return err
		}
		for _, o := range os {
			page.Names[o.ID] = o.Name
		}
	}
	for _, o := range p.Occupations(ctx) {
		page.Occupations[o.Value] = o.Text
	}
	return web.Show(w, r, http.StatusOK, coverageView(page))
}
