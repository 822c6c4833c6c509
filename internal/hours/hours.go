package hours

import (
	"fmt"
	"slices"
	"time"
)

// Days says on which days a row applies: a set of weekdays, or days that only
// the calendar knows.
type Days uint16

// The days. A row may name several; it applies where any of them holds.
const (
	Monday Days = 1 << iota
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Sunday
	Workdays       // days on which people work, with make-up workdays, without holidays
	Holidays       // public holidays as published for the year
	ExceptHolidays // takes public holidays out of the other days of the row

	Weekend  = Saturday | Sunday
	EveryDay = Monday | Tuesday | Wednesday | Thursday | Friday | Weekend
)

// day is the length of a day in minutes.
const day = 24 * 60

// Row says that a place is open from From to To on some days.
type Row struct {
	Days   Days   `json:"days"`
	From   int    `json:"from"`            // minutes after midnight, 0–1439
	To     int    `json:"to"`              // minutes after the same midnight, beyond 1440 past midnight; at most From+1440
	Season Season `json:"season,omitzero"` // the zero Season is the whole year
}

// Season is a part of each year, both ends included, as "MM-DD". It may run
// over the new year.
type Season struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Period is an opening within a special day, in minutes as in [Row].
type Period struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Special is a day with its own hours, which beat every row. A special day
// without periods is closed.
type Special struct {
	Day     string   `json:"day"` // YYYY-MM-DD
	Periods []Period `json:"periods,omitempty"`
	Reason  string   `json:"reason,omitempty"`
}

// Table is all that is known of a place's opening hours. The zero Table is
// unknown.
type Table struct {
	Known   bool      `json:"known"` // false: nobody has said, or it was not understood
	Rows    []Row     `json:"rows,omitempty"`
	Special []Special `json:"special,omitempty"`
	Printed string    `json:"printed,omitempty"` // the words of the source, kept for ever
}

// Always reports whether the rows alone keep the place open day and night.
func (t Table) Always() bool {
	return t.Known && slices.ContainsFunc(t.Rows, func(r Row) bool {
		return r.Days&EveryDay == EveryDay && r.Days&ExceptHolidays == 0 &&
			r.Season == Season{} && r.To-r.From >= day
	})
}

// Check reports the first thing in t that no table may hold.
func (t Table) Check() error {
	for _, r := range t.Rows {
		if err := r.check(); err != nil {
			return err
		}
	}
	for _, s := range t.Special {
		if _, err := time.Parse(time.DateOnly, s.Day); err != nil {
			return fmt.Errorf("hours: special day %q is no date", s.Day)
		}
		for _, p := range s.Periods {
			if !inDay(p.From, p.To) {
				return fmt.Errorf("hours: %s: from %d to %d is no period", s.Day, p.From, p.To)
			}
		}
	}
	return nil
}

func (r Row) check() error {
	switch {
	case r.Days&^ExceptHolidays == 0 || r.Days >= ExceptHolidays<<1:
		return fmt.Errorf("hours: row on no day (%d)", r.Days)
	case !inDay(r.From, r.To):
		return fmt.Errorf("hours: from %d to %d is no period", r.From, r.To)
	case r.Season != Season{} && (!monthDay(r.Season.From) || !monthDay(r.Season.To)):
		return fmt.Errorf("hours: season %q to %q", r.Season.From, r.Season.To)
	}
	return nil
}

func inDay(from, to int) bool { return from >= 0 && from < day && to > from && to <= from+day }

// monthDay reports whether s is a day of a leap year, as MM-DD.
func monthDay(s string) bool {
	_, err := time.Parse(time.DateOnly, "2024-"+s)
	return err == nil && len(s) == 5
}

// covers reports whether the season holds the day with the given MM-DD.
func (s Season) covers(md string) bool {
	switch {
	case s == Season{}:
		return true
	case s.From <= s.To:
		return s.From <= md && md <= s.To
	}
	return md >= s.From || md <= s.To
}
