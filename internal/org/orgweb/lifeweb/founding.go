package lifeweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// foundingsPage is a page of applications.
type foundingsPage struct {
	Frame ui.StaffPage
	All   []life.Founding
	State life.State
	Next  string
}

func (p *pages) foundings(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	page := foundingsPage{State: life.State(q.Get("state"))}
	var err error
	if page.All, err = p.Life.List(ctx, life.Filter{State: page.State, After: life.ID(q.Get("after")), Limit: pageSize + 1}); err != nil {
		return err
	}
	if len(page.All) > pageSize {
		page.All = page.All[:pageSize]
		q.Set("after", string(page.All[pageSize-1].ID))
		page.Next = orgweb.FoundingsPath + "?" + q.Encode()
	}
	page.Frame = p.frame(ctx, t(ctx, "foundings"), ui.Crumb{Text: t(ctx, "foundings")})
	if authz.From(ctx).Has(authz.Cadre) {
		page.Frame.Buttons = askButton()
	}
	return web.Show(w, r, http.StatusOK, foundingsView(page))
}

// askPage is the form of an application.
type askPage struct {
	Frame   ui.StaffPage
	Ask     life.Ask
	Members string // as it was typed
	Parents []ui.Option
	Areas   []ui.Option
	Errors  ui.FormErrors
	ReqID   string
}

func (p *pages) draft(w http.ResponseWriter, r *http.Request) error {
	a := life.Ask{Kind: org.Basic, Level: org.Grassroots, Years: 3, Area: home(r.Context(), authz.Cadre), Parent: org.ID(r.URL.Query().Get("parent"))}
	if a.Parent != "" {
		o, err := p.Orgs.Get(r.Context(), a.Parent)
		if err != nil {
			return err
		}
		if strings.HasPrefix(o.Area, a.Area) {
			a.Area = o.Area
		}
	}
	return p.showAsk(w, r, a, nil)
}

func (p *pages) showAsk(w http.ResponseWriter, r *http.Request, a life.Ask, refusal error) error {
	ctx := r.Context()
	if !authz.From(ctx).Has(authz.Cadre) {
		return fault.New(string(life.AskFounding), fault.Denied, "fault.denied")
	}
	page := askPage{Ask: a, Members: r.PostForm.Get("members"), ReqID: web.NewReqID(), Frame: p.frame(ctx, t(ctx, "ask"), ui.Crumb{Text: t(ctx, "foundings"), Href: orgweb.FoundingsPath}, ui.Crumb{Text: t(ctx, "ask")})}
	var status int
	var err error
	if page.Errors, status, err = again(ctx, refusal); err != nil {
		return err
	}
	if page.Parents, err = p.leaders(ctx, a); err != nil {
		return err
	}
	area := home(ctx, authz.Cadre)
	page.Areas = append(page.Areas, ui.Option{Value: area, Text: areaWords(ctx, area)})
	for _, c := range region.Children(area) {
		page.Areas = append(page.Areas, ui.Option{Value: c.Code, Text: c.Name})
	}
	return web.Show(w, r, status, askView(page))
}

// choices is how many unions a list to choose from shows at most.
const choices = 500

// leaders are the unions that may be asked: those around the cadre's area and within it.
func (p *pages) leaders(ctx context.Context, a life.Ask) ([]ui.Option, error) {
	area := home(ctx, authz.Cadre)
	seen := map[org.ID]bool{}
	var all []ui.Option
	for _, f := range []org.Filter{{Over: area}, {Area: area}, {IDs: []org.ID{a.Parent}}} {
		f.Kinds, f.Limit = org.Unions(), choices
		os, err := p.Orgs.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, o := range os {
			if !seen[o.ID] {
				seen[o.ID] = true
				all = append(all, ui.Option{Value: string(o.ID), Text: o.Name, On: o.ID == a.Parent})
			}
		}
	}
	return all, nil
}

func askOf(f url.Values) life.Ask {
	return life.Ask{Kind: org.Kind(f.Get("kind")), Level: org.Level(f.Get("level")), Name: f.Get("name"), Short: f.Get("short"), Area: strings.TrimSpace(f.Get("area")), Parent: org.ID(f.Get("parent")),
		Members: number(f.Get("members")), Chair: f.Get("chair"), Years: number(f.Get("years")), Elected: f.Get("elected"), Why: f.Get("why")}
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	a := askOf(r.PostForm)
	which, err := p.Life.AskFor(web.Named(r), a)
	if fault.Is(err, fault.Missing) && authz.From(r.Context()).Has(authz.Cadre) { // the area is not the cadre's
		var f fault.Form
		f.Add("area", "org.area.denied", nil)
		err = f.Err(string(life.AskFounding))
	}
	if err != nil {
		return p.showAsk(w, r, a, err)
	}
	web.SetFlash(w, r, "life.asked")
	return web.See(w, r, orgweb.FoundingsPath+"/"+string(which))
}

// foundingPage is one application.
type foundingPage struct {
	Frame    ui.StaffPage
	Founding life.Founding
	Parent   org.Org
	Reason   string
	Errors   ui.FormErrors
	ReqID    string
}

func (p *pages) founding(w http.ResponseWriter, r *http.Request) error {
	return p.showFounding(w, r, foundingPage{}, nil)
}

func (p *pages) showFounding(w http.ResponseWriter, r *http.Request, page foundingPage, refusal error) error {
	ctx := r.Context()
	var status int
	var err error
	if page.Errors, status, err = again(ctx, refusal); err != nil {
		return err
	}
	if page.Founding, err = p.Life.Get(ctx, life.ID(r.PathValue("id"))); err != nil {
		return err
	}
	if page.Parent, err = p.Orgs.Get(ctx, page.Founding.Parent); err != nil {
		return err
	}
	page.ReqID = web.NewReqID()
	page.Frame = p.frame(ctx, page.Founding.Name, ui.Crumb{Text: t(ctx, "foundings"), Href: orgweb.FoundingsPath}, ui.Crumb{Text: page.Founding.Name})
	return web.Show(w, r, status, foundingView(page))
}

func (p *pages) approve(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	made, err := p.Life.Approve(web.Named(r), life.ID(r.PathValue("id")), number(r.PostForm.Get("version")), r.PostForm.Get("reason"))
	if err != nil {
		return p.showFounding(w, r, foundingPage{Reason: r.PostForm.Get("reason")}, err)
	}
	web.SetFlash(w, r, "life.approved")
	return web.See(w, r, href(made))
}

func (p *pages) refuse(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Life.Refuse(web.Named(r), life.ID(r.PathValue("id")), number(r.PostForm.Get("version")), r.PostForm.Get("reason")); err != nil {
		return p.showFounding(w, r, foundingPage{Reason: r.PostForm.Get("reason")}, err)
	}
	web.SetFlash(w, r, "life.refused")
	return web.See(w, r, orgweb.FoundingsPath+"/"+r.PathValue("id"))
}

func (p *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Life.Withdraw(web.Named(r), life.ID(r.PathValue("id")), number(r.PostForm.Get("version"))); err != nil {
		return p.showFounding(w, r, foundingPage{}, err)
	}
	web.SetFlash(w, r, "life.withdrawn")
	return web.See(w, r, orgweb.FoundingsPath+"/"+r.PathValue("id"))
}
