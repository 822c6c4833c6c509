package desk

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/stationweb/desk/tell"
)

// draft is a record as it stands in the form: words, so that whatever was
// typed comes back.
type draft struct {
	facts   station.Facts // what the form says, as far as it was understood
	area    string        // as typed
	metres  string
	cap     string
	stars   string
	honours []honourDraft
	built   string
	accept  string
	maps    map[string][2]string // by map: since when, and the point's id
	areas   []region.Region      // to choose from, when several are meant
}

type honourDraft struct{ name, level, year string }

// draftOf fills the form from a record.
func draftOf(ctx context.Context, f station.Facts) draft {
	d := draft{facts: f, area: tell.Area(f.Area), metres: tell.Number(f.Size.Metres), cap: tell.Number(f.Capacity), stars: tell.Number(f.Stars)}
	if f.Area == "" {
		d.area = ""
	}
	d.draftLife(ctx)
	for _, h := range f.Honours {
		d.honours = append(d.honours, honourDraft{h.Name, h.Level, tell.Number(h.Year)})
	}
	return d
}

// badges, entries and levels are the choices of the form.
func badges() []station.Badge {
	return []station.Badge{station.BadgeUnknown, station.BadgeSeen, station.BadgeNone}
}

func entries() []station.EntryMethod {
	return []station.EntryMethod{"", station.WalkIn, station.DoorCode, station.MemberCode, station.AskHost}
}

func levels() []string { return []string{"", "national", "province", "city"} }

// readDraft reads the form over the record as it is stored; what the form does
// not hold stays. The error lists what was not understood, field by field.
func readDraft(old station.Facts, v url.Values) (draft, error) {
	d := draft{facts: old, area: strings.TrimSpace(v.Get("area")), metres: v.Get("metres"), cap: v.Get("capacity"), stars: v.Get("stars")}
	f := &d.facts
	for name, to := range map[string]*string{"name": &f.Name, "address": &f.Address, "district": &f.District, "host_name": &f.HostName, "offers": &f.Offers,
		"marks": &f.Marks, "note": &f.Note, "source": &f.Source, "source_date": &f.SourceDate, "entry_how": &f.Entry.How, "printed": &f.Size.Printed,
		"operator": &f.Life.Operator, "keeper": &f.Life.Keeper, "funds": &f.Life.Funds} {
		*to = strings.TrimSpace(v.Get(name))
	}
	if v.Has("host_id") {
		f.HostID = v.Get("host_id")
	}
	f.OtherNames, f.Phones = lines(v.Get("other_names")), lines(v.Get("phones"))
	f.Entry.Method, f.Badge = station.EntryMethod(v.Get("entry")), station.Badge(v.Get("badge"))
	f.AllDay, f.Smart, f.Public, f.Demo = v.Has("all_day"), v.Has("smart"), v.Has("public"), v.Has("demo")
	f.Size.About, f.Life.Extended = v.Has("about"), v.Has("extended")
	f.Services, _ = amenity.Of(codes(v["services"])...) // unknown ones were never on offer
	var form fault.Form
	d.numbers(&form)
	d.readHonours(v, &form)
	d.readLife(v, &form)
	d.findArea(old.Area, v.Get("area_pick"), &form)
	return d, form.Err("station.form")
}

func codes(values []string) []amenity.Code {
	out := make([]amenity.Code, len(values))
	for i, v := range values {
		out[i] = amenity.Code(v)
	}
	return out
}

func lines(text string) []string {
	var out []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '；' || r == ';' }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (d *draft) numbers(form *fault.Form) {
	for _, n := range []struct {
		name, text string
		to         *int
	}{{"metres", d.metres, &d.facts.Size.Metres}, {"capacity", d.cap, &d.facts.Capacity}, {"stars", d.stars, &d.facts.Stars}} {
		*n.to = 0
		if text := strings.TrimSpace(n.text); text != "" {
			var err error
			if *n.to, err = strconv.Atoi(text); err != nil {
				form.Add(n.name, "stationdesk.wrong.number", nil)
			}
		}
	}
}

