package accountweb_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/authz"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// idp is a provider that says that whoever brings a code is who the code names. The true
// protocol is tested in account/oidc, against a real provider.
type idp struct{ down bool }

func (p *idp) Address(_ context.Context, s oidc.Site, state, _, _ string) (string, error) {
	if p.down {
		return "", oidc.ErrDown
	}
	return s.Issuer + "/auth?" + url.Values{"state": {state}, "redirect_uri": {s.Redirect}}.Encode(), nil
}

func (p *idp) Claims(_ context.Context, s oidc.Site, code, _, _ string) (oidc.Claims, error) {
	return oidc.Claims{Issuer: s.Issuer, Subject: code}, nil
}

func (p *idp) Check(issuer string) error {
	if !strings.HasPrefix(issuer, "https://") {
		return errors.New("no")
	}
	return nil
}

func (h *house) unions(desk *op.Desk, ring *seal.Ring) *oidc.Service {
	h.idp = &idp{}
	return oidc.NewService(desk, oidc.Config{Ring: ring, Accounts: h.accounts, Orgs: orgs{}, Provider: h.idp, Origin: h.url, Path: accountweb.UnionBack})
}

// weixin is WeChat, for which a code is the id of who brings it.
type weixin struct{}

func (weixin) AppID() string { return "wx1" }

func (weixin) Address(redirect, state string) string {
	return "https://open.weixin.qq.com/?" + url.Values{"redirect_uri": {redirect}, "state": {state}}.Encode()
}

func (weixin) OpenID(_ context.Context, code string) (string, error) {
	if code == "" {
		return "", wechat.ErrCode
	}
	return code, nil
}

func (h *house) weixin(desk *op.Desk, ring *seal.Ring) *wechat.Service {
	return wechat.NewService(desk, wechat.Config{Ring: ring, Accounts: h.accounts, API: weixin{}, Redirect: h.url + accountweb.WeChatBackPath})
}

var (
	unionForm = regexp.MustCompile(`action="(/staff/sign-in/union/[0-9a-f-]{36})"`)
	linkForm  = regexp.MustCompile(`action="(/desk/me/factor/union/[0-9a-f-]{36})"`)
	awayLink  = regexp.MustCompile(`href="(https://id\.example\.org/[^"]+)"`)
)

// there follows the link to the provider and comes back as who.
func (r *reader) there(who string) *reader {
	r.h.t.Helper()
	m := awayLink.FindStringSubmatch(r.page)
	if m == nil {
		r.h.t.Fatalf("no link leads to the provider: %s", r.page)
	}
	u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
	if err != nil {
		r.h.t.Fatal(err)
	}
	back, err := url.Parse(u.Query().Get("redirect_uri"))
	if err != nil {
		r.h.t.Fatal(err)
	}
	return r.get(back.Path + "?" + url.Values{"state": {u.Query().Get("state")}, "code": {who}}.Encode())
}

func TestUnionsOwnSignIn(t *testing.T) {
	h := open(t)
	h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	h.reader().get(accountweb.StaffSignInPath).want("before there is one", 200, accountweb.StaffSignInPath, "!统一登录")
	h.connect()
	h.in("liuting").get(accountweb.ProvidersPath).want("a cadre", 404, accountweb.ProvidersPath)

	r := h.in("liuting")
	r.get(accountweb.FactorPath).want("not linked", 200, accountweb.FactorPath, "单位统一登录", "还没连")
	r.post(linkForm.FindStringSubmatch(r.page)[1]).want("where it goes", 200, "", "id.example.org", "南康街道")
	r.there("somebody").want("linked", 200, accountweb.FactorPath, "连上了", "断开")

	r = h.reader()
	r.get(accountweb.StaffSignInPath+"?next=/who").want("the button", 200, "", "用单位的统一登录")
	r.get(accountweb.UnionSignInPath+"?next=/who").want("the unions", 200, "", "南康街道")
	at := unionForm.FindStringSubmatch(r.page)[1]
	r.post(at, "next", "/who").want("where it goes", 200, at, "不是这个，就不要输密码")
	r.there("somebody").want("in", 200, "/who", "名liuting")
	r = h.reader()
	r.post(at, "next", "/who")
	r.there("a stranger").want("not linked", 422, "", "还没有连上", `name="password"`, `value="/who"`)
	r.get(at+"/back?state=x&code=y").want("nothing was begun", 422, "", "没有对上", `name="password"`)
	h.idp.down = true
	r.post(at, "next", "/who").want("down", 429, at, "现在连不上", `name="password"`)
}

