// Package sharing asks workers what each body that handles their matter may see of what came
// with it, and takes down at the desk what they say on the phone.
package sharing

import (
	"context"
	"embed"
	"net/url"
	"strings"

	"nuanxin/internal/request"
	"nuanxin/internal/request/share"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "sharing."+key, args...)
}

// Kinds reads the ticks of a form; none is a no.
func Kinds(in url.Values) (all []request.ShareKind) {
	if in.Get("do") != "give" {
		return nil
	}
	for _, k := range in["kind"] {
		all = append(all, request.ShareKind(k))
	}
	return all
}

// reader is who reads the card: the worker is spoken to, a cadre is told of them.
type reader string

const (
	worker reader = ""
	cadre  reader = "desk."
)

// kind is what came with a matter, in words.
func (who reader) kind(ctx context.Context, k request.ShareKind) string {
	if k == request.ShareWords {
		return t(ctx, string(who)+"kind."+string(k))
	}
	return t(ctx, "kind."+string(k))
}

// kinds are what is said in a decision, in words.
func (who reader) kinds(ctx context.Context, all []request.ShareKind) string {
	names := make([]string, len(all))
	for i, k := range all {
		names[i] = who.kind(ctx, k)
	}
	return strings.Join(names, t(ctx, "and"))
}

// terms are what the law wants a worker to know before a yes: who, how reached, what for, how.
func terms(ctx context.Context, r share.Receiver) []ui.Pair {
	task := r.Task
	if task == "" {
		task = t(ctx, "task.none")
	}
	return []ui.Pair{{Key: t(ctx, "who"), Text: r.Name}, {Key: t(ctx, "contact"), Text: r.Line()}, {Key: t(ctx, "for"), Text: t(ctx, "for.this", "Task", task)}, {Key: t(ctx, "how"), Text: t(ctx, "how.this")}}
}

// last says what was said last about a body, how and when.
func (who reader) last(ctx context.Context, r share.Receiver) string {
	x := r.Last
	if x.At.IsZero() {
		return t(ctx, string(who)+"last.none")
	}
	way := t(ctx, "way."+string(x.Way), "Name", x.By)
	if !x.Given {
		return t(ctx, "last.no", "When", web.When(ctx, x.At), "Way", way)
	}
	return t(ctx, "last.yes", "When", web.When(ctx, x.At), "Way", way, "Kinds", who.kinds(ctx, x.Kinds))
}
