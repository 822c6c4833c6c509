package station

import (
	"slices"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/hours"
)

// Live is what is true of a station for a while.
type Live struct {
	Days    []Day    `json:"days,omitempty"`    // special days, by day
	Reports []Report `json:"reports,omitempty"` // not settled yet, oldest first
}

// Day is a special day with who set it and when.
type Day struct {
	hours.Special
	By Origin    `json:"by"`
	At time.Time `json:"at"`
}

// endsNight returns the day before when what is said of this day was said on it
// and leaves nothing of the night before: closed, or hours from midnight on.
func (d Day) endsNight() (before string, ok bool) {
	at, err := time.Parse(time.DateOnly, d.Day)
	ok = err == nil && clock.Day(d.At) == d.Day && (len(d.Periods) == 0 || d.Periods[0].From == 0)
	return at.AddDate(0, 0, -1).Format(time.DateOnly), ok
}

// What is wrong at a station, as workers say it.
type What string

// What workers may report with one tap. Others are free words of the request
// and reach a station as [Other].
const (
	Locked    What = "locked"       // 门没开
	NoWater   What = "no_hot_water" // 没热水
	Microwave What = "microwave"    // 微波炉坏了
	Charging  What = "charging"     // 充不了电
	Swap      What = "battery_swap" // 换电柜坏了
	Toilet    What = "toilet"       // 厕所用不了
	Other     What = "other"
)

// Whats lists what can be reported, in the order in which it is offered.
func Whats() []What { return []What{Locked, NoWater, Microwave, Charging, Swap, Toilet, Other} }

// Report is one worker's report that is not settled yet.
type Report struct {
	What   What      `json:"what"`
	At     time.Time `json:"at"`
	Number string    `json:"number"` // of the request
}

// Status is the answer to "can I go in?".
type Status string

// The statuses.
const (
	Unknown     Status = "unknown"
	Shut        Status = "closed"
	ClosingSoon Status = "closing_soon"
	Open        Status = "open"
	LockedNow   Status = "reported_locked" // should be open, but workers found it locked
	Gone        Status = "gone"            // closed for good
)

// Now is what can be said of a station at one moment.
type Now struct {
	Status  Status    `json:"status"`
	Until   time.Time `json:"until,omitzero"`   // open: when it closes; zero if not within two weeks
	Next    time.Time `json:"next,omitzero"`    // closed: when it opens; zero if not within two weeks or not known
	Why     hours.Why `json:"why"`              // rows, special, not_said, no_calendar, reported, gone
	Reason  string    `json:"reason,omitempty"` // words given with it
	By      Origin    `json:"by,omitempty"`     // who said so
	AsOf    time.Time `json:"as_of,omitzero"`   // when they said so: the answer's age
	Reports []Report  `json:"reports,omitempty"`
}

// Reasons beside those of the hours.
const (
	Reported hours.Why = "reported"
	ForGood  hours.Why = "gone"
)

// Age is how old the statement is on which the answer rests.
func (n Now) Age(at time.Time) time.Duration {
	if n.AsOf.IsZero() {
		return 0
	}
	return at.Sub(n.AsOf)
}

// Schedule joins the weekly hours with the special days. An opening that runs
// past midnight belongs to the day on which it began; but who said after that
// midnight that the station is closed, or until when it is open, speaks of it.
func (s Station) Schedule(l Live) hours.Table {
	t := s.Hours
	for _, d := range l.Days {
		if before, ok := d.endsNight(); ok {
			t.Special = append(t.Special, hours.Special{Day: before}) // the first of a day counts
		}
	}
	for _, d := range l.Days {
		t.Special = append(t.Special, d.Special)
	}
	return t
}

// IsOpen reports whether one can go in.
func (s Status) IsOpen() bool { return s == Open || s == ClosingSoon }

// LockCounts is how long a report of a locked door outweighs the hours. After
// that it is still shown among the reports, with its age, until it is settled.
const LockCounts = 24 * time.Hour

// LockedAt reports whether a report of a locked door counts at a moment.
func (l Live) LockedAt(at time.Time) bool {
	r, ok := l.Locked(at)
	if !ok || at.Sub(r.At) >= LockCounts {
		return false
	}
	day, special := l.day(clock.Day(at))
	return !special || !day.At.After(r.At)
}

// Now answers for one moment. A report that the station is locked outweighs
// hours that were stated before it, and gives way to what the host says of the
// day after it.
func (s Station) Now(l Live, at time.Time, cal hours.Calendar) Now {
	if !s.InUse() {
		return Now{Status: Gone, Why: ForGood, Reason: s.ClosedWhy, By: FromCadre, AsOf: s.ClosedAt}
	}
	st := s.Schedule(l).At(at, cal)
	n := Now{Status: statusOf(st.Status), Until: st.Until, Next: st.Next, Why: st.Why, Reason: st.Reason, By: s.HoursBy, AsOf: s.HoursAt, Reports: l.Reports}
	day, isSpecial := l.day(clock.Day(at))
	if isSpecial && st.Why == hours.BySpecial {
		n.By, n.AsOf = day.By, day.At
	}
	if st.Why == hours.NotSaid {
		n.By, n.AsOf = "", time.Time{}
	}
	if n.Status != Shut && l.LockedAt(at) {
		r, _ := l.Locked(at)
		n.Status, n.Why, n.By, n.AsOf, n.Reason = LockedNow, Reported, FromWorker, r.At, ""
	}
	return n
}

func statusOf(s hours.Status) Status {
	switch s {
	case hours.Open:
		return Open
	case hours.ClosingSoon:
		return ClosingSoon
	case hours.Closed:
		return Shut
	}
	return Unknown
}

func (l Live) day(name string) (Day, bool) {
	i := slices.IndexFunc(l.Days, func(d Day) bool { return d.Day == name })
	if i < 0 {
		return Day{}, false
	}
	return l.Days[i], true
}

// Locked returns the latest report, by then, that the station was locked.
func (l Live) Locked(at time.Time) (Report, bool) {
	var last Report
	for _, r := range l.Reports {
		if r.What == Locked && !r.At.After(at) && r.At.After(last.At) {
			last = r
		}
	}
	return last, !last.At.IsZero()
}