// maxHonours is how many lines of honours a form may hold.
const maxHonours = 30

func (d *draft) readHonours(v url.Values, form *fault.Form) {
	d.facts.Honours = nil
	names, at, years := v["honour"], v["honour_level"], v["honour_year"]
	for i := range min(len(names), len(at), len(years), maxHonours) {
		h := honourDraft{strings.TrimSpace(names[i]), at[i], strings.TrimSpace(years[i])}
		if h.name == "" && h.year == "" {
			continue
		}
		d.honours = append(d.honours, h)
		if h.name == "" { // a year of nothing
			form.Add("honours", "stationdesk.wrong.honour_name", nil)
			continue
		}
		year := 0
		if h.year != "" {
			n, err := strconv.Atoi(h.year)
			if year = n; err != nil || n < 1949 || n > 2100 {
				form.Add("honours", "stationdesk.wrong.year", fault.Args{"Text": h.year})
			}
		}
		if !slices.Contains(levels(), h.level) {
			h.level = ""
		}
		d.facts.Honours = append(d.facts.Honours, station.Honour{Name: h.name, Level: h.level, Year: year})
	}
}

// findArea finds the division that was typed: its code, its full name, or the
// one that its words mean. Several are offered, none is taken.
func (d *draft) findArea(old, pick string, form *fault.Form) {
	d.facts.Area = old
	if pick != "" && region.Valid(pick) && pick != "none" {
		d.facts.Area, d.area = pick, tell.Area(pick)
		return
	}
	switch {
	case d.area == "":
		form.Add("area", "stationdesk.wrong.area_empty", nil)
		return
	case old != "" && d.area == tell.Area(old):
		return
	}
	if r, ok := region.Lookup(d.area); ok {
		d.facts.Area, d.area = r.Code, tell.Area(r.Code)
		return
	}
	found := region.Search(d.area, "", 8)
	whole := slices.IndexFunc(found, func(r region.Region) bool { return tell.Area(r.Code) == d.area })
	switch {
	case whole >= 0:
		d.facts.Area = found[whole].Code
	case len(found) == 1:
		d.facts.Area, d.area = found[0].Code, tell.Area(found[0].Code)
	case len(found) == 0:
		d.areas = deeper(d.area)
		if len(d.areas) == 1 {
			d.facts.Area, d.areas = d.areas[0].Code, nil
			return
		}
		form.Add("area", "stationdesk.wrong.area", nil)
	default:
		d.areas = found
		form.Add("area", "stationdesk.wrong.area_several", nil)
	}
}

// deeper reads a full name, such as 吉林省辽源市龙山区, from its beginning.
func deeper(name string) []region.Region {
	at := ""
	for {
		next := slices.IndexFunc(region.Children(at), func(r region.Region) bool { return strings.HasPrefix(name, tell.Area(r.Code)) })
		if next < 0 {
			break
		}
		at = region.Children(at)[next].Code
	}
	if r, ok := region.Lookup(at); ok && tell.Area(at) == name {
		return []region.Region{r}
	}
	return nil
}

// hostOptions are the organisations that may run the station.
func (p *pages) hostOptions(ctx context.Context, area string) ([]Host, error) {
	if p.Hosts == nil {
		return nil, nil
	}
	return p.Hosts.HostsIn(ctx, area)
}

// listed refuses a host that is none of those who may run the station, unless it
// was its host before.
func (p *pages) listed(ctx context.Context, f station.Facts, was string) error {
	if f.HostID == "" || f.HostID == was {
		return nil
	}
	hosts, err := p.hostOptions(ctx, f.Area)
	if err != nil || slices.ContainsFunc(hosts, func(h Host) bool { return h.ID == f.HostID }) {
		return err
	}
	var form fault.Form
	form.Add("host_id", "station.host.unknown", nil)
	return form.Err("station.form")
}
