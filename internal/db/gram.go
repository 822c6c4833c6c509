package db

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Grams cuts text into the pieces that a table x_gram(root_id, gram) holds to
// make Chinese text searchable on every database alike: each pair of
// neighbouring Chinese characters, a lone character by itself, and each word
// of letters or digits, folded in width and case. Sorted, without repeats.
func Grams(text string) []string {
	var grams []string
	var word []rune
	var last rune // the Chinese character before, or 0
	single := false
	flush := func() {
		if len(word) > 0 {
			grams, word = append(grams, string(word)), nil
		}
	}
	endRun := func() {
		if last != 0 && single {
			grams = append(grams, string(last))
		}
		last, single = 0, false
	}
	for _, r := range strings.ToLower(width.Fold.String(text)) {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			if last != 0 {
				grams, single = append(grams, string([]rune{last, r})), false
			} else {
				single = true
			}
			last = r
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			endRun()
			word = append(word, r)
		default:
			endRun()
			flush()
		}
	}
	endRun()
	flush()
	slices.Sort(grams)
	return slices.Compact(grams)
}
