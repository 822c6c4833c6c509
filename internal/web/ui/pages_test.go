package ui_test

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// around puts children into a layout, as a page's template does.
func around(layout templ.Component, children ...templ.Component) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		r = r.WithContext(templ.WithChildren(r.Context(), templ.Join(children...)))
		return web.Show(w, r, http.StatusOK, layout)
	}
}

func page(path string, look web.Look, h web.Handler) web.Route {
	return web.Route{Method: "GET", Pattern: path, Action: "test.page", Look: look, Handler: web.HTML(h)}
}

// testRoutes are one page in each layout, and one that fails.
func testRoutes() []web.Route {
	nav := []ui.NavItem{
		{Text: "今天", Icon: "calendar", Href: "/staff", Phone: true},
		{Text: "诉求", Icon: "inbox", Href: "/staff-case", On: true, Count: 128, Hot: true, Phone: true},
		{Text: "驿站", Icon: "lamp", Href: "/plain", Count: 23, Phone: true},
	}
	h1 := templ.Raw(`<h1 class="sr">最近的驿站</h1>`)
	rows := ui.Map(ui.MapProps{Stations: []ui.MapStation{{Name: "骑手之家", Bearing: 58, Metres: 320, Open: true}}, Names: true})
	tools := ui.Filters("诉求分类", []ui.Filter{{Text: "归我办", Href: "#", On: true, Count: "18"}, {Text: "快超时", Href: "#late", Count: "10"}})
	ticket := ui.Ticket(ui.TicketProps{Href: "/staff-case", Title: "锦绣家园东门不让电动车进，24 人反映", Sub: []string{"陈师傅等 24 人", "快递外卖"}, Clock: ui.ClockSoon, Share: 18, Left: "剩 1 时 50 分", Holder: "住建局在办", On: true})
	staff := ui.StaffPage{Title: "诉求", Org: "示例区总工会", OrgHref: "#org", User: "刘婷", UserSub: "权益部", Settings: "#set", SignOut: "/sign-out", Nav: nav}
	inbox, two := staff, staff
	inbox.Main, inbox.Search = "inbox", &ui.Search{Action: "/staff", Label: "搜诉求", Placeholder: "姓名、编号、地点"}
	inbox.Chips = ui.Chip(ui.Rose, "alert", "3 件超时")
	two.Main, two.Title = "two", "锦绣家园东门不让电动车进"
	two.Crumbs = []ui.Crumb{{Text: "诉求", Href: "/staff"}, {Text: "2026-0120-0317"}}
	two.Buttons = ui.Button(ui.ButtonProps{Text: "请本人确认", Icon: "check", Look: ui.Primary, Small: true})
	two.Actions = ui.Button(ui.ButtonProps{Text: "请本人确认", Icon: "check", Look: ui.Primary})
	mapPage := staff
	mapPage.Scripts = []string{"leaflet", "htmx"}
	return []web.Route{
		page("/worker", web.LookWorker, around(ui.Worker(ui.WorkerPage{Title: "最近的驿站", Tab: ui.TabStations, Place: "龙山区 人民大街", PlaceHref: "#place", Weather: "−23℃", Bell: "#bell", Unread: 2}), h1, rows)),
		page("/worker-bar", web.LookWorker, around(ui.Worker(ui.WorkerPage{Title: "办到哪了", Back: "/worker", Helpline: true, Actions: ui.Button(ui.ButtonProps{Text: "催一下", Icon: "bell", Look: ui.Primary, Grow: true})}), h1, rows)),
		page("/staff", web.LookStaff, around(ui.Staff(inbox), inboxList{tools}.with(ticket), peek())),
		page("/staff-case", web.LookStaff, around(ui.Staff(two), templ.Raw(`<div><p>左边</p></div><div><p>右边</p></div>`))),
		page("/staff-map", web.LookStaff, around(ui.Staff(mapPage), ui.MapCanvas(ui.MapCanvasProps{Label: "驿站地图"}), nest(ui.Rows("驿站"), ui.Row(ui.RowProps{Href: "#1", Title: "骑手之家", Icon: "lamp", Attrs: ui.Spot("42.9071", "125.1456", "骑手之家", true)})))),
		page("/partner", web.LookPartner, around(ui.Partner(ui.PartnerPage{Title: "待签收", Body: "示例区住建局", Nav: nav}), templ.Raw(`<h1>待签收</h1>`))),
		page("/plain", web.LookPlain, around(ui.PlainLayout(ui.PlainPage{Title: "登录"}), templ.Raw(`<h1>登录</h1>`))),
		page("/broken-staff", web.LookStaff, func(http.ResponseWriter, *http.Request) error { return errors.New("broken") }),
	}
}

type inboxList struct{ tools templ.Component }

func (l inboxList) with(children ...templ.Component) templ.Component {
	return nest(ui.InboxList("归我办的诉求", l.tools), children...)
}

func peek() templ.Component {
	return nest(ui.Peek("这一件"), templ.Raw(`<h2>锦绣家园东门</h2>`))
}
