package accountweb

import (
	"context"
	"net/http"
	"net/url"

	"nuanxin/internal/account"
	"nuanxin/internal/account/factor"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// The pages of the second factor.
const (
	StaffCodePath = StaffSignInPath + "/code" // the second page of a sign-in
	FactorPath    = SettingsPath + "/factor"  // one's own
	CodesPath     = FactorPath + "/codes"     // one's recovery codes
)

func (p *pages) factor() []web.Route {
	own := func(method, pattern string, action authz.Action, purpose string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: FactorPath + pattern, Action: string(action), Purpose: purpose,
			Roles: []string{"signed-in"}, BodyLimit: 4 << 10, Look: web.LookStaff, Handler: web.HTML(Staff(h))}
	}
	anyone := []string{"anyone"}
	return []web.Route{
		{Method: "GET", Pattern: StaffCodePath, Action: string(account.EnterCode), Purpose: "ask for the code of the second factor", Roles: anyone, Look: web.LookPlain, Handler: web.HTML(p.askCode)},
		{Method: "POST", Pattern: StaffCodePath, Action: string(account.EnterCode), Purpose: "sign a staff member in by password and code", Roles: anyone, BodyLimit: 4 << 10, Look: web.LookPlain, Handler: web.HTML(p.enterCode)},
		own("GET", "", account.Me, "see one's second factor", p.ownFactor),
		own("POST", "/start", account.StartFactor, "make a secret for the phone", p.startFactor),
		own("POST", "/confirm", account.ConfirmFactor, "turn the second factor on by its first code", p.confirmFactor),
		own("GET", "/codes", account.RenewCodes, "ask before new recovery codes are made", p.askCodes),
		own("POST", "/codes", account.RenewCodes, "make new recovery codes", p.renewCodes),
		own("POST", "/off", account.DropFactor, "turn the second factor off", p.dropFactor),
	}
}

// codeForm is the second page of a sign-in.
type codeForm struct {
	Has    account.Armed
	Next   string
	Errors ui.FormErrors
	Wait   string
}

func (p *pages) askCode(w http.ResponseWriter, r *http.Request) error {
	return p.showCode(w, r, codeForm{Next: web.LocalPath(r.URL.Query().Get("next"), "/desk")}, nil)
}

func (p *pages) enterCode(w http.ResponseWriter, r *http.Request) error {
	return p.goOn(w, r, func(half string) (account.Signed, error) {
		return p.Accounts.EnterCode(r.Context(), half, r.PostForm.Get("code"))
	})
}

// goOn ends a sign-in by its second step.
func (p *pages) goOn(w http.ResponseWriter, r *http.Request, enter func(half string) (account.Signed, error)) error {
	if err := parse(r); err != nil {
		return err
	}
	c := cookies(p.Secure)
	f := codeForm{Next: web.LocalPath(r.PostForm.Get("next"), "/desk")}
	in, err := enter(read(r, c.half()))
	if err != nil {
		return p.showCode(w, r, f, err)
	}
	c.set(w, c.half(), "", 0)
	return p.arrive(w, r, in, f.Next)
}

// showCode asks for the code; whose sign-in is over begins again.
func (p *pages) showCode(w http.ResponseWriter, r *http.Request, f codeForm, refusal error) error {
	has, err := p.Accounts.Waiting(r.Context(), read(r, cookies(p.Secure).half()))
	if refusal == nil || fault.Is(err, fault.Missing) {
		refusal = err
	}
	if f.Has = has; fault.Is(refusal, fault.Missing) {
		if c := cookies(p.Secure); read(r, c.half()) != "" {
			c.set(w, c.half(), "", 0)
			web.SetFlash(w, r, "account.factor.half_over")
		}
		return web.See(w, r, StaffSignInPath+"?next="+url.QueryEscape(f.Next))
	}
	status, ok := told(r, refusal, &f.Errors, &f.Wait)
	if !ok {
		return refusal
	}
	return web.Show(w, r, status, staffCodePage(f))
}

// arrive leaves the session of in in the browser and goes on: to what must be done
// first, or to next.
func (p *pages) arrive(w http.ResponseWriter, r *http.Request, in account.Signed, next string) error {
	if c := cookies(p.Secure); in.Half {
		c.set(w, c.half(), in.Token, in.Lasts)
		return web.See(w, r, StaffCodePath+"?next="+url.QueryEscape(next))
	}
	Sessions{Secure: p.Secure}.Begin(w, in)
	switch {
	case in.MustChange:
		next = SettingsPath
	case in.FactorLost:
		next = FactorPath
	}
	return web.See(w, r, next)
}

