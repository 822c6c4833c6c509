package list

import (
	"slices"
	"strings"

	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/printed"
)

// codeSize is how many digits a code of ours has. What else a list may have in
// such a column is another register's.
const codeSize = 8

// code reads the code of a station as our own lists have it, or "".
func (r *Reader) code() string {
	code := strings.Join(strings.Fields(printed.Fold(r.cell(printed.Code))), "")
	if len(code) != codeSize || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	return code
}

// Keys are the keys under which stations are looked up to which the line may
// belong.
func (l Line) Keys() []string {
	keys := l.Understood.NameKeys()
	if l.Code != "" {
		keys = append(keys, station.CodeKey(l.Code))
	}
	return keys
}

// known reports whether the line has a code that a station has or had.
func (l *Line) known(there There) bool {
	_, ok := there.Stations[station.CodeKey(l.Code)]
	return ok && l.Code != ""
}

// coded takes the line as one about the station with its code: its name or its
// address may be corrected, but not both. A code alone proves little, for lines
// slip in a spreadsheet, and an address that is not there proves nothing.
func (l *Line) coded(there There) {
	found := there.Stations[station.CodeKey(l.Code)]
	leave := func(why, text string) {
		l.Action, l.Why = WillSkip, why
		l.doubt(why, printed.Code, text)
	}
	if len(found) == 0 {
		leave("import.code_closed", l.Code)
		return
	}
	st := found[0]
	related := printed.AddressKey(st.Address) != "" && printed.Kinship(l.Understood.Address, st.Address) == printed.Same ||
		slices.ContainsFunc(l.Understood.NameKeys(), func(k string) bool { return slices.Contains(st.NameKeys(), k) })
	switch {
	case !region.Near(st.Area, l.Understood.Area), !related && !there.mine(st): // whose station it is, is nobody else's business
		leave("import.code_other", l.Code)
		return
	case !related:
		leave("import.code_other", st.Name)
		return
	}
	l.is(st, there)
}

// rename gives the station another name. It is found by the old one still.
func rename(f *station.Facts, name string, note func(field, from, to string)) {
	note("name", f.Name, name)
	old := slices.DeleteFunc(slices.Clone(f.OtherNames), func(o string) bool { return o == name })
	f.Name, f.OtherNames = name, append(old, f.Name)
}
