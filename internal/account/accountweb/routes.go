package accountweb

import (
	"context"
	"embed"
	"net/http"
	"slices"

	"nuanxin/internal/account"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Config is what the pages need. Accounts is required.
type Config struct {
	Accounts  *account.Service
	Orgs      Orgs                                             // nil: no organisations can be chosen
	Frame     func(ctx context.Context) ui.StaffPage           // the reader's name, organisation and menu; nil: a bare desk
	Providers *oidc.Service                                    // unions' own sign-in; nil: none
	WeChat    *wechat.Service                                  // nil, or without an official account: none
	Secure    bool                                             // as in [Sessions]
	Demo      func(phone string) string                        // the last message to a phone, for the screen; nil outside the demo
	People    []DemoStaff                                      // staff whom anybody may be in the demo
	More      func(ctx context.Context) ([]ui.RowProps, error) // further lines of the page 我的, for whoever asks; nil: none
}

// Orgs tells about organisations in words.
type Orgs interface {
	// Choices lists the organisations of an area, with their ids as values.
	Choices(ctx context.Context, area string) ([]ui.Option, error)
	// Called returns what organisations are called, by id.
	Called(ctx context.Context, ids []string) (map[string]string, error)
}

// DemoStaff is a person of the demo whom a reader can be with one press.
type DemoStaff struct {
	Login, Password string
	Text            string // who that is, such as 刘婷 · 权益部干部
	English         string // the same in English
}

// in is who that is in the reader's language.
func (d DemoStaff) in(ctx context.Context) string {
	if web.Lang(ctx) == "en" && d.English != "" {
		return d.English
	}
	return d.Text
}

// pages are the handlers.
type pages struct{ Config }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	return slices.Concat(p.signIn(), p.factor(), p.passkey(), p.provider(), p.wechat(), p.own(), p.proof(), p.staff())
}

func (p *pages) signIn() []web.Route {
	anyone := []string{"anyone"}
	return []web.Route{
		{Method: "GET", Pattern: SignInPath, Action: string(account.SignIn), Purpose: "ask a worker's phone number", Roles: anyone, Look: web.LookPlain, Handler: web.HTML(p.askPhone)},
		{Method: "POST", Pattern: "/sign-in/code", Action: string(account.SendCode), Purpose: "send a code to a phone", Roles: anyone, BodyLimit: 4 << 10, Look: web.LookPlain, Handler: web.HTML(p.sendCode)},
		{Method: "POST", Pattern: SignInPath, Action: string(account.SignIn), Purpose: "sign a worker in by a code", Roles: anyone, BodyLimit: 4 << 10, Look: web.LookPlain, Handler: web.HTML(p.enter)},
		{Method: "GET", Pattern: StaffSignInPath, Action: string(account.SignInStaff), Purpose: "ask a staff member's name and password", Roles: anyone, Look: web.LookPlain, Handler: web.HTML(p.askStaff)},
		{Method: "POST", Pattern: StaffSignInPath, Action: string(account.SignInStaff), Purpose: "sign a staff member in", Roles: anyone, BodyLimit: 4 << 10, Look: web.LookPlain, Handler: web.HTML(p.enterStaff)},
		{Method: "POST", Pattern: SignOutPath, Action: string(account.SignOut), Purpose: "end the session", Roles: anyone, BodyLimit: 4 << 10, Look: web.LookPlain, Handler: web.HTML(p.leave)},
	}
}

