package rightsweb

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/plain"
	"nuanxin/internal/rights"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// askForm is what a worker asks.
type askForm struct {
	rights.Draft
	reqID string
	ui.Trouble
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	f := askForm{Draft: rights.Draft{Kind: rights.Kind(r.URL.Query().Get("kind"))}}
	return p.showAsk(w, r, http.StatusOK, f)
}

func (p *pages) showAsk(w http.ResponseWriter, r *http.Request, status int, f askForm) error {
	f.reqID = web.NewReqID()
	return web.Show(w, r, status, askPage(f))
}

func (p *pages) send(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := askForm{Draft: rights.Draft{Kind: rights.Kind(r.PostForm.Get("kind")), Words: r.PostForm.Get("words"), Area: p.Here(r)}}
	got, err := p.Rights.Send(web.Named(r), f.Draft)
	if err != nil {
		var status int
		if f.Trouble, status, err = ui.TroubleOf(r.Context(), err); err != nil {
			return err
		}
		return p.showAsk(w, r, status, f)
	}
	web.SetFlash(w, r, "rights.flash.sent")
	return web.See(w, r, Href(got.ID))
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	a, err := p.find(r, rights.See)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, ownPage(a))
}

func (p *pages) askTake(w http.ResponseWriter, r *http.Request) error {
	a, err := p.find(r, rights.Take)
	if err != nil {
		return err
	}
	if a.State != rights.Open {
		return web.See(w, r, Href(a.ID))
	}
	return web.Show(w, r, http.StatusOK, takePage(a))
}

func (p *pages) take(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a, err := p.find(r, rights.Take)
	if err != nil {
		return err
	}
	told := "rights.flash.taken"
	if err := p.Rights.Take(web.Named(r), a.ID); err != nil {
		tr, _, err := ui.TroubleOf(r.Context(), err)
		if err != nil || tr.Text == "" {
			return err
		}
		told = "rights.closed" // meanwhile: the page tells by what
	}
	web.SetFlash(w, r, told)
	return web.See(w, r, Href(a.ID))
}

// Rows are what a worker has asked, for the page of what is kept of them.
func Rows(ctx context.Context, all []rights.Ask) []ui.RowProps {
	var rows []ui.RowProps
	for _, a := range all {
		sub := due(ctx, a.DueAt)
		if a.State != rights.Open {
			sub = web.Date(ctx, a.AnsweredAt)
		}
		row := ui.RowProps{Href: Href(a.ID), Title: kindOf(ctx, a), Sub: sub, Chip: ui.Chip(chip(ctx, a)), Chevron: true}
		if a.Person == "" { // by the phone alone: it has no page, and stands here
			row.Href, row.Chevron, row.More = "", false, plain.Brief(a.Words, 200)
			if a.Answer != "" {
				row.More = t(ctx, "row.phoned", "Words", row.More, "Answer", plain.Brief(a.Answer, 400))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// NewHref is where a worker asks; with a kind it is chosen already.
func NewHref(k rights.Kind) string {
	if k == "" {
		return HrefNew
	}
	return HrefNew + "?kind=" + string(k)
}

// steps tell what became of an ask, the newest first.
func steps(ctx context.Context, a rights.Ask) []ui.Step {
	first := ui.Step{State: ui.Done, Icon: "send", Title: t(ctx, "step.asked"), At: a.AskedAt, When: web.When(ctx, a.AskedAt)}
	if a.State == rights.Open {
		now := ui.Step{State: ui.Now, Icon: "clock", Title: t(ctx, "step.open", "Union", a.UnionName), Text: due(ctx, a.DueAt)}
		return slices.Concat([]ui.Step{now}, handSteps(ctx, a), []ui.Step{first})
	}
	last := ui.Step{State: ui.Done, Icon: "check", Title: t(ctx, "step."+string(a.State)), At: a.AnsweredAt, When: web.When(ctx, a.AnsweredAt), Text: a.Answer}
	if a.AnsweredBy != "" {
		last.Title = t(ctx, "step.by", "What", last.Title, "Union", a.UnionName, "Name", a.AnsweredBy)
	}
	return slices.Concat([]ui.Step{last}, handSteps(ctx, a), []ui.Step{first})
}
