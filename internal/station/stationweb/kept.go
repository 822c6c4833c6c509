package stationweb

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"nuanxin/internal/geo"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// The pieces of the home page that look the same to all who stand around, with
// what each depends on. Only the distance is each reader's own.

type rowKey struct{ *finder.Card }

// nearRow is one of the nearest stations in a list.
func nearRow(f *finder.Found) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		draw := func(ctx context.Context) templ.Component {
			r := row(ctx, *f, false)
			r.End = ui.Hole
			return ui.Row(r)
		}
		return ui.Kept(rowKey{f.Card}, draw, ui.Words(web.Distance(ctx, f.Metres))).Render(ctx, w)
	})
}

type heroKey struct {
	*finder.Card
	prefer amenity.Set
	chosen geo.Provider
}

// heroFacts is what the first station's card says but for the distance.
func heroFacts(f finder.Found, prefer amenity.Set, chosen geo.Provider) templ.Component {
	return ui.Kept(heroKey{f.Card, prefer, chosen}, func(context.Context) templ.Component { return heroText(f, prefer, chosen) })
}

type sheetKey struct{ *finder.Card }

// heroMaps is the sheet with the maps that lead to the first station.
func heroMaps(f *finder.Found) templ.Component {
	if f == nil {
		return templ.NopComponent
	}
	return ui.Kept(sheetKey{f.Card}, func(context.Context) templ.Component { return mapSheet(f) })
}

type wishKey struct{ href string }

// wish is where one asks the union for a station.
func wish(href string) templ.Component {
	return ui.Kept(wishKey{href}, func(context.Context) templ.Component { return wishNote(href) })
}

type allKey struct{}

// allStations is the button that leads to the list of all.
func allStations() templ.Component {
	return ui.Kept(allKey{}, func(ctx context.Context) templ.Component {
		return ui.Button(ui.ButtonProps{Text: web.T(ctx, "stations.all"), Href: "/stations", Icon: "list", Look: ui.Quiet})
	})
}

type chipsKey struct{ filter }

// homeChips are the home page's filters.
func homeChips(f filter) templ.Component {
	return ui.Kept(chipsKey{f}, func(ctx context.Context) templ.Component {
		return ui.Filters(web.T(ctx, "stations.filters"), f.chips(ctx, "/"))
	})
}
