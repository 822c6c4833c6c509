package accountweb

import (
	"context"
	"net/http"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// mePage is what the page 我的 shows. Without a sign-in Mine is empty.
type mePage struct {
	Mine   account.Mine
	In     bool // signed in as a worker
	Staff  bool // signed in as staff
	Errors ui.FormErrors
	Name   string // as typed
	More   []ui.RowProps
}

func (p *pages) me(w http.ResponseWriter, r *http.Request) error {
	m := mePage{Staff: authz.From(r.Context()).Kind == authz.Staff}
	if authz.From(r.Context()).Kind == authz.Worker {
		mine, err := p.mine(r)
		if err != nil {
			return err
		}
		m.In, m.Mine, m.Name = true, mine, mine.Name
	}
	return p.showMe(w, r, http.StatusOK, m)
}

// showMe completes the page with what other packages have to tell, and shows it.
func (p *pages) showMe(w http.ResponseWriter, r *http.Request, status int, m mePage) (err error) {
	if p.More != nil {
		if m.More, err = p.More(r.Context()); err != nil {
			return err
		}
	}
	return web.Show(w, r, status, workerMe(m))
}

func (p *pages) mine(r *http.Request) (account.Mine, error) {
	return p.Accounts.Me(r.Context(), read(r, cookies(p.Secure).session()))
}

func (p *pages) setName(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	m := mePage{In: true, Name: r.PostForm.Get("name")}
	err := p.Accounts.SetName(web.Named(r), m.Name)
	if err == nil {
		web.SetFlash(w, r, "account.saved")
		return web.See(w, r, ui.HrefMe)
	}
	status, ok := told(r, err, &m.Errors, new(string))
	if !ok {
		return err
	}
	if m.Mine, err = p.mine(r); err != nil {
		return err
	}
	return p.showMe(w, r, status, m)
}

func (p *pages) endSession(back string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := parse(r); err != nil {
			return err
		}
		err := p.Accounts.EndSession(web.Named(r), r.PostForm.Get("session"), read(r, cookies(p.Secure).session()))
		if err != nil {
			return err
		}
		web.SetFlash(w, r, "account.session_ended")
		return web.See(w, r, back)
	}
}

func (p *pages) privacy(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, http.StatusOK, privacyPage())
}

// settingsPage is what staff see about themselves.
type settingsPage struct {
	Frame      ui.StaffPage
	Mine       account.Mine
	MustChange bool
	Aged       bool // it is too old
	NoPassword bool // there is none
	Factor     bool // a second factor is on
	Orgs       map[string]string
	Errors     ui.FormErrors
	Wait       string
}

func (p *pages) settings(w http.ResponseWriter, r *http.Request) error {
	return p.showSettings(w, r, nil)
}

func (p *pages) showSettings(w http.ResponseWriter, r *http.Request, refusal error) error {
	ctx := r.Context()
	s := settingsPage{Frame: p.frame(ctx, web.T(ctx, "account.settings"), SettingsPath), MustChange: VisitOf(ctx).MustChange, Aged: VisitOf(ctx).Aged, NoPassword: VisitOf(ctx).NoPassword, Factor: VisitOf(ctx).Factor}
	s.Frame.Main = "two"
	status, ok := told(r, refusal, &s.Errors, &s.Wait)
	if !ok {
		return refusal
	}
	var err error
	if s.Mine, err = p.mine(r); err != nil {
		return err
	}
	if s.Orgs, err = p.called(ctx, s.Mine.Grants); err != nil {
		return err
	}
	return web.Show(w, r, status, staffMe(s))
}

func (p *pages) setPassword(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	f := r.PostForm
	err := p.Accounts.SetPassword(r.Context(), f.Get("old"), f.Get("password"), read(r, cookies(p.Secure).session()))
	if err != nil {
		return p.showSettings(w, r, err)
	}
	web.SetFlash(w, r, "account.password.changed")
	if VisitOf(r.Context()).MustChange {
		return web.See(w, r, "/desk")
	}
	return web.See(w, r, SettingsPath)
}

// called names the organisations in grants.
func (p *pages) called(ctx context.Context, grants []account.Grant) (map[string]string, error) {
	var ids []string
	for _, g := range grants {
		if g.Org != "" {
			ids = append(ids, g.Org)
		}
	}
	if p.Orgs == nil || len(ids) == 0 {
		return nil, nil
	}
	return p.Orgs.Called(ctx, ids)
}
