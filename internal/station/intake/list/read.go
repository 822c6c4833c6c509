package list

import (
	"slices"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/plain"
	"nuanxin/internal/region"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/printed"
)

// Options are what the importer states about a whole file.
type Options struct {
	File   string `json:"file,omitempty"`   // its name, for people
	Area   string `json:"area,omitempty"`   // where rows lie that do not say so, or say it less exactly
	Only   string `json:"only,omitempty"`   // rows outside this area are refused
	Datum  string `json:"datum,omitempty"`  // of the coordinates, where the file does not state it
	Public bool   `json:"public,omitempty"` // added stations are shown to workers at once
	Demo   bool   `json:"demo,omitempty"`

	Encoding sheet.Encoding `json:"encoding,omitempty"` // asked for, of a file that is read later
}

// Action is what an import would do, or did, with a row.
type Action string

// The actions.
const (
	WillAdd    Action = "add"
	WillUpdate Action = "update"
	WillNot    Action = "same"   // all of it is there already
	WillSkip   Action = "skip"   // a person must decide
	WillRefuse Action = "refuse" // cannot be a station of the importer's
)

// Line is what was made of one row of a file.
type Line struct {
	Row        int             `json:"row"`            // line of the file, or row of the sheet
	Code       string          `json:"code,omitempty"` // of a station, as our own lists have it
	Understood station.Facts   `json:"understood"`
	Doubts     []printed.Doubt `json:"doubts"`
	Action     Action          `json:"action"`
	Why        string          `json:"why,omitempty"` // of skip and refuse: message key
	Changes    []FieldChange   `json:"changes,omitempty"`
	Station    station.ID      `json:"station,omitempty"` // the one that is updated or the same
	Version    int64           `json:"version,omitempty"` // at which it was seen
	Printed    []string        `json:"printed"`           // the cells
	Left       string          `json:"left,omitempty"`    // why it was left alone when the import was applied or undone: message key
}

// FieldChange is one difference between a station and a row.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Report is what an import would do, row by row.
type Report struct {
	Encoding sheet.Encoding `json:"encoding"`
	Header   []string       `json:"header"`
	Ignored  []string       `json:"ignored,omitempty"` // columns that mean nothing to us
	Others   []string       `json:"others,omitempty"`  // sheets that were not read
	Lines    []Line         `json:"lines"`
}

// Count returns how many lines have the action.
func (r Report) Count(a Action) (n int) {
	for _, l := range r.Lines {
		if l.Action == a {
			n++
		}
	}
	return n
}

// Doubtful returns how many lines have doubts.
func (r Report) Doubtful() (n int) {
	for _, l := range r.Lines {
		if len(l.Doubts) > 0 {
			n++
		}
	}
	return n
}

// Exit is the report as a command's exit code: 0 clean, 1 with doubts or rows
// for a person to decide, 2 with refused rows.
func (r Report) Exit() int {
	switch {
	case r.Count(WillRefuse) > 0:
		return 2
	case r.Doubtful() > 0, r.Count(WillSkip) > 0:
		return 1
	}
	return 0
}

// Read reads a table as a list of stations, without looking at what is
// there already: lines are to be added or are refused. A file in which no
// header is found, or no column of names, is refused whole.
func Read(t sheet.Table, o Options) (Report, error) {
	r, report, err := Open(t, o)
	if err != nil {
		return report, err
	}
	for i := range r.Rows() {
		report.Lines = append(report.Lines, r.Line(i))
	}
	return report, nil
}

// Open finds the header of a table and what its columns mean, as [Read] does;
// the rows below it are still to be read, and the report has no lines yet.
func Open(t sheet.Table, o Options) (*Reader, Report, error) {
	h, err := t.Under(printed.Known)
	if err != nil {
		return nil, Report{}, err
	}
	r := &Reader{options: o, rows: h.Rows, columns: map[printed.Field][]int{}, datums: map[int]string{}, places: map[[3]string]resolved{}}
	report := Report{Encoding: t.Encoding, Header: h.Header, Others: t.Others, Lines: make([]Line, 0, len(h.Rows))}
	for i, name := range h.Header {
		name = plain.Brief(plain.Visible(name), 120)
		f := printed.Header(name)
		if f == printed.None {
			report.Ignored = append(report.Ignored, name)
			continue
		}
		if f == printed.Listings {
			if printed.MapOf(name) == "" {
				report.Ignored = append(report.Ignored, name)
				continue
			}
			r.maps = append(r.maps, mapColumn{printed.MapOf(name), i})
		}
		r.columns[f] = append(r.columns[f], i)
		if d, ok := printed.DatumIn(name); ok {
			r.datums[i] = d.String()
		}
	}
	return r, report, nil
}

