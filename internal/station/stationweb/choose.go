package stationweb

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
)

// choice is a place that one may choose.
type choice struct {
	Title, Sub, Href, Icon, Code string
}

// placePage is what the page that chooses a place shows.
type placePage struct {
	where  where
	words  string
	areas  []choice
	marks  []choice
	recent []choice
	parts  []choice // provinces with stations, when nothing is searched for
	none   bool
}

const (
	mostWords = 60 // characters of a search
	mostAreas = 8
	mostMarks = 8
)

func (p *pages) choose(w http.ResponseWriter, r *http.Request) error {
	page := placePage{where: p.remembered(r), words: searchWords(r)}
	if page.words == "" {
		page.recent, page.parts = p.recent(r), p.top()
	} else {
		page.areas, page.marks = p.areas(page.words), p.marks(r.Context(), page.words)
		page.none = len(page.areas)+len(page.marks) == 0
		if page.none {
			page.parts = p.top()
		}
	}
	return web.Show(w, r, http.StatusOK, placeView(page))
}

// forget makes the phone forget where the reader was.
func (p *pages) forget(w http.ResponseWriter, r *http.Request) error {
	p.keep(w, cookieHere, "", -1)
	p.keep(w, cookieRecent, "", -1)
	web.SetFlash(w, r, "stations.forgotten")
	return web.See(w, r, "/place")
}

func searchWords(r *http.Request) string {
	words := strings.Join(strings.Fields(r.URL.Query().Get("q")), " ")
	if utf8.RuneCountInString(words) > mostWords {
		return string([]rune(words)[:mostWords])
	}
	return words
}

// areas finds divisions in whose county there are stations.
func (p *pages) areas(words string) []choice {
	var list []choice
	for _, r := range region.Search(words, "", 5*mostAreas) {
		if len(list) == mostAreas {
			break
		}
		if p.hasStations(r.Code[:min(len(r.Code), 6)]) {
			list = append(list, choice{Title: r.Name, Sub: aboveNames(r.Code), Href: "/?area=" + r.Code, Icon: "map"})
		}
	}
	return list
}

// aboveNames is where a division lies: 吉林省 辽源市.
func aboveNames(code string) string {
	var names []string
	for _, r := range region.Parents(code) {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

// marks finds stations by name or address, as landmarks.
func (p *pages) marks(ctx context.Context, words string) []choice {
	var list []choice
	for _, f := range p.Finder.Search(finder.Want{Words: words}, station.Cursor{}, mostMarks) {
		c := choice{Title: web.T(ctx, "stations.near", "Name", f.Name), Sub: f.Address, Href: "/?at=" + string(f.ID), Icon: "pin"}
		if c.Sub == "" {
			c.Sub = region.FullName(f.Area)
		}
		if f.Place == nil {
			c.Title, c.Href, c.Icon = f.Name, "/stations/"+f.Code, "lamp-off"
			c.Sub = join(ctx, web.T(ctx, "stations.unmapped"), c.Sub)
		}
		list = append(list, c)
	}
	return list
}

// recent are the last places that were chosen.
func (p *pages) recent(r *http.Request) []choice {
	var list []choice
	for _, name := range strings.Split(cookie(r, cookieRecent), "~") {
		if name == "" || len(list) == mostRecent {
			continue
		}
		switch w := p.named(name, web.Now(r.Context())); {
		case w.failed:
		case w.mark != "":
			list = append(list, choice{Title: web.T(r.Context(), "stations.near", "Name", p.placeName(r.Context(), w)), Href: "/?at=" + string(w.mark), Icon: "clock"})
		default:
			list = append(list, choice{Title: areaName(w.area), Sub: aboveNames(w.area), Href: "/?area=" + w.area, Icon: "clock"})
		}
	}
	return list
}
