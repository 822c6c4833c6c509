package app

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/accountweb/phoneweb"
	"nuanxin/internal/account/accountweb/silenceweb"
	"nuanxin/internal/account/accountweb/watch"
	"nuanxin/internal/app/choice"
	"nuanxin/internal/app/holdweb"
	"nuanxin/internal/app/own"
	"nuanxin/internal/app/parts"
	"nuanxin/internal/app/wardweb"
	"nuanxin/internal/assess/assessweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/breach"
	"nuanxin/internal/breach/breachweb"
	"nuanxin/internal/calendar"
	"nuanxin/internal/calendar/calendarweb"
	"nuanxin/internal/fault"
	"nuanxin/internal/member/card"
	"nuanxin/internal/member/memberweb"
	membercode "nuanxin/internal/member/memberweb/code"
	memberdesk "nuanxin/internal/member/memberweb/desk"
	memberlists "nuanxin/internal/member/memberweb/desk/imports"
	membertwins "nuanxin/internal/member/memberweb/desk/twins"
	"nuanxin/internal/op"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/orgweb/coverweb"
	"nuanxin/internal/org/orgweb/fileweb"
	"nuanxin/internal/org/orgweb/firmweb"
	"nuanxin/internal/org/orgweb/lifeweb"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
	"nuanxin/internal/request/requestweb"
	"nuanxin/internal/request/requestweb/answered"
	requestdesk "nuanxin/internal/request/requestweb/desk"
	"nuanxin/internal/request/requestweb/partner"
	"nuanxin/internal/request/requestweb/sharing"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/retain/retainweb"
	"nuanxin/internal/rights/rightsweb"
	"nuanxin/internal/rights/rightsweb/kinweb"
	"nuanxin/internal/station/stationweb"
	stationdesk "nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web"
	"nuanxin/internal/web/api"
	"nuanxin/internal/web/ui"
)

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// texts are the words of every page.
func texts() *web.Texts {
	return web.NewTexts(Texts(), ui.Texts(), api.Texts(), accountweb.Texts(), phoneweb.Texts(), silenceweb.Texts(), watch.Texts(), stationweb.Texts(), stationdesk.Texts(), partner.Texts(), orgweb.Texts(), lifeweb.Texts(), firmweb.Texts(), coverweb.Texts(), fileweb.Texts(), requestweb.Texts(), requestdesk.Texts(), show.Texts(), calendarweb.Texts(), memberweb.Texts(), own.Texts(), memberdesk.Texts(), membercode.Texts(), rightsweb.Texts(), kinweb.Texts(), memberlists.Texts(), membertwins.Texts(), retainweb.Texts(), breachweb.Texts(), assessweb.Texts(), holdweb.Texts(), wardweb.Texts(), answered.Texts(), sharing.Texts())
}

// pages builds the handler of the whole program.
func (a *App) pages(desk *op.Desk, words *web.Texts) (http.Handler, error) {
	secure, err := a.config.secure()
	if err != nil {
		return nil, err
	}
	assets := web.NewAssets()
	sessions := accountweb.Sessions{Accounts: a.Accounts, Secure: secure, Proxies: a.config.Proxies}
	a.door.Sessions = sessions
	mux := web.NewMux(accountweb.Guard(desk.Rules(), a.tables(desk, assets, secure)...)...)
	a.routes = mux.Routes()
	site := &web.Site{Texts: words, Assets: assets, Clock: a.clock, Failure: ui.Failure, Secure: secure, Look: lookOf, Observe: a.metrics.observe}
	if a.config.Origin != "" {
		site.Origins = []string{a.config.Origin}
	}
	return site.Handler(sessions.Handler(accountweb.GiveBack(askIn(secure, mux)))), nil
}

