package accountweb_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/web/webtest"
)

var (
	draftLink  = regexp.MustCompile(`href="(/desk/security/union-providers/[0-9a-f-]{36})"`)
	takeBack   = regexp.MustCompile(`action="(/desk/staff/union-provider/[0-9a-f-]{36}/withdraw)"`)
	inviteForm = regexp.MustCompile(`name="union" value="([0-9a-f-]{36})"`)
	unlinkForm = regexp.MustCompile(`action="/desk/me/factor/union/([0-9a-f-]{36})/off"`)
	inviteLink = regexp.MustCompile(`https?://[^<"]+(/staff/sign-in/invited/[^<"]+)<`)
)

// connect has an administrator propose a provider, and a security administrator put it
// into force, and returns both.
func (h *house) connect() (chief, guard *reader) {
	h.t.Helper()
	h.staff("chief", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	h.staff("guard", "990101", account.Grant{Role: authz.Security, Area: "990101"})
	chief, guard = h.in("chief"), h.in("guard")
	chief.post(accountweb.ProposePath, "org", body, "issuer", "https://id.example.org", "client", "nuanxin", "secret", "0123456789")
	guard.get(accountweb.ProvidersPath)
	m := draftLink.FindStringSubmatch(guard.page)
	if m == nil {
		h.t.Fatalf("nothing waits: %s", guard.page)
	}
	guard.post(m[1]+"/set").want("in force", 200, accountweb.ProvidersPath, "启用了", "id.example.org")
	return chief, guard
}

// invite adds somebody and invites them, and returns who and the path of the link.
func (h *house) invite(chief *reader, login string) (account.ID, string) {
	h.t.Helper()
	chief.post(accountweb.StaffPath, "login", login, "name", "名"+login, "role", "cadre", "area", "990101").want("added", 200, accountweb.StaffPath, "不用设密码")
	m := inviteForm.FindStringSubmatch(chief.page)
	if m == nil {
		h.t.Fatalf("no invitation is offered: %s", chief.page)
	}
	_, path, _ := strings.Cut(chief.page, `action="/desk/staff/`)
	who := path[:36]
	chief.post(accountweb.StaffPath+"/"+who+"/invite", "union", m[1]).want("the link", 200, "", "只在这里显示一次", "名"+login)
	link := inviteLink.FindStringSubmatch(chief.page)
	if link == nil {
		h.t.Fatalf("no link: %s", chief.page)
	}
	return account.ID(who), link[1]
}

func TestProposalOfAProvider(t *testing.T) {
	h := open(t)
	h.staff("chief", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	h.staff("guard", "990101", account.Grant{Role: authz.Security, Area: "990101"})
	h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	chief, guard, cadre := h.in("chief"), h.in("guard"), h.in("liuting")
	chief.get(accountweb.StaffPath).want("the way there", 200, accountweb.StaffPath, `href="`+accountweb.ProposePath+`"`)
	chief.get(accountweb.ProposePath).want("none yet", 200, accountweb.ProposePath, "接上一个工会的登录系统", "南康街道", "两个人")
	for _, r := range []*reader{guard, cadre} {
		r.get(accountweb.ProposePath).want("not an administrator", 404, accountweb.ProposePath)
		r.post(accountweb.ProposePath, "org", body, "issuer", "https://id.example.org", "client", "x", "secret", "0123456789").want("nor by a form", 404, "")
	}
	chief.get(accountweb.ProvidersPath).want("not the security administrator", 404, accountweb.ProvidersPath)
	chief.post(accountweb.ProposePath, "org", body, "issuer", "http://id.example.org", "client", "nuanxin", "secret", "0123456789").want("without TLS", 422, accountweb.ProposePath, "https 开头", `value="http://id.example.org"`, "!0123456789")
	chief.post(accountweb.ProposePath, "org", "", "issuer", "https://id.example.org", "client", "nuanxin", "secret", "0123456789").want("of no union", 422, accountweb.ProposePath, "换一个")
	chief.post(accountweb.ProposePath, "org", body, "issuer", "https://id.example.org", "client", "nuanxin", "secret", "0123456789", "strong", "mfa").want("proposed", 200, accountweb.ProposePath, "等安全管理员定", "名chief在", h.url+"/staff/sign-in/union/", "/back", "!0123456789")
	h.reader().get(accountweb.StaffSignInPath).want("not in force", 200, accountweb.StaffSignInPath, "!统一登录")
	guard.get("/desk/security/union-providers").want("what waits", 200, accountweb.ProvidersPath, "等你定的", "名chief在")
	at := draftLink.FindStringSubmatch(guard.page)[1]
	chief.post(at+"/set").want("the administrator", 404, "")
	cadre.post(at+"/set").want("a cadre", 404, "")
	guard.get(at).want("one", 200, at, "id.example.org", "nuanxin", "mfa", "启用", "退回", "!0123456789")
	guard.post(at+"/refuse", "why", "不").want("no reason", 422, at+"/refuse", "写 4 到")
	guard.post(at+"/refuse", "why", "地址写错了一个字").want("sent back", 200, accountweb.ProvidersPath, "退回了")
	guard.get(at).want("decided", 404, at)
	guard.post(at+"/set").want("put into force afterwards", 404, "")
	chief.get(accountweb.ProposePath).want("why", 200, accountweb.ProposePath, "地址写错了一个字", "南康街道")
	chief.post(accountweb.ProposePath, "org", body, "issuer", "https://id.example.org", "client", "nuanxin", "secret", "0123456789")
	chief.post(takeBack.FindStringSubmatch(chief.page)[1]).want("taken back", 200, accountweb.ProposePath, "收回了", "!等安全管理员定</")
	h.clock.Move(16 * time.Minute)
	chief.post(accountweb.ProposePath, "org", body, "issuer", "https://id.example.org", "client", "nuanxin", "secret", "0123456789").want("long after the proof", 403, accountweb.ProposePath, "现在的密码")
}

func TestInvitationPages(t *testing.T) {
	h := open(t)
	chief, guard := h.connect()
	who, link := h.invite(chief, "xiaoli")
	at := accountweb.StaffPath + "/" + string(who)
	chief.get(at).want("may be made again", 200, at, "用南康街道的登录页邀请")
	guard.post(at+"/invite", "union", "x").want("not an administrator", 404, "")
	r := h.reader()
	r.get(link).want("the invitation", 200, link, "名xiaoli", "xiaoli", "南康街道", "id.example.org")
	r.get(link+"x").want("another secret", 404, link+"x", "用过了、过期了")
	h.idp.down = true
	r.post(link).want("down", 429, link, "现在连不上")
	h.idp.down = false
	other := h.in("chief")
	other.get(accountweb.FactorPath)
	other.post(linkForm.FindStringSubmatch(other.page)[1])
	other.there("boss").want("the administrator is linked", 200, accountweb.FactorPath, "连上了")
	r.post(link).want("where it goes", 200, link, "不是这个，就不要输密码")
	r.there("boss").want("an identity of another", 422, "", "已经连着别的账号", "再打开一次邀请链接")
	r.post(link)
	r.there("xiaoli-at-work").want("in", 200, "/desk", `"staff"`, "名xiaoli")
	r.get(accountweb.SettingsPath).want("no password", 200, accountweb.SettingsPath, "这里没有密码", `!name="old"`)
	r.get(accountweb.FactorPath).want("no password to ask for", 200, accountweb.FactorPath, "这里没有密码", `!name="password"`, "添加一个通行密钥")
	r.get(accountweb.ProvePath+"?next=/who").want("nor to prove by", 200, "", "再登录一次", accountweb.UnionSignInPath+"?next=%2Fwho", `!name="password"`)
	r.post(accountweb.OwnUnionPath+"/"+unlinkForm.FindStringSubmatch(r.get(accountweb.FactorPath).page)[1]+"/off").want("the only way in", 200, accountweb.FactorPath, "唯一办法", "断开")
	h.reader().get(link).want("used", 404, link, "用过了")
	chief.get(at).want("linked", 200, at, "!的登录页邀请")
	chief.post(at+"/invite", "union", "x").want("linked already", 200, at, "直接登录就行")
	h.clock.Move(16 * time.Minute)
	r.post(accountweb.PasskeysPath+"/start").want("long after the sign-in", 403, accountweb.PasskeysPath+"/start", "再登录一次", "不会留下来")
	r.get(accountweb.UnionSignInPath + "?next=" + accountweb.FactorPath)
	r.post(unionForm.FindStringSubmatch(r.page)[1], "next", accountweb.FactorPath)
	r.there("xiaoli-at-work").want("signed in once more", 200, accountweb.FactorPath)
	r.post(accountweb.PasskeysPath+"/start").want("goes on", 200, accountweb.PasskeysPath+"/start", "data-passkey=")
}

// The link is shown with scripts off, too, and in both languages.
func TestLinkOfAnInvitation(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	chief, _ := h.connect()
	for _, test := range []struct {
		login, lang, offer, words string
		plain                     bool
	}{
		{"one", "zh-CN", "用南康街道的登录页邀请", "只在这里显示一次", true},
		{"two", "zh-CN", "用南康街道的登录页邀请", "只在这里显示一次", false},
		{"three", "en", "Invite by the sign-in of", "shown only here", false},
	} {
		who, _ := h.invite(chief, test.login)
		p := browser.Open(t, h.url+accountweb.StaffPath+"/"+string(who), webtest.View{Width: 320, Height: 900, NoJS: test.plain, Cookies: map[string]string{"nx": chief.session(), "lang": test.lang}})
		if got := p.Text("main"); !strings.Contains(got, test.offer) {
			t.Errorf("%s: the person's page: %s", test.login, got)
		}
		p.Follow(`form[action$="/invite"] button`)
		if got := p.Text("main"); !strings.Contains(got, test.words) || !strings.Contains(got, accountweb.InvitedPath) {
			t.Errorf("%s: the link: %s", test.login, got)
		}
		if test.plain {
			continue
		}
		for _, v := range p.Axe() {
			t.Errorf("%s: the link: %v", test.login, v)
		}
		if got := p.Overflow(); len(got) > 0 {
			t.Errorf("%s: the link: got sideways scroll %v", test.login, got)
		}
	}
}
