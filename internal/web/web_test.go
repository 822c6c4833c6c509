package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

func text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	})
}

func route(method, pattern string, h http.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Action: "test.act", Handler: h}
}

func site(routes ...web.Route) http.Handler {
	s := &web.Site{Texts: web.NewTexts(ui.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	return s.Handler(web.NewMux(routes, web.SettingsRoutes(), s.Assets.Routes()))
}

func do(h http.Handler, method, path, body string, header ...string) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFaultBecomesStatusAndWords(t *testing.T) {
	proves.That(t, "error-contract")
	secret := errors.New("SELECT secret FROM t")
	for _, c := range []struct {
		say    string
		err    error
		status int
		code   string
		words  string
	}{
		{"a missing thing is not found", fault.New("t", fault.Missing, ""), 404, "missing", "没找到这一页"},
		{"a denied act is forbidden", fault.New("t", fault.Denied, ""), 403, "denied", "这件事不归你办"},
		{"a conflict says that somebody changed it", fault.New("t", fault.Conflict, ""), 409, "conflict", "刚有人改过"},
		{"an id that stood for something else says so", fault.New("t", fault.Conflict, op.Reused), 409, "conflict", "这一份之前发过"},
		{"a busy server asks to wait", fault.New("t", fault.Busy, ""), 503, "busy", "这会儿人太多"},
		{"a used-up thing is gone", fault.New("t", fault.SoldOut, ""), 410, "sold_out", "这批发完了"},
		{"an invalid form is told", fault.New("t", fault.Invalid, "fault.form"), 422, "invalid", "有几处要改"},
		{"a bug is told without its text", secret, 500, "internal", "不是你的问题"},
		{"a wrapped bug too", fault.Wrap("op", secret), 500, "internal", "不是你的问题"},
	} {
		h := site(
			route("GET", "/page", web.HTML(func(http.ResponseWriter, *http.Request) error { return c.err })),
			route("GET", "/api/v1/x", web.API(func(http.ResponseWriter, *http.Request) error { return c.err })),
		)
		page := do(h, "GET", "/page", "")
		if got := body(t, page); page.StatusCode != c.status || !strings.Contains(got, c.words) || strings.Contains(got, "SELECT") {
			t.Errorf("%s: got status %d and page %.200q, want %d with %q", c.say, page.StatusCode, got, c.status, c.words)
		}
		api := do(h, "GET", "/api/v1/x", "")
		if got := body(t, api); api.StatusCode != c.status || !strings.Contains(got, `"code":"`+c.code+`"`) || strings.Contains(got, "SELECT") {
			t.Errorf("%s: got status %d and problem %q, want %d with code %q", c.say, api.StatusCode, got, c.status, c.code)
		}
	}
}

func TestPanicIsTold(t *testing.T) {
	proves.That(t, "error-contract")
	h := site(route("GET", "/p", web.HTML(func(http.ResponseWriter, *http.Request) error { panic("secret") })))
	r := do(h, "GET", "/p", "")
	if got := body(t, r); r.StatusCode != 500 || strings.Contains(got, "secret") || !strings.Contains(got, "12351") {
		t.Errorf("a panic: got %d %.100q, want 500 with 12351 and no detail", r.StatusCode, got)
	}
}

func TestPageIsWrittenWholeOrNotAtAll(t *testing.T) {
	broken := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half a page")
		return errors.New("broken")
	})
	h := site(route("GET", "/p", web.HTML(func(w http.ResponseWriter, r *http.Request) error { return web.Show(w, r, 200, broken) })))
	r := do(h, "GET", "/p", "")
	if got := body(t, r); r.StatusCode != 500 || strings.Contains(got, "half a page") {
		t.Errorf("a page that fails half-way: got %d %.100q, want 500 without the half", r.StatusCode, got)
	}
}

