package region

import (
	"strings"
	"unicode"
)

// Doubt is something about a printed place that a person should look at. Msg is
// a message key; Name is the text it is about.
type Doubt struct{ Msg, Name string }

// The doubts of [Resolve].
const (
	DoubtProvince  = "region.province.unknown" // no such province
	DoubtCity      = "region.city.unknown"     // no such city in that province
	DoubtCounty    = "region.county.unknown"   // no such county in that city
	DoubtAmbiguous = "region.ambiguous"        // several divisions have this name
	DoubtZone      = "region.zone"             // a functional zone, not a county
	DoubtLevel     = "region.level"            // found, but not at the level at which it was printed
)

// Resolve finds the code of a place as tables print it: short or whole names,
// a city's name repeated, levels missing or filled with 市辖区. It returns the
// deepest division that is certain, which may be a city or the nation (empty),
// with the reasons why it is not deeper. A zone such as 郑东新区 that has no code
// stays at its city.
func Resolve(province, city, county string) (code string, doubts []Doubt) {
	r := resolver{}
	r.step(province, Province, DoubtProvince)
	r.step(city, City, DoubtCity)
	r.step(county, County, DoubtCounty)
	return r.code, r.doubts
}

type resolver struct {
	code   string
	doubts []Doubt
	lost   bool // a level was not found: what is below it cannot be placed
}

// step narrows the code by one printed name.
func (r *resolver) step(text string, level Level, unknown string) {
	name := tidy(text)
	if name == "" || filler(name) || name == "省直辖县" || name == "直辖县" || name == "省直辖" {
		return
	}
	if r.lost {
		r.doubt(unknown, name)
		return
	}
	found := r.candidates(name, level)
	switch {
	case len(found) == 1:
		r.take(found[0], name, level)
	case len(found) > 1:
		r.lost = true
		r.doubt(DoubtAmbiguous, name)
	case r.repeated(name):
	case level > Province && zoneName(name):
		r.doubt(DoubtZone, name)
	default:
		r.lost = level < County
		r.doubt(unknown, name)
	}
}

func (r *resolver) doubt(msg, name string) { r.doubts = append(r.doubts, Doubt{msg, name}) }

func (r *resolver) take(found Region, name string, level Level) {
	r.code = found.Code
	switch {
	case found.Zone:
		r.doubt(DoubtZone, name)
	case found.Level == Street: // only in an undivided city, where it is no mistake
	case found.Level != level && !direct(found):
		r.doubt(DoubtLevel, name)
	}
}

// direct reports whether nothing that one may show lies between the division
// and its province, so that printing it as a city is no mistake.
func direct(r Region) bool {
	parent, ok := Lookup(r.Parent)
	return ok && parent.Hidden
}

// candidates returns the divisions under the code that the name may mean: at
// the printed level, else at the others; by whole name, else by short name.
func (r *resolver) candidates(name string, level Level) []Region {
	for _, l := range [...][]Level{Province: {Province}, City: {City, County, Province}, County: {County, City, Province, Street}}[level] {
		if l == Street && !r.undivided() {
			break
		}
		if found := below(r.code, l, func(x Region) bool { return x.Name == name }); len(found) > 0 {
			return found
		}
		if found := below(r.code, l, func(x Region) bool { return x.Short == name || zoneAlias(x, name) }); len(found) > 0 {
			return found
		}
	}
	return nil
}

// undivided reports whether we are in a city that has streets and towns but no
// counties, such as 东莞: there the towns are printed as counties.
func (r *resolver) undivided() bool {
	here, ok := Lookup(r.code)
	counties := Children(r.code)
	return ok && here.Level == City && len(counties) == 1 && counties[0].Name == here.Name
}

// below returns the shown divisions of a level in an area that fit.
func below(area string, level Level, fits func(Region) bool) []Region {
	d := data()
	var out []Region
	lo, hi := d.within(area)
	for i := lo; i < hi; i++ {
		if len(d.codes[i]) != digits[level] {
			continue
		}
		if r := d.region(i); !r.Hidden && fits(r) {
			out = append(out, r)
		}
	}
	return out
}

// repeated reports whether the name only says again where we are: 上海, 上海.
func (r *resolver) repeated(name string) bool {
	here, ok := Lookup(r.code)
	return ok && (name == here.Name || name == here.Short)
}

var zoneNames = strings.NewReplacer("高新技术产业开发区", "高新区", "高新技术开发区", "高新区", "经济技术开发区", "经开区", "经济开发区", "经开区")

// zoneAlias reports whether the name is how people call a zone that has a code:
// 郑州高新区, or 高新区 within the city, for 郑州高新技术产业开发区.
func zoneAlias(x Region, name string) bool {
	if !x.Zone {
		return false
	}
	city, _ := Lookup(x.Parent)
	bare := func(s string) string {
		s = zoneNames.Replace(s)
		s = strings.TrimPrefix(strings.TrimPrefix(s, Name(x.Code[:2])), short(Name(x.Code[:2]), Province))
		return strings.TrimPrefix(strings.TrimPrefix(s, city.Name), city.Short)
	}
	return bare(x.Name) == bare(name)
}

// zoneName reports names of functional zones.
func zoneName(name string) bool {
	for _, word := range [...]string{"新区", "开发区", "高新区", "经开区", "经济区", "保税", "园区", "示范区", "实验区", "试验区", "合作区", "管理区", "度假区",
		"风景区", "名胜区", "航空港", "临港", "空港", "产业区", "工业区", "科学城", "科技城", "大学城", "自贸", "新城", "管委会", "大亚湾"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return strings.HasSuffix(name, "高新") || strings.HasSuffix(name, "经开")
}

// tidy takes spaces and invisible characters from a printed name.
func tidy(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}
