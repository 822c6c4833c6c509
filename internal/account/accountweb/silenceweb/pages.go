package silenceweb

import (
	"net/http"
	"net/url"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/silence"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// heldView is the page that asks.
type heldView struct {
	asked silence.Asked
	next  string
	errs  ui.FormErrors
	shut  bool
}

func (p *pages) sessions() accountweb.Sessions { return accountweb.Sessions{Secure: p.Secure} }

func next(text string) string { return web.LocalPath(text, ui.HrefMe) }

// over leads whoever comes too late to sign in once more.
func over(w http.ResponseWriter, r *http.Request, next string) error {
	web.SetFlash(w, r, "silence.over")
	return web.See(w, r, accountweb.SignInPath+"?next="+url.QueryEscape(next))
}

func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.showHeld(w, r, heldView{next: next(r.URL.Query().Get("next"))}, nil)
}

// showHeld shows the page again with what is wrong, if anything is.
func (p *pages) showHeld(w http.ResponseWriter, r *http.Request, v heldView, refusal error) (err error) {
	status := http.StatusOK
	switch {
	case fault.Is(refusal, fault.Missing):
		return over(w, r, v.next)
	case fault.Is(refusal, fault.Invalid):
		status, v.errs = http.StatusUnprocessableEntity, ui.FieldErrors(r.Context(), refusal)
	case fault.Of(refusal).Msg == "silence.many":
		status = http.StatusTooManyRequests
	case refusal != nil:
		return refusal
	}
	v.asked, err = p.Silence.Asked(r.Context(), p.sessions().Held(r))
	if fault.Is(err, fault.Missing) {
		return over(w, r, v.next)
	}
	if err != nil {
		return err
	}
	if v.shut = v.asked.Shut || v.asked.Question == silence.None; v.shut {
		v.errs = ui.FormErrors{}
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, status, heldPage(v))
}

func (p *pages) answer(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v := heldView{next: next(r.PostForm.Get("next"))}
	return p.enter(w, r, v, func(token string) (account.Signed, error) {
		return p.Silence.Answer(r.Context(), token, r.PostForm.Get("answer"))
	})
}

// enter lets whoever did what was asked in.
func (p *pages) enter(w http.ResponseWriter, r *http.Request, v heldView, do func(token string) (account.Signed, error)) error {
	token := p.sessions().Held(r)
	asked, err := p.Silence.Asked(r.Context(), token)
	if err != nil {
		return p.showHeld(w, r, v, err)
	}
	in, err := do(token)
	if err != nil {
		return p.showHeld(w, r, v, err)
	}
	return p.sessions().Welcome(w, r, in, asked.Own, v.next)
}

func (p *pages) askNew(w http.ResponseWriter, r *http.Request) error {
	v := heldView{next: next(r.URL.Query().Get("next"))}
	asked, err := p.Silence.Asked(r.Context(), p.sessions().Held(r))
	if err == nil && !asked.ByCode {
		return web.See(w, r, HrefHeld+"?next="+url.QueryEscape(v.next))
	}
	if err != nil {
		return p.showHeld(w, r, v, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, newPage(v))
}

func (p *pages) renew(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	v := heldView{next: next(r.PostForm.Get("next"))}
	return p.enter(w, r, v, func(token string) (account.Signed, error) {
		in, err := p.Silence.Renew(r.Context(), token)
		if err == nil {
			web.SetFlash(w, r, "silence.new.done")
		}
		return in, err
	})
}

// numberView is the page on which the whole identity number is typed.
type numberView struct {
	shown silence.Shown
	whole bool
	after string
	errs  ui.FormErrors
}

func (p *pages) number(w http.ResponseWriter, r *http.Request) error { return p.showNumber(w, r, nil) }

func (p *pages) showNumber(w http.ResponseWriter, r *http.Request, refusal error) (err error) {
	v, status := numberView{after: p.After}, http.StatusOK
	switch {
	case fault.Is(refusal, fault.Invalid):
		status, v.errs = http.StatusUnprocessableEntity, ui.FieldErrors(r.Context(), refusal)
	case fault.Of(refusal).Msg == "silence.number.many":
		status = http.StatusTooManyRequests
	case refusal != nil:
		return refusal
	}
	if v.shown, err = p.Silence.Shown(r.Context()); err != nil {
		return err
	}
	if v.whole = v.shown.Whole(web.Now(r.Context())); v.shown.Shut {
		v.errs = ui.FormErrors{}
	}
	return web.Show(w, r, status, numberPage(v))
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Silence.Show(r.Context(), p.sessions().Token(r), r.PostForm.Get("whole")); err != nil {
		return p.showNumber(w, r, err)
	}
	web.SetFlash(w, r, "silence.number.done")
	return web.See(w, r, HrefNumber)
}
