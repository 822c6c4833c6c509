// Package silenceweb holds the pages of package silence: what is asked after long, how to
// say that a number is new, and how to see one's own identity number whole. They name
// nobody, show nothing of an account, and no more of a number than was typed.
package silenceweb

import (
	"context"
	"embed"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/silence"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. Silence is required.
type Config struct {
	Silence *silence.Service
	Secure  bool   // as in [accountweb.Sessions]
	After   string // where to go once the number is shown
}

// The addresses.
const (
	HrefHeld   = accountweb.HeldPath
	hrefNew    = HrefHeld + "/new"
	HrefNumber = ui.HrefMe + "/number"
)

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "silence."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	anyone, owner := []string{"anyone"}, []string{"owner"}
	return []web.Route{
		{Method: "GET", Pattern: HrefHeld, Action: string(silence.See), Purpose: "ask who comes back after long for one thing more", Roles: anyone, Look: web.LookPlain, Handler: web.HTML(p.ask)},
		{Method: "POST", Pattern: HrefHeld, Action: string(silence.Answer), Purpose: "answer what is asked after long", Roles: anyone, BodyLimit: 4 << 10, Look: web.LookPlain, Handler: web.HTML(p.answer)},
		{Method: "GET", Pattern: hrefNew, Action: string(silence.See), Purpose: "read what becomes of an account whose number is another's", Roles: anyone, Look: web.LookPlain, Handler: web.HTML(p.askNew)},
		{Method: "POST", Pattern: hrefNew, Action: string(silence.Renew), Purpose: "begin an account with a number that is new", Roles: anyone, BodyLimit: 4 << 10, Look: web.LookPlain, Handler: web.HTML(p.renew)},
		{Method: "GET", Pattern: HrefNumber, Action: string(silence.Ask), Purpose: "see how to see one's identity number whole", Roles: owner, Handler: web.HTML(accountweb.Worker(ui.Private(p.number)))},
		{Method: "POST", Pattern: HrefNumber, Action: string(silence.Show), Purpose: "type one's identity number, to see it whole", Roles: owner, BodyLimit: 4 << 10, Handler: web.HTML(accountweb.Worker(ui.Private(p.show)))},
	}
}
