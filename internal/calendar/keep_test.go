package calendar

import "testing"

// Whoever reads at the same time as others leaves the newest, in whatever order
// they come.
func TestKeepsTheNewest(t *testing.T) {
	at := func(n int64) *Ledger { return &Ledger{revisions: []Revision{{Number: n}}} }
	s := NewService(nil, nil)
	for _, c := range []struct{ read, want int64 }{{1, 1}, {3, 3}, {2, 3}, {3, 3}, {4, 4}} {
		s.keep(at(c.read))
		if got := s.Current(); got != c.want {
			t.Errorf("after %d was read: got %d, want %d", c.read, got, c.want)
		}
	}
}
