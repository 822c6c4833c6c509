// Package imports holds the union's pages for lists of members: bring a file, read
// row by row what would become of it, take it in, watch that and stop it, take it
// back, and take the rows along that were left out.
package imports

import (
	"context"
	"embed"
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; all of it.
type Config struct {
	Lists *intake.Service
	Roll  *roll.Service
	Frame func(ctx context.Context) ui.StaffPage
}

// Href is where the pages are, and hrefMembers where they come from.
const (
	Href        = "/desk/member-lists"
	hrefMembers = "/desk/members"
)

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "memberimport."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p, one := &pages{c}, Href+"/{id}"
	upload := route("POST", Href, member.Import, "bring a list and read what would become of it", p.upload)
	upload.BodyLimit = intake.MaxBytes + 64<<10
	return []web.Route{
		upload,
		route("GET", Href, member.ImportSee, "bring a list of members; lists so far", p.list),
		route("GET", Href+"/template.csv", member.ImportSee, "an empty list with two example rows", p.template),
		route("GET", one, member.ImportSee, "read row by row what a list would do or did, or how far it has come", p.one),
		route("GET", one+"/left-out.csv", member.ImportSee, "take the rows along that are left out, and why", p.leftOut),
		route("GET", one+"/apply", member.Import, "ask before a list is taken in", p.ask("apply")),
		route("POST", one+"/apply", member.Import, "take a list in", p.apply),
		route("GET", one+"/undo", member.Import, "ask before a list is taken back", p.ask("undo")),
		route("POST", one+"/undo", member.Import, "take a list back", p.undo),
		route("POST", one+"/stop", member.Import, "stop taking a list in", p.stop),
		route("POST", one+"/again", member.Import, "go on with a list that stood still", p.again),
	}
}

func route(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: member.Policy.Roles(act), Look: web.LookStaff, Handler: web.HTML(h)}
}

// reader lets through whoever reads lists anywhere.
func reader(ctx context.Context) error {
	if who := authz.From(ctx); who.Has(authz.Cadre) || who.Has(authz.Leader) {
		return nil
	}
	return fault.New("member.import", fault.Missing, "fault.missing")
}

// may reports whether the reader may take a list in.
func may(ctx context.Context, b intake.Batch) bool {
	return member.Policy.May(authz.From(ctx), member.Import, b.AuthzObject())
}

// frame is the reader's frame under the pages of members.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(hrefMembers, title, append([]ui.Crumb{{Text: t(ctx, "members"), Href: hrefMembers}}, crumbs...)...)
}

// shut keeps a page with people's data out of every store on the way.
func shut(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }
