package paper

import (
	"strings"
	"unicode"
)

// Letters that begin no line, and those that end none (GB/T 15834).
const (
	noBegin = "，。、；：！？）》」』】〉”’…·,.;:!?)]}%"
	noEnd   = "（《「『【〈“‘([{"
)

// wrap breaks a text into lines of a width: between Chinese letters anywhere but before
// a closing and after an opening mark, else between words; a word longer than a line is
// cut.
func (d *Doc) wrap(text string, size, wide float64) (all []string) {
	for part := range strings.SplitSeq(d.told(text), "\n") {
		line, used := "", 0.0
		for _, piece := range pieces(part) {
			w := d.width(piece) * size
			if used+w > wide && line != "" {
				all = append(all, strings.TrimRight(line, " "))
				line, used = "", 0
				if piece = strings.TrimLeft(piece, " "); piece == "" {
					continue
				}
				w = d.width(piece) * size
			}
			for w > wide {
				head := d.fits(piece, size, wide)
				all = append(all, head)
				piece = piece[len(head):]
				w = d.width(piece) * size
			}
			line, used = line+piece, used+w
		}
		all = append(all, strings.TrimRight(line, " "))
	}
	return all
}

// fits is what of a word stands on a line of its own, one letter at least.
func (d *Doc) fits(word string, size, wide float64) string {
	used := 0.0
	for i, r := range word {
		used += d.width(string(r)) * size
		if used > wide && i > 0 {
			return word[:i]
		}
	}
	return word
}

// pieces are what stays on one line.
func pieces(s string) (all []string) {
	last := rune(0)
	for _, r := range s {
		if len(all) == 0 || parts(last, r) {
			all = append(all, "")
		}
		all[len(all)-1] += string(r)
		last = r
	}
	return all
}

// parts reports whether a line may end between two letters.
func parts(a, b rune) bool {
	switch {
	case strings.ContainsRune(noBegin, b), strings.ContainsRune(noEnd, a):
		return false
	case a == ' ':
		return b != ' '
	}
	return wideLetter(a) || wideLetter(b)
}

func wideLetter(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x30ff || r >= 0xff00 && r <= 0xffef || unicode.Is(unicode.Hangul, r)
}
