package finder

import "time"

// show unpacks a record as it is at a time.
func (f *Finder) show(r *record, at time.Time) *Seen {
	c := f.shares.card(r)
	return &Seen{&c, c.Now(c.Live, at, f.calendar)}
}

// atMinute is a station, by its record, in one minute.
type atMinute struct {
	record *record
	minute int64
}

// inMinute is show, unpacked once a minute: hours are whole minutes, and a
// report makes a new record. Only the end of the day for which a locked door
// counts may be told some seconds late.
func (f *Finder) inMinute(r *record, at time.Time) *Seen {
	one, _ := f.shown.Get(atMinute{r, at.Unix() / 60}, func() (*Seen, error) { return f.show(r, at), nil })
	return one
}
