package nearby

import (
	"fmt"
	"sync"
	"sync/atomic"
)

const (
	calm = 256  // pending changes that a query may scan without notice
	full = 4096 // more are not left to the background
)

// Index is the finder's memory: readers ask it without a lock while changes come in.
type Index struct {
	ask   OpenFunc
	state atomic.Pointer[state]
	cache openCache
	rooms sync.Pool // *[]found, lent to queries for their candidates

	mu       sync.Mutex    // one writer at a time
	building chan struct{} // closed when the rebuild under way has ended; nil: none
	since    []change      // what came in since it began
}

// New returns an empty index that asks open about schedules. A nil open means
// that nothing is ever open.
func New(open OpenFunc) *Index {
	x := &Index{ask: open}
	x.rooms.New = func() any { r := make([]found, 0, MaxNearest); return &r }
	x.state.Store(stateOf(newTree(nil)))
	return x
}

// Len returns the number of items.
func (x *Index) Len() int { return x.state.Load().len() }

// Get returns the item with the key.
func (x *Index) Get(k Key) (Item, bool) { return x.state.Load().get(k) }

// Items returns a copy of all items, in no order.
func (x *Index) Items() []Item { return x.state.Load().items() }

// Forget drops what was remembered about schedules being open. Call it after
// the answers of the [OpenFunc] changed.
func (x *Index) Forget() { x.cache.forget() }

// Replace puts items in the place of all that was there. An item without a real
// position or a key that comes twice refuses the whole.
func (x *Index) Replace(items []Item) error {
	if err := valid(items); err != nil {
		return err
	}
	t := newTree(items)
	for i := 1; i < len(t.byKey); i++ {
		if k := t.places[t.byKey[i]].key; k == t.places[t.byKey[i-1]].key {
			return fmt.Errorf("nearby: key %s comes twice", k)
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.building, x.since = nil, nil // a rebuild under way is of no use any more
	x.state.Store(stateOf(t))
	return nil
}

// Apply adds or replaces the items of set and removes those of gone, all at
// once; a key unknown in gone is no fault. What comes last for a key counts,
// gone after set. When it returns, the change is visible.
func (x *Index) Apply(set []Item, gone []Key) error {
	if err := valid(set); err != nil {
		return err
	}
	changes := make([]change, 0, len(set)+len(gone))
	for _, it := range set {
		changes = append(changes, change{item: it})
	}
	for _, k := range gone {
		changes = append(changes, change{item: Item{Key: k}, gone: true})
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	next := x.state.Load().with(changes)
	if x.building != nil {
		x.since = append(x.since, changes...)
	}
	if next.pending() > full {
		next = stateOf(newTree(next.items()))
		x.building, x.since = nil, nil
	}
	x.state.Store(next)
	if next.pending() > calm && x.building == nil {
		x.building = make(chan struct{})
		go x.rebuild(next, x.building)
	}
	return nil
}

// rebuild makes a new tree of from and puts it in place with what came in
// meanwhile, unless it was overtaken.
func (x *Index) rebuild(from *state, ticket chan struct{}) {
	defer close(ticket)
	fresh := stateOf(newTree(from.items()))
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.building != ticket {
		return
	}
	if len(x.since) > 0 {
		fresh = fresh.with(x.since)
	}
	x.state.Store(fresh)
	x.building, x.since = nil, nil
}

// Settle waits for a rebuild under way, so that a measurement or a test finds
// the index at rest.
func (x *Index) Settle() {
	x.mu.Lock()
	ticket := x.building
	x.mu.Unlock()
	if ticket != nil {
		<-ticket
	}
}

func valid(items []Item) error {
	for i := range items {
		if !items[i].Valid() {
			return fmt.Errorf("nearby: item %s has no real position: %v, %v", items[i].Key, items[i].Lat, items[i].Lng)
		}
	}
	return nil
}

// Nearest appends to dst the k items nearest to from that pass the filter,
// nearest first, at most within metres away (no limit when it is not positive).
// k is at most [MaxNearest]. A position that is not on the Earth finds nothing.
func (x *Index) Nearest(dst []Hit, from Point, k int, within float64, want Filter) []Hit {
	if k <= 0 || !from.Valid() {
		return dst
	}
	s := search{
		state: x.state.Load(), from: vecOf(from.Lat, from.Lng), limit: chordOf(within),
		k: min(k, MaxNearest), want: want,
	}
	s.open = x.openAt(want.OpenAt, s.state)
	room := x.rooms.Get().(*[]found)
	s.best = (*room)[:0]
	s.nearest()
	dst = s.answer(dst)
	*room = s.best
	x.rooms.Put(room)
	return dst
}

// Within appends to dst the at most limit items in the rectangle that pass the filter
// and are nearest to its middle, nearest first, and returns how many there are
// in all. A rectangle that is not valid holds nothing.
func (x *Index) Within(dst []Hit, r Rect, limit int, want Filter) (hits []Hit, total int) {
	if !r.Valid() {
		return dst, 0
	}
	middle := r.middle()
	s := search{
		state: x.state.Load(), from: vecOf(middle.Lat, middle.Lng), limit: chordOf(0),
		k: max(limit, 0), want: want,
	}
	s.open = x.openAt(want.OpenAt, s.state)
	room := x.rooms.Get().(*[]found)
	s.best = (*room)[:0]
	total = s.within(r)
	hits = s.answer(dst)
	*room = s.best
	x.rooms.Put(room)
	return hits, total
}

func (x *Index) openAt(m Minute, s *state) *openSet {
	if m == 0 {
		return nil
	}
	return x.cache.at(m, s.hours, x.ask)
}