// tables are the routes of all packages.
func (a *App) tables(desk *op.Desk, assets *web.Assets, secure bool) [][]web.Route {
	programs := api.New(Version)
	stationweb.Register(programs, a.stationPages(secure))
	requestweb.Register(programs, a.requestPages(desk, secure))
	tables := [][]web.Route{
		assets.Routes(), web.SettingsRoutes(), {ui.OfflineRoute()}, a.system(),
		accountweb.Routes(a.accountPages(secure)),
		watch.Routes(watch.Config{Forged: a.Release.Wrong, Accounts: a.Accounts, Warden: a.Warden, Trail: a.Trail, Rules: desk.Rules(), Orgs: choice.Orgs{Service: a.Orgs}.Called, Frame: a.frame}),
		phoneweb.Routes(phoneweb.Config{Phones: a.Phones, Frame: a.frame, Secure: secure, Demo: a.shown()}),
		silenceweb.Routes(silenceweb.Config{Silence: a.Silence, Secure: secure, After: own.Href}),
		orgweb.Routes(orgweb.Config{Orgs: a.Orgs, Frame: a.frame, Topics: topicOptions, SignIn: accountweb.Staff}),
		firmweb.Routes(firmweb.Config{Firms: a.Firms, Orgs: a.Orgs, Frame: a.frame, Occupations: parts.Occupations, Members: parts.MembersOf, SignIn: accountweb.Staff}),
		coverweb.Routes(coverweb.Config{Cover: a.Cover, Frame: a.frame, Occupations: parts.Occupations, Members: parts.MembersIn, SignIn: accountweb.Staff}),
		fileweb.Routes(fileweb.Config{Files: treefile.NewService(desk, a.Orgs, a.Life, a.Firms), Trees: a.Trees, Frame: a.frame, SignIn: accountweb.Staff}),
		lifeweb.Routes(lifeweb.Config{Life: a.Life, Orgs: a.Orgs, Frame: a.frame, SignIn: accountweb.Staff}),
		stationweb.Routes(a.stationPages(secure)),
		stationdesk.Routes(a.stationDesk()),
		requestweb.Routes(a.requestPages(desk, secure)),
		requestdesk.Routes(a.requestDesk(secure)),
		memberdesk.Routes(memberdesk.Config{Members: a.Members, Roll: a.Roll, Twins: a.Twins, Checks: a.Checks, Gaps: a.Gaps, Homes: parts.Homes{Bodies: a.Orgs}.Options, Bodies: choice.Orgs{Service: a.Orgs}.Ties, Platforms: a.platforms, Station: a.stationName, Take: a.Breaches.Taker(breach.OfMembers), Frame: a.frame, Origin: a.config.Origin}),
		membertwins.Routes(membertwins.Config{Twins: a.Twins, Frame: a.frame}),
		memberlists.Routes(memberlists.Config{Lists: a.Lists, Roll: a.Roll, Frame: a.frame}),
		calendarweb.Routes(calendarweb.Config{Calendar: a.Calendar, Frame: a.frame, Effect: a.effect, SignIn: accountweb.Staff}),
		memberweb.Routes(a.memberPages(secure)),
		membercode.Routes(membercode.Config{Cards: card.New(desk, a.Members, a.ring), Frame: a.frame, Worker: accountweb.Worker, Origin: a.config.Origin}),
		own.Routes(a.ownPages(desk)),
		retainweb.Routes(retainweb.Config{Retain: a.Retain, Frame: a.frame}),
		rightsweb.Routes(rightsweb.Config{Rights: a.Rights, Unowned: a.Unowned, Proof: a.proof, Photo: fileStore{Blobs: a.blobs}.Get, Waiting: kinweb.Waiting(a.Kin), Kept: retainweb.Path, Unions: choice.Orgs{Service: a.Orgs}.Named, Worker: accountweb.Worker, Here: a.whereOf(secure), Frame: a.frame}),
		kinweb.Routes(kinweb.Config{Rights: a.Rights, Kin: a.Kin, Give: own.Relatives(a.ownPages(desk)), Worker: accountweb.Worker, Frame: a.frame}),
		answered.Routes(answered.Config{Examples: a.Examples, Frame: a.frame}),
		wardweb.Routes(wardweb.Config{Children: a.Children, Frame: a.frame}),
		holdweb.Routes(holdweb.Config{Holds: a.Holds, Frame: a.frame}),
		assessweb.Routes(assessweb.Config{Assess: a.Assess, Frame: a.frame}),
		breachweb.Routes(breachweb.Config{Breaches: a.Breaches, Frame: a.frame}),
		partner.Routes(partner.Config{Requests: a.Requests, Files: a.files, Door: a.door, Frame: a.frame}),
		programs.Routes(), {programs.Page()},
	}
	if a.config.Demo {
		tables = append(tables, []web.Route{ui.GalleryRoute()})
	}
	return tables
}

// decodesAtOnce is how many photos are decoded at a time: each takes up to
// 192 MB of memory.
const decodesAtOnce = 2

func (a *App) accountPages(secure bool) accountweb.Config {
	c := accountweb.Config{Accounts: a.Accounts, Orgs: choice.Orgs{Service: a.Orgs}, Frame: a.frame, Secure: secure, Providers: a.Unions, WeChat: a.WeChat}
	c.More = func(ctx context.Context) ([]ui.RowProps, error) {
		row, err := memberweb.Row(ctx, a.Members, a.Lists)
		if err != nil {
			return nil, err
		}
		asked, err := kinweb.Row(ctx, a.Kin)
		if err != nil {
			return nil, err
		}
		phones, err := phoneweb.Row(ctx, a.Phones)
		return slices.Concat(asked, []ui.RowProps{row}, phones, accountweb.WeChatRow(ctx, a.WeChat), own.Row(ctx)), err
	}
	if c.Demo = a.shown(); c.Demo != nil {
		c.People = a.config.People
	}
	return c
}

