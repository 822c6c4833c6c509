// Package breachweb is what the security administrator sees of the register of
// incidents with personal data: the list, one incident with its clocks and forms, who is
// concerned (for a reason), and the report to the authority, to be printed.
package breachweb

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/ui/register"
)

// Config is what the pages need; all of it.
type Config struct {
	Breaches *breach.Service
	Frame    func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu
}

// Href is the register.
const Href = "/desk/breaches"

const hrefNew = Href + "/new"

func href(which breach.ID) string { return Href + "/" + string(which) }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "breach."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	route := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: breach.Policy.Roles(act), BodyLimit: 64 << 10, Look: web.LookStaff, Handler: web.HTML(ui.Private(h, authz.Security))}
	}
	one := Href + "/{id}"
	return []web.Route{
		route("GET", Href, breach.List, "the register of incidents with personal data", p.list),
		route("GET", hrefNew, breach.Begin, "write down an incident that was found", p.ask),
		route("POST", hrefNew, breach.Begin, "open an incident", p.begin),
		route("GET", one, breach.See, "one incident with its clocks and what was done", p.show),
		route("POST", one+"/list", breach.Compute, "find whom an incident concerns", p.compute),
		route("POST", one+"/persons", breach.Persons, "read whom an incident concerns, for a reason", p.persons),
		route("POST", one+"/note", breach.Note, "write down a measure", p.note),
		route("POST", one+"/level", breach.Judge, "say how grave an incident is", p.judge),
		route("POST", one+"/decide", breach.Decide, "tell the people, or say why not", p.decide),
		route("GET", one+"/report", breach.See, "the report to the authority, to be printed", p.print),
		route("POST", one+"/report", breach.Report, "write down that the authority knows", p.report),
		route("POST", one+"/close", breach.Finish, "close an incident with what was learned", p.close),
	}
}

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(Href, title, crumbs...)
}

func (p *pages) under(ctx context.Context, title string) ui.StaffPage {
	return p.Frame(ctx).Under(Href, t(ctx, "title"), title)
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := p.Breaches.List(ctx, breach.ID(r.URL.Query().Get("after")))
	if err != nil {
		return err
	}
	rules, err := p.Breaches.Rules(ctx)
	if err != nil {
		return err
	}
	next := ""
	if len(all) > breach.Page {
		all = all[:breach.Page]
		next = Href + "?after=" + string(all[breach.Page-1].ID)
	}
	return web.Show(w, r, http.StatusOK, listPage(p.frame(ctx, t(ctx, "title")), all, rules, next))
}

// draftForm is what is known when an incident is found.
type draftForm struct {
	breach.Draft
	began, found string
	reqID        string
	ui.Trouble
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.showAsk(w, r, http.StatusOK, draftForm{found: web.Now(r.Context()).In(clock.Zone).Format(localTime)})
}

func (p *pages) showAsk(w http.ResponseWriter, r *http.Request, status int, f draftForm) error {
	f.reqID = web.NewReqID()
	return web.Show(w, r, status, newPage(p.under(r.Context(), t(r.Context(), "new")), f))
}

// localTime is how a browser sends a time.
const localTime = "2006-01-02T15:04"

// at reads a time of the office's clock; what is none is zero.
func at(text string) time.Time {
	got, err := time.ParseInLocation(localTime, text, clock.Zone)
	if err != nil {
		return time.Time{}
	}
	return got.UTC()
}

func (p *pages) begin(w http.ResponseWriter, r *http.Request) error {
	if err := register.Read(r); err != nil {
		return err
	}
	v := r.PostForm
	f := draftForm{Draft: breach.Draft{What: v.Get("what"), BeganAt: at(v.Get("began")), FoundAt: at(v.Get("found"))}, began: v.Get("began"), found: v.Get("found")}
	for _, k := range breach.Kinds() {
		if v.Get("kind_"+k) != "" {
			f.Kinds = append(f.Kinds, k)
		}
	}
	which, err := p.Breaches.Begin(web.Named(r), f.Draft)
	if err != nil {
		var status int
		if f.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showAsk(w, r, status, f)
	}
	return web.See(w, r, href(which))
}

// oneView is one incident.
type oneView struct {
	breach.Incident
	steps  []breach.Step
	form   string // that was refused
	in     map[string]string
	people []breach.Person
	why    string
	next   string
	ui.Trouble
}

