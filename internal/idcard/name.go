package idcard

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxName is the longest name in characters that we take; the longest on
// identity cards have some fifty.
const maxName = 64

// dots are the many ways in which the point between parts of a name is typed.
const dots = "·•・‧．.∙⋅･"

// ParseName reads a personal name and writes it in one way: the point between
// the parts of a minority or foreign name is ·, no spaces between characters,
// one between Latin words, nothing invisible. Rare characters and long names
// are welcome; digits, symbols and private characters are not.
func ParseName(text string) (string, error) {
	s := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(dots, r):
			return '·'
		case unicode.IsSpace(r):
			return ' '
		case invisible(r):
			return -1
		}
		return r
	}, text)
	s = joinWords(strings.Fields(norm.NFKC.String(s)))
	if s == "" {
		return "", ErrEmpty
	}
	runes := []rune(s)
	if len(runes) > maxName {
		return "", ErrLength
	}
	for i, r := range runes {
		point := strings.ContainsRune("·-'’ ", r)
		if point && (i == 0 || i == len(runes)-1 || r == '·' && runes[i-1] == '·') {
			return "", ErrName
		}
		if !point && !nameRune(r) {
			return "", ErrName
		}
	}
	return s, nil
}

func nameRune(r rune) bool {
	return r == '〇' || unicode.IsLetter(r) || unicode.IsMark(r) && !unicode.Is(unicode.Me, r)
}

// joinWords puts a space between words only where both sides are Latin.
func joinWords(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && latin(last(words[i-1])) && latin([]rune(w)[0]) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

func last(s string) rune {
	r := []rune(s)
	return r[len(r)-1]
}

func latin(r rune) bool { return unicode.Is(unicode.Latin, r) }
