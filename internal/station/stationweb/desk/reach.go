package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// overseers are the roles whose areas the list shows.
func overseers() []authz.Role { return []authz.Role{authz.Cadre, authz.Leader, authz.Admin} }

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	f := p.Frame(ctx)
	f.Title, f.Heading, f.Crumbs = title, "", crumbs
	f.Nav = slices.Clone(f.Nav)
	here := nearest(f.Nav, web.Path(ctx))
	for i := range f.Nav {
		f.Nav[i].On = i == here
	}
	return f
}

// nearest is the entry of a menu that leads closest to path; -1 when none does.
func nearest(nav []ui.NavItem, path string) int {
	best := -1
	for i, it := range nav {
		if strings.HasPrefix(path, it.Href) && (best < 0 || len(it.Href) > len(nav[best].Href)) {
			best = i
		}
	}
	if best < 0 || len(nav[best].Href) < len("/desk/") {
		return slices.IndexFunc(nav, func(it ui.NavItem) bool { return it.Href == HrefStations })
	}
	return best
}

// under is the frame of a page about one station.
func (p *pages) under(ctx context.Context, v station.View, title string) ui.StaffPage {
	return p.frame(ctx, title, ui.Crumb{Text: tell.T(ctx, "title"), Href: HrefStations}, ui.Crumb{Text: v.Name, Href: tell.Href(v)})
}

// load is [tell.Load] from the directory of these pages.
func (p *pages) load(r *http.Request, act authz.Action) (station.View, error) {
	return tell.Load(p.Stations, r, act)
}
