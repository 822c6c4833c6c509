package desk

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/station"
	"nuanxin/internal/web/ui"
)

// errMissing is the answer to whoever has nothing to look for here.
func errMissing() error { return fault.New("station.desk", fault.Missing, "fault.missing") }

// load returns the station of the request's path if the reader oversees or runs
// it and may do act. Else it is missing, whether or not it is public.
func (p *pages) load(r *http.Request, act authz.Action) (station.View, error) {
	own, err := id.Parse[station.ID](r.PathValue("id"))
	if err != nil {
		return station.View{}, errMissing()
	}
	v, err := p.Stations.Get(r.Context(), own)
	if err != nil {
		return v, err
	}
	switch {
	case !may(r.Context(), station.Inspect, v):
		return v, errMissing()
	case !may(r.Context(), act, v):
		return v, fault.New(string(act), fault.Denied, "fault.denied")
	}
	return v, nil
}

// may reports whether the reader may do act to the station.
func may(ctx context.Context, act authz.Action, v station.View) bool {
	return station.Policy.May(authz.From(ctx), act, v.AuthzObject())
}

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
	return p.frame(ctx, title, ui.Crumb{Text: t(ctx, "title"), Href: HrefStations}, ui.Crumb{Text: v.Name, Href: href(v)})
}

// href is a station's staff page.
func href(v station.View) string { return HrefStations + "/" + string(v.ID) }

// hostHref is a station's page for its host.
func hostHref(v station.View) string { return HrefHost + "/" + string(v.ID) }
