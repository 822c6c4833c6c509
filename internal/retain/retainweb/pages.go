// Package retainweb shows how long each class of personal data is kept, by what
// rule, and what the last night dropped.
package retainweb

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"nuanxin/internal/retain"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Path is where the page is.
const Path = "/desk/retention"

// Config is what the page needs.
type Config struct {
	Retain *retain.Service
	Frame  func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu
}

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "retain."+key, args...)
}

// Routes lists the page.
func Routes(c Config) []web.Route {
	return []web.Route{{Method: "GET", Pattern: Path, Action: string(retain.See), Purpose: "see how long each class of data is kept, and the proof", Roles: retain.Policy.Roles(retain.See),
		Look: web.LookStaff, BodyLimit: 4 << 10, Handler: web.HTML(func(w http.ResponseWriter, r *http.Request) error {
			ctx := r.Context()
			rules, err := c.Retain.Rules(ctx)
			if err != nil {
				return err
			}
			f := c.Frame(ctx)
			f.Title = t(ctx, "title")
			return web.Show(w, r, http.StatusOK, page(f, table(ctx, rules)))
		})}}
}

func table(ctx context.Context, rules []retain.Rule) ui.TableProps {
	p := ui.TableProps{Caption: t(ctx, "title"), Cols: []ui.Col{{Text: t(ctx, "class")}, {Text: t(ctx, "days")}, {Text: t(ctx, "last")}, {Text: t(ctx, "gone")}, {Text: t(ctx, "source")}}}
	for _, r := range rules {
		last, gone := t(ctx, "never"), "0"
		if !r.LastAt.IsZero() {
			last = t(ctx, "until", "At", web.When(ctx, r.LastAt), "Before", web.Date(ctx, r.Before))
			gone = t(ctx, "gone.n", "Last", strconv.FormatInt(r.Gone, 10), "Total", strconv.FormatInt(r.Total, 10))
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: t(ctx, "class."+r.Class)}, {Text: t(ctx, "days.n", "Days", r.Days)}, {Text: last}, {Text: gone}, {Text: r.Source}})
	}
	return p
}
