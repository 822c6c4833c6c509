package ui

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
)

// NavItem is one entry of a tab bar or of the rail.
type NavItem struct {
	Text  string
	Icon  string
	Href  string
	On    bool
	Count int
	Hot   bool // the count needs looking at today
	Phone bool // also in the phone's tab bar (at most five)
}

// Crumb is one step of the way to a page.
type Crumb struct{ Text, Href string }

// Tab names a worker's tab.
type Tab string

// The worker's tabs.
const (
	TabNone     Tab = ""
	TabStations Tab = "stations"
	TabHelp     Tab = "help"
	TabCode     Tab = "code"
	TabMe       Tab = "me"
)

// The addresses behind the worker's tabs.
const (
	HrefStations = "/"
	HrefHelp     = "/help"
	HrefCode     = "/me/code"
	HrefMe       = "/me"
)

// WorkerTabs are the tabs at the foot of a worker's page.
func WorkerTabs(ctx context.Context, on Tab) []NavItem {
	return []NavItem{
		{Text: t(ctx, "ui.tab_stations"), Icon: "lamp", Href: HrefStations, On: on == TabStations},
		{Text: t(ctx, "ui.tab_help"), Icon: "ring", Href: HrefHelp, On: on == TabHelp},
		{Text: t(ctx, "ui.tab_code"), Icon: "qr", Href: HrefCode, On: on == TabCode},
		{Text: t(ctx, "ui.tab_me"), Icon: "user", Href: HrefMe, On: on == TabMe},
	}
}

// workerTabs draws [WorkerTabs].
func workerTabs(on Tab) templ.Component {
	return Kept(on, func(ctx context.Context) templ.Component { return tabs(t(ctx, "ui.nav"), WorkerTabs(ctx, on)) })
}

type topKey struct{ place, href, offline string }

// workerTop draws a page's top bar and what stands in it without a network. The
// bar that says only where the reader is, is the same for all who are there.
func workerTop(p WorkerPage) templ.Component {
	if p.Place == "" || p.Back != "" || p.Weather != "" || p.Bell != "" || p.Helpline || p.TopEnd != nil {
		return top(p)
	}
	return Kept(topKey{p.Place, p.PlaceHref, p.Offline}, func(context.Context) templ.Component { return top(p) })
}

// WorkerPage is the frame of a worker's page. The page itself holds the h1.
type WorkerPage struct {
	Title       string // of the window; the site's name is added
	Heading     string // in the top bar; Title when empty
	Tab         Tab
	Back        string // path of the arrow; empty: none
	BackLabel   string
	Place       string // instead of Heading: where the reader is
	PlaceHref   string
	Weather     string
	WeatherIcon string
	Bell        string // path of the notifications; empty: no bell
	Unread      int
	Helpline    bool // 12351 in the corner
	TopEnd      templ.Component
	Offline     string          // what the amber strip says without network
	Actions     templ.Component // buttons of the action bar; replaces the tabs
	After       templ.Component // sheets
}

func (p WorkerPage) heading() string { return orElse(p.Heading, p.Title) }

// Worker lays out a worker's page around its children.
func Worker(p WorkerPage) templ.Component {
	class := "w"
	if p.Actions != nil {
		class += " w--bar"
	}
	return layout(p.Title, "ui.name", class, nil, "", func(main templ.Component) templ.Component { return workerBody(p, main) })
}

// StaffPage is the frame of a page for cadres and hosts.
type StaffPage struct {
	Title    string
	Heading  string // the h1; Title when empty
	Brand    string // beside the mark; "暖新 工作台" when empty
	Home     string
	Org      string
	OrgHref  string // where to change the organisation; empty: it cannot be changed
	User     string
	UserSub  string
	Settings string
	SignOut  string
	Nav      []NavItem
	Crumbs   []Crumb
	Chips    templ.Component
	Search   *Search
	Buttons  templ.Component
	Main     string // class of main: "inbox", "two" or empty for one padded column
	Scripts  []string
	Refresh  int             // seconds after which the page comes anew without scripts; 0: never
	Actions  templ.Component // on phones, instead of the tabs
	After    templ.Component
}

