package request

import (
	"fmt"
	"time"

	"nuanxin/internal/workday"
)

// The steps of the escalation ladder.
const (
	LevelOfficer = 1 // the officer, or the body that has not signed, is reminded
	LevelLeader  = 2 // the clock is missed: the leader is told
	LevelUnion   = 3 // still so after a while: the union above is told
)

// Rung is a step of the ladder that is due.
type Rung struct {
	Clock Clock
	Level int
	At    time.Time
}

// Key names the step for ever, so that it is taken once.
func (r Rung) Key() string {
	of := string(r.Clock.Dispatch)
	if r.Clock.Name == ClockReply {
		of = fmt.Sprint(r.Clock.Start.Unix())
	}
	if r.Clock.Extended > 0 { // another date, and steps of its own
		of += fmt.Sprint(":", r.Clock.Extended)
	}
	return fmt.Sprintf("%s:%d:%s", r.Clock.Name, r.Level, of)
}

// Ladder returns the steps that are due and not taken, and when the next falls
// due (zero: none). dark is the first day, not published yet, into which the time
// of some step runs (zero: none does).
func Ladder(q *Request, l Limits, es []Entry, cs []Clock, cal workday.Calendar, now time.Time) (due []Rung, next, dark time.Time) {
	taken := map[string]bool{}
	for _, e := range es {
		if e.Kind == KindReminded || e.Kind == KindQuiet {
			taken[e.Fact] = true
		}
	}
	all, dark := rungs(q, l, cs, cal)
	for _, r := range all {
		if taken[r.Key()] {
			continue
		}
		if !r.At.After(now) {
			due = append(due, r)
		}
		if next.IsZero() || r.At.Before(next) {
			next = r.At
		}
	}
	return due, next, dark
}

// rungs are all steps that the clocks lead to, taken or not.
func rungs(q *Request, l Limits, cs []Clock, cal workday.Calendar) (all []Rung, dark time.Time) {
	if q.Status == StatusMerged { // the one that it was joined to is pressed
		return nil, dark
	}
	if q.Status == StatusAnswered {
		at, err := cal.AddWorkdays(q.AnsweredAt, l.QuietDays, l.Hours)
		if err != nil {
			return nil, at
		}
		return []Rung{{Clock: Clock{Name: string(KindQuiet), Dispatch: DispatchID(fmt.Sprint(q.AnsweredAt.Unix()))}, At: at}}, dark
	}
	for _, c := range cs {
		if c.State == ClockUnknown {
			dark = c.NotBefore
		}
		if c.State != ClockOK && c.State != ClockSoon && c.State != ClockLate {
			continue
		}
		// A moment after the due time: at the due time itself nothing is missed yet.
		all = append(all, Rung{c, LevelOfficer, c.SoonAt}, Rung{c, LevelLeader, c.Due.Add(time.Microsecond)})
		up, err := cal.AddWorking(c.Due, minutes(l.UpMinutes), l.Hours)
		if err != nil {
			dark = up
			continue
		}
		all = append(all, Rung{c, LevelUnion, up.Add(time.Microsecond)})
	}
	return all, dark
}