func TestETag(t *testing.T) {
	h := site(route("GET", "/p", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		return web.Show(w, r, 200, text(strings.Repeat("a", 2000)))
	})))
	first := do(h, "GET", "/p", "", "Accept-Encoding", "gzip")
	if first.Header.Get("Content-Encoding") != "gzip" || first.Header.Get("ETag") == "" {
		t.Fatalf("first answer: got headers %v, want gzip and an ETag", first.Header)
	}
	again := do(h, "GET", "/p", "", "Accept-Encoding", "gzip", "If-None-Match", first.Header.Get("ETag"))
	if got := body(t, again); again.StatusCode != 304 || got != "" {
		t.Errorf("second answer: got %d %q, want 304 without body", again.StatusCode, got)
	}
}

func TestForeignFormsAreRefused(t *testing.T) {
	proves.That(t, "csrf-every-route")
	h := site(route("POST", "/f", web.HTML(func(w http.ResponseWriter, r *http.Request) error { return web.See(w, r, "/done") })))
	for _, c := range []struct {
		say    string
		header []string
		want   int
	}{
		{"our own page may send", []string{"Sec-Fetch-Site", "same-origin", "Cookie", "s=1"}, 303},
		{"our own page in an old browser may send", []string{"Origin", "http://example.com", "Cookie", "s=1"}, 303},
		{"another site may not", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a sister site may not", []string{"Sec-Fetch-Site", "same-site", "Cookie", "s=1"}, 403},
		{"a foreign origin may not", []string{"Origin", "http://evil.example"}, 403},
		{"an origin of null may not", []string{"Origin", "null", "Cookie", "s=1"}, 403},
		{"cookies without any origin may not", []string{"Cookie", "s=1"}, 403},
		{"a program without cookies may", nil, 303},
	} {
		if got := do(h, "POST", "/f", "", c.header...).StatusCode; got != c.want {
			t.Errorf("%s: got %d, want %d", c.say, got, c.want)
		}
	}
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	proves.That(t, "hdr-every-route")
	h := site()
	for _, path := range []string{"/nowhere", "/sw.js"} {
		got := do(h, "GET", path, "").Header
		csp := got.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "style-src 'self';", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) || strings.Contains(csp, "unsafe") || strings.Contains(csp, "strict-dynamic") {
				t.Errorf("%s: got policy %q, want one with %s and nothing unsafe", path, csp, want)
			}
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got.Get(name) != want {
				t.Errorf("%s: got %s %q, want %q", path, name, got.Get(name), want)
			}
		}
	}
}

// Over TLS a browser is told to use nothing else, for a year and for the hosts below.
func TestOnlyTLS(t *testing.T) {
	proves.That(t, "hdr-every-route")
	for secure, want := range map[bool]string{true: "max-age=31536000; includeSubDomains", false: ""} {
		s := &web.Site{Texts: web.NewTexts(ui.Texts()), Log: slog.New(slog.DiscardHandler), Secure: secure}
		h := s.Handler(web.NewMux())
		for _, path := range []string{"/", "/api/v1/x"} {
			if got := do(h, "GET", path, "").Header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("secure %v, %s: got %q, want %q", secure, path, got, want)
			}
		}
	}
}

func TestWrongMethodAndTooLarge(t *testing.T) {
	proves.That(t, "http-limits")
	read := web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return err
		}
		return web.See(w, r, "/")
	})
	small := route("POST", "/f", read)
	small.BodyLimit = 10
	h := site(small)
	if r := do(h, "GET", "/f", ""); r.StatusCode != 405 || r.Header.Get("Allow") != "POST" {
		t.Errorf("a GET of a form's target: got %d allowing %q, want 405 allowing POST", r.StatusCode, r.Header.Get("Allow"))
	}
	form := []string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}
	if got := do(h, "POST", "/f", "a="+strings.Repeat("x", 50), form...).StatusCode; got != 413 {
		t.Errorf("a body over the limit: got %d, want 413", got)
	}
	r := httptest.NewRequest("POST", "/f", struct{ io.Reader }{strings.NewReader("a=" + strings.Repeat("x", 50))})
	r.ContentLength = -1
	r.Header.Set("Content-Type", form[1])
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 413 {
		t.Errorf("a body over the limit without a length: got %d, want 413", w.Code)
	}
}

func TestMuxRefusesRoutesWithoutAction(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a route without an action: got a mux, want a panic")
		}
	}()
	web.NewMux([]web.Route{{Method: "GET", Pattern: "/x", Handler: http.NotFoundHandler()}})
}

