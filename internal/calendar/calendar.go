package calendar

import (
	"slices"
	"strings"
	"time"

	"nuanxin/internal/workday"
)

// Revision is one entering of one year's notice.
type Revision struct {
	Number   int64 // running, from 1
	Year     int
	Days     []workday.Day
	Source   string // the paper or its address
	Corrects bool   // it mends a slip in the one before it, and is not a later decision
	By       string // the person's id; empty: the program itself
	ByName   string
	At       time.Time
}

// edition is what counts of a year for promises from a revision on.
type edition struct {
	from int64
	days []workday.Day
}

// Ledger is all revisions. Its zero value holds none: the built-in years alone.
type Ledger struct {
	revisions []Revision
	calendars []workday.Calendar // by number, from 0
}

// NewLedger returns the ledger of all revisions, in the order of their numbers.
func NewLedger(all []Revision) (Ledger, error) {
	l := Ledger{revisions: all}
	years := map[int][]edition{}
	for _, r := range all {
		editions := years[r.Year]
		switch n := len(editions); {
		case !r.Corrects:
			years[r.Year] = append(editions, edition{r.Number, r.Days})
		case n > 0:
			editions[n-1].days = r.Days
		default:
			years[r.Year] = []edition{{0, r.Days}} // what is built in was wrong
		}
	}
	for n := range l.Current() + 1 {
		cal, err := compose(years, n)
		if err != nil {
			return l, err
		}
		l.calendars = append(l.calendars, cal)
	}
	return l, nil
}

// compose returns the calendar of the promises made after revision n.
func compose(years map[int][]edition, n int64) (cal workday.Calendar, err error) {
	for year, editions := range years {
		at := -1
		for i, e := range editions {
			if e.from <= n {
				at = i
			}
		}
		if at < 0 && cal.Published(year) {
			continue // the built-in year was promised by
		}
		if cal, err = cal.WithYear(year, editions[max(at, 0)].days); err != nil {
			return cal, err
		}
	}
	return cal, nil
}

// Current is the number of the last revision; 0 when there is none.
func (l Ledger) Current() int64 {
	if len(l.revisions) == 0 {
		return 0
	}
	return l.revisions[len(l.revisions)-1].Number
}

// As returns the calendar that counts for a promise made when n was the last
// revision. A number that is not known yet counts as the last.
func (l Ledger) As(n int64) workday.Calendar {
	if len(l.calendars) == 0 {
		return workday.Calendar{}
	}
	return l.calendars[max(0, min(n, int64(len(l.calendars)-1)))]
}

// Now is the calendar that counts for a promise made now.
func (l Ledger) Now() workday.Calendar { return l.As(l.Current()) }

// Revisions lists them, the newest first.
func (l Ledger) Revisions() []Revision {
	all := slices.Clone(l.revisions)
	slices.Reverse(all)
	return all
}

// with returns the ledger with one more revision.
func (l Ledger) with(r Revision) (Ledger, error) {
	r.Number = l.Current() + 1
	return NewLedger(append(slices.Clone(l.revisions), r))
}

// Entry is a notice as somebody enters it.
type Entry struct {
	Text     []byte // in the JSON form of holiday-cn
	Source   string // the paper or its address; empty: as the text says
	Corrects bool
	Base     int64 // the revision on which the preview stood
}

// Preview is what entering a notice would change.
type Preview struct {
	Entry
	Notice    workday.Notice
	Published bool // the year is known already: this changes it
	Changes   []workday.Change
	Before    Ledger
	After     Ledger
}

// source is where the notice was published, by what was typed or by the file.
func (e Entry) source(n workday.Notice) string {
	if s := strings.TrimSpace(e.Source); s != "" {
		return s
	}
	return strings.Join(n.Papers, " ")
}