// At returns the frame of a page with a title and the way back, that belongs to the
// entry of the menu that leads to href.
func (p StaffPage) At(href, title string, crumbs ...Crumb) StaffPage {
	p.Title, p.Heading, p.Crumbs, p.Nav = title, "", crumbs, slices.Clone(p.Nav)
	for i := range p.Nav {
		p.Nav[i].On = p.Nav[i].Href == href
	}
	return p
}

// Under returns the frame of a page to which the list at href leads.
func (p StaffPage) Under(href, list, title string) StaffPage {
	return p.At(href, title, Crumb{Text: list, Href: href}, Crumb{Text: title})
}

// Private keeps the answers of h out of every store on the way. Where roles are named,
// whoever has none of them is told that nothing is there.
func Private(h web.Handler, roles ...authz.Role) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		if len(roles) > 0 && !slices.ContainsFunc(roles, authz.From(r.Context()).Has) {
			return fault.New("ui.private", fault.Missing, "fault.missing")
		}
		return h(w, r)
	}
}

func (p StaffPage) heading() string { return orElse(p.Heading, p.Title) }

func (p StaffPage) phoneTabs() []NavItem {
	var out []NavItem
	for _, it := range p.Nav {
		if it.Phone && len(out) < 5 {
			out = append(out, it)
		}
	}
	if out == nil && len(p.Nav) <= 5 {
		out = p.Nav
	}
	if len(out) < 2 { // a bar with one entry leads nowhere
		return nil
	}
	return out
}

// Staff lays out a staff page around its children. Scripts may name "htmx" and "leaflet".
func Staff(p StaffPage) templ.Component {
	class := "s"
	if p.Actions == nil && p.phoneTabs() == nil {
		class += " s--one"
	}
	refresh := ""
	if p.Refresh > 0 {
		refresh = strconv.Itoa(p.Refresh)
	}
	return layout(p.Title, "ui.desk", class, p.Scripts, refresh, func(main templ.Component) templ.Component { return staffBody(p, main) })
}

// PartnerPage is the frame of a page for a body that came by a link.
type PartnerPage struct {
	Title string
	Body  string // the body's name
	Home  string // where the mark leads; empty: nowhere
	Nav   []NavItem
}

// Partner lays out a partner body's page around its children.
func Partner(p PartnerPage) templ.Component {
	return layout(p.Title, "ui.name", "s partner", nil, "", func(main templ.Component) templ.Component { return partnerBody(p, main) })
}

// PlainPage is the frame of a page without tabs: sign-in, error, public words.
type PlainPage struct {
	Title string
	Home  string
}

// PlainLayout lays out a page without tabs around its children.
func PlainLayout(p PlainPage) templ.Component {
	return layout(p.Title, "ui.name", "w plain", nil, "", func(main templ.Component) templ.Component { return plainBody(p, main) })
}

// frame is what a page's head and edges depend on.
type frame struct {
	site, class, scripts, refresh string
	display                       web.Display
}

// layout renders the body first, so that the sprite holds what it uses.
func layout(title, site, class string, scripts []string, refresh string, body func(main templ.Component) templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		main := templ.GetChildren(ctx)
		ctx = templ.ClearChildren(ctx)
		d := web.DisplayOf(ctx)
		draw := func(ctx context.Context) templ.Component {
			return document(Hole+" · "+t(ctx, site), class, scripts, d, refresh)
		}
		return withSprite(ctx, body(main), func(drawn templ.Component) error {
			return Kept(frame{site, class, strings.Join(scripts, " "), refresh, d}, draw, Words(title), drawn).Render(ctx, w)
		})
	})
}

func themeColor(d web.Display) string {
	switch {
	case d.Contrast == "high":
		return "#ffffff"
	case d.Theme == "dark":
		return "#15110e"
	}
	return "#f6f2ec"
}

func count(n int) string { return strconv.Itoa(n) }

// sayings are the words that the script needs, as JSON in one attribute.
func sayings(ctx context.Context) string {
	words := map[string]string{}
	for _, k := range sayingKeys() {
		words[k] = t(ctx, "ui.js."+k)
	}
	b, err := json.Marshal(words)
	if err != nil { // strings marshal
		return "{}"
	}
	return string(b)
}

func sayingKeys() []string {
	return []string{"sent", "kept", "unsent", "locating", "no_place", "recording", "warn", "no_mic", "delete", "hour", "minute", "refused", "photos", "draft", "as_of"}
}
