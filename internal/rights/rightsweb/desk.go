package rightsweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/rights"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// frame is the reader's frame with a title.
func (p *pages) frame(ctx context.Context, title string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(HrefDesk, title, crumbs...)
}

// under is the frame of a page that the list leads to.
func (p *pages) under(ctx context.Context, title string) ui.StaffPage {
	return p.Frame(ctx).Under(HrefDesk, t(ctx, "desk.title"), title)
}

// staff answers whoever has nothing to do at these addresses: a worker sees
// what they asked, but not here.
func staff(ctx context.Context, roles ...authz.Role) error {
	if slices.ContainsFunc(roles, authz.From(ctx).Has) {
		return nil
	}
	return fault.New("rights.desk", fault.Missing, "fault.missing")
}

// listView is the register as it is shown.
type listView struct {
	rights.Page
	closed bool
	after  string
	cadre  bool
	kept   string
	kin    []ui.RowProps // what waits for a leader
}

func (v listView) href(closed bool, after string) string {
	q := url.Values{}
	if closed {
		q.Set("closed", "1")
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return HrefDesk
	}
	return HrefDesk + "?" + q.Encode()
}

func (v listView) topHref() string {
	if v.after == "" {
		return ""
	}
	return v.href(v.closed, "")
}

func (v listView) nextHref() string {
	if v.Next == "" {
		return ""
	}
	return v.href(v.closed, v.Next)
}

func (p *pages) list(w http.ResponseWriter, r *http.Request) (err error) {
	ctx, q := r.Context(), r.URL.Query()
	if err := staff(ctx, authz.Cadre, authz.Leader); err != nil {
		return err
	}
	v := listView{closed: q.Get("closed") != "", after: q.Get("after"), cadre: authz.From(ctx).Has(authz.Cadre), kept: p.Kept}
	if v.Page, err = p.Rights.List(ctx, rights.Filter{Closed: v.closed, After: v.after}); err != nil {
		return err
	}
	if !v.closed && v.after == "" {
		if v.kin, err = p.Waiting(ctx); err != nil {
			return err
		}
	}
	return web.Show(w, r, http.StatusOK, listPage(p.frame(ctx, t(ctx, "desk.title")), v))
}

// clockOf is how an answer stands.
func clockOf(ctx context.Context, a rights.Ask) ui.ClockProps {
	if a.State != rights.Open {
		return ui.ClockProps{State: ui.ClockDone, Share: 100, Main: t(ctx, "state."+string(a.State)), Small: web.When(ctx, a.AnsweredAt)}
	}
	if a.DueAt.IsZero() {
		return ui.ClockProps{State: ui.ClockHold, Main: t(ctx, "desk.due.dark")}
	}
	left, whole := a.DueAt.Sub(web.Now(ctx)), a.DueAt.Sub(a.AskedAt)
	c := ui.ClockProps{State: ui.ClockOK, Main: web.TimeLeft(ctx, left), Small: t(ctx, "desk.due", "By", web.Deadline(ctx, a.DueAt))}
	switch {
	case left < 0:
		c.State, c.Share = ui.ClockLate, 100
		return c
	case left < 3*24*time.Hour:
		c.State = ui.ClockSoon
	}
	c.Share = min(100, max(2, int(left*100/whole)))
	return c
}

// nameOf is the law's word for what is asked.
func nameOf(ctx context.Context, a rights.Ask) string { return t(ctx, "desk.kind."+string(a.Kind)) }

// openView is one ask on the desk.
type openView struct {
	rights.Ask
	name, phone string // masked
	whole       string // the phone, shown once
	why         string
	whyErrs     ui.FormErrors
	words       string
	do          string
	may         bool
	now         string // of a correction: what stands there
	reqID       string
	ui.Trouble
}

func (p *pages) open(w http.ResponseWriter, r *http.Request) error {
	return p.showOpen(w, r, http.StatusOK, openView{})
}

// showOpen reads the ask anew and shows it with what v brings.
func (p *pages) showOpen(w http.ResponseWriter, r *http.Request, status int, v openView) (err error) {
	ctx := r.Context()
	if err := staff(ctx, authz.Cadre, authz.Leader); err != nil {
		return err
	}
	if v.Ask, err = p.find(r, rights.See); err != nil {
		return err
	}
	if v.name, v.phone, err = p.Rights.Who(ctx, v.Ask); err != nil {
		return err
	}
	if v.now, err = p.Rights.Now(ctx, v.Ask); err != nil {
		return err
	}
	v.may, v.reqID = rights.Policy.May(authz.From(ctx), rights.Answer, v.AuthzObject()), web.NewReqID()
	return web.Show(w, r, status, openPage(p.under(ctx, nameOf(ctx, v.Ask)), v))
}

