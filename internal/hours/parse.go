package hours

import (
	"regexp"
	"slices"
	"strings"
)

// Doubt is a piece of a printed text that was not taken over, or only with a
// question to a person.
type Doubt struct {
	Code string `json:"code"`
	Text string `json:"text"` // the piece as printed
}

// The codes of doubts about hours. The first four leave the hours known.
const (
	DaysUnstated  = "hours.days_unstated"  // times without days; taken for every day
	Extra         = "hours.extra"          // words beside the hours that cannot change them
	HolidayScope  = "hours.holiday_scope"  // 节假日: taken for public holidays
	Repeated      = "hours.repeated"       // the same row twice
	NoTimes       = "hours.no_times"       // says that it opens, not when
	SeasonUndated = "hours.season_undated" // summer or winter without dates
	CutShort      = "hours.cut_short"      // the text stops in the middle
	Order         = "hours.order"          // ends before it begins, and not by night
	NotUnderstood = "hours.not_understood" // could change the hours
)

// Understood is what [Parse] made of a text.
type Understood struct {
	Rows   []Row   `json:"rows,omitempty"`
	Known  bool    `json:"known"` // the rows are all there is, as far as the text says
	Doubts []Doubt `json:"doubts,omitempty"`
}

// Table returns the opening hours with their printed text. Rows that may be
// contradicted by what was not understood are left out.
func (u Understood) Table(printed string) Table {
	t := Table{Known: u.Known, Printed: strings.TrimSpace(printed)}
	if u.Known {
		t.Rows = u.Rows
	}
	return t
}

// maxText is the longest text that is read; longer ones are no opening hours.
const maxText = 500

// Parse reads printed opening hours. An empty text is unknown without a doubt:
// nothing was printed.
func Parse(printed string) Understood {
	printed = strings.TrimSpace(printed)
	if printed == "" {
		return Understood{}
	}
	if len(printed) > maxText {
		return Understood{Doubts: []Doubt{{NotUnderstood, cut(printed, 60)}}}
	}
	r := reader{text: fold(printed)}
	for _, c := range r.text.clauses() {
		r.clause(c)
	}
	return r.finish(printed)
}

// reader goes through the clauses from left to right and remembers what the
// earlier ones said.
type reader struct {
	text     folded
	days     Days
	daysText string
	stated   bool // days were said
	used     bool // and times came with them
	asked    bool // that the days are not stated was said once
	season   Season
	undated  bool // a season was named without dates
	rows     []Row
	segment  int  // the first row since the last strong separator
	without  Days // days said to be closed for the whole text
	doubts   []Doubt
	loose    []clause // clauses that were not understood
}

func (r *reader) doubt(code, text string) {
	d := Doubt{code, strings.TrimSpace(text)}
	if !slices.Contains(r.doubts, d) {
		r.doubts = append(r.doubts, d)
	}
}

// clause reads one clause whole, or puts all of it aside.
func (r *reader) clause(c clause) {
	if !c.clean || !r.fits(c) {
		r.loose = append(r.loose, c)
		return
	}
	if c.fresh {
		r.segment = len(r.rows)
	}
	for i, t := range c.tokens {
		switch t.kind {
		case dayWord:
			r.takeDays(t, i > 0 && c.tokens[i-1].kind == dayWord)
		case seasonWord:
			r.season, r.undated = Season{}, true
		case seasonDates:
			r.season, r.undated = t.season, false
		case timeRange:
			r.takeRange(t)
		case closedWord:
			r.close(r.days)
			r.days, r.stated, r.used = 0, false, false
		}
	}
}

// fits reports whether a closing word has days to close.
func (r *reader) fits(c clause) bool {
	has := func(k kind) bool { return slices.ContainsFunc(c.tokens, func(t token) bool { return t.kind == k }) }
	if !has(closedWord) {
		return true
	}
	return !has(timeRange) && (has(dayWord) || r.stated && !r.used)
}

