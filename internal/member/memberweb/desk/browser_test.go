package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"nuanxin/internal/member"
	"nuanxin/internal/member/memberweb/desk"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/web/webtest"
)

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	doubtful, clear, belongs := h.busy()
	kept, err := h.List(as("cadre"), roll.Filter{States: []member.State{member.Kept}})
	h.must(err)
	h.must(h.Tie(as("cadre"), belongs, member.OfPlatform, platformID, "2026-11-01"))
	wrong := h.checked("李四", verify.Mismatch)
	for name, path := range map[string]string{"list": desk.HrefMembers, "members": desk.HrefMembers + "?tab=members", "all": desk.HrefMembers + "?tab=all&occupation=trucker", "empty": desk.HrefMembers + "?tab=all&state=ended",
		"doubtful": desk.Href(doubtful), "clear": desk.Href(clear), "member": desk.Href(belongs), "approve": desk.Href(doubtful) + "/approve", "refuse": desk.Href(clear) + "/refuse",
		"tie": desk.Href(belongs) + "/ties", "untie": desk.Href(belongs) + "/ties/1", "works": desk.Href(belongs) + "/works", "work": desk.Href(belongs) + "/works/1",
		"mismatch": desk.Href(wrong), "original": desk.Href(wrong) + "/original", "correct": desk.Href(wrong) + "/correct", "checks": desk.HrefMembers + "?tab=checks",
		"keep": desk.Href(belongs) + "/keep", "resume": desk.Href(kept.Rows[0].ID) + "/resume", "late": desk.Href(clear) + "/resume",
		"end": desk.Href(belongs) + "/end", "full": desk.Href(clear) + "/full", "export": desk.HrefMembers + "/export", "poster": desk.HrefMembers + "/poster"} {
		browser.Hold(t, name, h.server.URL+path, map[string]string{"who": "cadre"})
	}
}

// The pages of a county without a union, before and after it has one.
func TestGapPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	who := h.away("周远")
	hold := func(name, path string) {
		browser.Hold(t, name, h.server.URL+path, map[string]string{"who": "city"})
	}
	hold("above", desk.Href(who))
	hold("place", desk.Href(who)+"/place")
	hold("gaps", "/desk/member-gaps")
	h.around.there[bare] = true
	hold("gaps-there", "/desk/member-gaps")
	hold("hand", "/desk/member-gaps/"+bare)
}

// By keyboard: J to a line, X ticks it, and the person stands beside the list.
func TestKeys(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	h.busy()
	page := browser.Open(t, h.server.URL+desk.HrefMembers, webtest.View{Width: 1440, Height: 900, Cookies: map[string]string{"who": "cadre"}})
	first := page.Text("#peek h2")
	for range 5 {
		webtest.Eval[bool](page, "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}))")
	}
	webtest.Eval[bool](page, "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'x', bubbles: true}))")
	page.Wait(fmt.Sprintf("document.querySelector('#peek h2').textContent !== %q", first))
	if n := webtest.Eval[int](page, "document.querySelectorAll('[name=who]:checked').length"); n != 1 {
		t.Errorf("X: got %d ticked, want 1", n)
	}
	if got := page.Exceptions(); len(got) > 0 {
		t.Errorf("got script errors %q, want none", got)
	}
}

// One press ticks those without doubts and the other approves them.
func TestTwoPresses(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	h.busy()
	page := browser.Open(t, h.server.URL+desk.HrefMembers, webtest.View{Width: 360, Height: 800, Cookies: map[string]string{"who": "cadre"}})
	page.Named("选中没有疑问的")
	if n := webtest.Eval[int](page, "document.querySelectorAll('[name=who]:checked').length"); n != 8 {
		t.Errorf("got %d ticked, want 8", n)
	}
	page.FollowNamed("通过选中的")
	if got := page.Text("main"); !strings.Contains(got, "通过了 8 人") || strings.Contains(got, "小年轻") {
		t.Errorf("got %q, want the eight told", got)
	}
	for _, v := range page.Axe() {
		t.Errorf("the outcome: got axe violation %v", v)
	}
}

func TestWithoutScript(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	_, _, belongs := h.busy()
	page := browser.Open(t, h.server.URL+desk.HrefMembers, webtest.View{Width: 360, Height: 800, NoJS: true, Cookies: map[string]string{"who": "cadre"}})
	if webtest.Eval[bool](page, "document.querySelector('[data-tick]').offsetParent!==null") {
		t.Error("the button that needs the script is shown without it")
	}
	page.FollowNamed("通过这一页没有疑问的 8 人")
	if got := page.Text("main"); !strings.Contains(got, "李大勇") || strings.Contains(got, "小年轻") {
		t.Errorf("got %q, want the names of the eight", got)
	}
	page.Hold("ask")
	page.View(webtest.View{Width: 360, Height: 800, NoJS: true})
	page.FollowNamed("通过 8 人")
	if got := page.Text("main"); !strings.Contains(got, "通过了 8 人") {
		t.Errorf("got %q, want them approved", got)
	}
	page.Go(h.server.URL + desk.Href(belongs) + "/end")
	page.Type("#reason", "本人要求")
	page.FollowNamed("填进去")
	page.FollowNamed("终止会籍")
	if f := h.one(belongs); !strings.HasPrefix(f.Reason, "本人要求\n") {
		t.Errorf("got %s with %q, want it ended", f.State, f.Reason)
	}
}