func (p *pages) answer(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a, err := p.find(r, rights.Answer)
	if err != nil {
		return err
	}
	v := openView{words: r.PostForm.Get("words"), do: r.PostForm.Get("do")}
	version, err := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		version = 0 // no version of anything
	}
	act := p.Rights.Answer
	switch v.do {
	case "refuse":
		act = p.Rights.Reject
	case "correct":
		act = p.Rights.Accept
	}
	if err := act(web.Named(r), a.ID, version, v.words); err != nil {
		var status int
		if v.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showOpen(w, r, status, v)
	}
	web.SetFlash(w, r, "rights.flash.answered")
	return web.See(w, r, HrefDesk)
}

// A reason has at least so many characters, and at most.
const (
	shortest = 4
	longest  = 200
)

func (p *pages) phone(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := readForm(r); err != nil {
		return err
	}
	a, err := p.find(r, rights.Call)
	if err != nil {
		return err
	}
	v := openView{why: strings.TrimSpace(plain.Line(r.PostForm.Get("why")))}
	if n := utf8.RuneCountInString(v.why); n < shortest || n > longest {
		var f fault.Form
		f.Add("why", "rights.why.length", fault.Args{"Least": shortest, "Most": longest})
		v.whyErrs = ui.FieldErrors(ctx, f.Err("rights.call"))
		return p.showOpen(w, r, http.StatusUnprocessableEntity, v)
	}
	if v.whole, err = p.Rights.Phone(op.With(ctx, op.Call{Purpose: v.why}), a.ID); err != nil {
		return err
	}
	return p.showOpen(w, r, http.StatusOK, v)
}

// writeForm is what a cadre writes down.
type writeForm struct {
	rights.Note
	reqID string
	ui.Trouble
}

func (p *pages) askWrite(w http.ResponseWriter, r *http.Request) error {
	if err := staff(r.Context(), authz.Cadre); err != nil {
		return err
	}
	return p.showWrite(w, r, http.StatusOK, writeForm{Note: rights.Note{Channel: rights.AtCounter}})
}

func (p *pages) showWrite(w http.ResponseWriter, r *http.Request, status int, f writeForm) error {
	f.reqID = web.NewReqID()
	return web.Show(w, r, status, writePage(p.under(r.Context(), t(r.Context(), "write.title")), f))
}

func (p *pages) write(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	if err := staff(r.Context(), authz.Cadre); err != nil {
		return err
	}
	v := r.PostForm
	f := writeForm{Note: rights.Note{
		Draft:   rights.Draft{Kind: rights.Kind(v.Get("kind")), Words: v.Get("words")},
		Channel: rights.Channel(v.Get("channel")), Name: v.Get("name"), Phone: v.Get("phone"),
	}}
	got, err := p.Rights.Write(web.Named(r), f.Note)
	if err != nil {
		var status int
		if f.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showWrite(w, r, status, f)
	}
	web.SetFlash(w, r, "rights.flash.written")
	return web.See(w, r, DeskHref(got.ID))
}

func channels(ctx context.Context, on rights.Channel) []ui.Option {
	var all []ui.Option
	for _, c := range []rights.Channel{rights.AtCounter, rights.ByPhone} {
		all = append(all, ui.Option{Value: string(c), Text: t(ctx, "channel."+string(c)), On: c == on})
	}
	return all
}

// facts are what is known of an ask.
func (v openView) facts(ctx context.Context) []ui.Pair {
	all := []ui.Pair{
		{Key: t(ctx, "fact.kind"), Text: nameOf(ctx, v.Ask)},
		{Key: t(ctx, "fact.name"), Text: orNone(ctx, v.name)},
		{Key: t(ctx, "fact.phone"), Text: orNone(ctx, v.phone)},
		{Key: t(ctx, "fact.channel"), Text: t(ctx, "channel."+string(v.Channel))},
		{Key: t(ctx, "fact.asked"), Text: web.When(ctx, v.AskedAt)},
	}
	if v.TakenBy != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.taken_by"), Text: v.TakenBy})
	}
	for _, h := range v.Hands {
		all = append(all, ui.Pair{Key: t(ctx, "fact.handed"), Text: t(ctx, "fact.handed.text", "From", h.FromName, "To", h.ToName, "Name", h.By, "When", web.When(ctx, h.At))})
	}
	if v.AnsweredBy != "" {
		all = append(all, ui.Pair{Key: t(ctx, "fact.answered_by"), Text: v.AnsweredBy})
	}
	return all
}

func orNone(ctx context.Context, text string) string {
	if text == "" {
		return t(ctx, "none")
	}
	return text
}
