package region

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"nuanxin/internal/pinyin"
)

// keys are the names prepared for searching, made at the first search.
type keys struct{ names, shorts []pinyin.Key }

var index = sync.OnceValue(func() *keys {
	d := data()
	k := &keys{names: make([]pinyin.Key, len(d.codes)), shorts: make([]pinyin.Key, len(d.codes))}
	for i := range d.codes {
		r := d.region(i)
		if r.Hidden {
			continue // a zero key is never found
		}
		k.names[i] = pinyin.OfPlace(r.Name)
		if r.Short != r.Name {
			k.shorts[i] = pinyin.OfPlace(r.Short)
		}
	}
	return k
})

// Search finds divisions by characters, pinyin or initials, the best first:
// exact, then beginnings, initials, and names that contain it; among equals the
// larger division. Words before the last narrow it by a division above: "辽源
// 龙山". Only divisions within the area are found (the empty area is all), and at
// most limit of them. A query of more than twelve words finds nothing.
func Search(query, area string, limit int) []Region {
	words := strings.Fields(query)
	if len(words) == 0 || len(words) > mostWords || limit <= 0 {
		return nil
	}
	d, k := data(), index()
	q := pinyin.Compile(words[len(words)-1])
	var above []*aboveWord
	for _, w := range words[:len(words)-1] {
		above = append(above, &aboveWord{pinyin.Compile(w), map[int]bool{}})
	}
	lo, hi := d.within(area)
	type hit struct{ at, score int }
	var hits []hit
	for i := lo; i < hi; i++ {
		if score := k.score(q, i); score > 0 && d.under(above, d.codes[i]) {
			hits = append(hits, hit{i, score})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(len(d.codes[a.at]), len(d.codes[b.at])), cmp.Compare(a.at, b.at))
	})
	out := make([]Region, 0, min(limit, len(hits)))
	for _, h := range hits[:cap(out)] {
		out = append(out, d.region(h.at))
	}
	return out
}

// score is the better of the whole and the short name's.
func (k *keys) score(q pinyin.Query, i int) int {
	whole, _ := q.Match(k.names[i])
	brief, _ := q.Match(k.shorts[i])
	return max(whole, brief)
}

// mostWords bounds the work of a search: it is more than the syllables of a
// street's name with all that is above it.
const mostWords = 12

// aboveWord is a word that narrows a search, with what it was held against:
// thousands of streets lie below the same few divisions.
type aboveWord struct {
	pinyin.Query
	known map[int]bool
}

func (w *aboveWord) finds(k *keys, i int) bool {
	found, ok := w.known[i]
	if !ok {
		found = k.score(w.Query, i) > 0
		w.known[i] = found
	}
	return found
}

// under reports whether each word finds some division above the code.
func (d *list) under(words []*aboveWord, code string) bool {
	if len(words) == 0 {
		return true
	}
	var parents []int
	for _, n := range digits[1:] {
		if i, ok := d.find(code[:min(n, len(code))]); ok && n < len(code) {
			parents = append(parents, i)
		}
	}
	k := index()
	return !slices.ContainsFunc(words, func(w *aboveWord) bool {
		return !slices.ContainsFunc(parents, func(i int) bool { return w.finds(k, i) })
	})
}