// Reader reads the rows of one file, one after the other. Only one goroutine
// may use it.
type Reader struct {
	options Options
	rows    []sheet.Row
	columns map[printed.Field][]int
	datums  map[int]string // stated by the headers of columns
	places  map[[3]string]resolved
	maps    []mapColumn

	row    sheet.Row
	doubts []printed.Doubt
}

// resolved is where a printed province, city and county lie.
type resolved struct {
	code   string
	doubts []region.Doubt
}

// Rows returns how many rows are below the header.
func (r *Reader) Rows() int { return len(r.rows) }

// Line reads the row with the given index: it is to be added, skipped as no
// station, or refused.
func (r *Reader) Line(i int) Line {
	row := r.rows[i]
	for i, c := range row.Cells { // what cannot be seen would still tell names apart, or turn the page around
		row.Cells[i] = plain.Visible(c)
	}
	r.row, r.doubts = row, nil
	l := Line{Row: row.Line, Printed: row.Cells, Action: WillAdd}
	if printed.Beside(row.Cells) {
		l.Action, l.Why = WillSkip, NoStation
		l.Doubts = []printed.Doubt{{Code: NoStation, Text: strings.TrimSpace(strings.Join(row.Cells, " "))}}
		return l
	}
	if row.Ragged {
		l.Action, l.Why = WillRefuse, "import.ragged"
	}
	l.Understood, l.Code = r.facts().Tidy(), r.code()
	l.Doubts = make([]printed.Doubt, len(r.doubts))
	for i, d := range r.doubts {
		l.Doubts[i] = printed.Doubt{Code: d.Code, Field: d.Field, Text: plain.Brief(d.Text, 120)}
	}
	switch err := l.Understood.Check(); {
	case l.Action == WillRefuse:
	case l.Understood.Name == "":
		l.Action, l.Why = WillRefuse, "station.name.empty"
	case l.Understood.Area == "":
		l.Action, l.Why = WillRefuse, "import.area_unknown"
	case !strings.HasPrefix(l.Understood.Area, r.options.Only):
		l.Action, l.Why = WillRefuse, Outside
	case err != nil:
		l.Action, l.Why = WillRefuse, "import.invalid"
		for _, wrong := range fault.Of(err).Fields {
			l.Doubts = append(l.Doubts, r.wrong(wrong))
		}
	}
	return l
}

// NoStation is why a row below or between the stations is skipped, whoever
// imports it: message key.
const NoStation = "import.not_a_station"

// wrong says of a field that cannot be kept why, with the beginning of its text.
func (r *Reader) wrong(f fault.Field) printed.Doubt {
	d := printed.Doubt{Code: "import.invalid", Field: printed.Field(f.Name), Text: r.cell(printed.Field(f.Name))}
	if f.Msg == "fault.long" {
		d.Code = "import.too_long"
	}
	d.Text = plain.Brief(d.Text, 20)
	return d
}

