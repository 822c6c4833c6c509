package stationweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"nuanxin/internal/geo"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// How far and how many.
const (
	closeBy   = 5_000.0   // metres that one rides for a station
	farAway   = 100_000.0 // beyond it a station is nobody's neighbour
	onMap     = 20_000.0  // beyond it a sketch with the reader says nothing
	mostRows  = 6
	mostShut  = 3
	mostInOne = 500 // stations of an area that are put in order of openness
	mostArea  = 40
)

// homePage is what the home page shows.
type homePage struct {
	where    where
	place    string
	filter   filter
	hero     *finder.Found
	open     bool // the hero is open
	far      bool // the hero is not close by
	nextOpen *finder.Found
	rows     []finder.Found
	shut     []finder.Found // nearer than the hero, but not open
	chosen   geo.Provider   // the map that the phone remembers
	area     areaPart
	recent   []choice
	wish     string
}

// areaPart is the home page of who only said in which area they are.
type areaPart struct {
	said  string // what was chosen, when nothing is there and a wider area is shown
	name  string
	code  string
	parts []choice
	rows  []finder.Found
	more  bool
	total int
}

func (p *pages) home(w http.ResponseWriter, r *http.Request) error {
	h := homePage{where: p.where(w, r), filter: filterOf(r.URL.Query())}
	now := web.Now(r.Context())
	switch {
	case h.where.point != nil:
		p.around(&h, *h.where.point, now)
		h.chosen = chosenMap(r)
	case h.where.area != "":
		h.filter = h.filter.listed(r)
		h.area = p.within(h.where.area, h.filter, now)
	default:
		h.recent, h.area.parts = p.recent(r), p.top()
		if parts := h.area.parts; len(parts) == 1 { // a house of one county: its stations are the answer
			h.filter = h.filter.listed(r)
			h.area = p.within(parts[0].Code, h.filter, now)
			h.area.parts = parts
		}
	}
	h.place = h.placeName(r.Context(), p)
	h.wish = p.wish(h)
	web.KeepOffline(w)
	return web.Show(w, r, http.StatusOK, homeView(h))
}

// listed is the filter of an area's list: all of it, the open ones first.
func (f filter) listed(r *http.Request) filter {
	f.inList, f.anyTime = true, r.URL.Query().Get("open") != "1"
	return f
}

// around finds the nearest open station, the ones after it, and what is nearer
// but not open.
func (p *pages) around(h *homePage, me geo.Point, now time.Time) {
	want := h.filter.want(now)
	all := want
	all.OpenAt = time.Time{}
	var open []finder.Found
	if !h.filter.anyTime {
		open = p.Finder.Nearest(me, farAway, mostRows+1, want)
	}
	if len(open) > 0 && open[0].Metres <= closeBy {
		h.take(open)
		h.shut = slices.DeleteFunc(p.Finder.Nearest(me, h.hero.Metres, mostShut, all), func(f finder.Found) bool {
			return f.Now.Status.IsOpen() || f.Metres >= h.hero.Metres
		})
		return
	}
	h.take(p.Finder.Nearest(me, farAway, mostRows+1, all))
	if len(open) > 0 && h.hero != nil && open[0].ID != h.hero.ID {
		h.nextOpen = &open[0]
	}
}

// placeName says where the reader is: in the district of the nearest station,
// which is shown, or as for other pages.
func (h homePage) placeName(ctx context.Context, p *pages) string {
	switch {
	case h.where.mark != "" || h.hero == nil || !h.filter.empty():
		return p.placeName(ctx, h.where)
	case len(h.shut) > 0:
		return areaName(h.shut[0].Area)
	}
	return areaName(h.hero.Area)
}

func (h *homePage) take(list []finder.Found) {
	if len(list) == 0 {
		return
	}
	h.hero, h.rows = &list[0], list[1:min(len(list), mostRows+1)]
	h.open, h.far = list[0].Now.Status.IsOpen(), list[0].Metres > closeBy
}

// within lists the stations of an area, those that are open first; an area
// without any gives way to the one above it.
func (p *pages) within(code string, f filter, now time.Time) areaPart {
	a := areaPart{code: code}
	for up := above(code); up != "" && !p.hasStations(a.code); up = above(up) {
		a.said, a.code = areaName(code), up
	}
	a.name = areaName(a.code)
	a.parts = p.parts(a.code)
	want := f.want(now)
	want.Area = a.code
	list := p.Finder.Search(want, station.Cursor{}, mostInOne)
	slices.SortStableFunc(list, byOpenness)
	a.total, a.more = len(list), len(list) > mostArea
	a.rows = list[:min(len(list), mostArea)]
	return a
}

// byOpenness puts open stations first, then those that may be, then by name.
func byOpenness(a, b finder.Found) int {
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
}

func rank(f finder.Found) int {
	switch f.Now.Status {
	case station.Open:
		return 0
	case station.ClosingSoon:
		return 1
	case station.Unknown:
		return 2
	}
	return 3
}

// above is the area one level up that people know, or "" for a province.
func above(code string) string {
	parents := region.Parents(code)
	if len(parents) == 0 {
		return ""
	}
	return parents[len(parents)-1].Code
}

// parts are the areas within an area that have stations. A county is not cut
// further: its stations fit a page.
func (p *pages) parts(code string) []choice {
	if len(code) >= 6 {
		return nil
	}
	var list []choice
	for _, r := range region.Children(code) {
		if p.hasStations(r.Code) {
			list = append(list, choice{Title: r.Name, Href: "/?area=" + r.Code, Code: r.Code})
		}
	}
	return list
}

// top are the widest areas worth choosing between: provinces, or in a house of
// one city its counties.
func (p *pages) top() []choice {
	list := p.parts("")
	for len(list) == 1 {
		within := p.parts(list[0].Code)
		if within == nil {
			break
		}
		list = within
	}
	return list
}

// wish is where one asks the union for a station.
func (p *pages) wish(h homePage) string {
	area := h.area.code
	if h.hero != nil {
		area = h.hero.Area
	}
	if p.Wish != nil {
		return p.Wish(area)
	}
	return ui.HrefHelp + "?topic=station"
}

// sketch is the map of the reader and the stations shown.
func (h homePage) sketch() ui.MapProps {
	return sketch(*h.where.point, []finder.Found{*h.hero}, h.rows, h.shut)
}

func sketch(me geo.Point, lists ...[]finder.Found) ui.MapProps {
	m := ui.MapProps{Stations: make([]ui.MapStation, 0, ui.MapPins)}
	for _, list := range lists {
		for i := range list {
			if len(m.Stations) == ui.MapPins {
				return m
			}
			if f := &list[i]; f.Place != nil {
				m.Stations = append(m.Stations, ui.MapStation{Name: f.Name, Bearing: me.Bearing(f.Place.Point), Metres: f.Metres, Open: f.Now.Status.IsOpen()})
			}
		}
	}
	return m
}

// positionLine says from where distances were measured and what becomes of it.
func (h homePage) positionLine(ctx context.Context) string {
	if h.where.mark != "" {
		return web.T(ctx, "stations.measured_mark", "Name", h.place)
	}
	return web.T(ctx, "stations.measured", "Ago", web.Ago(ctx, h.where.at))
}

// fresh reports whether the phone said just now where it is: a rider is three
// streets further after a few minutes.
func (h homePage) fresh(ctx context.Context) bool {
	return web.Now(ctx).Sub(h.where.at) < 3*time.Minute
}
