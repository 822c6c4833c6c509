package lifeweb

import (
	"net/http"
	"net/url"

	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// renewalsPage is a page of unions whose term ends.
type renewalsPage struct {
	Frame ui.StaffPage
	All   []life.Renewal
	Which string
	Area  string
	Next  string
}

// href is the page with another choice.
func (p renewalsPage) href(which string) string {
	q := url.Values{"which": {which}}
	if p.Area != "" {
		q.Set("area", p.Area)
	}
	return orgweb.RenewalsPath + "?" + q.Encode()
}

func (p *pages) renewals(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	page := renewalsPage{Which: life.RenewSoon, Frame: p.frame(ctx, t(ctx, "renewals"), ui.Crumb{Text: t(ctx, "renewals")})}
	if w := q.Get("which"); w == life.RenewNone || w == life.RenewOver {
		page.Which = w
	}
	if page.Area = q.Get("area"); page.Area != "" && region.FullName(page.Area) != "" {
		page.Frame.Heading = t(ctx, "renewals.in", "Area", region.FullName(page.Area))
	}
	after := life.Renewal{Org: org.Org{ID: org.ID(q.Get("after"))}, Due: q.Get("due")}
	var err error
	if page.All, err = p.Life.Renewals(ctx, life.RenewalFilter{Which: page.Which, Area: page.Area, After: after, Limit: pageSize + 1}); err != nil {
		return err
	}
	if len(page.All) > pageSize {
		page.All = page.All[:pageSize]
		last := page.All[pageSize-1]
		q.Set("after", string(last.ID))
		q.Set("due", last.Due)
		page.Next = orgweb.RenewalsPath + "?" + q.Encode()
	}
	return web.Show(w, r, http.StatusOK, renewalsView(page))
}

// termsPage is a union's terms of office.
type termsPage struct {
	Frame ui.StaffPage
	Org   org.Org
	All   []life.Tenure // the newest first
}

func (p *pages) terms(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	o, all, err := p.tenures(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, termsView(termsPage{p.frame(ctx, t(ctx, "terms.of", "Name", o.Called()), ui.Crumb{Text: o.Called(), Href: href(o.ID)}, ui.Crumb{Text: t(ctx, "terms")}), o, all}))
}

func (p *pages) tenures(r *http.Request) (org.Org, []life.Tenure, error) {
	o, err := p.Orgs.Get(r.Context(), org.ID(r.PathValue("id")))
	if err != nil {
		return o, nil, err
	}
	all, err := p.Life.Tenures(r.Context(), o.ID)
	return o, all, err
}

// electionPage is the form of an election, or of who is in office within a term.
type electionPage struct {
	Frame  ui.StaffPage
	Org    org.Org
	Edit   bool  // within the newest term
	Seen   int64 // the newest term, or its version
	Since  string
	Years  int64
	Posts  []life.Post
	Errors ui.FormErrors
	ReqID  string
}

// spareRows are empty lines for more people; without scripts a form cannot grow.
const spareRows = 4

func (p *pages) election(w http.ResponseWriter, r *http.Request) error {
	o, all, err := p.tenures(r)
	if err != nil {
		return err
	}
	return p.showElection(w, r, electionPage{Org: o, Seen: int64(len(all)), Years: life.Terms(o.Level)[0], Posts: []life.Post{{Post: life.Chair}}}, nil)
}

func (p *pages) changes(w http.ResponseWriter, r *http.Request) error {
	o, all, err := p.tenures(r)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return web.See(w, r, href(o.ID)+"/terms/new")
	}
	return p.showElection(w, r, electionPage{Org: o, Edit: true, Seen: all[0].Version, Posts: all[0].In()}, nil)
}

func (p *pages) showElection(w http.ResponseWriter, r *http.Request, page electionPage, refusal error) error {
	ctx := r.Context()
	var status int
	var err error
	if page.Errors, status, err = again(ctx, refusal); err != nil {
		return err
	}
	object := page.Org.AuthzObject()
	if !may(ctx, life.SetTenure, object) {
		return fault.New(string(life.SetTenure), fault.Denied, "fault.denied")
	}
	for range spareRows {
		page.Posts = append(page.Posts, life.Post{Post: life.Committee})
	}
	title := "election.of"
	if page.Edit {
		title = "changes.of"
	}
	page.ReqID = web.NewReqID()
	page.Frame = p.frame(ctx, t(ctx, title, "Name", page.Org.Called()), ui.Crumb{Text: page.Org.Called(), Href: href(page.Org.ID)}, ui.Crumb{Text: t(ctx, "terms"), Href: href(page.Org.ID) + "/terms"})
	return web.Show(w, r, status, electionView(page))
}

// postsOf reads the lines of the form; those without a name are none.
func postsOf(f url.Values) []life.Post {
	var all []life.Post
	names, posts := f["name"], f["post"]
	for i := range min(len(names), len(posts)) {
		if names[i] != "" {
			all = append(all, life.Post{Post: life.Office(posts[i]), Name: names[i]})
		}
	}
	return all
}

func (p *pages) elect(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	o, all, err := p.tenures(r)
	if err != nil {
		return err
	}
	f := electionPage{Org: o, Seen: number(r.PostForm.Get("seen")), Since: r.PostForm.Get("since"), Years: number(r.PostForm.Get("years")), Posts: postsOf(r.PostForm)}
	if err := p.Life.Elect(web.Named(r), o.ID, f.Seen, f.Since, f.Years, f.Posts); err != nil {
		if fault.Is(err, fault.Conflict) { // who was told of the newer one may send over it
			f.Seen = int64(len(all))
		}
		return p.showElection(w, r, f, err)
	}
	web.SetFlash(w, r, "life.elected.done")
	return web.See(w, r, href(o.ID)+"/terms")
}

func (p *pages) replace(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	o, all, err := p.tenures(r)
	if err != nil {
		return err
	}
	f := electionPage{Org: o, Edit: true, Seen: number(r.PostForm.Get("seen")), Posts: postsOf(r.PostForm)}
	if err := p.Life.Replace(web.Named(r), o.ID, f.Seen, f.Posts); err != nil {
		if fault.Is(err, fault.Conflict) && len(all) > 0 {
			f.Seen = all[0].Version
		}
		return p.showElection(w, r, f, err)
	}
	web.SetFlash(w, r, "life.replaced")
	return web.See(w, r, href(o.ID)+"/terms")
}
