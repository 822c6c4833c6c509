// Package plain cleans what people type or paste: of a text it keeps what can be
// seen, and what joins it, such as the joiners of emoji. It is arithmetic without
// I/O, for every domain that keeps people's words.
package plain

import (
	"strings"
	"unicode"
)

// Text returns s without broken UTF-8, control characters, the characters that
// turn the direction of what follows them, and the space around it. A text with
// nothing to see in it is empty: a form that asks for words is not answered by
// zero-width spaces.
func Text(s string) string {
	s = ends.Replace(strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(strings.Map(keep, s))
	if strings.IndexFunc(s, seen) < 0 {
		return ""
	}
	return s
}

var ends = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// keep drops what may not stand in a text.
func keep(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case unicode.IsControl(r), r >= 0x202a && r <= 0x202e: // embeddings and overrides; isolates end with their line
		return -1
	}
	return r
}

// seen reports whether r shows anything by itself.
func seen(r rune) bool {
	switch r {
	case 0x2800, 0x115f, 0x1160, 0x3164, 0xffa0: // braille blank, Hangul fillers: printed as nothing
		return false
	}
	return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Variation_Selector)
}

// unseen are signs that show nothing and join nothing.
var unseen = strings.NewReplacer("\u200b", "", "\u2060", "", "\ufeff", "", "\u00ad", "", "\u200e", "", "\u200f", "", "\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "")

// Visible is [Text] without what only machines see: in names that are compared
// it would tell two apart that look alike. Joiners stay, for emoji and some
// scripts need them.
func Visible(s string) string { return Text(unseen.Replace(s)) }

// Brief is the beginning of s, of so many characters at most.
func Brief(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
