package imports

import (
	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/web"
)

// Routes lists the pages of imports.
func Routes(c Config) []web.Route {
	p, one := &pages{c}, Href+"/{id}"
	upload := route("POST", Href, station.Import, "take a file in and keep what it would change", p.upload)
	upload.BodyLimit = intake.MaxBytes
	return []web.Route{
		upload,
		route("GET", Href, station.ImportSee, "upload a list of stations; imports so far", p.list),
		route("GET", Href+"/template.csv", station.ImportSee, "an empty list with two example rows", p.template),
		route("GET", one, station.ImportSee, "see row by row what an import would do, or did, or how far it has come", p.one),
		route("GET", one+"/apply", station.Import, "ask before applying an import", p.askApply),
		route("POST", one+"/apply", station.Import, "apply an import", p.apply),
		route("GET", one+"/undo", station.Import, "ask before undoing an import", p.askUndo),
		route("POST", one+"/undo", station.Import, "undo an import", p.undo),
		route("POST", one+"/cancel", station.Import, "stop what is being done with an import", p.cancel),
	}
}

func route(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: station.Policy.Roles(act),
		Look: web.LookStaff, Handler: web.HTML(h)}
}
