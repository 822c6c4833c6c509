// Package webtest opens pages in a real browser for tests: at a size, with a
// reader's settings, with or without scripts or network; it runs axe on them,
// measures overflow and press targets, counts what was loaded, takes pictures.
//
// One browser serves all pages of a test. Without Chromium a test is skipped
// and says so, unless NUANXIN_TEST_BROWSER=must; with =never it is always.
package webtest

import (
	"context"
	_ "embed"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"nuanxin/internal/web"
)

//go:embed axe/axe.min.js
var axe string

// timeout is how long a whole page may take, on a busy machine.
const timeout = 3 * time.Minute

// Browser is a running Chromium.
type Browser struct {
	ctx context.Context
	tab *Page // of [Browser.Turn]; nil: none yet
}

// Start starts a browser that ends with the test.
func Start(t testing.TB) *Browser {
	t.Helper()
	want := os.Getenv("NUANXIN_TEST_BROWSER")
	if want == "never" {
		t.Skip("no browser was wanted: NUANXIN_TEST_BROWSER=never")
	}
	exe := find()
	if exe == "" {
		if want == "must" {
			t.Fatal("no Chromium on this machine, and NUANXIN_TEST_BROWSER=must")
		}
		t.Skip("no Chromium on this machine; set NUANXIN_TEST_BROWSER=must to fail instead")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(exe), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,BackForwardCache"), // the driver does not follow a page out of the memory
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true))
	var err error
	for range 3 { // on a busy machine a browser now and then dies at birth
		alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, cancel := chromedp.NewContext(alloc)
		if err = chromedp.Do(ctx); err == nil {
			t.Cleanup(func() { cancel(); stop() })
			return &Browser{ctx: ctx}
		}
		cancel()
		stop()
	}
	t.Fatalf("start %s: %v", exe, err)
	return nil
}

// find looks for a Chromium; the one without a frame of its own comes first, for it draws
// the pages alike and nothing else.
func find() string {
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// View is how a page is looked at. The zero View is a small phone.
type View struct {
	Width, Height int               // 360 × 800 when zero
	Cookies       map[string]string // theme, contrast, size, lang, session
	NoJS          bool
	Policy        bool // hear what the content policy stops; a page that comes back out of the browser's memory is then lost to the driver
}

// Page is an open page, in a browser profile of its own.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	urls   []string
	bytes  float64
	errors []string
}

// Open opens the URL and waits until it is loaded. The page closes with the test
// or with [Page.Close].
func (b *Browser) Open(t testing.TB, url string, v View) *Page {
	t.Helper()
	return b.open(t, url, v, timeout)
}

func (b *Browser) open(t testing.TB, url string, v View, patience time.Duration) *Page {
	t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(func() { cancel(); stop() })
	p := &Page{t: t, ctx: ctx}
	p.must("open a tab", chromedp.Do(ctx))
	p.must("listen", chromedp.Listen(ctx, p.note))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	p.must("watch the network", err)
	p.View(v)
	p.reset(url, v.Cookies)
	p.Go(url)
	return p
}

// reset gives the reader these cookies, and forgets what was loaded and went wrong before.
func (p *Page) reset(url string, given map[string]string) {
	p.mu.Lock()
	p.urls, p.bytes, p.errors = nil, 0, nil
	p.mu.Unlock()
	cookies := map[string]string{"lang": web.Languages()[0]} // else the machine's language would decide
	maps.Copy(cookies, given)
	p.cookies(url, cookies)
}

// View changes the size, whether scripts run, and whether the log is heard from now on.
func (p *Page) View(v View) {
	p.t.Helper()
	if v.Width == 0 {
		v.Width, v.Height = 360, 800
	}
	p.must("set the size", chromedp.Do(p.ctx, chromedp.EmulateViewport(int64(v.Width), int64(v.Height))))
	_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.NoJS})
	p.must("switch scripts", err)
	if v.Policy {
		_, err = chromedp.Call(p.ctx, log.Enable, cdp.Empty{})
		p.must("watch the log", err)
	}
}

func (p *Page) cookies(url string, values map[string]string) {
	var all []*network.CookieParam
	for name, value := range values {
		all = append(all, &network.CookieParam{Name: name, Value: value, URL: url})
	}
	_, err := chromedp.Call(p.ctx, network.SetCookies, network.SetCookiesParams{Cookies: all})
	p.must("set cookies", err)
}

func (p *Page) note(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") && !strings.HasPrefix(e.Request.URL, "blob:") {
			p.urls = append(p.urls, e.Request.URL)
		}
	case *network.EventLoadingFinished:
		p.bytes += e.EncodedDataLength
	case *runtime.EventExceptionThrown:
		p.errors = append(p.errors, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity || strings.Contains(e.Entry.Text, "Content Security Policy") {
			p.errors = append(p.errors, e.Entry.Text)
		}
	}
}

func (p *Page) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// Go opens another URL in the same page.
func (p *Page) Go(url string) {
	p.t.Helper()
	p.must("open "+url, chromedp.Do(p.ctx, chromedp.Navigate(url)))
}

