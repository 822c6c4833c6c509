package stationweb

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/geo"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// wayPage lists the maps that lead to a station.
type wayPage struct {
	station finder.Found
	chosen  geo.Provider
}

// way lists the maps; with map it remembers the choice and opens that map.
func (p *pages) way(w http.ResponseWriter, r *http.Request) error {
	f, err := p.find(r)
	if err != nil {
		return err
	}
	if choice := geo.Provider(r.URL.Query().Get("map")); choice != "" && f.Place != nil {
		if link := geo.NavLink(choice, f.Name, f.Place.Point); link != "" {
			p.keep(w, cookieMap, string(choice), year)
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, link, http.StatusSeeOther) //nolint:gosec // one of three fixed hosts
			return nil
		}
	}
	return web.Show(w, r, http.StatusOK, wayView(wayPage{f, chosenMap(r)}))
}

// chosenMap is the map that this phone remembers, which opens at once; empty
// when none was chosen.
func chosenMap(r *http.Request) geo.Provider {
	if p := geo.Provider(cookie(r, cookieMap)); slices.Contains(geo.Providers(), p) {
		return p
	}
	return ""
}

// mapChoices are the maps that lead to a station, each through our own address
// so that the choice is remembered.
func mapChoices(ctx context.Context, code string) []ui.MapChoice {
	var list []ui.MapChoice
	for _, p := range geo.Providers() {
		name := string(p)
		list = append(list, ui.MapChoice{Name: name, Text: web.T(ctx, "stations.map_"+name), Href: "/stations/" + code + "/go?map=" + name})
	}
	return list
}
