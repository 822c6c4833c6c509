package finder

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/memo"
	"nuanxin/internal/nearby"
	"nuanxin/internal/pinyin"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
)

// Finder answers "where can I go?" for all public stations from memory. It
// follows the directory's changes: [Finder.Refresh] takes in what is new, and
// [Finder.Follow] does so again and again, so that a change made by any process
// shows within the interval. Readers never wait for a refresh.
type Finder struct {
	stations *station.Service
	calendar hours.Calendar
	clock    clock.Clock
	index    *nearby.Index
	tables   atomic.Pointer[[]hours.Table] // schedules by number; only ever appended to
	cards    sync.Map                      // nearby.Key → *record
	sorted   atomic.Pointer[directory]     // by area and name
	shown    memo.Map[atMinute, *Found]

	refreshing sync.Mutex        // guards what follows
	cursor     string            // of the directory's changes
	numbers    map[string]uint32 // schedule numbers by key
	shares     shares
	doubted    map[nearby.Key]*record // with a report of a locked door: their flag changes with time
	day        string                 // special days before it are forgotten
	letters    *pinyin.Letters
}

// Card is what the finder knows of a station: the record without what only
// those inside may read, and its live part. To be small, it leaves out where
// the record came from and the printed words of what was understood (source,
// marks, offers, printed hours that are known), its photos and how it is kept
// up; [station.Service.Get] has them. Parts of cards are shared: never change
// one.
type Card struct {
	station.Station
	Live station.Live
}

// Found is a station in an answer, as it is at the asked time. The nearest
// stations that are asked for in the same minute have the same Card as long as
// nothing changes: what is made of it can be kept by that pointer.
type Found struct {
	*Card
	Now    station.Now
	Metres float64 // from the asked position; 0 where none was asked
}

// The flags in the index.
const (
	flagLocked nearby.Flags = 1 << iota // reported locked, and nobody has said otherwise
	flagAlways                          // open day and night
)

// New returns an empty finder over the stations of a directory. calendar is
// the directory's own, clock its time. Call Refresh once before answering.
func New(stations *station.Service, calendar hours.Calendar, clock clock.Clock) *Finder {
	f := &Finder{stations: stations, calendar: calendar, clock: clock,
		numbers: map[string]uint32{"": 0}, shares: newShares(), doubted: map[nearby.Key]*record{}, letters: pinyin.NewLetters()}
	f.tables.Store(&[]hours.Table{{}})
	f.sorted.Store(&directory{})
	f.index = nearby.New(func(n uint32, at nearby.Minute) bool {
		return (*f.tables.Load())[n].At(at.Time(), calendar).Status.IsOpen()
	})
	return f
}

// Want says which stations count. Its zero value takes all.
type Want struct {
	Services amenity.Set // all of these
	OpenAt   time.Time   // open at this time; zero: open or not
	AllDay   bool        // open day and night
	Area     string      // within this area
	Words    string      // in names or addresses, in characters or pinyin
}

func (f *Finder) filter(w Want) nearby.Filter {
	n := nearby.Filter{Services: uint64(w.Services)}
	if !w.OpenAt.IsZero() {
		n.OpenAt = nearby.MinuteOf(w.OpenAt)
		if w.OpenAt.Sub(f.now()) < station.LockCounts {
			n.Without |= flagLocked
		}
	}
	if w.AllDay {
		n.With |= flagAlways
	}
	return n
}

func (f *Finder) now() time.Time { return f.clock.Now() }

// at is the time for which an answer's statuses hold.
func (f *Finder) at(w Want) time.Time {
	if w.OpenAt.IsZero() {
		return f.now()
	}
	return w.OpenAt
}

// Nearest returns the k stations nearest to p that w takes, nearest first, at
// most within metres away (no limit when it is 0). Words and Area are not
// looked at: who stands somewhere asks by distance.
func (f *Finder) Nearest(p geo.Point, within float64, k int, w Want) []Found {
	hits := f.index.Nearest(make([]nearby.Hit, 0, min(max(k, 0), nearby.MaxNearest)), nearby.Point(p), k, within, f.filter(w))
	return f.found(hits, w)
}

// InRect returns up to limit stations in the rectangle between two corners
// that w takes, those nearest to its middle first, and how many there are.
func (f *Finder) InRect(sw, ne geo.Point, limit int, w Want) ([]Found, int) {
	r := nearby.Rect{South: sw.Lat, West: sw.Lng, North: ne.Lat, East: ne.Lng}
	hits, total := f.index.Within(nil, r, limit, f.filter(w))
	return f.found(hits, w), total
}

