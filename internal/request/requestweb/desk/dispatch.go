package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/request/requestweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// localTime is how a browser writes a date with a time.
const localTime = "2006-01-02T15:04"

// ownDeadline is the choice of a date that is not offered.
const ownDeadline = "own"

// dispatchForm is the form that hands a matter to bodies.
type dispatchForm struct {
	bodies  []choice
	lead    string
	task    string // for every body without one of its own
	by      string // an offered deadline, or "own"
	own     string
	offers  []ui.Option
	release map[string]bool // files that the bodies may see
	find    string
	found   bool // a search was made
	phrases []request.Phrase
	reqID   string
	seen    int64
	reach.Trouble
}

// choice is a body that can be chosen.
type choice struct {
	request.Body
	on    bool
	task  string // its own
	until string // its own
	holds bool   // it has the matter already
	back  bool   // it sent the matter back before
}

// newDispatch is the form before anybody wrote in it: the likeliest body that
// has not sent it back is chosen unless somebody has the matter, the deadline is
// the one that the rules propose.
func (p *pages) newDispatch(ctx context.Context, c request.Case, bodies []request.Body) dispatchForm {
	f := dispatchForm{offers: p.deadlines(ctx, c), reqID: web.NewReqID(), seen: c.Version, release: map[string]bool{}, by: ownDeadline}
	for _, b := range bodies {
		f.add(c, b)
	}
	for i := range f.bodies {
		if !f.bodies[i].back && !held(c) {
			f.bodies[i].on, f.lead = true, f.bodies[i].ID
			break
		}
	}
	if len(f.offers) > 0 {
		f.by = f.offers[0].Value
	}
	return f
}

// held reports whether some body has the matter.
func held(c request.Case) bool { return slices.ContainsFunc(c.Dispatches, request.Dispatch.Holds) }

// add makes a body one that can be chosen, once.
func (f *dispatchForm) add(c request.Case, b request.Body) {
	if slices.ContainsFunc(f.bodies, func(x choice) bool { return x.ID == b.ID }) {
		return
	}
	back := slices.ContainsFunc(c.Dispatches, func(d request.Dispatch) bool { return d.Body == b.ID && d.Reason != "" })
	f.bodies = append(f.bodies, choice{Body: b, back: back, holds: slices.ContainsFunc(c.Dispatches, func(d request.Dispatch) bool {
		return d.Body == b.ID && d.Holds() && d.State != request.DispatchReported
	})})
}

// deadlines are the dates that are offered: what the rules propose, the end of
// the next working day, and of the third and the fifth.
func (p *pages) deadlines(ctx context.Context, c request.Case) []ui.Option {
	var out []ui.Option
	add := func(key string, at time.Time) {
		value := at.In(clock.Zone).Format(localTime)
		if at.IsZero() || slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == value }) {
			return
		}
		out = append(out, ui.Option{Value: value, Text: t(ctx, key, "Until", web.Deadline(ctx, at))})
	}
	add("by.proposed", c.BodyBy)
	for _, n := range []int{1, 3, 5} {
		if at, err := p.Office.Calendar().AddWorkdays(web.Now(ctx), n, c.Limits.Hours); err == nil {
			add("by.day", at)
		}
	}
	return out
}

// options are the offered deadlines, with the date of one's own last.
func (f dispatchForm) options(ctx context.Context) []ui.Option {
	out := slices.Clone(f.offers)
	out = append(out, ui.Option{Value: ownDeadline, Text: t(ctx, "by.own")})
	for i := range out {
		out[i].On = out[i].Value == f.by
	}
	return out
}

// files are the worker's files that are not yet out and may be.
func releases(c request.Case) []request.Attachment {
	return slices.DeleteFunc(workerFiles(c), func(a request.Attachment) bool { return a.Released || !releasable(c, a) })
}

// readDispatch reads the form as it was filled in. Bodies that a search had
// found come along by id and name; the office looks at the ids itself.
func (p *pages) readDispatch(ctx context.Context, c request.Case, v url.Values, proposed []request.Body) dispatchForm {
	f := p.newDispatch(ctx, c, proposed)
	names := v["name"]
	for i, bid := range v["known"] {
		if i < len(names) && id.Valid(bid) {
			f.add(c, request.Body{ID: bid, Name: tell.FirstLine(names[i], 60)})
		}
	}
	for i := range f.bodies {
		b := &f.bodies[i]
		b.on, b.task, b.until = slices.Contains(v["body"], b.ID), v.Get("task."+b.ID), v.Get("until."+b.ID)
	}
	f.lead, f.task, f.by, f.own, f.find = v.Get("lead"), v.Get("task"), v.Get("by"), v.Get("deadline"), strings.TrimSpace(v.Get("find"))
	for _, aid := range v["release"] {
		f.release[aid] = true
	}
	return f
}

