package stationweb

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/station/upkeep"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// mostOthers is how many other stations a station's page names.
const mostOthers = 4

// stationPage is what a station's page shows.
type stationPage struct {
	f      finder.Found
	where  where
	metres float64 // from the reader; negative: not known
	others []finder.Found
	chosen geo.Provider  // the map that the phone remembers
	photos bool          // they can be shown
	report *reportForm   // nil: faults cannot be reported
	faults ui.FormErrors // what was wrong with a report
}

func (p *pages) station(w http.ResponseWriter, r *http.Request) error {
	f, err := p.find(r)
	if err != nil {
		return err
	}
	page := p.stationPage(r, f)
	if p.Reporter != nil && f.InUse() {
		page.report = &reportForm{reqID: web.NewReqID(), what: station.What(r.URL.Query().Get("what"))}
	}
	web.KeepOffline(w)
	return web.Show(w, r, http.StatusOK, stationView(page))
}

// find reads the station that the path names, as everybody may see it.
func (p *pages) find(r *http.Request) (finder.Found, error) {
	v, err := p.Stations.ByCode(r.Context(), r.PathValue("code"))
	if err != nil {
		return finder.Found{}, err
	}
	if !v.Public { // who runs it has other pages for it
		return finder.Found{}, fault.New("stationweb.find", fault.Missing, "fault.missing")
	}
	return found(v), nil
}

func found(v station.View) finder.Found {
	return finder.Found{Seen: &finder.Seen{Card: &finder.Card{Station: v.Station, Live: v.Live}, Now: v.Now}}
}

func (p *pages) stationPage(r *http.Request, f finder.Found) stationPage {
	page := stationPage{f: f, where: p.remembered(r), metres: -1, chosen: chosenMap(r), photos: p.Photo != nil}
	if me := page.where.point; me != nil && f.Place != nil && page.where.mark != f.ID {
		if d := me.Distance(f.Place.Point); d <= farAway {
			page.metres = d
		}
	}
	page.others = p.others(f)
	return page
}

// goal is the station when maps lead to it, else nil.
func (s stationPage) goal() *finder.Found {
	if s.f.Place == nil || !s.f.InUse() {
		return nil
	}
	return &s.f
}

// others are the stations nearest to a station, or for one that is not on the
// map others of its area.
func (p *pages) others(f finder.Found) []finder.Found {
	var list []finder.Found
	if f.Place != nil {
		list = p.Finder.Nearest(f.Place.Point, closeBy, mostOthers+1, finder.Want{})
	} else {
		list = p.Finder.Search(finder.Want{Area: f.Area}, station.Cursor{}, mostOthers+1)
	}
	out := list[:0]
	for _, o := range list {
		if o.ID != f.ID && len(out) < mostOthers {
			out = append(out, o)
		}
	}
	return out
}

// sketch is the map of the station: with the way from the reader, or by itself.
func (s stationPage) sketch(ctx context.Context) ui.MapProps {
	if s.metres >= 0 && s.metres <= onMap {
		self := s.f
		self.Metres = s.metres
		return sketch(*s.where.point, []finder.Found{self})
	}
	m := sketch(s.f.Place.Point, []finder.Found{s.f}, s.others)
	m.NoMe, m.Label = true, web.T(ctx, "stations.sketch_of", "Name", s.f.Name)
	return m
}

// services are the tiles of what the station has.
func services(ctx context.Context, set amenity.Set) []ui.Service {
	var list []ui.Service
	for _, a := range set.List() {
		list = append(list, ui.Service{Icon: a.Icon, Text: amenityName(ctx, a)})
	}
	return list
}

// hoursLines say the weekly hours, one line for each group of days.
func hoursLines(ctx context.Context, t hours.Table) []string {
	en := web.Lang(ctx) == "en"
	if !t.Known && t.Printed == "" {
		return []string{web.T(ctx, "stations.hours_nobody")}
	}
	if !t.Known {
		return []string{web.T(ctx, "stations.hours_printed", "Text", t.Printed)}
	}
	gap := "；"
	if en {
		gap = "; "
	}
	return strings.Split(t.Text(en), gap)
}

// dayLine is a special day in words: 11月25日（周三） 9:00–12:00，停电检修.
func dayLine(ctx context.Context, d station.Day) (when, what string) {
	at, err := time.ParseInLocation(time.DateOnly, d.Day, clock.Zone)
	if err != nil {
		return d.Day, d.Reason
	}
	when = web.DayWithWeekday(ctx, at)
	var spans []string
	for _, p := range d.Periods {
		spans = append(spans, web.HoursSpan(ctx, p.From, p.To))
	}
	what = web.List(ctx, spans...)
	if len(spans) == 0 {
		what = web.T(ctx, "stations.closed_all_day")
	}
	return when, join(ctx, what, d.Reason)
}

