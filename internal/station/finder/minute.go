package finder

import (
	"slices"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/station"
)

// show unpacks a record as it is at a time.
func (f *Finder) show(r *record, at time.Time) *Seen {
	c := f.shares.card(r)
	if days := c.Live.Days; len(days) > 0 { // those that are over since the record was read say nothing any more
		yesterday := clock.Day(f.now().AddDate(0, 0, -1))
		over := slices.IndexFunc(days, func(d station.Day) bool { return d.Day >= yesterday })
		if c.Live.Days = nil; over >= 0 {
			c.Live.Days = days[over:]
		}
	}
	return &Seen{&c, c.Now(c.Live, at, f.calendar)}
}

// atMinute is a station, by its record, in one minute, after one notice on
// holidays.
type atMinute struct {
	record *record
	minute int64
	notice int64
}

// inMinute is show, unpacked once a minute: hours are whole minutes, and a
// report makes a new record. Only the end of the day for which a locked door
// counts may be told some seconds late.
func (f *Finder) inMinute(r *record, at time.Time) *Seen {
	one, _ := f.shown.Get(atMinute{r, at.Unix() / 60, f.notice.Load()}, func() (*Seen, error) { return f.show(r, at), nil })
	return one
}