// tasks is the form as the office takes it.
func (f dispatchForm) tasks() ([]request.Task, error) {
	var form fault.Form
	var out []request.Task
	for _, b := range f.bodies {
		if !b.on {
			continue
		}
		k := request.Task{Body: b.ID, Lead: b.ID == f.lead, Words: tell.OrElse(strings.TrimSpace(b.task), f.task)}
		by := f.by
		if by == ownDeadline || by == "" {
			by = f.own
		}
		if k.Deadline = parseLocal(tell.OrElse(b.until, by)); k.Deadline.IsZero() {
			form.Add("deadline", "requestdesk.deadline.none", nil)
			return nil, form.Err("request.dispatch")
		}
		if strings.TrimSpace(k.Words) == "" {
			form.Add("task", "requestdesk.task.none", nil)
			return nil, form.Err("request.dispatch")
		}
		out = append(out, k)
	}
	if len(out) == 0 {
		form.Add("body", "requestdesk.body.none", nil)
	}
	return out, form.Err("request.dispatch")
}

// parseLocal reads a date with a time as browsers send it; zero when it is none.
func parseLocal(s string) time.Time {
	at, err := time.ParseInLocation(localTime, s, clock.Zone)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

func (p *pages) askDispatch(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := p.load(r, request.Send)
	if err != nil {
		return err
	}
	bodies, err := p.Office.Propose(ctx, request.Ref{ID: c.ID})
	if err != nil {
		return err
	}
	f, status := p.newDispatch(ctx, c, bodies), http.StatusOK
	if !c.Status.May(request.KindDispatched) {
		f.Text, status = notNow(ctx, c), http.StatusConflict
	}
	return p.showDispatch(w, r, status, c, f)
}

func (p *pages) showDispatch(w http.ResponseWriter, r *http.Request, status int, c request.Case, f dispatchForm) (err error) {
	ctx := r.Context()
	if f.phrases, err = p.phrasesFor(ctx, c, request.KindDispatched); err != nil {
		return err
	}
	return web.Show(w, r, status, dispatchPage(p.under(ctx, c, t(ctx, "dispatch.title")), c, f))
}

// dispatch hands the matter out; or searches for bodies, or puts a phrase in,
// and shows the form again.
func (p *pages) dispatch(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := reach.Form(r); err != nil {
		return err
	}
	c, err := p.load(r, request.Send)
	if err != nil {
		return err
	}
	ref, err := refOf(r)
	if err != nil {
		return err
	}
	bodies, err := p.Office.Propose(ctx, request.Ref{ID: c.ID})
	if err != nil {
		return err
	}
	f := p.readDispatch(ctx, c, r.PostForm, bodies)
	switch r.PostForm.Get("do") {
	case "find":
		if f, err = p.findBodies(ctx, c, f); err != nil {
			return err
		}
		return p.showDispatch(w, r, http.StatusOK, c, f)
	case "phrase":
		f.task = strings.TrimLeft(f.task+"\n"+r.PostForm.Get("phrase"), "\n")
		return p.showDispatch(w, r, http.StatusOK, c, f)
	}
	if err = p.handOut(web.Named(r), ref, c, f); err == nil {
		web.SetFlash(w, r, "requestdesk.flash.dispatch")
		return web.See(w, r, Href(c.ID))
	}
	b, status, err := againIn(ctx, c, err)
	if err != nil {
		return err
	}
	f.Trouble = b
	return p.showDispatch(w, r, status, c, f)
}

// handOut dispatches, and then lets the bodies see the chosen files: each is a
// write of its own, and one that is out already stays out.
func (p *pages) handOut(ctx context.Context, ref request.Ref, c request.Case, f dispatchForm) error {
	tasks, err := f.tasks()
	if err != nil {
		return err
	}
	if _, err := p.Office.Dispatch(ctx, ref, tasks...); err != nil {
		return err
	}
	for _, a := range releases(c) {
		if !f.release[string(a.ID)] {
			continue
		}
		if _, err := p.Office.Release(reach.Unnamed(ctx), request.Ref{ID: c.ID}, a.ID, true); err != nil {
			return err
		}
	}
	return nil
}

// findBodies adds the bodies that a search finds to those that can be chosen.
func (p *pages) findBodies(ctx context.Context, c request.Case, f dispatchForm) (dispatchForm, error) {
	f.found = true
	if p.Bodies == nil || f.find == "" {
		return f, nil
	}
	all, err := p.Bodies.Bodies(ctx, f.find, c.Place.Area)
	for _, b := range all {
		f.add(c, b)
	}
	return f, err
}

// free are the bodies that do not have the matter yet, as tiles.
func (f dispatchForm) free() []ui.Option {
	var out []ui.Option
	for _, b := range f.bodies {
		if !b.holds {
			out = append(out, ui.Option{Value: b.ID, Text: b.Name, Icon: "building", On: b.on})
		}
	}
	return out
}

func bouncedAside(ctx context.Context, c request.Case) string {
	if c.Bounces == 0 {
		return ""
	}
	return t(ctx, "bounced.aside", "Count", c.Bounces)
}

// whyWord says why a body is proposed.
func whyWord(ctx context.Context, why string) string {
	if key := "requestdesk.why." + why; web.HasText(ctx, key) {
		return web.T(ctx, key)
	}
	return ""
}

// hours says minutes of working time as whole hours.
func hours(minutes int) int { return (minutes + 30) / 60 }
