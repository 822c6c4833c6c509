package hosting

import (
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
)

// Routes lists the hosts' pages of stations.
func Routes(c Config) []web.Route {
	p := &pages{c}
	one := tell.HrefHost + "/{id}"
	all := []web.Route{
		{Method: "GET", Pattern: tell.HrefHost, Action: string(station.Inspect), Purpose: "a host's stations", Handler: web.HTML(p.hostHome)},
		{Method: "GET", Pattern: one, Action: string(station.Inspect), Purpose: "a host's station: open or not, what is broken", Handler: web.HTML(p.hostOne)},
		{Method: "POST", Pattern: one + "/today", Action: string(station.SetDay), Purpose: "change today's opening", Handler: web.HTML(p.hostToday)},
		{Method: "POST", Pattern: one + "/day", Action: string(station.SetDay), Purpose: "close for a day to come", Handler: web.HTML(p.hostDay)},
		{Method: "POST", Pattern: one + "/day/clear", Action: string(station.SetDay), Purpose: "open on that day after all", Handler: web.HTML(p.hostClearDay)},
		{Method: "POST", Pattern: one + "/mended", Action: string(station.Settle), Purpose: "say that what was reported is mended", Handler: web.HTML(p.hostMended)},
		{Method: "GET", Pattern: one + "/poster", Action: string(station.Inspect), Purpose: "a poster with the station's code, to print", Handler: web.HTML(p.poster)},
	}
	if p.Defects != nil {
		all = append(all,
			web.Route{Method: "POST", Pattern: one + "/defects/{defect}/fixed", Action: string(station.Settle), Purpose: "say that a reported defect is mended", Handler: web.HTML(p.hostFixed)},
			web.Route{Method: "POST", Pattern: one + "/defects/{defect}/later", Action: string(station.Settle), Purpose: "say why a defect is not mended yet, and by when", Handler: web.HTML(p.hostLater)})
	}
	for i := range all {
		all[i].Roles, all[i].Look = station.Policy.Roles(authz.Action(all[i].Action)), web.LookPartner
	}
	return all
}

// load is [tell.Load] from the directory of these pages.
func (p *pages) load(r *http.Request, act authz.Action) (station.View, error) {
	return tell.Load(p.Stations, r, act)
}
