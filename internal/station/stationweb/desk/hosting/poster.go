package hosting

import (
	"fmt"
	"net/http"
	"strings"

	qrcode "github.com/skip2/go-qrcode"

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
	drawing, err := qr(address)
	if err != nil {
		return err
	}
	ctx := r.Context()
	page := p.hostPage(ctx, tell.T(ctx, "poster"), ui.Crumb{Text: v.Name, Href: tell.HostHref(v)})
	return web.Show(w, r, http.StatusOK, posterPage(page, v, drawing, address))
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

// qr draws text as a QR code: black on white whatever the page's colours, with
// the quiet zone that readers need.
func qr(text string) (string, error) {
	c, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("station.poster: %w", err)
	}
	bits := c.Bitmap()
	var path strings.Builder
	for y, row := range bits {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return fmt.Sprintf(`<svg viewBox="0 0 %d %d" aria-hidden="true" focusable="false"><rect width="100%%" height="100%%" fill="#fff"></rect><path d="%s" fill="#000"></path></svg>`,
		len(bits), len(bits), path.String()), nil
}
