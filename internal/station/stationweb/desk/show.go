package desk

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// show tells everything about a station, with its inner facts.
func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.load(r, station.Inspect)
	if err != nil {
		return err
	}
	f := p.frame(ctx, v.Name, ui.Crumb{Text: tell.T(ctx, "title"), Href: HrefStations}, ui.Crumb{Text: tell.Code(v.Code)})
	f.Main, f.Chips, f.Buttons = "two", chips(v), showButtons(v)
	return web.Show(w, r, http.StatusOK, showPage(f, v, p.changed(ctx, v), p.Album != nil))
}

// changed says who changed the record last and when, as far as we know.
func (p *pages) changed(ctx context.Context, v station.View) string {
	who := ""
	if p.Changed != nil {
		who = p.Changed(ctx, v.ID)
	}
	when := web.When(ctx, v.ChangedAt)
	if who == "" {
		return tell.T(ctx, "version", "Version", v.Version, "When", when)
	}
	return tell.T(ctx, "version.by", "Version", v.Version, "When", when, "Who", who)
}

// main are the fields of the first card, the rest are inner facts.
func split(all []tell.Said) (first, inner []tell.Said) {
	front := []string{"area", "district", "address", "place", "entry", "services", "offers", "phones", "host_name", "other_names"}
	for _, s := range all {
		switch {
		case s.Field == "name" || s.Field == "hours":
		case slices.Contains(front, s.Field):
			first = append(first, s)
		default:
			inner = append(inner, s)
		}
	}
	return first, inner
}

// pairs are the fields that say something.
func pairs(all []tell.Said) []ui.Pair {
	var out []ui.Pair
	for _, s := range all {
		if s.Text != "" {
			out = append(out, ui.Pair{Key: s.Label, Text: s.Text})
		}
	}
	return out
}

// mended settles the reports of one kind.
func (p *pages) mended(w http.ResponseWriter, r *http.Request) error {
	return tell.Settle(p.Stations, w, r, tell.Href)
}
