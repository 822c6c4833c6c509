package memberweb

import (
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// hrefFound is the page of a membership that a list brought.
const hrefFound = HrefOwn + "/found"

// foundForm is a membership that a list brought, and what was typed.
type foundForm struct {
	intake.Found
	name string
	errs ui.FormErrors
}

// showFound asks who was found on a list whether they are the person.
func (p *pages) showFound(w http.ResponseWriter, r *http.Request) error {
	return p.found(w, r, http.StatusOK, foundForm{})
}

func (p *pages) found(w http.ResponseWriter, r *http.Request, status int, f foundForm) error {
	var err error
	if f.Found, err = p.Lists.Found(r.Context()); fault.Is(err, fault.Missing) {
		return web.See(w, r, HrefOwn)
	}
	if err != nil {
		return err
	}
	return web.Show(w, r, status, foundPage(f))
}

// claim makes it the reader's own, and leads to what is kept of them.
func (p *pages) claim(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx, name := web.Named(r), r.PostForm.Get("name")
	err := p.Lists.Claim(ctx, name, r.PostForm.Get("tail"))
	switch {
	case err == nil:
		web.SetFlash(w, r, "member.found.done")
		return web.See(w, r, HrefOwn)
	case fault.Is(err, fault.Invalid):
		return p.found(w, r, http.StatusUnprocessableEntity, foundForm{name: name, errs: formErrors(ctx, err)})
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Missing): // too many were wrong, or it is theirs by now
		return web.See(w, r, hrefFound)
	}
	return err
}

// waits reports whether a list brought a membership that may be the reader's.
func (p *pages) waits(r *http.Request) (bool, error) {
	_, err := p.Lists.Found(r.Context())
	if fault.Is(err, fault.Missing) {
		return false, nil
	}
	return err == nil, err
}
