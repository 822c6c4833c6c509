package finder

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/nearby"
	"nuanxin/internal/pinyin"
	"nuanxin/internal/station"
)

// directory is all cards by area and name. Beside them lie the characters of
// their names and addresses in one piece of memory, which a search reads from
// front to end: that costs some milliseconds for the whole country, whatever is
// asked, and touches only the cards that it finds. A directory never changes;
// a refresh makes the next one.
type directory struct {
	shares
	cards []*record
	codes []uint32 // of each card
	text  []uint16 // of each card its name, then its other names and its address
	ends  []uint32 // where those of each card end; they begin where the ones of the card before end
	names []uint16 // how long the names are
	known pinyin.Known
}

// words returns what card i is found by.
func (d *directory) words(i int) (name, more []uint16) {
	var from uint32
	if i > 0 {
		from = d.ends[i-1]
	}
	middle := from + uint32(d.names[i])
	return d.text[from:middle], d.text[middle:d.ends[i]]
}

// within returns the run of cards that lie in an area.
func (d *directory) within(area string) (from, to int) {
	if area == "" {
		return 0, len(d.cards)
	}
	of := func(r *record) string {
		h, _ := d.head(r)
		return h.area
	}
	from, _ = slices.BinarySearchFunc(d.cards, area, func(r *record, a string) int { return cmp.Compare(of(r), a) })
	n, _ := slices.BinarySearchFunc(d.cards[from:], area, func(r *record, a string) int {
		if strings.HasPrefix(of(r), a) {
			return -1
		}
		return 1
	})
	return from, from + n
}

// Search returns up to limit stations that w takes, also those not yet on the
// map: with words the best matches first, else by area and name after the
// given cursor.
func (f *Finder) Search(w Want, after station.Cursor, limit int) []Found {
	s := sought{finder: f, directory: f.sorted.Load(), want: w, after: after, at: f.at(w), limit: limit, open: map[uint32]bool{}}
	if limit <= 0 {
		return nil
	}
	if strings.TrimSpace(w.Words) == "" {
		return s.list()
	}
	return s.best()
}

// sought is one search.
type sought struct {
	finder *Finder
	*directory
	want  Want
	after station.Cursor
	at    time.Time
	limit int
	open  map[uint32]bool // by schedule, as far as asked
	found []Found
	score []int // of what was found, falling
}

// list returns the first that fit.
func (s *sought) list() []Found {
	from, to := s.within(s.want.Area)
	if s.after.ID != "" {
		n, _ := slices.BinarySearchFunc(s.cards[from:to], s.after, func(r *record, a station.Cursor) int { return compare(s.cursor(r), a) })
		from += n
	}
	for _, r := range s.cards[from:to] {
		if one, ok := s.fits(r); ok {
			if s.found = append(s.found, one); len(s.found) == s.limit {
				break
			}
		}
	}
	return s.found
}

// fits unpacks what passes the filter.
func (s *sought) fits(r *record) (one Found, ok bool) {
	h, _ := s.head(r)
	if !h.services.Has(s.want.Services) || s.want.AllDay && !s.tables.at(h.hours).Always() {
		return one, false
	}
	if !s.want.OpenAt.IsZero() && r.rare == nil && !s.opens(h.hours) {
		return one, false
	}
	if s.after.ID != "" && compare(s.cursor(r), s.after) <= 0 {
		return one, false
	}
	one.Seen = s.finder.show(r, s.at)
	return one, s.want.OpenAt.IsZero() || one.Now.Status.IsOpen()
}

// opens reports whether a schedule is open, worked out once a search.
func (s *sought) opens(schedule uint32) bool {
	open, ok := s.open[schedule]
	if !ok {
		open = s.tables.at(schedule).At(s.at, s.finder.calendar).Status.IsOpen()
		s.open[schedule] = open
	}
	return open
}

// inName is what a match in the name counts more than one in the address;
// byCode what a code counts, which finds its station whatever else.
const (
	inName = 1000
	byCode = 1 << 20
)

