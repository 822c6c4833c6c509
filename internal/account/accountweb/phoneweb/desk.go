package phoneweb

import (
	"context"
	"net/http"

	"nuanxin/internal/account/phone"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// deskForm is the form of the desk: first the new number, then the code, with what was
// looked at to know the person.
type deskForm struct {
	file  phone.File
	typed phone.Opening
	sent  bool // the code is on its way
	errs  ui.FormErrors
	wait  string
	demo  string
}

// load reads the member and refuses whoever may not act on the phone.
func (p *pages) load(r *http.Request, act authz.Action) (phone.File, error) {
	f, err := p.Phones.File(r.Context(), r.PathValue("id"))
	if err == nil && !phone.Policy.May(authz.From(r.Context()), act, f.AuthzObject()) {
		err = fault.New(string(act), fault.Missing, "fault.missing")
	}
	return f, err
}

// under is a page below the member's.
func (p *pages) under(ctx context.Context, f phone.File) ui.StaffPage {
	page := p.Frame(ctx)
	page.Title, page.Heading = t(ctx, "desk.title", "Name", f.Name), t(ctx, "desk.heading")
	page.Crumbs = []ui.Crumb{{Text: t(ctx, "desk.members"), Href: hrefMembers[:len(hrefMembers)-1]}, {Text: f.Name, Href: hrefMembers + f.Member}}
	return page
}

func (p *pages) file(w http.ResponseWriter, r *http.Request) error {
	return p.showFile(w, r, nil)
}

func (p *pages) showFile(w http.ResponseWriter, r *http.Request, refusal error) error {
	var errs ui.FormErrors
	var wait string
	status, ok := told(r, refusal, &errs, &wait)
	if !ok {
		return refusal
	}
	f, err := p.load(r, phone.See)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return web.Show(w, r, status, filePage(p.under(r.Context(), f), f, wait))
}

func (p *pages) draft(w http.ResponseWriter, r *http.Request) error {
	return p.showForm(w, r, deskForm{}, nil)
}

// showForm shows the form again with what is wrong, if anything is.
func (p *pages) showForm(w http.ResponseWriter, r *http.Request, v deskForm, refusal error) (err error) {
	status, ok := told(r, refusal, &v.errs, &v.wait)
	if !ok {
		return refusal
	}
	if v.file, err = p.load(r, phone.Open); err != nil {
		return err
	}
	if v.errs.Of("phone") != "" {
		v.sent = false
	}
	if v.sent && p.Demo != nil {
		v.demo = p.Demo(v.typed.Phone)
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return web.Show(w, r, status, formPage(p.under(r.Context(), v.file), v))
}

func (p *pages) sendTo(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(r)
	if err != nil {
		return err
	}
	v.sent = true
	return p.showForm(w, r, v, p.Phones.SendTo(web.Named(r), r.PathValue("id"), v.typed.Phone))
}

func (p *pages) open(w http.ResponseWriter, r *http.Request) error {
	v, err := readForm(r)
	if err != nil {
		return err
	}
	v.sent = true
	at, err := p.Phones.Open(r.Context(), r.PathValue("id"), v.typed)
	if err != nil {
		return p.showForm(w, r, v, err)
	}
	if at.IsZero() {
		web.SetFlash(w, r, "accountphone.confirmed")
		return web.See(w, r, HrefDesk(r.PathValue("id")))
	}
	web.SetFlash(w, r, "accountphone.opened", "At", web.When(r.Context(), at))
	return web.See(w, r, HrefDesk(r.PathValue("id")))
}

func (p *pages) revoke(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	if err := p.Phones.Revoke(web.Named(r), r.PathValue("id"), r.PostForm.Get("change")); err != nil {
		return p.showFile(w, r, err)
	}
	web.SetFlash(w, r, "accountphone.revoked")
	return web.See(w, r, HrefDesk(r.PathValue("id")))
}

func readForm(r *http.Request) (v deskForm, err error) {
	if err := r.ParseForm(); err != nil {
		return v, err
	}
	f := r.PostForm
	v.typed = phone.Opening{Phone: number(f.Get("phone")), Code: f.Get("code"), Note: f.Get("note")}
	for _, c := range f["checked"] {
		v.typed.Checked = append(v.typed.Checked, phone.Check(c))
	}
	return v, nil
}
