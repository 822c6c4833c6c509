package idcard

import "strings"

// Credit is a unified social credit code that passed.
type Credit struct {
	Code     string // eighteen characters
	Register byte   // who registers: 1 staffing, 5 civil affairs, 8 unions, 9 commerce, N agriculture, Y others …
	Area     string // six digits of the registering authority
	Org      string // nine characters of the organisation code (GB 11714)
	Doubts   []Problem
}

// Union reports whether the code is one of a trade union.
func (c Credit) Union() bool { return c.Register == '8' }

const (
	creditAlphabet  = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	creditRegisters = "123456789ANY"
	orgChecks       = "0123456789X"
)

var (
	creditWeights = [...]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	orgWeights    = [...]int{3, 7, 9, 10, 5, 8, 4, 2}
)

// ParseCredit reads a unified social credit code (GB 32100). Its own check digit
// must fit. The digit of the organisation code inside is a doubt only, for some
// codes were made without regard to it.
func ParseCredit(text string) (Credit, error) {
	s := Plain(text)
	switch {
	case s == "":
		return Credit{}, ErrEmpty
	case len(s) != 18:
		return Credit{}, ErrLength
	case !digits(s[2:8]):
		return Credit{}, ErrChar
	}
	sum := 0
	for i := range s {
		v := strings.IndexByte(creditAlphabet, s[i])
		if v < 0 {
			return Credit{}, ErrChar
		}
		if i < len(creditWeights) {
			sum += v * creditWeights[i]
		}
	}
	if creditAlphabet[(31-sum%31)%31] != s[17] {
		return Credit{}, ErrCheck
	}
	c := Credit{Code: s, Register: s[0], Area: s[2:8], Org: s[8:17]}
	if !strings.Contains(creditRegisters, s[:1]) {
		c.Doubts = append(c.Doubts, DoubtRegister)
	}
	if !OrgCode(c.Org) {
		c.Doubts = append(c.Doubts, DoubtOrg)
	}
	return c, nil
}

// OrgCode reports whether s is an organisation code of GB 11714 whose check
// digit fits, with or without its hyphen.
func OrgCode(text string) bool {
	s := strings.ReplaceAll(Plain(text), "-", "")
	if len(s) != 9 {
		return false
	}
	sum := 0
	for i, w := range orgWeights {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			sum += w * int(c-'0')
		case c >= 'A' && c <= 'Z':
			sum += w * (int(c-'A') + 10)
		default:
			return false
		}
	}
	return orgChecks[(11-sum%11)%11] == s[8]
}
