package stationweb

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/geo"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
)

// The cookies of this package, and how long the phone keeps them.
const (
	cookieHere   = "here"   // where the reader is or wants to be, with its age
	cookieRecent = "recent" // the last places that were chosen
	cookieMap    = "map"    // the map app that was chosen

	month = 30 * 24 * 3600
	year  = 365 * 24 * 3600

	mostRecent = 3
)

// where is where the reader is, as far as known. The zero where is nowhere.
type where struct {
	point  *geo.Point // rounded to some ten metres
	area   string     // a division, when only that is known
	mark   station.ID // the landmark that point was taken from
	at     time.Time  // when it was said
	failed bool       // something was said that makes no sense
}

func (w where) known() bool { return w.point != nil || w.area != "" }

// rounded keeps four decimals: enough for the next street, and no more.
func rounded(p geo.Point) geo.Point {
	return geo.Point{Lat: math.Round(p.Lat*1e4) / 1e4, Lng: math.Round(p.Lng*1e4) / 1e4}
}

// where reads what the address says, else what the phone remembers, and lets
// the phone remember what is new.
func (p *pages) where(w http.ResponseWriter, r *http.Request) where {
	old := p.remembered(r)
	said, ok := p.said(r)
	if !ok {
		return old
	}
	if said.failed {
		old.failed = true
		return old
	}
	if said.same(old) && said.fixed() {
		return old // the same address again: the answer is not fresher for it
	}
	p.keep(w, cookieHere, said.text(), month)
	if !said.fixed() {
		p.keep(w, cookieRecent, strings.Join(recentWith(cookie(r, cookieRecent), said.name()), "~"), month)
	}
	return said
}

// here takes the position that the phone itself found. It comes in a body and
// goes back in a cookie, so that no address, log or history holds it.
func (p *pages) here(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	point, ok := pointOf(r.PostForm)
	if !ok {
		web.SetFlash(w, r, "stations.not_understood")
		return web.See(w, r, "/")
	}
	p.keep(w, cookieHere, where{point: &point, at: web.Now(r.Context())}.text(), month)
	return web.See(w, r, "/")
}

// fixed reports whether the phone itself said where it is.
func (w where) fixed() bool { return w.point != nil && w.mark == "" }

func (w where) same(o where) bool {
	return w.area == o.area && w.mark == o.mark && (w.point == nil) == (o.point == nil) && (w.point == nil || *w.point == *o.point)
}

// said reads lat, lng and datum, or area, or at (a station as a landmark).
func (p *pages) said(r *http.Request) (where, bool) {
	q, now := r.URL.Query(), web.Now(r.Context())
	switch {
	case q.Has("lat") || q.Has("lng"):
		point, ok := pointOf(q)
		if !ok {
			return where{failed: true}, true
		}
		return where{point: &point, at: now}, true
	case q.Get("at") != "":
		return p.landmark(station.ID(q.Get("at")), now), true
	case q.Get("area") != "":
		return areaAt(q.Get("area"), now), true
	}
	return where{}, false
}

func pointOf(q url.Values) (geo.Point, bool) {
	lat, err1 := strconv.ParseFloat(q.Get("lat"), 64)
	lng, err2 := strconv.ParseFloat(q.Get("lng"), 64)
	d := geo.WGS84
	var err3 error
	if name := q.Get("datum"); name != "" {
		d, err3 = geo.ParseDatum(name)
	}
	if err1 != nil || err2 != nil || err3 != nil {
		return geo.Point{}, false
	}
	point := rounded(geo.From(d, lat, lng))
	return point, point.Valid() && point.InChina()
}

func (p *pages) landmark(id station.ID, at time.Time) where {
	f, ok := p.Finder.Get(id)
	switch {
	case !ok:
		return where{failed: true}
	case f.Place == nil:
		return areaAt(f.Area, at)
	}
	point := rounded(f.Place.Point)
	return where{point: &point, mark: f.ID, at: at}
}

