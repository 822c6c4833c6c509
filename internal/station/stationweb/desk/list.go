package desk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"nuanxin/internal/id"
	"nuanxin/internal/pinyin"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

const (
	perPage  = 50
	countMax = 2000 // of larger areas only so many stations are counted
	batch    = 200  // as many as the directory gives at once
)

// The parts of the list, in their order. The empty one is all in use.
const (
	showAll     = ""
	showOpen    = "open"
	showShut    = "closed"
	showLocked  = "locked"
	showUnknown = "unknown"
	showNoMap   = "nomap"
	showHidden  = "hidden"
	showGone    = "gone"
)

func shows() []string {
	return []string{showAll, showOpen, showShut, showLocked, showUnknown, showNoMap, showHidden, showGone}
}

// query is what the list is asked for.
type query struct {
	words string
	area  string
	show  string
	after station.ID
}

func readQuery(r *http.Request) query {
	get := r.URL.Query().Get
	q := query{words: strings.TrimSpace(get("q")), area: get("area"), show: get("show")}
	if !region.Valid(q.area) {
		q.area = ""
	}
	if !slices.Contains(shows(), q.show) {
		q.show = showAll
	}
	q.after, _ = id.Parse[station.ID](get("after")) // a broken one starts from the top
	return q
}

// href is the list for q.
func (q query) href(path string) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": q.words, "area": q.area, "show": q.show, "after": string(q.after)} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (q query) showing(show string) query {
	q.show, q.after = show, ""
	return q
}

func (q query) within(area string) query {
	q.area, q.after = area, ""
	return q
}

// takes reports whether a station belongs to a part of the list.
func takes(show string, v station.View) bool {
	if show == showGone || !v.InUse() {
		return show == showGone && !v.InUse()
	}
	switch show {
	case showOpen:
		return v.Now.Status.IsOpen()
	case showShut:
		return v.Now.Status == station.Shut
	case showLocked:
		return v.Now.Status == station.LockedNow
	case showUnknown:
		return v.Now.Status == station.Unknown
	case showNoMap:
		return v.Place == nil
	case showHidden:
		return !v.Public || v.Demo
	}
	return true
}

// answer is one page of the list.
type answer struct {
	query
	views  []station.View
	next   station.ID
	counts map[string]int // by part, of those that the words and the area take
	areas  map[string]int // by division one level down
	whole  bool           // false: more than [countMax] stations are in use here
	gone   bool           // false: more than that many were counted before the last closed one
}

// find answers a query. An area of ordinary size is read whole, so that all
// counts are exact and pinyin finds everything; of a larger one the page is
// sought from the cursor on.
func (p *pages) find(ctx context.Context, q query) (answer, error) {
	a := answer{query: q, counts: map[string]int{}, areas: map[string]int{}}
	f := station.Filter{Area: q.area, WithClosed: true}
	all, err := p.read(ctx, f, &a)
	if err != nil {
		return a, err
	}
	words := wordsOf(q.words)
	all = keep(all, words.match)
	a.count(all)
	list := keep(all, func(v station.View) bool { return takes(q.show, v) })
	after, err := p.cursor(ctx, q.after)
	if err != nil {
		return a, err
	}
	if a.exact(q.show) {
		list = keep(list, func(v station.View) bool { return after.ID == "" || later(v.Cursor(), after) })
	} else if list, a.next, err = p.seek(ctx, q, f, after); err != nil {
		return a, err
	}
	if a.views = list; len(list) > perPage {
		a.views = list[:perPage]
		a.next = a.views[perPage-1].ID
	}
	return a, nil
}

// read reads the stations of an area, as many as are counted. Where a large list
// was taken back more are closed than in use; those in use are then read alone.
func (p *pages) read(ctx context.Context, f station.Filter, a *answer) (all []station.View, err error) {
	all, a.whole, err = p.scan(ctx, f, countMax, nil)
	if a.gone = a.whole; a.whole || err != nil {
		return all, err
	}
	f.WithClosed = false
	used, whole, err := p.scan(ctx, f, countMax, nil)
	if !whole || err != nil {
		return all, err
	}
	a.whole = true
	return append(keep(all, func(v station.View) bool { return !v.InUse() }), used...), nil
}

// exact reports whether all stations of a part were counted.
func (a answer) exact(show string) bool {
	if show == showGone {
		return a.gone
	}
	return a.whole
}

// seek looks for a page in a large area, and tells where to go on when it gave
// up before the end.
func (p *pages) seek(ctx context.Context, q query, f station.Filter, after station.Cursor) (list []station.View, next station.ID, err error) {
	f.After, f.WithClosed, f.Gone, f.Unmapped, f.Hidden = after, false, q.show == showGone, q.show == showNoMap, q.show == showHidden
	if q.show == showLocked {
		f.Reported = station.Locked
	}
	if f.Words = q.words; p.Finder != nil && q.words != "" && !hasHan(q.words) {
		f.Words, f.IDs = "", []station.ID{}
		for _, found := range p.Finder.Search(finder.Want{Words: q.words, Area: q.area}, station.Cursor{}, batch) {
			f.IDs = append(f.IDs, found.ID)
		}
		if len(f.IDs) == 0 {
			return nil, "", nil
		}
	}
	found := 0
	all, whole, err := p.scan(ctx, f, 20*countMax, func(v station.View) bool {
		if takes(q.show, v) {
			found++
		}
		return found <= perPage
	})
	if err == nil && !whole {
		next = all[len(all)-1].ID
	}
	return keep(all, func(v station.View) bool { return takes(q.show, v) }), next, err
}

// scan reads pages of the directory until it has most stations, the end, or
// more says no; whole reports that it has come to the end.
func (p *pages) scan(ctx context.Context, f station.Filter, most int, more func(station.View) bool) (all []station.View, whole bool, err error) {
	f.Limit = batch
	for {
		part, err := p.Stations.List(ctx, f)
		if err != nil {
			return nil, false, err
		}
		all = append(all, part...)
		if len(part) < batch {
			return all, true, nil
		}
		if more != nil && slices.ContainsFunc(part, func(v station.View) bool { return !more(v) }) || len(all) >= most {
			return all, false, nil
		}
		f.After = part[len(part)-1].Cursor()
	}
}

// cursor is where the page after a station begins; from the top when it is gone.
func (p *pages) cursor(ctx context.Context, after station.ID) (station.Cursor, error) {
	if after == "" {
		return station.Cursor{}, nil
	}
	list, err := p.Stations.List(ctx, station.Filter{IDs: []station.ID{after}, WithClosed: true})
	if err != nil || len(list) == 0 {
		return station.Cursor{}, err
	}
	return list[0].Cursor(), nil
}

func later(c, than station.Cursor) bool {
	return slices.Compare([]string{c.Area, c.Name, string(c.ID)}, []string{than.Area, than.Name, string(than.ID)}) > 0
}

func keep(all []station.View, take func(station.View) bool) []station.View {
	var out []station.View
	for _, v := range all {
		if take(v) {
			out = append(out, v)
		}
	}
	return out
}

// count fills the numbers beside the filters and the divisions.
func (a *answer) count(all []station.View) {
	down := childDigits(a.area)
	for _, v := range all {
		for _, s := range shows() {
			if takes(s, v) {
				a.counts[s]++
			}
		}
		if takes(a.show, v) && len(v.Area) >= down {
			a.areas[v.Area[:down]]++
		}
	}
}

func childDigits(area string) int {
	switch len(area) {
	case 0, 1:
		return 2
	case 2:
		return 4
	case 4:
		return 6
	}
	return 9
}

// matcher matches stations by words in characters, pinyin or initials.
type matcher struct {
	text  string
	query pinyin.Query
}

func wordsOf(text string) matcher { return matcher{strings.ToLower(text), pinyin.Compile(text)} }

