package tell

import (
	"context"
	"slices"

	"nuanxin/internal/station"
)

// Group is the reports of one kind.
type Group struct {
	What   station.What
	Count  int
	Oldest station.Report
}

// Groups puts the reports of one kind together, the oldest first.
func Groups(all []station.Report) []Group {
	var out []Group
	for _, rep := range all {
		i := slices.IndexFunc(out, func(g Group) bool { return g.What == rep.What })
		if i < 0 {
			out = append(out, Group{rep.What, 1, rep})
			continue
		}
		out[i].Count++
	}
	return out
}

// mendedKey names the button that settles a report.
func mendedKey(w station.What) string {
	if w == station.Locked {
		return "mended.locked"
	}
	return "mended"
}

// Marked reports whether a station has marks in the list.
func Marked(v station.View) bool {
	return v.Demo || !v.Public || v.Place == nil && v.InUse() || len(v.Live.Reports) > 0
}

// OrNone says s, or that nobody stated it.
func OrNone(ctx context.Context, s string) string {
	if s == "" {
		return T(ctx, "none")
	}
	return s
}
