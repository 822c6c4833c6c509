// Package assessweb is where the security administrator writes impact assessments and
// compliance audits, and where the auditor reads them: the list with what is overdue and
// what is missing, and one entry with all that was saved of it.
package assessweb

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/assess"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/ui/register"
)

// Config is what the pages need; all of it.
type Config struct {
	Assess *assess.Service
	Frame  func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu
}

// Href is the register.
const Href = "/desk/assessments"

const hrefNew = Href + "/new"

func href(which assess.ID) string { return Href + "/" + string(which) }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "assess."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	route := func(method, pattern string, act authz.Action, purpose string, h web.Handler, roles ...authz.Role) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: assess.Policy.Roles(act), BodyLimit: 128 << 10, Look: web.LookStaff, Handler: web.HTML(ui.Private(h, roles...))}
	}
	both := []authz.Role{authz.Security, authz.Auditor} // who knows of an entry is told that they may not
	one := Href + "/{id}"
	return []web.Route{
		route("GET", Href, assess.List, "impact assessments and compliance audits, and what is missing", p.list, both...),
		route("GET", hrefNew, assess.Write, "the form for a new assessment or audit", p.ask, authz.Security),
		route("POST", hrefNew, assess.Write, "write an assessment or an audit", p.write, authz.Security),
		route("GET", one, assess.See, "one assessment or audit, with each version", p.show, both...),
		route("GET", one+"/edit", assess.Revise, "the form for writing on an open one", p.edit, both...),
		route("POST", one+"/edit", assess.Revise, "write on an open one", p.revise, both...),
		route("POST", one+"/conclude", assess.Conclude, "let an open one stand", p.conclude, both...),
		route("POST", one+"/again", assess.Again, "look at one again, in a new one", p.again, both...),
		route("POST", one+"/retire", assess.Retire, "end one, for a reason", p.retire, both...),
	}
}

func (p *pages) under(ctx context.Context, title string) ui.StaffPage {
	return p.Frame(ctx).Under(Href, t(ctx, "title"), title)
}

// writes reports whether the reader may write, and not only read.
func writes(ctx context.Context) bool { return authz.From(ctx).Has(authz.Security) }

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	after := assess.ID(r.URL.Query().Get("after"))
	all, err := p.Assess.List(ctx, after)
	if err != nil {
		return err
	}
	next := ""
	if len(all.Entries) > assess.Page {
		all.Entries = all.Entries[:assess.Page]
		next = Href + "?after=" + string(all.Entries[assess.Page-1].ID)
	}
	if after != "" { // they stand on the first page
		all.Overdue, all.Gaps = nil, nil
	}
	return web.Show(w, r, http.StatusOK, listPage(p.Frame(ctx).At(Href, t(ctx, "title")), all, next))
}

// form is an entry that is being written.
type form struct {
	assess.Draft
	assess.Terms
	action string
	back   string
	seen   int64 // version that was read; 0: a new one
	reqID  string
	ui.Trouble
}

// ask shows an empty form of a kind, and of what it is asked for.
func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	d := assess.Draft{Kind: assess.Impact, Of: q.Get("of")}
	if q.Get("kind") == string(assess.Audit) {
		d.Kind = assess.Audit
	}
	for _, one := range assess.Processings() {
		if one.Code == d.Of {
			d.Subject, d.Cases = t(r.Context(), "of."+one.Code), []string{one.Case}
		}
	}
	return p.showNew(w, r, http.StatusOK, form{Draft: d})
}

func (p *pages) showNew(w http.ResponseWriter, r *http.Request, status int, f form) (err error) {
	ctx := r.Context()
	if f.Terms, err = p.Assess.Terms(ctx); err != nil {
		return err
	}
	if status == http.StatusOK {
		f.On = f.Today
		f.Review = f.Proposed(f.Kind, f.Of, f.On)
	}
	f.reqID, f.action, f.back = web.NewReqID(), hrefNew, Href
	return web.Show(w, r, status, formPage(p.under(ctx, t(ctx, "new."+kindOf(f.Draft))), f))
}