// cell returns the text of a field; several columns of one field are joined.
func (r *Reader) cell(f printed.Field) string {
	var all []string
	for _, i := range r.columns[f] {
		if c := r.row.Cell(i); c != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return strings.Join(all, ";")
}

func (r *Reader) doubt(code string, f printed.Field, text string) {
	r.doubts = append(r.doubts, printed.Doubt{Code: code, Field: f, Text: text})
}

func (r *Reader) facts() station.Facts {
	f := station.Facts{
		Name: r.cell(printed.Name), Address: r.cell(printed.Address), District: r.cell(printed.County), HostName: r.cell(printed.Host),
		Offers: r.cell(printed.Services), Marks: r.cell(printed.Marks), Note: r.cell(printed.Note),
		Source: r.cell(printed.Source), SourceDate: r.cell(printed.Date), Public: r.options.Public, Demo: r.options.Demo,
	}
	f.OtherNames = strings.FieldsFunc(r.cell(printed.Other), func(c rune) bool { return strings.ContainsRune(";；、,，\n", c) })
	f.Area = r.area(f.Address)
	f.Hours = r.hours()
	var rest []string
	if f.Services, rest = amenity.Read(f.Offers); len(rest) > 0 {
		r.doubt("import.services.no_entry", printed.Services, strings.Join(rest, "、"))
	}
	var doubts []printed.Doubt
	f.Phones, doubts = printed.Phones(r.cell(printed.Phone))
	r.doubts = append(r.doubts, doubts...)
	f.Size.Printed = r.cell(printed.Size)
	f.Size.Metres, f.Size.About, doubts = printed.Metres(f.Size.Printed)
	r.doubts = append(r.doubts, doubts...)
	f.Place = r.place()
	r.marks(&f)
	r.life(&f)
	return f
}

func (r *Reader) marks(f *station.Facts) {
	s := printed.Say(f.Marks, f.Note)
	f.AllDay, f.Smart, f.Stars = s.AllDay, s.Smart, s.Stars
	if s.NoBadge {
		f.Badge = station.BadgeNone
	}
	if s.Scan != "" {
		f.Entry = station.Entry{Method: station.MemberCode, How: s.Scan}
		if r.cell(printed.WayIn) == "" { // a face, a finger or a card may ask for no code
			r.doubt("import.entry_guessed", printed.Marks, s.Scan)
		}
	}
	for _, h := range s.Honours {
		f.Honours = append(f.Honours, station.Honour(h))
		if h.Year == 0 {
			r.doubt("import.honour.no_year", printed.Marks, f.Marks)
		}
	}
	if text := r.cell(printed.Capacity); text != "" {
		n, ok := printed.Count(text)
		if f.Capacity = n; !ok {
			r.doubt("import.number", printed.Capacity, text)
		}
	}
	if text := r.cell(printed.Stars); text != "" {
		n, ok := printed.Count(text)
		if f.Stars = n; !ok {
			f.Stars = printed.Say(text, "").Stars
		}
		if f.Stars < 1 || f.Stars > 5 {
			f.Stars = 0
			r.doubt("import.number", printed.Stars, text)
		}
	}
}

func (r *Reader) hours() hours.Table {
	text := r.cell(printed.Hours)
	u := hours.Parse(text)
	for _, d := range u.Doubts {
		r.doubt(d.Code, printed.Hours, d.Text)
	}
	return u.Table(text)
}

// area finds the division that the row names. What the importer stated about
// the whole file counts where the row says nothing, or less.
func (r *Reader) area(address string) string {
	code, doubts := r.resolve(r.cell(printed.Province), r.cell(printed.City), r.cell(printed.County))
	if strings.HasPrefix(r.options.Area, code) && len(doubts) == 0 {
		code = r.options.Area
	}
	for _, d := range doubts {
		r.doubt(d.Msg, printed.County, d.Name)
	}
	if town := r.cell(printed.Town); town != "" && len(code) == 6 {
		if c := region.ChildNamed(code, town); c != "" {
			return c
		}
		r.doubt("import.town_unknown", printed.Town, town)
	}
	if len(code) == 6 {
		for _, c := range region.Children(code[:4]) {
			if c.Code != code && strings.Contains(address, c.Name) && !strings.Contains(address, region.Name(code)) {
				r.doubt("import.district_differs", printed.Address, address)
			}
		}
	}
	return code
}

// resolve asks once for each place that a file names; most rows name the same.
func (r *Reader) resolve(province, city, county string) (string, []region.Doubt) {
	key := [3]string{province, city, county}
	known, ok := r.places[key]
	if !ok {
		known.code, known.doubts = region.Resolve(province, city, county)
		r.places[key] = known
	}
	return known.code, known.doubts
}

// stated is the datum that the row states, or the headers of its coordinates, or
// the importer for the whole file; "" where none does, or several do.
func (r *Reader) stated() string {
	if text := r.cell(printed.Datum); text != "" {
		if own, ok := printed.DatumIn(text); ok {
			return own.String()
		}
		return "" // something else than we know
	}
	var all []string
	for _, f := range []printed.Field{printed.Lat, printed.Lng, printed.Position} {
		for _, i := range r.columns[f] {
			if d := r.datums[i]; d != "" && r.row.Cell(i) != "" && !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	switch len(all) {
	case 0:
		return r.options.Datum
	case 1:
		return all[0]
	}
	return ""
}

// place makes a position of the row's coordinates, if their datum is stated.
func (r *Reader) place() *station.Place {
	lat, lng, both := r.cell(printed.Lat), r.cell(printed.Lng), r.cell(printed.Position)
	text := strings.TrimSpace(strings.Join([]string{lat, lng, both}, " "))
	if text == "" {
		return nil
	}
	datum, err := geo.ParseDatum(r.stated())
	if err != nil {
		r.doubt("import.place.no_datum", printed.Position, text)
		return nil
	}
	la, ln, ok := printed.Numbers(lat, lng, both)
	if !ok {
		r.doubt("import.place.no_numbers", printed.Position, text)
		return nil
	}
	p, err := station.PlaceFrom(datum, la, ln)
	switch {
	case fault.Of(err).Msg == "station.place.swapped":
		r.doubt("import.place.swapped", printed.Position, text)
		return nil
	case err != nil:
		r.doubt("import.place.outside", printed.Position, text)
		return nil
	}
	return p
}
