package accountweb

import (
	"context"
	"net/http"
	"strings"

	"nuanxin/internal/account/wechat"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// The pages of the sign-in by WeChat.
const (
	WeChatPath     = SignInPath + "/wechat"
	WeChatBackPath = WeChatPath + "/back" // where WeChat sends browsers back to
	OwnWeChatPath  = "/me/wechat"
)

func (p *pages) wechat() []web.Route {
	if p.WeChat == nil {
		return nil
	}
	anyone, owner := []string{"anyone"}, []string{"owner"}
	return []web.Route{
		{Method: "GET", Pattern: WeChatPath, Action: string(wechat.Begin), Purpose: "begin a sign-in by WeChat", Roles: anyone, Look: web.LookPlain, Handler: web.HTML(p.beginWeChat)},
		{Method: "GET", Pattern: WeChatBackPath, Action: string(wechat.Back), Purpose: "come back from WeChat", Roles: anyone, Look: web.LookPlain, Handler: web.HTML(p.backFromWeChat)},
		{Method: "GET", Pattern: OwnWeChatPath, Action: string(wechat.See), Purpose: "see whether one's WeChat is linked", Roles: owner, Handler: web.HTML(Worker(p.ownWeChat))},
		{Method: "GET", Pattern: OwnWeChatPath + "/link", Action: string(wechat.Link), Purpose: "begin to link one's WeChat", Roles: owner, Handler: web.HTML(Worker(p.linkWeChat))},
		{Method: "POST", Pattern: OwnWeChatPath + "/off", Action: string(wechat.Unlink), Purpose: "take the link to one's WeChat away", Roles: owner, BodyLimit: 4 << 10, Handler: web.HTML(Worker(p.unlinkWeChat))},
	}
}

// inWeChat reports whether the page is read inside WeChat: nowhere else can it say who
// somebody is.
func (p *pages) inWeChat(r *http.Request) bool {
	return p.WeChat.On() && strings.Contains(r.UserAgent(), "MicroMessenger/")
}

// away leaves the secret of what was begun in the browser and sends it to WeChat. It came
// by a link, because our forms lead nowhere else.
func (p *pages) away(w http.ResponseWriter, r *http.Request, s wechat.Started) error {
	c := cookies(p.Secure)
	c.set(w, c.begun(), s.Secret, s.Lasts)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, s.Address, http.StatusSeeOther)
	return nil
}

func (p *pages) beginWeChat(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"), ui.HrefMe)
	s, err := p.WeChat.Begin(r.Context(), next)
	if err != nil {
		return p.showPhone(w, r, phoneForm{Next: next, Own: true, ReqID: web.NewReqID()}, err)
	}
	return p.away(w, r, s)
}

func (p *pages) backFromWeChat(w http.ResponseWriter, r *http.Request) error {
	c, q := cookies(p.Secure), r.URL.Query()
	secret := read(r, c.begun())
	c.set(w, c.begun(), "", 0)
	w.Header().Set("Cache-Control", "no-store")
	out, err := p.WeChat.Back(r.Context(), secret, q.Get("state"), q.Get("code"))
	next := web.LocalPath(out.Next, ui.HrefMe)
	switch {
	case out.Linked && err == nil:
		web.SetFlash(w, r, "account.wechat.linked")
		return web.See(w, r, OwnWeChatPath)
	case out.Linked && fault.Of(err).Msg != "" && !fault.Is(err, fault.Missing):
		web.SetFlash(w, r, fault.Of(err).Msg)
		return web.See(w, r, OwnWeChatPath)
	case err != nil:
		return p.showPhone(w, r, phoneForm{Next: next, Own: true, ReqID: web.NewReqID()}, err)
	}
	return Sessions{Secure: p.Secure}.Welcome(w, r, out.Signed, true, next)
}

func (p *pages) ownWeChat(w http.ResponseWriter, r *http.Request) error {
	tie, err := p.WeChat.Mine(r.Context())
	if err != nil {
		return err
	}
	return web.Show(w, r, http.StatusOK, wechatPage(tie, p.inWeChat(r), VisitOf(r.Context()).Session.Proved.IsZero()))
}

func (p *pages) linkWeChat(w http.ResponseWriter, r *http.Request) error {
	s, err := p.WeChat.BeginLink(r.Context(), read(r, cookies(p.Secure).session()))
	if fault.Is(err, fault.Busy) || fault.Is(err, fault.Conflict) {
		web.SetFlash(w, r, fault.Of(err).Msg)
		return web.See(w, r, OwnWeChatPath)
	}
	if err != nil {
		return err
	}
	return p.away(w, r, s)
}

func (p *pages) unlinkWeChat(w http.ResponseWriter, r *http.Request) error {
	if err := p.WeChat.Unlink(web.Named(r)); err != nil {
		return err
	}
	web.SetFlash(w, r, "account.wechat.unlinked")
	return web.See(w, r, OwnWeChatPath)
}

// WeChatRow leads from the page 我的 to the link, for workers, where there is WeChat.
func WeChatRow(ctx context.Context, s *wechat.Service) []ui.RowProps {
	if !s.On() || authz.From(ctx).Kind != authz.Worker {
		return nil
	}
	return []ui.RowProps{{Href: OwnWeChatPath, Icon: "chat", Tile: true, Tone: ui.Ice, Title: t(ctx, "wechat"), Sub: t(ctx, "wechat.sub"), Chevron: true}}
}
