package accountweb

import (
	"net/http"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// phoneForm is the page that asks for a phone number or, when a code is on its
// way, for the code.
type phoneForm struct {
	Phone  string
	Next   string
	Sent   bool // ask for the code
	Own    bool
	Errors ui.FormErrors
	Wait   string // what keeps us from going on for now
	Demo   string // the demo's message
	ReqID  string
	WeChat bool // is there to sign in by
}

func (p *pages) askPhone(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"), ui.HrefMe)
	if authz.From(r.Context()).Kind == authz.Worker {
		return web.See(w, r, next)
	}
	return p.showPhone(w, r, phoneForm{Next: next, Own: true, ReqID: web.NewReqID()}, nil)
}

func (p *pages) sendCode(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f := phoneForm{Phone: r.PostForm.Get("phone"), Next: web.LocalPath(r.PostForm.Get("next"), ui.HrefMe), Own: true, ReqID: web.NewReqID()}
	err := p.Accounts.SendCode(web.Named(r), account.ForSignIn, f.Phone)
	f.Sent = err == nil || r.PostForm.Get("again") != ""
	return p.showPhone(w, r, f, err)
}

func (p *pages) enter(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f := phoneForm{Phone: r.PostForm.Get("phone"), Next: web.LocalPath(r.PostForm.Get("next"), ui.HrefMe), Sent: true, Own: r.PostForm.Get("own") != "", ReqID: web.NewReqID()}
	in, err := p.Accounts.SignIn(r.Context(), f.Phone, r.PostForm.Get("code"), f.Own)
	if err != nil {
		return p.showPhone(w, r, f, err)
	}
	return Sessions{Secure: p.Secure}.Welcome(w, r, in, f.Own, f.Next)
}

// showPhone shows the form again with what is wrong, or goes on to the code.
func (p *pages) showPhone(w http.ResponseWriter, r *http.Request, f phoneForm, err error) error {
	status, ok := told(r, err, &f.Errors, &f.Wait)
	if !ok {
		return err
	}
	if f.Errors.Of("phone") != "" {
		f.Sent = false
	}
	if phone, err := idcard.ParseMobile(f.Phone); err == nil {
		f.Phone = phone
	}
	f.WeChat = p.inWeChat(r)
	if p.Demo != nil && f.Sent {
		f.Demo = p.Demo(f.Phone)
	}
	return web.Show(w, r, status, phonePage(f))
}

// told sorts out what a form can tell by itself: what is wrong with its inputs,
// or that it is too soon. Anything else is not the form's to tell.
func told(r *http.Request, err error, errors *ui.FormErrors, wait *string) (status int, ok bool) {
	switch {
	case err == nil:
		return http.StatusOK, true
	case fault.Is(err, fault.Invalid):
		*errors = ui.FieldErrors(r.Context(), err)
		return http.StatusUnprocessableEntity, true
	case fault.Is(err, fault.Busy) && web.HasText(r.Context(), fault.Of(err).Msg):
		*wait = web.TArgs(r.Context(), fault.Of(err).Msg, fault.Of(err).Args)
		return http.StatusTooManyRequests, true
	}
	return 0, false
}

// staffForm is the page that asks for a name and a password.
type staffForm struct {
	Login  string
	Next   string
	Errors ui.FormErrors
	Wait   string
	People []DemoStaff

	Passkeys bool // can be shown here
	Unions   bool // have a sign-in of their own
}

func (p *pages) askStaff(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"), "/desk")
	if authz.From(r.Context()).Kind == authz.Staff {
		return web.See(w, r, next)
	}
	return p.showStaff(w, r, staffForm{Next: next}, nil)
}

func (p *pages) enterStaff(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f := staffForm{Login: r.PostForm.Get("login"), Next: web.LocalPath(r.PostForm.Get("next"), "/desk")}
	in, err := p.Accounts.SignInStaff(r.Context(), f.Login, r.PostForm.Get("password"))
	if err != nil {
		return p.showStaff(w, r, f, err)
	}
	return p.arrive(w, r, in, f.Next)
}

// showStaff shows the form with what is wrong, or why another way in did not work.
func (p *pages) showStaff(w http.ResponseWriter, r *http.Request, f staffForm, err error) error {
	status, ok := told(r, err, &f.Errors, &f.Wait)
	if !ok {
		return err
	}
	f.Passkeys, f.People = p.Accounts.HasPasskeys(), p.People
	if f.Unions, err = p.offers(r.Context()); err != nil {
		return err
	}
	return web.Show(w, r, status, staffSignInPage(f))
}

func (p *pages) leave(w http.ResponseWriter, r *http.Request) error {
	c := cookies(p.Secure)
	if err := p.Accounts.SignOut(r.Context(), read(r, c.session())); err != nil {
		return err
	}
	c.set(w, c.session(), "", 0)
	web.SetFlash(w, r, "account.left")
	if authz.From(r.Context()).Kind == authz.Staff {
		return web.See(w, r, StaffSignInPath)
	}
	return web.See(w, r, "/")
}
