package idcard

import (
	"strings"
	"unicode"
)

// Problem is why a number or a name is refused, or doubtful. Its text is a
// message key, so a form can say it in the reader's words.
type Problem string

// Error implements error.
func (p Problem) Error() string { return string(p) }

// The problems.
const (
	ErrEmpty      Problem = "idcard.empty"    // nothing there
	ErrLength     Problem = "idcard.length"   // too long or too short
	ErrChar       Problem = "idcard.char"     // a character that such a number cannot have
	ErrCheck      Problem = "idcard.check"    // the check digit does not fit: a slip of the pen
	ErrDate       Problem = "idcard.date"     // no such birthday, or not yet
	ErrOld        Problem = "idcard.old"      // a 15-digit number, no longer issued
	ErrPhone      Problem = "idcard.phone"    // no telephone number
	ErrMobile     Problem = "idcard.mobile"   // no mobile number
	ErrName       Problem = "idcard.name"     // not how a person is called
	DoubtArea     Problem = "idcard.area"     // the first two digits are no province
	DoubtRegister Problem = "idcard.register" // the credit code's register is not one we know
	DoubtOrg      Problem = "idcard.org"      // the organisation code inside does not fit its own check digit
)

// Plain makes one text of the many ways to write a number: full-width forms
// become ASCII, letters upper case, and spaces and invisible characters vanish.
// Look-alikes of other scripts stay, to be refused.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case unicode.IsSpace(r), invisible(r):
			return -1
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}, text)
}

// invisible reports characters that show nothing, such as the zero-width space
// and variation selectors.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// digits reports whether s is made of ASCII digits only, and has some.
func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
