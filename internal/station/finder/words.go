package finder

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
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
	cards []*record
	codes []uint32 // of each card
	text  []uint16 // of each card its name, then its other names and its address
	ends  []span   // where they end
	known pinyin.Known
}

// span is where a card's name and its other words end in the text; they begin
// where the ones of the card before end.
type span struct{ name, more uint32 }

// words returns what card i is found by.
func (d *directory) words(i int) (name, more []uint16) {
	var from uint32
	if i > 0 {
		from = d.ends[i-1].more
	}
	e := d.ends[i]
	return d.text[from:e.name], d.text[e.name:e.more]
}

// within returns the run of cards that lie in an area.
func (d *directory) within(area string) (from, to int) {
	if area == "" {
		return 0, len(d.cards)
	}
	from, _ = slices.BinarySearchFunc(d.cards, area, func(c *record, a string) int { return cmp.Compare(c.side.area, a) })
	n, _ := slices.BinarySearchFunc(d.cards[from:], area, func(c *record, a string) int {
		if strings.HasPrefix(c.side.area, a) {
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
	s := sought{finder: f, directory: f.sorted.Load(), want: w, after: after, at: f.at(w), limit: limit}
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
	found []Found
	score []int // of what was found, falling
}

// list returns the first that fit.
func (s *sought) list() []Found {
	from, to := s.within(s.want.Area)
	if s.after.ID != "" {
		n, _ := slices.BinarySearchFunc(s.cards[from:to], s.after, func(c *record, a station.Cursor) int { return compare(c.cursor(), a) })
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
	if !r.services.Has(s.want.Services) || s.after.ID != "" && compare(r.cursor(), s.after) <= 0 {
		return one, false
	}
	one = s.finder.show(r, s.at)
	if s.want.AllDay && !one.Hours.Always() || !s.want.OpenAt.IsZero() && !one.Now.Status.IsOpen() {
		return one, false
	}
	return one, true
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
		case code != 0 && s.codes[i] == code && s.cards[i].code == digits:
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

// codeNumber is the code as a number; 0 when s can be no code.
func codeNumber(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

func compare(a, b station.Cursor) int {
	return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// byPlace orders as compare does: ids are the texts of their keys.
func byPlace(a, b *record) int {
	return cmp.Or(cmp.Compare(a.side.area, b.side.area), cmp.Compare(a.name, b.name), bytes.Compare(a.key[:], b.key[:]))
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
		slices.SortFunc(list, byPlace)
	} else {
		list = merge(list[:kept], list[kept:], byPlace)
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
		i, ok := slices.BinarySearchFunc(d.cards, c, byPlace)
		if !ok || !sameWords(d.cards[i], c) {
			return nil, false
		}
		next.cards[i] = c
	}
	return &next, true
}

// spell lays out the words of the list; those of cards that did not change are
// copied.
func (d *directory) spell(list []*record, changes map[nearby.Key]*record, letters *pinyin.Letters) *directory {
	next := &directory{cards: list, codes: make([]uint32, len(list)), ends: make([]span, len(list)), text: make([]uint16, 0, len(d.text)+24*len(changes))}
	old := 0
	for i, c := range list {
		if _, changed := changes[c.key]; changed {
			next.text = letters.Spell(next.text, c.name)
			next.ends[i].name = uint32(len(next.text))
			for _, name := range c.otherNames() {
				next.text = letters.Spell(next.text, name)
			}
			next.text = letters.Spell(next.text, c.address)
		} else {
			for d.cards[old] != c {
				old++
			}
			name, more := d.words(old)
			next.text = append(append(next.text, name...), more...)
			next.ends[i].name = uint32(len(next.text) - len(more))
		}
		next.ends[i].more = uint32(len(next.text))
		next.codes[i] = codeNumber(c.code)
	}
	if cap(next.text) > len(next.text)+len(next.text)/8 {
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
