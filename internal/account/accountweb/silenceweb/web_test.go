package silenceweb_test

import (
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/accountweb/silenceweb"
	"nuanxin/internal/account/silence"
	"nuanxin/internal/web/webtest"
)

const long = 200 * 24 * time.Hour

var (
	numbered = silence.Known{Numbers: []string{document}, Names: []string{"陈建国"}}
	named    = silence.Known{Names: []string{"陈建国"}}
)

// Who comes back after long answers with scripts off, and is led on to where they went.
func TestAnswerWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	h.worker(mobile, numbered)
	h.clock.Move(long)
	r := h.reader().signIn(mobile, "/me?from=poster").want("asked", 200, "/sign-in/again?next=%2Fme%3Ffrom%3Dposter", "最后 6 位", "这个号码是我新办的", "!陈", "!1949", "!0001")
	p := browser.Open(t, h.url+r.path, webtest.View{NoJS: true, Width: 360, Height: 800, Cookies: map[string]string{"nxs": r.cookie("nxs")}})
	defer p.Close()
	p.Type("#answer", "000000")
	p.FollowNamed("登录")
	if got := p.Text("body"); !strings.Contains(got, "不对，再想想") {
		t.Errorf("got %q", got)
	}
	p.Type("#answer", "31002x")
	p.FollowNamed("登录")
	if got := p.Text("body"); p.Path() != "/me?from=poster" || !strings.Contains(got, "你用 138****0001 登录") {
		t.Errorf("at %s: got %q", p.Path(), got)
	}
}

func TestAnswersInWords(t *testing.T) {
	h := newHouse(t)
	h.worker(mobile, named)
	h.worker(other, silence.Known{})
	h.clock.Move(long)
	h.reader().signIn(other, "/me").want("nothing is known", 200, "/me", "139****0002")
	r := h.reader().signIn(mobile, "/me").want("asked", 200, "/sign-in/again?next=%2Fme", "名字", "!身份证号的最后", "!陈建国")
	if r.cookie("nx") != "" {
		t.Error("there is a session")
	}
	at := silenceweb.HrefHeld
	for range 4 {
		r.post(at, "answer", "王建国", "next", "/me").want("wrong", 422, at, "不对，再想想", "!王建国", "!陈建国")
	}
	r.post(at, "answer", "王建国", "next", "/me").want("the last one", 422, at, "今天答的次数太多", "!name=\"answer\"")
	r.post(at, "answer", "陈建国", "next", "/me").want("too many", 429, at, "今天答的次数太多", "工会的窗口", `href="`+accountweb.LostPath+`"`, "!陈建国", "!name=\"answer\"")
	r.get(at).want("shut", 200, at, "今天答的次数太多", "这个号码是我新办的")
	r.get(accountweb.LostPath+"x").want("no page", 404, accountweb.LostPath+"x")
	h.clock.Move(16 * time.Minute)
	r.get(at).want("too late", 200, "/sign-in?next=%2Fme", "再收一个验证码")
	r.post(at, "answer", "陈建国").want("too late to answer", 200, "/sign-in?next=%2Fme", "再收一个验证码")
	h.reader().get(at).want("who did not sign in", 200, "/sign-in?next=%2Fme")
	h.reader().post(at+"/new").want("likewise", 200, "/sign-in?next=%2Fme")
}

func TestANewNumberInWords(t *testing.T) {
	h := newHouse(t)
	old := h.worker(mobile, numbered)
	h.clock.Move(long)
	r := h.reader().signIn(mobile, "/me")
	at := silenceweb.HrefHeld + "/new"
	r.get(at+"?next=%2Fme").want("before it", 200, at+"?next=%2Fme", "什么都不删", "到工会窗口能找回", "要是以前用这个号码的就是你自己，别点", "!陈")
	r.post(at, "next", "/me").want("a fresh account", 200, "/me", "新账号好了", "138****0001")
	if old.cookie("nx") == r.cookie("nx") {
		t.Error("the same session")
	}
	r.post(at, "next", "/me").want("once more, by whoever is in", 200, "/me")
	h.reader().signIn(mobile, "/me").want("the next time", 200, "/me")
}

func TestTheNumberInWords(t *testing.T) {
	h := newHouse(t)
	r, bare := h.worker(mobile, numbered), h.worker(other, named)
	at := silenceweb.HrefNumber
	bare.get(at).want("none is known", 200, at, "没有工会看过的身份证号", "!name=\"whole\"")
	r.get(at).want("asked", 200, at, "整个写", "管 15 分钟")
	for _, wrong := range []string{"31002X", "1", document + "1", "110105194912310021"} {
		r.post(at, "whole", wrong).want("wrong", 422, at, "对不上", "!31002X", "!1949")
	}
	r.post(at, "whole", "").want("the last one", 422, at, "今天写错的次数太多")
	r.post(at, "whole", document).want("too many", 429, at, "今天写错的次数太多", "!name=\"whole\"")
	h.clock.Move(24 * time.Hour)
	r.post(at, "whole", " "+strings.ToLower(document)).want("right", 200, at, "看得到全的", "对上了", "!"+document)
	h.clock.Move(15 * time.Minute)
	r.get(at).want("over", 200, at, "整个写")
	h.reader().get(at).want("nobody", 200, "/sign-in?next=%2Fme%2Fnumber")
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	worker, bare := h.worker(mobile, numbered), h.worker(other, named)
	shown := h.worker("13712340003", numbered)
	shown.post(silenceweb.HrefNumber, "whole", document)
	for _, test := range []struct{ name, session string }{{"number", worker.cookie("nx")}, {"number-none", bare.cookie("nx")}, {"number-shown", shown.cookie("nx")}} {
		browser.Hold(t, test.name, h.url+silenceweb.HrefNumber, map[string]string{"nx": test.session})
	}
	for range 5 {
		worker.post(silenceweb.HrefNumber, "whole", "1")
	}
	browser.Hold(t, "number-shut", h.url+silenceweb.HrefNumber, map[string]string{"nx": worker.cookie("nx")})
	h.clock.Move(long)
	byNumber, byName := h.reader().signIn(mobile, "/me"), h.reader().signIn(other, "/me")
	for _, test := range []struct{ name, path, held string }{
		{"held-number", "", byNumber.cookie("nxs")}, {"held-name", "", byName.cookie("nxs")}, {"held-new", "/new", byName.cookie("nxs")},
	} {
		browser.Hold(t, test.name, h.url+silenceweb.HrefHeld+test.path, map[string]string{"nxs": test.held})
	}
	for range 5 {
		byName.post(silenceweb.HrefHeld, "answer", "王")
	}
	browser.Hold(t, "held-shut", h.url+silenceweb.HrefHeld, map[string]string{"nxs": byName.cookie("nxs")})
}
