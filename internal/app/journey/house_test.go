package journey

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/app"
	"nuanxin/internal/app/demo"
	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/clock"
	"nuanxin/internal/web/webtest"
)

// morning is Tuesday, 24 November 2026, 10:30 in the county: office hours, with
// no holiday near.
var morning = time.Date(2026, 11, 24, 2, 30, 0, 0, time.UTC)

// here is where the journeys of workers start.
var here = [2]float64{42.9000, 125.1400}

// The phones of a worker of the demo who has an account, of a member, of one who
// wants to move, and of somebody new.
const (
	phone       = "19900000001"
	memberPhone = "19900000002"
	movingPhone = "19900000016"
	newPhone    = "19912345678"
)

// filled is a data folder with the demo's county in it, made once, when a journey
// needs it.
var filled = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch, "demo")
	return dir, demo.Prepare(context.Background(), config(dir, clock.At(morning)), demo.Options{Seed: 1})
})

// scratch is a folder that ends with the tests.
var scratch string

func config(dir string, c *clock.Fake) app.Config {
	return demo.Configure(app.Config{Data: dir, Clock: c})
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // each page would be a line
	var err error
	if scratch, err = os.MkdirTemp("", "journey"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch) // a temporary folder
	os.Exit(code)
}

// house is the whole program with the demo in it, and a browser before it.
type house struct {
	t       *testing.T
	browser *webtest.Browser
	app     *app.App
	clock   *clock.Fake
	wire    *wire
	url     string

	mu      sync.Mutex
	cookies map[string]string // session of each who signed in by [house.session]
}

// open serves a copy of the demo. Each journey has a house and a browser of its
// own and mostly waits for them, so journeys are made side by side.
func open(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	browser := webtest.Start(t)
	from, err := filled()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, browser: browser, clock: clock.At(morning), cookies: map[string]string{}}
	s, err := app.Listen(t.Context(), config(dir, h.clock), "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	h.app = s.App()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	h.wire = lay(t, strings.TrimPrefix(s.URL(), "http://"))
	h.url = h.wire.url()
	return h
}

// phoneView is the phone that the journeys of workers are made on.
func phoneView() webtest.View { return webtest.View{Width: 360, Height: 800} }

// deskView is a screen of an office.
func deskView() webtest.View { return webtest.View{Width: 1440, Height: 900} }

// visit opens a page as somebody who is signed in; "" is nobody.
func (h *house) visit(t *testing.T, login, path string, v webtest.View) *webtest.Page {
	t.Helper()
	v.Policy = true
	v.Cookies = h.with(t, login, v.Cookies)
	return h.browser.Open(t, h.url+path, v)
}

func (h *house) with(t *testing.T, login string, cookies map[string]string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, value := range cookies {
		all[name] = value
	}
	if login != "" {
		all["nx"] = h.session(t, login)
	}
	return all
}

// session signs in a member of staff, or a worker by phone, and returns the
// session's secret.
func (h *house) session(t *testing.T, login string) string {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cookies[login] != "" {
		return h.cookies[login]
	}
	var answer *http.Response
	if strings.HasPrefix(login, "199") {
		h.post(t, "/sign-in/code", url.Values{"phone": {login}})
		answer, _ = h.post(t, "/sign-in", url.Values{"phone": {login}, "code": {h.app.CodeTo(login)}, "own": {"1"}})
	} else {
		answer, _ = h.post(t, "/staff/sign-in", url.Values{"login": {login}, "password": {world.Password}})
	}
	for _, c := range answer.Cookies() {
		if c.Name == "nx" {
			h.cookies[login] = c.Value
		}
	}
	if h.cookies[login] == "" {
		t.Fatalf("sign in as %s: got %s and no session", login, answer.Status)
	}
	return h.cookies[login]
}

// post sends a form as a page of ours does.
func (h *house) post(t *testing.T, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	return h.send(t, http.MethodPost, path, form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
}

// get asks for a page as somebody, without a browser.
func (h *house) get(t *testing.T, login, path string) (status int, text string) {
	t.Helper()
	headers := map[string]string{}
	if login != "" {
		headers["Cookie"] = "nx=" + h.session(t, login)
	}
	answer, text := h.send(t, http.MethodGet, path, "", headers)
	return answer.StatusCode, text
}

func (h *house) send(t *testing.T, method, path, body string, headers map[string]string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

// whole fails the test when the page breaks a rule that every page holds: axe
// finds nothing, nothing scrolls sideways, no script fails, the content policy
// stops nothing.
func whole(t *testing.T, about string, p *webtest.Page) {
	t.Helper()
	p.Wait(`document.getAnimations().every(a=>a.playState!=='running')`) // a sheet that is half there is pale
	for _, v := range p.Axe() {
		t.Errorf("%s (%s): got axe violation %v, want none", about, p.Path(), v)
	}
	if got := p.Overflow(); len(got) > 0 {
		t.Errorf("%s (%s): got sideways scroll %v, want none", about, p.Path(), got)
	}
	if got := p.Exceptions(); len(got) > 0 {
		t.Errorf("%s (%s): got script errors %q, want none", about, p.Path(), got)
	}
}

// reads fails the test when the page does not say all of the words.
func reads(t *testing.T, about string, p *webtest.Page, words ...string) {
	t.Helper()
	text := squeeze(p.Text("main"))
	for _, w := range words {
		if !strings.Contains(text, squeeze(w)) {
			t.Errorf("%s (%s): got a page without %q:\n%s", about, p.Path(), w, text)
		}
	}
}

// hides fails the test when the page says one of the words, in view or not.
func hides(t *testing.T, about, html string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(html, w) {
			t.Errorf("%s: got a page that holds %q", about, w)
		}
	}
}

// squeeze takes the blanks out: lines break where the screen wants.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// numberIn finds the number of a request.
var numberIn = regexp.MustCompile(`\d{4}-\d{4}-\d{4,}`)
