package stationweb

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
)

// mostListed is how many stations one page of the directory shows.
const mostListed = 30

// listPage is one page of the directory.
type listPage struct {
	area   string
	name   string // of the area
	above  []choice
	parts  []choice
	words  string
	filter filter
	where  where
	groups []group
	count  int
	next   string
	first  bool
}

// group is a run of stations of one area.
type group struct {
	name     string
	stations []finder.Found
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page := listPage{words: searchWords(r), filter: filterOf(q), where: p.remembered(r)}
	page.filter.inList, page.filter.anyTime = true, q.Get("open") != "1"
	if reg, ok := region.Lookup(q.Get("area")); ok {
		page.area, page.name = reg.Code, reg.Name
	}
	after, _ := parseCursor(q.Get("after")) // a cursor that cannot be read begins again
	page.first = after.ID == ""
	want := page.filter.want(web.Now(r.Context()))
	want.Area, want.Words = page.area, page.words
	found := p.Finder.Search(want, after, mostListed+1)
	if len(found) > mostListed {
		found = found[:mostListed]
		if page.words == "" { // the best matches come first and have no next page
			page.next = page.href("after", cursorText(found[mostListed-1].Cursor()))
		}
	}
	page.count, page.groups = len(found), page.group(found)
	page.around(p)
	return web.Show(w, r, http.StatusOK, listView(page))
}

// around adds the areas above and within.
func (l *listPage) around(p *pages) {
	if l.area != "" {
		for _, r := range region.Parents(l.area) {
			l.above = append(l.above, choice{Title: r.Name, Href: l.at(r.Code)})
		}
	}
	if l.words != "" || !l.first {
		return
	}
	parts := p.parts(l.area)
	if l.area == "" {
		parts = p.top()
	}
	if len(parts) == 1 { // nothing to choose
		return
	}
	for _, c := range parts {
		l.parts = append(l.parts, choice{Title: c.Title, Href: l.at(c.Code)})
	}
}

// group puts stations of one area together, with their distance when the
// reader's place is known. Search results stay in the order of their score.
func (l listPage) group(found []finder.Found) []group {
	var list []group
	for _, f := range found {
		if l.where.point != nil && f.Place != nil {
			f.Metres = l.where.point.Distance(f.Place.Point)
		}
		name := region.FullName(f.Area)
		if l.words != "" {
			name = ""
		}
		if len(list) == 0 || list[len(list)-1].name != name {
			list = append(list, group{name: name})
		}
		g := &list[len(list)-1]
		g.stations = append(g.stations, f)
	}
	return list
}

// at is the address of the same question in another area.
func (l listPage) at(area string) string {
	l.area = area
	return l.href()
}

func (l listPage) href(pairs ...string) string {
	return l.filter.href("/stations", append([]string{"area", l.area, "q", l.words}, pairs...)...)
}

// cursorText writes a cursor for an address; parseCursor reads it.
func cursorText(c station.Cursor) string {
	b, err := json.Marshal([]string{c.Area, c.Name, string(c.ID)})
	if err != nil { // strings marshal
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(text string) (station.Cursor, bool) {
	if text == "" {
		return station.Cursor{}, true
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	var parts []string
	if err != nil || json.Unmarshal(b, &parts) != nil || len(parts) != 3 || parts[2] == "" {
		return station.Cursor{}, false
	}
	return station.Cursor{Area: parts[0], Name: parts[1], ID: station.ID(parts[2])}, true
}

// far reports whether distances in the list would say nothing.
func (l listPage) far(f finder.Found) bool {
	return f.Place == nil || l.where.point == nil || f.Metres > farAway
}
