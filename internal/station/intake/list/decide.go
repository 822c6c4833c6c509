package list

import (
	"fmt"
	"slices"
	"strings"

	"nuanxin/internal/hours"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/printed"
)

// Seen are the lines further up in a file, by each of their name keys, and those
// among them that are about a station that is there. It points into the lines
// that were decided, which must stay where they are.
type Seen struct {
	named map[string][]*Line
	about map[station.ID]*Line
}

// NewSeen is the beginning of a file.
func NewSeen() Seen { return Seen{map[string][]*Line{}, map[station.ID]*Line{}} }

// There is what is there already.
type There struct {
	Stations map[string][]station.Station // in use, by key as [station.Tables] finds them
	May      func(station.Station) bool   // whether the importer may change one; nil: any
}

func (t There) mine(st station.Station) bool { return t.May == nil || t.May(st) }

// Decide says for each line that is not refused whether it adds a station,
// changes one, or needs a person, and puts it into before. A long file is decided
// a piece at a time, with the same before.
func Decide(lines []Line, before Seen, there There) {
	for i := range lines {
		l := &lines[i]
		if l.Action == WillRefuse || l.Why == NoStation {
			continue
		}
		l.Action, l.Why, l.Changes, l.Station, l.Version = WillAdd, "", nil, "", 0
		above := before.of(l)
		known := l.known(there)
		if twin := l.twin(above); twin != nil && !known {
			l.repeats(twin)
			continue
		}
		namesake := slices.ContainsFunc(above, func(o *Line) bool { return region.Near(o.Understood.Area, l.Understood.Area) })
		l.find(there)
		if twin := before.about[l.Station]; twin != nil { // one station by two of its names
			l.repeats(twin)
			continue
		}
		if l.Action == WillRefuse { // it will be again, and others are not its twins
			continue
		}
		before.add(l)
		if l.Action == WillAdd && namesake {
			l.doubt("import.same_name", printed.Name, l.Understood.Name)
		}
	}
}

// of are the lines that have one of the names of l.
func (s Seen) of(l *Line) (all []*Line) {
	for _, key := range l.Understood.NameKeys() {
		all = append(all, s.named[key]...)
	}
	return all
}

func (s Seen) add(l *Line) {
	for _, key := range l.Understood.NameKeys() {
		s.named[key] = append(s.named[key], l)
	}
	if l.Station != "" {
		s.about[l.Station] = l
	}
}

// repeats leaves it to a person what to do with a second line about one place.
func (l *Line) repeats(twin *Line) {
	l.Action, l.Why, l.Changes = WillSkip, "import.repeated_row", nil
	l.doubt("import.repeated_row", printed.Name, fmt.Sprintf("%d %s", twin.Row, twin.Understood.Name))
}

// Anew returns the line as it would be decided against what is there, whatever
// lines are further up in its file.
func (l Line) Anew(there There) Line {
	l.Action, l.Station, l.Version = WillAdd, "", 0
	l.find(there)
	return l
}

// Differs reports whether something else would be done with the line by now.
func (l Line) Differs(now Line) bool {
	return now.Action != l.Action || now.Station != l.Station || now.Version != l.Version
}

func (l *Line) doubt(code string, f printed.Field, text string) {
	d := printed.Doubt{Code: code, Field: f, Text: text}
	if !slices.Contains(l.Doubts, d) {
		l.Doubts = append(l.Doubts, d)
	}
}

// twin returns the line further up that is the same place.
func (l *Line) twin(others []*Line) *Line {
	for _, o := range others {
		if region.Near(l.Understood.Area, o.Understood.Area) && printed.Kinship(l.Understood.Address, o.Understood.Address) != printed.Strangers {
			return o
		}
	}
	return nil
}

// find looks for the station that the line is about: by its code, else by name
// and address.
func (l *Line) find(there There) {
	if l.known(there) {
		l.coded(there)
	} else {
		l.against(there)
	}
}

