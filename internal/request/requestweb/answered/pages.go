// Package answered holds the pages of solved matters that are public examples: the list
// that anybody reads, the cadre's page on which one is written anew, and what its worker
// is asked, with one press for yes, for no and for taking it back.
package answered

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/region"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; all of it.
type Config struct {
	Examples *example.Service
	Frame    func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu
}

// Href is the public list.
const Href = "/answered"

// DeskHref is the cadre's page of a matter's example.
func DeskHref(rid request.ID) string { return tell.Href(rid) + "/example" }

// May reports whether the reader may make an example of a matter.
func May(ctx context.Context, q *request.Request) bool {
	return q.Owner != "" && q.Status == request.StatusSolved && example.Policy.May(authz.From(ctx), example.Propose, q.AuthzObject())
}

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "answered."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	route := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: example.Policy.Roles(act), BodyLimit: 16 << 10, Handler: web.HTML(h)}
	}
	staff := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		r := route(method, pattern, act, purpose, cadre(h))
		r.Look, r.Roles = web.LookStaff, example.Policy.Roles(example.Propose)
		return r
	}
	const desk, own = tell.HrefRequests + "/{id}/example", ui.HrefHelp + "/{number}/example"
	return []web.Route{
		route("GET", Href, example.Answered, "solved matters that their workers agreed to show", p.list),
		staff("GET", desk, example.See, "a solved matter as a public example, and what its worker says", p.ask),
		staff("POST", desk, example.Propose, "ask the worker whether these words may be public", p.propose),
		staff("POST", desk+"/back", example.TakeBack, "take an example away", p.takeBack),
		route("POST", own+"/agree", example.Agree, "agree that one's matter is a public example", p.agree),
		route("POST", own+"/refuse", example.Refuse, "do not agree, or take it back", p.refuse),
	}
}

// cadre keeps others out, and an answer out of every store on the way.
func cadre(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "private, no-store")
		if !reach.IsCadre(r.Context()) {
			return reach.Missing()
		}
		return h(w, r)
	}
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Examples.Answered(r.Context(), r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	next := ""
	if len(all) > example.PageSize {
		all = all[:example.PageSize]
		next = Href + "?after=" + all[example.PageSize-1].Mark
	}
	return web.Show(w, r, http.StatusOK, listPage(all, next))
}

// about says month, county and kind.
func about(ctx context.Context, x example.Shown) string {
	year, month, _ := strings.Cut(x.Month, "-")
	all := []string{t(ctx, "month", "Year", year, "Month", strings.TrimPrefix(month, "0"))}
	if x.Area != "" {
		all = append(all, region.FullName(x.Area))
	}
	return strings.Join(all, " · ")
}

// deskView is the cadre's page.
type deskView struct {
	ex example.Example
	example.Draft
	ui.Trouble
}

func refOf(r *http.Request) (request.Ref, error) {
	rid, err := id.Parse[request.ID](r.PathValue("id"))
	if err != nil {
		return request.Ref{}, reach.Missing()
	}
	return request.Ref{ID: rid}, nil
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, http.StatusOK, deskView{})
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, v deskView) error {
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	if v.ex, err = p.Examples.Of(r.Context(), ref); err != nil {
		return err
	}
	f := p.Frame(r.Context()).At(tell.HrefRequests, t(r.Context(), "make"), ui.Crumb{Text: v.ex.Number, Href: tell.Href(ref.ID)})
	return web.Show(w, r, status, deskPage(f, v))
}

func (p *pages) propose(w http.ResponseWriter, r *http.Request) error {
	if err := reach.Form(r); err != nil {
		return err
	}
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	d := example.Draft{What: r.PostForm.Get("what"), Done: r.PostForm.Get("done")}
	if err = p.Examples.Propose(web.Named(r), ref, d); fault.Is(err, fault.Invalid) {
		return p.show(w, r, http.StatusUnprocessableEntity, deskView{Draft: d, Trouble: ui.Trouble{Errs: ui.FieldErrors(r.Context(), err)}})
	}
	return p.done(w, r, err, "answered.asked.told", DeskHref(ref.ID))
}

func (p *pages) takeBack(w http.ResponseWriter, r *http.Request) error {
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	return p.done(w, r, p.Examples.TakeBack(web.Named(r), ref), "answered.gone", DeskHref(ref.ID))
}

// done leads on with what happened, or why it does not fit any more.
func (p *pages) done(w http.ResponseWriter, r *http.Request, err error, told, to string) error {
	if err != nil {
		if !fault.Is(err, fault.Conflict) || !web.HasText(r.Context(), fault.Of(err).Msg) {
			return err
		}
		told = fault.Of(err).Msg
	}
	web.SetFlash(w, r, told)
	return web.See(w, r, to)
}

// Consents is where workers see all that they agreed to.
const Consents = ui.HrefMe + "/consents"

// back is where a worker's press leads: the page that it was on.
func back(r *http.Request) string {
	if r.PostForm.Get("from") == Consents {
		return Consents
	}
	return ui.HrefHelp + "/" + r.PathValue("number")
}

func (p *pages) agree(w http.ResponseWriter, r *http.Request) error {
	if err := reach.Form(r); err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return reach.Missing()
	}
	err = p.Examples.Agree(web.Named(r), request.Ref{Number: r.PathValue("number")}, r.PostForm.Get("words"), version)
	return p.done(w, r, err, "answered.agreed", back(r))
}

func (p *pages) refuse(w http.ResponseWriter, r *http.Request) error {
	if err := reach.Form(r); err != nil {
		return err
	}
	return p.done(w, r, p.Examples.Refuse(web.Named(r), request.Ref{Number: r.PathValue("number")}), "answered.refused", back(r))
}