// kindOf is the kind that a form asks about.
func kindOf(d assess.Draft) string {
	if d.Kind == assess.Audit {
		return string(assess.Audit)
	}
	return string(assess.Impact)
}

// read reads what a form says.
func read(r *http.Request) (d assess.Draft, err error) {
	if err := register.Read(r); err != nil {
		return d, err
	}
	v := r.PostForm
	d = assess.Draft{Kind: assess.Kind(v.Get("kind")), Of: v.Get("of"), Subject: v.Get("subject"), Lawful: v.Get("lawful"), Effect: v.Get("effect"), Measures: v.Get("measures"), MadeBy: v.Get("by"), On: v.Get("on"), Review: v.Get("review")}
	for name := range v {
		if code, ok := strings.CutPrefix(name, "case_"); ok && v.Get(name) != "" {
			d.Cases = append(d.Cases, code)
		}
	}
	slices.Sort(d.Cases)
	return d, nil
}

func (p *pages) write(w http.ResponseWriter, r *http.Request) error {
	d, err := read(r)
	if err != nil {
		return err
	}
	which, err := p.Assess.Write(web.Named(r), d)
	if err != nil {
		f := form{Draft: d}
		var status int
		if f.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showNew(w, r, status, f)
	}
	web.SetFlash(w, r, "assess.flash.written")
	return web.See(w, r, href(which))
}

// view is one entry.
type view struct {
	assess.Entry
	assess.Terms
	saved  []assess.Saved
	writes bool
	why    string // as it was sent
	ui.Trouble
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.showOne(w, r, http.StatusOK, view{})
}

func (p *pages) showOne(w http.ResponseWriter, r *http.Request, status int, v view) (err error) {
	ctx := r.Context()
	if v.Entry, v.saved, err = p.Assess.Get(ctx, assess.ID(r.PathValue("id"))); err != nil {
		return err
	}
	if v.Terms, err = p.Assess.Terms(ctx); err != nil {
		return err
	}
	v.writes = writes(ctx)
	f := p.under(ctx, v.Subject)
	f.Main = "two"
	f.Chips = chip(ctx, v.Entry, v.Today)
	return web.Show(w, r, status, onePage(f, v))
}

func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	e, err := p.Assess.Editing(r.Context(), assess.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if e.State != assess.Open {
		return web.See(w, r, href(e.ID))
	}
	return p.showEdit(w, r, http.StatusOK, e, form{Draft: e.Draft})
}

func (p *pages) showEdit(w http.ResponseWriter, r *http.Request, status int, e assess.Entry, f form) (err error) {
	ctx := r.Context()
	if f.Terms, err = p.Assess.Terms(ctx); err != nil {
		return err
	}
	f.Kind, f.seen, f.reqID, f.action, f.back = e.Kind, e.Version, web.NewReqID(), href(e.ID)+"/edit", href(e.ID)
	return web.Show(w, r, status, formPage(p.under(ctx, t(ctx, "edit")), f))
}

func (p *pages) revise(w http.ResponseWriter, r *http.Request) error {
	d, err := read(r)
	if err != nil {
		return err
	}
	which := assess.ID(r.PathValue("id"))
	if err := p.Assess.Revise(web.Named(r), which, seen(r), d); err != nil {
		f := form{Draft: d}
		var status int
		if f.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		e, err := p.Assess.Editing(r.Context(), which)
		if err != nil {
			return err
		}
		return p.showEdit(w, r, status, e, f)
	}
	web.SetFlash(w, r, "assess.flash.revised")
	return web.See(w, r, href(which))
}

// seen is the version that a form was made of; what is none is older than all.
func seen(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// act does something to the entry of the path and leads to one; what is refused is shown
// again.
func (p *pages) act(w http.ResponseWriter, r *http.Request, told string, do func(ctx context.Context, which assess.ID, seen int64) (assess.ID, error)) error {
	if _, err := read(r); err != nil {
		return err
	}
	then, err := do(web.Named(r), assess.ID(r.PathValue("id")), seen(r))
	if err != nil {
		v := view{why: r.PostForm.Get("why")}
		var status int
		if v.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showOne(w, r, status, v)
	}
	web.SetFlash(w, r, "assess.flash."+told)
	return web.See(w, r, href(then))
}

func (p *pages) conclude(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "concluded", func(ctx context.Context, which assess.ID, seen int64) (assess.ID, error) {
		return which, p.Assess.Conclude(ctx, which, seen)
	})
}

