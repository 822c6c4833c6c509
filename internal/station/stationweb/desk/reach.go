package desk

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web/ui"
)

// tops are the areas in which the reader holds one of the roles.
func tops(ctx context.Context, roles ...authz.Role) []string {
	var areas []string
	for _, g := range authz.From(ctx).Grants {
		if slices.Contains(roles, g.Role) && !slices.Contains(areas, g.Area) {
			areas = append(areas, g.Area)
		}
	}
	slices.Sort(areas)
	return areas
}

// overseers are the roles whose areas the list shows.
func overseers() []authz.Role { return []authz.Role{authz.Cadre, authz.Leader, authz.Admin} }

// isCadre reports whether the reader keeps stations anywhere.
func isCadre(ctx context.Context) bool { return len(tops(ctx, authz.Cadre)) > 0 }

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	f := p.Frame(ctx)
	f.Title, f.Heading, f.Crumbs = title, "", crumbs
	f.Nav = slices.Clone(f.Nav)
	for i := range f.Nav {
		f.Nav[i].On = f.Nav[i].Href == HrefStations
	}
	return f
}

// under is the frame of a page about one station.
func (p *pages) under(ctx context.Context, v station.View, title string) ui.StaffPage {
	return p.frame(ctx, title, ui.Crumb{Text: tell.T(ctx, "title"), Href: HrefStations}, ui.Crumb{Text: v.Name, Href: tell.Href(v)})
}

// load is [tell.Load] from the directory of these pages.
func (p *pages) load(r *http.Request, act authz.Action) (station.View, error) {
	return tell.Load(p.Stations, r, act)
}