func (a *App) stationPages(secure bool) stationweb.Config {
	requests := requestweb.Config{Secure: secure}
	return stationweb.Config{Stations: a.Stations, Finder: a.Finder, Reporter: reports{requestweb.Reports{Office: a.Requests}}, Hold: requests.Hold, Photo: fileStore{Blobs: a.blobs}.Get, Secure: secure}
}

func (a *App) requestPages(desk *op.Desk, secure bool) requestweb.Config {
	stations := a.stationPages(secure)
	return requestweb.Config{
		Office: a.Requests, Uploads: a.files, Examples: a.Examples, Shares: a.Shares, Secure: secure, Outcome: desk.OutcomeOf, Station: a.spotOf, Hears: a.hears, AreaOf: stations.AreaOf, Codes: a.Accounts, Shown: a.shown(),
		Where: func(r *http.Request) requestweb.Spot {
			point, area, name := stations.Here(r)
			return requestweb.Spot{Text: name, Point: point, Area: area}
		},
	}
}

func (a *App) memberPages(secure bool) memberweb.Config {
	stations := a.stationPages(secure)
	return memberweb.Config{Members: a.Members, Halves: a.Halves, Lists: a.Lists, Twins: a.Twins, Checks: a.Checks, Gaps: a.Gaps, Ask: rightsweb.HrefNew, Areas: choice.Orgs{Service: a.Orgs}.In, SignIn: accountweb.SignInPath, Here: func(r *http.Request) string {
		_, area, _ := stations.Here(r)
		return area
	}}
}

func (a *App) ownPages(desk *op.Desk) own.Config {
	union := bodies{a.Orgs, a.Accounts}.UnionFor
	return own.Config{Desk: desk, Station: a.stationName, Accounts: a.Accounts, Phones: a.Phones, WeChat: a.WeChat, Requests: a.Requests, Phoned: a.Phoned, Sealed: &record.Store{Ring: a.ring}, Members: a.Members, Checks: a.Checks, Gaps: a.Gaps, Rights: a.Rights, Consents: a.Consents, Children: a.Children, Halves: a.Halves, Examples: a.Examples, Shares: a.Shares, Breaches: a.Breaches, Erasures: a.Erasures, Demo: a.shown(), Secure: a.door.Sessions.Secure, Orgs: a.Orgs.Names, Worker: accountweb.Worker,
		Union: func(ctx context.Context, tx *op.Tx, area string) (string, error) {
			u, err := union(ctx, tx, area)
			return u.Name, fault.Unless(err, fault.Missing)
		}}
}

// whereOf is the division where somebody is who asks about their data: the one that
// the phone remembers, else that of what they said last.
func (a *App) whereOf(secure bool) func(r *http.Request) string {
	stations := a.stationPages(secure)
	return func(r *http.Request) string {
		if _, area, _ := stations.Here(r); area != "" {
			return area
		}
		mine, err := a.Requests.MineList(r.Context(), request.Filter{Group: request.GroupAll, Limit: 1})
		if err != nil || len(mine.Rows) == 0 {
			return "" // the highest union sends it on
		}
		return mine.Rows[0].Place.Area
	}
}

// shown shows the demo's messages; nil where they are sent.
func (a *App) shown() func(phone string) string {
	if !a.config.Demo || a.sent == nil {
		return nil
	}
	return a.lastMessage
}

func (a *App) requestDesk(secure bool) requestdesk.Config {
	return requestdesk.Config{Office: a.Requests, Shares: a.Shares, Files: a.files, Take: a.Breaches.Taker(breach.OfRequests), Frame: a.frame, Bodies: choice.Orgs{Service: a.Orgs}, Staff: staffChoices{a}, Secure: secure}
}

func (a *App) stationDesk() stationdesk.Config {
	return stationdesk.Config{Stations: a.Stations, Intake: a.Intake, Album: a.album(), Name: a.nameOf, Finder: a.Finder, Calendar: a.Calendar, Frame: a.frame, Hosts: choice.Orgs{Service: a.Orgs}, Defects: choice.Defects{Requests: a.Requests, Clock: a.clock}, Origin: a.config.Origin}
}

// effect tells what another calendar would do to the requests under way. It is
// counted by the program, for whoever may enter a notice sees no request by it.
func (a *App) effect(ctx context.Context, next calendar.Ledger) (calendarweb.Effect, error) {
	f, err := a.Requests.Foresee(authz.AsSystem(ctx, "calendar.preview"), next)
	return calendarweb.Effect(f), err
}

