package station

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/id"
	"nuanxin/internal/plain"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/upkeep"
)

// ID names a station.
type ID string

// Station is the record of one station.
type Station struct {
	ID      ID     `json:"id"`
	Code    string `json:"code"` // short, unique for ever, readable aloud
	Version int64  `json:"version"`
	Facts
	ClosedAt    time.Time `json:"closed_at,omitzero"` // closed for good
	ClosedWhy   string    `json:"closed_why,omitempty"`
	PublishedAt time.Time `json:"published_at,omitzero"` // first shown to workers
	CreatedAt   time.Time `json:"created_at"`
	ChangedAt   time.Time `json:"changed_at"`
	HoursAt     time.Time `json:"hours_at,omitzero"` // when the hours were last stated
	HoursBy     Origin    `json:"hours_by,omitempty"`
}

// Facts are what a cadre or a file says about a station.
type Facts struct {
	Name       string      `json:"name"`
	OtherNames []string    `json:"other_names,omitempty"`
	Address    string      `json:"address,omitempty"`
	Area       string      `json:"area"`               // division code, 2 to 9 digits, as exact as known
	District   string      `json:"district,omitempty"` // as printed; may be a functional zone
	Place      *Place      `json:"place,omitempty"`    // nil: not yet on the map
	HostID     string      `json:"host_id,omitempty"`
	HostName   string      `json:"host_name,omitempty"` // as printed
	Phones     []string    `json:"phones,omitempty"`
	Services   amenity.Set `json:"services"`
	Offers     string      `json:"offers,omitempty"` // the services as printed
	Hours      hours.Table `json:"hours"`
	Entry      Entry       `json:"entry"`
	AllDay     bool        `json:"all_day,omitempty"` // the source calls it a 24-hour station
	Smart      bool        `json:"smart,omitempty"`   // unattended, opens by code
	Honours    []Honour    `json:"honours,omitempty"`
	Marks      string      `json:"marks,omitempty"` // 标识 as printed
	Size       Size        `json:"size"`
	Capacity   int         `json:"capacity,omitempty"` // people
	Stars      int         `json:"stars,omitempty"`    // 1–5
	Badge      Badge       `json:"badge,omitempty"`
	Note       string      `json:"note,omitempty"`
	Source     string      `json:"source,omitempty"`
	SourceDate string      `json:"source_date,omitempty"` // as printed
	Pictures   []Picture   `json:"pictures,omitempty"`
	Life       upkeep.Life `json:"life,omitzero"`
	Demo       bool        `json:"demo,omitempty"`   // invented, marked 示例
	Public     bool        `json:"public,omitempty"` // shown to workers as a station to go to
}

// Place is a position with the numbers it was given in.
type Place struct {
	geo.Point         // WGS-84
	Datum     string  `json:"datum"` // of the given numbers: wgs84, gcj02, bd09
	GivenLat  float64 `json:"given_lat"`
	GivenLng  float64 `json:"given_lng"`
}

// PlaceFrom makes a place of numbers in a stated datum.
func PlaceFrom(d geo.Datum, lat, lng float64) (*Place, error) {
	p := geo.From(d, lat, lng)
	switch {
	case p.Swapped():
		return nil, fault.New("station.place", fault.Invalid, "station.place.swapped")
	case !p.InChina():
		return nil, fault.New("station.place", fault.Invalid, "station.place.outside")
	}
	return &Place{p, d.String(), lat, lng}, nil
}

// EntryMethod is how one gets in.
type EntryMethod string

// The ways in. The empty one is unknown.
const (
	WalkIn     EntryMethod = "walk_in"
	DoorCode   EntryMethod = "door_code"
	MemberCode EntryMethod = "member_code" // scan, show or register with a code
	AskHost    EntryMethod = "ask_host"
)

// Entry says how one gets in.
type Entry struct {
	Method EntryMethod `json:"method,omitempty"`
	How    string      `json:"how,omitempty"` // in words
}

// Honour is a 最美 or similar title.
type Honour struct {
	Name  string `json:"name"`
	Level string `json:"level,omitempty"` // national, province, city; "" where the source does not say
	Year  int    `json:"year,omitempty"`
}

// Size is the floor space, understood and as printed.
type Size struct {
	Metres  int    `json:"m2,omitempty"`    // 0: not stated, or only vaguely
	About   bool   `json:"about,omitempty"` // the source says about
	Printed string `json:"printed,omitempty"`
}

// Badge says whether the source shows the union's badge at the place.
type Badge string

// The badges.
const (
	BadgeUnknown Badge = ""
	BadgeSeen    Badge = "union"
	BadgeNone    Badge = "none" // 未见工会挂牌: a rest point of somebody else
)

// Origin says who stated something.
type Origin string

// The origins.
const (
	FromFile   Origin = "file" // an imported list, with its source
	FromCadre  Origin = "cadre"
	FromHost   Origin = "host"
	FromWorker Origin = "worker"
)