// factorPage is what staff see of their own second factor.
type factorPage struct {
	Frame   ui.StaffPage
	State   factor.State
	Login   string
	Must    bool
	NoPass  bool   // there is no password to ask for
	Drawing string // the QR code
	Errors  ui.FormErrors
	Wait    string
	Keys    keysPage
	Ties    []oidc.Tie
}

func (p *pages) ownFactor(w http.ResponseWriter, r *http.Request) error {
	return p.showFactor(w, r, nil)
}

func (p *pages) showFactor(w http.ResponseWriter, r *http.Request, refusal error) error {
	ctx := r.Context()
	s := factorPage{Frame: p.frame(ctx, web.T(ctx, "account.factor"), SettingsPath), Must: VisitOf(ctx).MustFactor, NoPass: VisitOf(ctx).NoPassword}
	s.Frame.Crumbs = []ui.Crumb{{Text: web.T(ctx, "account.settings"), Href: SettingsPath}, {Text: web.T(ctx, "account.factor")}}
	status, ok := told(r, refusal, &s.Errors, &s.Wait)
	if !ok {
		return refusal
	}
	mine, err := p.mine(r)
	if err != nil {
		return err
	}
	s.Login = mine.Login
	if s.State, err = p.Accounts.Factor(ctx); err != nil {
		return err
	}
	if s.Keys.Keys, err = p.Accounts.Passkeys(ctx); err != nil {
		return err
	}
	s.Keys.On = p.Accounts.HasPasskeys()
	if s.Ties, err = p.ties(ctx); err != nil {
		return err
	}
	if s.State.Secret != "" {
		if s.Drawing, err = ui.QR(s.State.Address); err != nil {
			return err
		}
	}
	return web.Show(w, r, status, staffFactorPage(s))
}

func (p *pages) startFactor(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	if err := p.Accounts.StartFactor(r.Context(), r.PostForm.Get("password"), read(r, cookies(p.Secure).session())); err != nil {
		return p.showFactor(w, r, err)
	}
	return web.See(w, r, FactorPath)
}

func (p *pages) confirmFactor(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	codes, err := p.Accounts.ConfirmFactor(r.Context(), r.PostForm.Get("code"), read(r, cookies(p.Secure).session()))
	if err != nil {
		return p.showFactor(w, r, err)
	}
	return p.showCodes(w, r, codes)
}

// codesPage asks before new recovery codes are made.
type codesPage struct {
	Frame ui.StaffPage
	State factor.State
}

func (p *pages) askCodes(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !VisitOf(ctx).Factor {
		web.SetFlash(w, r, "account.codes.none")
		return web.See(w, r, FactorPath)
	}
	state, err := p.Accounts.Factor(ctx)
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, staffAskCodesPage(codesPage{p.codesFrame(ctx), state}))
}

func (p *pages) renewCodes(w http.ResponseWriter, r *http.Request) error {
	codes, err := p.Accounts.RenewCodes(r.Context())
	if fault.Is(err, fault.Conflict) {
		web.SetFlash(w, r, fault.Of(err).Msg)
		return web.See(w, r, FactorPath)
	}
	if err != nil {
		return err
	}
	return p.showCodes(w, r, codes)
}

func (p *pages) dropFactor(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	if err := p.Accounts.DropFactor(r.Context(), r.PostForm.Get("password"), r.PostForm.Get("code"), read(r, cookies(p.Secure).session())); err != nil {
		return p.showFactor(w, r, err)
	}
	web.SetFlash(w, r, "account.factor.dropped")
	return web.See(w, r, FactorPath)
}

// showCodes shows fresh recovery codes, once.
func (p *pages) showCodes(w http.ResponseWriter, r *http.Request, codes []string) error {
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, staffCodesPage(p.codesFrame(r.Context()), codes))
}

func (p *pages) codesFrame(ctx context.Context) ui.StaffPage {
	f := p.frame(ctx, web.T(ctx, "account.factor.codes"), SettingsPath)
	f.Crumbs = []ui.Crumb{{Text: web.T(ctx, "account.settings"), Href: SettingsPath}, {Text: web.T(ctx, "account.factor"), Href: FactorPath}, {Text: web.T(ctx, "account.factor.codes")}}
	return f
}

func (p *pages) confirmFactorReset(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, "account.factor_reset", "/factor", ui.Danger)
}

func (p *pages) resetFactor(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	said := "account.factor_reset.done"
	switch err := p.Accounts.ResetFactor(web.Named(r), account.ID(r.PathValue("id"))); {
	case fault.Is(err, fault.Conflict):
		said = "account.factor.none"
	case err != nil:
		return err
	}
	web.SetFlash(w, r, said)
	return web.See(w, r, StaffPath+"/"+r.PathValue("id"))
}
