package firmweb

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. All but SignIn and Members is required.
type Config struct {
	Firms       *platform.Service
	Orgs        *org.Service
	Frame       func(ctx context.Context) ui.StaffPage
	Occupations func(ctx context.Context) []ui.Option // by code
	Members     func(occupation string) string        // where the members of an occupation are listed; nil: nowhere
	SignIn      func(h web.Handler) web.Handler       // leads who is not staff to the sign-in; nil: nobody is led
}

type pages struct{ Config }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	if p.SignIn == nil {
		p.SignIn = func(h web.Handler) web.Handler { return h }
	}
	route := func(method, pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(action), Purpose: purpose, Roles: platform.Policy.Roles(action), BodyLimit: 64 << 10, Look: web.LookStaff, Handler: web.HTML(p.SignIn(h))}
	}
	f := orgweb.FirmsPath
	return []web.Route{
		route("GET", f, platform.See, "list companies and whether a union stands there", p.list),
		route("GET", f+"/new", platform.Add, "name a company", p.draft),
		route("POST", f, platform.Add, "keep a company in an area", p.add),
		route("GET", f+"/{id}", platform.See, "see a company with its plan", p.show),
		route("GET", f+"/{id}/edit", platform.SetPlan, "write a company's plan", p.edit),
		route("POST", f+"/{id}/edit", platform.SetPlan, "store a company's plan", p.save),
		route("POST", f+"/{id}/facts", platform.Tell, "say how many people work for a company", p.say),
		route("GET", orgweb.CoveragePath, platform.See, "hold members against the people who are known", p.coverage),
	}
}

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "firm."+key, args...) }

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(orgweb.ListPath, title, append([]ui.Crumb{{Text: web.T(ctx, "org.orgs"), Href: orgweb.ListPath}}, crumbs...)...)
}

// again sorts what a form can be shown again with; what else is wrong fails.
func again(ctx context.Context, refusal error) (ui.FormErrors, int, error) {
	if refusal == nil {
		return ui.FormErrors{}, http.StatusOK, nil
	}
	if !fault.Is(refusal, fault.Invalid) && !fault.Is(refusal, fault.Conflict) {
		return ui.FormErrors{}, 0, refusal
	}
	told := *fault.Of(refusal)
	status := web.Status(told.Kind)
	told.Kind = fault.Invalid
	return ui.FieldErrors(ctx, &told), status, nil
}

const pageSize = 50

// listPage is a page of companies.
type listPage struct {
	Frame ui.StaffPage
	All   []platform.Branch
	Sum   platform.Sum
	Which string
	Area  string // of those alone; empty: of the reader's
	Words string
	Today string
	Next  string
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	page := listPage{Which: q.Get("which"), Area: q.Get("area"), Words: q.Get("q"), Today: web.Day(web.Now(ctx)), Frame: p.frame(ctx, t(ctx, "firms"), ui.Crumb{Text: t(ctx, "firms")})}
	f := platform.Filter{Which: page.Which, Area: page.Area, Words: page.Words, Firm: platform.Firm(q.Get("firm")), Limit: pageSize + 1, After: platform.Place{Area: q.Get("after_area"), ID: platform.ID(q.Get("after"))}}
	var err error
	if page.All, err = p.Firms.List(ctx, f); err != nil {
		return err
	}
	if page.Sum, err = p.Firms.Sum(ctx); err != nil {
		return err
	}
	if len(page.All) > pageSize {
		page.All = page.All[:pageSize]
		last := page.All[pageSize-1]
		q.Set("after", string(last.ID))
		q.Set("after_area", last.Area)
		page.Next = orgweb.FirmsPath + "?" + q.Encode()
	}
	page.Frame.Search = &ui.Search{Action: orgweb.FirmsPath, Value: page.Words, Label: t(ctx, "search"), Placeholder: t(ctx, "search"), Keep: []ui.Pair{{Key: "which", Text: page.Which}, {Key: "area", Text: page.Area}}}
	if page.Area != "" {
		page.Frame.Heading = t(ctx, "firms.in", "Area", areaWords(ctx, page.Area))
	}
	if authz.From(ctx).Has(authz.Cadre) {
		page.Frame.Buttons = addButton()
	}
	return web.Show(w, r, http.StatusOK, listView(page))
}

// addPage is the form of a company.
type addPage struct {
	Frame  ui.StaffPage
	Draft  platform.Draft
	Areas  []ui.Option
	Errors ui.FormErrors
	ReqID  string
}

func home(ctx context.Context) string {
	for _, g := range authz.From(ctx).Grants {
		if g.Role == authz.Cadre {
			return g.Area
		}
	}
	return ""
}

func (p *pages) draft(w http.ResponseWriter, r *http.Request) error {
	return p.showAdd(w, r, platform.Draft{Area: home(r.Context()), Platform: true}, nil)
}

func (p *pages) showAdd(w http.ResponseWriter, r *http.Request, d platform.Draft, refusal error) error {
	ctx := r.Context()
	if !authz.From(ctx).Has(authz.Cadre) {
		return fault.New(string(platform.Add), fault.Denied, "fault.denied")
	}
	page := addPage{Draft: d, ReqID: web.NewReqID(), Frame: p.frame(ctx, t(ctx, "add"), ui.Crumb{Text: t(ctx, "firms"), Href: orgweb.FirmsPath}, ui.Crumb{Text: t(ctx, "add")})}
	var status int
	var err error
	if page.Errors, status, err = again(ctx, refusal); err != nil {
		return err
	}
	page.Areas = []ui.Option{{Value: home(ctx), Text: areaWords(ctx, home(ctx))}}
	for _, c := range region.Children(home(ctx)) {
		page.Areas = append(page.Areas, ui.Option{Value: c.Code, Text: c.Name})
	}
	return web.Show(w, r, status, addView(page))
}

func (p *pages) add(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	d := platform.Draft{Name: r.PostForm.Get("name"), Area: strings.TrimSpace(r.PostForm.Get("area")), Platform: r.PostForm.Get("platform") != ""}
	made, err := p.Firms.Add(web.Named(r), d)
	if fault.Is(err, fault.Missing) && authz.From(r.Context()).Has(authz.Cadre) { // the area is not the cadre's
		var f fault.Form
		f.Add("area", "org.area.denied", nil)
		err = f.Err(string(platform.Add))
	}
	if err != nil {
		return p.showAdd(w, r, d, err)
	}
	web.SetFlash(w, r, "firm.added")
	return web.See(w, r, href(made))
}

func href(id platform.ID) string { return orgweb.FirmsPath + "/" + string(id) }

func areaWords(ctx context.Context, area string) string {
	if area == "" {
		return web.T(ctx, "org.nation")
	}
	if name := region.FullName(area); name != "" {
		return name
	}
	return area
}

func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func planOf(f url.Values) platform.Plan {
	p := platform.Plan{Union: org.ID(f.Get("union")), Since: f.Get("since"), Owner: f.Get("owner"), Obstacle: f.Get("obstacle"), Result: f.Get("result"), Also: f.Get("also")}
	texts, dues, dones := f["step"], f["due"], f["done"]
	for i := range min(len(texts), len(dues), len(dones)) {
		p.Steps = append(p.Steps, platform.Step{Text: texts[i], Due: dues[i], Done: dones[i]})
	}
	return p
}
