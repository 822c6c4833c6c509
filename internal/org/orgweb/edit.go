package orgweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// formPage is the form of an organisation's record.
type formPage struct {
	Frame   ui.StaffPage
	Action  string
	Back    string
	Called  string // the organisation that is edited; empty for a new one
	Draft   org.Draft
	Mask    string // the contact that is known
	Version int64
	Parents []ui.Option
	Areas   []ui.Option
	Errors  ui.FormErrors
	ReqID   string
}

func (p *pages) draft(w http.ResponseWriter, r *http.Request) error {
	d := org.Draft{Kind: org.Kind(r.URL.Query().Get("kind")), Area: home(authz.From(r.Context())), Parent: org.ID(r.URL.Query().Get("parent"))}
	return p.showForm(w, r, formPage{Action: ListPath, Back: ListPath, Draft: d}, nil)
}

func (p *pages) found(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	d := draftOf(r.PostForm)
	id, err := p.Orgs.Found(web.Named(r), d)
	if err != nil {
		return p.showForm(w, r, formPage{Action: ListPath, Back: ListPath, Draft: d}, outside(err))
	}
	web.SetFlash(w, r, "org.founded")
	return web.See(w, r, ListPath+"/"+string(id))
}

// outside tells an area beyond the asker's as a fault of the form.
func outside(err error) error {
	if !fault.Is(err, fault.Denied) {
		return err
	}
	var f fault.Form
	f.Add("area", "org.area.denied", nil)
	return f.Err("org.form")
}

func draftOf(f url.Values) org.Draft {
	return org.Draft{Kind: org.Kind(f.Get("kind")), Level: org.Level(f.Get("level")), Name: f.Get("name"), Short: f.Get("short"), Area: strings.TrimSpace(f.Get("area")),
		Parent: org.ID(f.Get("parent")), Phone: f.Get("phone"), Contact: f.Get("contact"), Address: f.Get("address"), Why: f.Get("why")}
}

func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	o, err := p.target(r, org.Edit)
	if err != nil {
		return err
	}
	return p.showForm(w, r, formPage{Action: href(o) + "/edit", Back: href(o), Called: o.Called(), Draft: o.Draft(), Mask: o.Contact, Version: o.Version}, nil)
}

// target returns the organisation of the path, if the reader may do act to it.
func (p *pages) target(r *http.Request, act authz.Action) (org.Org, error) {
	o, err := p.Orgs.Get(r.Context(), org.ID(r.PathValue("id")))
	if err == nil && !may(r.Context(), act, o) {
		err = fault.New(string(act), fault.Denied, "fault.denied")
	}
	return o, err
}

func (p *pages) save(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	o, err := p.target(r, org.Edit)
	if err != nil {
		return err
	}
	d, version := draftOf(r.PostForm), number(r.PostForm.Get("version"))
	if err := p.Orgs.Edit(web.Named(r), o.ID, version, d); err != nil {
		if fault.Is(err, fault.Conflict) { // who was told of the newer one may send over it
			version = o.Version
		}
		return p.showForm(w, r, formPage{Action: href(o) + "/edit", Back: href(o), Called: o.Called(), Draft: d, Mask: o.Contact, Version: version}, err)
	}
	web.SetFlash(w, r, "org.saved")
	return web.See(w, r, href(o))
}

// showForm shows the form, again with what is wrong when it was refused.
func (p *pages) showForm(w http.ResponseWriter, r *http.Request, f formPage, refusal error) error {
	ctx, status := r.Context(), http.StatusOK
	if refusal != nil {
		var err error
		if f.Errors, status, err = again(ctx, refusal); err != nil {
			return err
		}
	}
	if !founder(ctx) {
		return fault.New(string(org.Found), fault.Denied, "fault.denied")
	}
	parents, err := p.parents(ctx, f.Draft)
	if err != nil {
		return err
	}
	for _, o := range parents {
		if string(o.ID) != strings.TrimPrefix(f.Back, ListPath+"/") {
			f.Parents = append(f.Parents, ui.Option{Value: string(o.ID), Text: o.Name, On: o.ID == f.Draft.Parent})
		}
	}
	f.Areas = areaOptions(ctx)
	f.ReqID = web.NewReqID()
	if f.Called == "" {
		f.Frame = p.frame(ctx, t(ctx, "found"), ui.Crumb{Text: t(ctx, "found")})
	} else {
		f.Frame = p.frame(ctx, t(ctx, "edit.of", "Name", f.Called), ui.Crumb{Text: f.Called, Href: f.Back})
	}
	return web.Show(w, r, status, formView(f))
}

// parents are the unions that may lead an organisation so described: those above
// its area, the one that leads it among them, and those of its city.
func (p *pages) parents(ctx context.Context, d org.Draft) ([]org.Org, error) {
	all, err := p.Orgs.List(ctx, org.Filter{Over: d.Area, Kinds: org.Unions(), Limit: choicesLimit})
	if err != nil {
		return nil, err
	}
	near, err := p.Orgs.List(ctx, org.Filter{Area: cityOf(d.Area), Kinds: org.Unions(), Limit: choicesLimit})
	if err != nil {
		return nil, err
	}
	leads, err := p.Orgs.List(ctx, org.Filter{IDs: []org.ID{d.Parent}}) // there may be more than are listed
	for _, o := range append(near, leads...) {
		if !slices.ContainsFunc(all, func(a org.Org) bool { return a.ID == o.ID }) {
			all = append(all, o)
		}
	}
	return all, err
}

