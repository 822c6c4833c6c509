package hours

import (
	"slices"
	"time"

	"nuanxin/internal/clock"
)

// Calendar knows workdays and public holidays by civil day (YYYY-MM-DD). It
// returns an error for a day of a year that is not published.
type Calendar interface {
	IsWorkday(day string) (bool, error)
	IsHoliday(day string) (bool, error)
}

// Status is the answer to "can I go there now?".
type Status uint8

// The statuses. Unknown is the zero value, so that nothing is open or closed
// by accident.
const (
	Unknown Status = iota
	Closed
	ClosingSoon // open, but not for [Soon] any more
	Open
)

// Soon is how long before its end an opening is called closing soon.
const Soon = 30 * time.Minute

// String returns the stable name of s.
func (s Status) String() string { return [...]string{"unknown", "closed", "closing_soon", "open"}[s&3] }

// IsOpen reports whether one can enter.
func (s Status) IsOpen() bool { return s == Open || s == ClosingSoon }

// Why says on what a state rests.
type Why string

// The reasons.
const (
	ByRows     Why = "rows"        // the printed weekly hours
	BySpecial  Why = "special"     // a special day
	NotSaid    Why = "not_said"    // no hours are known
	NoCalendar Why = "no_calendar" // the year's workdays are not published
)

// horizonDays is how far ahead the next change is looked for.
const horizonDays = 15

// State is the answer for one moment.
type State struct {
	Status Status
	Until  time.Time // open: when it closes; zero if not within two weeks
	Next   time.Time // closed: when it opens; zero if not within two weeks, or not known
	Why    Why
	Reason string // the words given for a special day
}

// At says whether the place is open at the given moment. cal may be nil: then
// every year is unpublished.
func (t Table) At(at time.Time, cal Calendar) State {
	at = at.In(clock.Zone)
	base := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, clock.Zone)
	today, isSpecial := t.special(base)
	if !t.Known && !isSpecial {
		return State{Why: NotSaid}
	}
	st := t.look(base, at.Hour()*60+at.Minute(), cal)
	if st.Status.IsOpen() && !st.Until.IsZero() && st.Until.Sub(at) <= Soon {
		st.Status = ClosingSoon
	}
	if st.Why == ByRows && isSpecial {
		st.Why, st.Reason = BySpecial, today.Reason
	}
	return st
}

// look finds the state of the given minute of the day that starts at base,
// looking two days ahead first and further only when that does not settle it.
func (t Table) look(base time.Time, minute int, cal Calendar) State {
	plan := t.plan(base, 2, cal)
	switch now, isIn := plan.at(minute); {
	case isIn && !now.sure:
		return State{Why: NoCalendar}
	case isIn:
		st := State{Status: Open, Why: ByRows}
		if now.to >= 2*day {
			plan = t.plan(base, horizonDays, cal)
			now, _ = plan.at(minute)
		}
		if now.to < horizonDays*day {
			st.Until = base.Add(time.Duration(now.to) * time.Minute)
		}
		return st
	}
	st := State{Status: Closed, Why: ByRows}
	next, found := plan.after(minute)
	if !found {
		next, found = t.plan(base, horizonDays, cal).after(minute)
	}
	if found && next.sure {
		st.Next = base.Add(time.Duration(next.from) * time.Minute)
	}
	return st
}

// span is a stretch of minutes counted from a base day. A span that is not
// sure is open only if a day turns out to be a workday or holiday.
type span struct {
	from, to int
	sure     bool
}

type spans []span

// plan lists the openings from the day before base to the given number of days
// after it, ordered, adjoining ones joined; sure ones come before unsure ones.
func (t Table) plan(base time.Time, days int, cal Calendar) spans {
	var all spans
	for k := -1; k < days; k++ {
		for _, s := range t.onDay(base.AddDate(0, 0, k), cal) {
			all = append(all, span{s.from + k*day, s.to + k*day, s.sure})
		}
	}
	return all.join()
}

// onDay lists the openings that begin on the given day. What began on a day
// before and runs past midnight belongs to that day, also when the given day
// is a special one.
func (t Table) onDay(d time.Time, cal Calendar) spans {
	if s, ok := t.special(d); ok {
		var list spans
		for _, p := range s.Periods {
			list = append(list, span{p.From, p.To, true})
		}
		return list
	}
	if !t.Known {
		return nil
	}
	var list spans
	for _, r := range t.Rows {
		if applies, sure := r.on(d, cal); applies {
			list = append(list, span{r.From, r.To, sure})
		}
	}
	return list
}

func (t Table) special(d time.Time) (Special, bool) {
	if len(t.Special) == 0 {
		return Special{}, false
	}
	name := d.Format(time.DateOnly)
	i := slices.IndexFunc(t.Special, func(s Special) bool { return s.Day == name })
	if i < 0 {
		return Special{}, false
	}
	return t.Special[i], true
}

// on reports whether r applies, or may apply, on d; sure is false when only
// an unpublished calendar could tell.
func (r Row) on(d time.Time, cal Calendar) (applies, sure bool) {
	if !r.Season.covers(d.Format("01-02")) {
		return false, true
	}
	applies = r.Days&weekday(d) != 0
	if applies && r.Days&ExceptHolidays == 0 {
		return true, true
	}
	if r.Days&(Workdays|Holidays|ExceptHolidays) == 0 {
		return false, true
	}
	if cal == nil {
		return applies || r.Days&(Workdays|Holidays) != 0, false
	}
	return r.byCalendar(d, applies, cal)
}

func (r Row) byCalendar(d time.Time, weekday bool, cal Calendar) (applies, sure bool) {
	name := d.Format(time.DateOnly)
	work, err := cal.IsWorkday(name)
	if err != nil {
		return weekday || r.Days&(Workdays|Holidays) != 0, false
	}
	holiday, err := cal.IsHoliday(name)
	if err != nil {
		return weekday || r.Days&(Workdays|Holidays) != 0, false
	}
	if holiday {
		return r.Days&Holidays != 0 || weekday && r.Days&ExceptHolidays == 0, true
	}
	return weekday || work && r.Days&Workdays != 0, true
}

func weekday(d time.Time) Days { return Monday << ((int(d.Weekday()) + 6) % 7) }

// join orders the spans and unites those of the same certainty that touch.
func (ss spans) join() spans {
	slices.SortFunc(ss, func(a, b span) int { return a.from - b.from })
	var joined spans
	for _, sure := range []bool{true, false} {
		last := -1
		for _, s := range ss {
			switch {
			case s.sure != sure:
			case last >= 0 && s.from <= joined[last].to:
				joined[last].to = max(joined[last].to, s.to)
			default:
				joined = append(joined, s)
				last = len(joined) - 1
			}
		}
	}
	return joined
}

func (ss spans) at(minute int) (span, bool) {
	for _, s := range ss {
		if s.from <= minute && minute < s.to {
			return s, true
		}
	}
	return span{}, false
}

// after returns the opening that begins next. Where a sure and an unsure one
// compete, the earlier wins; a sure one wins a tie.
func (ss spans) after(minute int) (next span, found bool) {
	for _, s := range ss {
		if s.from > minute && (!found || s.from < next.from) {
			next, found = s, true
		}
	}
	return next, found
}
