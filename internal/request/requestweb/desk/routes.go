package desk

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/rules"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/request/share"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Where the pages are.
const (
	HrefDesk     = "/desk"
	HrefRequests = tell.HrefRequests
	HrefNew      = HrefRequests + "/new"
	HrefHealth   = HrefRequests + "/health"
	HrefPhrases  = rules.Phrases
	HrefRules    = rules.Limits
	HrefExport   = HrefRequests + "/export"
)

// Href is the staff's page of a request.
func Href(id request.ID) string { return tell.Href(id) }

// Routes lists the staff's pages of requests.
func Routes(c Config) []web.Route {
	p := &pages{c}
	all := append(p.lists(), p.rules()...)
	all = append(all, p.one()...)
	return append(all, p.acts()...)
}

func route(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: request.Policy.Roles(act),
		Look: web.LookStaff, Handler: web.HTML(h)}
}

// withFiles lets a form carry photos.
func withFiles(r web.Route) web.Route {
	r.BodyLimit = upload.BodyLimit
	return r
}

func (p *pages) lists() []web.Route {
	return []web.Route{
		route("GET", HrefDesk, request.List, "the start of a working day: the inbox", p.start),
		route("GET", HrefRequests, request.List, "the inbox, by time left", p.inbox),
		route("POST", HrefRequests, request.List, "search the inbox; a person's phone goes into no address", p.search),
		route("GET", HrefRequests+"/{id}/peek", request.Read, "look at a request beside the list", p.peek),
		route("GET", HrefNew, request.Register, "register what somebody said", p.blank),
		withFiles(route("POST", HrefNew, request.Register, "store what somebody said", p.register)),
		route("POST", HrefRequests+"/similar", request.List, "requests that may be about the same matter, while typing", p.similar),
		route("GET", HrefExport, request.MakeExport, "ask for the reason of an export", p.askExport),
		route("POST", HrefExport, request.MakeExport, "take the list along as a table without persons", p.export),
	}
}

func (p *pages) rules() []web.Route {
	set := rules.Pages{Office: p.Office, Frame: p.setFrame}
	limits := route("GET", HrefRules, request.List, "the limits of the clocks", set.Limits)
	limits.Roles = request.Policy.Roles(request.SetRule) // those who set them read them, too
	for _, role := range request.Policy.Roles(request.List) {
		if !slices.Contains(limits.Roles, role) {
			limits.Roles = append(limits.Roles, role)
		}
	}
	return []web.Route{
		limits,
		route("GET", HrefHealth, request.List, "how the bodies dealt with what they were handed", p.health),
		route("GET", HrefPhrases, request.List, "texts that are used often", set.Phrases),
		route("POST", HrefPhrases, request.SetWord, "add a text", set.AddPhrase),
		route("POST", HrefPhrases+"/drop", request.SetWord, "remove a text", set.DropPhrase),
		route("POST", HrefRules, request.SetRule, "set limits from a day on", set.SetLimits),
	}
}

func (p *pages) one() []web.Route {
	one := HrefRequests + "/{id}"
	return []web.Route{
		route("GET", one, request.Read, "one matter with its clocks and timeline", p.show),
		withFiles(route("POST", one+"/say", request.Read, "tell, ask or answer the worker, or keep a note", p.say)),
		route("GET", one+"/files/{file}", request.Read, "a photo or a voice message", p.file),
		route("GET", one+"/dispatch", request.Send, "choose to whom it goes", p.askDispatch),
		route("POST", one+"/dispatch", request.Send, "hand it to bodies", p.dispatch),
		route("GET", one+"/merge", request.Join, "choose what is the same matter", p.askMerge),
		route("POST", one+"/merge", request.Join, "see what each person will be told, then merge", p.merge),
		route("GET", one+"/name", request.Reveal, "ask for the reason of looking at a name", p.askName),
		route("POST", one+"/name", request.Reveal, "take the reason", p.takeReason),
		route("GET", one+"/name/shown", request.Reveal, "show the name once", p.showName),
		route("POST", one+"/share", share.Told, "write down whether the worker lets bodies see photos and voice", p.share),
		route("POST", one+"/release", request.Release, "let the bodies see a file, or no more", p.release),
	}
}

// acts are the pages of the acts that are one small form each.
func (p *pages) acts() []web.Route {
	var all []web.Route
	for _, a := range smallActs() {
		at := HrefRequests + "/{id}/" + a.name
		all = append(all, route("GET", at, a.action, a.purpose, p.askAct(a)), route("POST", at, a.action, a.purpose, p.doAct(a)))
	}
	return all
}

// setFrame is the frame of pages that set something. It leads back to the inbox
// whoever has one; administrators come by their menu.
func (p *pages) setFrame(ctx context.Context, title string) ui.StaffPage {
	if !reach.IsStaff(ctx) {
		return p.frame(ctx, title)
	}
	return p.frame(ctx, title, crumb(ctx))
}

// start leads to the inbox.
func (p *pages) start(w http.ResponseWriter, r *http.Request) error {
	if !reach.IsStaff(r.Context()) {
		return p.elsewhere(w, r)
	}
	return web.See(w, r, HrefRequests)
}

// elsewhere leads staff without requests, such as hosts and administrators, to
// the first page of their menu.
func (p *pages) elsewhere(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if authz.From(ctx).Kind != authz.Staff {
		return reach.Missing()
	}
	for _, it := range p.Frame(ctx).Nav {
		if it.Href != HrefDesk && it.Href != HrefRequests {
			return web.See(w, r, it.Href)
		}
	}
	return reach.Missing()
}
