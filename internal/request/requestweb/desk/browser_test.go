package desk_test

import (
	"fmt"
	"testing"
	"time"

	"nuanxin/internal/geo"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk"
	"nuanxin/internal/web/webtest"
)

// busy fills the house with requests in many states and returns the one that
// has seen most.
func (h *house) busy() request.Receipt {
	h.t.Helper()
	at := request.Place{Text: "锦绣家园东门", Area: county, Point: &geo.Point{Lat: 31.4612, Lng: 104.7412}}
	h.clk.Set(start.Add(-25 * time.Hour))
	late := h.captured("nobody", request.Draft{Words: "扣了 1,200 元“超时费”，站长不给说法", Topic: "pay.short", Name: "周师", Place: request.Place{Text: "东吉街道", Area: county}})
	h.dispatched(late)
	photo := request.File{Kind: request.Photo, Blob: id.New[string](), Thumb: id.New[string]()}
	h.blobs[photo.Blob], h.blobs[photo.Thumb] = pixel(h.t), pixel(h.t)
	main := h.captured("worker", request.Draft{Words: "东门保安不让电动车进，说物业规定的。每单要从北门绕，多走六百多米，一天二十来单，超时就扣钱。能不能跟物业说说？", Topic: "gate.estate", Phone: phone, PhoneOK: true,
		Place: at, Files: []request.File{{Kind: request.Voice, Blob: id.New[string](), Seconds: 18}, photo, photo}})
	again := h.captured("nobody", request.Draft{Words: "锦绣家园东门保安扣过一次车钥匙，不让电动车进", Topic: "gate.estate", Name: "周师", Place: at})
	h.captured("nobody", request.Draft{Words: "锦绣家园东门不让进，老人点餐没人下楼", Topic: "gate.estate", Place: at})
	ref := request.Ref{ID: main.ID}
	h.clk.Set(start.Add(-24*time.Hour - 20*time.Minute))
	title := "锦绣家园东门不让电动车进"
	h.must(h.Classify(as("cadre"), ref, request.Class{Title: &title}))
	h.must(h.Tell(as("cadre"), ref, request.Message{Words: "陈师傅，收到了。同一个门已有几位工友说过，我一起去协调，27 号前给你准话。"}))
	h.must(h.Merge(as("cadre"), ref, "一起去谈", again.ID))
	h.must(h.Dispatch(as("cadre"), ref, request.Task{Body: street, Lead: true, Words: "请协调锦绣家园物业，允许登记过的骑手电动车走东门。", Deadline: start.Add(50 * time.Hour)}))
	h.must(h.Bounce(authzPartner(street), ref, "", "物业服务管理归住建部门", "住建局物业科"))
	h.clk.Set(start.Add(-20 * time.Minute))
	d := h.dispatched(main)
	h.must(h.Sign(authzPartner(housing), ref, d, "王科长"))
	h.must(h.Note(as("cadre"), ref, request.Message{Words: "物业担心充电起火。可以带消防的“停靠点标准”去谈。"}))
	wait := h.captured("nobody", request.Draft{Words: "妻子住院，想问能不能申请帮扶", Topic: "other.family", Name: "马师", Place: request.Place{Area: county}})
	h.must(h.Ask(as("cadre"), request.Ref{ID: wait.ID}, request.Message{Words: "请补一张住院单"}))
	h.captured("nobody", request.Draft{Words: "被判“虚假送达”封号 7 天，申诉没人理", Topic: "penalty.ban", Name: "郑师", Place: request.Place{Text: "福镇大路", Area: county}})
	h.captured("worker", request.Draft{What: "no_hot_water", Place: request.Place{Station: station}})
	h.clk.Set(start)
	return main
}

// shown are the pages in the states that look different.
func (h *house) shown() map[string]string {
	r := h.busy()
	one := desk.Href(r.ID)
	d := h.one(r).Dispatches
	return map[string]string{"inbox": "/desk/requests", "open": "/desk/requests?open=" + string(r.ID), "empty": "/desk/requests?group=raised", "case": one, "answer": one + "?say=answered", "dispatch": one + "/dispatch",
		"merge": one + "/merge", "name": one + "/name", "classify": one + "/classify", "recall": one + "/recall?dispatch=" + string(d[len(d)-1].ID), "time": one + "/more-time?dispatch=" + string(d[len(d)-1].ID), "new": desk.HrefNew, "health": desk.HrefHealth,
		"phrases": desk.HrefPhrases, "rules": desk.HrefRules, "export": desk.HrefExport + "?group=all"}
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	for name, path := range h.shown() {
		cookies := map[string]string{"who": "cadre"}
		if name == "rules" {
			cookies["who"] = "leader"
		}
		browser.Hold(t, name, h.server.URL+path, cookies)
	}
}

func TestKeysAndPeek(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	h.busy()
	page := browser.Open(t, h.server.URL+"/desk/requests", webtest.View{Width: 1440, Height: 900, Cookies: map[string]string{"who": "cadre"}})
	first := page.Text("#peek h2")
	for range 3 {
		webtest.Eval[bool](page, "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}))")
	}
	// what was asked for on the way may show for a moment; the line in focus stays
	page.Wait("(function(shown, focused) { return focused && shown !== " + fmt.Sprintf("%q", first) + " && shown === focused.textContent })" +
		"(document.querySelector('#peek h2').textContent, document.activeElement.querySelector('.tk__t'))")
	if got := page.Exceptions(); len(got) > 0 {
		t.Errorf("got script errors %q, want none", got)
	}
}

func TestAlikeWhileTyping(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	h.capture()
	second := h.captured("worker", request.Draft{Words: words, Place: request.Place{Text: "西山花园北门", Area: county}})
	page := browser.Open(t, h.server.URL+desk.HrefNew, webtest.View{Width: 1440, Height: 900, Cookies: map[string]string{"who": "cadre"}})
	page.Type("#words", words)
	page.Wait("!!document.querySelector('#alike .rows')")
	// The same words at two places: the one at the place that is typed comes first.
	page.Type("#place", "西山花园北门")
	page.Wait("document.querySelector('#alike .rows a').getAttribute('href') == '" + desk.Href(second.ID) + "'")
	if got := page.Exceptions(); len(got) > 0 {
		t.Errorf("got script errors %q, want none", got)
	}
}

func TestWithoutScript(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	r := h.busy()
	page := browser.Open(t, h.server.URL+desk.Href(r.ID), webtest.View{Width: 360, Height: 800, NoJS: true, Cookies: map[string]string{"who": "cadre"}})
	page.Type("#words", "明天去现场")
	page.Follow("#say .btn--primary")
	if c := h.one(r); c.Timeline[len(c.Timeline)-1].Words != "明天去现场" {
		t.Errorf("got %+v, want what was written", c.Timeline[len(c.Timeline)-1])
	}
}
