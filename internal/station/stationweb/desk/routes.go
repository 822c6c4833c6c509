package desk

import (
	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/hosting"
	"nuanxin/internal/station/stationweb/desk/imports"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
)

// Where the pages are.
const (
	HrefStations = tell.HrefStations // the list of the staff
	HrefImports  = imports.Href
	HrefHost     = tell.HrefHost
)

// Routes lists the staff pages and the hosts' pages of stations.
func Routes(c Config) []web.Route {
	p := &pages{c}
	hosts := hosting.Routes(hosting.Config{Stations: c.Stations, Calendar: c.Calendar, Frame: c.Frame, Defects: c.Defects, Origin: c.Origin})
	all := append(p.staff(), hosts...)
	if c.Album != nil {
		all = append(all, p.album()...)
	}
	if c.Intake != nil {
		all = append(all, imports.Routes(imports.Config{Intake: c.Intake, Frame: p.frame, Name: c.Name})...)
	}
	return all
}

func route(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: station.Policy.Roles(act),
		Look: web.LookStaff, Handler: web.HTML(h)}
}

func (p *pages) staff() []web.Route {
	one := HrefStations + "/{id}"
	return []web.Route{
		route("GET", HrefStations, station.Inspect, "look through the stations of an area", p.list),
		route("GET", HrefStations+"/export.csv", station.Inspect, "take the list along as a table", p.export),
		route("GET", HrefStations+"/new", station.Add, "fill in a new station", p.blank),
		route("POST", HrefStations, station.Add, "add a station", p.add),
		route("GET", one, station.Inspect, "read everything about a station", p.show),
		route("GET", one+"/edit", station.Edit, "change the record of a station", p.edit),
		route("POST", one+"/edit", station.Edit, "store a changed record", p.save),
		route("GET", one+"/hours", station.Edit, "change the weekly hours", p.hours),
		route("POST", one+"/hours", station.Edit, "read, preview or store weekly hours", p.saveHours),
		route("GET", one+"/days", station.SetDay, "see the days with their own hours", p.days),
		route("POST", one+"/days", station.SetDay, "give one day its own hours, or close it", p.setDay),
		route("POST", one+"/days/clear", station.SetDay, "take a special day back", p.clearDay),
		route("POST", one+"/mended", station.Settle, "say that what was reported is mended", p.mended),
		route("GET", one+"/map", station.Put, "put a station on the map", p.place),
		route("POST", one+"/map", station.Put, "store where a station is", p.put),
		route("GET", one+"/close", station.Close, "ask before closing for good", p.closing),
		route("POST", one+"/close", station.Close, "close a station for good", p.closeForGood),
	}
}

func (p *pages) album() []web.Route {
	at := HrefStations + "/{id}/photos"
	add := route("POST", at, station.Edit, "add photos of a station", p.addPhotos)
	add.BodyLimit = maxPhotos
	return []web.Route{
		route("GET", at, station.Edit, "see and choose the photos of a station", p.photos),
		add,
		route("GET", at+"/remove", station.Edit, "ask before a photo is taken away", p.askRemovePhoto),
		route("POST", at+"/remove", station.Edit, "take a photo of a station away", p.removePhoto),
		route("GET", at+"/{file}", station.Inspect, "see a photo of a station", p.photo),
	}
}
