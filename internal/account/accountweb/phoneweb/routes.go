// Package phoneweb holds the pages on which a phone number changes: the worker's own,
// with what a desk has under way for them, and the union's desk for a member whose
// phone is lost. Numbers are masked everywhere but where they are typed.
package phoneweb

import (
	"context"
	"embed"
	"net/http"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/authz"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. Phones is required.
type Config struct {
	Phones *phone.Service
	Frame  func(ctx context.Context) ui.StaffPage // the reader's name, organisation and menu
	Secure bool                                   // as in [accountweb.Sessions]
	Demo   func(phone string) string              // the last message to a phone, for the screen; nil outside the demo
}

// The addresses.
const (
	HrefOwn     = "/me/phone"
	HrefLost    = accountweb.LostPath
	hrefMembers = "/desk/members/"
)

// HrefDesk is where the desk changes the phone of a member.
func HrefDesk(member string) string { return hrefMembers + member + "/phone" }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "accountphone."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	own := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, Roles: []string{"owner"}, BodyLimit: 4 << 10, Handler: web.HTML(accountweb.Worker(h))}
	}
	desk := func(method, pattern string, act authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: HrefDesk("{id}") + pattern, Action: string(act), Purpose: purpose, Roles: phone.Policy.Roles(act), BodyLimit: 8 << 10,
			Look: web.LookStaff, Handler: web.HTML(accountweb.Staff(h))}
	}
	return []web.Route{
		{Method: "GET", Pattern: HrefLost, Action: "web.lost_phone", Purpose: "read what to do when the phone is lost", Roles: []string{"anyone"}, Look: web.LookPlain, Handler: web.HTML(p.lost)},
		own("GET", HrefOwn, phone.Own, "change one's number, and see who else did", p.own),
		own("POST", HrefOwn+"/own-code", phone.Prove, "send a code to the number that one has", p.sendOwn),
		own("POST", HrefOwn+"/own", phone.Prove, "confirm the number that one has", p.proveOwn),
		own("POST", HrefOwn+"/code", phone.Swap, "send a code to the new number", p.sendNew),
		own("POST", HrefOwn, phone.Swap, "change the number", p.change),
		own("POST", HrefOwn+"/object", phone.Object, "stop a change at a desk", p.object),
		desk("GET", "", phone.See, "see the changes of a member's number", p.file),
		desk("GET", "/new", phone.Open, "describe a change for somebody without their phone", p.draft),
		desk("POST", "/code", phone.Open, "send a code to the new number of a member", p.sendTo),
		desk("POST", "", phone.Open, "open a change at the desk", p.open),
		desk("POST", "/revoke", phone.Revoke, "take a change back that waits", p.revoke),
	}
}

func (p *pages) lost(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, http.StatusOK, lostPage())
}
