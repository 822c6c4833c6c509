package stationweb

import (
	"context"
	"net/http"

	"nuanxin/internal/geo"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// wayPage lists the maps that lead to a station.
type wayPage struct {
	station station.Found
	maps    []ui.MapChoice
	chosen  string
}

// way lists the maps; with map it remembers the choice and opens that map.
func (p *pages) way(w http.ResponseWriter, r *http.Request) error {
	f, err := p.find(r)
	if err != nil {
		return err
	}
	if choice := geo.Provider(r.URL.Query().Get("map")); choice != "" && f.Place != nil {
		for _, l := range geo.NavLinks(f.Name, f.Place.Point) {
			if l.Provider == choice {
				p.keep(w, cookieMap, string(choice), year)
				w.Header().Set("Cache-Control", "no-store")
				http.Redirect(w, r, l.URL, http.StatusSeeOther) // one of three fixed hosts
				return nil
			}
		}
	}
	maps, chosen := mapChoices(r.Context(), r, &f)
	return web.Show(w, r, http.StatusOK, wayView(wayPage{f, maps, chosen.Name}))
}

// mapChoices are the maps that lead to a station, each through our own address
// so that the choice is remembered, and the one that was chosen before, which
// opens at once.
func mapChoices(ctx context.Context, r *http.Request, f *station.Found) (choices []ui.MapChoice, chosen ui.MapChoice) {
	if f == nil || f.Place == nil {
		return nil, ui.MapChoice{}
	}
	before := cookie(r, cookieMap)
	for _, l := range geo.NavLinks(f.Name, f.Place.Point) {
		name := string(l.Provider)
		c := ui.MapChoice{Name: name, Text: web.T(ctx, "stations.map_"+name), Href: "/stations/" + f.Code + "/go?map=" + name}
		choices = append(choices, c)
		if name == before {
			c.Href = l.URL
			chosen = c
		}
	}
	return choices, chosen
}
