package ui_test

import (
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"

	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

// desk takes the forms of the script tests and remembers what came.
type desk struct {
	mu     sync.Mutex
	got    []sent
	refuse []error // what the next answers are instead
	here   string  // the last position told
}

type sent struct {
	id, header, text, kind string
	photos                 []int64 // bytes
	voice                  int64
}

func (d *desk) all() []sent {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]sent(nil), d.got...)
}

// next returns the refusal that is due, if any.
func (d *desk) next() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.refuse) == 0 {
		return nil
	}
	err := d.refuse[0]
	d.refuse = d.refuse[1:]
	return err
}

func (d *desk) take(w http.ResponseWriter, r *http.Request) error {
	if err := d.next(); err != nil {
		return err
	}
	if err := r.ParseMultipartForm(4 << 20); err != nil {
		return err
	}
	s := sent{id: r.FormValue("req_id"), header: r.Header.Get("Idempotency-Key"), text: r.FormValue("text"), kind: r.FormValue("kind")}
	for _, f := range r.MultipartForm.File["photo"] {
		s.photos = append(s.photos, f.Size)
	}
	for _, f := range r.MultipartForm.File["voice"] {
		s.voice = f.Size
	}
	d.mu.Lock()
	d.got = append(d.got, s)
	d.mu.Unlock()
	web.SetFlash(w, r, "ui.js.sent")
	return web.See(w, r, "/thanks")
}

func (d *desk) routes() []web.Route {
	form := nest(ui.Form(ui.FormProps{ID: "f", Action: "/take", ReqID: "0190a000-0000-7000-8000-000000000001", Draft: "req", Outbox: "小区不让进", Multipart: true, Class: "stack"}),
		ui.Choices(ui.ChoicesProps{Name: "kind", Legend: "什么事？", Options: []ui.Option{{Value: "pay", Text: "工钱", Icon: "yuan"}, {Value: "gate", Text: "不让进", Icon: "door"}}}),
		ui.Textarea(ui.TextareaProps{FieldProps: ui.FieldProps{Name: "text", Label: "打字"}}),
		ui.Recorder(ui.RecorderProps{Name: "voice", Label: "说给我们听"}),
		ui.Photos(ui.PhotosProps{Name: "photo", Label: "拍照", Max: 2}),
		ui.Button(ui.ButtonProps{Text: "发给工会", Look: ui.Primary}),
	)
	h1 := func(s string) templ.Component { return templ.Raw("<h1>" + s + "</h1>") }
	take := web.Route{Method: "POST", Pattern: "/take", Action: "test.take", BodyLimit: 8 << 20, Handler: web.HTML(d.take)}
	kept := web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		web.KeepOffline(w)
		return around(ui.Worker(ui.WorkerPage{Title: "最近的驿站", Tab: ui.TabStations}), h1("最近的驿站"), ui.Locate("看我在哪", "/near"))(w, r)
	})
	here := web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.here = r.PostFormValue("lat") + "," + r.PostFormValue("lng")
		return web.See(w, r, "/")
	})
	return []web.Route{
		{Method: "POST", Pattern: "/here", Action: "test.here", Handler: here},
		take, ui.OfflineRoute(), ui.GalleryRoute(),
		page("/ask", web.LookWorker, around(ui.Worker(ui.WorkerPage{Title: "求助", Tab: ui.TabHelp}), h1("求助"), form, ui.Outbox())),
		page("/thanks", web.LookWorker, around(ui.Worker(ui.WorkerPage{Title: "收到了"}), h1("收到了"))),
		page("/near", web.LookWorker, around(ui.Worker(ui.WorkerPage{Title: "附近"}), h1("附近"))),
		{Method: "GET", Pattern: "/kept", Action: "test.page", Handler: kept},
	}
}

func open(t *testing.T, path string, v webtest.View) (*desk, *webtest.Page) {
	t.Helper()
	browser := webtest.Start(t)
	d := &desk{}
	return d, browser.Open(t, serveRoutes(t, d.routes()).URL+path, v)
}

