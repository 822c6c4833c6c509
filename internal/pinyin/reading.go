package pinyin

import (
	"slices"
	"strings"
	"sync"

	dict "github.com/mozillazg/go-pinyin"
)

// readings is the table of all characters: which set of readings each has.
// Sets are shared, since many characters sound alike.
type readings struct {
	sets [][]string // the 0th is empty
	ids  map[string]uint16
	of   map[rune]uint16
}

var table = sync.OnceValue(func() *readings {
	t := &readings{sets: [][]string{nil}, ids: map[string]uint16{}, of: make(map[rune]uint16, len(dict.PinyinDict))}
	for r, text := range dict.PinyinDict {
		t.of[rune(r)] = t.set(toneless(text))
	}
	for r, more := range missing {
		t.add(r, more)
	}
	each(func(r rune, reading string) { t.add(r, reading) })
	each(func(r rune, reading string) { t.set(front(t.sets[t.of[r]], reading)) }) // so that the finished table is only read
	return t
})

// each calls do with each character of the tables of preferred readings.
func each(do func(r rune, reading string)) {
	for _, names := range preferred {
		for name, spelling := range names {
			syllables := strings.Fields(spelling)
			for i, r := range []rune(name) {
				do(r, syllables[i])
			}
		}
	}
}

// add puts a reading into the set of r.
func (t *readings) add(r rune, reading string) {
	if list := t.sets[t.of[r]]; !slices.Contains(list, reading) {
		t.of[r] = t.set(append(slices.Clone(list), reading))
	}
}

// first returns the set of r with the reading in front.
func (t *readings) first(r rune, reading string) uint16 {
	return t.ids[strings.Join(front(t.sets[t.of[r]], reading), ",")]
}

func front(list []string, reading string) []string {
	out := []string{reading}
	for _, s := range list {
		if s != reading {
			out = append(out, s)
		}
	}
	return out
}

func (t *readings) set(list []string) uint16 {
	key := strings.Join(list, ",")
	if id, ok := t.ids[key]; ok {
		return id
	}
	id := uint16(len(t.sets)) //nolint:gosec // the dictionary has some thousand sets
	t.sets = append(t.sets, list)
	t.ids[key] = id
	return id
}

// toneless turns "lǜ,lù" into lv, lyu and lu: with ü as keyboards and as passports write it.
func toneless(text string) []string {
	var out []string
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for s := range strings.SplitSeq(text, ",") {
		plain := strings.Map(bare, s)
		add(plain)
		if strings.HasSuffix(plain, "v") {
			add(strings.TrimSuffix(plain, "v") + "yu")
		}
	}
	return out
}

// vowels lists each letter with the marked letters that stand for it.
var vowels = [...]string{"aāáǎà", "eēéěèêếề", "iīíǐì", "oōóǒò", "uūúǔù", "vüǖǘǚǜ", "nńňǹ", "mḿ"}

// bare takes the tone from a letter; what is no letter goes.
func bare(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r
	}
	for _, v := range vowels {
		if strings.ContainsRune(v, r) {
			return rune(v[0])
		}
	}
	return -1
}

// spelled returns the longest name in the tables that stands at the start of
// runes, as its readings. A surname comes before a place.
func spelled(runes []rune, surname bool) []string {
	for n := min(longest, len(runes)); n > 0; n-- {
		word := string(runes[:n])
		if s, ok := preferred[surnames][word]; ok && surname {
			return strings.Fields(s)
		}
		if s, ok := preferred[places][word]; ok {
			return strings.Fields(s)
		}
	}
	return nil
}
