package desk

import (
	"context"

	"github.com/a-h/templ"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// mayLink is a small button to a page about the station, for those who may do
// there what the page is for.
func mayLink(ctx context.Context, v station.View, act authz.Action, path, text string) templ.Component {
	if !v.InUse() || !may(ctx, act, v) {
		return templ.NopComponent
	}
	return ui.Button(ui.ButtonProps{Text: t(ctx, text), Label: t(ctx, text+"."+path), Small: true, Href: href(v) + "/" + path})
}

// workerHref is the station's page for workers.
func workerHref(v station.View) string { return "/stations/" + v.Code }

// mendedKey names the button that settles a report.
func mendedKey(w station.What) string {
	if w == station.Locked {
		return "mended.locked"
	}
	return "mended"
}

func dayPairs(ctx context.Context, v station.View) []ui.Pair {
	var out []ui.Pair
	for _, d := range v.Live.Days {
		text := dayWords(ctx, d.Special)
		if d.Reason != "" {
			text = t(ctx, "and", "A", text, "B", d.Reason)
		}
		out = append(out, ui.Pair{Key: dayName(ctx, d.Special.Day), Text: text})
	}
	return out
}

// reload is the station after its record turned out to be newer than the form.
func (p *pages) reload(ctx context.Context, v station.View) (station.View, error) {
	return p.Stations.Get(ctx, v.ID)
}

// who is whoever changed the record last, in words.
func (p *pages) who(ctx context.Context, id station.ID) string {
	if p.Changed != nil {
		if name := p.Changed(ctx, id); name != "" {
			return name
		}
	}
	return t(ctx, "somebody")
}

// clash is what a form that came too late shows: whoever was faster, and where
// the two differ.
type clash struct {
	who  string
	rows []clashRow
}

type clashRow struct{ label, yours, theirs string }

// clashOf compares what the form would have stored with what is stored now.
func (p *pages) clashOf(ctx context.Context, id station.ID, yours, theirs station.Facts) *clash {
	c := &clash{who: p.who(ctx, id)}
	now := tell(ctx, theirs)
	for i, s := range tell(ctx, yours) {
		if s.Text != now[i].Text {
			c.rows = append(c.rows, clashRow{s.Label, s.Text, now[i].Text})
		}
	}
	return c
}

func (c *clash) table(ctx context.Context) ui.TableProps {
	p := ui.TableProps{Caption: t(ctx, "clash.table"), Cols: []ui.Col{{Text: t(ctx, "clash.field")}, {Text: t(ctx, "clash.yours")}, {Text: t(ctx, "clash.theirs")}}}
	for _, r := range c.rows {
		p.Rows = append(p.Rows, []ui.Cell{{Text: r.label}, {Text: orNone(ctx, r.yours)}, {Text: orNone(ctx, r.theirs)}})
	}
	return p
}

func orNone(ctx context.Context, s string) string {
	if s == "" {
		return t(ctx, "none")
	}
	return s
}

// errorsOf are the faults of a form for its summary, in this package's words
// and under the names of its inputs.
func errorsOf(ctx context.Context, err error) ui.FormErrors {
	e := *fault.Of(rename(err, "size", "metres"))
	for i := range e.Fields {
		if e.Fields[i].Msg == "fault.long" {
			e.Fields[i].Msg = "stationdesk.wrong.long"
		}
	}
	return ui.FieldErrors(ctx, &e)
}

// statusOfErr is the status of a page that shows a form again.
func statusOfErr(err error) int { return web.Status(kindOf(err)) }

// marked reports whether a station has marks in the list.
func marked(v station.View) bool {
	return v.Demo || !v.Public || v.Place == nil && v.InUse() || len(v.Live.Reports) > 0
}
