package finder

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/memo"
	"nuanxin/internal/nearby"
	"nuanxin/internal/pinyin"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
)

// Finder answers "where can I go?" for all public stations from memory. It
// follows the directory's changes: [Finder.Refresh] takes in what is new, and is
// called again and again, so that a change made by any process shows within the
// interval. Readers never wait for a refresh.
type Finder struct {
	stations *station.Service
	calendar hours.Calendar
	clock    clock.Clock
	index    *nearby.Index
	shares   shares
	cards    *table
	sorted   atomic.Pointer[directory] // by area and name
	shown    memo.Map[atMinute, *Seen]
	notice   atomic.Int64 // the revision of the calendar by which the index remembers what is open
	doubts   atomic.Int64 // how many are doubted

	refreshing sync.Mutex             // guards what follows, and whoever adds to the shares and the cards
	cursor     string                 // of the directory's changes
	doubted    map[nearby.Key]*record // with a report of a locked door that counts: their flag changes with time
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

// Seen is a station as it is at a time.
type Seen struct {
	*Card
	Now station.Now
}

// Found is a station in an answer, as it is at the asked time. The nearest
// stations that are asked for in the same minute are the same Seen, with the
// same Card, as long as nothing changes: what is made of one can be kept by that
// pointer.
type Found struct {
	*Seen
	Metres float64 // from the asked position; 0 where none was asked
}

// The flags in the index.
const (
	flagLocked  nearby.Flags = 1 << iota // reported locked, and nobody has said otherwise
	flagAlways                           // open day and night
	flagDoubted                          // reported locked, at this or another time
)

// New returns an empty finder over the stations of a directory. calendar is
// the directory's own, clock its time. Call Refresh once before answering.
func New(stations *station.Service, calendar hours.Calendar, clock clock.Clock) *Finder {
	f := &Finder{stations: stations, calendar: calendar, clock: clock,
		shares: newShares(), cards: newTable(), doubted: map[nearby.Key]*record{}, letters: pinyin.NewLetters()}
	f.sorted.Store(&directory{shares: f.shares})
	f.index = nearby.New(func(n uint32, at nearby.Minute) bool {
		return f.shares.tables.at(n).At(at.Time(), calendar).Status.IsOpen()
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
		if !f.elsewhen(w) {
			n.Without |= flagLocked
		}
	}
	if w.AllDay {
		n.With |= flagAlways
	}
	return n
}

// elsewhen reports whether w asks for another time than now, at which reports of
// locked doors may count that do not now, and the other way round.
func (f *Finder) elsewhen(w Want) bool {
	return f.doubts.Load() > 0 && !w.OpenAt.IsZero() && w.OpenAt.Sub(f.now()).Abs() > time.Minute
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
	k = min(max(k, 0), nearby.MaxNearest)
	ask := k
	if f.elsewhen(w) { // some of them may turn out to be locked
		ask = min(k+int(f.doubts.Load()), nearby.MaxNearest)
	}
	hits := f.index.Nearest(make([]nearby.Hit, 0, ask), nearby.Point(p), ask, within, f.filter(w))
	list := f.found(hits, w)
	return list[:min(len(list), k)]
}

// InRect returns up to limit stations in the rectangle between two corners
// that w takes, those nearest to its middle first, and how many there are.
func (f *Finder) InRect(sw, ne geo.Point, limit int, w Want) ([]Found, int) {
	r := nearby.Rect{South: sw.Lat, West: sw.Lng, North: ne.Lat, East: ne.Lng}
	limit = max(limit, 0)
	locked := 0 // at the asked time, by a report of which the index does not know when it counts
	if f.elsewhen(w) {
		doubted := f.filter(w)
		doubted.With |= flagDoubted
		hits, all := f.index.Within(nil, r, int(f.doubts.Load()), doubted)
		locked = all - len(f.found(hits, w))
	}
	hits, total := f.index.Within(nil, r, limit+locked, f.filter(w))
	list := f.found(hits, w)
	return list[:min(len(list), limit)], max(total-locked, len(list))
}

func (f *Finder) found(hits []nearby.Hit, w Want) []Found {
	at := f.at(w)
	list := make([]Found, 0, len(hits))
	for _, h := range hits {
		r := f.cards.get(h.Key)
		if r == nil {
			continue // it went away since
		}
		if one := f.inMinute(r, at); w.OpenAt.IsZero() || one.Now.Status.IsOpen() {
			list = append(list, Found{one, h.Metres})
		}
	}
	return list
}

// Get returns a station from memory as it is now.
func (f *Finder) Get(id station.ID) (Found, bool) {
	key, err := nearby.KeyOf(id)
	if err != nil {
		return Found{}, false
	}
	r := f.cards.get(key)
	if r == nil {
		return Found{}, false
	}
	return Found{Seen: f.inMinute(r, f.now())}, true
}

// Len returns how many stations the finder knows, and how many are on the map.
func (f *Finder) Len() (all, mapped int) { return len(f.sorted.Load().cards), f.index.Len() }

// Refresh takes in everything that changed since the last time; the first time
// that is all. When it returns without error, every answer shows it.
func (f *Finder) Refresh(ctx context.Context) error {
	f.refreshing.Lock()
	defer f.refreshing.Unlock()
	f.follow()
	changes := map[nearby.Key]*record{} // nil: gone
	cursor, err := f.read(ctx, f.cursor, changes)
	if f.cursor != "" && fault.Is(err, fault.Invalid) { // an older copy was put in the place of what we followed
		for _, r := range f.sorted.Load().cards {
			changes[r.key] = nil
		}
		cursor, err = f.read(ctx, "", changes)
	}
	if err == nil {
		err = f.take(changes)
	}
	if err != nil {
		return fmt.Errorf("station.finder: %w", err)
	}
	f.cursor = cursor
	return nil
}

// read adds all that changed after the cursor to the changes, and returns the
// next cursor.
func (f *Finder) read(ctx context.Context, cursor string, changes map[nearby.Key]*record) (string, error) {
	for more := true; more; {
		d, err := f.stations.Sync(ctx, cursor, atOnce)
		if err == nil {
			err = f.note(changes, d)
		}
		if err != nil {
			return cursor, err
		}
		cursor, more = d.Cursor, d.More
	}
	return cursor, nil
}

// follow forgets what was open once a notice on holidays came in.
func (f *Finder) follow() {
	ledger, ok := f.calendar.(interface{ Current() int64 })
	if !ok {
		return
	}
	if now := ledger.Current(); f.notice.Swap(now) != now {
		f.index.Forget()
	}
}

// atOnce is how many changes are read at once.
const atOnce = 1000

// note adds to the changes what the directory says: records of stations that
// one may go to, nil for those that went.
func (f *Finder) note(changes map[nearby.Key]*record, d station.Delta) error {
	records, ends := make([]record, len(d.Stations)), make([]int, len(d.Stations))
	var p packer
	for i, v := range d.Stations {
		key, err := nearby.KeyOf(v.ID)
		if err != nil {
			return err
		}
		schedule := uint32(0)
		if v.Hours.Known {
			schedule = f.number(v.Hours)
		}
		records[i] = record{key: key, rare: f.shares.pack(&p, v, schedule)}
		ends[i] = len(p.buf)
	}
	packed, from := string(p.buf), 0 // one piece of memory for all of them
	for i := range records {
		records[i].packed, from = packed[from:ends[i]], ends[i]
		changes[records[i].key] = &records[i]
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
	for key, r := range changes {
		delete(f.doubted, key)
		if r == nil {
			f.cards.drop(key)
			gone = append(gone, key)
			continue
		}
		f.cards.put(r)
		if item, mapped := f.item(r); mapped {
			items = append(items, item)
		} else {
			gone = append(gone, key)
		}
		if f.counts(r) {
			f.doubted[key] = r
		}
	}
	for key, r := range f.doubted {
		item, _ := f.item(r)
		if old, ok := f.index.Get(key); ok && changes[key] == nil && old.Flags != item.Flags {
			items = append(items, item)
		}
		if !f.counts(r) {
			delete(f.doubted, key)
		}
	}
	f.doubts.Store(int64(len(f.doubted)))
	switch {
	case len(items)+len(gone) == 0:
		return nil
	case f.index.Len() == 0:
		return f.index.Replace(items)
	}
	return f.index.Apply(items, gone)
}

// counts reports whether some report of a locked door is not too old to count.
func (f *Finder) counts(r *record) bool {
	return slices.ContainsFunc(r.live().Reports, func(p station.Report) bool {
		return p.What == station.Locked && f.now().Sub(p.At) < station.LockCounts
	})
}

// item is what the index knows of a record, if it is on the map.
func (f *Finder) item(r *record) (item nearby.Item, mapped bool) {
	h, u := f.shares.head(r)
	at := f.shares.place(h, &u)
	if at == nil {
		return item, false
	}
	item = nearby.Item{Key: r.key, Lat: at.Lat, Lng: at.Lng, Services: uint64(h.services), Hours: h.hours}
	if r.rare != nil {
		c := f.shares.card(r)
		item.Hours = f.number(c.Schedule(c.Live))
	}
	if r.live().LockedAt(f.now()) {
		item.Flags |= flagLocked
	}
	if f.counts(r) {
		item.Flags |= flagDoubted
	}
	if f.shares.tables.at(h.hours).Always() {
		item.Flags |= flagAlways
	}
	return item, true
}

// number returns the number of a schedule, a new one if it is new.
func (f *Finder) number(t hours.Table) uint32 {
	if f.day == "" {
		f.day = clock.Day(f.now().AddDate(0, 0, -1))
	}
	return f.shares.tables.number(t.Key(f.day), func() hours.Table {
		t.Printed = ""
		return t
	})
}
