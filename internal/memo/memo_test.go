package memo

import (
	"errors"
	"sync"
	"testing"
)

func TestAValueIsMadeOnce(t *testing.T) {
	var m Map[string, int]
	made := 0
	for range 3 {
		v, err := m.Get("a", func() (int, error) { made++; return 7, nil })
		if v != 7 || err != nil {
			t.Fatalf("got %d, %v", v, err)
		}
	}
	if made != 1 {
		t.Errorf("made %d times", made)
	}
}

func TestAnErrorIsNotKept(t *testing.T) {
	var m Map[string, int]
	wrong := errors.New("wrong")
	if _, err := m.Get("a", func() (int, error) { return 0, wrong }); !errors.Is(err, wrong) {
		t.Fatalf("got %v", err)
	}
	if v, err := m.Get("a", func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}

func TestItStaysSmallAndRight(t *testing.T) {
	var m Map[int, int]
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 5 * Most {
				if v, _ := m.Get(i, func() (int, error) { return -i, nil }); v != -i {
					t.Errorf("worker %d: %d has %d", w, i, v)
				}
			}
		})
	}
	all.Wait()
	kept := 0
	for i := range m.places {
		if m.places[i].Load() != nil {
			kept++
		}
	}
	if kept < Most*9/10 {
		t.Errorf("keeps %d values of %d that it has places for", kept, Most)
	}
}

// A page asks for a few thousand values again and again: nearly all of them
// have to be there still. Keys fall on places by chance, differently in each
// process: with a few places per key about 2,200 values are made, ± 50; with
// one place each it would be 6,000.
func TestWhatIsAskedForStays(t *testing.T) {
	var m Map[int, int]
	made := 0
	for range 10 {
		for i := range Most / 4 {
			_, _ = m.Get(i, func() (int, error) { made++; return i, nil })
		}
	}
	if most := Most / 4 * 3 / 2; made > most {
		t.Errorf("made %d values, want at most %d", made, most)
	}
}
