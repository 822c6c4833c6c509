package own

import (
	"context"
	"net/http"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/erase"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// eraseForm is the way to the end of the account: what has to end first, what goes
// and what stays, a code, and nothing more.
type eraseForm struct {
	waits erase.Waiting
	phone string
	coded bool // a code is on its way
	demo  string
	wait  string
	errs  ui.FormErrors
}

func (p *pages) askErase(w http.ResponseWriter, r *http.Request) error {
	return p.showErase(w, r, eraseForm{}, nil)
}

// showErase shows the page again with what is wrong, if anything is.
func (p *pages) showErase(w http.ResponseWriter, r *http.Request, f eraseForm, refusal error) (err error) {
	ctx, status := r.Context(), http.StatusOK
	switch {
	case fault.Is(refusal, fault.Invalid):
		f.errs, status = ui.FieldErrors(ctx, refusal), http.StatusUnprocessableEntity
	case fault.Is(refusal, fault.Conflict): // the page says what has to end
		status = http.StatusConflict
	case fault.Is(refusal, fault.Busy) && web.HasText(ctx, fault.Of(refusal).Msg):
		f.wait, status = web.TArgs(ctx, fault.Of(refusal).Msg, fault.Of(refusal).Args), http.StatusTooManyRequests
	case refusal != nil:
		return refusal
	}
	if f.waits, f.phone, err = p.Erasures.Ready(ctx); err != nil {
		return err
	}
	if f.coded && p.Demo != nil {
		f.demo = p.Demo(f.phone)
	}
	return web.Show(w, r, status, eraseView(f))
}

func (p *pages) sendEraseCode(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	return p.showErase(w, r, eraseForm{coded: true}, p.Erasures.SendCode(web.Named(r)))
}

func (p *pages) erase(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Erasures.Erase(r.Context(), r.PostForm.Get("code")); err != nil {
		return p.showErase(w, r, eraseForm{coded: true}, err)
	}
	accountweb.Sessions{Secure: p.Secure}.End(w)
	return web.Show(w, r, http.StatusOK, erasedView(web.Now(r.Context())))
}

func codeWords(ctx context.Context, again bool) string {
	if again {
		return web.T(ctx, "account.code.again")
	}
	return t(ctx, "erase.code")
}
