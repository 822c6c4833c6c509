package code

import (
	"context"
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/member/card"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// asked is the page on which a code is looked at.
type asked struct {
	seen   *card.Seen // of the code before; nil: none was shown
	number string     // as it was typed
	errs   ui.FormErrors
}

// ask shows the page with nothing on it.
func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	if err := reader(r.Context()); err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, asked{})
}

// check looks at a code and shows what it says, with the way to the next.
func (p *pages) check(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := reader(ctx); err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.New("member.form", fault.Invalid, "fault.form").Because(err)
	}
	shown := card.Shown{Text: r.PostForm.Get("code"), Number: r.PostForm.Get("number"), Digits: r.PostForm.Get("digits")}
	if shown.Text == "" {
		var f fault.Form
		if shown.Number == "" {
			f.Add("number", "membercode.number.needed", nil)
		}
		if shown.Digits == "" {
			f.Add("digits", "membercode.digits.needed", nil)
		}
		if err := f.Err("member.check"); err != nil {
			return p.show(w, r, http.StatusUnprocessableEntity, asked{number: clip(shown.Number), errs: ui.FieldErrors(ctx, err)})
		}
	}
	seen, err := p.Cards.Check(ctx, shown)
	if err != nil {
		return err
	}
	a := asked{seen: &seen}
	if seen.Why != "" {
		a.number = clip(shown.Number)
	}
	return p.show(w, r, http.StatusOK, a)
}

// clip keeps what is shown again to the length of its input.
func clip(s string) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), 24)])
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, a asked) error {
	ctx := r.Context()
	f := p.Frame(ctx).At(HrefCheck, t(ctx, "check.title"))
	f.Main = "two"
	w.Header().Set("Cache-Control", "private, no-store")
	return web.Show(w, r, status, checkPage(f, a))
}

// facts is what whoever looks learns of a member.
func facts(ctx context.Context, s card.Seen) []ui.Pair {
	form := t(ctx, "form.online")
	if s.Offline {
		form = t(ctx, "form.offline", "Age", web.Took(ctx, s.Age))
	}
	return []ui.Pair{
		{Key: t(ctx, "seen.name"), Text: s.Name}, {Key: t(ctx, "seen.union"), Text: s.Union}, {Key: t(ctx, "seen.work"), Text: t(ctx, "occupation."+string(s.Occupation))},
		{Key: t(ctx, "number"), Text: s.Number}, {Key: t(ctx, "seen.form"), Text: form},
	}
}
