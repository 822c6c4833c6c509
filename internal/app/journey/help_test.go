package journey

import (
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nuanxin/internal/web/webtest"
)

// The words of the journeys, and what no body may ever see.
const (
	gate    = "东门保安不让电动车进，每单要多走六百米"
	canary  = "欧阳示例名"
	another = "西门也不让进"
)

// picture writes a photo with a gradient, as a phone takes it.
func picture(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			img.Set(x, y, color.RGBA{uint8(x / 3), uint8(y / 2), 90, 255})
		}
	}
	file := filepath.Join(t.TempDir(), "gate.jpg")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, img, nil); err != nil {
		t.Fatal(err)
	}
	return file
}

// press sends the form of the page's action bar.
const pressSend = ".actionbar button.btn--primary"

// A worker says without a name what is wrong, in words alone; gets a number, a
// name and a date, and a secret with which another phone sees the progress.
func TestComplaintWithoutAName(t *testing.T) {
	h := open(t)
	p := h.browser.Open(t, h.url+"/help", phoneView())
	whole(t, "say it", p)
	p.Type("#words", gate)
	p.Follow(pressSend)
	reads(t, "sent", p, "收到了", "龙山区总工会", "来看", "2026-1124-", "最晚 12月1日（周二）17:30 给你答复", "凭这串字看进度")
	whole(t, "sent", p)
	number := numberIn.FindString(p.Path())
	secret := squeeze(p.Text("main .code[role=img]"))
	if len(secret) != 26 {
		t.Fatalf("secret: got %q, want 26 letters", secret)
	}
	p.FollowNamed("看进度")
	reads(t, "progress", p, gate, "每一步")
	whole(t, "progress", p)

	other := h.browser.Open(t, h.url+"/help/"+number, phoneView())
	if got := other.Text("main"); strings.Contains(got, gate) || !strings.Contains(got, "没找到") {
		t.Errorf("another phone: got %q, want that there is no such page", got)
	}
	other.Go(h.url + "/help/find")
	whole(t, "find", other)
	other.Type("#number", number)
	other.Type("#secret", strings.ToUpper(secret[:13])+" "+secret[13:])
	other.Follow("main form .btn--primary")
	reads(t, "another phone with the secret", other, gate)
	if strings.Contains(other.Path(), secret) {
		t.Errorf("got the secret in the address %q", other.Path())
	}
}

// A worker with a phone: words and a photo, a code by message, the whole way of
// the matter until it is solved, not solved, and solved after all.
func TestComplaintUntilItIsSolved(t *testing.T) {
	h := open(t)
	p := h.browser.Open(t, h.url+"/help", phoneView())
	p.Named("小区、大门")
	p.Type("#words", gate)
	p.FollowNamed("要答复？留个手机号")
	whole(t, "sign in", p)
	p.Type("#phone", "199 1234 5678")
	p.Follow("main form .btn--primary")
	reads(t, "the demo shows the message", p, h.app.CodeTo(newPhone))
	whole(t, "the code", p)
	p.Type("#code", h.app.CodeTo(newPhone)) // which goes in by itself
	p.Wait(`location.pathname==='/help'&&document.readyState==='complete'`)
	if got := webtest.Eval[string](p, `document.querySelector('#words').value`); got != gate || p.Path() != "/help" {
		t.Fatalf("after the sign-in: got %q on %s, want what was typed", got, p.Path())
	}
	p.Upload("#photo", picture(t))
	p.Wait(`document.querySelectorAll('.thumb img').length === 1`)
	p.Type("#place", "灯塔小区东门")
	p.Follow(pressSend)
	reads(t, "sent", p, "收到了", "来看", "最晚", "有消息会发给你")
	number := numberIn.FindString(p.Path())
	p.FollowNamed("看进度")
	reads(t, "progress", p, gate, "灯塔小区东门", "收到")
	if n := webtest.Eval[int](p, `document.querySelectorAll('main img, main .thumb').length`); n == 0 {
		t.Errorf("progress: got no photo")
	}

	p.Named("补一句")
	p.Wait(`document.querySelector('#sh-add').open`)
	whole(t, "add a word", p)
	p.Type("#sh-add textarea", another)
	p.Follow("#sh-add form button[type=submit]")
	reads(t, "added", p, another)
	p.Follow(`[form="f-chase"]`)
	reads(t, "chased", p, "催过了，最晚")
	whole(t, "chased", p)

	cadre := h.visit(t, "liuting", "/desk/requests?q="+number, deskView())
	cadre.Follow("a.tk")
	answer(t, cadre, "物业同意了：登记过的车从今天起走东门。")
	p.Go(h.url + "/help/" + number)
	reads(t, "answered", p, "物业同意了", "解决了吗？你说了算。", "刘婷")
	whole(t, "answered", p)

	p.Named("没解决")
	p.Wait(`document.querySelector('#sh-unsolved').open`)
	whole(t, "not solved", p)
	webtest.Eval[bool](p, `(document.querySelector('#sh-unsolved label.choice input').click(),true)`)
	p.Type("#sh-unsolved textarea", "早上还是不让进")
	p.Follow("#sh-unsolved form button[type=submit]")
	reads(t, "goes on", p, "早上还是不让进", number)
	cadre.Go(h.url + "/desk/requests?q=" + number)
	cadre.Follow("a.tk")
	reads(t, "the same case", cadre, "早上还是不让进", gate, another)
	answer(t, cadre, "已经和保安班长说好，早班也知道了。")
	p.Go(h.url + "/help/" + number)
	p.Follow(`[form="f-solved"]`)
	reads(t, "solved", p, "解决了")
	whole(t, "solved", p)
}