func find(r *http.Request) (breach.ID, error) {
	which, err := id.Parse[breach.ID](r.PathValue("id"))
	if err != nil {
		return "", fault.New("breach.find", fault.Missing, "fault.missing")
	}
	return which, nil
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.showOne(w, r, http.StatusOK, oneView{})
}

func (p *pages) showOne(w http.ResponseWriter, r *http.Request, status int, v oneView) error {
	which, err := find(r)
	if err != nil {
		return err
	}
	if v.Incident, v.steps, err = p.Breaches.Get(r.Context(), which); err != nil {
		return err
	}
	if v.in == nil {
		v.in = map[string]string{}
	}
	return web.Show(w, r, status, onePage(p.under(r.Context(), t(r.Context(), "one", "When", web.Date(r.Context(), v.FoundAt))), v))
}

// act does something to the incident of the path and leads back to it; what is refused
// is shown again in its form.
func (p *pages) act(w http.ResponseWriter, r *http.Request, form string, do func(which breach.ID, version int64) error) error {
	if err := register.Read(r); err != nil {
		return err
	}
	which, err := find(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		version = 0 // no version of anything
	}
	if err := do(which, version); err != nil {
		v := oneView{form: form, in: map[string]string{}}
		for name := range r.PostForm {
			v.in[name] = r.PostForm.Get(name)
		}
		var status int
		if v.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showOne(w, r, status, v)
	}
	web.SetFlash(w, r, "breach.flash."+form)
	return web.See(w, r, href(which))
}

func (p *pages) compute(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "list", func(which breach.ID, version int64) error {
		v := r.PostForm
		by := breach.By{Area: strings.TrimSpace(v.Get("area")), Actor: strings.TrimSpace(v.Get("actor")), Export: strings.TrimSpace(v.Get("export")), From: at(v.Get("from")), To: at(v.Get("to")), Numbers: strings.Split(plain.Text(v.Get("numbers")), "\n")}
		return p.Breaches.Compute(web.Named(r), which, version, by)
	})
}

func (p *pages) note(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "note", func(which breach.ID, version int64) error {
		return p.Breaches.Note(web.Named(r), which, version, r.PostForm.Get("words"))
	})
}

func (p *pages) judge(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "level", func(which breach.ID, version int64) error {
		return p.Breaches.Judge(web.Named(r), which, version, breach.Level(r.PostForm.Get("level")), r.PostForm.Get("reason"))
	})
}

func (p *pages) decide(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "decide", func(which breach.ID, version int64) error {
		return p.Breaches.Decide(web.Named(r), which, version, breach.Decision(r.PostForm.Get("decision")), r.PostForm.Get("notice"))
	})
}

func (p *pages) report(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "report", func(which breach.ID, version int64) error {
		return p.Breaches.Report(web.Named(r), which, version, r.PostForm.Get("report"))
	})
}

func (p *pages) close(w http.ResponseWriter, r *http.Request) error {
	return p.act(w, r, "close", func(which breach.ID, version int64) error {
		return p.Breaches.Close(web.Named(r), which, version, r.PostForm.Get("lessons"))
	})
}

func (p *pages) print(w http.ResponseWriter, r *http.Request) error {
	which, err := find(r)
	if err != nil {
		return err
	}
	var v oneView
	if v.Incident, v.steps, err = p.Breaches.Get(r.Context(), which); err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, reportPage(p.under(r.Context(), t(r.Context(), "report.title")), v))
}

// A reason has at least so many characters, and at most.
const (
	shortest = 4
	longest  = 200
)

func (p *pages) persons(w http.ResponseWriter, r *http.Request) error {
	if err := register.Read(r); err != nil {
		return err
	}
	which, err := find(r)
	if err != nil {
		return err
	}
	v := oneView{form: "persons", why: strings.TrimSpace(plain.Line(r.PostForm.Get("why")))}
	if n := utf8.RuneCountInString(v.why); n < shortest || n > longest {
		var f fault.Form
		f.Add("why", "breach.why.length", fault.Args{"Least": shortest, "Most": longest})
		v.Errs = ui.FieldErrors(r.Context(), f.Err("breach.persons"))
		return p.showOne(w, r, http.StatusUnprocessableEntity, v)
	}
	if v.people, v.next, err = p.Breaches.Persons(op.With(r.Context(), op.Call{Purpose: v.why}), which, r.PostForm.Get("after")); err != nil {
		return err
	}
	return p.showOne(w, r, http.StatusOK, v)
}

