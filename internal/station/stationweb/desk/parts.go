package desk

import (
	"context"

	"github.com/a-h/templ"

	"nuanxin/internal/authz"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web/ui"
)

// mayLink is a small button to a page about the station, for those who may do
// there what the page is for.
func mayLink(ctx context.Context, v station.View, act authz.Action, path, text string) templ.Component {
	if !v.InUse() || !tell.May(ctx, act, v) {
		return templ.NopComponent
	}
	return ui.Button(ui.ButtonProps{Text: tell.T(ctx, text), Label: tell.T(ctx, text+"."+path), Small: true, Href: tell.Href(v) + "/" + path})
}

func dayPairs(ctx context.Context, v station.View) []ui.Pair {
	var out []ui.Pair
	for _, d := range v.Live.Days {
		text := tell.DayHours(ctx, d.Special)
		if d.Reason != "" {
			text = tell.T(ctx, "and", "A", text, "B", d.Reason)
		}
		out = append(out, ui.Pair{Key: tell.DayName(ctx, d.Day), Text: text})
	}
	return out
}

// who is whoever changed the record last, in words.
func (p *pages) who(ctx context.Context, id station.ID) string {
	if p.Changed != nil {
		if name := p.Changed(ctx, id); name != "" {
			return name
		}
	}
	return tell.T(ctx, "somebody")
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
	now := tell.Record(ctx, theirs)
	for i, s := range tell.Record(ctx, yours) {
		if s.Text != now[i].Text {
			c.rows = append(c.rows, clashRow{s.Label, s.Text, now[i].Text})
		}
	}
	return c
}

func (c *clash) table(ctx context.Context) ui.TableProps {
	p := ui.TableProps{Caption: tell.T(ctx, "clash.table"), Cols: []ui.Col{{Text: tell.T(ctx, "clash.field")}, {Text: tell.T(ctx, "clash.yours")}, {Text: tell.T(ctx, "clash.theirs")}}}
	for _, r := range c.rows {
		p.Rows = append(p.Rows, []ui.Cell{{Text: r.label}, {Text: tell.OrNone(ctx, r.yours)}, {Text: tell.OrNone(ctx, r.theirs)}})
	}
	return p
}
