package example

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/plain"
)

// Most is how long each text may be, in signs.
const Most = 300

// identity is whom the words must not name.
type identity struct{ names []string }

// tidy returns a draft as it is kept, or all that is wrong with it. What a machine can
// see is refused; the rest the cadre is warned of and the worker reads before agreeing.
func (d Draft) tidy(who identity) (Draft, error) {
	var f fault.Form
	for _, c := range []struct {
		field string
		text  *string
	}{{"what", &d.What}, {"done", &d.Done}} {
		*c.text = plain.Visible(*c.text)
		switch key := who.wrong(*c.text); {
		case *c.text == "":
			f.Add(c.field, "fault.empty", nil)
		case utf8.RuneCountInString(*c.text) > Most:
			f.Add(c.field, "fault.long", fault.Args{"Limit": Most})
		case key != "":
			f.Add(c.field, key, nil)
		}
	}
	return d, f.Err(string(Propose))
}

// wrong says why a text may not be public, or "".
func (who identity) wrong(text string) string {
	flat := idcard.Plain(text)
	folded := idcard.Fold(flat)
	for _, name := range who.names {
		if name = idcard.Fold(idcard.Plain(name)); utf8.RuneCountInString(name) > 1 && strings.Contains(folded, name) {
			return "answered.bad.name"
		}
	}
	switch bare := strings.Map(dropBetween, flat); {
	case longest(bare) >= number:
		return "answered.bad.number"
	case plate.MatchString(bare):
		return "answered.bad.plate"
	case strings.Contains(flat, "://"), strings.ContainsAny(flat, "@"), strings.Contains(flat, "WWW."):
		return "answered.bad.link"
	}
	return ""
}

// number is from how many digits on something looks like a phone, an identity number or
// the number of a matter; 12351 and 120 are shorter.
const number = 7

// plate is what looks like the plate of a car, or of an electric bicycle.
var plate = regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{4,6}|[A-Z]{1,2}[0-9]{5,6}|(车牌|牌号|牌照)[^0-9A-Z]{0,6}[0-9A-Z]{4,}`)

// dropBetween drops what people put between digits.
func dropBetween(r rune) rune {
	if strings.ContainsRune("-–—‐‑−·•.。,，、_/\\()（）:：*+#~～'\"“”「」|;；", r) {
		return -1
	}
	return r
}

// longest is the length of the longest run of digits, in whatever writing.
func longest(text string) (most int) {
	n := 0
	for _, r := range text {
		if n++; !unicode.IsNumber(r) && !strings.ContainsRune("零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", r) {
			n = 0
		}
		most = max(most, n)
	}
	return most
}
