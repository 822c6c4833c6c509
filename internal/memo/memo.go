// Package memo keeps what was made once for the next who asks for the same.
package memo

import (
	"hash/maphash"
	"math/rand/v2"
	"sync/atomic"
)

// Map keeps values by key, at most [Most] of them. It is for values that are
// dear to make, that hold for as long as their key says, and that many ask for
// at once: whatever a value depends on belongs into its key. Nothing is aged or
// counted: a key has a few places, and a new one takes any of them, so that
// values whose keys nobody asks for any more go in time. The zero Map is empty;
// it is safe for concurrent use, waits for nobody, and must not be copied.
type Map[K comparable, V any] struct {
	places [Most]atomic.Pointer[kept[K, V]]
}

// Most is how many values a map keeps.
const Most = 8192

// few is how many places a key has: with one alone, two keys that are asked for
// in turn would put each other out.
const few = 4

type kept[K comparable, V any] struct {
	key   K
	value V
}

// seed spreads the keys; one for all maps, and another in each process.
var seed = maphash.MakeSeed()

// Get returns the value of key, which make makes when it is not kept. Two who
// ask at once may both make it; an error is returned and nothing kept.
func (m *Map[K, V]) Get(key K, make func() (V, error)) (V, error) {
	at := maphash.Comparable(seed, key) % (Most / few) * few
	places := m.places[at : at+few]
	for i := range places {
		if k := places[i].Load(); k != nil && k.key == key {
			return k.value, nil
		}
	}
	v, err := make()
	if err == nil {
		places[free(places)].Store(&kept[K, V]{key, v})
	}
	return v, err
}

// free is the place that a new value takes: an empty one, else any.
func free[K comparable, V any](places []atomic.Pointer[kept[K, V]]) int {
	for i := range places {
		if places[i].Load() == nil {
			return i
		}
	}
	return rand.IntN(len(places)) //nolint:gosec // chance, not a secret
}
