package lifeweb

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. All but SignIn is required.
type Config struct {
	Life   *life.Service
	Orgs   *org.Service
	Frame  func(ctx context.Context) ui.StaffPage
	SignIn func(h web.Handler) web.Handler // leads who is not staff to the sign-in; nil: nobody is led
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
		return web.Route{Method: method, Pattern: pattern, Action: string(action), Purpose: purpose, Roles: life.Policy.Roles(action), BodyLimit: 32 << 10, Look: web.LookStaff, Handler: web.HTML(p.SignIn(h))}
	}
	f, o := orgweb.FoundingsPath, orgweb.ListPath+"/{id}"
	return []web.Route{
		route("GET", f, life.SeeFounding, "list applications to found unions", p.foundings),
		route("GET", f+"/new", life.AskFounding, "write an application to found a union", p.draft),
		route("POST", f, life.AskFounding, "ask for a union to be founded", p.ask),
		route("GET", f+"/{id}", life.SeeFounding, "see an application to found a union", p.founding),
		route("POST", f+"/{id}/approve", life.Decide, "found the union that was asked for", p.approve),
		route("POST", f+"/{id}/refuse", life.Decide, "tell why a union is not founded", p.refuse),
		route("POST", f+"/{id}/withdraw", life.TakeBack, "take an application back", p.withdraw),
		route("GET", orgweb.RenewalsPath, life.SeeTenure, "list unions whose term of office ends", p.renewals),
		route("GET", o+"/terms", life.SeeTenure, "see who is in office in a union", p.terms),
		route("GET", o+"/terms/new", life.SetTenure, "write down an election", p.election),
		route("POST", o+"/terms", life.SetTenure, "begin the next term of office", p.elect),
		route("GET", o+"/terms/edit", life.SetTenure, "write down who is in office now", p.changes),
		route("POST", o+"/terms/edit", life.SetTenure, "change who is in office within a term", p.replace),
		route("GET", o+"/merge", life.Merge, "choose who takes a union over, and see what would move", p.merger),
		route("POST", o+"/merge", life.Merge, "end a union and give all that it has to another", p.merge),
	}
}

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "life."+key, args...) }

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

// may reports whether the reader may do act to o, to show or spare a button.
func may(ctx context.Context, act authz.Action, o authz.Object) bool {
	return life.Policy.May(authz.From(ctx), act, o)
}

// home is the area of the reader's grants with a role: the first.
func home(ctx context.Context, role authz.Role) string {
	for _, g := range authz.From(ctx).Grants {
		if g.Role == role {
			return g.Area
		}
	}
	return ""
}

func href(id org.ID) string { return orgweb.ListPath + "/" + string(id) }

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func areaWords(ctx context.Context, area string) string {
	if area == "" {
		return web.T(ctx, "org.nation")
	}
	if name := region.FullName(area); name != "" {
		return name
	}
	return area
}

const pageSize = 50
