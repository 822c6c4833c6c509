package requestweb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nuanxin/internal/id"
	"nuanxin/internal/request"
	"nuanxin/internal/web/webtest"
)

// modes are the ways in which every page must hold.

// shown are the pages in the states that look different, with the cookies of
// who sees them.
func (h *house) shown() (paths map[string]string, cookies map[string]string) {
	p := h.phone()
	place := []part{{name: "place", data: "锦绣家园东门"}, {name: "topic", data: "gate"}}
	fresh := p.send(append(place, part{name: "words", data: words}, part{name: "photo", file: "a.jpg", data: photo(h.t)}, part{name: "photo", file: "b.jpg", data: photo(h.t)})...)
	answered := p.send(append(place, part{name: "words", data: words})...)
	h.answered(answered)
	asked := p.send(append(place, part{name: "words", data: "早班充不上电"})...)
	if _, err := h.office.Ask(liu, request.Ref{Number: asked}, request.Message{Words: "是哪个充电桩？拍张照发来就行。"}); err != nil {
		h.t.Fatal(err)
	}
	paths = map[string]string{
		"ask": "/help", "station": "/help?station=12345678", "sent": "/help/" + fresh + "/sent", "fresh": "/help/" + fresh, "answered": "/help/" + answered,
		"phone": "/help/" + fresh + "/phone", "asked": "/help/" + asked, "add": "/help/" + fresh + "/add", "unsolved": "/help/" + answered + "/unsolved", "withdraw": "/help/" + fresh + "/withdraw", "mine": "/help/mine", "find": "/help/find",
	}
	return paths, map[string]string{"held": cookieOf(p, "held"), "here": "1"}
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	paths, held := h.shown()
	for name, path := range paths {
		browser.Hold(t, name, h.server.URL+path, held)
	}
}

func TestFirstVisitIsLight(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	paths, held := h.shown()
	for name, path := range paths {
		page := browser.Open(t, h.server.URL+path, webtest.View{Cookies: held})
		urls, bytes := page.Loaded()
		if len(urls) > 4 || bytes > 40<<10 {
			t.Errorf("%s: got %d requests and %d bytes, want at most 4 and 40 KB: %s", name, len(urls), bytes, strings.Join(urls, " "))
		}
		page.Close()
	}
}

func TestWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	file := filepath.Join(t.TempDir(), "gate.jpg")
	if err := os.WriteFile(file, []byte(photo(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t, h.server.URL+"/help", webtest.View{NoJS: true})
	p.Click("label.choice")
	p.Type("#words", words)
	p.Upload("#photo", file)
	p.Follow(".actionbar button")
	if !sentTo.MatchString(p.Path()) {
		t.Fatalf("sent without scripts: got %q: %s", p.Path(), p.Text("main"))
	}
	p.Follow(".actionbar a")
	if got := p.Text("main"); !strings.Contains(got, words) {
		t.Errorf("progress: got %q, want the words", got)
	}
	p.Follow(".actionbar a")
	if !strings.HasSuffix(p.Path(), "/add") {
		t.Fatalf("add a word: got %q, want its page", p.Path())
	}
	p.Type("#words", "西门也不行")
	p.Follow("main form .btn--primary")
	if got := p.Text("main"); !strings.Contains(got, "西门也不行") {
		t.Errorf("added: got %q", got)
	}
}

func TestVoiceAloneInThreeTaps(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+"/help", webtest.View{}) // the first tap leads here
	if !webtest.Eval[bool](p, `!!(self.MediaRecorder && document.querySelector('[data-rec-btn]') && document.querySelector('[data-rec]').hasAttribute('data-send'))`) {
		t.Skip("this browser cannot record")
	}
	if got := p.Text("[data-rec]"); !strings.Contains(got, "点一下，开始说") {
		t.Errorf("the second tap: got %q", got)
	}
	p.Click("[data-rec-btn]")
	p.Wait(`document.querySelector('[data-rec-clock]').textContent!=='0:00'`)
	if got := p.Text("[data-rec]"); !strings.Contains(got, "说完了，发给工会") {
		t.Errorf("the third tap: got %q", got)
	}
	p.Follow("[data-rec-btn]")
	p.Wait(`/^\/help\/[0-9-]+\/sent$/.test(location.pathname)`)
	c, err := h.office.Case(liu, request.Ref{Number: sentTo.FindStringSubmatch(p.Path())[1]})
	if err != nil || c.Words != "" || len(c.Files) != 1 || c.Files[0].Kind != request.Voice {
		t.Errorf("sent: got %q with %+v, %v; want the voice alone", c.Words, c.Files, err)
	}
}

func TestDraftAndOutbox(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+"/help", webtest.View{})
	p.Type("#words", words)
	p.Go(h.server.URL + "/sign-in")
	p.Go(h.server.URL + "/help")
	if got := webtest.Eval[string](p, `document.querySelector('#words').value`); got != words {
		t.Errorf("after the sign-in: got %q in the form, want what was typed", got)
	}
	p.Offline(true)
	p.Click(".actionbar button")
	p.Wait(`!document.querySelector('[data-outbox-list]').hidden`)
	p.Offline(false)
	webtest.Eval[bool](p, "(dispatchEvent(new Event('online')),true)")
	p.Wait(`document.querySelector('[data-outbox-list]').hidden`)
	p.Go(h.server.URL + "/help/mine")
	if got := p.Text("main"); !strings.Contains(got, "东门保安") {
		t.Errorf("after the network came back: got %q, want the request", got)
	}
}

func TestPhotosShrinkAndGo(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	file := filepath.Join(t.TempDir(), id.New[string]()+".jpg")
	if err := os.WriteFile(file, []byte(photo(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := browser.Open(t, h.server.URL+"/help", webtest.View{})
	p.Upload("#photo", file)
	p.Wait(`document.querySelectorAll('.thumb img').length === 1`)
	p.Follow(".actionbar button")
	if !sentTo.MatchString(p.Path()) {
		t.Errorf("a photo alone: got %q: %s", p.Path(), p.Text("main"))
	}
}