// best returns those that the words find best, equals by area and name.
func (s *sought) best() []Found {
	digits := strings.ReplaceAll(s.want.Words, " ", "")
	code := codeNumber(digits)
	scan := pinyin.Compile(s.want.Words).Over(s.known)
	from, to := s.within(s.want.Area)
	for i := from; i < to; i++ {
		name, more := s.words(i)
		switch score := 0; {
		case code != 0 && s.codes[i] == code:
			s.take(i, byCode)
		default:
			if score = scan.Score(name); score > 0 {
				s.take(i, inName+score)
			} else if s.least() < inName {
				s.take(i, scan.Score(more))
			}
		}
	}
	return s.found
}

// least is the score that does not suffice any more.
func (s *sought) least() int {
	if len(s.found) < s.limit {
		return 0
	}
	return s.score[s.limit-1]
}

// take puts card i in its place among what was found so far.
func (s *sought) take(i, score int) {
	if score <= s.least() {
		return
	}
	one, ok := s.fits(s.cards[i])
	if !ok {
		return
	}
	if len(s.found) == s.limit {
		s.found, s.score = s.found[:s.limit-1], s.score[:s.limit-1]
	}
	at, _ := slices.BinarySearchFunc(s.score, score, func(have, new int) int {
		if have >= new {
			return -1
		}
		return 1
	})
	s.found, s.score = slices.Insert(s.found, at, one), slices.Insert(s.score, at, score)
}

func compare(a, b station.Cursor) int {
	return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// with returns the directory after the changes; nil stands for one that went.
func (d *directory) with(changes map[nearby.Key]*record, letters *pinyin.Letters) *directory {
	if next, ok := d.swap(changes); ok {
		return next
	}
	list := make([]*record, 0, len(d.cards)+len(changes))
	for _, c := range d.cards {
		if _, changed := changes[c.key]; !changed {
			list = append(list, c)
		}
	}
	kept := len(list)
	for _, c := range changes {
		if c != nil {
			list = append(list, c)
		}
	}
	if kept == 0 || len(list)-kept > 1000 {
		slices.SortFunc(list, d.byPlace)
	} else {
		list = merge(list[:kept], list[kept:], d.byPlace)
	}
	return d.spell(list, changes, letters)
}

// swap returns the directory with changed cards in the places of the old ones,
// if no place and no word changes: so it is for most changes, such as an
// opening or a report.
func (d *directory) swap(changes map[nearby.Key]*record) (*directory, bool) {
	next := *d
	next.cards = slices.Clone(d.cards)
	for _, c := range changes {
		if c == nil {
			return nil, false
		}
		i, ok := slices.BinarySearchFunc(d.cards, c, d.byPlace)
		if !ok || !d.sameWords(d.cards[i], c) {
			return nil, false
		}
		next.cards[i] = c
	}
	return &next, true
}

// spell lays out the words of the list; those of cards that did not change are
// copied.
func (d *directory) spell(list []*record, changes map[nearby.Key]*record, letters *pinyin.Letters) *directory {
	next := &directory{shares: d.shares, cards: list, codes: make([]uint32, len(list)), ends: make([]uint32, len(list)), names: make([]uint16, len(list)), text: make([]uint16, 0, len(d.text)+24*len(changes))}
	old := 0
	for i, c := range list {
		from := len(next.text)
		if _, changed := changes[c.key]; changed {
			next.codes[i] = d.code(c)
			name, others, address := d.texts(c)
			next.text = letters.Spell(next.text, name)
			next.names[i] = uint16(len(next.text) - from) // no name is longer than [station.Facts.Check] allows
			for _, name := range append(slices.Clip(others), address) {
				next.text = letters.Spell(next.text, name)
			}
		} else {
			for d.cards[old] != c {
				old++
			}
			name, more := d.words(old)
			next.text = append(append(next.text, name...), more...)
			next.names[i], next.codes[i] = d.names[old], d.codes[old]
		}
		next.ends[i] = uint32(len(next.text))
	}
	if cap(next.text) > len(next.text)+len(next.text)/64 {
		next.text = slices.Clone(next.text)
	}
	next.known = letters.Known()
	return next
}

// merge joins a sorted list with a few cards.
func merge(sorted, few []*record, compare func(a, b *record) int) []*record {
	slices.SortFunc(few, compare)
	list := make([]*record, 0, len(sorted)+len(few))
	for _, c := range few {
		at, _ := slices.BinarySearchFunc(sorted, c, compare)
		list, sorted = append(append(list, sorted[:at]...), c), sorted[at:]
	}
	return append(list, sorted...)
}
