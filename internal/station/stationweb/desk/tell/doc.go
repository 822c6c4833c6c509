// Package tell holds the words and the small pieces that the staff pages and
// the hosts' pages of stations share: how a record, a status, a day and a fault
// are said, and who may come to a station's page at all.
package tell

import (
	"context"
	"embed"

	"nuanxin/internal/web"
)

//go:embed locale/*.json
var locale embed.FS

// Texts returns the words of these pages, and those of the directory's faults.
func Texts() web.Words { return web.Catalogue(locale) }

// T says a word of these pages.
func T(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "stationdesk."+key, args...)
}
