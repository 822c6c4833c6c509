package accountweb

import (
	"net/http"

	"nuanxin/internal/account"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// inviteCard is what an administrator may invite somebody by.
type inviteCard struct {
	Person account.ID
	By     []oidc.Entry
}

func (p *pages) inviting(r *http.Request, who account.ID) (c inviteCard, err error) {
	c.Person = who
	if p.Providers != nil {
		c.By, err = p.Providers.Inviting(r.Context(), who)
	}
	return c, err
}

// linkPage shows the link of an invitation, once.
type linkPage struct {
	Frame  ui.StaffPage
	Person account.Person
	Link   string
}

func (p *pages) invite(w http.ResponseWriter, r *http.Request) error {
	if err := parse(r); err != nil {
		return err
	}
	ctx, who := r.Context(), account.ID(r.PathValue("id"))
	token, err := p.Providers.Invite(ctx, who, r.PostForm.Get("union"))
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Denied) && fault.Of(err).Msg != "fault.denied" {
		web.SetFlash(w, r, fault.Of(err).Msg)
		return web.See(w, r, StaffPath+"/"+string(who))
	}
	if err != nil {
		return err
	}
	s := linkPage{Frame: p.frame(ctx, t(ctx, "invite"), StaffPath), Link: p.Providers.Origin + InvitedPath + "/" + token}
	if s.Person, err = p.Accounts.Get(ctx, who); err != nil {
		return err
	}
	s.Frame.Crumbs = []ui.Crumb{{Text: t(ctx, "staff"), Href: StaffPath}, {Text: s.Person.Name, Href: StaffPath + "/" + string(who)}, {Text: t(ctx, "invite")}}
	w.Header().Set("Cache-Control", "no-store")
	return web.Show(w, r, http.StatusOK, inviteLinkPage(s))
}

// invitedPage is an invitation before whoever opened its link, or what came of it.
type invitedPage struct {
	oidc.Invited
	Token    string
	Over     bool // used, ended, or never there
	Answered bool // they came back from the provider
	Errors   ui.FormErrors
	Wait     string
}

func (p *pages) invited(w http.ResponseWriter, r *http.Request) error {
	return p.showInvited(w, r, invitedPage{}, nil)
}

// showInvited shows an invitation with why it did not go on.
func (p *pages) showInvited(w http.ResponseWriter, r *http.Request, s invitedPage, refusal error) (err error) {
	w.Header().Set("Cache-Control", "no-store")
	status, ok := told(r, refusal, &s.Errors, &s.Wait)
	if !ok {
		return refusal
	}
	if !s.Answered {
		s.Token = r.PathValue("token")
		switch s.Invited, err = p.Providers.Invitation(r.Context(), s.Token); {
		case fault.Is(err, fault.Missing):
			s.Over, status = true, http.StatusNotFound
		case err != nil:
			return err
		}
	}
	return web.Show(w, r, status, invitationPage(s))
}

func (p *pages) beginInvited(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	s, err := p.Providers.BeginInvited(r.Context(), token)
	if fault.Is(err, fault.Missing) {
		return p.showInvited(w, r, invitedPage{}, nil)
	}
	if err != nil {
		return p.showInvited(w, r, invitedPage{}, err)
	}
	return p.goThere(w, r, s, InvitedPath+"/"+token)
}
