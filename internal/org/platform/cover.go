package platform

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"nuanxin/internal/org"
)

// Spread is how many members share a union, an occupation and the companies that they
// work for.
type Spread struct {
	Union      org.ID
	Occupation string
	Works      []Called
	N          int64
}

// Called is a company as somebody names it.
type Called struct {
	Firm Firm // empty: it was not known when they said so
	Name string
}

// Known is a number that somebody said, with where it comes from.
type Known struct {
	Firm       Firm
	Area       string
	Union      org.ID
	Occupation string
	N          int64
	Day        string
	Source     string
}

// Line is one line of a roll-up.
type Line struct {
	Key     string // an occupation, a [Firm] or a union's id
	Name    string // of a firm
	Members int64
	Known   int64    // people who are known to work there; 0 and no sources: nobody said
	Sources []string // each with its day, the oldest first
}

// Share is Members of Known in hundredths; ok is false where nobody said a number, or
// where more are members than are known, so that the number is out of date.
func (l Line) Share() (percent int64, ok bool) {
	if l.Known == 0 || l.Members > l.Known {
		return 0, false
	}
	return l.Members * 100 / l.Known, true
}

// Coverage is members held against the people who are known. Who works for several
// companies counts with each of them, and once among occupations and unions.
type Coverage struct {
	Occupations []Line
	Firms       []Line
	Unions      []Line
	Unmatched   int64 // members who named no company that is kept, or none at all
}

// name is how a company is called.
type name struct {
	firm  Firm
	shown string
	keys  []string
}

// cover holds members against what is known. Where the same company has numbers for an
// area and for one within it, those of the larger count, so that nobody counts twice.
func cover(members []Spread, known []Known, names []name) Coverage {
	known = widest(known)
	firmOf, shown := map[string]Firm{}, map[string]string{}
	for _, n := range names {
		shown[string(n.firm)] = n.shown
		for _, k := range n.keys {
			firmOf[k] = n.firm
		}
	}
	occupations, firms, unions := map[string]*Line{}, map[string]*Line{}, map[string]*Line{}
	var unmatched int64
	for _, m := range members {
		at(occupations, m.Occupation).Members += m.N
		at(unions, string(m.Union)).Members += m.N
		theirs := m.firms(firmOf, shown)
		for _, f := range theirs {
			at(firms, string(f)).Members += m.N
		}
		if len(theirs) == 0 {
			unmatched += m.N
		}
	}
	type place struct {
		firm Firm
		area string
	}
	whole := map[place]bool{} // where a number is not told apart, it stands for all
	for _, k := range known {
		if k.Occupation == "" {
			whole[place{k.Firm, k.Area}] = true
		}
	}
	for _, k := range known {
		if k.Occupation != "" {
			at(occupations, k.Occupation).add(k)
		}
		if k.Occupation != "" && whole[place{k.Firm, k.Area}] {
			continue
		}
		at(firms, string(k.Firm)).add(k)
		if k.Union != "" {
			at(unions, string(k.Union)).add(k)
		}
	}
	c := Coverage{lines(occupations), lines(firms), lines(unions), unmatched}
	for i := range c.Firms {
		c.Firms[i].Name = shown[c.Firms[i].Key]
	}
	return c
}

// firms are the companies that a spread works for, each once: those that are kept here,
// by their id or by how they are called here.
func (m Spread) firms(called map[string]Firm, shown map[string]string) (all []Firm) {
	for _, w := range m.Works {
		f, known := w.Firm, shown[string(w.Firm)] != ""
		if !known {
			f, known = called[key(w.Name)]
		}
		if known && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

func at(all map[string]*Line, key string) *Line {
	if all[key] == nil {
		all[key] = &Line{Key: key}
	}
	return all[key]
}

func (l *Line) add(k Known) {
	l.Known += k.N
	if s := k.Day + " " + k.Source; !slices.Contains(l.Sources, s) {
		l.Sources = append(l.Sources, s)
	}
}

// lines are those of a roll-up, the most members first.
func lines(all map[string]*Line) []Line {
	var ls []Line
	for _, l := range all {
		slices.Sort(l.Sources)
		ls = append(ls, *l)
	}
	slices.SortFunc(ls, func(a, b Line) int {
		return cmp.Or(cmp.Compare(b.Members, a.Members), cmp.Compare(b.Known, a.Known), cmp.Compare(a.Key, b.Key))
	})
	return ls
}

// widest drops the numbers of an area that lies within another with a number of the
// same company.
func widest(known []Known) []Known {
	groups := map[Firm][]Known{}
	for _, k := range known {
		groups[k.Firm] = append(groups[k.Firm], k)
	}
	var all []Known
	for _, f := range slices.Sorted(maps.Keys(groups)) {
		var areas []string
		for _, k := range groups[f] {
			areas = append(areas, k.Area)
		}
		for _, k := range groups[f] {
			within := slices.ContainsFunc(areas, func(a string) bool { return a != k.Area && strings.HasPrefix(k.Area, a) })
			if !within {
				all = append(all, k)
			}
		}
	}
	return all
}
