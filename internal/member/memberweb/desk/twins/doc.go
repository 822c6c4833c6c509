// Package twins holds the union's pages of members who may be recorded twice: the
// list of pairs, with those on top that somebody handed up and those that a number
// says; two records side by side; the questions before they are merged, kept apart,
// handed up or parted again, and what came of it.
//
// Every page asks [merge.Service], which decides who may. Names, phones and numbers
// stand in no address.
package twins

import (
	"context"
	"embed"
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; all of it.
type Config struct {
	Twins *merge.Service
	Frame func(ctx context.Context) ui.StaffPage
}

// Href is where the pages are, and hrefMembers where they come from.
const (
	Href        = "/desk/member-twins"
	hrefMembers = "/desk/members"
)

// HrefTwo is the page of two records.
func HrefTwo(a, b member.ID) string { return Href + "/" + string(a) + "/" + string(b) }

func hrefMember(which member.ID) string { return hrefMembers + "/" + string(which) }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "membertwin."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p, two := &pages{c}, Href+"/{a}/{b}"
	return []web.Route{
		route("GET", Href, member.List, "members who may be recorded twice, the likeliest on top", p.list),
		route("GET", two, member.See, "two records side by side, and what became of them", p.two),
		route("GET", two+"/apart", member.NotSame, "ask why two records are two people's", p.ask(apart)),
		route("POST", two+"/apart", member.NotSame, "keep that two records are two people's", p.do(apart)),
		route("GET", two+"/up", member.HandUp, "ask why the union above is to decide", p.ask(up)),
		route("POST", two+"/up", member.HandUp, "hand two records to the union above both", p.do(up)),
		route("GET", two+"/merge", member.Combine, "choose for each field which record is right", p.askMerge),
		route("POST", two+"/merge", member.Combine, "merge two records into the first", p.merge),
		route("GET", two+"/undo", member.Divide, "ask why a merger is taken back", p.ask(undo)),
		route("POST", two+"/undo", member.Divide, "take a merger back", p.do(undo)),
	}
}

func route(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: member.Policy.Roles(act), Look: web.LookStaff, Handler: web.HTML(h)}
}

func missing() error { return fault.New("member.twins", fault.Missing, "fault.missing") }

// isStaff reports whether the reader sees members anywhere.
func isStaff(ctx context.Context) bool {
	who := authz.From(ctx)
	return who.Has(authz.Cadre) || who.Has(authz.Leader)
}

// may reports whether the reader has the right to an act on a member.
func may(ctx context.Context, act authz.Action, m member.Member) bool {
	return member.Policy.May(authz.From(ctx), act, m.AuthzObject())
}

// load returns the two records of the path, the first of which the reader may see.
func (p *pages) load(r *http.Request) (merge.Two, error) {
	a, err1 := id.Parse[member.ID](r.PathValue("a"))
	b, err2 := id.Parse[member.ID](r.PathValue("b"))
	if err1 != nil || err2 != nil || !isStaff(r.Context()) {
		return merge.Two{}, missing()
	}
	return p.Twins.Get(r.Context(), a, b)
}

// frame is the reader's frame under the pages of members.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(hrefMembers, title, append([]ui.Crumb{{Text: t(ctx, "members"), Href: hrefMembers}}, crumbs...)...)
}

// below is the frame of a page that the list leads to.
func (p *pages) below(ctx context.Context, title string) ui.StaffPage {
	return p.frame(ctx, title, ui.Crumb{Text: t(ctx, "title"), Href: Href}, ui.Crumb{Text: title})
}

// shut keeps a page with people's data out of every store on the way.
func shut(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }
