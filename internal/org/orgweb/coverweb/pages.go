package coverweb

import (
	"bytes"
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/org/cover"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/region"
	"nuanxin/internal/sheet"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. All but SignIn is required.
type Config struct {
	Cover       *cover.Service
	Frame       func(ctx context.Context) ui.StaffPage
	Occupations func(ctx context.Context) []ui.Option // in the reader's words
	Members     func(occupation, area string) string  // where they are listed
	SignIn      func(h web.Handler) web.Handler       // leads who is not staff to the sign-in; nil: nobody is led
}

type pages struct{ Config }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	if p.SignIn == nil {
		p.SignIn = func(h web.Handler) web.Handler { return h }
	}
	route := func(pattern, purpose string, h web.Handler) web.Route {
		return web.Route{Method: "GET", Pattern: orgweb.CoverPath + pattern, Action: string(cover.See), Purpose: purpose, Roles: cover.Policy.Roles(cover.See), Look: web.LookStaff, Handler: web.HTML(p.SignIn(h))}
	}
	return []web.Route{
		route("", "see how far unions reach in an area, and what is still to be organised", p.show),
		route("/bare", "see the counties or towns without a union", p.bare),
		route("/table.xlsx", "take how far unions reach along as a workbook", p.book),
	}
}

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "cover."+key, args...) }

func href(area string) string {
	if area == "" {
		return orgweb.CoverPath + "?area=0"
	}
	return orgweb.CoverPath + "?area=" + area
}

// nation is how an address names the area of the nation, which is empty.
const nation = "0"

// areaOf is the area of an address; without one it is the smallest that holds all that
// the reader may see.
func areaOf(r *http.Request) (string, error) {
	areas := cover.Areas(authz.From(r.Context()))
	if len(areas) == 0 {
		return "", fault.New(string(cover.See), fault.Denied, "fault.denied")
	}
	area := r.URL.Query().Get("area")
	switch {
	case area == nation:
		return "", nil
	case len(area) > 12 || strings.Trim(area, "0123456789") != "":
		return "", fault.New(string(cover.See), fault.Missing, "fault.missing")
	case area != "":
		return area, nil
	}
	area = areas[0]
	for _, a := range areas {
		for !strings.HasPrefix(a, area) {
			area = cover.Above(area)
		}
	}
	return area, nil
}

// reaches reports whether the reader may see anything of an area, and whether all.
func reaches(who authz.Subject, area string) (any, all bool) {
	for _, a := range cover.Areas(who) {
		all = all || strings.HasPrefix(area, a)
		any = any || all || strings.HasPrefix(a, area)
	}
	return any, all
}

func areaWords(ctx context.Context, area string) string {
	if area == "" {
		return web.T(ctx, "org.nation")
	}
	if name := region.FullName(area); name != "" {
		return name
	}
	return area
}

// frame is the reader's frame with the areas around as the way back.
func (p *pages) frame(ctx context.Context, title, area string, more ...ui.Crumb) ui.StaffPage {
	way := []ui.Crumb{{Text: web.T(ctx, "org.orgs"), Href: orgweb.ListPath}, {Text: t(ctx, "title"), Href: orgweb.CoverPath}}
	var around []ui.Crumb
	for up := cover.Above(area); up != "-" && area != ""; up = cover.Above(up) {
		if any, all := reaches(authz.From(ctx), up); any && (all || len(cover.Areas(authz.From(ctx))) > 1) {
			around = append(around, ui.Crumb{Text: areaWords(ctx, up), Href: href(up)})
		}
		if up == "" {
			break
		}
	}
	slices.Reverse(around)
	return p.Frame(ctx).At(orgweb.ListPath, title, append(append(way, around...), more...)...)
}

// view is an area as the page shows it.
type view struct {
	cover.Page
	area        string
	all         bool // the reader holds all of the area
	occupations []ui.Option
	members     func(occupation, area string) string
	exact       bool // the reader may list members, so that small numbers are no secret
}

func (p *pages) load(r *http.Request) (v view, err error) {
	ctx := r.Context()
	if v.area, err = areaOf(r); err != nil {
		return v, err
	}
	who := authz.From(ctx)
	any, all := reaches(who, v.area)
	if !any {
		return v, fault.New(string(cover.See), fault.Missing, "fault.missing")
	}
	v.all, v.occupations, v.members = all, p.Occupations(ctx), p.Members
	v.exact = who.Has(authz.Cadre) || who.Has(authz.Leader)
	v.Page, err = p.Cover.In(ctx, v.area)
	return v, err
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.load(r)
	if err != nil {
		return err
	}
	f := p.frame(ctx, t(ctx, "title"), v.area, ui.Crumb{Text: areaWords(ctx, v.area)})
	f.Heading = t(ctx, "in", "Area", areaWords(ctx, v.area))
	f.Buttons = bookButton(v.area)
	return web.Show(w, r, http.StatusOK, showView(f, v))
}

// list is a page of organisations, companies or unions in an area.
func list(path, area string, pairs ...string) string {
	q := url.Values{}
	if area != "" {
		q.Set("area", area)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + q.Encode()
}

// behind is where the things of a number are listed; empty: nowhere.
func behind(what cover.What, area string) string {
	switch what {
	case cover.Unions:
		return list(orgweb.ListPath, area, "kind", "union")
	case cover.Grass:
		return list(orgweb.ListPath, area, "kind", "grass")
	case cover.With, cover.Without, cover.Idle, cover.Late:
		return list(orgweb.FirmsPath, area, "which", string(what))
	case cover.Over:
		return list(orgweb.RenewalsPath, area, "which", "over")
	case cover.Never:
		return list(orgweb.RenewalsPath, area, "which", "none")
	case cover.BareCounty, cover.BareTown:
		return list(orgweb.CoverPath+"/bare", area, "what", string(what))
	}
	return ""
}

// number is a number that leads to what is behind it.
func number(r cover.Row, what cover.What) ui.Cell {
	n := r.N[what]
	c := ui.Cell{Text: web.Count(n)}
	if n > 0 {
		c.Href = behind(what, r.Area)
	}
	return c
}

// open is what is still to be organised, in the order in which it is told.
func open() []cover.What {
	return []cover.What{cover.BareCounty, cover.BareTown, cover.Idle, cover.Late, cover.Over, cover.Never}
}

// there are the lines of what there is.
func (v view) there(ctx context.Context) (rows [][]ui.Cell) {
	for _, what := range []cover.What{cover.Unions, cover.Grass, cover.Members, cover.With, cover.Without, cover.Stations} {
		c := number(v.Own, what)
		if what == cover.Members {
			c.Text = v.told(ctx, v.Own.N[what])
		}
		rows = append(rows, []ui.Cell{{Text: t(ctx, string(what))}, c})
	}
	return rows
}

// still are the lines of what is still to be organised.
func (v view) still(ctx context.Context) (rows [][]ui.Cell) {
	for _, what := range open() {
		rows = append(rows, []ui.Cell{{Text: t(ctx, string(what))}, number(v.Own, what)})
	}
	var none []string
	for _, o := range v.occupations {
		if v.Own.Occupations[o.Value] == 0 {
			none = append(none, o.Text)
		}
	}
	if len(none) > 0 {
		rows = append(rows, []ui.Cell{{Text: t(ctx, "no_member")}, {Text: web.List(ctx, none...)}})
	}
	return rows
}

// told is a number of members: small ones only to who may list them.
func (v view) told(ctx context.Context, n int64) string {
	if n > 0 && n < cover.Least && !v.exact {
		return t(ctx, "few")
	}
	return web.Count(n)
}

func (v view) byOccupation(ctx context.Context) (rows [][]ui.Cell) {
	for _, o := range v.occupations {
		n := v.Own.Occupations[o.Value]
		c := ui.Cell{Text: v.told(ctx, n)}
		if n > 0 && v.exact {
			c.Href = v.members(o.Value, v.area)
		}
		rows = append(rows, []ui.Cell{{Text: o.Text}, c})
	}
	return rows
}

// firms are the companies with members, the most first.
func (v view) firms() []platform.Firm {
	var all []platform.Firm
	for f := range v.Own.Firms {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b platform.Firm) int {
		if d := v.Own.Firms[b] - v.Own.Firms[a]; d != 0 {
			return int(d)
		}
		return strings.Compare(v.Firm[a], v.Firm[b])
	})
	return all
}