func TestFormWithoutNetworkWaitsAndIsSentOnce(t *testing.T) {
	d, p := open(t, "/ask", webtest.View{})
	p.Click(".choice:nth-child(2)")
	p.Type("#text", "东门不让进")
	p.Offline(true)
	p.Wait(`!document.querySelector('[data-net]').hidden`) // as whoever reads it before pressing: a short page cannot but move for it
	p.Click("#f button[type=submit]")
	p.Wait(`!document.querySelector('[data-outbox-list]').hidden`)
	if got := p.Text("[data-outbox-list] .row__title"); got != "小区不让进" {
		t.Errorf("without network: got row %q waiting, want 小区不让进", got)
	}
	if got := webtest.Eval[string](p, "document.querySelector('#text').value"); got != "" {
		t.Errorf("after keeping: got text %q in the form, want it empty for the next matter", got)
	}
	p.Offline(false)
	webtest.Eval[bool](p, "(dispatchEvent(new Event('online')),true)")
	p.Wait(`document.querySelector('[data-outbox-list]').hidden`)
	got := d.all()
	if len(got) != 1 || got[0].text != "东门不让进" || got[0].kind != "gate" || got[0].id != got[0].header || got[0].id == "" {
		t.Errorf("with network again: got %+v, want the form once with its id as Idempotency-Key", got)
	}
}

func TestStripMovesNothingUnderTheThumb(t *testing.T) {
	for _, from := range []int{0, 100} {
		_, p := open(t, "/ask", webtest.View{Width: 360, Height: 400})
		at := func() float64 {
			return webtest.Eval[float64](p, "new Promise(ok=>requestAnimationFrame(()=>requestAnimationFrame(()=>ok(document.querySelector('#text').getBoundingClientRect().top))))")
		}
		webtest.Eval[bool](p, fmt.Sprintf("(scrollTo(0,%d),true)", from))
		want := at()
		p.Offline(true)
		p.Wait(`!document.querySelector('[data-net]').hidden`)
		if got := at(); math.Abs(got-want) >= 1 {
			t.Errorf("scrolled by %d, network gone: the field went from %v to %v, want it to stay", from, want, got)
		}
		if got := webtest.Eval[float64](p, "document.querySelector('[data-net]').getBoundingClientRect().top"); got < 0 || got > 100 {
			t.Errorf("scrolled by %d, network gone: got the strip at %v, want it in sight", from, got)
		}
		p.Offline(false)
		p.Wait(`document.querySelector('[data-net]').hidden`)
		if got := at(); math.Abs(got-want) >= 1 {
			t.Errorf("scrolled by %d, network back: the field went from %v to %v, want it to stay", from, want, got)
		}
	}
}

func TestFormWaitsWhileTheServerIsBusy(t *testing.T) {
	d, p := open(t, "/ask", webtest.View{})
	d.refuse = []error{fault.New("t", fault.Busy, "")}
	p.Type("#text", "人太多")
	p.Click("#f button[type=submit]")
	p.Wait(`!document.querySelector('[data-outbox-list]').hidden`)
	p.Click("[data-outbox-flush]")
	p.Wait(`document.querySelector('[data-outbox-list]').hidden`)
	if got := d.all(); len(got) != 1 || got[0].text != "人太多" {
		t.Errorf("got %+v, want the form once, at the second try", got)
	}
}

// press presses from within the page, after the call: going back may bring the
// old page out of the browser's memory, which the driver does not follow.
func press(p *webtest.Page, css string) {
	webtest.Eval[bool](p, "(setTimeout(()=>document.querySelector('"+css+"').click(),50),true)")
}

func TestRefusedFormIsToldByTheServer(t *testing.T) {
	d, p := open(t, "/ask", webtest.View{})
	no := fault.New("t", fault.Invalid, "fault.form")
	d.refuse = []error{no, no}
	p.Type("#text", "写错了")
	p.Follow("#f button[type=submit]")
	p.Wait(`location.pathname==='/take'`)
	if got := p.Text("h1"); got != "有几处要改" {
		t.Errorf("got page %q, want the server's words", got)
	}
	press(p, "[data-back]")
	p.Wait(`location.pathname==='/ask'`)
	if got := webtest.Eval[string](p, "document.querySelector('#text').value"); got != "写错了" {
		t.Errorf("back at the form: got %q, want the words kept", got)
	}
	press(p, "#f button[type=submit]")
	p.Wait(`location.pathname==='/thanks'`)
	if got := d.all(); len(got) != 1 || got[0].text != "写错了" {
		t.Errorf("sent again: got %+v, want the form once", got)
	}
}

