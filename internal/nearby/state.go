package nearby

// struck marks points of the tree that a later change took away.
type struck []uint64

func (s struck) has(i uint32) bool { return s[i/64]&(1<<(i%64)) != 0 }

// state is one version of the index: a tree, what was struck out of it, and the
// items that came or changed since it was built. It never changes once published.
type state struct {
	*tree
	struck      struck // nil: nothing
	strikes     int
	extra       []point
	extraPlaces []place
	hours       uint32 // one more than the largest schedule number
}

func stateOf(t *tree) *state { return &state{tree: t, hours: t.hours} }

func (s *state) len() int { return len(s.points) - s.strikes + len(s.extra) }

// pending is how much the next tree would take in.
func (s *state) pending() int { return len(s.extra) + s.strikes/8 }

func (s *state) pointOf(n uint32) *point {
	if int(n) < len(s.points) {
		return &s.points[n]
	}
	return &s.extra[int(n)-len(s.points)]
}

func (s *state) placeOf(n uint32) *place {
	if int(n) < len(s.places) {
		return &s.places[n]
	}
	return &s.extraPlaces[int(n)-len(s.places)]
}

func (s *state) itemAt(n uint32) Item { return itemOf(s.pointOf(n), s.placeOf(n)) }

func (s *state) get(k Key) (Item, bool) {
	for i := range s.extraPlaces {
		if s.extraPlaces[i].key == k {
			return itemOf(&s.extra[i], &s.extraPlaces[i]), true
		}
	}
	if i, ok := s.find(k); ok && (s.struck == nil || !s.struck.has(i)) {
		return s.item(i), true
	}
	return Item{}, false
}

// items lists all that is alive.
func (s *state) items() []Item {
	all := make([]Item, 0, s.len())
	for i := range s.points {
		if s.struck == nil || !s.struck.has(uint32(i)) {
			all = append(all, s.item(uint32(i)))
		}
	}
	for i := range s.extra {
		all = append(all, itemOf(&s.extra[i], &s.extraPlaces[i]))
	}
	return all
}

// with returns the next version: s after the changes.
func (s *state) with(changes []change) *state {
	last := make(map[Key]change, len(changes))
	for _, c := range changes {
		last[c.item.Key] = c
	}
	next := &state{tree: s.tree, strikes: s.strikes, hours: s.hours}
	next.struck = s.struckWith(last, &next.strikes)
	for i := range s.extra {
		if _, changed := last[s.extraPlaces[i].key]; !changed {
			next.extra = append(next.extra, s.extra[i])
			next.extraPlaces = append(next.extraPlaces, s.extraPlaces[i])
		}
	}
	for _, c := range last {
		if c.gone {
			continue
		}
		p, q := halves(c.item)
		next.extra, next.extraPlaces = append(next.extra, p), append(next.extraPlaces, q)
		next.hours = max(next.hours, p.hours+1)
	}
	return next
}

// struckWith copies the marks and strikes each changed key out of the tree.
func (s *state) struckWith(changed map[Key]change, strikes *int) struck {
	marks := s.struck
	for k := range changed {
		i, ok := s.find(k)
		if !ok || marks != nil && marks.has(i) {
			continue
		}
		if *strikes == s.strikes { // the first new mark: the old ones belong to readers
			marks = append(make(struck, 0, (len(s.points)+63)/64), s.struck...)[:(len(s.points)+63)/64]
		}
		marks[i/64] |= 1 << (i % 64)
		*strikes++
	}
	return marks
}

// change is one item that came or changed, or the key of one that went.
type change struct {
	item Item
	gone bool
}
