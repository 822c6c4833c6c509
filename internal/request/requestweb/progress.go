package requestweb

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/request/share"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// progressPage is a request as its worker sees it, with the forms on it.
type progressPage struct {
	own   request.Own
	union string
	leave bool           // a phone can be left
	said  *request.Entry // the last thing that was told, asked or answered

	example example.Example // that the worker is asked about, or agreed to
	asked   share.Asked     // what each body may see of what came with it
}

// progress shows where a request is.
func (p *pages) progress(w http.ResponseWriter, r *http.Request) error {
	page, err := p.load(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, progressView(page))
}

func (p *pages) load(r *http.Request) (progressPage, error) {
	own, err := p.Office.Progress(r.Context(), p.ref(r))
	if err != nil {
		return progressPage{}, err
	}
	page := progressPage{own: own, leave: p.mayLeave(own), said: lastSaid(own.Timeline)}
	if p.Hears != nil {
		if ear, err := p.Hears(r.Context(), own.Place.Area); err == nil {
			page.union = ear.Union
		}
	}
	if p.Examples != nil && own.Status == request.StatusSolved && authz.From(r.Context()).Kind == authz.Worker {
		if page.example, err = p.Examples.Of(r.Context(), request.Ref{Number: own.Number}); fault.Is(err, fault.Missing) || fault.Is(err, fault.Denied) {
			err = nil // the phone holds another's
		}
	}
	if err == nil && p.Shares != nil {
		page.asked, err = p.Shares.Ask(r.Context(), p.ref(r))
	}
	return page, err
}

// lastSaid is the last entry that the worker should read in full.
func lastSaid(es []request.Entry) *request.Entry {
	for _, e := range slices.Backward(es) {
		switch e.Kind {
		case request.KindTold, request.KindAnswered, request.KindAsked, request.KindNotOurs:
			return &e
		case request.KindSolved, request.KindUnsolved, request.KindReplied:
			return nil // the worker has had the last word
		}
	}
	return nil
}

// file hands out a photo or a voice message.
func (p *pages) file(w http.ResponseWriter, r *http.Request) error {
	a, err := p.Office.Attachment(r.Context(), p.ref(r), request.AttachmentID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.Uploads.Serve(w, r, a, r.URL.Query().Get("thumb") != "")
}

func (g progressPage) href(act string) string { return Href(g.own.Number) + "/" + act }

func (g progressPage) fileHref(id request.AttachmentID) string {
	return Href(g.own.Number) + "/files/" + string(id)
}

func (g progressPage) may(k request.Kind) bool { return g.own.Status.May(k) }

// judged reports whether the worker is asked for a judgement now.
func (g progressPage) judged() bool {
	return g.own.Status == request.StatusAnswered || g.own.Status == request.StatusNotOurs
}

// holder is the body that has the matter, the leading one first.
func (g progressPage) holder(ctx context.Context) string {
	names := make([]string, 0, len(g.own.Holders))
	for _, h := range g.own.Holders {
		if h.Lead {
			names = slices.Insert(names, 0, h.Name)
		} else {
			names = append(names, h.Name)
		}
	}
	return web.List(ctx, names...)
}

// headline says the state in a sentence.
func (g progressPage) headline(ctx context.Context) string {
	s := show.State{Status: g.own.Status, Who: g.own.Who, Body: g.holder(ctx)}
	for _, e := range slices.Backward(g.own.Timeline) {
		if e.Kind == request.KindBounced && s.Status == request.StatusBounced || e.Kind == request.KindNotOurs && s.Status == request.StatusNotOurs {
			s.Who, s.Body = e.BodyName, e.BodyName
			break
		}
	}
	return show.Status(ctx, show.Worker, s)
}

// holds says who has it now.
func (g progressPage) holds(ctx context.Context) string {
	if !g.own.Status.Busy() {
		return ""
	}
	union := g.own.Who
	if union == "" {
		union = g.union
	}
	switch body := g.holder(ctx); {
	case body != "" && union != "":
		return t(ctx, "holds.both", "Body", body, "Who", union)
	case body != "":
		return t(ctx, "holds.body", "Body", body)
	case g.own.Who != "":
		return t(ctx, "holds.who", "Who", union)
	case union != "":
		return t(ctx, "holds.union", "Who", union)
	}
	return ""
}

// spent says how much of the time is used, and how much is left or over.
func (g progressPage) spent(ctx context.Context) string {
	c := g.own.Clock
	left := web.TimeLeft(ctx, c.Left)
	if c.State != request.ClockLate && c.DaysLeft >= 2 {
		left = web.WorkdaysLeft(ctx, c.DaysLeft)
	}
	return left
}

func (g progressPage) share() int { return 100 - show.Share(g.own.Clock.Left, g.own.Clock.Limit) }

// running reports whether the answer's clock runs, for what was joined to another too.
func (g progressPage) running() bool {
	s := g.own.Clock.State
	return g.own.Status.Promises() && (s == request.ClockOK || s == request.ClockSoon || s == request.ClockLate)
}

// due says by when the answer comes, or that the time waits for the worker. A
// matter that has its answer promises nothing more; one that was joined to
// another keeps its date.
func (g progressPage) due(ctx context.Context) string {
	if g.own.Status.Promises() || g.own.Status == request.StatusWaiting {
		return show.Due(ctx, g.own.Clock)
	}
	return ""
}

// missed names the promises that were not kept; they stay in sight.
func (g progressPage) missed(ctx context.Context) string {
	var names []string
	for _, c := range g.own.Clocks {
		if !c.Missed {
			continue
		}
		name := t(ctx, "clock."+c.Name)
		if c.BodyName != "" {
			name = t(ctx, "clock.of", "Clock", name, "Body", c.BodyName)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return web.List(ctx, names...)
}

func (g progressPage) steps(ctx context.Context) []ui.Step {
	return show.Steps(ctx, show.Trail{Reader: show.Worker, Entries: g.own.Timeline, Files: g.own.Files, Href: g.fileHref, Status: g.own.Status})
}

// saidFiles are the files that came with the last words.
func (g progressPage) saidFiles() []request.Attachment {
	return slices.DeleteFunc(slices.Clone(g.own.Files), func(a request.Attachment) bool { return a.Seq != g.said.Seq })
}

func (g progressPage) about(ctx context.Context) string {
	return show.About(ctx, g.own.Title, g.own.What, g.own.Topic)
}

// others says how many more are told the same answer.
func (g progressPage) others(ctx context.Context) string {
	if g.own.Followers == 0 {
		return ""
	}
	return t(ctx, "followers", "Count", g.own.Followers)
}
