// Package holdweb is where the security administrator sets, renews and ends what must not
// be deleted for a time.
package holdweb

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/hold"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/ui/register"
)

// Config is what the pages need; all of it.
type Config struct {
	Holds *hold.Service
	Frame func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu
}

// Href is the list.
const Href = "/desk/holds"

const hrefNew = Href + "/new"

func href(which hold.ID) string { return Href + "/" + string(which) }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "hold."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	route := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: hold.Policy.Roles(act), BodyLimit: 16 << 10, Look: web.LookStaff, Handler: web.HTML(ui.Private(h, authz.Security))}
	}
	one := Href + "/{id}"
	return []web.Route{
		route("GET", Href, hold.List, "what must not be deleted for a time", p.list),
		route("GET", hrefNew, hold.List, "say what must not be deleted", p.ask),
		route("POST", hrefNew, hold.Set, "hold something for a time", p.set),
		route("GET", one, hold.See, "one hold with what was done", p.show),
		route("POST", one+"/renew", hold.Renew, "let a hold go on until another day", p.renew),
		route("POST", one+"/end", hold.End, "let go what was held", p.end),
	}
}

func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(Href, title, crumbs...)
}

func (p *pages) under(ctx context.Context, title string) ui.StaffPage {
	return p.Frame(ctx).Under(Href, t(ctx, "title"), title)
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := p.Holds.List(ctx, hold.ID(r.URL.Query().Get("after")))
	if err != nil {
		return err
	}
	terms, err := p.Holds.Terms(ctx)
	if err != nil {
		return err
	}
	next := ""
	if len(all) > hold.Page {
		all = all[:hold.Page]
		next = Href + "?after=" + string(all[hold.Page-1].ID)
	}
	return web.Show(w, r, http.StatusOK, listPage(p.frame(ctx, t(ctx, "title")), all, terms, next))
}

// draftForm is what a new hold says.
type draftForm struct {
	hold.Draft
	terms hold.Terms
	today string
	reqID string
	ui.Trouble
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.showAsk(w, r, http.StatusOK, draftForm{})
}

func (p *pages) showAsk(w http.ResponseWriter, r *http.Request, status int, f draftForm) (err error) {
	ctx := r.Context()
	if f.terms, err = p.Holds.Terms(ctx); err != nil {
		return err
	}
	f.reqID, f.today = web.NewReqID(), clock.Day(web.Now(ctx))
	return web.Show(w, r, status, newPage(p.under(ctx, t(ctx, "new")), f))
}

func (p *pages) set(w http.ResponseWriter, r *http.Request) error {
	if err := register.Read(r); err != nil {
		return err
	}
	v := r.PostForm
	f := draftForm{Draft: hold.Draft{Kind: hold.Kind(v.Get("kind")), Number: v.Get("number"), Basis: v.Get("basis"), Reason: v.Get("reason"), Until: v.Get("until")}}
	which, err := p.Holds.Set(web.Named(r), f.Draft)
	if err != nil {
		var status int
		if f.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showAsk(w, r, status, f)
	}
	web.SetFlash(w, r, "hold.was_set")
	return web.See(w, r, href(which))
}

// oneView is one hold.
type oneView struct {
	hold.Hold
	steps  []hold.Step
	terms  hold.Terms
	today  string
	form   string // that was refused
	reason string // as it was sent
	ui.Trouble
}

// of is the reason as it was sent with a form.
func (v oneView) of(form string) string {
	if v.form != form {
		return ""
	}
	return v.reason
}

// errOf is what is wrong in a field of a form.
func (v oneView) errOf(form, field string) string {
	if v.form != form {
		return ""
	}
	return v.Errs.Of(field)
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.showOne(w, r, http.StatusOK, oneView{})
}

func (p *pages) showOne(w http.ResponseWriter, r *http.Request, status int, v oneView) (err error) {
	ctx := r.Context()
	if v.Hold, v.steps, err = p.Holds.Get(ctx, hold.ID(r.PathValue("id"))); err != nil {
		return err
	}
	if v.terms, err = p.Holds.Terms(ctx); err != nil {
		return err
	}
	v.today = clock.Day(web.Now(ctx))
	return web.Show(w, r, status, onePage(p.under(ctx, named(ctx, v.Hold)), v))
}

