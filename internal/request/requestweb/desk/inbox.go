package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/region"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// query is what the inbox is asked for.
type query struct {
	group       request.Group
	topic, area string
	words       string
	private     string // words that may name a person, instead of words; they stand in no address
	after, open string
}

func readQuery(r *http.Request) query {
	v := r.Form
	if v == nil {
		v = r.URL.Query()
	}
	q := query{group: request.Group(v.Get("group")), topic: v.Get("topic"), area: v.Get("area"), words: strings.TrimSpace(v.Get("q")), after: v.Get("after"), open: v.Get("open")}
	if personal(q.words) {
		q.private, q.words = q.words, ""
	}
	if !slices.Contains(request.Groups(), q.group) {
		q.group = request.GroupOpen
	}
	if !region.Valid(q.area) {
		q.area = ""
	}
	if _, ok := request.TopicOf(q.topic); !ok {
		q.topic = ""
	}
	return q
}

// filter is the query as the office understands it; a request's number and
// words are told apart there.
func (q query) filter() request.Filter {
	return request.Filter{Group: q.group, Topic: q.topic, Area: q.area, Text: q.words, After: q.after}
}

// pairs are the query's parameters without the page. What may name a person is
// not among them: links and forms by GET are made of these.
func (q query) pairs() []ui.Pair {
	var out []ui.Pair
	for _, p := range []ui.Pair{{Key: "group", Text: string(q.group)}, {Key: "topic", Text: q.topic}, {Key: "area", Text: q.area}, {Key: "q", Text: q.words}} {
		if p.Text != "" {
			out = append(out, p)
		}
	}
	return out
}

func (q query) href(to string) string {
	v := url.Values{}
	for _, p := range q.pairs() {
		v.Set(p.Key, p.Text)
	}
	if q.after != "" {
		v.Set("after", q.after)
	}
	if len(v) == 0 {
		return to
	}
	return to + "?" + v.Encode()
}

// in is the query with another drawer, from its top.
func (q query) in(g request.Group) query {
	q.group, q.after = g, ""
	return q
}

// list is the inbox as it is shown.
type list struct {
	query
	rows   []request.Row
	next   string
	counts map[request.Group]int
	peek   *peek
}

// peek is the request beside the list.
type peek struct {
	c        request.Case
	bodies   []request.Body
	dispatch dispatchForm
}

func (p *pages) inbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !reach.IsStaff(ctx) {
		return reach.Missing()
	}
	q := readQuery(r)
	if q.private != "" { // somebody typed it into the address
		web.SetFlash(w, r, "requestdesk.search.private")
		return web.See(w, r, q.href(HrefRequests))
	}
	l, err := p.list(ctx, q)
	if err != nil {
		return err
	}
	if l.peek, err = p.chosen(ctx, l); err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, inboxPage(p.inboxFrame(ctx, l), l))
}

func (p *pages) inboxFrame(ctx context.Context, l list) ui.StaffPage {
	f := p.frame(ctx, t(ctx, "title"))
	f.Main, f.Scripts = "inbox", []string{"htmx"}
	f.Search = &ui.Search{Action: HrefRequests, Post: true, Label: t(ctx, "search"), Placeholder: t(ctx, "search.hint"), Value: l.words,
		Keep: slices.DeleteFunc(l.pairs(), func(p ui.Pair) bool { return p.Key == "q" })}
	f.Chips, f.Buttons = inboxChips(l), inboxButtons(reach.IsCadre(ctx))
	return f
}

// list reads the page of the inbox and the number in each drawer.
func (p *pages) list(ctx context.Context, q query) (list, error) {
	l := list{query: q}
	page, err := p.Office.List(ctx, q.filter())
	if err != nil {
		return l, err
	}
	l.rows, l.next = page.Rows, page.Next
	l.counts, err = p.Office.Counts(ctx, q.filter())
	return l, err
}

// chosen is the request to show beside the list: the one that the reader came
// back from, else the first. Showing it here is no look: the worker is told of
// a look when the matter itself is opened.
func (p *pages) chosen(ctx context.Context, l list) (*peek, error) {
	if l.open != "" {
		k, err := p.peekAt(ctx, request.Ref{ID: request.ID(l.open)})
		if err == nil || !fault.Is(err, fault.Missing) {
			return k, err
		}
	}
	if len(l.rows) == 0 {
		return nil, nil //nolint:nilnil // an empty list has nothing beside it
	}
	return p.peekAt(ctx, request.Ref{ID: l.rows[0].ID})
}

func (p *pages) peekAt(ctx context.Context, ref request.Ref) (*peek, error) {
	c, err := p.read(ctx, ref)
	if err != nil {
		return nil, err
	}
	k := &peek{c: c}
	if !can(ctx, request.Send, request.KindDispatched, c) {
		return k, nil
	}
	if k.bodies, err = p.Office.Propose(ctx, ref); err != nil {
		return nil, err
	}
	k.dispatch = p.newDispatch(ctx, c, k.bodies)
	return k, nil
}

