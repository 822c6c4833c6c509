package imports

import (
	"context"

	"nuanxin/internal/plain"
	"nuanxin/internal/station/intake/list"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web/ui"
)

// lineTitle names the row as people find it in their file; names alone come twice.
func lineTitle(ctx context.Context, l list.Line) string {
	name := plain.Brief(l.Understood.Name, 100)
	if name == "" {
		name = tell.T(ctx, "line.nameless")
	}
	return tell.T(ctx, "line.title", "Row", l.Row, "Name", name)
}

func actionLook(a list.Action) (ui.Tone, string) {
	switch a {
	case list.WillAdd:
		return ui.Pine, "plus"
	case list.WillUpdate:
		return ui.Ice, "note"
	case list.WillSkip:
		return ui.Amber, "people"
	case list.WillRefuse:
		return ui.Rose, "x"
	}
	return ui.Plain, "check"
}

// understoodWords are the fields of a line that say something, in words.
func understoodWords(ctx context.Context, l list.Line) []ui.Pair {
	var out []ui.Pair
	for _, s := range tell.Record(ctx, l.Understood) {
		switch s.Field {
		case "name", "source", "source_date", "all_day", "extended", "smart", "public", "demo", "badge":
			continue
		case "place":
			if l.Understood.Place == nil {
				continue
			}
		case "entry":
			if l.Understood.Entry.Method == "" {
				continue
			}
		}
		if s.Text != "" {
			out = append(out, ui.Pair{Key: s.Label, Text: plain.Brief(s.Text, longest)})
		}
	}
	return out
}

// why says a reason of the importer in words.
func why(ctx context.Context, code string) string {
	if code == "" {
		return ""
	}
	return tell.T(ctx, "doubt."+code)
}

// changeRows are what a line would change, field by field.
func changeRows(ctx context.Context, l list.Line) [][]ui.Cell {
	var rows [][]ui.Cell
	for _, c := range l.Changes {
		rows = append(rows, []ui.Cell{{Text: tell.T(ctx, "field."+c.Field)}, {Text: tell.OrNone(ctx, c.From)}, {Text: tell.OrNone(ctx, c.To)}})
	}
	return rows
}

// longest is how many characters of a cell are shown: no station holds more.
const longest = 500

// filled are the beginnings of the cells that are not empty.
func filled(cells []string) []string {
	var out []string
	for _, c := range cells {
		if c != "" {
			out = append(out, plain.Brief(c, longest))
		}
	}
	return out
}