// Outside is why a line is refused that is not the importer's: message key.
const Outside = "import.outside_area"

// is takes the line as one about the station, if the importer may change that: a
// row that lies in the county may be about a station that only the city keeps.
func (l *Line) is(st station.Station, there There) {
	if !there.mine(st) {
		l.Action, l.Why = WillRefuse, Outside
		l.doubt("import.station_outside", printed.Name, l.Understood.Name)
		return
	}
	l.Station, l.Version = st.ID, st.Version
	l.onto(st)
}

// candidates are the stations of one of the names, where the facts place it.
func candidates(f station.Facts, there There) []station.Station {
	var list []station.Station
	for _, name := range append([]string{f.Name}, f.OtherNames...) {
		for _, st := range there.Stations[printed.NameKey(name)] {
			same := func(o station.Station) bool { return o.ID == st.ID }
			if region.Near(st.Area, f.Area) && !slices.ContainsFunc(list, same) {
				list = append(list, st)
			}
		}
	}
	return list
}

// against compares the line with the stations of the same name.
func (l *Line) against(there There) {
	var surely, maybe []station.Station
	list := candidates(l.Understood, there)
	for _, st := range list {
		switch printed.Kinship(l.Understood.Address, st.Address) {
		case printed.Same:
			surely = append(surely, st)
		case printed.Perhaps:
			maybe = append(maybe, st)
		}
	}
	if len(surely) == 0 {
		surely = maybe
		if len(maybe) == 1 {
			l.doubt("import.matched_by_name", printed.Name, maybe[0].Name)
		}
	}
	switch {
	case len(surely) > 1:
		l.Action, l.Why = WillSkip, "import.several"
		l.doubt("import.several", printed.Name, l.Understood.Name)
	case len(surely) == 1:
		l.is(surely[0], there)
	case len(list) > 0:
		l.doubt("import.same_name", printed.Name, l.Understood.Name)
	}
}

// onto says what the line would change of the station; what no record may hold
// is for a person.
func (l *Line) onto(st station.Station) {
	facts, changes := l.Onto(st)
	switch l.Action, l.Changes = WillUpdate, changes; {
	case len(changes) == 0:
		l.Action = WillNot
	case facts.Tidy().Check() != nil:
		l.Action, l.Why = WillSkip, "import.invalid"
		l.doubt("import.invalid", printed.Name, st.Name)
	}
}

// Onto returns the station's facts with what the line says anew, and the
// differences. An empty cell takes nothing away; what a person set by hand
// since (hours, position) is not overwritten, but doubted.
func (l *Line) Onto(st station.Station) (station.Facts, []FieldChange) {
	f, n := st.Facts, l.Understood
	var changes []FieldChange
	note := func(field, from, to string) { changes = append(changes, FieldChange{field, from, to}) }
	switch {
	case printed.Fold(n.Name) == printed.Fold(f.Name):
	case l.Code != "" && l.Code == st.Code:
		l.doubt("import.renamed", printed.Name, st.Name)
		rename(&f, n.Name, note)
	case !slices.Contains(f.OtherNames, n.Name):
		f.OtherNames = append(slices.Clone(f.OtherNames), n.Name)
		note("other_names", "", n.Name)
	}
	for _, t := range []struct {
		field    string
		from, to *string
	}{{"address", &f.Address, &n.Address}, {"host_name", &f.HostName, &n.HostName}, {"marks", &f.Marks, &n.Marks},
		{"note", &f.Note, &n.Note}, {"source", &f.Source, &n.Source}, {"source_date", &f.SourceDate, &n.SourceDate}} {
		if *t.to != "" && *t.to != *t.from {
			note(t.field, *t.from, *t.to)
			*t.from = *t.to
		}
	}
	if n.District != "" && n.District != f.District && (f.District != "" || !named(f.Area, n.District)) {
		note("district", f.District, n.District)
		f.District = n.District
	}
	if len(n.Area) > len(f.Area) {
		note("area", f.Area, n.Area)
		f.Area = n.Area
	}
	l.values(&f, n, note)
	l.life(&f, n, note)
	l.place(&f, n, note)
	if n.Hours.Printed != "" && n.Hours.Printed != f.Hours.Printed && !alike(n.Hours, f.Hours) {
		if st.HoursBy == station.FromFile || st.HoursBy == "" || !f.Hours.Known && f.Hours.Printed == "" {
			note("hours", f.Hours.Text(false), n.Hours.Text(false))
			f.Hours = n.Hours
		} else {
			l.doubt("import.hours_by_hand", printed.Hours, n.Hours.Printed)
		}
	}
	return f, changes
}

