package pinyin

import "math"

// Letters numbers the characters of many names, so that a name takes two bytes
// a character and a whole list lies in one piece of memory, to be read by a
// [Scan]. Numbers are only ever added. One goroutine at a time may add.
type Letters struct {
	numbers map[rune]uint16
	chars   []char // by number; the 0th stands for what no number is left for, and is never found
}

// NewLetters returns letters without any character.
func NewLetters() *Letters {
	return &Letters{numbers: map[rune]uint16{}, chars: make([]char, 1)}
}

// Spell appends the numbers of the name's characters to dst. Points and spaces
// do not count, so that names spelled one after the other are as one name.
func (l *Letters) Spell(dst []uint16, name string) []uint16 {
	for _, r := range fold(name) {
		dst = append(dst, l.number(r))
	}
	return dst
}

func (l *Letters) number(r rune) uint16 {
	n, ok := l.numbers[r]
	if !ok && len(l.chars) <= math.MaxUint16 {
		n = uint16(len(l.chars)) //nolint:gosec // checked above
		l.chars = append(l.chars, char{r, table().of[r]})
		l.numbers[r] = n
	}
	return n
}

// Known are the characters numbered at one moment. It stays as it is while more
// are added.
type Known struct{ chars []char }

// Known returns the characters numbered so far.
func (l *Letters) Known() Known { return Known{l.chars} }

// Scan is a query prepared for reading many spelled names: what each character
// does to it is worked out once, not once a name. It is only read, and may be
// shared.
type Scan struct {
	hot       []uint16 // by the character's number: which moves it makes; 0: none
	moves     []moves
	full, cut uint64 // the ends of the query, after a whole and after a begun syllable
}

// moves are the steps that a character makes in the query; a position in the
// query is a bit.
type moves struct {
	same           uint64 // from here to the next one: the character itself
	sound, initial []step
}

type step struct{ from, to uint64 }

// ways are the positions reached, by the worst thing on the way there.
type ways struct{ same, sound, initial uint64 }

// Over prepares the query for names spelled with the known letters.
func (q Query) Over(k Known) *Scan {
	n := len(q.text)
	s := &Scan{hot: make([]uint16, len(k.chars)), moves: make([]moves, 1), full: 1 << n, cut: 1 << (n + 1)}
	if n == 0 {
		return s
	}
	bySet := make([]moves, len(table().sets))
	for set, readings := range table().sets {
		bySet[set] = s.steps(q.text, readings)
	}
	shared := make([]uint16, len(bySet)) // moves without the character itself are those of its set
	for i, c := range k.chars {
		m := bySet[c.set]
		for j, r := range q.text {
			if r == c.r {
				m.same |= 1 << j
			}
		}
		switch {
		case m.same == 0 && m.sound == nil && m.initial == nil:
		case m.same == 0 && shared[c.set] > 0:
			s.hot[i] = shared[c.set]
		default:
			s.hot[i] = uint16(len(s.moves)) //nolint:gosec // at most one for each set of readings and each character of the query
			s.moves = append(s.moves, m)
			if m.same == 0 {
				shared[c.set] = s.hot[i]
			}
		}
	}
	return s
}

// steps are what a character with these readings can stand for in the query.
func (s *Scan) steps(text []rune, readings []string) (m moves) {
	for j, r := range text {
		for _, reading := range readings {
			if r != rune(reading[0]) {
				continue
			}
			from, rest := uint64(1)<<j, text[j:]
			n := common(reading, rest)
			switch {
			case n == len(reading):
				m.sound = append(m.sound, step{from, from << n})
			case n == len(rest) && n > 1:
				m.sound = append(m.sound, step{from, s.cut})
			}
			if len(reading) == 1 {
				continue
			}
			m.initial = append(m.initial, step{from, from << 1})
			if reading[1] == 'h' && len(rest) > 1 && rest[1] == 'h' {
				m.initial = append(m.initial, step{from, from << 2})
			}
		}
	}
	return m
}

func common(reading string, text []rune) (n int) {
	for n < len(reading) && n < len(text) && text[n] == rune(reading[n]) {
		n++
	}
	return n
}

// Score says how well the query finds the spelled name: as [Query.Match] does,
// 0 where it does not.
func (s *Scan) Score(name []uint16) int {
	if score := s.front(name); score > 0 {
		return score
	}
	return s.inside(name)
}

// front is the best match from the first character on.
func (s *Scan) front(name []uint16) (best int) {
	w := ways{same: 1}
	for i, n := range name {
		if w = s.moves[s.hot[n]].take(w); w == (ways{}) {
			break
		}
		best = max(best, s.atFront(w, i == len(name)-1))
	}
	return best
}

func (s *Scan) atFront(w ways, whole bool) int {
	switch end := s.full | s.cut; {
	case whole && w.same&s.full != 0:
		return Exact + 10
	case whole && w.sound&s.full != 0:
		return Exact + 5
	case w.same&s.full != 0:
		return Prefix + 10
	case w.sound&end != 0:
		return Prefix + 5
	case whole && w.initial&s.full != 0:
		return Initials + 5
	case w.initial&end != 0:
		return Initials
	}
	return 0
}

// inside is the best match that begins anywhere.
func (s *Scan) inside(name []uint16) (best int) {
	var w ways
	end := s.full | s.cut
	for _, n := range name {
		h := s.hot[n]
		if h == 0 {
			w = ways{}
			continue
		}
		w.same |= 1
		w = s.moves[h].take(w)
		switch {
		case w.same&s.full != 0:
			return Contains + 10
		case w.sound&end != 0:
			best = Contains + 5
		case w.initial&end != 0:
			best = max(best, Contains)
		}
	}
	return best
}

// take returns the positions after one more character.
func (m *moves) take(w ways) (next ways) {
	next = ways{(w.same & m.same) << 1, (w.sound & m.same) << 1, (w.initial & m.same) << 1}
	for _, s := range m.sound {
		if (w.same|w.sound)&s.from != 0 {
			next.sound |= s.to
		}
		if w.initial&s.from != 0 {
			next.initial |= s.to
		}
	}
	for _, s := range m.initial {
		if (w.same|w.sound|w.initial)&s.from != 0 {
			next.initial |= s.to
		}
	}
	return next
}