func TestFormWithNetworkLeadsToTheAnswer(t *testing.T) {
	d, p := open(t, "/ask", webtest.View{})
	p.Type("#text", "东门不让进")
	p.Follow("#f button[type=submit]")
	p.Wait(`location.pathname==='/thanks'`)
	if got := d.all(); len(got) != 1 || got[0].text != "东门不让进" {
		t.Errorf("got %+v, want the form once", got)
	}
	p.Go(strings.Replace(webtest.Eval[string](p, "location.href"), "/thanks", "/ask", 1))
	if got := webtest.Eval[string](p, "document.querySelector('#text').value"); got != "" {
		t.Errorf("a new form after sending: got draft %q, want none", got)
	}
}

func TestDraftSurvivesADeadPage(t *testing.T) {
	_, p := open(t, "/ask", webtest.View{})
	p.Click(".choice:nth-child(2)")
	p.Type("#text", "写到一半")
	p.Go(webtest.Eval[string](p, "location.href"))
	if got := webtest.Eval[string](p, "document.querySelector('#text').value+document.querySelector('[name=kind]:checked').value"); got != "写到一半gate" {
		t.Errorf("after a reload: got %q, want the words and the choice", got)
	}
}

func TestFormWorksWithoutScript(t *testing.T) {
	d, p := open(t, "/ask", webtest.View{NoJS: true})
	p.Type("#text", "没有脚本")
	p.Follow("#f button[type=submit]")
	if got := d.all(); p.Path() != "/thanks" || len(got) != 1 || got[0].text != "没有脚本" {
		t.Errorf("got %+v on %s, want the form on /thanks", got, p.Path())
	}
	if got := p.Text(".toast"); got != "发出去了。" {
		t.Errorf("got flash %q, want it told", got)
	}
}

