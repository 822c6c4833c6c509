package accountweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web/webtest"
)

var (
	secretText = regexp.MustCompile(`(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}`)
	codeText   = regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}`)
)

// shown is what an authenticator with secret shows now.
func (h *house) shown(secret string) string {
	h.t.Helper()
	code, err := hotp.GenerateCode(strings.ReplaceAll(secret, " ", ""), uint64(h.clock.Now().Unix()/30))
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

// secure gives r a second factor, and returns its secret and the recovery codes.
func (h *house) secure(r *reader) (secret string, codes []string) {
	h.t.Helper()
	r.post(accountweb.FactorPath+"/start", "password", password).want("the secret", 200, accountweb.FactorPath, "<svg viewBox")
	secret = secretText.FindString(r.page)
	r.post(accountweb.FactorPath+"/confirm", "code", h.shown(secret)).want("the first code", 200, accountweb.FactorPath+"/confirm", "收好这 10 个备用码", "data-print")
	if codes = codeText.FindAllString(r.page, -1); len(codes) != 10 {
		h.t.Fatalf("%d recovery codes", len(codes))
	}
	h.clock.Move(30 * time.Second)
	return secret, codes
}

func TestStaffSignInByTwoSteps(t *testing.T) {
	h := open(t)
	h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	r := h.in("liuting")
	r.get(accountweb.SettingsPath).want("the settings", 200, accountweb.SettingsPath, "开启两步登录")
	r.post(accountweb.FactorPath+"/start", "password", "x").want("a wrong password", 422, accountweb.FactorPath+"/start", "现在的密码不对", "!<svg viewBox")
	r.post(accountweb.FactorPath+"/confirm", "code", "000000").want("no secret yet", 422, accountweb.FactorPath+"/confirm", "验证码不对")
	secret, codes := h.secure(r)
	r.get(accountweb.FactorPath).want("on", 200, accountweb.FactorPath, "还剩 10 个", "!"+secret, "!"+codes[0])

	r = h.reader().post(accountweb.StaffSignInPath, "login", "liuting", "password", password, "next", "/who")
	r.want("the second page", 200, accountweb.StaffCodePath+"?next=%2Fwho", `autocomplete="one-time-code"`, `value="/who"`)
	r.get("/who").want("half a sign-in is nobody", 200, "/who", `["",""]`)
	r.get(accountweb.SettingsPath).want("and sees no page of staff", 200, accountweb.StaffSignInPath+"?next=%2Fdesk%2Fme")
	forged := h.reader()
	u, _ := url.Parse(h.url)
	forged.client.Jar.SetCookies(u, []*http.Cookie{{Name: "nx", Value: r.cookie("nxh")}})
	forged.get("/who").want("its secret as a session's", 200, "/who", `["",""]`)
	r.post(accountweb.StaffCodePath, "code", "12", "next", "/who").want("a wrong code", 422, accountweb.StaffCodePath, "验证码不对", `value="/who"`)
	r.post(accountweb.StaffCodePath, "code", h.shown(secret), "next", "//evil.example").want("the code", 200, "/desk", `"staff"`)
	if r.cookie("nxh") != "" {
		t.Error("the half sign-in's secret stays in the browser")
	}

	r = h.reader().post(accountweb.StaffSignInPath, "login", "liuting", "password", password)
	r.post(accountweb.StaffCodePath, "code", h.shown(secret)).want("a code that was used", 422, accountweb.StaffCodePath, "已经用过")
	r.post(accountweb.StaffCodePath, "code", codes[0]).want("a recovery code", 200, "/desk", `"staff"`)
	r.post(accountweb.FactorPath+"/off", "password", password, "code", codes[0]).want("off by a used one", 422, accountweb.FactorPath+"/off", "验证码不对")
	r.get(accountweb.CodesPath).want("asked before", 200, accountweb.CodesPath, "还剩 9 个", "原来的马上作废")
	r.post(accountweb.CodesPath).want("new ones", 200, accountweb.CodesPath, "收好这 10 个备用码", "data-print")
	fresh := codeText.FindString(r.page)
	r.post(accountweb.FactorPath+"/off", "password", password, "code", fresh).want("off", 200, accountweb.FactorPath, "关掉了")

	r = h.in("liuting")
	secret, _ = h.secure(r)
	r = h.reader().post(accountweb.StaffSignInPath, "login", "liuting", "password", password)
	h.clock.Move(5 * time.Minute)
	r.post(accountweb.StaffCodePath, "code", h.shown(secret)).want("too late", 200, accountweb.StaffSignInPath+"?next=%2Fdesk", "等得太久")
	h.reader().get(accountweb.StaffCodePath).want("without a first step", 200, accountweb.StaffSignInPath+"?next=%2Fdesk", "!等得太久")
}

// New recovery codes are made by whoever proved themselves lately, and by nobody who has
// nothing to recover.
func TestNewRecoveryCodes(t *testing.T) {
	h := open(t)
	h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	h.reader().get(accountweb.CodesPath).want("nobody", 200, accountweb.StaffSignInPath+"?next="+url.QueryEscape(accountweb.CodesPath))
	r := h.in("liuting")
	r.get(accountweb.FactorPath).want("no second factor", 200, accountweb.FactorPath, "!"+accountweb.CodesPath+`"`)
	r.get(accountweb.CodesPath).want("none yet", 200, accountweb.FactorPath, "用不上备用码")
	r.post(accountweb.CodesPath).want("none to make", 200, accountweb.FactorPath, "用不上备用码")
	_, old := h.secure(r)
	r.get(accountweb.FactorPath).want("the link", 200, accountweb.FactorPath, `href="`+accountweb.CodesPath+`"`, "哪时做的")
	h.clock.Move(16 * time.Minute)
	r.get(accountweb.CodesPath).want("asked who it is", 200, accountweb.ProvePath+"?next="+url.QueryEscape(accountweb.CodesPath), "现在的密码")
	r.post(accountweb.CodesPath).want("and before the act", 403, accountweb.CodesPath, "现在的密码")
	r.post(accountweb.ProvePath, "password", password, "code", old[0], "next", accountweb.CodesPath).want("proved", 200, accountweb.CodesPath, "还剩 9 个")
	r.post(accountweb.CodesPath, "code", "x", "password", "y").want("made", 200, accountweb.CodesPath, "收好这 10 个备用码")
	if fresh := codeText.FindAllString(r.page, -1); len(fresh) != 10 || fresh[0] == old[0] {
		t.Errorf("got %d codes", len(fresh))
	}
	r.get(accountweb.FactorPath).want("shown once", 200, accountweb.FactorPath, "还剩 10 个")
	if codeText.MatchString(r.page) {
		t.Error("a code is shown again")
	}
}

