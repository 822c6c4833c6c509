package desk

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// A reason has at least so many characters, and at most.
const (
	shortest = 4
	longest  = 200
)

// fullForm asks why somebody looks at the numbers.
type fullForm struct {
	m    member.Member
	why  string
	errs ui.FormErrors
}

func (p *pages) askFull(w http.ResponseWriter, r *http.Request) error {
	f, err := p.load(r, member.Open)
	if err != nil {
		return err
	}
	return p.showFull(w, r, http.StatusOK, fullForm{m: f.Member})
}

func (p *pages) showFull(w http.ResponseWriter, r *http.Request, status int, v fullForm) error {
	shut(w)
	return web.Show(w, r, status, fullPage(p.under(r.Context(), v.m, t(r.Context(), "full")), v))
}

// full shows the numbers in answer to the reason, so that they stand at no
// address; each look is noted before it is answered.
func (p *pages) full(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := readForm(r); err != nil {
		return err
	}
	f, err := p.load(r, member.Open)
	if err != nil {
		return err
	}
	why, err := reason(r)
	if err != nil {
		return p.showFull(w, r, http.StatusUnprocessableEntity, fullForm{f.Member, why, ui.FieldErrors(ctx, err)})
	}
	full, err := p.Members.Open(purposed(ctx, why), f.ID)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, fullShown(p.under(ctx, f.Member, t(ctx, "full")), f.Member, full, why))
}

// reason reads why somebody looks.
func reason(r *http.Request) (string, error) {
	why := strings.TrimSpace(plain.Line(r.PostForm.Get("why")))
	if n := utf8.RuneCountInString(why); n < shortest || n > longest {
		var f fault.Form
		f.Add("why", "memberdesk.why.length", fault.Args{"Least": shortest, "Most": longest})
		return why, f.Err("member.open") // whole: it stands in its field again
	}
	return why, nil
}

// purposed is the context of a sensitive read.
func purposed(ctx context.Context, why string) context.Context {
	return op.With(ctx, op.Call{Purpose: why})
}
