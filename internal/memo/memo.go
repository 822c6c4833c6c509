// Package memo keeps what was made once for the next who asks for the same.
package memo

import (
	"hash/maphash"
	"sync"
)

// Map keeps values by key, at most about [Most] of them. It is for values that
// are dear to make, that hold for as long as their key says, and that many ask
// for at once: whatever a value depends on belongs into its key. Nothing is
// aged or counted: a part that is full is forgotten as a whole, so that values
// whose keys nobody asks for any more go too. The zero Map is empty; it is safe
// for concurrent use, and must not be copied.
type Map[K comparable, V any] struct{ shards [shards]shard[K, V] }

// Most is how many values a map keeps.
const Most = 8192

// shards lets many read and write at once without waiting for one another.
const shards = 16

type shard[K comparable, V any] struct {
	mu   sync.RWMutex
	kept map[K]V
}

// seed spreads the keys; one for all maps, and another in each process.
var seed = maphash.MakeSeed()

// Get returns the value of key, which make makes when it is not kept. Two who
// ask at once may both make it; an error is returned and nothing kept.
func (m *Map[K, V]) Get(key K, make func() (V, error)) (V, error) {
	s := &m.shards[maphash.Comparable(seed, key)%shards]
	if v, ok := s.get(key); ok {
		return v, nil
	}
	v, err := make()
	if err == nil {
		s.put(key, v)
	}
	return v, err
}

func (s *shard[K, V]) get(key K) (V, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, ok := s.kept[key]
	return v, ok
}

func (s *shard[K, V]) put(key K, v V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= Most/shards {
		s.kept = map[K]V{}
	}
	s.kept[key] = v
}