// AuthzObject implements op.Target.
func (s Station) AuthzObject() authz.Object {
	return authz.Object{Kind: kindOf(s.Public), ID: string(s.ID), Group: "station", Area: s.Area, Org: s.HostID}
}

// kindOf makes hidden stations missing, not denied, for those who may not see them.
func kindOf(public bool) string {
	if public {
		return "station"
	}
	return "station_hidden"
}

// InUse reports whether the station is still in use.
func (s Station) InUse() bool { return s.ClosedAt.IsZero() }

// Tidy puts the facts into their stored form.
func (f Facts) Tidy() Facts {
	for _, t := range []*string{&f.Name, &f.Address, &f.District, &f.HostName, &f.Offers, &f.Marks, &f.Note, &f.Source, &f.SourceDate, &f.Entry.How, &f.Life.Operator, &f.Life.Keeper, &f.Life.Funds} {
		*t = plain.Text(*t)
	}
	f.OtherNames = distinct(f.OtherNames, f.Name)
	f.Phones = distinct(f.Phones, "")
	return f
}

func distinct(list []string, but string) []string {
	var out []string
	for _, s := range list {
		if s = plain.Text(s); s != "" && s != but && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// limits are the longest texts, in characters.
const (
	maxName = 100
	maxText = 500
)

// Check reports everything in f that no station may hold, field by field.
func (f Facts) Check() error {
	var form fault.Form
	text := func(field, s string, most int) {
		if n := utf8.RuneCountInString(s); n > most {
			form.Add(field, "fault.long", fault.Args{"Limit": most})
		}
	}
	if f.Name == "" {
		form.Add("name", "station.name.empty", nil)
	}
	text("name", f.Name, maxName)
	for name, s := range map[string]string{"address": f.Address, "district": f.District, "host_name": f.HostName, "offers": f.Offers, "entry": f.Entry.How, "note": f.Note, "source": f.Source, "source_date": f.SourceDate, "hours": f.Hours.Printed, "size": f.Size.Printed, "other_names": strings.Join(f.OtherNames, ""), "marks": f.Marks, "operator": f.Life.Operator, "keeper": f.Life.Keeper, "funds": f.Life.Funds} {
		text(name, s, maxText)
	}
	if !areaCode(f.Area) {
		form.Add("area", "station.area.wrong", nil)
	}
	if f.Place != nil && !f.Place.InChina() {
		form.Add("place", "station.place.outside", nil)
	}
	if f.HostID != "" && !id.Valid(f.HostID) {
		form.Add("host_id", "station.host.unknown", nil)
	}
	f.checkValues(&form)
	return form.Err("station.check")
}

func (f Facts) checkValues(form *fault.Form) {
	if err := f.Hours.Check(); err != nil {
		form.Add("hours", "station.hours.wrong", fault.Args{"Why": err.Error()})
	}
	if !f.Services.Valid() {
		form.Add("services", "station.services.unknown", nil)
	}
	if !slices.Contains([]EntryMethod{"", WalkIn, DoorCode, MemberCode, AskHost}, f.Entry.Method) {
		form.Add("entry", "station.entry.unknown", nil)
	}
	if !slices.Contains([]Badge{BadgeUnknown, BadgeSeen, BadgeNone}, f.Badge) {
		form.Add("badge", "station.badge.unknown", nil)
	}
	f.Life.Check(form)
	if f.Stars < 0 || f.Stars > 5 {
		form.Add("stars", "station.stars.range", nil)
	}
	if f.Size.Metres < 0 || f.Size.Metres > 1_000_000 || f.Capacity < 0 || f.Capacity > 100_000 {
		form.Add("size", "station.size.range", nil)
	}
	if len(f.Phones) > 10 || slices.ContainsFunc(f.Phones, func(p string) bool { return len(p) > 40 }) {
		form.Add("phones", "station.phones.wrong", nil)
	}
}

// areaCode reports whether a is a division code of a province and below.
func areaCode(a string) bool {
	if !slices.Contains([]int{2, 4, 6, 9}, len(a)) {
		return false
	}
	return strings.Trim(a, "0123456789") == ""
}

// With returns s with new facts. The hours count as stated anew only when they
// differ.
func (s Station) With(f Facts, by Origin, now time.Time) (Station, error) {
	f = f.Tidy()
	f.Hours.Special = nil // special days are live
	if err := f.Check(); err != nil {
		return s, err
	}
	if s.HoursAt.IsZero() || s.Hours.Text(false) != f.Hours.Text(false) || s.Hours.Printed != f.Hours.Printed {
		s.HoursAt, s.HoursBy = now, by
	}
	if f.Public && s.PublishedAt.IsZero() {
		s.PublishedAt = now
	}
	s.Facts, s.ChangedAt = f, now
	return s, nil
}
