package own

import (
	"context"
	"net/http"
	"time"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/erase"
	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// eraseForm is the way to the end of the account: what has to end first, what goes
// and what stays, a code, and nothing more.
type eraseForm struct {
	waits erase.Waiting
	held  []hold.Hold
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
	if f.held, err = p.Erasures.Held(ctx); err != nil {
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
	held, err := p.Erasures.Held(r.Context())
	if err != nil {
		return err
	}
	if err := p.Erasures.Erase(r.Context(), r.PostForm.Get("code")); err != nil {
		return p.showErase(w, r, eraseForm{coded: true}, err)
	}
	accountweb.Sessions{Secure: p.Secure}.End(w)
	return web.Show(w, r, http.StatusOK, erasedView(web.Now(r.Context()), held))
}

// heldLines say what is kept for a time, until when and why.
func heldLines(ctx context.Context, held []hold.Hold) (all []string) {
	for _, h := range held {
		what := t(ctx, "word.held."+string(h.Kind))
		if h.Called != "" {
			what = t(ctx, "held.called", "What", what, "Number", h.Called)
		}
		until, err := time.ParseInLocation(time.DateOnly, h.Until, clock.Zone)
		if err != nil {
			continue // the database has days alone
		}
		all = append(all, t(ctx, "held.line", "What", what, "Until", longDate(ctx, until), "Ground", h.Ground.In(web.Lang(ctx)), "Reason", h.Reason, "Source", h.Ground.Source))
	}
	return all
}

// longDate says a day with its year.
func longDate(ctx context.Context, at time.Time) string {
	if web.Lang(ctx) == "en" {
		return at.In(clock.Zone).Format("2 January 2006")
	}
	return at.In(clock.Zone).Format("2006年1月2日")
}

func codeWords(ctx context.Context, again bool) string {
	if again {
		return web.T(ctx, "account.code.again")
	}
	return t(ctx, "erase.code")
}
