package finder

import (
	"encoding/binary"
	"sync/atomic"

	"nuanxin/internal/nearby"
)

// atomicList is a list that readers take whole while it grows.
type atomicList[T any] struct{ atomic.Pointer[[]T] }

// table finds records by key: readers without a lock, while one goroutine at a
// time changes it. A record that went leaves a mark behind, so that those after
// it are still found; a table that is three quarters full makes room.
type table struct {
	slots atomic.Pointer[[]atomic.Pointer[record]]
	used  int // slots that are not empty, marks too
	live  int
}

// gone is the mark of a record that went.
var gone = &record{}

func newTable() *table {
	t := &table{}
	t.slots.Store(new(make([]atomic.Pointer[record], 1<<10)))
	return t
}

// slotOf is where a key belongs: the end of a UUID is drawn at random.
func slotOf(k nearby.Key, among int) int {
	return int(binary.LittleEndian.Uint64(k[8:])>>8) & (among - 1)
}

// get returns the record with the key, or nil.
func (t *table) get(k nearby.Key) *record {
	slots := *t.slots.Load()
	for i := slotOf(k, len(slots)); ; i = (i + 1) & (len(slots) - 1) {
		if r := slots[i].Load(); r == nil || r != gone && r.key == k {
			return r
		}
	}
}

// put adds the record, or puts it in the place of the one with its key.
func (t *table) put(r *record) {
	slots := *t.slots.Load()
	for i := slotOf(r.key, len(slots)); ; i = (i + 1) & (len(slots) - 1) {
		switch old := slots[i].Load(); {
		case old == nil:
			slots[i].Store(r)
			t.used, t.live = t.used+1, t.live+1
			t.makeRoom()
			return
		case old != gone && old.key == r.key:
			slots[i].Store(r)
			return
		}
	}
}

// drop takes the record with the key away, if it is there.
func (t *table) drop(k nearby.Key) {
	slots := *t.slots.Load()
	for i := slotOf(k, len(slots)); ; i = (i + 1) & (len(slots) - 1) {
		switch old := slots[i].Load(); {
		case old == nil:
			return
		case old != gone && old.key == k:
			slots[i].Store(gone)
			t.live--
			return
		}
	}
}

// makeRoom lays the records out anew, without marks, when the table is full.
func (t *table) makeRoom() {
	old := *t.slots.Load()
	if t.used < len(old)*3/4 {
		return
	}
	size := len(old)
	if t.live >= size/2 {
		size *= 2
	}
	slots := make([]atomic.Pointer[record], size)
	t.used = 0
	for n := range old {
		r := old[n].Load()
		if r == nil || r == gone {
			continue
		}
		i := slotOf(r.key, size)
		for slots[i].Load() != nil {
			i = (i + 1) & (size - 1)
		}
		slots[i].Store(r)
		t.used++
	}
	t.slots.Store(&slots)
}
