package own

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strings"

	"nuanxin/internal/account"
	"nuanxin/internal/account/erase"
	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/rights"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// The addresses of the pages.
const (
	Href     = ui.HrefMe + "/data"
	hrefSeen = Href + "/seen"
	hrefCopy = Href + ".json"

	hrefErase = Href + "/erase"
)

// How much one page shows.
const (
	seenFirst = 3
	seenPage  = 20
	mattersOn = 10
)

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "own."+key, args...) }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	get := func(pattern, purpose string, h web.Handler) web.Route {
		return web.Route{Method: "GET", Pattern: pattern, Action: string(account.Looks), Purpose: purpose, Roles: []string{"owner"}, Handler: web.HTML(c.Worker(ui.Private(h)))}
	}
	act := func(pattern, purpose string, h web.Handler) web.Route {
		return web.Route{Method: "POST", Pattern: pattern, Action: string(erase.Erase), Purpose: purpose, Roles: []string{"owner"}, BodyLimit: 4 << 10, Handler: web.HTML(c.Worker(ui.Private(h)))}
	}
	ask := get(hrefErase, "see what ends with one's account", p.askErase)
	ask.Action = string(erase.See)
	decide := func(pattern string, what authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: "POST", Pattern: pattern, Action: string(what), Purpose: purpose, Roles: []string{"owner"}, BodyLimit: 4 << 10, Handler: web.HTML(c.Worker(ui.Private(h)))}
	}
	agreed := get(HrefConsents, "see what one agreed to, since when and for what", p.consents)
	agreed.Action = string(consent.See)
	mine := get(HrefChildren, "see what one agreed to for children in one's care", p.children)
	mine.Action = string(consent.SeeWards)
	return []web.Route{
		mine,
		decide(HrefChildren, consent.GiveWard, "write a child down and agree for it", p.addChild),
		decide(HrefChildren+"/agree", consent.GiveWard, "agree to one more use of a child's data", p.agreeForChild),
		decide(HrefChildren+"/withdraw", consent.WithdrawWard, "take back what one agreed to for a child", p.withdrawForChild),
		agreed,
		decide(HrefConsents+"/give", consent.Give, "agree to a use of one's data", p.give),
		decide(HrefConsents+"/withdraw", consent.Withdraw, "take a consent back, or stop a use", p.withdraw),
		act(hrefErase+"/code", "send the code that ends one's account", p.sendEraseCode),
		act(hrefErase, "end one's account", p.erase),
		ask,
		get(Href, "see what is kept of oneself, and why", p.data),
		get(hrefSeen, "see who looked at what is kept of oneself", p.seen),
		get(hrefCopy, "take a copy of what is kept of oneself", p.take),
		get(hrefPrint, "take a copy of what is kept of oneself, to read and print", p.print),
	}
}

// Row is the line that leads here from the page 我的, for workers.
func Row(ctx context.Context) (rows []ui.RowProps) {
	if authz.From(ctx).Kind == authz.Worker {
		rows = append(rows, ui.RowProps{Href: Href, Icon: "eye", Tile: true, Tone: ui.Ice, Title: t(ctx, "title"), Sub: t(ctx, "row.sub"), Chevron: true},
			ui.RowProps{Href: HrefConsents, Icon: "shield", Tile: true, Tone: ui.Ice, Title: t(ctx, "consents.title"), Sub: t(ctx, "consents.row"), Chevron: true})
	}
	return rows
}

// dataPage is what the union knows.
type dataPage struct {
	said    contact
	mine    account.Mine
	matters []matter
	more    bool     // requests than are shown
	hung    []matter // by the phone alone
	members []member.Copy
	asks    []rights.Ask
	looks   []look // the newest
	notices []noticeCopy
}

func (p *pages) data(w http.ResponseWriter, r *http.Request) (err error) {
	ctx := r.Context()
	var d dataPage
	if d.said, err = p.contact(ctx); err != nil {
		return err
	}
	if d.mine, err = p.Accounts.Me(ctx, ""); err != nil {
		return err
	}
	next := ""
	if d.matters, next, err = p.matters(ctx, "", mattersOn); err != nil {
		return err
	}
	d.more = next != ""
	if d.hung, err = p.byPhone(ctx); err != nil {
		return err
	}
	if d.members, err = p.Members.Copies(ctx); err != nil {
		return err
	}
	if d.asks, err = p.asks(ctx); err != nil {
		return err
	}
	if d.notices, err = p.notices(ctx); err != nil {
		return err
	}
	if d.looks, _, err = p.looks(ctx, "", seenFirst); err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, dataView(d))
}

