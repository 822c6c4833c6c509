// Package plain cleans what people type or paste: of a text it keeps what can be
// seen, and what joins it, such as the joiners of emoji. It is arithmetic without
// I/O, for every domain that keeps people's words.
package plain

import (
	"strings"
	"unicode"
)

// Forgotten stands where a name or a number of somebody was whose account is over.
const Forgotten = "已注销"

// Lost stands where a number of somebody was that is another's by now.
const Lost = "已不用"

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

// blank reports whether r is a letter or sign that is printed as nothing: the
// fillers of Hangul and the blank of braille.
func blank(r rune) bool {
	return r == 0x2800 || r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0
}

// seen reports whether r shows anything by itself.
func seen(r rune) bool {
	return !blank(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me, unicode.Variation_Selector)
}

// Visible is [Text] without what only machines see: in names that are compared
// it would tell two apart that look alike. Joiners stay, for emoji and some
// scripts need them.
func Visible(s string) string { return Text(strings.Map(dropUnseen, s)) }

// dropUnseen drops what shows nothing and joins nothing.
func dropUnseen(r rune) rune {
	switch {
	case r == 0x200c, r == 0x200d: // the joiners
		return r
	case blank(r), unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return -1
	}
	return r
}

// Line is s as one line, such as a name: [Visible], with single spaces.
func Line(s string) string { return strings.Join(strings.Fields(Visible(s)), " ") }

// Brief is the beginning of s, of so many characters at most.
func Brief(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
