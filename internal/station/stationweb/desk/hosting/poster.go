package hosting

import (
	"context"
	"net/http"

	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// poster is a page to print: the station's name, its code, and a QR code that
// opens its page for workers.
func (p *pages) poster(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r, station.Inspect)
	if err != nil {
		return err
	}
	address := p.origin(r) + tell.WorkerHref(v)
	drawing, err := ui.QR(address)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := p.hostPage(ctx, tell.T(ctx, "poster"), ui.Crumb{Text: v.Name, Href: tell.HostHref(v)})
	return web.Show(w, r, http.StatusOK, posterPage(page, v, drawing, address))
}

// posterLines are what who stands before the door wants to know without a phone:
// when it is open, how one gets in, what is there, and whom to call. What nobody
// stated is left out: it is not worth a line of print.
func posterLines(ctx context.Context, v station.View) []string {
	shown := map[string]bool{"address": true, "hours": v.Hours.Known, "entry": v.Entry.Method != "" || v.Entry.How != "", "services": true, "phones": true}
	var lines []string
	for _, s := range tell.Record(ctx, v.Facts) {
		if shown[s.Field] && s.Text != "" {
			lines = append(lines, tell.T(ctx, "poster.line", "What", s.Label, "Text", s.Text))
		}
	}
	return lines
}

// origin is what the printed address begins with.
func (p *pages) origin(r *http.Request) string {
	switch {
	case p.Origin != "":
		return p.Origin
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