func areaAt(code string, at time.Time) where {
	if _, ok := region.Lookup(code); !ok {
		return where{failed: true}
	}
	return where{area: code, at: at}
}

// text is the cookie's value; [pages.remembered] reads it.
func (w where) text() string {
	minutes := "~" + strconv.FormatInt(w.at.Unix()/60, 10)
	if w.fixed() {
		return "p~" + strconv.FormatFloat(w.point.Lat, 'f', 4, 64) + "~" + strconv.FormatFloat(w.point.Lng, 'f', 4, 64) + minutes
	}
	return w.name() + minutes
}

// name is a chosen place's short form, as the list of recent places keeps it.
func (w where) name() string {
	if w.mark != "" {
		return "s." + string(w.mark)
	}
	return "a." + w.area
}

func (p *pages) remembered(r *http.Request) where {
	parts := strings.Split(cookie(r, cookieHere), "~")
	minutes, err := strconv.ParseInt(parts[len(parts)-1], 10, 64)
	at, now := time.Unix(minutes*60, 0), web.Now(r.Context())
	if err != nil || at.After(now) || now.Sub(at) > month*time.Second {
		return where{}
	}
	switch {
	case len(parts) == 4 && parts[0] == "p":
		if point, ok := pointOf(url.Values{"lat": parts[1:2], "lng": parts[2:3]}); ok {
			return where{point: &point, at: at}
		}
	case len(parts) == 2:
		if w := p.named(parts[0], at); !w.failed {
			return w
		}
	}
	return where{}
}

func (p *pages) named(name string, at time.Time) where {
	if id, ok := strings.CutPrefix(name, "s."); ok {
		return p.landmark(station.ID(id), at)
	}
	code, _ := strings.CutPrefix(name, "a.")
	return areaAt(code, at)
}

// recentWith puts a place in front of those that were chosen before.
func recentWith(old, name string) []string {
	list := []string{name}
	for _, n := range strings.Split(old, "~") {
		if n != "" && !slices.Contains(list, n) && len(list) < mostRecent {
			list = append(list, n)
		}
	}
	return list
}

// placeName says where the reader is, in the top bar: the landmark, the
// division, or the district of the nearest station.
func (p *pages) placeName(ctx context.Context, w where) string {
	switch {
	case w.mark != "":
		if f, ok := p.Finder.Get(w.mark); ok {
			return f.Name
		}
	case w.area != "":
		return areaName(w.area)
	case w.point != nil:
		if near := p.Finder.Nearest(*w.point, farAway, 1, finder.Want{}); len(near) > 0 {
			return areaName(near[0].Area)
		}
		return web.T(ctx, "stations.my_place")
	}
	return web.T(ctx, "stations.choose")
}

// areaName is the division with the one above it where that helps: 龙山区, or
// 龙山区 南康街道 for a street.
func areaName(code string) string {
	r, ok := region.Lookup(code)
	if !ok || r.Level != region.Street {
		return region.Name(code)
	}
	if above := region.Parents(code); len(above) > 0 {
		return above[len(above)-1].Name + " " + r.Name
	}
	return r.Name
}

// hasStations reports whether any public station is in the area.
func (p *pages) hasStations(area string) bool {
	return len(p.Finder.Search(finder.Want{Area: area}, station.Cursor{}, 1)) > 0
}

// Here is where the phone remembers to be, for other pages: a point, the
// division around it and what that place is called. All are empty when it
// remembers nothing.
func (c Config) Here(r *http.Request) (point *geo.Point, area, name string) {
	p := &pages{Config: c}
	w := p.remembered(r)
	if !w.known() {
		return nil, "", ""
	}
	if area = w.area; area == "" {
		area = c.AreaOf(*w.point)
	}
	return w.point, area, p.placeName(r.Context(), w)
}

// AreaOf is the division of the nearest station to a point, or "" when none is
// near enough to tell.
func (c Config) AreaOf(at geo.Point) string {
	if near := c.Finder.Nearest(at, farAway, 1, finder.Want{}); len(near) > 0 {
		return near[0].Area
	}
	return ""
}