// named reports whether the area, or the county around it, has the name: then a
// printed district says nothing new.
func named(area, name string) bool {
	r, ok := region.Lookup(area[:min(len(area), 6)])
	return ok && (r.Name == name || r.Short == name)
}

// alike reports whether two tables say the same in other words.
func alike(a, b hours.Table) bool { return a.Known && b.Known && a.Text(false) == b.Text(false) }

// values takes over what is not a plain text.
func (l *Line) values(f *station.Facts, n station.Facts, note func(field, from, to string)) {
	if len(n.Phones) > 0 && !slices.Equal(n.Phones, f.Phones) {
		note("phones", strings.Join(f.Phones, "、"), strings.Join(n.Phones, "、"))
		f.Phones = n.Phones
	}
	if n.Offers != "" && n.Offers != f.Offers && (f.Offers != "" || n.Services != f.Services) {
		note("services", f.Offers, n.Offers)
		f.Offers, f.Services = n.Offers, n.Services
	}
	if n.Size.Printed != "" && n.Size != f.Size && (f.Size.Printed != "" || n.Size.Metres != f.Size.Metres) {
		note("size", f.Size.Printed, n.Size.Printed)
		f.Size = n.Size
	}
	for _, h := range n.Honours {
		if !slices.Contains(f.Honours, h) {
			note("honours", "", strings.TrimSpace(fmt.Sprintf("%s %d %s", h.Level, h.Year, h.Name)))
			f.Honours = append(slices.Clone(f.Honours), h)
		}
	}
	if n.Entry.Method != "" && n.Entry != f.Entry {
		note("entry", f.Entry.How, n.Entry.How)
		f.Entry = n.Entry
	}
	if n.Badge != "" && n.Badge != f.Badge {
		note("badge", string(f.Badge), string(n.Badge))
		f.Badge = n.Badge
	}
	for _, b := range []struct {
		field    string
		from, to *bool
	}{{"all_day", &f.AllDay, &n.AllDay}, {"smart", &f.Smart, &n.Smart}} {
		if *b.to && !*b.from {
			note(b.field, "", "✓")
			*b.from = true
		}
	}
	for _, c := range []struct {
		field    string
		from, to *int
	}{{"capacity", &f.Capacity, &n.Capacity}, {"stars", &f.Stars, &n.Stars}} {
		if *c.to != 0 && *c.to != *c.from {
			note(c.field, fmt.Sprint(*c.from), fmt.Sprint(*c.to))
			*c.from = *c.to
		}
	}
}

// farApart is how many metres a file's position may differ from the one on the
// map without a word.
const farApart = 50

func (l *Line) place(f *station.Facts, n station.Facts, note func(field, from, to string)) {
	switch {
	case n.Place == nil:
	case f.Place == nil:
		note("place", "", fmt.Sprintf("%.6f, %.6f", n.Place.Lat, n.Place.Lng))
		f.Place = n.Place
	case f.Place.Distance(n.Place.Point) > farApart:
		l.doubt("import.place_differs", printed.Position, fmt.Sprintf("%.0f m", f.Place.Distance(n.Place.Point)))
	}
}
