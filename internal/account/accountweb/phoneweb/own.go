package phoneweb

import (
	"context"
	"net/http"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/phone"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// step is what the worker's page asks for.
type step int

// The steps, in their order.
const (
	askOwn     step = iota // a code shall go to the number that they have
	ownCode                // it is on its way
	askNew                 // the new number
	newCode                // a code is on its way there
	mustAnswer             // a change at a desk waits
)

// ownView is the worker's page.
type ownView struct {
	changes []phone.Change
	phone   string // that they have
	step    step
	typed   string // the new number
	errs    ui.FormErrors
	wait    string
	demo    string
}

func (p *pages) own(w http.ResponseWriter, r *http.Request) error {
	return p.showOwn(w, r, ownView{}, nil)
}

// showOwn shows the page again with what is wrong, if anything is.
func (p *pages) showOwn(w http.ResponseWriter, r *http.Request, v ownView, refusal error) (err error) {
	status, ok := told(r, refusal, &v.errs, &v.wait)
	if !ok {
		return refusal
	}
	if v.changes, v.phone, err = p.Phones.Mine(r.Context()); err != nil {
		return err
	}
	switch {
	case phone.Waits(v.changes) != nil:
		v.step = mustAnswer
	case v.step == askOwn && accountweb.VisitOf(r.Context()).Proven:
		v.step = askNew
	case v.step == newCode && v.errs.Of("phone") != "":
		v.step = askNew
	}
	if to := map[step]string{ownCode: v.phone, newCode: v.typed}[v.step]; to != "" && p.Demo != nil {
		v.demo = p.Demo(to)
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return web.Show(w, r, status, ownPage(v))
}

// told sorts out what a form tells by itself: what is wrong with its inputs, or that
// it is too soon. Anything else is not the form's to tell.
func told(r *http.Request, err error, errs *ui.FormErrors, wait *string) (status int, ok bool) {
	msg := fault.Of(err).Msg
	switch {
	case err == nil:
		return http.StatusOK, true
	case fault.Is(err, fault.Invalid):
		*errs = ui.FieldErrors(r.Context(), err)
		return http.StatusUnprocessableEntity, true
	case (fault.Is(err, fault.Busy) || fault.Is(err, fault.Conflict)) && web.HasText(r.Context(), msg):
		*wait = web.TArgs(r.Context(), msg, fault.Of(err).Args)
		if fault.Is(err, fault.Conflict) {
			return http.StatusConflict, true
		}
		return http.StatusTooManyRequests, true
	}
	return 0, false
}

func (p *pages) sendOwn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	return p.showOwn(w, r, ownView{step: ownCode}, p.Phones.SendOwn(web.Named(r)))
}

func (p *pages) proveOwn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Phones.ProveOwn(r.Context(), p.token(r), r.PostForm.Get("code")); err != nil {
		return p.showOwn(w, r, ownView{step: ownCode}, err)
	}
	return web.See(w, r, HrefOwn)
}

func (p *pages) sendNew(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	typed := number(r.PostForm.Get("phone"))
	return p.showOwn(w, r, ownView{step: newCode, typed: typed}, p.Phones.SendNew(web.Named(r), typed))
}

func (p *pages) change(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	typed := number(r.PostForm.Get("phone"))
	err := p.Phones.Change(r.Context(), p.token(r), typed, r.PostForm.Get("code"))
	switch {
	case err == nil:
		web.SetFlash(w, r, "accountphone.changed", "Phone", web.MaskPhone(typed))
		return web.See(w, r, ui.HrefMe)
	case fault.Is(err, fault.Unproven):
		web.SetFlash(w, r, "accountphone.stale")
		return web.See(w, r, HrefOwn)
	}
	return p.showOwn(w, r, ownView{step: newCode, typed: typed}, err)
}

func (p *pages) object(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Phones.Object(web.Named(r), r.PostForm.Get("change")); err != nil {
		return p.showOwn(w, r, ownView{}, err)
	}
	web.SetFlash(w, r, "accountphone.objected")
	return web.See(w, r, HrefOwn)
}

func (p *pages) token(r *http.Request) string {
	return accountweb.Sessions{Secure: p.Secure}.Token(r)
}

// number is a mobile number as it is kept, or what was typed.
func number(typed string) string {
	if n, err := idcard.ParseMobile(typed); err == nil {
		return n
	}
	return typed
}

// Row is the line of the page 我的 that leads here: loud while a change at a desk
// waits. It is for workers; others have none.
func Row(ctx context.Context, s *phone.Service) ([]ui.RowProps, error) {
	all, now, err := s.Mine(ctx)
	if fault.Is(err, fault.Missing) {
		return nil, nil
	}
	row := ui.RowProps{Href: HrefOwn, Icon: "phone", Tile: true, Tone: ui.Ice, Title: t(ctx, "row"), Sub: web.MaskPhone(now), Chevron: true}
	if c := phone.Waits(all); c != nil {
		row.Icon, row.Tone, row.Title = "alert", ui.Amber, t(ctx, "row.waits")
		row.Sub = t(ctx, "row.waits.sub", "Phone", web.MaskPhone(c.New), "At", web.When(ctx, c.DueAt))
	}
	return []ui.RowProps{row}, err
}
