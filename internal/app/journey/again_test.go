package journey

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web/webtest"
)

// signOut ends a session as another window does.
func (h *house) signOut(t *testing.T, login string) {
	t.Helper()
	h.send(t, http.MethodPost, "/sign-out", "", map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Cookie": "nx=" + h.session(t, login)})
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.cookies, login)
}

// A cadre signs out in one window and sends a form in another: what was written is
// still there, and arrives after a new sign-in, once.
func TestAFormAfterTheSignOut(t *testing.T) {
	proves.That(t, "sess-kill")
	const words = "已经请物业主任周三去看，看完给你回话"
	h := open(t)
	number, _ := h.said(t, gate, "灯塔小区东门")
	p := h.matter(t, "liuting", number, deskView())
	p.FollowNamed("答复结果")
	p.Type("#words", words)
	h.signOut(t, "liuting")
	p.Follow("#say button.btn--primary")
	reads(t, "too late", p, "登录到期了", words)
	whole(t, "too late", p)
	p.FollowNamed("再发一次")
	reads(t, "still too late", p, "登录到期了", words)

	form := url.Values{"login": {"liuting"}, "password": {world.Password}}
	webtest.Eval[bool](p, `fetch('/staff/sign-in',{method:'POST',credentials:'same-origin',body:new URLSearchParams('`+form.Encode()+`')}).then(r=>r.ok)`)
	p.FollowNamed("再发一次")
	if got := p.HTML(); !strings.Contains(got, words) || strings.Contains(p.Text("h1"), "到期") {
		t.Errorf("sent again after a sign-in: got %s\n%s", p.Path(), p.Text("main"))
	}
	p.Go(h.url + "/desk/requests?q=" + number)
	p.Follow("a.tk")
	if n := strings.Count(squeeze(p.Text("main")), squeeze(words)); n != 1 {
		t.Errorf("the matter says it %d times, want once", n)
	}
}

// Who signs out in another tab of the same browser has no cookie left: what was
// written comes back all the same.
func TestAFormAfterTheSignOutInAnotherTab(t *testing.T) {
	const words = "已经请物业主任周三去看，看完给你回话"
	h := open(t)
	p := h.browser.Open(t, h.url+"/staff/sign-in", deskView())
	p.Type("#login", "liuting")
	p.Type("#password", world.Password)
	p.Follow("main button.btn--primary")
	number, _ := h.said(t, gate, "灯塔小区东门")
	p.Go(h.url + "/desk/requests?q=" + number)
	p.Follow("a.tk")
	p.FollowNamed("答复结果")
	p.Type("#words", words)
	webtest.Eval[bool](p, `fetch('/sign-out',{method:'POST',body:new URLSearchParams()}).then(r=>r.ok)`)
	p.Follow("#say button.btn--primary")
	reads(t, "signed out in another tab", p, "登录到期了", words)
}

// Who is signed out meanwhile chooses a photo once: it waits in the page with the
// words, without scripts too, and arrives after a sign-in.
func TestAPhotoAfterTheSignOut(t *testing.T) {
	for name, noScripts := range map[string]bool{"with scripts": false, "without": true} {
		t.Run(name, func(t *testing.T) { photoAfterTheSignOut(t, noScripts) })
	}
}

func photoAfterTheSignOut(t *testing.T, noScripts bool) {
	t.Helper()
	h := open(t)
	p := h.visit(t, phone, "/help", phoneView())
	p.Named("小区、大门")
	p.Type("#words", gate)
	p.Type("#place", "灯塔小区东门")
	p.Follow(pressSend)
	number := numberIn.FindString(p.Path())

	v := phoneView()
	v.NoJS = noScripts
	p = h.visit(t, phone, "/help/"+number, v)
	if noScripts {
		p.Go(h.url + "/help/" + number + "/add")
	} else {
		p.Named("补一句")
		p.Wait(`document.querySelector('#sh-add').open`)
	}
	p.Type("form textarea", "这就是那道门")
	p.Upload("input[name=photo]", picture(t))
	h.signOut(t, phone)
	p.Follow(`form[action$="/add"] button[type=submit]`)
	reads(t, "too late", p, "登录到期了", "这就是那道门", "1 个照片")
	if !noScripts {
		whole(t, "too late", p)
	}
	p.Follow("main form button")
	reads(t, "still too late", p, "登录到期了", "1 个照片")
	if noScripts {
		return // nobody signs in beside such a page in this test
	}
	h.clock.Move(2 * time.Minute) // a message a minute
	h.post(t, "/sign-in/code", url.Values{"phone": {phone}})
	form := url.Values{"phone": {phone}, "code": {h.app.CodeTo(phone)}, "own": {"1"}}
	webtest.Eval[bool](p, `fetch('/sign-in',{method:'POST',body:new URLSearchParams('`+form.Encode()+`')}).then(r=>r.ok)`)
	p.Follow("main form button")
	if n := webtest.Eval[int](p, `document.querySelectorAll("main img, main .thumb").length`); n != 1 || !strings.Contains(p.Text("main"), "这就是那道门") {
		t.Errorf("sent again: got %d photos on %s, want one and the words: %s", n, p.Path(), p.Text("main"))
	}
}
