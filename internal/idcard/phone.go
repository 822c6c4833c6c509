package idcard

import (
	"regexp"
	"strings"
)

// PhoneKind is what sort of line a number reaches.
type PhoneKind uint8

// The kinds of line.
const (
	Mobile   PhoneKind = iota + 1 // takes text messages
	Landline                      // with or without its area code
	Service                       // 400, 800, 95xxx, 12351
)

// Phone is a telephone number that passed.
type Phone struct {
	Kind   PhoneKind
	Number string // mobile 13812346207; landline 0437-3226207 or 3226207; service 12351
	Ext    string // the extension, if any
}

// String writes the number with its extension.
func (p Phone) String() string {
	if p.Ext == "" {
		return p.Number
	}
	return p.Number + "-" + p.Ext
}

var (
	mobileForm   = regexp.MustCompile(`^(?:\+?0{0,2}86|0)?(1[3-9]\d{9})$`)
	landlineForm = regexp.MustCompile(`^(?:\+?0{0,2}86)?\(?(0?10|0?2\d|0?[3-9]\d{2})\)?([2-8]\d{6,7})$`)
	localForm    = regexp.MustCompile(`^[2-8]\d{6,7}$`)
	serviceForm  = regexp.MustCompile(`^(?:[48]00\d{7}|95\d{3,6}|96\d{3,4}|12\d{3}|1[12]\d)$`)
	extForm      = regexp.MustCompile(`^(.*\d{7,})(?:转|EXT\.?|[-#])(\d{1,6})$`)
	separators   = regexp.MustCompile(`[、，,；;/\\|\n\r\t或和]+`)
	mobileMarks  = strings.NewReplacer("-", "", "(", "", ")", "", ".", "", "－", "")
	phoneMarks   = strings.NewReplacer("—", "-", "–", "-", "－", "-", "（", "(", "）", ")")
)

// ParseMobile reads a mobile number as eleven digits, whatever was written
// around them: +86, spaces, hyphens, full-width digits, a leading zero.
func ParseMobile(text string) (string, error) {
	s := Plain(text)
	if s == "" {
		return "", ErrEmpty
	}
	m := mobileForm.FindStringSubmatch(mobileMarks.Replace(s))
	if m == nil {
		return "", ErrMobile
	}
	return m[1], nil
}

// ParsePhone reads a telephone number of any kind.
func ParsePhone(text string) (Phone, error) {
	if n, err := ParseMobile(text); err == nil {
		return Phone{Kind: Mobile, Number: n}, nil
	}
	s := phoneMarks.Replace(Plain(text))
	if s == "" {
		return Phone{}, ErrEmpty
	}
	if p, ok := line(s); ok {
		return p, nil
	}
	if m := extForm.FindStringSubmatch(s); m != nil {
		if p, ok := line(m[1]); ok {
			p.Ext = m[2]
			return p, nil
		}
	}
	return Phone{}, ErrPhone
}

// line reads a landline or a service number without extension.
func line(s string) (Phone, bool) {
	flat := strings.ReplaceAll(s, "-", "")
	if serviceForm.MatchString(flat) {
		return Phone{Kind: Service, Number: flat}, true
	}
	if localForm.MatchString(flat) {
		return Phone{Kind: Landline, Number: flat}, true
	}
	m := landlineForm.FindStringSubmatch(flat)
	if m == nil || !strings.ContainsAny(s[:1], "0+(") && !strings.HasPrefix(s, "86") && !strings.Contains(s, "-") {
		return Phone{}, false
	}
	return Phone{Kind: Landline, Number: "0" + strings.TrimPrefix(m[1], "0") + "-" + m[2]}, true
}

// FindPhones reads a cell that may hold several numbers with marks between
// them. What is no number, such as a masked one, comes back in rest.
func FindPhones(cell string) (phones []Phone, rest []string) {
	for _, part := range separators.Split(cell, -1) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		if p, err := ParsePhone(part); err == nil {
			phones = append(phones, p)
			continue
		}
		words, odd := spaced(part)
		phones = append(phones, words...)
		if odd != "" {
			rest = append(rest, odd)
		}
	}
	return phones, rest
}

// spaced reads numbers that only spaces divide; unless each word is one, the
// whole is left as it is.
func spaced(part string) ([]Phone, string) {
	var out []Phone
	for _, word := range strings.Fields(part) {
		p, err := ParsePhone(word)
		if err != nil {
			return nil, strings.TrimSpace(part)
		}
		out = append(out, p)
	}
	return out, ""
}