func (p *pages) renew(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "renew", func(ctx context.Context, which hold.ID, seen int64, reason string) error {
		return p.Holds.Renew(ctx, which, seen, r.PostForm.Get("until"), reason)
	})
}

func (p *pages) end(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "end", p.Holds.End)
}

func (p *pages) change(w http.ResponseWriter, r *http.Request, form string, do func(context.Context, hold.ID, int64, string) error) error {
	if err := register.Read(r); err != nil {
		return err
	}
	which := hold.ID(r.PathValue("id"))
	seen, _ := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64) // none is older than all
	reason := r.PostForm.Get("reason")
	if err := do(web.Named(r), which, seen, reason); err != nil {
		trouble, status, err := ui.TroubleOf(r.Context(), err)
		if err != nil {
			return err
		}
		return p.showOne(w, r, status, oneView{form: form, reason: reason, Trouble: trouble})
	}
	web.SetFlash(w, r, "hold.was_"+form)
	return web.See(w, r, href(which))
}

// named is what a hold is called in a list: what it is of, and its number.
func named(ctx context.Context, h hold.Hold) string {
	kind := t(ctx, "kind."+string(h.Kind))
	if h.Called == "" {
		return kind
	}
	return t(ctx, "named", "Kind", kind, "Number", h.Called)
}

// state says how a hold stands on a day.
func state(ctx context.Context, h hold.Hold, today string) string {
	switch {
	case h.EndedBy != "":
		return t(ctx, "state.ended")
	case h.Over(today):
		return t(ctx, "state.over")
	}
	return t(ctx, "state.until", "Day", h.Until)
}

// ground says the basis of a hold.
func ground(ctx context.Context, terms hold.Terms, code string) (words, source string) {
	for _, b := range terms.Bases {
		if b.Code == code {
			return b.In(web.Lang(ctx)), b.Source
		}
	}
	return code, ""
}

func (v oneView) facts(ctx context.Context) []ui.Pair {
	words, source := ground(ctx, v.terms, v.Basis)
	all := []ui.Pair{
		{Key: t(ctx, "what"), Text: named(ctx, v.Hold)},
		{Key: t(ctx, "state"), Text: state(ctx, v.Hold, v.today)},
		{Key: t(ctx, "basis"), Text: words},
		{Key: t(ctx, "source"), Text: source},
		{Key: t(ctx, "reason"), Text: v.Reason},
		{Key: t(ctx, "days"), Text: t(ctx, "span", "From", v.From, "Until", v.Until)},
		{Key: t(ctx, "by"), Text: v.SetBy},
	}
	if v.EndWhy != "" {
		all = append(all, ui.Pair{Key: t(ctx, "end.why"), Text: v.EndWhy})
	}
	return all
}

// rows are the steps of a hold as lines.
func (v oneView) rows(ctx context.Context) (all []ui.RowProps) {
	for _, st := range v.steps {
		all = append(all, ui.RowProps{Title: t(ctx, "step."+st.Kind, "Day", st.Until), Sub: st.Reason, More: web.When(ctx, st.At) + " " + st.By})
	}
	return all
}

// kindOptions are the kinds that a form offers.
func kindOptions(ctx context.Context, on hold.Kind) (all []ui.Option) {
	for _, k := range hold.Kinds() {
		all = append(all, ui.Option{Value: string(k), Text: t(ctx, "kind."+string(k)), On: k == on})
	}
	return all
}

// basisOptions are the grounds that a form offers.
func basisOptions(ctx context.Context, f draftForm) (all []ui.Option) {
	for _, b := range f.terms.Bases {
		all = append(all, ui.Option{Value: b.Code, Text: b.In(web.Lang(ctx)), On: b.Code == f.Basis})
	}
	return all
}

// basisRows tell the grounds with their articles, and how long one may hold.
func basisRows(ctx context.Context, terms hold.Terms) (all []ui.Pair) {
	for _, b := range terms.Bases {
		all = append(all, ui.Pair{Key: b.In(web.Lang(ctx)), Text: b.Source})
	}
	return append(all, ui.Pair{Key: t(ctx, "longest", "Count", terms.Days), Text: terms.Source})
}