func (p *pages) own() []web.Route {
	anyone, worker, staff := []string{"anyone"}, []string{"owner"}, []string{"signed-in"}
	return []web.Route{
		{Method: "GET", Pattern: ui.HrefMe, Action: string(account.Me), Purpose: "see and change what is one's own", Roles: anyone, Handler: web.HTML(p.me)},
		{Method: "POST", Pattern: "/me/name", Action: string(account.SetName), Purpose: "say how to be called", Roles: worker, BodyLimit: 4 << 10, Handler: web.HTML(Worker(p.setName))},
		{Method: "POST", Pattern: "/me/sessions", Action: string(account.EndSession), Purpose: "end one's other sessions", Roles: worker, BodyLimit: 4 << 10, Handler: web.HTML(Worker(p.endSession(ui.HrefMe)))},
		{Method: "GET", Pattern: "/privacy", Action: "web.privacy", Purpose: "read what becomes of personal data", Roles: anyone, Look: web.LookPlain, Handler: web.HTML(p.privacy)},
		{Method: "GET", Pattern: SettingsPath, Action: string(account.Me), Purpose: "change password, sessions and display", Roles: staff, Look: web.LookStaff, Handler: web.HTML(Staff(p.settings))},
		{Method: "POST", Pattern: SettingsPath + "/password", Action: string(account.SetPassword), Purpose: "change one's password", Roles: staff, BodyLimit: 4 << 10, Look: web.LookStaff, Handler: web.HTML(Staff(p.setPassword))},
		{Method: "POST", Pattern: SettingsPath + "/sessions", Action: string(account.EndSession), Purpose: "end one's other sessions", Roles: staff, BodyLimit: 4 << 10, Look: web.LookStaff, Handler: web.HTML(Staff(p.endSession(SettingsPath)))},
	}
}

func (p *pages) staff() []web.Route {
	route := func(method, pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: StaffPath + pattern, Action: string(action), Purpose: purpose,
			Roles: []string{string(authz.Admin)}, BodyLimit: 8 << 10, Look: web.LookStaff, Handler: web.HTML(Staff(admins(h)))}
	}
	return []web.Route{
		route("GET", "", account.See, "list the staff of an area", p.list),
		route("GET", "/new", account.Add, "describe somebody new", p.draft),
		route("POST", "", account.Add, "add somebody", p.add),
		route("GET", "/{id}", account.See, "see somebody's rights", p.person),
		route("POST", "/{id}/grants", account.Give, "give a role", p.give),
		route("POST", "/{id}/grants/{grant}/end", account.Take, "take a role away", p.take),
		route("POST", "/{id}/name", account.Rename, "rename somebody", p.rename),
		route("GET", "/{id}/password", account.ResetPassword, "ask before a reset", p.confirmReset),
		route("POST", "/{id}/password", account.ResetPassword, "give a first password again", p.reset),
		route("GET", "/{id}/factor", account.ResetFactor, "ask before a reset of the second factor", p.confirmFactorReset),
		route("POST", "/{id}/factor", account.ResetFactor, "take somebody's second factor away", p.resetFactor),
		route("GET", "/{id}/end", account.EndStay, "ask before the end of a stay", p.confirmEnd),
		route("POST", "/{id}/end", account.EndStay, "end somebody's stay", p.end),
	}
}

// admins lets administrators through; for others these pages are not there.
func admins(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !authz.From(r.Context()).Has(authz.Admin) {
			return fault.New("account.staff", fault.Missing, "fault.missing")
		}
		return h(w, r)
	}
}

// Frame fills the parts of a staff page's frame that are about who is signed in:
// the name, the roles, the settings, the way out. app adds the menu.
func Frame(ctx context.Context, nav []ui.NavItem) ui.StaffPage {
	s := authz.From(ctx)
	return ui.StaffPage{Home: "/desk", User: s.Name, UserSub: RoleWords(ctx, s.Grants), Settings: SettingsPath, SignOut: SignOutPath, Nav: nav}
}

// frame is the frame of one of this package's pages, with its place in the menu.
func (p *pages) frame(ctx context.Context, title, path string) ui.StaffPage {
	f := Frame(ctx, []ui.NavItem{{Text: web.T(ctx, "account.staff"), Icon: "people", Href: StaffPath, Phone: true}})
	if p.Frame != nil {
		f = p.Frame(ctx)
	}
	return f.At(path, title)
}

// RoleWords names the roles of grants, each once.
func RoleWords(ctx context.Context, grants []authz.Grant) string {
	var words []string
	for _, role := range authz.AllRoles {
		if (authz.Subject{Grants: grants}).Has(role) {
			words = append(words, web.T(ctx, "account.role."+string(role)))
		}
	}
	return web.List(ctx, words...)
}

// parse reads a form; a broken one is the reader's fault, not ours.
func parse(r *http.Request) error {
	return r.ParseForm()
}
