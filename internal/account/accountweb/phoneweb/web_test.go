package phoneweb_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/accountweb/phoneweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/web/webtest"
)

// A worker changes the number with scripts off, an hour after signing in.
func TestOwnChangeWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	worker := h.worker(lost)
	h.clock.Move(time.Hour)
	p := browser.Open(t, h.url+"/me", webtest.View{NoJS: true, Width: 360, Height: 800, Cookies: map[string]string{"nx": worker.cookie("nx")}})
	defer p.Close()
	p.Follow(`a[href="/me/phone"]`)
	p.FollowNamed("发验证码")
	p.Type("#code", h.sent[lost])
	p.FollowNamed("下一步")
	p.Type("#phone", "139 1234 0002")
	p.FollowNamed("发验证码")
	p.Type("#code", h.sent[fresh])
	p.FollowNamed("换成这个号码")
	if got := p.Text("body"); p.Path() != "/me" || !strings.Contains(got, "以后用 139****0002 登录") || !strings.Contains(got, "你用 139****0002 登录") {
		t.Errorf("at %s: got %q", p.Path(), got)
	}
	worker.get("/me/phone").want("the record", 200, "/me/phone", "自己从 138****0001 换成 139****0002", "!"+lost, "!"+fresh)
}

func TestOwnChangeIsRefusedInWords(t *testing.T) {
	h := newHouse(t)
	worker := h.worker(lost)
	own := phoneweb.HrefOwn
	worker.get(own).want("right after the sign-in", 200, own, "新手机号", "138****0001", "!先确认现在的号码", "!"+lost)
	worker.post(own+"/code", "phone", "1391234").want("no number", 422, own+"/code", "手机号是 11 位数字", `value="1391234"`)
	worker.post(own+"/code", "phone", fresh).want("on its way", 200, own+"/code", "验证码发到 139****0002 了")
	worker.post(own+"/code", "phone", fresh).want("too soon", 429, own+"/code", "秒后可以再发", `name="code"`)
	worker.post(own, "phone", fresh, "code", "000").want("a wrong code", 422, own, "这个数不对", `value="`+fresh+`"`)
	worker.post(own, "phone", lost, "code", "000").want("the same number", 422, own, "不用换")
	h.clock.Move(time.Hour)
	worker.post(own, "phone", fresh, "code", h.sent[fresh]).want("much later", 200, own, "再确认一次现在的号码")
	worker.post(own+"/own", "code", "000").want("a wrong code for one's own", 422, own+"/own", "这个数不对")
	h.reader().get(own).want("nobody", 200, accountweb.SignInPath+"?next=%2Fme%2Fphone")
	h.reader().get(accountweb.SignInPath).want("the way", 200, accountweb.SignInPath, `href="`+accountweb.LostPath+`"`)
	h.reader().get(accountweb.LostPath).want("what to do", 200, accountweb.LostPath, "先补卡", "不记证件号码")
}

// change is the id of the change on a page.
func change(page string) string {
	if m := regexp.MustCompile(`name="change" value="([^"]+)"`).FindStringSubmatch(page); m != nil {
		return m[1]
	}
	return ""
}

// The desk opens a change; the worker sees it, stops it, and the desk sees that.
func TestRecoveryAtTheDesk(t *testing.T) {
	h := newHouse(t)
	worker := h.member()
	cadre := h.staff("liuting", authz.Cadre, county)
	at := h.at()
	cadre.get(at).want("the file", 200, at, "138****0001", "给窗口前的本人办", "!"+lost)
	h.clock.Move(16 * time.Minute)
	cadre.get(at+"/new").want("who asks is asked", 200, accountweb.ProvePath+"?next="+url.QueryEscape(at+"/new"))
	cadre.post(accountweb.ProvePath, "password", password, "next", at+"/new").want("and on", 200, at+"/new", "先看证件")
	cadre.post(at+"/code", "phone", "12").want("no number", 422, at+"/code", "手机号是 11 位数字")
	cadre.post(at+"/code", "phone", fresh).want("on its way", 200, at+"/code", "验证码发到 139****0002 了", "本人念出来的")
	hostile := `"><script>alert(1)</script>`
	cadre.post(at, "phone", fresh, "code", h.sent[fresh], "note", hostile+" 110105194912310021").want("a document's number", 422, at, "把证件号码去掉", "至少一样", "!<script>alert")
	cadre.post(at, "phone", fresh, "code", "1", "checked", "identity_card", "note", "手机丢在工地").want("a wrong code", 422, at, "这个数不对", "手机丢在工地")
	cadre.post(at, "phone", fresh, "code", h.sent[fresh], "checked", "identity_card", "note", hostile).want("opened", 200, at, "提交了，11月25日", "正在等生效", "身份证原件", "!<script>alert")
	cadre.get(at+"/new").want("another at the same time", 200, at+"/new")

	worker.get("/me").want("the worker sees it", 200, "/me", "有人在给你换手机号", "139****0002")
	worker.get(phoneweb.HrefOwn).want("and reads it", 200, phoneweb.HrefOwn, "不是我，停下来", "柳婷", "示例县总工会", "身份证原件", "!<script>alert", "!新手机号")
	c := change(worker.page)
	worker.post(phoneweb.HrefOwn+"/object", "change", c).want("stopped", 200, phoneweb.HrefOwn, "停下来了", "被旧号码停下了")
	worker.post(phoneweb.HrefOwn+"/object", "change", c).want("twice", 409, phoneweb.HrefOwn+"/object", "已经不在等了")
	cadre.post(at+"/revoke", "change", c).want("the desk comes late", 409, at+"/revoke", "已经不在等了", "被旧号码停下了")
}