// cityOf is the area in which a parent is looked for: a city's unions may lead
// those of its counties.
func cityOf(area string) string { return area[:min(len(area), 4)] }

// areaOptions are the areas of an administrator and those one level below.
func areaOptions(ctx context.Context) []ui.Option {
	var all []ui.Option
	for _, g := range authz.From(ctx).Grants {
		if g.Role != authz.Admin {
			continue
		}
		if g.Area != "" {
			all = append(all, ui.Option{Value: g.Area, Text: areaWords(ctx, g.Area)})
		}
		for _, c := range region.Children(g.Area) {
			all = append(all, ui.Option{Value: c.Code, Text: c.Name})
		}
	}
	return all
}

// again sorts what a form can be shown again with: what is wrong with it, or that
// somebody was faster. Nothing of what was written is lost.
func again(ctx context.Context, refusal error) (ui.FormErrors, int, error) {
	if !fault.Is(refusal, fault.Invalid) && !fault.Is(refusal, fault.Conflict) {
		return ui.FormErrors{}, 0, refusal
	}
	told := *fault.Of(refusal)
	status := web.Status(told.Kind)
	told.Kind = fault.Invalid
	return ui.FieldErrors(ctx, &told), status, nil
}

// dutiesPage is the form of what a body is responsible for.
type dutiesPage struct {
	Frame  ui.StaffPage
	Org    org.Org
	Rows   []dutyRow
	Topics []ui.Option
	Errors ui.FormErrors
	ReqID  string
}

// dutyRow is one line of the form.
type dutyRow struct{ Topic, Area string }

// spareRows are empty lines for more duties; without scripts a form cannot grow.
const spareRows = 3

func (p *pages) duties(w http.ResponseWriter, r *http.Request) error {
	o, err := p.target(r, org.SetDuties)
	if err != nil {
		return err
	}
	all, err := p.Orgs.Duties(r.Context(), o.ID)
	if err != nil {
		return err
	}
	var rows []dutyRow
	for _, d := range all[o.ID] {
		if d.Topic == "" {
			d.Topic = everything
		}
		rows = append(rows, dutyRow(d))
	}
	return p.showDuties(w, r, o, rows, nil)
}

func (p *pages) showDuties(w http.ResponseWriter, r *http.Request, o org.Org, rows []dutyRow, refusal error) error {
	ctx, status := r.Context(), http.StatusOK
	d := dutiesPage{Org: o, Topics: p.topics(r), ReqID: web.NewReqID(), Frame: p.frame(ctx, t(ctx, "duties.of", "Name", o.Called()), ui.Crumb{Text: o.Called(), Href: href(o)})}
	if refusal != nil {
		var err error
		if d.Errors, status, err = again(ctx, refusal); err != nil {
			return err
		}
	}
	d.Rows = rows
	for range spareRows {
		d.Rows = append(d.Rows, dutyRow{Area: o.Area})
	}
	return web.Show(w, r, status, dutiesView(d))
}

func (p *pages) setDuties(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	o, err := p.target(r, org.SetDuties)
	if err != nil {
		return err
	}
	var rows []dutyRow
	var ds []org.Duty
	topics, areas := r.PostForm["topic"], r.PostForm["area"]
	for i := range min(len(topics), len(areas)) {
		if topics[i] == "" {
			continue
		}
		row := dutyRow{topics[i], strings.TrimSpace(areas[i])}
		rows = append(rows, row)
		ds = append(ds, org.Duty{Topic: strings.TrimPrefix(row.Topic, everything), Area: row.Area})
	}
	version := number(r.PostForm.Get("version"))
	if err := p.Orgs.SetDuties(web.Named(r), o.ID, version, ds); err != nil {
		if !fault.Is(err, fault.Conflict) { // who was told of the newer one may send over it
			o.Version = version
		}
		return p.showDuties(w, r, o, rows, err)
	}
	web.SetFlash(w, r, "org.saved")
	return web.See(w, r, href(o))
}

// confirmPage asks before an organisation is closed.
type confirmPage struct {
	Frame ui.StaffPage
	Org   org.Org
	ReqID string
}

func (p *pages) confirm(w http.ResponseWriter, r *http.Request) error {
	o, err := p.target(r, org.Close)
	if err != nil {
		return err
	}
	title := t(r.Context(), "close.title", "Name", o.Called())
	return web.Show(w, r, http.StatusOK, confirmView(confirmPage{Org: o, ReqID: web.NewReqID(), Frame: p.frame(r.Context(), title, ui.Crumb{Text: o.Called(), Href: href(o)})}))
}

func (p *pages) close(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	if err := p.Orgs.Close(web.Named(r), org.ID(r.PathValue("id")), number(r.PostForm.Get("version"))); err != nil {
		return err
	}
	web.SetFlash(w, r, "org.closed")
	return web.See(w, r, ListPath)
}

// number reads a version; what is none matches no version.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
