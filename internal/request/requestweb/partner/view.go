package partner

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"nuanxin/internal/authz"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// t says a word of this package.
func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "matter."+key, args...)
}

// framed puts a page into the frame of its reader: the staff's desk for who has
// an account, a bare one for who came by link.
func (p *pages) framed(r *http.Request, title string, body templ.Component) templ.Component {
	ctx := r.Context()
	if authz.From(ctx).Kind == authz.Staff && p.Frame != nil {
		frame := p.Frame(ctx)
		frame.Title = title
		if r.URL.Path != HrefMatters {
			frame.Crumbs = []ui.Crumb{{Text: t(ctx, "list"), Href: HrefMatters}}
		}
		for i := range frame.Nav {
			frame.Nav[i].On = frame.Nav[i].Href == HrefMatters
		}
		return staffFrame(frame, body)
	}
	return linkFrame(ui.PartnerPage{Title: title, Body: authz.From(ctx).Name}, body)
}

// title is what the matter is called: the cadre's title, or its number.
func (m matterPage) title(ctx context.Context) string {
	if m.Title == "" && broken(m.What) {
		return show.What(ctx, m.What)
	}
	return cmp.Or(m.Title, t(ctx, "numbered", "Number", m.Number))
}

// broken reports whether what names a station's defect.
func broken(what string) bool { return what != "" && what != request.WhatOther }

func topicWords(ctx context.Context, code string) string {
	topic, ok := request.TopicOf(code)
	switch {
	case !ok:
		return ""
	case web.Lang(ctx) == "en":
		return topic.EN
	}
	return topic.ZH
}

// mine is the dispatch that the body has to act upon, if any.
func (m matterPage) mine() (request.Dispatch, bool) {
	if i := request.InHand(m.Dispatches, func(request.Dispatch) bool { return true }); i >= 0 {
		return m.Dispatches[i], true
	}
	return request.Dispatch{}, false
}

// signs reports whether the body can sign for the hand now, and works whether it
// can say how far it is: not once the union has answered.
func (m matterPage) signs(d request.Dispatch) bool {
	return signable(d) && m.Status.May(request.KindSigned)
}

func (m matterPage) works() bool { return m.Status.May(request.KindWorking) }

// refused reports whether the form called name was sent and refused.
func (m matterPage) refused(name string) bool { return m.Act == name }

// acts reports whether the body can do anything with the matter now.
func (m matterPage) acts() bool {
	_, ok := m.mine()
	return ok && m.Status.May(request.KindReported) && m.Status.Open()
}

// orphaned is what was written into a form that the page has no more.
func (m matterPage) orphaned() string {
	d, _ := m.mine()
	stands := map[string]bool{"sign": m.signs(d), "report": true, "work": m.works(), "more-time": m.MayAskTime, "bounce": m.MayBounce}
	if m.acts() && stands[m.Act] {
		return ""
	}
	return m.Form.written()
}

// written are the words in a form.
func (f form) written() string {
	return strings.Join(nonEmpty(f.Words, f.Reason, f.Suggest), "\n")
}

// inputs are the ids of a form's inputs that are not named as their faults are: the
// page has several forms with words.
var inputs = map[string]map[string]string{"work": {"words": "work-words"}, "more-time": {"why": "more-words", "until": "more-until"}}

// told are the faults that the page begins with.
func (m matterPage) told() []ui.FormError {
	if m.Stale == "" {
		all := slices.Clone(m.Faults.All())
		for i, f := range all {
			all[i].ID = cmp.Or(inputs[m.Act][f.ID], f.ID)
		}
		return all
	}
	at := "main"
	if m.orphaned() != "" {
		at = "written"
	}
	return []ui.FormError{{ID: at, Text: m.Stale}}
}

func (m matterPage) action(name string) string {
	return HrefMatters + "/" + string(m.ID) + "/" + name
}

// signable reports whether the matter waits for the body's signature.
func signable(d request.Dispatch) bool {
	return d.State == request.DispatchSent || d.State == request.DispatchOpened
}

// chip shows how far a body has come.
func chip(ctx context.Context, d request.Dispatch) templ.Component {
	tones := map[request.DispatchState]ui.Tone{
		request.DispatchSent: ui.Amber, request.DispatchOpened: ui.Amber, request.DispatchSigned: ui.Ice, request.DispatchWorking: ui.Ice,
		request.DispatchReported: ui.Pine, request.DispatchBounced: ui.Plain, request.DispatchSettled: ui.Plain, request.DispatchRecalled: ui.Plain,
	}
	if d.State == request.DispatchSettled && !d.ReportedAt.IsZero() {
		d.State = request.DispatchReported // answered, and then handed out anew
	}
	icons := map[ui.Tone]string{ui.Amber: "clock", ui.Ice: "chat", ui.Pine: "check", ui.Plain: "reply"}
	return ui.Chip(tones[d.State], icons[tones[d.State]], t(ctx, "state_"+string(d.State)))
}

// limits are the clocks of the body's own hands.
func (m matterPage) limits(ctx context.Context) []ui.ClockProps {
	var all []ui.ClockProps
	for _, c := range m.Clocks {
		p := ui.ClockProps{State: ui.ClockState(c.State), Share: share(c), Small: t(ctx, "limit_"+c.Name, "When", due(ctx, c))}
		switch c.State {
		case request.ClockDone:
			p.Main, p.Small = doneWords(ctx, c)
			if c.Missed {
				p.State = ui.ClockLate
			}
		case request.ClockHeld:
			p.Main = t(ctx, "clock_held")
		case request.ClockUnknown:
			p.Main, p.State = t(ctx, "clock_unknown"), ui.ClockHold
		default:
			p.Main = web.TimeLeft(ctx, c.Left)
		}
		all = append(all, p)
	}
	return all
}