func TestWhoSeesTheDesk(t *testing.T) {
	h := newHouse(t)
	h.member()
	at := h.at()
	leader := h.staff("sunyue", authz.Leader, county)
	leader.get(at).want("a leader reads", 200, at, "138****0001", "!给窗口前的本人办")
	leader.get(at+"/new").want("and does not write", 404, at+"/new")
	h.staff("gaoyuan", authz.Cadre, "990102").get(at).want("the sibling county", 404, at, "!138")
	h.union.holder.Person = ""
	h.staff("liuting", authz.Cadre, county).get(at).want("who never signed in", 200, at, "还没用手机登录过", "!给窗口前的本人办")
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	cadre := h.staff("liuting", authz.Cadre, county)
	worker, plain := h.member(), h.worker("13612340007")
	at, own := h.at(), phoneweb.HrefOwn
	cadre.post(at+"/code", "phone", fresh)
	cadre.post(at, "phone", fresh, "code", h.sent[fresh], "checked", "identity_card", "note", "手机丢在工地，身份证照片和本人一致").want("opened", 200, at)
	old := h.worker("13512340008")
	waiting := h.union.holder
	h.clock.Move(14 * time.Minute)
	worker2 := h.member()
	for _, test := range []struct{ name, path, session string }{
		{"lost", accountweb.LostPath, ""},
		{"me-waits", "/me", worker.cookie("nx")},
		{"own-waits", own, worker.cookie("nx")},
		{"own-first", own, plain.cookie("nx")},
		{"own-new", own, worker2.cookie("nx")},
		{"own-old", own, old.cookie("nx")},
		{"desk-waits", phoneweb.HrefDesk(waiting.Member), cadre.cookie("nx")},
		{"desk-new", at + "/new", cadre.cookie("nx")},
	} {
		h.union.holder = waiting
		cookies := map[string]string{}
		if test.session != "" {
			cookies["nx"] = test.session
		}
		browser.Hold(t, test.name, h.url+test.path, cookies)
	}
	page := browser.Open(t, h.url+own, webtest.View{Width: 360, Height: 800, Cookies: map[string]string{"nx": h.worker("13312340010").cookie("nx")}})
	defer page.Close()
	page.Type("#phone", "13412340009")
	page.FollowNamed("发验证码")
	page.Hold("own-code")
}

// Who has the same number and was not seen for long is let in at the desk, at once.
func TestTheDeskLetsIn(t *testing.T) {
	h := newHouse(t)
	h.member()
	at := h.at()
	cadre := h.staff("liuting", authz.Cadre, county)
	opening := []string{"phone", lost, "checked", "identity_card", "note", "想不起来了，本人带身份证来的"}
	h.clock.Move(2 * time.Minute)
	cadre.post(at+"/code", "phone", lost).want("the number that they have", 200, at+"/code", "本人马上能登录", "!旧号码")
	cadre.post(at, append(opening, "code", h.sent[lost])...).want("who was seen lately", 422, at, "这就是现在用的号码")
	h.clock.Move(200 * 24 * time.Hour)
	cadre = h.reader().post(accountweb.StaffSignInPath, "login", "liuting", "password", password).want("again", 200, "/desk")
	cadre.get(at).want("the file", 200, at, "答不上来的，也在这里办", "138****0001")
	cadre.post(at+"/code", "phone", lost)
	cadre.post(at, append(opening, "code", "000")...).want("a wrong code", 422, at, "这个数不对")
	cadre.post(at, append(opening, "code", h.sent[lost])...).want("at once", 200, at, "现在就能用这个号码登录", "窗口看过证件，可以接着用 138****0001 登录", "!正在等生效", "!"+lost)
}
