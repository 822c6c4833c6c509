package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// placeForm is a position as typed.
type placeForm struct {
	datum    string
	lat, lng string
	queue    bool // go on with the next station that is not on the map
	version  int64
	left     int    // how many are not on the map yet
	skip     string // past this one
	near     []station.View
	errors   ui.FormErrors
	clash    *clash
}

// readPlace reads the typed numbers, or those that a press on the map left. Two
// numbers in the first field are a pair, as maps give them.
func readPlace(r *http.Request) placeForm {
	v := r.PostForm
	f := placeForm{datum: v.Get("datum"), lat: strings.TrimSpace(v.Get("typed_lat")), lng: strings.TrimSpace(v.Get("typed_lng")), queue: v.Has("queue"), version: version(r)}
	if v.Has("lat") {
		f.datum, f.lat, f.lng = geo.WGS84.String(), v.Get("lat"), v.Get("lng")
	}
	if f.lng == "" && strings.ContainsAny(f.lat, ",，") {
		f.lat, f.lng = pair(f.lat)
	}
	return f
}

// pair cuts two numbers as maps give them. Which is which is certain within
// China: no latitude there is as large as any longitude.
func pair(text string) (lat, lng string) {
	a, b, _ := strings.Cut(strings.ReplaceAll(text, "，", ","), ",")
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if first, err := strconv.ParseFloat(a, 64); err == nil && first > 60 {
		return b, a
	}
	return a, b
}

func (f placeForm) numbers() (d geo.Datum, lat, lng float64, err error) {
	var form fault.Form
	if d, err = geo.ParseDatum(f.datum); err != nil {
		form.Add("datum", "stationdesk.wrong.datum", nil)
	}
	if lat, err = strconv.ParseFloat(f.lat, 64); err != nil {
		form.Add("typed_lat", "stationdesk.wrong.lat", nil)
	}
	if lng, err = strconv.ParseFloat(f.lng, 64); err != nil {
		form.Add("typed_lng", "stationdesk.wrong.lng", nil)
	}
	return d, lat, lng, form.Err("station.put_on_map")
}

// place shows where a station is, or asks for it.
func (p *pages) place(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Put)
	if err != nil {
		return err
	}
	f := placeForm{queue: r.URL.Query().Has("queue")}
	if v.Place != nil {
		f.datum, f.lat, f.lng = v.Place.Datum, plain(v.Place.GivenLat), plain(v.Place.GivenLng)
	}
	return p.showPlace(w, r, http.StatusOK, v, f)
}

// plain writes degrees to the centimetre.
func plain(n float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(n, 'f', 7, 64), "0"), ".")
}

func (p *pages) showPlace(w http.ResponseWriter, r *http.Request, status int, v station.View, f placeForm) error {
	ctx := r.Context()
	if f.version == 0 {
		f.version = v.Version
	}
	near, err := p.Stations.List(ctx, station.Filter{Area: v.Area, Limit: batch})
	if err != nil {
		return err
	}
	for _, n := range near {
		if n.Place != nil && n.ID != v.ID {
			f.near = append(f.near, n)
		} else if n.Place == nil {
			f.left++
		}
	}
	f.skip = p.skip(ctx, v)
	page := p.under(ctx, v, tell.T(ctx, "put"))
	page.Scripts = []string{"leaflet"}
	return web.Show(w, r, status, placePage(page, v, f))
}

// put stores where a station is, and goes on with the next one in a queue.
func (p *pages) put(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx := r.Context()
	v, err := p.load(r, station.Put)
	if err != nil {
		return err
	}
	f := readPlace(r)
	d, lat, lng, err := f.numbers()
	if err == nil {
		_, err = p.Stations.Put(web.Named(r), v.ID, f.version, d, lat, lng)
	}
	switch {
	case err == nil:
		return p.afterPut(w, r, v, f)
	case fault.KindOf(err) == fault.Invalid:
		f.errors = tell.Errors(ctx, err)
		return p.showPlace(w, r, tell.HTTPStatus(err), v, f)
	case fault.KindOf(err) == fault.Conflict && v.InUse() && v.Version != f.version:
		yours := v.Facts
		if at, err := station.PlaceFrom(d, lat, lng); err == nil {
			yours.Place = at
		}
		f.clash, f.version = p.clashOf(ctx, v.ID, yours, v.Facts), v.Version
		return p.showPlace(w, r, http.StatusConflict, v, f)
	}
	return err
}

func (p *pages) afterPut(w http.ResponseWriter, r *http.Request, v station.View, f placeForm) error {
	web.SetFlash(w, r, "stationdesk.flash.put", "Name", v.Name)
	if !f.queue {
		return web.See(w, r, tell.Href(v))
	}
	next, err := p.nextUnmapped(r.Context(), v)
	if err != nil {
		return err
	}
	if next == nil {
		return web.See(w, r, query{show: showNoMap}.href(HrefStations))
	}
	return web.See(w, r, tell.Href(*next)+"/map?queue=1")
}

// nextUnmapped is the station after v that is not on the map, from the top
// again after the last; nil when all are.
func (p *pages) nextUnmapped(ctx context.Context, v station.View) (*station.View, error) {
	for _, after := range []station.Cursor{v.Cursor(), {}} {
		list, err := p.Stations.List(ctx, station.Filter{Unmapped: true, After: after, Limit: 2})
		if err != nil {
			return nil, err
		}
		for i := range list {
			if list[i].ID != v.ID && station.Policy.May(authz.From(ctx), station.Put, list[i].AuthzObject()) {
				return &list[i], nil
			}
		}
	}
	return nil, nil
}

// skipHref leads past a station whose place is not known yet.
func (p *pages) skip(ctx context.Context, v station.View) string {
	next, err := p.nextUnmapped(ctx, v)
	if err != nil || next == nil {
		return query{show: showNoMap}.href(HrefStations)
	}
	return tell.Href(*next) + "/map?queue=1"
}
