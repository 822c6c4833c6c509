package tell

import (
	"context"
	"net/http"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/geo"
	"nuanxin/internal/web/ui"
)

// Tops are the areas in which the reader holds one of the roles.
func Tops(ctx context.Context, roles ...authz.Role) []string {
	var areas []string
	for _, g := range authz.From(ctx).Grants {
		if slices.Contains(roles, g.Role) && !slices.Contains(areas, g.Area) {
			areas = append(areas, g.Area)
		}
	}
	slices.Sort(areas)
	return areas
}

// IsCadre reports whether the reader keeps stations anywhere.
func IsCadre(ctx context.Context) bool { return len(Tops(ctx, authz.Cadre)) > 0 }

// Doubt say what was not understood, and quote it.
func Doubt(ctx context.Context, code, text string) string {
	words := T(ctx, "doubt."+code)
	if text == "" {
		return words
	}
	return T(ctx, "doubt", "Text", text, "Why", words)
}

// DatumOptions are the datums, the one that is on marked.
func DatumOptions(ctx context.Context, on string) []ui.Option {
	var out []ui.Option
	for _, d := range []geo.Datum{geo.GCJ02, geo.BD09, geo.WGS84} {
		out = append(out, ui.Option{Value: d.String(), Text: T(ctx, "datum."+d.String()), On: on == d.String()})
	}
	return out
}

// Attach says that the answer is a table to keep.
func Attach(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
}
