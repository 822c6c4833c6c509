package memberweb_test

import (
	"fmt"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/web/webtest"
)

// modes are the ways in which every page must hold.

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	h.member()
	h.phone("worker=chen").post("/join", good()).leads(t, "applied", "/join/sent")
	hold := func(name, path, worker, here string) {
		cookies := map[string]string{"here": here}
		if worker != "" {
			cookies["worker"] = worker
		}
		browser.Hold(t, name, h.url+path, cookies)
	}
	hold("intro", "/join", "", county)
	hold("sent", "/join/sent", "chen", county)
	hold("already", "/join", "chen", county)
	hold("applied", "/me/membership", "chen", county)
	hold("withdraw", "/me/membership/withdraw", "chen", county)
	hold("join-all", "/join?all=1", "", county)
	h.must(h.Tie(cadre, h.mine(wang).ID, member.OfPlatform, id.New[string](), "2026-11-01"))
	h.phone("worker=wang").get("/me/membership").must(t, "ties", 200, []string{"你还在这些组织里", "某外卖平台工会", "平台，2026-11-01 起"}, nil)
	hold("member", "/me/membership", "wang", county)
	hold("works", "/me/membership/works", "wang", county)
	hold("work", "/me/membership/works/1", "wang", county)
	hold("move-choose", "/me/membership/move", "wang", county)
	hold("move", "/me/membership/move?area="+sibling, "wang", county)
	hold("leave", "/me/membership/leave", "wang", county)
	h.phone("worker=wang").post("/me/membership/move", map[string][]string{"area": {sibling}})
	h.must(h.Refuse(staff(sibling), h.mine(wang).ID, h.mine(wang).Version, "请先联系原工会"))
	hold("refused-move", "/me/membership", "wang", county)
	h.phone("worker=chen").post("/me/membership/withdraw", nil).leads(t, "taken back", "/me/membership")
	hold("withdrawn", "/me/membership", "chen", county)
	hold("join", "/join?from=poster", "chen", county+"001")
	hold("join-choose", "/join?choose=1", "chen", county)
	h.must(h.Quit(authz.With(t.Context(), wang), h.mine(wang).ID)) // so that a list can bring the phone
	lists := intake.New(h.desk, h.Service, around{}, h.ring)
	which, err := lists.Upload(cadre, []byte("姓名,手机号,身份证号\n王满仓,19900000002,"+oldDocument+"\n"), intake.Options{Basis: intake.OnPaper, Where: "某公司工会"})
	h.must(err)
	h.must(lists.Start(cadre, which, true))
	hold("found", "/me/membership/found", "wang", county)
	h.must(lists.Claim(authz.With(t.Context(), wang), "王满仓", "002X"))
	hold("listed", "/me/membership", "wang", county)
	for i := range 250 {
		h.areas = append(h.areas, fmt.Sprintf("13%04d", i))
	}
	hold("join-province", "/join", "chen", "")
}

// The pages of somebody whose county has no union, and whose number does not match.
func TestPagesOfDoubtsHold(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	h.checks.Checker = h.says
	look := func(name, path, here string) {
		browser.Hold(t, name, h.url+path, map[string]string{"worker": "chen", "here": here})
	}
	look("join-above", "/join", bare)
	look("join-every", "/join?all=1", bare)
	h.phone("worker=chen").post("/join", with(with(with(with(good(), "area", bare), "document", oldDocument), "consent_document", "1"), "consent_realname", "1")).leads(t, "sent", "/join/sent")
	look("sent-above", "/join/sent", bare)
	h.check(verify.Mismatch)
	look("mismatch", "/me/membership", bare)
	look("correct", "/me/membership/identity", bare)
}

// A phone that is signed in and remembers its place joins by a tile, a tick and
// a button; a name that is known already need not be typed.
func TestJoiningTakesAMinute(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.url+"/join?from=poster", webtest.View{Width: 360, Height: 800, Cookies: map[string]string{"worker": "chen", "here": county}})
	webtest.Eval[bool](p, `(sessionStorage.taps=0,addEventListener('pointerdown',()=>sessionStorage.taps++,true),true)`)
	began := clock.System.Now()
	p.Named("送外卖")
	p.Click("#consent_membership")
	p.FollowNamed("入会")
	if took := clock.System.Now().Sub(began).Seconds(); took > 60 {
		t.Errorf("got %.0f s, want 60 at most", took)
	}
	if taps := webtest.Eval[int](p, `+sessionStorage.taps`); taps != 3 {
		t.Errorf("got %d taps, want a tile, a tick and the button", taps)
	}
	if got := p.Text("main"); p.Path() != "/join/sent" || !strings.Contains(got, "柳婷") || !strings.Contains(got, "11月27日") {
		t.Errorf("got %s: %s, want a name and a date", p.Path(), got)
	}
	if own := h.mine(chen); own.Name != "陈立冬" || own.Channel != "poster" {
		t.Errorf("got %+v", own)
	}
}