func (p *pages) seen(w http.ResponseWriter, r *http.Request) error {
	after := r.URL.Query().Get("after")
	looks, next, err := p.looks(r.Context(), after, seenPage)
	if err != nil {
		return err
	}
	if after != "" && len(looks) == 0 {
		return fault.New("own.seen", fault.Missing, "fault.missing")
	}
	first := ""
	if after != "" {
		first = hrefSeen
	}
	if next != "" {
		next = hrefSeen + "?after=" + url.QueryEscape(next)
	}
	return web.Show(w, r, http.StatusOK, seenView(looks, first, next))
}

func fileHref(m matter, f request.AttachmentID) string {
	if m.phoned {
		return "" // the page of such a matter opens with the slip of who called
	}
	return requestweb.Href(m.Number) + "/files/" + string(f)
}

// accountPairs are what an account keeps.
func (d dataPage) accountPairs(ctx context.Context) []ui.Pair {
	name := d.said.Name
	if name == "" {
		name = t(ctx, "none")
	}
	return []ui.Pair{
		{Key: t(ctx, "phone"), Text: idcard.MaskPhone(d.said.Phone)},
		{Key: t(ctx, "name"), Text: name},
		{Key: t(ctx, "since"), Text: web.Date(ctx, d.mine.MadeAt)},
		{Key: t(ctx, "devices"), Text: t(ctx, "devices.n", "Count", len(d.mine.Sessions))},
		{Key: t(ctx, "from"), Text: t(ctx, "account.from")},
		{Key: t(ctx, "why"), Text: t(ctx, "account.why")},
	}
}

// row says what is kept of a request.
func (m matter) row(ctx context.Context) ui.RowProps {
	var holds []string
	if m.Words != "" || m.Heard != "" {
		holds = append(holds, t(ctx, "request.words"))
	}
	if n := m.files(request.Photo); n > 0 {
		holds = append(holds, t(ctx, "request.photos", "Count", n))
	}
	if n := m.files(request.Voice); n > 0 {
		holds = append(holds, t(ctx, "request.voice", "Count", n))
	}
	if m.Surname != "" || len(m.SealedName) > 0 {
		holds = append(holds, t(ctx, "request.name"))
	}
	if m.HasPhone {
		holds = append(holds, t(ctx, "request.phone"))
	}
	if m.Place.Text != "" || m.Place.Point != nil {
		holds = append(holds, t(ctx, "request.place"))
	}
	went := t(ctx, "request.union_only")
	if bodies := m.bodies(); len(bodies) > 0 {
		went = t(ctx, "request.went", "Bodies", web.List(ctx, bodies...))
	}
	href := requestweb.Href(m.Number)
	if m.phoned {
		href = ""
	}
	return ui.RowProps{Href: href, Title: show.About(ctx, m.Title, m.What, m.Topic), Chevron: href != "",
		Sub:  strings.Join([]string{t(ctx, "request.from."+string(m.Channel), "When", web.Date(ctx, m.CreatedAt)), t(ctx, "request.holds", "What", web.List(ctx, holds...))}, " "),
		More: went}
}

// memberPairs are what a membership keeps.
func memberPairs(ctx context.Context, m member.Copy) []ui.Pair {
	say := func(key string) string { return web.T(ctx, "member."+key) }
	all := []ui.Pair{
		{Key: t(ctx, "member.state"), Text: m.UnionName + " · " + say("own.state."+string(m.State))},
		{Key: t(ctx, "name"), Text: m.Name},
		{Key: t(ctx, "phone"), Text: m.Phone},
		{Key: t(ctx, "member.work"), Text: strings.TrimSpace(say("occupation."+string(m.Occupation)) + " " + m.Works)},
	}
	if m.Document != "" {
		all = append(all, ui.Pair{Key: t(ctx, "member.document"), Text: m.Document})
	}
	from := t(ctx, "member.from", "When", web.Date(ctx, m.AppliedAt))
	if m.Channel == member.ByList {
		from = t(ctx, "member.listed", "When", web.Date(ctx, m.Terms[0].From), "Union", m.Terms[0].UnionName)
	}
	all = append(all, ui.Pair{Key: t(ctx, "from"), Text: from})
	return all
}

// memberTitle names the newest membership, and those before it by their date.
func memberTitle(ctx context.Context, i int, m member.Copy) string {
	if i == 0 {
		return t(ctx, "member.title")
	}
	return t(ctx, "member.before", "When", web.Date(ctx, m.AppliedAt))
}

// row says who looked, at what and what for.
func (l look) row(ctx context.Context) ui.RowProps {
	who := t(ctx, "seen.somebody")
	switch {
	case l.Name != "" && l.Office != "":
		who = t(ctx, "seen.who", "Name", l.Name, "Office", l.Office)
	case l.Name != "":
		who = l.Name
	}
	what := t(ctx, "seen.what."+l.What)
	if l.Number != "" {
		what = t(ctx, "seen.what.number", "Number", l.Number)
	}
	return ui.RowProps{Icon: "eye", Title: who, Sub: t(ctx, "seen.line", "What", what, "Purpose", l.Purpose), More: web.When(ctx, l.At)}
}