// agent makes r the browser inside WeChat.
func (r *reader) agent(text string) *reader {
	r.client.Transport = told{text}
	r.client.CheckRedirect = func(q *http.Request, _ []*http.Request) error {
		if q.URL.Host == "open.weixin.qq.com" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return r
}

type told struct{ agent string }

func (a told) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", a.agent)
	return http.DefaultTransport.RoundTrip(r)
}

// weixinAs goes to WeChat by path and comes back as who.
func (r *reader) weixinAs(path, who string) *reader {
	r.h.t.Helper()
	q, err := http.NewRequestWithContext(r.h.t.Context(), http.MethodGet, r.h.url+path, nil)
	if err != nil {
		r.h.t.Fatal(err)
	}
	got, err := r.client.Do(q)
	if err != nil {
		r.h.t.Fatal(err)
	}
	got.Body.Close()
	to, err := got.Location()
	if err != nil {
		r.h.t.Fatalf("%s leads nowhere: %s", path, got.Status)
	}
	return r.get(accountweb.WeChatBackPath + "?" + url.Values{"state": {to.Query().Get("state")}, "code": {who}}.Encode())
}

func TestSignInByWeChat(t *testing.T) {
	const inside = "Mozilla/5.0 (Linux; Android 14) Chrome/126 MMWEBID/1 MicroMessenger/8.0.50 WeChat/arm64"
	h := open(t)
	h.reader().get(accountweb.SignInPath).want("elsewhere", 200, accountweb.SignInPath, "!微信一键登录")
	r := h.reader().agent(inside)
	r.get(accountweb.SignInPath).want("in WeChat", 200, accountweb.SignInPath, "微信一键登录")
	r.weixinAs(accountweb.WeChatPath+"?next=/who", "oABC").want("not linked", 422, "", "还没有连上账号", `name="phone"`)
	r.post("/sign-in/code", "phone", "13812340001")
	r.post("/sign-in", "phone", "13812340001", "code", h.phones["13812340001"], "own", "1")
	r.get(accountweb.OwnWeChatPath).want("one's own", 200, accountweb.OwnWeChatPath, "连上我的微信")
	r.weixinAs(accountweb.OwnWeChatPath+"/link", "oABC").want("linked", 200, accountweb.OwnWeChatPath, "连上了", "断开微信")
	r = h.reader().agent(inside)
	r.weixinAs(accountweb.WeChatPath+"?next=/who", "oABC").want("in", 200, "/who", `"worker"`)
	r.get("/me").want("the sessions", 200, "/me", "微信登录", "短信验证码登录")
	r.post(accountweb.OwnWeChatPath+"/off").want("unlinked", 200, accountweb.OwnWeChatPath, "断开了", "先确认手机号")
	r = h.reader().agent(inside)
	r.get(accountweb.WeChatBackPath+"?state=x&code=oABC").want("nothing was begun", 422, "", "没有对上")
}

// The code field fills by itself on a phone, and takes a code as it was copied.
func TestCodeIsEasyToType(t *testing.T) {
	h := open(t)
	for _, form := range []string{"%s %s", "【暖新】验证码%s%s，5 分钟内有效", "  %s%s\n", "%s-%s", "\uff10"} {
		h.clock.Move(90 * 1e9)
		r := h.reader()
		r.post("/sign-in/code", "phone", "13812340001").want("the code", 200, "/sign-in/code", `autocomplete="one-time-code"`, `inputmode="numeric"`)
		code := h.phones["13812340001"]
		typed := wide(code)
		if strings.Contains(form, "%s") {
			typed = strings.Replace(strings.Replace(form, "%s", code[:3], 1), "%s", code[3:], 1)
		}
		r.post("/sign-in", "phone", "13812340001", "code", typed, "next", "/who").want("typed as "+form, 200, "/who", `"worker"`)
	}
}

// wide is s in full-width digits, as a Chinese keyboard may write them.
func wide(s string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, s)
}
