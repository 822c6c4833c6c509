package accountweb_test

import (
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/web/webtest"
)

// signIn signs the page in by name and password.
func signIn(p *webtest.Page, login string) {
	p.Type("#login", login)
	p.Type("#password", password)
	p.Follow("form.card button")
}

// A staff member makes a passkey, goes out, comes in by it alone, then as the second
// step; a copy whose counter lags and a foreign address are refused.
func TestPasskeyInTheBrowser(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	p := browser.Open(t, h.site+accountweb.StaffSignInPath+"?next="+accountweb.FactorPath, webtest.View{Width: 1280, Height: 900})
	device := p.Authenticator()
	signIn(p, "liuting")
	p.FollowNamed("添加一个通行密钥")
	p.Type("#name", "办公室电脑")
	p.FollowNamed("在这台设备上做")
	if got := p.Text("main"); !strings.Contains(got, "收好这 10 个备用码") {
		t.Fatalf("after the passkey was made: %s", got)
	}
	p.Go(h.site + accountweb.FactorPath)
	if got := p.Text("main"); !strings.Contains(got, "办公室电脑") || !strings.Contains(got, "还没用过") {
		t.Errorf("one's own passkeys: %s", got)
	}
	for _, v := range p.Axe() {
		t.Errorf("one's own passkeys: %v", v)
	}
	for range 2 { // passkeys alone: how many are left, and new ones
		p.Go(h.site + accountweb.FactorPath)
		p.FollowNamed("换一批备用码")
		if got := p.Text("main"); p.Path() != accountweb.CodesPath || !strings.Contains(got, "还剩 10 个") {
			t.Errorf("before new codes at %s: %s", p.Path(), got)
		}
		p.FollowNamed("换一批备用码")
		if got := p.Text("main"); !strings.Contains(got, "收好这 10 个备用码") || !strings.Contains(got, "打印") {
			t.Errorf("new codes: %s", got)
		}
		for _, v := range p.Axe() {
			t.Errorf("new codes: %v", v)
		}
	}
	speak := func(lang string) { // a cookie is there for the next page once it can be read
		webtest.Eval[bool](p, `!!(document.cookie="lang=`+lang+`;path=/")`)
		p.Wait(`document.cookie.includes("lang=` + lang + `")`)
	}
	for lang, label := range map[string]string{"en": "Recovery code", "zh-CN": "备用码"} { // what can be typed without an authenticator
		speak(lang)
		p.Go(h.site + accountweb.FactorPath) // another page: going to the same one may show what is there
		p.Go(h.site + accountweb.ProvePath)
		if got := p.Text(`label[for="code"]`); got != label {
			t.Errorf("the proof of one who has passkeys alone (%s) asks for %q, want %q", lang, got, label)
		}
	}
	speak("zh-CN")
	p.Go(h.site + accountweb.FactorPath)
	p.FollowNamed("添加一个通行密钥")
	p.Named("在这台设备上做")
	p.Wait(`document.querySelector("[data-passkey-failed]").textContent.includes("已经有")`)
	copied := device.Credentials()

	out := func() {
		p.Go(h.site + "/desk/me")
		p.Follow(`form[action="` + accountweb.SignOutPath + `"] button:not([hidden])`)
	}
	byKey := func(next string) {
		p.Go(h.site + accountweb.StaffSignInPath + "?next=" + next)
		p.FollowNamed("用通行密钥登录")
		for _, v := range p.Axe() {
			t.Errorf("the page that shows a passkey: %v", v)
		}
		p.FollowNamed("确认是本人")
	}
	out()
	byKey("/who")
	if got := p.Text("body"); !strings.Contains(got, "名liuting") {
		t.Fatalf("by the passkey alone: %s at %s", got, p.Path())
	}
	p.Go(h.site + accountweb.SettingsPath)
	if got := p.Text("main"); !strings.Contains(got, "通行密钥登录") {
		t.Errorf("the sessions do not say by what: %s", got)
	}
	out()
	p.Go(h.site + accountweb.StaffSignInPath + "?next=/who")
	signIn(p, "liuting")
	if got := p.Text("main"); !strings.Contains(got, "备用码") {
		t.Errorf("the second step: %s", got)
	}
	p.FollowNamed("用通行密钥")
	p.FollowNamed("确认是本人")
	if got := p.Text("body"); !strings.Contains(got, "名liuting") {
		t.Fatalf("by password and passkey: %s", got)
	}
	out()
	device.Clear()
	device.Put(copied...)
	byKey("/who")
	if got := p.Text("main"); !strings.Contains(got, "没有认出来") {
		t.Errorf("a copy came in: %s at %s", got, p.Path())
	}
	if got := p.Exceptions(); len(got) > 0 {
		t.Errorf("script errors %q", got)
	}
}

// At another address the browser gives nothing out, and the page says what to do.
func TestPasskeyElsewhere(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	h.staff("liuting", "990101")
	p := browser.Open(t, h.url+accountweb.StaffSignInPath, webtest.View{})
	p.Authenticator()
	p.FollowNamed("用通行密钥登录")
	p.Named("确认是本人")
	p.Wait(`document.querySelector("[data-passkey-failed]").textContent.includes("没有完成")`)
}

func TestPasskeyWithoutScripts(t *testing.T) {
	h := open(t)
	h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	r := h.reader()
	r.get(accountweb.StaffSignInPath).want("the sign-in", 200, accountweb.StaffSignInPath, "用通行密钥登录")
	r.post(accountweb.PasskeySignInPath, "next", "/who").want("the passkey", 200, accountweb.PasskeySignInPath, "要浏览器开着 JavaScript", "换用名字和密码登录", "data-passkey=", "hidden")
	r.post(accountweb.PasskeySignInPath+"/enter", "passkey", "{}", "next", "/who").want("nonsense", 422, accountweb.PasskeySignInPath+"/enter", "没有认出来", `name="password"`)
	r = h.in("liuting")
	r.post(accountweb.PasskeysPath, "passkey", "{}").want("nothing was begun", 422, accountweb.PasskeysPath, "没有添加上")
	h.clock.Move(16 * time.Minute)
	r.post(accountweb.PasskeysPath+"/start").want("long after the proof", 403, accountweb.PasskeysPath+"/start", "现在的密码")
}
