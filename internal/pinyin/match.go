package pinyin

import (
	"slices"
	"strings"
	"unicode"
)

// Key is a name prepared for matching. Its zero value matches nothing.
type Key struct {
	chars  []char
	starts uint32 // the letters with which some character's reading begins
}

type char struct {
	r   rune
	set uint16 // its readings in the table; 0 for letters and digits
}

// Of prepares the name of a person or of anything. Points, spaces and hyphens do
// not count.
func Of(name string) Key { return of(name, true) }

// OfPlace prepares the name of a place: it differs from [Of] only in the
// preferred readings, since 解放区 does not begin with the surname 解.
func OfPlace(name string) Key { return of(name, false) }

func of(name string, person bool) Key {
	t := table()
	runes := fold(name)
	k := Key{chars: make([]char, len(runes))}
	for i := 0; i < len(runes); i++ {
		word := spelled(runes[i:], person && i == 0)
		k.chars[i] = char{runes[i], t.of[runes[i]]}
		for j, s := range word {
			k.chars[i+j] = char{runes[i+j], t.first(runes[i+j], s)}
		}
		i += max(len(word)-1, 0)
	}
	for _, c := range k.chars {
		for _, s := range t.sets[c.set] {
			k.starts |= bit(rune(s[0]))
		}
	}
	return k
}

// Full returns the name in pinyin without tones or spaces, by its preferred
// readings: for sorting and for addresses, not for matching.
func (k Key) Full() string { return k.spell(func(s string) string { return s }) }

// Initials returns the first letter of each preferred reading.
func (k Key) Initials() string { return k.spell(func(s string) string { return s[:1] }) }

func (k Key) spell(of func(string) string) string {
	var b strings.Builder
	t := table()
	for _, c := range k.chars {
		if c.set == 0 {
			b.WriteRune(c.r)
			continue
		}
		b.WriteString(of(t.sets[c.set][0]))
	}
	return b.String()
}

// The classes of a match, best first. A score is a class and a few points within.
const (
	Exact    = 400 // the whole name
	Prefix   = 300 // the name begins so
	Initials = 200 // first letters, from the beginning
	Contains = 100 // somewhere inside
)

// Query is what somebody typed, prepared for matching.
type Query struct {
	text  []rune
	first uint32
}

// longestQuery bounds the work of a match; nobody types more.
const longestQuery = 32

// Compile prepares what somebody typed.
func Compile(text string) Query {
	q := Query{text: fold(text)}
	if len(q.text) > longestQuery {
		q.text = q.text[:longestQuery]
	}
	if len(q.text) > 0 {
		q.first = bit(q.text[0])
	}
	return q
}

// Empty reports whether nothing was typed that could match.
func (q Query) Empty() bool { return len(q.text) == 0 }

// Match reports whether the query finds name, and how well.
func Match(query, name string) (score int, ok bool) { return Compile(query).Match(Of(name)) }

// Match reports whether the query finds the name, and how well: higher is
// better, see [Exact] and below.
func (q Query) Match(k Key) (score int, ok bool) {
	if len(q.text) == 0 {
		return 0, false
	}
	t := table()
	m := matcher{q: q.text, chars: k.chars, sets: t.sets}
	latin := q.first != 0
	for i, c := range k.chars {
		if c.r != q.text[0] && (!latin || c.set == 0 || k.starts&q.first == 0) {
			continue
		}
		m.start = i
		m.walk(i, 0, way{})
		if m.best >= Initials {
			break
		}
	}
	return m.best, m.best > 0
}

// way is how a match came about.
type way struct{ sound, initial, cut bool }

type matcher struct {
	q     []rune
	chars []char
	sets  [][]string
	start int
	best  int
}

// walk matches the query from j on against the characters from i on, in every way.
func (m *matcher) walk(i, j int, w way) {
	if j == len(m.q) {
		m.best = max(m.best, m.score(i, w))
		return
	}
	if i == len(m.chars) {
		return
	}
	c := m.chars[i]
	if c.r == m.q[j] {
		m.walk(i+1, j+1, w)
	}
	if bit(m.q[j]) == 0 {
		return
	}
	w.sound = true
	for n, s := range m.sets[c.set] {
		m.reading(i, j, s, w)
		if !slices.ContainsFunc(m.sets[c.set][:n], func(other string) bool { return other[0] == s[0] }) {
			m.initial(i, j, s, w)
		}
	}
}

// reading matches a whole syllable, or the beginning of one where the query ends.
func (m *matcher) reading(i, j int, s string, w way) {
	rest := m.q[j:]
	n := 0
	for n < len(s) && n < len(rest) && rest[n] == rune(s[n]) {
		n++
	}
	switch {
	case n == len(s):
		m.walk(i+1, j+n, w)
	case n == len(rest) && n > 1:
		w.cut = true
		m.walk(i+1, j+n, w)
	}
}

// initial matches a first letter, or zh, ch and sh.
func (m *matcher) initial(i, j int, s string, w way) {
	if len(s) == 1 || m.q[j] != rune(s[0]) {
		return
	}
	w.initial = true
	m.walk(i+1, j+1, w)
	if s[1] == 'h' && j+1 < len(m.q) && m.q[j+1] == 'h' {
		m.walk(i+1, j+2, w)
	}
}

// score rates a match of the characters from m.start up to end.
func (m *matcher) score(end int, w way) int {
	whole := m.start == 0 && end == len(m.chars) && !w.cut
	points := 10
	switch {
	case w.initial:
		points = 0
	case w.sound:
		points = 5
	}
	switch {
	case m.start > 0:
		return Contains + points
	case w.initial && whole:
		return Initials + 5
	case w.initial:
		return Initials
	case whole:
		return Exact + points
	default:
		return Prefix + points
	}
}

// fold makes one form of the many ways to write: half-width, lower case, ü as v,
// without spaces and points.
func fold(s string) []rune {
	out := make([]rune, 0, len(s)/2)
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		r = unicode.ToLower(r)
		if r == 'ü' {
			r = 'v'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '〇' {
			out = append(out, r)
		}
	}
	return out
}

// bit is the place of a Latin letter in a set of letters; 0 for anything else.
func bit(r rune) uint32 {
	if r < 'a' || r > 'z' {
		return 0
	}
	return 1 << (r - 'a')
}
