package workday

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/clock"
)

// ErrUnknown says that the calendar of a day is not published yet (or is older
// than what we keep). Callers show "unknown until the notice is out".
var ErrUnknown = errors.New("workday: calendar not published")

// ErrDay says that a text is not a day of the calendar written YYYY-MM-DD.
var ErrDay = errors.New("workday: not a day written YYYY-MM-DD")

// Kind is what sort of day a day is.
type Kind uint8

// The kinds of day. The zero Kind is no day at all.
const (
	Workday Kind = iota + 1 // Monday to Friday as usual
	MakeUp                  // a Saturday or Sunday that is worked to pay for a holiday
	Weekend                 // a Saturday or Sunday at rest, outside a holiday
	Holiday                 // a day off by the notice, with the weekend days that belong to it
)

// String names the kind for a terminal.
func (k Kind) String() string {
	return [...]string{"unknown", "workday", "make-up", "weekend", "holiday"}[k]
}

// Works reports whether people are at work on such a day.
func (k Kind) Works() bool { return k == Workday || k == MakeUp }

// Day is one day that a notice or a local rule makes different from its weekday.
type Day struct {
	Date string `json:"date"`     // YYYY-MM-DD
	Name string `json:"name"`     // 春节
	Off  bool   `json:"isOffDay"` // at rest; otherwise a make-up workday
}

// Calendar answers which days are worked. Its zero value is the national
// calendar built into the program. It is a value: changing it makes another.
type Calendar struct{ own *table }

// table holds the exceptions by day number, and the published years.
type table struct {
	days  map[int]mark
	years map[int]bool
}

// mark is what a notice says of a day.
type mark struct {
	name string
	off  bool
	year int // whose notice it is; 0: a local rule
}

func (c Calendar) table() *table {
	if c.own != nil {
		return c.own
	}
	return national()
}

// With returns the calendar with days changed: a region's own holidays, or a
// bridge day granted late. It publishes no year.
func (c Calendar) With(days ...Day) (Calendar, error) {
	t := c.table()
	next := &table{days: maps.Clone(t.days), years: t.years}
	for _, d := range days {
		n, err := number(d.Date)
		if err != nil {
			return c, err
		}
		next.days[n] = mark{name: d.Name, off: d.Off}
	}
	return Calendar{own: next}, nil
}

// WithYear returns the calendar with a year published, for an installation
// that learns of a notice before it gets a newer program; see [ParseNotice]. What
// an earlier notice of the same year said counts no more.
func (c Calendar) WithYear(year int, days []Day) (Calendar, error) {
	t := c.table()
	next := &table{days: maps.Clone(t.days), years: maps.Clone(t.years)}
	maps.DeleteFunc(next.days, func(_ int, m mark) bool { return m.year == year })
	for _, d := range days {
		n, err := number(d.Date)
		if err != nil {
			return c, err
		}
		next.days[n] = mark{name: d.Name, off: d.Off, year: year}
	}
	next.years[year] = true
	return Calendar{own: next}, nil
}

// Year returns what the notice of a year says, in the order of its days, and
// whether it is published.
func (c Calendar) Year(year int) ([]Day, bool) {
	t := c.table()
	var days []Day
	for n, m := range t.days {
		if m.year == year {
			days = append(days, Day{Date: midnight(n).Format(time.DateOnly), Name: m.name, Off: m.off})
		}
	}
	slices.SortFunc(days, func(a, b Day) int { return strings.Compare(a.Date, b.Date) })
	return days, t.years[year]
}

// Years lists the published years.
func (c Calendar) Years() []int { return slices.Sorted(maps.Keys(c.table().years)) }

// Kind returns what sort of day it is. An unpublished day is [ErrUnknown].
func (c Calendar) Kind(day string) (Kind, error) {
	n, err := number(day)
	if err != nil {
		return 0, err
	}
	return c.table().kind(n)
}

// IsWorkday reports whether people are at work on the day, make-up days included.
func (c Calendar) IsWorkday(day string) (bool, error) {
	k, err := c.Kind(day)
	return k.Works(), err
}

// IsHoliday reports whether the day is off by the notice. A plain weekend is
// no holiday; the weekend days that a holiday swallows are.
func (c Calendar) IsHoliday(day string) (bool, error) {
	k, err := c.Kind(day)
	return k == Holiday, err
}

// Name returns the holiday to which the day belongs, as the day off or as its
// make-up day, such as 春节; it is empty for an ordinary day.
func (c Calendar) Name(day string) (string, error) {
	n, err := number(day)
	if err != nil {
		return "", err
	}
	if _, err := c.table().kind(n); err != nil {
		return "", err
	}
	return c.table().days[n].name, nil
}

// Published reports whether the notice of the year is known.
func (c Calendar) Published(year int) bool { return c.table().years[year] }

// kind answers for a day number.
func (t *table) kind(n int) (Kind, error) {
	at := midnight(n)
	if !t.known(at) {
		return 0, fmt.Errorf("%s: %w", at.Format(time.DateOnly), ErrUnknown)
	}
	rest := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
	m, listed := t.days[n]
	switch {
	case listed && m.off:
		return Holiday, nil
	case rest && !listed:
		return Weekend, nil
	case rest:
		return MakeUp, nil
	default:
		return Workday, nil
	}
}

// lastSettled is the last day of December that the next year's notice has never
// moved; New Year's bridge days have reached back to the 29th.
const lastSettled = 27

func (t *table) known(at time.Time) bool {
	year, month, day := at.Date()
	if !t.years[year] {
		return false
	}
	return month != time.December || day <= lastSettled || t.years[year+1]
}

// number turns YYYY-MM-DD into days since 1970-01-01.
func number(day string) (int, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, fmt.Errorf("%q: %w", day, ErrDay)
	}
	return int(t.Unix() / secondsPerDay), nil
}

const secondsPerDay = 24 * 60 * 60

// numberOf returns the number of the civil day in which t lies.
func numberOf(t time.Time) int {
	y, m, d := t.In(clock.Zone).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// midnight returns the first moment of a day, in civil time.
func midnight(n int) time.Time {
	t := time.Unix(int64(n)*secondsPerDay, 0).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, clock.Zone)
}
