package nearby

import "sync/atomic"

const (
	openSets  = 16      // minutes remembered at a time
	maxCached = 1 << 20 // schedule numbers beyond are asked each time
)

// openSet remembers, for one minute, which schedules are open. Bits are filled
// in as queries ask; known is set after open, so a reader that sees known sees
// the answer.
type openSet struct {
	minute      Minute
	ask         OpenFunc
	known, open []atomic.Uint64
}

func newOpenSet(ask OpenFunc, at Minute, hours uint32) *openSet {
	words := (min(hours, maxCached) + 63) / 64
	return &openSet{minute: at, ask: ask, known: make([]atomic.Uint64, words), open: make([]atomic.Uint64, words)}
}

// is reports whether schedule h is open.
func (s *openSet) is(h uint32) bool {
	w, bit := h/64, uint64(1)<<(h%64)
	if int(w) < len(s.known) && s.known[w].Load()&bit != 0 {
		return s.open[w].Load()&bit != 0
	}
	return s.learn(h)
}

func (s *openSet) learn(h uint32) bool {
	open := h != 0 && s.ask != nil && s.ask(h, s.minute)
	w, bit := h/64, uint64(1)<<(h%64)
	if int(w) >= len(s.known) {
		return open
	}
	if open {
		s.open[w].Or(bit)
	}
	s.known[w].Or(bit)
	return open
}

// openCache keeps the sets of the minutes asked last, one slot each.
type openCache [openSets]atomic.Pointer[openSet]

// at returns the set of a minute with room for the given number of schedules.
// Two queries may make it at once; one of the two stays.
func (c *openCache) at(m Minute, hours uint32, ask OpenFunc) *openSet {
	slot := &c[uint64(m)%openSets]
	if s := slot.Load(); s != nil && s.minute == m && len(s.known)*64 >= int(min(hours, maxCached)) {
		return s
	}
	s := newOpenSet(ask, m, hours)
	slot.Store(s)
	return s
}

func (c *openCache) forget() {
	for i := range c {
		c[i].Store(nil)
	}
}