func (r *reader) takeDays(t token, sameClause bool) {
	if t.vague {
		r.doubt(HolidayScope, t.text)
	}
	if r.stated && (!r.used || sameClause) {
		r.days |= t.days
		r.daysText += "、" + t.text
		return
	}
	r.days, r.daysText, r.stated, r.used = t.days, t.text, true, false
}

func (r *reader) takeRange(t token) {
	row := Row{Days: r.days, From: t.from, To: t.to, Season: r.season}
	if !r.stated {
		row.Days = EveryDay
	}
	r.used = true
	switch {
	case t.wrong:
		r.doubt(Order, t.text)
	case r.undated:
		r.doubt(SeasonUndated, t.text)
	case slices.Contains(r.rows, row):
		if t.to-t.from < day {
			r.doubt(Repeated, t.text)
		}
	default:
		r.rows = append(r.rows, row)
		if !r.stated && t.to-t.from < day && !r.asked {
			r.asked = true
			r.doubt(DaysUnstated, t.text)
		}
	}
}

func (r *reader) finish(printed string) Understood {
	if r.stated && !r.used && len(r.loose) == 0 {
		r.doubt(NoTimes, r.daysText)
	}
	r.rows = r.subtract(r.rows, r.without)
	if cutShort.MatchString(r.text.norm) {
		r.doubt(CutShort, printed)
	}
	for _, c := range r.loose {
		if c.text != printed || len(r.doubts) == 0 {
			r.doubt(r.weigh(c), c.text)
		}
	}
	if len(r.rows) == 0 && len(r.doubts) == 0 {
		r.doubt(NoTimes, printed)
	}
	u := Understood{Rows: r.rows, Doubts: r.doubts, Known: len(r.rows) > 0}
	for _, d := range r.doubts {
		u.Known = u.Known && (d.Code == DaysUnstated || d.Code == Extra || d.Code == HolidayScope || d.Code == Repeated)
	}
	return u
}

// close takes days out of the rows between the same strong separators, or,
// where there are none, out of the whole text.
func (r *reader) close(days Days) {
	if r.segment == len(r.rows) {
		r.without |= days
		return
	}
	r.rows = append(r.rows[:r.segment:r.segment], r.subtract(r.rows[r.segment:], days)...)
}

// subtract returns the rows without the given days.
func (r *reader) subtract(rows []Row, without Days) []Row {
	if without == 0 {
		return rows
	}
	if without&Workdays != 0 {
		r.doubt(NotUnderstood, r.text.printed)
	}
	var kept []Row
	for _, row := range rows {
		row.Days &^= without & (EveryDay | Holidays)
		if without&Holidays != 0 {
			row.Days |= ExceptHolidays
		}
		if row.Days&^ExceptHolidays != 0 {
			kept = append(kept, row)
		}
	}
	return kept
}

var (
	cutShort = regexp.MustCompile(`(\d小|[-:至到]|\.\.+|…+)$`)
	// firm words can change the hours of the rest of the text.
	firm = regexp.MustCompile(`\d|[周日]|星期|礼拜|[早晚夜午]|时|点|休|闭|停|关|除|不|节|假|期间|季|月|延|另|预约|视|可能`)
	// denying words can shorten them.
	denying = regexp.MustCompile(`休|闭|停|关|除|不|仅|只|限|无|未|暂|预约|视`)
	// adding words can only lengthen them.
	adding = regexp.MustCompile(`也(能|可|会|提供)|还(能|可|会)`)
)

// weigh says whether a clause that was not understood could change the hours
// that were.
func (r *reader) weigh(c clause) string {
	always := Table{Known: true, Rows: r.rows}.Always()
	switch {
	case len(r.rows) == 0:
		return NotUnderstood
	case !firm.MatchString(c.norm):
		return Extra
	case (always || adding.MatchString(c.norm)) && !denying.MatchString(c.norm):
		return Extra
	}
	return NotUnderstood
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