// doneWords tells of a clock that stopped: the body did it, or nobody waits for
// it any more because the matter had its result without it.
func doneWords(ctx context.Context, c request.Clock) (main, small string) {
	switch {
	case c.Ended.IsZero():
		return t(ctx, "clock_over"), t(ctx, "over_"+c.Name)
	case c.Missed:
		main = t(ctx, "clock_done_late")
	default:
		main = t(ctx, "clock_done")
	}
	return main, t(ctx, "ended_"+c.Name, "When", web.When(ctx, c.Ended))
}

func share(c request.Clock) int {
	if c.Limit <= 0 || c.State == request.ClockDone || c.State == request.ClockLate {
		return 100
	}
	return int(100 * max(0, c.Left) / c.Limit)
}

func due(ctx context.Context, c request.Clock) string {
	if c.Due.IsZero() {
		return t(ctx, "no_date")
	}
	return web.Deadline(ctx, c.Due)
}

// steps is the timeline of what went between the union and this body.
func (m matterPage) steps(ctx context.Context) []ui.Step {
	var all []ui.Step
	for i, e := range m.Timeline {
		state := ui.Done
		if e.Kind == request.KindBounced {
			state = ui.Back
		} else if i == len(m.Timeline)-1 {
			state = ui.Now
		}
		title := t(ctx, "did_"+string(e.Kind), "Who", who(ctx, e), "Until", deadline(ctx, e.Until))
		all = append(all, ui.Step{State: state, Title: title, Text: e.Words, At: e.At, When: web.When(ctx, e.At)})
	}
	return all
}

// who did it: a body, somebody of the union, or the union's program.
func who(ctx context.Context, e request.Entry) string {
	switch {
	case e.By == request.ByBody:
		return e.BodyName
	case e.ByName == "":
		return t(ctx, "union")
	}
	return e.ByName
}

func (m matterPage) photos(ctx context.Context) []ui.Photo {
	var all []ui.Photo
	for _, a := range m.Files {
		if a.Kind != request.Photo {
			continue
		}
		href := HrefMatters + "/" + string(m.ID) + "/files/" + string(a.ID)
		all = append(all, ui.Photo{Href: href, Src: href + "?thumb", Label: t(ctx, "photo", "N", strconv.Itoa(len(all)+1))})
	}
	return all
}

// facts are the lines that say what and where.
func (m matterPage) facts(ctx context.Context) []ui.Pair {
	var all []ui.Pair
	add := func(key, text string) {
		if text != "" {
			all = append(all, ui.Pair{Key: t(ctx, key), Text: text})
		}
	}
	add("number", m.Number)
	add("topic", topicWords(ctx, m.Topic))
	add("place", m.Place.Text)
	add("officer", m.Officer)
	add("since", web.When(ctx, m.CreatedAt))
	if m.Bounces > 0 {
		add("bounces", t(ctx, "bounces_n", "Count", m.Bounces))
	}
	for _, o := range m.Others {
		add("others", o.Name)
	}
	return all
}

func deadline(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return web.Deadline(ctx, at)
}

func rowOf(ctx context.Context, r request.MatterRow) ui.RowProps {
	title := cmp.Or(r.Title, topicWords(ctx, r.Topic), t(ctx, "numbered", "Number", r.Number))
	if r.Title == "" && broken(r.What) {
		title = show.What(ctx, r.What)
	}
	row := ui.RowProps{Href: HrefMatters + "/" + string(r.ID), Icon: "inbox", Tile: true, Title: title,
		Chip: chip(ctx, r.Dispatch), New: r.Dispatch.State == request.DispatchSent}
	when := deadline(ctx, r.Dispatch.DueBy)
	switch {
	case when == "":
	case r.Late:
		row.Tone, when = ui.Rose, t(ctx, "late", "When", when)
	default:
		when = t(ctx, "due", "When", when)
	}
	if r.Status == request.StatusAnswered && r.Dispatch.ReportedAt.IsZero() { // no date runs any more
		row.New, when = false, t(ctx, "answered")
	}
	if !r.Status.Open() { // it needs nothing more, whatever was left undone
		row.Chip, row.New, row.Tone, when = ui.Chip(ui.Plain, "check", t(ctx, "closed")), false, ui.Plain, ""
	}
	row.Sub, row.More = web.List(ctx, nonEmpty(r.Place, r.Number)...), when
	return row
}

func nonEmpty(words ...string) []string {
	var all []string
	for _, w := range words {
		if w != "" {
			all = append(all, w)
		}
	}
	return all
}

// faultOf is the fault of an input of the form called act: two forms may have
// an input of one name.
func faultOf(m matterPage, act, input string) string {
	if m.Act != act {
		return ""
	}
	return m.Faults.Of(input)
}

func valueOf(m matterPage, act string) string {
	if m.Act != act {
		return ""
	}
	return m.Form.Words
}

func untilOf(m matterPage, act string) string {
	if m.Act != act {
		return ""
	}
	return m.Form.Until
}

// reportLook fills the one button that matters now: signing comes first.
func reportLook(d request.Dispatch) ui.Look {
	if signable(d) {
		return ui.Normal
	}
	return ui.Primary
}