func TestLocalPath(t *testing.T) {
	proves.That(t, "redirect-corpus")
	for _, c := range []struct{ in, want string }{
		{"/a?b=1", "/a?b=1"}, {"", "/"}, {"//evil.example", "/"}, {"https://evil.example", "/"}, {`/\evil.example`, "/"},
		{"/a\r\nX: y", "/"}, {"javascript:alert(1)", "/"}, {"a", "/"}, {"/%2fevil.example", "/"},
	} {
		if got := web.LocalPath(c.in, "/"); got != c.want {
			t.Errorf("LocalPath(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSettingsAreWrittenIntoThePage(t *testing.T) {
	h := site(route("GET", "/p", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		return web.Show(w, r, 200, ui.Worker(ui.WorkerPage{Title: "t"}))
	})))
	r := do(h, "POST", "/settings/display", "size=xxl&theme=plaid&lang=en&back=%2Fp", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
	if r.StatusCode != 303 || r.Header.Get("Location") != "/p" || len(r.Cookies()) != 2 {
		t.Fatalf("settings: got %d to %q with %v, want 303 to /p with size and lang only", r.StatusCode, r.Header.Get("Location"), r.Cookies())
	}
	page := body(t, do(h, "GET", "/p", "", "Cookie", "size=xxl; lang=en; theme=dark"))
	for _, want := range []string{`lang="en"`, `data-size="xxl"`, `data-theme="dark"`, "Get help"} {
		if !strings.Contains(page, want) {
			t.Errorf("page: got %.300q, want %s in it", page, want)
		}
	}
}

func TestFlashIsToldOnce(t *testing.T) {
	h := site(
		route("POST", "/f", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
			web.SetFlash(w, r, "ui.errors", "Count", 3)
			return web.See(w, r, "/p")
		})),
		route("GET", "/p", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
			return web.Show(w, r, 200, ui.Worker(ui.WorkerPage{Title: "t"}))
		})),
	)
	sent := do(h, "POST", "/f", "", "Sec-Fetch-Site", "same-origin")
	page := do(h, "GET", "/p", "", "Cookie", "flash="+sent.Cookies()[0].Value)
	if got := body(t, page); !strings.Contains(got, "还有 3 处要改") {
		t.Errorf("page after the form: got %.200q, want the message", got)
	}
	unseen := do(h, "GET", "/p", "", "Cookie", "flash="+sent.Cookies()[0].Value, "Idempotency-Key", "0190a000-0000-7000-8000-000000000001")
	if c := unseen.Cookies(); len(c) != 0 {
		t.Errorf("cookie after a script went there: got %v, want it kept for the reader", c)
	}
	if c := page.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("cookie after the page: got %v, want it cleared", c)
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	h := site()
	url := web.NewAssets().URL("app.css")
	for _, coding := range []string{"", "gzip", "br"} {
		r := do(h, "GET", url, "", "Accept-Encoding", coding)
		if r.StatusCode != 200 || r.Header.Get("Content-Encoding") != coding || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s as %q: got %d %v, want it kept for ever", url, coding, r.StatusCode, r.Header)
		}
	}
}

func TestWordsAreComplete(t *testing.T) {
	if got := append(ui.Texts().Gaps(), web.OwnWords().Gaps()...); len(got) > 0 {
		t.Errorf("got gaps %q, want none", got)
	}
}

func TestAccidentsStandInTheLog(t *testing.T) {
	proves.That(t, "log-contract")
	var log strings.Builder
	s := &web.Site{Texts: web.NewTexts(ui.Texts()), Log: slog.New(slog.NewTextHandler(&log, nil))}
	h := s.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		web.Accident(r.Context(), errors.New("the disk is full"))
		web.Accident(r.Context(), errors.New("so is the other"))
		w.WriteHeader(http.StatusOK)
	}))
	do(h, "GET", "/", "")
	for _, want := range []string{"level=ERROR", "status=200", "the disk is full", "so is the other"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("got %q, want %q in it", log.String(), want)
		}
	}
}
