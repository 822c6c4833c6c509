package idcard

import "strings"

// MaskPhone shows a telephone number as 138****6207. What is too short to hide
// anything becomes stars.
func MaskPhone(s string) string {
	if n := len([]rune(s)); n < 11 {
		return middle(s, 0, min(2, max(n-4, 0)))
	}
	return middle(s, 3, 4)
}

// MaskID shows an identity number or a bank card as 2204**********0617.
func MaskID(s string) string {
	if len([]rune(s)) < 12 {
		return middle(s, 0, 0)
	}
	return middle(s, 4, 4)
}

// MaskOwn shows an identity number, whole or masked already, as 2****************7: to
// whoever has shown nothing but a phone.
func MaskOwn(s string) string {
	if len([]rune(s)) < 12 {
		return middle(s, 0, 0)
	}
	return middle(s, 1, 1)
}

// MaskName shows a name as 马*国; of two characters as 马*; of one as *. The
// points of a longer name stay where they are.
func MaskName(s string) string {
	switch n := len([]rune(s)); {
	case n < 2:
		return middle(s, 0, 0)
	case n == 2:
		return middle(s, 1, 0)
	default:
		return middle(s, 1, 1)
	}
}

// middle stars out all but the first and the last few characters.
func middle(s string, first, final int) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if i < first || i >= len(runes)-final || r == '·' {
			b.WriteRune(r)
		} else {
			b.WriteByte('*')
		}
	}
	return b.String()
}