// Close closes the page before the test ends.
func (p *Page) Close() {
	p.must("close the page", chromedp.Cancel(p.ctx))
}

// Click presses what the CSS selector finds, once it is visible.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.must("press "+css, chromedp.Do(p.ctx, chromedp.Click(chromedp.CSS(css))))
}

// Follow presses what the CSS selector finds and waits for the page it leads to.
func (p *Page) Follow(css string) {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(css))))
	p.must("follow "+css, err)
}

// Type types text into what the CSS selector finds.
func (p *Page) Type(css, text string) {
	p.t.Helper()
	p.must("type into "+css, chromedp.Do(p.ctx, chromedp.SendKeys(chromedp.CSS(css), text)))
}

// Wait waits until the JavaScript expression is true, also when the page is
// left for another one meanwhile, whose parts are not there yet.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	var err error
	for range 5 {
		_, err = chromedp.Run(p.ctx, chromedp.Poll[bool]("(()=>{try{return "+expression+"}catch(e){if(e instanceof TypeError)return false;throw e}})()", chromedp.WithPollingTimeout(20*time.Second)))
		if err == nil || !strings.Contains(err.Error(), "(-32000)") { // the script's world went with the old page
			break
		}
	}
	p.must("wait for "+expression, err)
}

// Eval returns the value of a JavaScript expression; a promise is awaited. It
// works on pages whose own scripts are off.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	p.must("evaluate "+expression[:min(60, len(expression))], err)
	return v
}

// Worker waits until a service worker is at hand, which then serves every page that is
// gone to. The page that is open may stay without it: a worker that takes over while a
// page is on its way does not get that one.
func (p *Page) Worker() {
	p.t.Helper()
	Eval[bool](p, "navigator.serviceWorker.ready.then(()=>true)")
}

// Text returns the words of what the CSS selector finds first.
func (p *Page) Text(css string) string {
	p.t.Helper()
	return Eval[string](p, "(document.querySelector("+quote(css)+")||{innerText:''}).innerText")
}

// Path returns the path and query of the page.
func (p *Page) Path() string {
	p.t.Helper()
	return Eval[string](p, "location.pathname+location.search")
}

// Upload puts files into the file input that the CSS selector finds.
func (p *Page) Upload(css string, files ...string) {
	p.t.Helper()
	p.must("choose files", chromedp.Do(p.ctx, chromedp.SetUploadFiles(chromedp.CSS(css), files, chromedp.NodeReady)))
}

// Locate makes the page believe that it stands at a place, and may ask for it.
func (p *Page) Locate(lat, lng float64) {
	p.t.Helper()
	one := 1.0
	_, err := chromedp.Call(p.ctx, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Latitude: &lat, Longitude: &lng, Accuracy: &one})
	p.must("set the place", err)
	_, err = chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: "granted", BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	})
	p.must("grant the place", err)
}

// Unlocate makes the reader refuse to say where the phone is.
func (p *Page) Unlocate() {
	p.t.Helper()
	_, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: "denied", BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	})
	p.must("refuse the place", err)
}

// offlineParams are the parameters of Network.emulateNetworkConditions, which
// the protocol package no longer lists.
type offlineParams struct {
	Offline            bool    `json:"offline"`
	Latency            float64 `json:"latency"`
	DownloadThroughput float64 `json:"downloadThroughput"`
	UploadThroughput   float64 `json:"uploadThroughput"`
}

// Offline takes the page's network away, or gives it back.
func (p *Page) Offline(off bool) {
	p.t.Helper()
	cmd := cdp.Command[offlineParams, cdp.Empty]{Method: "Network.emulateNetworkConditions"}
	_, err := chromedp.Call(p.ctx, cmd, offlineParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
	p.must("switch the network", err)
}

// Loaded returns the addresses that the page asked for and the bytes that came,
// headers included, since it was opened.
func (p *Page) Loaded() (urls []string, bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.urls...), int(p.bytes)
}

// Exceptions returns what the page's scripts threw and did not catch and, with
// View.Policy, what the browser kept the page from doing because of its policy.
func (p *Page) Exceptions() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.errors...)
}

// Screenshot writes a PNG of what is visible, or of the whole page.
func (p *Page) Screenshot(file string, whole bool) {
	p.t.Helper()
	shot := chromedp.CaptureScreenshot()
	if whole {
		shot = chromedp.FullScreenshot(100)
	}
	b, err := chromedp.Run(p.ctx, shot)
	p.must("take a picture", err)
	p.must("make the folder", os.MkdirAll(filepath.Dir(file), 0o750)) //nolint:gosec // the folder that the tester names
	p.must("write the picture", os.WriteFile(file, b, 0o600))         //nolint:gosec // likewise
}

// Complete fails the test when a language lacks words that another has.
func Complete(t testing.TB, words web.Words) {
	t.Helper()
	for _, gap := range words.Gaps() {
		t.Errorf("words: %s", gap)
	}
}