// frame is the frame of every staff page: the menu holds what the reader's
// roles can open, and nothing else.
func (a *App) frame(ctx context.Context) ui.StaffPage {
	items := menu(ctx, authz.From(ctx))
	for i := range items {
		if items[i].Href != memberdesk.HrefMembers {
			continue
		}
		if n, err := a.Roll.Waiting(ctx); err == nil { // the number is a courtesy; its own page tells a fault
			items[i].Count, items[i].Hot = n.All, n.Late > 0
		}
	}
	return accountweb.Frame(ctx, items)
}

// menu lists the staff's pages for s.
func menu(ctx context.Context, s authz.Subject) []ui.NavItem {
	var items []ui.NavItem
	add := func(key, icon, href string, roles ...authz.Role) {
		for _, role := range roles {
			if s.Has(role) {
				items = append(items, ui.NavItem{Text: web.T(ctx, "app.nav_"+key), Icon: icon, Href: href, Phone: len(items) < 5})
				return
			}
		}
	}
	add("requests", "inbox", requestdesk.HrefRequests, authz.Cadre, authz.Leader)
	add("members", "card", memberdesk.HrefMembers, authz.Cadre, authz.Leader)
	add("stations", "lamp", stationdesk.HrefStations, authz.Cadre, authz.Leader, authz.Admin)
	add("imports", "doc", stationdesk.HrefImports, authz.Cadre)
	add("host", "lamp", stationdesk.HrefHost, authz.Host)
	add("code", "qr", membercode.HrefCheck, authz.Host, authz.Cadre, authz.Leader)
	add("matters", "inbox", partner.HrefMatters, authz.Partner)
	add("health", "pulse", requestdesk.HrefHealth, authz.Cadre, authz.Leader)
	add("rights", "shield", rightsweb.HrefDesk, authz.Cadre, authz.Leader)
	add("children", "people", wardweb.Href, authz.Cadre)
	add("orgs", "building", orgweb.ListPath, authz.Cadre, authz.Leader, authz.Admin)
	add("limits", "clock", requestdesk.HrefRules, authz.Admin)
	add("calendar", "calendar", calendarweb.Path, authz.Admin)
	add("staff", "people", accountweb.StaffPath, authz.Admin)
	add("security", "lock", watch.HrefSecurity, authz.Security)
	add("breaches", "alert", breachweb.Href, authz.Security)
	add("retention", "clock", retainweb.Path, authz.Security)
	add("holds", "lock", holdweb.Href, authz.Security)
	add("audit", "eye", watch.HrefAudit, authz.Auditor)
	add("assess", "scale", assessweb.Href, authz.Security, authz.Auditor)
	add("roles", "shield", watch.HrefRights, authz.Admin, authz.Security, authz.Auditor)
	return items
}

// topicOptions are the topics that a body can be responsible for.
func topicOptions(ctx context.Context) []ui.Option {
	var all []ui.Option
	for _, t := range append(request.Topics(), request.Finer("")...) {
		text := t.ZH
		if web.Lang(ctx) == "en" {
			text = t.EN
		}
		all = append(all, ui.Option{Value: t.Code, Text: text})
	}
	slices.SortFunc(all, func(a, b ui.Option) int { return strings.Compare(a.Value, b.Value) })
	return all
}

// lookOf is how a failure looks where no route was found.
func lookOf(path string) web.Look {
	if isDesk(path) {
		return web.LookStaff
	}
	return web.LookWorker
}

// desks are where staff pages lie.
var desks = []string{"/desk", stationdesk.HrefHost, partner.HrefMatters}

func isDesk(path string) bool { return within(path, desks...) }

// within reports whether path is one of places or below one.
func within(path string, places ...string) bool {
	return slices.ContainsFunc(places, func(d string) bool { return path == d || strings.HasPrefix(path, d+"/") })
}

// askIn leads whoever opens a staff page without being signed in to the
// sign-in, and back. It says so for every address alike, so that it tells
// nothing about what is there. A form that came too late is not lost.
func askIn(secure bool, next http.Handler) http.Handler {
	staff, worker := accountweb.Again(accountweb.StaffSignInPath), accountweb.Again(accountweb.SignInPath)
	requests := requestweb.Config{Secure: secure}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		late := accountweb.Ended(r.Context()) && r.Method == http.MethodPost && r.Header.Get("HX-Request") == ""
		switch desk := isDesk(r.URL.Path); {
		case late && desk:
			staff.ServeHTTP(w, r)
		case late && (within(r.URL.Path, ui.HrefMe, memberweb.HrefJoin) || requests.Foreign(r)):
			worker.ServeHTTP(w, r)
		case desk && authz.From(r.Context()).Kind == authz.Nobody && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			http.Redirect(w, r, accountweb.StaffSignInPath+"?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		default:
			next.ServeHTTP(w, r)
		}
	})
}