// peek answers the list's script with the request beside it; a reader who opens
// the address gets the list with it.
func (p *pages) peek(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	k, err := p.peekAt(ctx, ref)
	if err != nil {
		return err
	}
	if r.Header.Get("HX-Request") == "" {
		return web.See(w, r, HrefRequests+"?open="+url.QueryEscape(string(k.c.ID)))
	}
	return web.Show(w, r, http.StatusOK, ui.Fragment(peekBody(k)))
}

// drawers are the groups that stand in front; the others are in the list of
// drawers that opens.
func drawers() []request.Group {
	return []request.Group{request.GroupOpen, request.GroupMine, request.GroupSoon, request.GroupLate, request.GroupTodo, request.GroupBounced, request.GroupWaiting,
		request.GroupAnswered, request.GroupRaised, request.GroupMissed, request.GroupClosed, request.GroupAll}
}

func (l list) filters(ctx context.Context) []ui.Filter {
	var out []ui.Filter
	for _, g := range drawers() {
		out = append(out, ui.Filter{Text: t(ctx, "group."+groupName(g)), Href: l.in(g).href(HrefRequests), On: l.group == g, Count: web.Count(int64(l.counts[g]))})
	}
	return out
}

func groupName(g request.Group) string {
	if g == request.GroupOpen {
		return "open"
	}
	return string(g)
}

// ticket is one line of the inbox.
func (l list) ticket(ctx context.Context, r request.Row) ui.TicketProps {
	p := ui.TicketProps{Href: Href(r.ID), Title: tell.Title(ctx, r.Request), Sub: []string{tell.Workers(ctx, r.Request), tell.Topic(ctx, r.Topic), tell.Place(ctx, r.Request)},
		Read: !r.SeenAt.IsZero(), On: l.peek != nil && l.peek.c.ID == r.ID, Share: 100, Holder: tell.Holder(ctx, r),
		Attrs: map[string]any{"hx-get": Href(r.ID) + "/peek", "hx-trigger": "focus", "hx-target": "#peek", "hx-sync": "#peek:replace"}}
	switch r.State {
	case request.ClockOK, request.ClockSoon, request.ClockLate:
		p.Clock = map[request.ClockState]ui.ClockState{request.ClockOK: ui.ClockOK, request.ClockSoon: ui.ClockSoon, request.ClockLate: ui.ClockLate}[r.State]
		p.Left = web.TimeLeft(ctx, r.Left)
		p.Share = tell.Share(r.Left, usual(r.DueClock))
		if r.State == request.ClockLate {
			p.Share = tell.Late(r.Left, usual(r.DueClock))
		}
		p.Holder = t(ctx, "ticket.clock", "Clock", t(ctx, "clock."+r.DueClock), "Holder", p.Holder)
	case request.ClockHeld:
		p.Clock, p.Left = ui.ClockHold, t(ctx, "ticket.hold")
	case request.ClockDone:
		p.Clock, p.Left = ui.ClockDone, t(ctx, "ticket.done")
		if !r.ClosedAt.IsZero() {
			p.Left = web.When(ctx, r.ClosedAt)
		}
	default:
		p.Clock, p.Left = ui.ClockHold, t(ctx, "clock.unknown")
		if !r.NotBefore.IsZero() {
			p.Holder = t(ctx, "ticket.dark", "Day", web.Date(ctx, r.NotBefore), "Holder", p.Holder)
		}
	}
	if !r.MendedAt.IsZero() && r.Status.Busy() {
		p.Sub = append(p.Sub, t(ctx, "ticket.mended"))
	}
	if r.Missed && r.State != request.ClockLate {
		p.Sub = append(p.Sub, t(ctx, "ticket.missed"))
	}
	return p
}

// usual is about how long a clock runs, for the size of its ring in the list;
// the case itself shows it exactly.
func usual(clock string) time.Duration {
	l := request.Builtin()
	return time.Minute * time.Duration(map[string]int{request.ClockLook: l.LookMinutes, request.ClockSign: l.SignMinutes, request.ClockFeedback: l.BodyMinutes,
		request.ClockReply: l.ReplyMinutes, request.ClockAnswer: l.AnswerDays * 7 * 60}[clock])
}

// nextHref is the page after this one, topHref the first page, or "".
func (l list) nextHref() string {
	if l.next == "" {
		return ""
	}
	q := l.query
	q.after = l.next
	return q.href(HrefRequests)
}

func (l list) topHref() string {
	if l.after == "" {
		return ""
	}
	return l.in(l.group).href(HrefRequests)
}

// narrowed reports whether the list holds less than its drawer.
func (l list) narrowed() bool { return l.words != "" || l.topic != "" || l.area != "" }

func emptyTitle(ctx context.Context, l list) string {
	if l.narrowed() {
		return t(ctx, "empty.found")
	}
	return t(ctx, "empty."+groupName(l.group))
}

func emptyText(ctx context.Context, l list) string {
	if l.narrowed() {
		return t(ctx, "empty.found.text")
	}
	return t(ctx, "empty."+groupName(l.group)+".text")
}