func (f *Finder) found(hits []nearby.Hit, w Want) []Found {
	at := f.at(w)
	list := make([]Found, 0, len(hits))
	for _, h := range hits {
		r, ok := f.cards.Load(h.Key)
		if !ok {
			continue // it went away since
		}
		if one := f.inMinute(r.(*record), at); w.OpenAt.IsZero() || one.Now.Status.IsOpen() {
			one.Metres = h.Metres
			list = append(list, one)
		}
	}
	return list
}

func (f *Finder) unpack(r *record) Card { return r.card((*f.tables.Load())[r.hours]) }

// Get returns a station from memory as it is now.
func (f *Finder) Get(id station.ID) (Found, bool) {
	key, err := nearby.KeyOf(id)
	r, ok := f.cards.Load(key)
	if err != nil || !ok {
		return Found{}, false
	}
	return f.inMinute(r.(*record), f.now()), true
}

// Len returns how many stations the finder knows, and how many are on the map.
func (f *Finder) Len() (all, mapped int) { return len(f.sorted.Load().cards), f.index.Len() }

// Follow refreshes at every interval until ctx ends. What goes wrong is told
// to failed and tried again.
func (f *Finder) Follow(ctx context.Context, every time.Duration, failed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := f.Refresh(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}

// Refresh takes in everything that changed since the last time; the first time
// that is all. When it returns without error, every answer shows it.
func (f *Finder) Refresh(ctx context.Context) error {
	f.refreshing.Lock()
	defer f.refreshing.Unlock()
	changes := map[nearby.Key]*record{} // nil: gone
	cursor := f.cursor
	for more := true; more; {
		d, err := f.stations.Sync(ctx, cursor, atOnce)
		if err == nil {
			err = f.note(changes, d)
		}
		if err != nil {
			return fmt.Errorf("station.finder: %w", err)
		}
		cursor, more = d.Cursor, d.More
	}
	if err := f.take(changes); err != nil {
		return fmt.Errorf("station.finder: %w", err)
	}
	f.cursor = cursor
	return nil
}

// atOnce is how many changes are read at once.
const atOnce = 1000

// note adds to the changes what the directory says: records of stations that
// one may go to, nil for those that went.
func (f *Finder) note(changes map[nearby.Key]*record, d station.Delta) error {
	for _, v := range d.Stations {
		key, err := nearby.KeyOf(v.ID)
		if err != nil {
			return err
		}
		schedule := uint32(0)
		if v.Hours.Known {
			schedule = f.number(v.Hours)
		}
		changes[key] = f.shares.pack(key, v, schedule)
	}
	for _, id := range d.Gone {
		key, err := nearby.KeyOf(id)
		if err != nil {
			return err
		}
		changes[key] = nil
	}
	return nil
}

// take shows the changes: the cards first, so that whatever the index finds
// has a card.
func (f *Finder) take(changes map[nearby.Key]*record) error {
	if len(changes) > 0 {
		f.sorted.Store(f.sorted.Load().with(changes, f.letters))
	}
	var items []nearby.Item
	var gone []nearby.Key
	for key, c := range changes {
		delete(f.doubted, key)
		if c == nil || !c.mapped() {
			gone = append(gone, key)
		} else {
			items = append(items, f.item(c))
		}
		if c == nil {
			f.cards.Delete(key)
			continue
		}
		f.cards.Store(key, c)
		if _, reported := c.live().Locked(f.now()); reported {
			f.doubted[key] = c
		}
	}
	for key, c := range f.doubted {
		if old, ok := f.index.Get(key); ok && changes[key] == nil && old.Flags != f.flags(c) {
			items = append(items, f.item(c))
		}
	}
	switch {
	case len(items)+len(gone) == 0:
		return nil
	case f.index.Len() == 0:
		return f.index.Replace(items)
	}
	return f.index.Apply(items, gone)
}

func (f *Finder) item(r *record) nearby.Item {
	n := r.hours
	if r.rare != nil {
		c := f.unpack(r)
		n = f.number(c.Schedule(c.Live))
	}
	return nearby.Item{Key: r.key, Lat: r.lat, Lng: r.lng, Services: uint64(r.services), Hours: n, Flags: f.flags(r)}
}

func (f *Finder) flags(r *record) (flags nearby.Flags) {
	c := f.unpack(r)
	if c.LockedAt(c.Live, f.now()) {
		flags |= flagLocked
	}
	if c.Hours.Always() {
		flags |= flagAlways
	}
	return flags
}

// number returns the number of a schedule, a new one if it is new.
func (f *Finder) number(t hours.Table) uint32 {
	if f.day == "" {
		f.day = clock.Day(f.now().AddDate(0, 0, -1))
	}
	key := t.Key(f.day)
	if n, ok := f.numbers[key]; ok {
		return n
	}
	t.Printed = ""
	tables := append(*f.tables.Load(), t) // readers of the shorter list do not see it
	n := uint32(len(tables) - 1)
	f.tables.Store(&tables)
	f.numbers[key] = n
	return n
}
