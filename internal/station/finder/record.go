package finder

import (
	"math"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/hours"
	"nuanxin/internal/nearby"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/upkeep"
)

// record is what the finder keeps of a station: a [Card] in a quarter of its
// room. A record never changes.
type record struct {
	key                                  nearby.Key
	services                             amenity.Set
	lat, lng                             float64 // NaN: not on the map
	published, created, changed, hoursAt int64   // microseconds; never for none
	name, address, phones, code          string  // phones joined
	version                              int64
	side                                 *side
	kind                                 *kind
	rare                                 *rare // nil for most
	hours                                uint32
}

// never stands for the zero time.
const never = math.MinInt64

// side is where a station stands and who keeps it; neighbours have it alike.
type side struct{ area, district, hostID, hostName, sourceDate string }

// kind is what many stations all over the country have alike.
type kind struct {
	entry                                   station.Entry
	size                                    station.Size
	badge                                   station.Badge
	hoursBy                                 station.Origin
	datum                                   string
	capacity, stars                         int
	allDay, extended, smart, demo, unknowns bool
}

// rare is what few stations have.
type rare struct {
	otherNames []string
	honours    []station.Honour
	given      *station.Place // where it differs from the position
	unknown    hours.Table    // the words of hours that were not understood
	live       station.Live
}

// shares keeps one copy of each thing that many records have alike.
type shares struct {
	words map[string]string
	sides map[side]*side
	kinds map[kind]*kind
}

func newShares() shares {
	return shares{map[string]string{}, map[side]*side{}, map[kind]*kind{}}
}

// word returns the one copy of s.
func (s shares) word(text string) string {
	one, ok := s.words[text]
	if !ok {
		one = strings.Clone(text)
		s.words[one] = one
	}
	return one
}

func (s shares) side(v side) *side {
	if one, ok := s.sides[v]; ok {
		return one
	}
	v = side{s.word(v.area), s.word(v.district), s.word(v.hostID), s.word(v.hostName), s.word(v.sourceDate)}
	s.sides[v] = &v
	return &v
}

func (s shares) kind(v kind) *kind {
	if one, ok := s.kinds[v]; ok {
		return one
	}
	s.kinds[v] = &v
	return &v
}

// pack makes the record of a station whose schedule has the number.
func (s shares) pack(key nearby.Key, v station.View, schedule uint32) *record {
	r := &record{
		key: key, services: v.Services, lat: math.NaN(), hours: schedule, version: v.Version,
		published: micros(v.PublishedAt), created: micros(v.CreatedAt), changed: micros(v.ChangedAt), hoursAt: micros(v.HoursAt),
		name: v.Name, address: v.Address, phones: strings.Join(v.Phones, phoneMark), code: v.Code,
		side: s.side(side{v.Area, v.District, v.HostID, v.HostName, v.SourceDate}),
	}
	k := kind{entry: v.Entry, size: v.Size, badge: v.Badge, hoursBy: v.HoursBy, capacity: v.Capacity, stars: v.Stars,
		allDay: v.AllDay, extended: v.Life.Extended, smart: v.Smart, demo: v.Demo, unknowns: !v.Hours.Known}
	x := rare{otherNames: v.OtherNames, honours: v.Honours, live: v.Live}
	if p := v.Place; p != nil {
		r.lat, r.lng, k.datum = p.Lat, p.Lng, s.word(p.Datum)
		if p.GivenLat != p.Lat || p.GivenLng != p.Lng {
			x.given = p
		}
	}
	if !v.Hours.Known {
		x.unknown = v.Hours
		x.unknown.Printed = s.word(v.Hours.Printed)
	}
	r.kind = s.kind(k)
	if !x.empty() {
		r.rare = &x
	}
	return r
}

func (x rare) empty() bool {
	u := x.unknown
	return len(x.otherNames)+len(x.honours)+len(x.live.Days)+len(x.live.Reports)+len(u.Rows)+len(u.Special)+len(u.Printed) == 0 && x.given == nil
}

// phoneMark stands between two phones; no text holds it.
const phoneMark = "\x00"

func micros(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == never {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// mapped reports whether the station is on the map.
func (r *record) mapped() bool { return !math.IsNaN(r.lat) }

func (r *record) cursor() station.Cursor {
	return station.Cursor{Area: r.side.area, Name: r.name, ID: station.ID(r.key.String())}
}

func (r *record) otherNames() []string {
	if r.rare == nil {
		return nil
	}
	return r.rare.otherNames
}

func (r *record) live() station.Live {
	if r.rare == nil {
		return station.Live{}
	}
	return r.rare.live
}

// card unpacks the record. week is its schedule.
func (r *record) card(week hours.Table) Card {
	k, at := r.kind, r.side
	f := station.Facts{
		Name: r.name, Address: r.address, Area: at.area, District: at.district, HostID: at.hostID, HostName: at.hostName, SourceDate: at.sourceDate,
		Services: r.services, Hours: week, Entry: k.entry, AllDay: k.allDay, Smart: k.smart, Size: k.size, Capacity: k.capacity, Stars: k.stars,
		Badge: k.badge, Life: upkeep.Life{Extended: k.extended}, Demo: k.demo, Public: true,
	}
	if r.phones != "" {
		f.Phones = strings.Split(r.phones, phoneMark)
	}
	if r.mapped() {
		f.Place = &station.Place{Datum: k.datum, GivenLat: r.lat, GivenLng: r.lng}
		f.Place.Lat, f.Place.Lng = r.lat, r.lng
	}
	c := Card{Live: r.live(), Station: station.Station{
		ID: station.ID(r.key.String()), Code: r.code, Version: r.version, Facts: f, PublishedAt: moment(r.published), CreatedAt: moment(r.created),
		ChangedAt: moment(r.changed), HoursAt: moment(r.hoursAt), HoursBy: k.hoursBy,
	}}
	if x := r.rare; x != nil {
		c.OtherNames, c.Honours = x.otherNames, x.honours
		if x.given != nil {
			c.Place = x.given
		}
		if k.unknowns {
			c.Hours = x.unknown
		}
	}
	return c
}

// sameWords reports whether both are found by the same words.
func sameWords(a, b *record) bool {
	return a.code == b.code && a.address == b.address && slices.Equal(a.otherNames(), b.otherNames())
}
