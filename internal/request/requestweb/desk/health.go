package desk

import (
	"context"
	"net/http"

	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk/reach"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

func crumb(ctx context.Context) ui.Crumb { return ui.Crumb{Text: t(ctx, "title"), Href: HrefRequests} }

// health tells how the bodies dealt with what they were handed.
func (p *pages) health(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !reach.IsStaff(ctx) {
		return reach.Missing()
	}
	all, err := p.Office.Health(ctx)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, healthPage(p.frame(ctx, t(ctx, "health.title"), crumb(ctx)), all))
}

func healthTable(ctx context.Context, all []request.BodyHealth) ui.TableProps {
	p := ui.TableProps{Caption: t(ctx, "health.table")}
	for i, col := range []string{"body", "sent", "opened", "signed", "late_sign", "reported", "late_report", "bounced", "hand", "last"} {
		p.Cols = append(p.Cols, ui.Col{Text: t(ctx, "health."+col), Right: i > 0})
	}
	n := func(v int) ui.Cell { return ui.Cell{Text: web.Count(int64(v))} }
	for _, h := range all {
		last := t(ctx, "health.never")
		if !h.LastAct.IsZero() {
			last = web.Day(h.LastAct)
		}
		name := ui.Cell{Text: h.Name}
		if h.Silent() {
			name = ui.Cell{Node: silent(h.Name)}
		}
		p.Rows = append(p.Rows, []ui.Cell{name, n(h.Sent), n(h.Opened), n(h.Signed), n(h.LateSign), n(h.Reported), n(h.LateReport), n(h.Bounced), n(h.InHand), {Text: last}})
	}
	return p
}