// mostFirms is how many companies the page shows; the workbook has all.
const mostFirms = 30

func (v view) byFirm(ctx context.Context) (rows [][]ui.Cell) {
	all := v.firms()
	for _, f := range all[:min(len(all), mostFirms)] {
		rows = append(rows, []ui.Cell{{Text: v.Firm[f], Href: list(orgweb.FirmsPath, v.area, "firm", string(f))}, {Text: v.told(ctx, v.Own.Firms[f])}})
	}
	return rows
}

// within are the areas just within, with the numbers by which one chooses where to look.
func (v view) within(ctx context.Context) (rows [][]ui.Cell) {
	for _, r := range v.Rows {
		to := ""
		if len(r.Area) < 9 {
			to = href(r.Area)
		}
		rows = append(rows, []ui.Cell{{Text: short(ctx, r.Area, v.area), Href: to}, number(r, cover.Unions), number(r, cover.Grass), {Text: v.told(ctx, r.N[cover.Members])}, number(r, cover.With), number(r, cover.Without), number(r, cover.Late), {Text: web.Count(bare(r))}, number(r, cover.Over)})
	}
	return rows
}

func columnsOf(ctx context.Context) []ui.Col {
	cols := []ui.Col{{Text: t(ctx, "area")}}
	for _, key := range []string{"unions", "grass", "members", "with", "without", "late", "bare", "over"} {
		cols = append(cols, ui.Col{Text: t(ctx, key), Right: true})
	}
	return cols
}

// allFirms are the companies of some lines, by name, with their names.
func (v view) allFirms(lines []cover.Row) (names []string, all []platform.Firm) {
	seen := map[platform.Firm]bool{}
	for _, r := range lines {
		for f := range r.Firms {
			if !seen[f] {
				seen[f], all = true, append(all, f)
			}
		}
	}
	slices.SortFunc(all, func(a, b platform.Firm) int { return strings.Compare(v.Firm[a]+string(a), v.Firm[b]+string(b)) })
	for _, f := range all {
		names = append(names, v.Firm[f])
	}
	return names, all
}

func bare(r cover.Row) int64 { return r.N[cover.BareCounty] + r.N[cover.BareTown] }

// short is an area's name without that of the one around.
func short(ctx context.Context, area, around string) string {
	name := areaWords(ctx, area)
	if around != "" {
		if rest := strings.TrimSpace(strings.TrimPrefix(name, areaWords(ctx, around))); rest != "" {
			return rest
		}
	}
	return name
}

const pageSize = 50

// bare lists the counties or towns without a union.
func (p *pages) bare(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	area, err := areaOf(r)
	if err != nil {
		return err
	}
	if any, _ := reaches(authz.From(ctx), area); !any {
		return fault.New(string(cover.See), fault.Missing, "fault.missing")
	}
	what := cover.BareCounty
	if q.Get("what") == string(cover.BareTown) {
		what = cover.BareTown
	}
	all, err := p.Cover.Bare(ctx, area, what, q.Get("after"), pageSize+1)
	if err != nil {
		return err
	}
	next := ""
	if len(all) > pageSize {
		all = all[:pageSize]
		next = list(orgweb.CoverPath+"/bare", area, "what", string(what), "after", all[pageSize-1].Area)
	}
	f := p.frame(ctx, t(ctx, string(what)), area, ui.Crumb{Text: areaWords(ctx, area), Href: href(area)}, ui.Crumb{Text: t(ctx, string(what))})
	return web.Show(w, r, http.StatusOK, bareView(f, bareRows(ctx, all), next))
}

func bareRows(ctx context.Context, all []cover.Row) (rows [][]ui.Cell) {
	for _, r := range all {
		rows = append(rows, []ui.Cell{{Text: areaWords(ctx, r.Area)}, {Text: web.Count(r.N[cover.Stations])}})
	}
	return rows
}

// book takes the numbers along. It is made whole before its first byte is sent.
func (p *pages) book(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.load(r)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := v.write(ctx, sheet.NewBook(&out)); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", `attachment; filename="organising-`+web.Day(web.Now(ctx))+`.xlsx"`)
	h.Set("Cache-Control", "no-store")
	_, _ = out.WriteTo(w) // or the reader is gone
	return nil
}