func TestResetOfTheSecondFactor(t *testing.T) {
	proves.That(t, "auth-recovery")
	h := open(t)
	h.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	id := h.staff("liuting", "990101")
	admin, r := h.in("admin"), h.in("liuting")
	path := accountweb.StaffPath + "/" + string(id)
	admin.post(path+"/factor").want("none yet", 200, path, "没有开两步登录")
	h.secure(r)
	r.post(path+"/factor").want("not for others", 404, path+"/factor")
	admin.get(path+"/factor").want("asked before", 200, path+"/factor", "先确认是本人")
	admin.post(path+"/factor").want("reset", 200, path, "重置好了")
	r.get("/who").want("signed out", 200, "/who", `["",""]`)
	r = h.reader().post(accountweb.StaffSignInPath, "login", "liuting", "password", password)
	r.want("the next sign-in tells", 200, accountweb.FactorPath, "名admin在", "重置了你的两步登录")
	h.in("liuting")
}

// On the day of the rule, who has no second factor is led to it and nowhere else.
func TestWhoMustIsLedThere(t *testing.T) {
	h := open(t)
	h.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	r := h.in("admin")
	if err := h.accounts.SetLimit(authz.AsSystem(t.Context(), "test"), "factor_required", "2026-11-25", 1, "test"); err != nil {
		t.Fatal(err)
	}
	r.get(accountweb.StaffPath).want("the day before", 200, accountweb.StaffPath)
	h.clock.Move(24 * time.Hour)
	h.in("liuting")
	r = h.reader().post(accountweb.StaffSignInPath, "login", "admin", "password", password)
	r.want("the sign-in", 200, accountweb.FactorPath, "按规定")
	for _, path := range []string{"/desk", "/who", accountweb.StaffPath, accountweb.SettingsPath, "/"} {
		r.get(path).want(path, 200, accountweb.FactorPath, "按规定")
	}
	if r.post(accountweb.StaffPath, "login", "more", "name", "多一个", "role", "cadre", "area", "990101"); r.code != http.StatusNotFound {
		t.Errorf("an act of an administrator: %d, want 404", r.code)
	}
	h.secure(r)
	r.get(accountweb.StaffPath).want("afterwards", 200, accountweb.StaffPath, "名admin")
}

// Setting up and signing in need no script.
func TestTwoStepsWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	h.staff("liuting", "990101")
	r := h.in("liuting")
	p := browser.Open(t, h.url+accountweb.FactorPath, webtest.View{NoJS: true, Cookies: map[string]string{"nx": r.session()}})
	p.Type("#password", password)
	p.Follow("main form button")
	secret := secretText.FindString(r.get(accountweb.FactorPath).page)
	p.Type("#code", h.shown(secret))
	p.Follow("main form button")
	if got := p.Path(); got != accountweb.FactorPath+"/confirm" {
		t.Errorf("after the first code at %s", got)
	}
	h.clock.Move(30 * time.Second)
	p = browser.Open(t, h.url+accountweb.StaffSignInPath+"?next=/who", webtest.View{NoJS: true})
	p.Type("#login", "liuting")
	p.Type("#password", password)
	p.Follow("form.card button")
	p.Type("#code", h.shown(secret))
	p.Follow("form.card button")
	if got := p.Path(); got != "/who" {
		t.Errorf("after the code at %s, want /who", got)
	}
}