// errOf is the fault of an input of one form.
func (v oneView) errOf(form, input string) string {
	if v.form != form {
		return ""
	}
	return v.Errs.Of(input)
}

// clocks are by when what is due.
func (v oneView) clocks(ctx context.Context) []ui.ClockProps {
	one := func(key string, by, done time.Time) ui.ClockProps {
		c := ui.ClockProps{State: ui.ClockOK, Share: 50, Main: t(ctx, "clock."+key), Small: t(ctx, "due", "By", web.When(ctx, by))}
		switch now := web.Now(ctx); {
		case !done.IsZero():
			c.State, c.Share, c.Small = ui.ClockDone, 100, t(ctx, "done", "When", web.When(ctx, done))
		case now.After(by):
			c.State, c.Share = ui.ClockLate, 100
		}
		return c
	}
	return []ui.ClockProps{one("report", v.ReportBy, v.ReportedAt), one("tell", v.TellBy, v.DecidedAt)}
}

func kindsOf(ctx context.Context, i breach.Incident) string {
	var all []string
	for _, k := range i.Kinds {
		all = append(all, t(ctx, "kind."+k))
	}
	return web.List(ctx, all...)
}

// facts are what is known of an incident.
func facts(ctx context.Context, i breach.Incident) []ui.Pair {
	all := []ui.Pair{{Key: t(ctx, "fact.kinds"), Text: kindsOf(ctx, i)}, {Key: t(ctx, "fact.found"), Text: web.When(ctx, i.FoundAt)}}
	if !i.BeganAt.IsZero() {
		all = append(all, ui.Pair{Key: t(ctx, "fact.began"), Text: web.When(ctx, i.BeganAt)})
	}
	all = append(all, ui.Pair{Key: t(ctx, "fact.opened"), Text: t(ctx, "fact.by", "When", web.When(ctx, i.OpenedAt), "Name", i.OpenedBy)},
		ui.Pair{Key: t(ctx, "fact.persons"), Text: t(ctx, "persons.n", "Count", i.Persons)}, ui.Pair{Key: t(ctx, "fact.level"), Text: t(ctx, "level."+levelOf(i))})
	if i.Report != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.report"), Text: i.Report})
	}
	if !i.SumUpBy.IsZero() {
		all = append(all, ui.Pair{Key: t(ctx, "fact.summary"), Text: web.Date(ctx, i.SumUpBy)})
	}
	if !i.KeepTo.IsZero() {
		all = append(all, ui.Pair{Key: t(ctx, "fact.kept"), Text: web.Date(ctx, i.KeepTo)})
	}
	return all
}

// levelOf is how grave an incident is, in a word of the locale.
func levelOf(i breach.Incident) string {
	switch {
	case i.Graver:
		return "many"
	case i.Level == breach.Unjudged:
		return "open"
	}
	return string(i.Level)
}

// timeline is what was done, the newest first.
func timeline(ctx context.Context, steps []breach.Step) (all []ui.Step) {
	for i := len(steps) - 1; i >= 0; i-- {
		s := steps[i]
		words := s.Words
		if kind, ok := strings.CutPrefix(s.Kind, "list."); ok {
			words = t(ctx, "step.added."+kind, "Count", s.Words)
		}
		all = append(all, ui.Step{State: ui.Done, Icon: "check", Title: t(ctx, "step.by", "What", t(ctx, "step."+s.Kind), "Name", s.By), Text: words, At: s.At, When: web.When(ctx, s.At)})
	}
	return all
}

func decisions(ctx context.Context, on string) []ui.Option {
	return []ui.Option{{Value: string(breach.Told), Text: t(ctx, "decision.told"), On: on == string(breach.Told)}, {Value: string(breach.Waived), Text: t(ctx, "decision.waived"), On: on == string(breach.Waived)}}
}

func levels(ctx context.Context, on string) []ui.Option {
	return []ui.Option{{Value: string(breach.General), Text: t(ctx, "level.general"), On: on == string(breach.General)}, {Value: string(breach.Grave), Text: t(ctx, "level.grave"), On: on == string(breach.Grave)}}
}

func ruleRows(ctx context.Context, rules []breach.Rule) (all []ui.Pair) {
	for _, r := range rules {
		all = append(all, ui.Pair{Key: t(ctx, "rule."+r.Name, "Count", web.Count(r.Value)), Text: r.Source})
	}
	return all
}