// Everything works without scripts, from the first page to the way out.
func TestWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.url+"/join", webtest.View{NoJS: true, Cookies: map[string]string{"worker": "wang"}})
	p.FollowNamed("入会")
	p.Click("label.choice:nth-of-type(4)")
	p.Set("#area", county)
	p.Type("#name", "王满仓")
	p.Click("#consent_membership")
	p.FollowNamed("入会")
	if p.Path() != "/join/sent" {
		t.Fatalf("got %s: %s", p.Path(), p.Text("main"))
	}
	p.FollowNamed("我的会籍")
	p.FollowNamed("收回申请")
	p.FollowNamed("收回")
	if got := p.Text("body"); !strings.Contains(got, "你收回了申请") {
		t.Errorf("got %s", got)
	}
}

// What was typed survives a page that was left, but for the identity number:
// the phone may be another's.
func TestDraft(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.url+"/join", webtest.View{Cookies: map[string]string{"worker": "wang", "here": county}})
	p.Named("开货车")
	p.Type("#name", "王满仓")
	p.Click("summary.btn--quiet:not(.btn--sm)")
	p.Type("#document", oldDocument)
	p.Go(h.url + "/me")
	p.Go(h.url + "/join")
	got := webtest.Eval[[]string](p, `[document.querySelector('#name').value,document.querySelector('[name=occupation]:checked').value,document.querySelector('#document').value,String(Object.values(localStorage).join().includes('`+oldDocument+`'))]`)
	if strings.Join(got, " ") != "王满仓 trucker  false" {
		t.Errorf("got %q, want all but the identity number, which is nowhere", got)
	}
}

// Without network, a form with an identity number is not kept on the phone: it
// stands on the page, and is sent from there.
func TestIdentityNumberNeverWaitsOnThePhone(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.url+"/join", webtest.View{Cookies: map[string]string{"worker": "chen", "here": county}})
	p.Named("送外卖")
	p.Click("#consent_membership")
	p.Click("summary.btn--quiet:not(.btn--sm)")
	p.Type("#document", oldDocument)
	p.Click("#consent_document")
	p.Offline(true)
	p.Named("入会")
	p.Wait(`(document.querySelector('.toasts')||{textContent:''}).textContent.includes('没发出去')`)
	kept := webtest.Eval[string](p, `new Promise(ok=>{let o=indexedDB.open('nuanxin',1);o.onupgradeneeded=()=>o.result.createObjectStore('outbox',{keyPath:'id'});
		o.onsuccess=()=>{let q=o.result.transaction('outbox').objectStore('outbox').getAll();q.onsuccess=()=>{o.result.close();ok(JSON.stringify(q.result)+JSON.stringify(localStorage)+JSON.stringify(sessionStorage))}}})`)
	if strings.Contains(kept, oldDocument) || strings.Contains(kept, "consent_document") && strings.Contains(kept, `"url"`) {
		t.Errorf("got %s in the browser's storage, want no identity number", kept)
	}
	if got := webtest.Eval[string](p, `document.querySelector('#document').value`); got != oldDocument {
		t.Errorf("got %q in the form, want it to stand there still", got)
	}
	p.Offline(false)
	p.FollowNamed("入会")
	if own := h.mine(chen); p.Path() != "/join/sent" || own.Document == "" {
		t.Errorf("with network again: got %s and %q, want it sent with the number", p.Path(), own.Document)
	}
}

// On a wide page the button stands below what one agrees to, not beside it.
func TestTheButtonComesAfterTheTicks(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.url+"/join", webtest.View{Width: 1440, Height: 900, Cookies: map[string]string{"worker": "chen", "here": county}})
	got := webtest.Eval[[]float64](p, `(()=>{let b=document.querySelector('button[form=join]').getBoundingClientRect(),t=document.querySelector('#consent_membership').getBoundingClientRect(),s=document.querySelector('#promise').getBoundingClientRect();return [b.left-t.left,b.top-s.bottom]})()`)
	if got[0] < -32 || got[1] < 0 {
		t.Errorf("got the button %v px right of the ticks and %v px below them, want it under them", got[0], got[1])
	}
}
