package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

// attacked serves the pages of the script tests and two that somebody got markup
// into: a page, and a piece that htmx swaps in.
func attacked(t *testing.T) (base string, unchanged *atomic.Int64, stop func()) {
	t.Helper()
	unchanged = &atomic.Int64{}
	marks := func(how string) string {
		return fmt.Sprintf(`<p id="in">%[1]s</p><script>self.ran='inline %[1]s'</script><script nonce="AAAAAAAAAAAAAAAAAAAAAA">self.ran='guessed %[1]s'</script>`+
			`<script src="/own.js"></script><img src="/none" onerror="self.ran='handler %[1]s'"><a id="js" href="javascript:self.ran='link %[1]s'">x</a>`, how)
	}
	show := func(w http.ResponseWriter, r *http.Request) error {
		return around(ui.Staff(ui.StaffPage{Title: "x", Scripts: []string{"htmx"}}),
			templ.Raw(marks("page")+`<button id="get" hx-get="/piece" hx-target="#to">get</button><div id="to"></div>`))(w, r)
	}
	piece := func(w http.ResponseWriter, r *http.Request) error {
		return web.Show(w, r, 200, templ.Raw(marks("piece")))
	}
	file := func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/javascript")
		_, err := w.Write([]byte("self.ran='a file of ours'"))
		return err
	}
	inner := serveRoutes(t, append((&desk{}).routes(), page("/attacked", web.LookStaff, show), page("/piece", web.LookStaff, piece), page("/own.js", web.LookStaff, file)))
	outer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &counted{ResponseWriter: w}
		inner.Config.Handler.ServeHTTP(c, r)
		if c.code == http.StatusNotModified {
			unchanged.Add(1)
		}
	}))
	t.Cleanup(outer.Close)
	return outer.URL, unchanged, func() { outer.CloseClientConnections(); outer.Close() }
}

type counted struct {
	http.ResponseWriter
	code int
}

func (c *counted) WriteHeader(code int) { c.code = code; c.ResponseWriter.WriteHeader(code) }

// A page's scripts run however the page came: at first, unchanged from the
// browser's memory (304), by the back button, and without a network from what
// the service worker keeps; and the browser has nothing to say about the policy.
func TestScriptsRunHoweverThePageComes(t *testing.T) {
	proves.That(t, "hdr-every-route")
	base, unchanged, stop := attacked(t)
	p := webtest.Start(t).Open(t, base+"/kept", webtest.View{})
	runs := func(about string) {
		t.Helper()
		if !webtest.Eval[bool](p, `!!self.nuanxin&&[...document.scripts].every(s=>s.nonce.length===22)`) {
			t.Errorf("%s: the scripts of the page did not run", about)
		}
	}
	runs("at first")
	webtest.Eval[bool](p, `(addEventListener('securitypolicyviolation',e=>document.title='STOPPED '+e.blockedURI),true)`)
	p.Go(base + "/kept")
	runs("again")
	if unchanged.Load() == 0 {
		t.Error("the page was not told as unchanged: the nonce made it another")
	}
	// a page that holds a lock is not kept whole in memory: going back takes it from the disk, unasked
	webtest.Eval[bool](p, `(navigator.locks.request('x',()=>new Promise(()=>{})),true)`)
	p.Go(base + "/near")
	runs("another page")
	webtest.Eval[bool](p, `(setTimeout(()=>history.back(),50),true)`)
	p.Wait(`location.pathname==='/kept'&&document.readyState==='complete'`)
	runs("back")
	p.Worker()
	for range 2 { // once kept as it came, and once as it came unchanged from the browser's own memory
		p.Go(base + "/kept")
		runs("through the worker")
	}
	p.Wait(`caches.open('pages').then(c=>c.keys()).then(k=>k.length===1)`)
	stop()
	p.Go(base + "/kept")
	runs("kept")
	if got := p.Text("[data-net]"); !strings.Contains(got, "存下的") || strings.Contains(got, "{t}") {
		t.Errorf("kept: got the strip %q, want the script to have put the time into it", got)
	}
	p.Go(base + "/elsewhere")
	if got := p.Text("h1"); got != "没网了" {
		t.Errorf("the page for no network: got %q", got)
	}
	runs("the page for no network")
	if got := p.Exceptions(); len(got) > 0 {
		t.Errorf("got script errors %q", got)
	}
}

// Markup that got into a page, or into a piece that htmx swaps in, runs nothing:
// no text, no handler, no link, and not a file of our own either.
func TestPolicyStopsWhatGotIn(t *testing.T) {
	proves.That(t, "inj-corpus")
	base, _, _ := attacked(t)
	p := webtest.Start(t).Open(t, base+"/attacked", webtest.View{Width: 1440, Height: 900, Policy: true})
	stopped := len(p.Exceptions())
	if stopped == 0 {
		t.Error("the browser stopped nothing: the test proves nothing")
	}
	p.Click("#js")
	p.Click("#get")
	p.Wait(`!!document.querySelector('#to #in')`)
	webtest.Eval[bool](p, `(document.querySelector('#to #js').click(),true)`)
	p.Wait(`document.querySelector('#to img').complete`)
	if got := webtest.Eval[string](p, `String(self.ran)+' '+document.querySelectorAll('#to script').length`); got != "undefined 0" {
		t.Errorf("got %q, want nothing to have run and no script swapped in", got)
	}
}
