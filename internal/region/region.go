package region

import (
	"strings"
)

// Level is how far down a division is.
type Level uint8

// The levels. Nation is the level of the empty code.
const (
	Nation Level = iota
	Province
	City
	County
	Street
)

// digits is the length of a code by level.
var digits = [...]int{0, 2, 4, 6, 9}

// LevelOf returns the level of a code by its length, whether or not it is in use.
func LevelOf(code string) (Level, bool) {
	if strings.Trim(code, "0123456789") != "" {
		return 0, false
	}
	for l := range Level(len(digits)) {
		if digits[l] == len(code) {
			return l, true
		}
	}
	return 0, false
}

// Valid reports whether the text has the form of a code. The empty text, the
// nation, has.
func Valid(code string) bool {
	_, ok := LevelOf(code)
	return ok
}

// Region is one division.
type Region struct {
	Code   string
	Name   string // 龙山区
	Short  string // 龙山, as people say it; Name where nothing can be left out
	Level  Level
	Parent string // the code one level up, which may be hidden
	Zone   bool   // a functional zone: a statistics code, no division of GB/T 2260
	Hidden bool   // a level that only fills a gap, such as 市辖区; not for display
}

// Lookup returns the division with the code. The nation is not in the list.
func Lookup(code string) (Region, bool) {
	d := data()
	i, ok := d.find(code)
	if !ok {
		return Region{}, false
	}
	return d.region(i), true
}

// Name returns the division's name, or its code when it is not in the list: what
// is stored may be older or newer than our data.
func Name(code string) string {
	if r, ok := Lookup(code); ok {
		return r.Name
	}
	return code
}

// Parents returns the divisions above the code, the province first, without the
// hidden ones. Levels that are not in the list are left out.
func Parents(code string) []Region {
	var out []Region
	for _, n := range digits[1:] {
		if n >= len(code) {
			break
		}
		if r, ok := Lookup(code[:n]); ok && !r.Hidden {
			out = append(out, r)
		}
	}
	return out
}

// Children returns the divisions one level down that one may show: a hidden
// level is replaced by what is below it. The children of the nation are the provinces.
func Children(code string) []Region {
	d := data()
	level, ok := LevelOf(code)
	if !ok || level == Street {
		return nil
	}
	var out []Region
	lo, hi := d.within(code)
	for i := lo; i < hi; i++ {
		if len(d.codes[i]) != digits[level+1] {
			continue
		}
		r := d.region(i)
		if r.Hidden {
			out = append(out, Children(r.Code)...)
			continue
		}
		out = append(out, r)
	}
	return out
}

// FullName returns the names from the province down without gaps or
// repetitions: 吉林省辽源市龙山区, 上海市浦东新区, 广东省东莞市. It is empty for an unknown code.
func FullName(code string) string {
	r, ok := Lookup(code)
	if !ok {
		return ""
	}
	var b strings.Builder
	before := ""
	for _, p := range append(Parents(code), r) {
		if p.Name != before && !p.Hidden {
			b.WriteString(p.Name)
		}
		before = p.Name
	}
	return b.String()
}

// Contains reports whether an area holds a code, itself included.
func Contains(area, code string) bool { return strings.HasPrefix(code, area) }

// Range returns the bounds of the area's codes for "code >= from and code < to",
// by any collation that puts letters after digits.
func Range(area string) (from, to string) {
	for i := len(area) - 1; i >= 0; i-- {
		if area[i] != '9' {
			return area, area[:i] + string(area[i]+1)
		}
	}
	return area, "a"
}

// Near reports whether two areas may be one: the same, or one within the other.
func Near(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

// ChildNamed returns the code of the division right below area that has the
// name, in full or short; "" when none has.
func ChildNamed(area, name string) string {
	for _, c := range Children(area) {
		if c.Name == name || c.Short == name {
			return c.Code
		}
	}
	return ""
}