// pairs are the rest of the record, term by term.
func pairs(ctx context.Context, f finder.Found) []ui.Pair {
	var list []ui.Pair
	add := func(key, text string) {
		if text != "" {
			list = append(list, ui.Pair{Key: web.T(ctx, "stations."+key), Text: text})
		}
	}
	add("address", f.Address)
	add("area", region.FullName(f.Area))
	if f.District != "" && !strings.HasSuffix(region.FullName(f.Area), f.District) {
		add("district", f.District)
	}
	add("other_names", web.List(ctx, f.OtherNames...))
	add("host", f.HostName)
	add("honours", honours(ctx, f.Honours))
	if f.Stars > 0 {
		add("stars", web.T(ctx, "stations.stars_of", "Count", f.Stars))
	}
	add("size", size(ctx, f))
	add("operator", f.Life.Operator)
	add("built", whenWords(ctx, "built", f.Life.Built))
	add("accepted", whenWords(ctx, "accepted", f.Life.Accepted))
	add("listings", listings(ctx, f.Life.Listings))
	var kinds []string
	if f.Smart {
		kinds = append(kinds, web.T(ctx, "stations.smart"))
	}
	if f.Life.Extended {
		kinds = append(kinds, web.T(ctx, "stations.extended"))
	}
	add("kind", web.List(ctx, kinds...))
	if f.Badge != station.BadgeUnknown {
		add("badge", web.T(ctx, "stations.badge_"+string(f.Badge)))
	}
	add("marks", f.Marks)
	add("offers", f.Offers)
	if f.Hours.Known {
		add("printed", f.Hours.Printed)
	}
	if f.Place != nil {
		add("position", web.T(ctx, "stations.wgs84", "Numbers", fmt.Sprintf("%.6f, %.6f", f.Place.Lat, f.Place.Lng)))
	}
	list = append(list, source(ctx, f)...)
	add("changed", web.Date(ctx, f.ChangedAt))
	return list
}

// listings say on which maps the station is, since when, and as which point.
func listings(ctx context.Context, all []upkeep.Listing) string {
	var parts []string
	for _, m := range all {
		name := web.T(ctx, "stations.map_"+m.Map)
		parts = append(parts, web.T(ctx, "stations.listed", "Map", name, "When", strings.TrimSpace(whenWords(ctx, "listed", m.Since)+" "+m.Point)))
	}
	return web.List(ctx, parts...)
}

func honours(ctx context.Context, all []station.Honour) string {
	var names []string
	for _, h := range all {
		name := h.Name
		if h.Level != "" && web.HasText(ctx, "stations.level_"+h.Level) {
			name = web.T(ctx, "stations.level_"+h.Level) + " " + name
		}
		if h.Year > 0 {
			name = web.T(ctx, "stations.in_year", "Name", name, "Year", h.Year)
		}
		names = append(names, name)
	}
	return web.List(ctx, names...)
}

func size(ctx context.Context, f finder.Found) string {
	text := f.Size.Printed
	switch {
	case f.Size.Metres > 0 && f.Size.About:
		text = web.T(ctx, "stations.about_metres", "Count", f.Size.Metres)
	case f.Size.Metres > 0:
		text = web.T(ctx, "stations.metres", "Count", f.Size.Metres)
	}
	if f.Capacity > 0 {
		text = join(ctx, text, web.T(ctx, "stations.holds", "Count", f.Capacity))
	}
	return text
}

// source says where the record comes from; a web address becomes a link.
func source(ctx context.Context, f finder.Found) []ui.Pair {
	if f.Source == "" {
		return nil
	}
	pair := ui.Pair{Key: web.T(ctx, "stations.source"), Text: join(ctx, f.Source, f.SourceDate)}
	if u, err := url.Parse(f.Source); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
		pair.Node = sourceLink(f.Source, u.Host, f.SourceDate)
	}
	return []ui.Pair{pair}
}

// dial returns what a phone can call, or "" for a number with hidden digits.
func dial(phone string) string {
	var b strings.Builder
	for _, r := range phone {
		switch {
		case r >= '0' && r <= '9' || r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case strings.ContainsRune("-—–() （）", r):
		default:
			return ""
		}
	}
	if b.Len() < 5 {
		return ""
	}
	return "tel:" + b.String()
}

// firstDial is the first number that can be called.
func firstDial(phones []string) string {
	for _, p := range phones {
		if d := dial(p); d != "" {
			return d
		}
	}
	return ""
}