func (p *pages) again(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "again", p.Assess.Again)
}

func (p *pages) retire(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "retired", func(ctx context.Context, which assess.ID, seen int64) (assess.ID, error) {
		return which, p.Assess.Retire(ctx, which, seen, r.PostForm.Get("why"))
	})
}

// ofOptions are the processing of this program that a form offers.
func ofOptions(ctx context.Context, on string) []ui.Option {
	all := []ui.Option{{Value: "", Text: t(ctx, "of.another"), On: on == ""}}
	for _, p := range assess.Processings() {
		all = append(all, ui.Option{Value: p.Code, Text: t(ctx, "of."+p.Code), On: on == p.Code})
	}
	return all
}

// casesOf are the cases of an entry in words.
func casesOf(ctx context.Context, terms assess.Terms, of []string) string {
	var all []string
	for _, c := range terms.Cases {
		if slices.Contains(of, c.Code) {
			all = append(all, c.In(web.Lang(ctx)))
		}
	}
	return web.List(ctx, all...)
}

// day says a day as it is stored.
func day(ctx context.Context, stored string) string {
	at, err := time.ParseInLocation(time.DateOnly, stored, clock.Zone)
	if err != nil {
		return stored
	}
	return web.Date(ctx, at)
}

// facts are what an entry is, without its three texts.
func (v view) facts(ctx context.Context) []ui.Pair {
	all := []ui.Pair{{Key: t(ctx, "kind"), Text: t(ctx, "kind."+string(v.Kind))}}
	if v.Of != "" {
		all = append(all, ui.Pair{Key: t(ctx, "of"), Text: t(ctx, "of."+v.Of)})
	}
	if of := v.Draft.Cases; len(of) > 0 {
		all = append(all, ui.Pair{Key: t(ctx, "cases"), Text: casesOf(ctx, v.Terms, of)})
	}
	all = append(all, ui.Pair{Key: t(ctx, "by"), Text: v.MadeBy}, ui.Pair{Key: t(ctx, "on"), Text: day(ctx, v.On)}, ui.Pair{Key: t(ctx, "review"), Text: day(ctx, v.Review)},
		ui.Pair{Key: t(ctx, "fact.written"), Text: t(ctx, "fact.by", "When", web.When(ctx, v.WrittenAt), "Name", v.WrittenBy)})
	if v.ConcludedBy != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.concluded"), Text: t(ctx, "fact.by", "When", web.When(ctx, v.ConcludedAt), "Name", v.ConcludedBy)})
	}
	if v.EndWhy != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.retired"), Text: v.EndWhy})
	}
	return all
}

func caseRows(ctx context.Context, terms assess.Terms) (all []ui.Pair) {
	for _, c := range terms.Cases {
		all = append(all, ui.Pair{Key: c.In(web.Lang(ctx)), Text: c.Source})
	}
	for _, r := range terms.Rules {
		all = append(all, ui.Pair{Key: t(ctx, "rule."+r.Name, "Count", r.Value), Text: r.Source})
	}
	return all
}

// versions are those of which the words differ from the one before.
func (v view) versions() (all []assess.Saved) {
	for _, s := range v.saved {
		if s.Step == "written" || s.Step == "again" || s.Step == "revised" {
			all = append(all, s)
		}
	}
	return all
}

func (v view) steps(ctx context.Context) (all []ui.Step) {
	for _, s := range v.saved {
		all = append(all, ui.Step{State: ui.Done, Icon: "check", Title: t(ctx, "step.by", "What", t(ctx, "step."+s.Step), "Name", s.By), At: s.At, When: web.When(ctx, s.At)})
	}
	return all
}