func photo(t *testing.T, w, h int) string {
	t.Helper()
	img, rng := image.NewRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(rng.Uint32()) // noise: the worst case for a camera
	}
	name := filepath.Join(t.TempDir(), "photo.jpg")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := jpeg.Encode(f, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestPhotosAreShrunkBeforeSending(t *testing.T) {
	d, p := open(t, "/ask", webtest.View{})
	p.Upload("#photo", photo(t, 2400, 1800))
	p.Wait(`document.querySelectorAll('[data-photos] .thumb:not(.thumb--add)').length===1`)
	p.Follow("#f button[type=submit]")
	p.Wait(`location.pathname==='/thanks'`)
	got := d.all()
	if len(got) != 1 || len(got[0].photos) != 1 || got[0].photos[0] > 200_000 || got[0].photos[0] == 0 {
		t.Errorf("got %+v, want one photo of at most 200 KB", got)
	}
}

func TestVoiceIsRecordedIntoTheForm(t *testing.T) {
	d, p := open(t, "/ask", webtest.View{})
	p.Click("[data-rec-btn]")
	p.Wait(`document.querySelector('[data-rec-clock]').textContent!=='0:00'`)
	p.Click("[data-rec-btn]")
	p.Wait(`document.querySelector('#voice').files.length===1`)
	p.Follow("#f button[type=submit]")
	p.Wait(`location.pathname==='/thanks'`)
	if got := d.all(); len(got) != 1 || got[0].voice == 0 {
		t.Errorf("got %+v, want a voice file", got)
	}
}

func TestLocateLeadsToTheNearest(t *testing.T) {
	d, p := open(t, "/kept", webtest.View{})
	p.Locate(42.90712345, 125.14567)
	p.Follow("[data-locate]")
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.here != "42.9071,125.1457" || p.Path() != "/near" {
		t.Errorf("got %q and %s, want the place told, rounded to about ten metres, and no trace of it in the address", d.here, p.Path())
	}
}

func TestKeptPageIsShownWithItsAge(t *testing.T) {
	server := serveRoutes(t, (&desk{}).routes())
	p := webtest.Start(t).Open(t, server.URL+"/kept", webtest.View{})
	p.Go(server.URL + "/kept") // the worker comes with the second visit
	p.Worker()
	url := webtest.Eval[string](p, "location.href")
	p.Go(url)
	p.Wait(`caches.open('pages').then(c=>c.keys()).then(k=>k.length===1)`)
	server.CloseClientConnections()
	server.Close()
	p.Go(url)
	if got := p.Text("[data-net]"); !strings.Contains(got, "存下的") || p.Text("h1") != "最近的驿站" {
		t.Errorf("kept page: got %q with strip %q, want the page and its age", p.Text("h1"), got)
	}
	p.Go(strings.Replace(url, "/kept", "/elsewhere", 1))
	if got := p.Text("h1"); got != "没网了" {
		t.Errorf("a page not kept: got %q, want 没网了", got)
	}
}

func TestSheetAndKeysAndSettings(t *testing.T) {
	_, p := open(t, "/gallery", webtest.View{Width: 1440, Height: 900})
	p.Click("[data-sheet=k-sheet]")
	p.Wait(`document.querySelector('#k-sheet').open`)
	if v := p.Axe(); len(v) > 0 {
		t.Errorf("open sheet: got %v, want no violation", v)
	}
	p.Click("#k-sheet [data-close]")
	p.Wait(`!document.querySelector('#k-sheet').open`)
	p.Click(`[data-set="size=xl"]`)
	if got := webtest.Eval[string](p, "document.documentElement.dataset.size+' '+(document.cookie.match(/size=(\\w+)/)||[])[1]"); got != "xl xl" {
		t.Errorf("text size: got %q, want it at once and in the cookie", got)
	}
}

func TestFirstVisitIsLight(t *testing.T) {
	_, p := open(t, "/ask", webtest.View{})
	urls, bytes := p.Loaded()
	if len(urls) > 4 || bytes > 40<<10 {
		t.Errorf("got %d requests %q and %d bytes, want at most 4 and 40 KB", len(urls), urls, bytes)
	}
	const app = `!!document.querySelector('link[rel=manifest]')`
	if webtest.Eval[bool](p, app) {
		t.Error("the first visit: the browser is made to look at the manifest and its icon")
	}
	p.Go(urls[0])
	p.Wait(app)
}

func TestWhatWasTriedInVainLeadsHome(t *testing.T) {
	browser, base := webtest.Start(t), serve(t)
	for path, home := range map[string]string{"/broken-staff": "/desk", "/nowhere": "/"} {
		p := browser.Open(t, base+path, webtest.View{NoJS: true})
		if got := webtest.Eval[bool](p, "!!document.querySelector('main a[href=\""+home+"\"]')"); !got {
			t.Errorf("%s: got no way to %s, want one beside trying again", path, home)
		}
	}
}

func TestToastGoesAwayAndCoversNothing(t *testing.T) {
	_, p := open(t, "/ask", webtest.View{})
	p.Type("#text", "东门不让进")
	p.Follow("#f button[type=submit]")
	p.Wait(`location.pathname==='/thanks'`)
	if got := p.Text(".toast"); got != "发出去了。" {
		t.Errorf("after sending: got %q, want it told", got)
	}
	p.Wait(`!document.querySelector('.toast')`)
}

func TestMenuStaysWhereItWasPressedAndClosesWithEscape(t *testing.T) {
	p := webtest.Start(t).Open(t, serve(t)+"/staff", webtest.View{})
	top := func() string {
		return webtest.Eval[string](p, "JSON.stringify(document.querySelector('.phead .menu summary').getBoundingClientRect())")
	}
	before := top()
	p.Click(".phead .menu summary")
	p.Wait(`document.querySelector('.phead .menu').open`)
	if got := top(); got != before {
		t.Errorf("open: the button went from %s to %s, want it to stay", before, got)
	}
	p.Key("\x1b")
	p.Wait(`!document.querySelector('.phead .menu').open&&document.activeElement.matches('.phead .menu summary')`)
}
