// Package watch holds the pages of the two powers beside the administrator's: the
// security administrator's, who signs in and by what, and the auditor's, the audit
// trail; and the page on which anybody reads in words who may do what, and of one
// person why or why not. What the rules say is read from the rules themselves.
package watch

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/trail"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need; all of it.
type Config struct {
	Accounts *account.Service
	Warden   *warden.Service
	Trail    *trail.Service
	Forged   func() bool                                                        // the program file is not what was released
	Rules    authz.Rules                                                        // of the whole program
	Orgs     func(ctx context.Context, ids []string) (map[string]string, error) // what organisations are called
	Frame    func(ctx context.Context) ui.StaffPage                             // the reader's name, organisation and menu
}

// The addresses.
const (
	HrefSecurity = "/desk/security"
	HrefAudit    = "/desk/audit"
	HrefRights   = accountweb.RightsPath
	hrefPolicies = HrefSecurity + "/policies"
	hrefChecks   = HrefAudit + "/checks"
)

// HrefPerson is where one reads what somebody may do, and why.
func HrefPerson(who account.ID) string { return HrefRights + "/" + string(who) }

func hrefWatched(who account.ID) string { return HrefSecurity + "/" + string(who) }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "watch."+key, args...)
}

// pages are the handlers.
type pages struct{ Config }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	route := func(method, pattern string, act authz.Action, purpose string, h web.Handler, roles ...authz.Role) web.Route {
		r := web.Route{Method: method, Pattern: pattern, Action: string(act), Purpose: purpose, BodyLimit: 4 << 10, Look: web.LookStaff, Handler: web.HTML(accountweb.Staff(only(h, roles)))}
		for _, role := range roles {
			r.Roles = append(r.Roles, string(role))
		}
		if len(roles) == 0 {
			r.Roles = []string{"signed-in"}
		}
		return r
	}
	one := HrefSecurity + "/{id}"
	return []web.Route{
		route("GET", HrefSecurity, warden.Watch, "see who signs in and by what", p.list, authz.Security),
		route("GET", hrefPolicies, warden.Watch, "read the rules of signing in", p.policies, authz.Security),
		route("GET", one, warden.Watch, "see how somebody signs in", p.person, authz.Security),
		route("POST", one+"/sessions", warden.EndSessions, "end somebody's sessions", p.endSessions, authz.Security),
		route("POST", one+"/lock", warden.Lock, "lock an account", p.lock, authz.Security),
		route("POST", one+"/unlock", warden.Unlock, "open a locked account", p.unlock, authz.Security),
		route("GET", HrefAudit, trail.Read, "read the audit trail", p.audit, authz.Auditor),
		route("GET", hrefChecks, trail.Read, "see what verifications found", p.checks, authz.Auditor),
		route("POST", hrefChecks, trail.Verify, "have the trail verified", p.check, authz.Auditor),
		route("GET", HrefRights, account.Me, "read who may do what", p.roles),
		route("GET", HrefRights+"/{id}", account.See, "read what somebody may do, and why", p.rights, authz.Admin, authz.Security),
	}
}

// only lets holders of one of roles through; for others these pages are not there.
func only(h web.Handler, roles []authz.Role) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s := authz.From(r.Context()); len(roles) > 0 && !slices.ContainsFunc(roles, s.Has) {
			return fault.New("account.watch", fault.Missing, "fault.missing")
		}
		w.Header().Set("Cache-Control", "private, no-store")
		return h(w, r)
	}
}

// frame is the frame of a page, with its place in the menu.
func (p *pages) frame(ctx context.Context, title, path string, crumbs ...ui.Crumb) ui.StaffPage {
	return p.Frame(ctx).At(path, title, crumbs...)
}

// actWords are the words for an act; of one without words, its code.
func actWords(ctx context.Context, act authz.Action) string {
	if web.HasText(ctx, "watch.act."+string(act)) {
		return t(ctx, "act."+string(act))
	}
	return string(act)
}

// sort is what an act is about, as the trail groups them.
func sort(act authz.Action) string {
	kind, _, _ := strings.Cut(string(act), ".")
	kind, _, _ = strings.Cut(kind, "_")
	return kind
}
