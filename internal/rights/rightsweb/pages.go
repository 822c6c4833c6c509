// Package rightsweb is what people see of the register: a worker asks about
// their own data and reads the answer, a cadre answers within the days.
package rightsweb

import (
	"context"
	"embed"
	"net/http"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/forget"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; all of it.
type Config struct {
	Rights  *rights.Service
	Unowned *forget.Service                                              // erases who has no account
	Worker  func(web.Handler) web.Handler                                // lets workers through and leads others to the sign-in
	Here    func(r *http.Request) (area string)                          // the division that the phone remembers, or ""
	Proof   func(r *http.Request) (file string, err error)               // reads a form, and keeps the photo that came with it
	Photo   func(ctx context.Context, file string) ([]byte, error)       // shows it again
	Unions  func(ctx context.Context, words string) ([]ui.Option, error) // unions that can answer, by part of the name; one more than a page holds
	Waiting func(ctx context.Context) ([]ui.RowProps, error)             // cases of relatives that wait for a leader
	Kept    string                                                       // the page that tells how long data is kept
	Frame   func(ctx context.Context) ui.StaffPage                       // the reader's name, organisation and menu
}

// The addresses that other pages lead to.
const (
	HrefAsk  = ui.HrefMe + "/data/asks"
	HrefDesk = "/desk/rights"

	HrefNew     = HrefAsk + "/new" // takes ?kind=
	hrefWrite   = HrefDesk + "/new"
	hrefCorrect = HrefAsk + "/correct"
)

// Href is the worker's page of an ask.
func Href(which rights.ID) string { return HrefAsk + "/" + string(which) }

// KinHref is where an ask of relatives is handled (package kinweb).
func KinHref(which rights.ID) string { return DeskHref(which) + "/kin" }

// DeskHref is the page of an ask on the desk.
func DeskHref(which rights.ID) string { return HrefDesk + "/" + string(which) }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "rights."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	own := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: []string{"owner"}, BodyLimit: 16 << 10, Handler: web.HTML(c.Worker(ui.Private(h)))}
	}
	rules := authz.Merge(rights.Policy, forget.Policy)
	desk := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: rules.Roles(act), BodyLimit: 16 << 10, Look: web.LookStaff, Handler: web.HTML(ui.Private(h))}
	}
	photo := own("POST", hrefCorrect, rights.Send, "say what is right, with a photo that proves it", p.correct)
	photo.BodyLimit = 10 << 20
	return []web.Route{
		own("GET", HrefNew, rights.Send, "choose what to ask about one's own data", p.ask),
		own("POST", HrefAsk, rights.Send, "ask something about one's own data", p.send),
		own("GET", hrefCorrect, rights.Send, "choose what is wrong about oneself, and say what is right", p.askCorrect),
		photo,
		own("GET", HrefAsk+"/{id}", rights.See, "read who answers by when, and the answer", p.show),
		own("GET", HrefAsk+"/{id}/take", rights.Take, "ask before an ask is taken back", p.askTake),
		own("POST", HrefAsk+"/{id}/take", rights.Take, "take an ask back", p.take),

		desk("GET", HrefDesk, rights.List, "what people ask about their data: what waits, and what is closed", p.list),
		desk("GET", hrefWrite, rights.Write, "write down what somebody asked at a counter or on the phone", p.askWrite),
		desk("POST", hrefWrite, rights.Write, "write it down", p.write),
		desk("GET", HrefDesk+"/{id}", rights.See, "one ask with its clock", p.open),
		desk("POST", HrefDesk+"/{id}/answer", rights.Answer, "say what was done, or refuse with the reason", p.answer),
		desk("GET", HrefDesk+"/{id}/proof", rights.See, "look at the photo that proves what is right", p.proof),
		desk("GET", HrefDesk+"/{id}/hand", rights.HandOn, "find the union that an ask belongs to", p.askHand),
		desk("POST", HrefDesk+"/{id}/hand", rights.HandOn, "hand an ask on to another union", p.hand),
		desk("GET", HrefDesk+"/{id}/forget", forget.See, "see what is kept of somebody who has no account and asks to be deleted", p.askForget),
		desk("POST", HrefDesk+"/{id}/forget", forget.Forget, "erase it, and answer with what went and what stays", p.forget),
		desk("POST", HrefDesk+"/{id}/phone", rights.Call, "show the phone of who asked once, for a reason", p.phone),
	}
}

// find returns the ask of the path to whoever may see it; who may see it and not
// do act to it is told so before their form is read.
func (p *pages) find(r *http.Request, act authz.Action) (rights.Ask, error) {
	which, err := id.Parse[rights.ID](r.PathValue("id"))
	if err != nil {
		return rights.Ask{}, fault.New("rights.find", fault.Missing, "fault.missing")
	}
	a, err := p.Rights.Get(r.Context(), which)
	if err == nil && !authz.Merge(rights.Policy, forget.Policy).May(authz.From(r.Context()), act, a.AuthzObject()) {
		err = fault.New(string(act), fault.Denied, "fault.denied")
	}
	return a, err
}

func readForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New("rights.form", fault.Invalid, "fault.form").Because(err)
	}
	return nil
}

// due says by when a union answers.
func due(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return t(ctx, "due.dark")
	}
	return t(ctx, "due", "By", web.Deadline(ctx, at))
}

// chip is how an ask stands.
func chip(ctx context.Context, a rights.Ask) (ui.Tone, string, string) {
	text := t(ctx, "state."+string(a.State))
	switch a.State {
	case rights.Open:
		if a.Late(web.Now(ctx)) {
			return ui.Rose, "alert", t(ctx, "state.late")
		}
		return ui.Amber, "clock", text
	case rights.Done:
		return ui.Pine, "check-c", text
	case rights.Refused:
		return ui.Rose, "x", text
	}
	return ui.Plain, "reply", text
}

func kindOf(ctx context.Context, a rights.Ask) string { return t(ctx, "kind."+string(a.Kind)) }

// options are the kinds, each with what it means.
func options(ctx context.Context, on rights.Kind) []ui.Option {
	var all []ui.Option
	for _, k := range rights.Kinds() {
		all = append(all, ui.Option{Value: string(k), Text: t(ctx, "kind."+string(k)), On: k == on})
	}
	return all
}