func (m matcher) match(v station.View) bool {
	if m.text == "" || strings.ReplaceAll(m.text, " ", "") == v.Code {
		return true
	}
	for _, name := range append([]string{v.Name, v.Address, v.HostName}, v.OtherNames...) {
		if _, ok := m.query.Match(pinyin.OfPlace(name)); ok || strings.Contains(strings.ToLower(name), m.text) {
			return true
		}
	}
	return false
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// list shows the stations of the reader's areas.
func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if len(tell.Tops(ctx, overseers()...)) == 0 {
		return tell.Missing()
	}
	a, err := p.find(ctx, p.placed(ctx, readQuery(r)))
	if err != nil {
		return err
	}
	f := p.frame(ctx, tell.T(ctx, "title"))
	f.Search = &ui.Search{Action: HrefStations, Label: tell.T(ctx, "search"), Placeholder: tell.T(ctx, "search.hint"), Value: a.words,
		Keep: []ui.Pair{{Key: "area", Text: a.area}, {Key: "show", Text: a.show}}}
	f.Buttons = listButtons(tell.IsCadre(ctx), p.Intake != nil)
	return web.Show(w, r, http.StatusOK, listPage(f, a))
}

// placed puts a reader of one area there when the query names none.
func (p *pages) placed(ctx context.Context, q query) query {
	if all := tell.Tops(ctx, overseers()...); q.area == "" && len(all) == 1 {
		q.area = all[0]
	}
	return q
}

// filters are the parts of the list with their counts.
func (a answer) filters(ctx context.Context) []ui.Filter {
	var out []ui.Filter
	for _, s := range shows() {
		if s == showGone && a.counts[s] == 0 && a.show != s {
			continue
		}
		out = append(out, ui.Filter{Text: tell.T(ctx, "show."+s), Href: a.showing(s).href(HrefStations), On: a.show == s, Count: a.many(s, a.counts[s])})
	}
	return out
}

// many writes a count, with a plus when not all were counted.
func (a answer) many(show string, n int) string {
	if a.exact(show) {
		return web.Count(int64(n))
	}
	return web.Count(int64(n)) + "+"
}

// step is one division beside the list.
type step struct {
	name, href string
	count      string
}

// up are the divisions above the one shown, as far as the reader oversees them.
func (a answer) up(ctx context.Context) []step {
	all := tell.Tops(ctx, overseers()...)
	var out []step
	if len(all) > 1 {
		out = append(out, step{name: tell.T(ctx, "areas.all"), href: a.within("").href(HrefStations)})
	}
	for _, r := range region.Parents(a.area) {
		if slices.ContainsFunc(all, func(top string) bool { return strings.HasPrefix(r.Code, top) }) {
			out = append(out, step{name: r.Name, href: a.within(r.Code).href(HrefStations)})
		}
	}
	return out
}

// down are the divisions below that have stations.
func (a answer) down() []step {
	var codes []string
	for c := range a.areas {
		if c != a.area {
			codes = append(codes, c)
		}
	}
	slices.Sort(codes)
	var out []step
	for _, c := range codes {
		out = append(out, step{region.Name(c), a.within(c).href(HrefStations), a.many(a.show, a.areas[c])})
	}
	return out
}

// here names what the list shows.
func (a answer) here(ctx context.Context) string {
	if a.area == "" {
		return tell.T(ctx, "areas.all")
	}
	return region.Name(a.area)
}

// sub is the second line of a station in the list.
func sub(ctx context.Context, v station.View) string {
	parts := []string{region.Name(v.Area)}
	if v.Address != "" {
		parts = append(parts, v.Address)
	}
	return strings.Join(parts, " ")
}

// nextHref is the page after this one, prevHref the first page, or "".
func (a answer) nextHref() string {
	if a.next == "" {
		return ""
	}
	q := a.query
	q.after = a.next
	return q.href(HrefStations)
}

func (a answer) prevHref() string {
	if a.after == "" {
		return ""
	}
	q := a.query
	q.after = ""
	return q.href(HrefStations)
}

func (a answer) summary(ctx context.Context) string {
	if !a.exact(a.show) {
		return tell.T(ctx, "list.large", "Count", web.Count(countMax))
	}
	return tell.T(ctx, "list.count", "Count", a.counts[a.show], "Shown", fmt.Sprint(len(a.views)))
}
