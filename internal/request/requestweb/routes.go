package requestweb

import (
	"context"
	"embed"
	"net/http"

	"nuanxin/internal/geo"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/request/share"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// Spot is where a matter may be, as far as the phone or the address tells.
type Spot struct {
	Text    string
	Point   *geo.Point // WGS-84
	Area    string     // division code
	Station string     // id; the matter is about it
}

// Config is what the pages and the API need. Office and Uploads are required.
type Config struct {
	Office  *office.Service
	Uploads *upload.Desk

	Examples *example.Service // what workers may agree to show; nil: nothing
	Shares   *share.Service   // what workers let bodies see; nil: nothing is asked

	Where   func(r *http.Request) Spot                                     // what the phone remembers; nil: nothing
	Station func(ctx context.Context, code string) (Spot, error)           // the station that an address names by code or id; nil: none can be named
	AreaOf  func(geo.Point) string                                         // the division around a point, or ""; nil: not known
	Hears   func(ctx context.Context, area string) (Ear, error)            // who hears a matter of area; nil: said without a name
	Outcome func(ctx context.Context, clientID string) (op.Outcome, error) // what became of a write; nil: the operation is left out of the API
	Codes   Codes                                                          // nil: nobody can leave a phone later
	Shown   func(phone string) string                                      // the demo's messages on screen; nil: none
	SignIn  string                                                         // the page where workers sign in, taking next; empty: "/sign-in"
	Secure  bool                                                           // served over TLS: cookies are Secure
}

// Codes sends codes to phones.
type Codes interface {
	SendCode(ctx context.Context, purpose, phone string) error
}

// pages are the handlers.
type pages struct{ Config }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string { return web.T(ctx, "help."+key, args...) }

// The addresses that other pages lead to.
const (
	HrefHelp = ui.HrefHelp // a new request; takes ?station= and ?topic=
	HrefMine = "/help/mine"
	HrefFind = "/help/find"
)

// Href is the page of a request.
func Href(number string) string { return HrefHelp + "/" + number }

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	anyone, person := []string{"anyone"}, []string{"owner", "holder"}
	get := func(pattern string, action string, purpose string, roles []string, h web.Handler) web.Route {
		return web.Route{Method: "GET", Pattern: pattern, Action: action, Purpose: purpose, Roles: roles, BodyLimit: 4 << 10, Handler: web.HTML(h)}
	}
	post := func(pattern string, action string, purpose string, roles []string, limit int64, h web.Handler) web.Route {
		return web.Route{Method: "POST", Pattern: pattern, Action: action, Purpose: purpose, Roles: roles, BodyLimit: limit, Handler: web.HTML(h)}
	}
	const one = "/help/{number}"
	return []web.Route{
		get(HrefHelp, string(request.Capture), "say what is wrong, by voice, words or photos", anyone, p.ask),
		post(HrefHelp, string(request.Capture), "send what is wrong", anyone, upload.BodyLimit, p.capture),
		get(HrefMine, string(request.Mine), "see one's own requests", anyone, p.mine),
		post("/help/forget", string(request.Mine), "make this phone forget the requests that it holds", anyone, 4<<10, p.forget),
		get(HrefFind, string(request.Progress), "find a request by number and secret", anyone, p.askFind),
		post(HrefFind, string(request.Progress), "let this phone hold a request", anyone, 4<<10, p.find),
		get(one, string(request.Progress), "see who has a request, by when, and each step", person, p.progress),
		get(one+"/sent", string(request.Progress), "see number, name and date of what was just sent", person, p.sent),
		get(one+"/files/{id}", string(request.See), "get a photo or a voice message", append(person, "staff", "body"), p.file),
		get(one+"/add", string(request.Add), "add words, photos or a voice message", person, p.form(formAdd)),
		post(one+"/add", string(request.Add), "send what is added, or the reply to a question", person, upload.BodyLimit, p.add),
		post(one+"/chase", string(request.Chase), "ask for news", person, 4<<10, p.chase),
		post(one+"/solved", string(request.Solve), "say that it is solved", person, 4<<10, p.solved),
		post(one+"/share", string(share.Say), "say whether the body may see one's photos and voice", person, 4<<10, p.share),
		get(one+"/unsolved", string(request.Reopen), "say why it is not solved", person, p.form(formUnsolved)),
		post(one+"/unsolved", string(request.Reopen), "say that it is not solved", person, upload.BodyLimit, p.unsolved),
		get(one+"/phone", string(request.Leave), "ask for a phone that answers can be sent to", []string{"holder"}, p.askPhone),
		post(one+"/phone", string(request.Leave), "send a code to a phone, then leave the phone with it", []string{"holder"}, 4<<10, p.leavePhone),
		get(one+"/withdraw", string(request.Withdraw), "ask before a request is taken back", person, p.form(formWithdraw)),
		post(one+"/withdraw", string(request.Withdraw), "take a request back", person, 4<<10, p.withdraw),
	}
}

func (p *pages) signIn() string {
	if p.SignIn == "" {
		return "/sign-in"
	}
	return p.SignIn
}
