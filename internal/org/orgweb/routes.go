package orgweb

import (
	"context"
	"embed"
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/org"
	"nuanxin/internal/region"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. Orgs and Frame are required.
type Config struct {
	Orgs   *org.Service
	Frame  func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu; pages fill in the rest
	Topics func(ctx context.Context) []ui.Option  // what a body can be responsible for, by code
	SignIn func(h web.Handler) web.Handler        // leads who is not staff to the sign-in; nil: everybody may look
}

// pages are the handlers.
type pages struct{ Config }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// The addresses that other pages lead to.
const (
	ListPath = "/desk/orgs"      // bodies, hosts and unions in one list
	TreePath = "/desk/orgs/tree" // the unions
	// KindsPath tells which kind of union may stand where.
	KindsPath = "/desk/orgs/kinds"
	// FoundingsPath lists applications to found unions, RenewalsPath the unions whose
	// term of office ends; package lifeweb has the pages.
	FoundingsPath = "/desk/foundings"
	RenewalsPath  = "/desk/renewals"
	// FirmsPath lists companies, CoveragePath holds members against the people who are
	// known; package firmweb has the pages.
	FirmsPath    = "/desk/firms"
	CoveragePath = "/desk/coverage"
	// CoverPath tells how far unions reach, area by area; package coverweb has the pages.
	CoverPath = "/desk/organising"
	// FilePath takes the tree out and in; package fileweb has the pages.
	FilePath   = "/desk/orgs/file"
	ImportPath = "/desk/org-imports" // one import of the tree, by its id
)

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	if p.SignIn == nil {
		p.SignIn = func(h web.Handler) web.Handler { return h }
	}
	looker, keeper := []string{"signed-in"}, []string{string(authz.Admin)}
	route := func(method, pattern string, action authz.Action, roles []string, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: ListPath + pattern, Action: string(action), Purpose: purpose,
			Roles: roles, BodyLimit: 32 << 10, Look: web.LookStaff, Handler: web.HTML(p.SignIn(h))}
	}
	return []web.Route{
		route("GET", "", org.See, looker, "list organisations with their duties", p.list),
		route("GET", "/tree", org.See, looker, "see the tree of unions", p.tree),
		route("GET", "/kinds", org.See, looker, "see which kind of union may stand where", p.kinds),
		route("GET", "/new", org.Found, keeper, "describe a new organisation", p.draft),
		route("POST", "", org.Found, keeper, "found an organisation", p.found),
		route("GET", "/{id}", org.See, looker, "see an organisation", p.show),
		route("GET", "/{id}/edit", org.Edit, keeper, "change an organisation's record", p.edit),
		route("POST", "/{id}/edit", org.Edit, keeper, "store the changed record", p.save),
		route("GET", "/{id}/duties", org.SetDuties, []string{"admin", "cadre"}, "say what a body is responsible for", p.duties),
		route("POST", "/{id}/duties", org.SetDuties, []string{"admin", "cadre"}, "store what a body is responsible for", p.setDuties),
		route("GET", "/{id}/links/new", org.Join, joiners(), "choose a union of the same industry", p.link),
		route("POST", "/{id}/links", org.Join, joiners(), "tie a union to one of its industry", p.tie),
		route("POST", "/{id}/links/{link}/end", org.Join, joiners(), "end a tie to an industry", p.untie),
		route("GET", "/{id}/close", org.Close, keeper, "ask before an end", p.confirm),
		route("POST", "/{id}/close", org.Close, keeper, "close an organisation", p.close),
	}
}

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	if len(crumbs) > 0 {
		crumbs = append([]ui.Crumb{{Text: t(ctx, "orgs"), Href: ListPath}}, crumbs...)
	}
	return p.Frame(ctx).At(ListPath, title, crumbs...)
}

// may reports whether the reader may do act to o, to show or spare a button.
// The door checks again.
func may(ctx context.Context, act authz.Action, o org.Org) bool {
	return org.Policy.May(authz.From(ctx), act, o.AuthzObject())
}

// founder reports whether the reader may found anything anywhere.
func founder(ctx context.Context) bool { return authz.From(ctx).Has(authz.Admin) }

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "org."+key, args...) }

// areaWords names an area.
func areaWords(ctx context.Context, area string) string {
	if area == "" {
		return t(ctx, "nation")
	}
	if name := region.FullName(area); name != "" {
		return name
	}
	return area
}

func href(o org.Org) string { return ListPath + "/" + string(o.ID) }

// choicesLimit is how many organisations a list to choose from shows at most.
const choicesLimit = 500

// parse reads a form.
func parse(r *http.Request) error { return r.ParseForm() }
