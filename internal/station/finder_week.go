package station

import (
	"sync/atomic"
	"time"

	"nuanxin/internal/hours"
)

// weeks remembers what the schedules say at a few minutes. Most stations keep
// one of a few hundred weeks, and most questions are about this minute.
type weeks struct{ minutes [4]atomic.Pointer[weekMinute] }

// weekMinute is what each schedule says at one minute, as far as asked.
type weekMinute struct {
	at     time.Time
	states []atomic.Pointer[hours.State]
}

// state is what the schedule with the number n says at a time: as its table
// does, for hours are whole minutes, but for how soon they end.
func (w *weeks) state(tables []hours.Table, n uint32, at time.Time, cal hours.Calendar) hours.State {
	minute := at.Truncate(time.Minute)
	slot := &w.minutes[minute.Unix()/60&3]
	m := slot.Load()
	if m == nil || !m.at.Equal(minute) || int(n) >= len(m.states) {
		m = &weekMinute{minute, make([]atomic.Pointer[hours.State], len(tables))}
		slot.Store(m)
	}
	known := m.states[n].Load()
	if known == nil {
		st := tables[n].At(minute, cal)
		known = &st
		m.states[n].Store(known)
	}
	st := *known
	if st.Status == hours.Open && !st.Until.IsZero() && st.Until.Sub(at) <= hours.Soon {
		st.Status = hours.ClosingSoon
	}
	return st
}

// show unpacks a record as it is at a time.
func (f *Finder) show(r *record, at time.Time) Found {
	tables := *f.tables.Load()
	c := r.card(tables[r.hours])
	if r.rare != nil {
		return Found{Card: &c, Now: c.Now(c.Live, at, f.service.cal)}
	}
	return Found{Card: &c, Now: c.nowBy(f.weeks.state(tables, r.hours, at, f.service.cal), c.Live, at)}
}

// atMinute is a station, by its record, in one minute.
type atMinute struct {
	record *record
	minute int64
}

// inMinute is show, unpacked once a minute: hours are whole minutes, and a
// report makes a new record. Only the end of the day for which a locked door
// counts may be told some seconds late.
func (f *Finder) inMinute(r *record, at time.Time) Found {
	one, _ := f.shown.Get(atMinute{r, at.Unix() / 60}, func() (Found, error) { return f.show(r, at), nil })
	return one
}
