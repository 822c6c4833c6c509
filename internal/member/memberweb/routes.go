package memberweb

import (
	"cmp"
	"context"
	"embed"
	"net/http"
	"net/url"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/half"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/web"
)

// Config is what the pages need. Members and Lists are required.
type Config struct {
	Members *member.Service
	Halves  *half.Service                                          // applications that are not finished
	Lists   *intake.Service                                        // what lists brought that may be the reader's
	Here    func(r *http.Request) (area string)                    // the division that the phone remembers, or ""; nil: none
	Areas   func(ctx context.Context, in string) ([]string, error) // areas of a division with a union of their own; nil: none can be chosen
	Twins   *merge.Service                                         // whom a record was merged with; nil: nobody
	Checks  *verify.Service                                        // whether name and identity number belong together; nil: nobody checks
	Gaps    *gap.Service                                           // who is from where there is no union so far; nil: nobody
	Ask     string                                                 // where one asks the union to correct something; empty: nowhere
	SignIn  string                                                 // the page where workers sign in, taking next; empty: "/sign-in"
}

// The addresses that other pages lead to.
const (
	HrefJoin = "/join" // takes ?from=, ?area= and ?works=
	HrefSent = HrefJoin + "/sent"
	HrefOwn  = "/me/membership"
	hrefMove = HrefOwn + "/move"
	hrefFix  = HrefOwn + "/identity"

	hrefLost     = "/sign-in/lost" // what to do without the phone that one joined with
	hrefConsents = "/me/consents"  // where what one agreed to is given and taken back
)

// pages are the handlers.
type pages struct{ Config }

//go:embed locale/*.json
var locale embed.FS

// Texts returns this package's words.
func Texts() web.Words { return web.Catalogue(locale) }

func t(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "member."+key, args...)
}

// Routes lists the pages.
func Routes(c Config) []web.Route {
	p := &pages{c}
	anyone, worker := []string{"anyone"}, []string{"owner"}
	get := func(pattern, action, purpose string, roles []string, h web.Handler) web.Route {
		return web.Route{Method: "GET", Pattern: pattern, Action: action, Purpose: purpose, Roles: roles, BodyLimit: 4 << 10, Handler: web.HTML(h)}
	}
	post := func(pattern, action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: "POST", Pattern: pattern, Action: action, Purpose: purpose, Roles: worker, BodyLimit: 16 << 10, Handler: web.HTML(p.worker(h))}
	}
	all := []web.Route{
		get(HrefJoin, string(member.Apply), "read what joining is, and join", anyone, p.join),
		post(HrefJoin, string(member.Apply), "apply for membership", p.apply),
		post(hrefSave, string(half.Save), "save an application that is not finished", p.save),
		post(hrefDrop, string(half.Drop), "drop an application that is not finished", p.drop),
		get(HrefSent, string(member.See), "see who answers an application, and by when", worker, p.worker(p.sent)),
		get(HrefOwn, string(member.See), "see one's own membership", worker, p.worker(p.own)),
		get(HrefOwn+"/withdraw", string(member.Withdraw), "ask before an application or a transfer is taken back", worker, p.worker(p.ask(askWithdraw))),
		post(HrefOwn+"/withdraw", string(member.Withdraw), "take an application or a transfer back", p.press(p.Members.Withdraw, "member.own.withdrawn")),
		get(HrefOwn+"/leave", string(member.Quit), "ask before somebody leaves", worker, p.worker(p.ask(askLeave))),
		post(HrefOwn+"/leave", string(member.Quit), "leave the union", p.press(p.Members.Quit, "member.own.left")),
		get(hrefFound, string(member.Claim), "say that a membership which a list brought is one's own", worker, p.worker(p.showFound)),
		post(hrefFound, string(member.Claim), "make a membership which a list brought one's own", p.claim),
		get(hrefWorks, string(member.Employ), "say where one works, too", worker, p.worker(p.askWork)),
		post(hrefWorks, string(member.Employ), "add where one works", p.work),
		get(hrefWorks+"/{seq}", string(member.Employ), "change the station there, or say that one works there no more", worker, p.worker(p.askWork)),
		post(hrefWorks+"/{seq}", string(member.Employ), "change the station, or end it", p.work),
		get(hrefMove, string(member.Move), "choose where to take the membership", worker, p.worker(p.move)),
		post(hrefMove, string(member.Move), "ask another union to take the membership over", p.askMove),
	}
	if p.Checks != nil {
		all = append(all,
			get(hrefFix, string(verify.Fix), "write name and identity number anew, where they do not belong together", worker, p.worker(p.askFix)),
			post(hrefFix, string(verify.Fix), "correct name and identity number", p.fix))
	}
	return all
}

// worker answers for workers alone; others are led to the sign-in and back.
func (p *pages) worker(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if isWorker(r.Context()) {
			return h(w, r)
		}
		back := r.URL.RequestURI()
		if r.Method != http.MethodGet {
			back = HrefOwn
			if r.URL.Path == HrefJoin {
				if err := r.ParseForm(); err != nil {
					return err
				}
				back = hrefJoin(channel(r.PostForm.Get("from")), "area", named(r.PostForm.Get("area"))) // by which way they came is not lost
			}
		}
		return web.See(w, r, p.signIn(back))
	}
}

func isWorker(ctx context.Context) bool { return authz.From(ctx).Kind == authz.Worker }

// signIn is the address of the sign-in that leads back to a page.
func (p *pages) signIn(back string) string {
	return p.signInPath() + "?next=" + url.QueryEscape(back)
}

func (p *pages) signInPath() string { return cmp.Or(p.SignIn, "/sign-in") }

// mine is the reader's membership; ok says that there is one.
func (p *pages) mine(ctx context.Context) (o member.Own, ok bool, err error) {
	o, err = p.Members.Mine(ctx)
	if fault.Is(err, fault.Missing) {
		return o, false, nil
	}
	return o, err == nil, err
}