// answer answers the matter on the page, in words that the worker will see.
func answer(t *testing.T, cadre *webtest.Page, words string) {
	t.Helper()
	cadre.FollowNamed("答复结果")
	cadre.Type("#words", words)
	cadre.Follow("#say button.btn--primary")
	reads(t, "answered", cadre, words)
}

// What was typed is there after the page died; what was sent without a signal
// goes by itself when there is one, and only once, although the program heard it
// several times and each answer but the last was lost.
func TestComplaintIsKeptAndSentOnce(t *testing.T) {
	h := open(t)
	p := h.browser.Open(t, h.url+"/help", phoneView())
	p.Type("#words", gate)
	p.Go("about:blank")
	p.Go(h.url + "/help")
	if got := webtest.Eval[string](p, `document.querySelector('#words').value`); got != gate {
		t.Errorf("after the page died: got %q, want what was typed", got)
	}
	h.wire.set(true, false)
	p.Click(pressSend)
	p.Wait(`!document.querySelector('[data-outbox-list]').hidden`)
	if got := webtest.Eval[string](p, `document.querySelector('#words').value`); got != "" {
		t.Errorf("kept: got %q in the form, want it free for the next", got)
	}
	whole(t, "kept", p)

	h.wire.set(false, true)
	webtest.Eval[bool](p, `(document.querySelectorAll('.toast').forEach(t=>t.remove()),true)`)
	p.Named("再试")
	p.Wait(`!!document.querySelector('.toast')`) // it says that it is still kept
	if h.wire.losses() == 0 {
		t.Error("no answer was lost: this test proves nothing")
	}
	if got := webtest.Eval[bool](p, `document.querySelector('[data-outbox-list]').hidden`); got {
		t.Error("the answer was lost: got it forgotten, want it to wait")
	}
	h.wire.set(false, false)
	webtest.Eval[bool](p, "(dispatchEvent(new Event('online')),true)")
	p.Wait(`document.querySelector('[data-outbox-list]').hidden`)
	p.Go(h.url + "/help/mine")
	if n := webtest.Eval[int](p, `document.querySelectorAll('main a.row[href^="/help/2"]').length`); n != 1 {
		t.Errorf("sent again and again: got %d requests, want one:\n%s", n, p.Text("main"))
	}
	whole(t, "mine", p)
}

// The same without scripts, with a photo.
func TestComplaintWithoutScripts(t *testing.T) {
	h := open(t)
	v := phoneView()
	v.NoJS = true
	p := h.browser.Open(t, h.url+"/help", v)
	p.Named("小区、大门")
	p.Type("#words", gate)
	p.Upload("#photo", picture(t))
	p.Follow(pressSend)
	reads(t, "sent", p, "收到了", "2026-1124-")
	p.FollowNamed("看进度")
	reads(t, "progress", p, gate)
	p.FollowNamed("催一下")
	reads(t, "chased", p, "催过了")
	p.Go(h.url + "/sign-in")
	p.Type("#phone", newPhone)
	p.Follow("main form .btn--primary")
	p.Type("#code", h.app.CodeTo(newPhone))
	p.Follow("main form .btn--primary")
	if !strings.HasPrefix(p.Path(), "/me") && p.Path() != "/" {
		t.Errorf("after the code: got %s", p.Path())
	}
}
