// Package show holds what the pages of requests share, whoever reads them: the
// words for states, topics and steps, the timeline, the clocks, and photos and
// voice messages.
//
// Each word has its reader ([Worker], [Staff], [Body]): the worker is told what
// people do ("刘婷看了"), the office gets the short noun ("已看"). The words live
// in the catalogue under "request.…"; so do the words for every fault that
// requests and their files can have.
package show

import (
	"context"
	"embed"

	"nuanxin/internal/web"
)

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// Reader is who reads a page.
type Reader string

// The readers.
const (
	Worker Reader = "worker"
	Staff  Reader = "staff"
	Body   Reader = "body"
)

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "request."+key, args...)
}
