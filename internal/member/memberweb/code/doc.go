// Package code holds the pages of a member's code (亮码): the one that the member
// shows, which renews itself while it is looked at and tells without a network how
// long it still counts; and the one on which a host or a cadre looks at a code, by
// the camera or by typing the number and eight digits.
//
// The page that is shown names nobody and holds no phone: the member's number, the
// union and two codes that run out. That is why the phone may keep it. Signing out
// on the phone removes it there.
package code

import (
	"context"
	"embed"
	"net/http"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/card"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; all of it but Origin.
type Config struct {
	Cards  *card.Service
	Frame  func(ctx context.Context) ui.StaffPage // of the host's page
	Worker func(web.Handler) web.Handler          // lets workers through and leads others to the sign-in
	Origin string                                 // what the drawn address begins with; empty: where the page was asked for
}

// Where the pages are.
const (
	HrefMine  = ui.HrefCode
	HrefCheck = "/host/code"
)

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "membercode."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	check := member.Policy.Roles(member.Check)
	return []web.Route{
		{Method: "GET", Pattern: HrefMine, Action: string(member.See), Purpose: "show one's code as a member", Roles: []string{"owner"}, BodyLimit: 4 << 10, Handler: web.HTML(p.Worker(p.mine))},
		{Method: "GET", Pattern: HrefCheck, Action: string(member.Check), Purpose: "look at a member's code: by the camera or by digits", Roles: check, Look: web.LookPartner, Handler: web.HTML(p.ask)},
		{Method: "POST", Pattern: HrefCheck, Action: string(member.Check), Purpose: "see whether a code is a member's", Roles: check, BodyLimit: 4 << 10, Look: web.LookPartner, Handler: web.HTML(p.check)},
	}
}

// reader lets through whoever may look at codes.
func reader(ctx context.Context) error {
	if !card.MayCheck(authz.From(ctx)) {
		return fault.New("member.check", fault.Missing, "fault.missing")
	}
	return nil
}

// origin is what the drawn address begins with.
func (p *pages) origin(r *http.Request) string {
	switch {
	case p.Origin != "":
		return p.Origin
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
