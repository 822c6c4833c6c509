package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/request"
)

// Every route, found or refused, for whoever asks, answers with the headers that
// keep a browser from running, framing, guessing or passing on what it gets; what
// is about a person is kept by nobody else; cookies are out of scripts' reach.
func TestHeadersOfEveryRoute(t *testing.T) {
	proves.That(t, "hdr-every-route", "hdr-cookies", "http-contract", "browser-storage")
	w := newWorld(t)
	w.papers(t)
	for _, r := range w.app.routes {
		if r.Method != http.MethodGet {
			continue
		}
		path, _ := w.path(r.Pattern)
		for _, actor := range []string{"nobody", "worker", "cadre", "admin"} {
			w.headed(t, r.Pattern, w.ask(t, path, "nx="+w.tokens[actor]), actor != "nobody")
		}
	}
}

// public are what everybody may keep: it is about nobody.
var public = []string{"/a/", "/api", "/healthz", "/metrics", "/favicon", "/icon-", "/manifest", "/sw.js", "/stations/", "/photos/"}

func (w *world) headed(t *testing.T, pattern string, answer *httptest.ResponseRecorder, signedIn bool) {
	t.Helper()
	h := answer.Header()
	want := map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": "default-src 'none'"}
	for name, part := range want {
		if !strings.Contains(h.Get(name), part) {
			t.Errorf("%s: got %s %q, want %s", pattern, name, h.Get(name), part)
		}
	}
	if h.Get("Referrer-Policy") == "" || strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%s: got headers %v", pattern, h)
	}
	kind := h.Get("Content-Type")
	if answer.Body.Len() > 0 && (kind == "" || strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "charset=utf-8")) {
		t.Errorf("%s: got the type %q, want one with its characters", pattern, kind)
	}
	keep := h.Get("Cache-Control")
	free := slices.ContainsFunc(public, func(p string) bool { return strings.HasPrefix(pattern, p) })
	if signedIn && answer.Code == http.StatusOK && !free && !strings.Contains(keep, "no-store") && !strings.Contains(keep, "private") {
		t.Errorf("%s: got Cache-Control %q, want that nobody else keeps it", pattern, keep)
	}
	for _, c := range answer.Result().Cookies() {
		script := slices.Contains([]string{"theme", "size", "lang", "contrast"}, c.Name) // the page's own script sets them
		if !c.HttpOnly && !script || c.SameSite == http.SameSiteNoneMode || c.SameSite == http.SameSiteDefaultMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: got the cookie %q", pattern, c.Raw)
		}
	}
}

// Every route that changes something refuses what another site makes a browser
// send, whoever is signed in, and does nothing.
func TestForeignWritesOnEveryRoute(t *testing.T) {
	proves.That(t, "csrf-every-route")
	w := newWorld(t)
	w.papers(t)
	tried := 0
	for _, r := range w.app.routes {
		if r.Method == http.MethodGet {
			continue
		}
		path, _ := w.path(r.Pattern)
		for about, header := range map[string][2]string{"another site": {"Sec-Fetch-Site", "cross-site"}, "a sister": {"Sec-Fetch-Site", "same-site"},
			"a foreign origin": {"Origin", "https://evil.example"}, "an origin of null": {"Origin", "null"}, "none": {"X-None", "x"}} {
			for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "application/json"} {
				q := httptest.NewRequest(r.Method, path, strings.NewReader("words=x"))
				q.Header.Set("Content-Type", kind)
				q.Header.Set(header[0], header[1])
				q.AddCookie(&http.Cookie{Name: "nx", Value: w.tokens["cadre"]})
				answer := httptest.NewRecorder()
				w.app.Handler().ServeHTTP(answer, q)
				tried++
				if answer.Code != http.StatusForbidden {
					t.Errorf("%s %s from %s as %s: got %d, want it refused", r.Method, path, about, kind, answer.Code)
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d were tried", tried)
	}
}

// Nothing of how the program is built or run is given out, and nobody comes in by
// a name that ships with it.
func TestNothingLeaks(t *testing.T) {
	proves.That(t, "leak-probe", "no-default-secrets", "no-demo-code")
	w := emptyWorld(t)
	w.config.Demo = false
	w.app = must[*App](t)(Open(t.Context(), w.config))
	t.Cleanup(func() { _ = w.app.Close() })
	for _, path := range []string{"/.git/config", "/.git/HEAD", "/.env", "/a/", "/a/../go.mod", "/debug/pprof/", "/debug/vars", "/static/", "/backup", "/nuanxin.db", "/keys/ring.json", "/server-status",
		"/gallery", "/internal/", "/docs/operator.md", "/api/v1/", "/.well-known/", "/wp-login.php", "/actuator/env"} {
		answer := w.ask(t, path, "")
		if answer.Code != http.StatusNotFound && answer.Code != http.StatusTemporaryRedirect && answer.Code != http.StatusMovedPermanently {
			t.Errorf("%s: got %d", path, answer.Code)
		}
	}
	for _, method := range []string{"TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND", "PUT"} {
		answer := w.send(method, "/", "")
		if answer.Code < 400 || strings.Contains(answer.Body.String(), "X-Secret") {
			t.Errorf("%s: got %d", method, answer.Code)
		}
	}
	for _, name := range []string{"Server", "X-Powered-By", "Via"} {
		if got := w.ask(t, "/", "").Header().Get(name); got != "" {
			t.Errorf("got %s: %s", name, got)
		}
	}
	var people int
	if err := w.app.db.View(t.Context(), func(tx *db.Tx) error { return tx.One(t.Context(), `select count(*) from person`, nil, &people) }); err != nil || people != 0 {
		t.Errorf("a new installation has %d accounts, %v; want none", people, err)
	}
	for _, name := range []string{"admin", "root", "nuanxin", "test"} {
		if _, err := w.app.Accounts.SignInStaff(t.Context(), name, name); err == nil {
			t.Errorf("%s came in by its own name", name)
		}
	}
}

// A form takes its own fields alone, from its body alone, and of each the first.
func TestFieldsThatWereNotAskedFor(t *testing.T) {
	proves.That(t, "mass-assignment", "parameter-pollution")
	w := newWorld(t)
	values := url.Values{"words": {"大门不开", "别的话"}, "topic": {"gate"}, "place": {"示例家园东门"}, "area": {"220402"},
		"status": {"closed"}, "state": {"closed"}, "owner_id": {"x"}, "owner": {"x"}, "number": {"2000-0101-0001"}, "request_id": {"x"}, "demo": {"1"}, "officer_id": {"x"}, "held": {"true"}, "version": {"99"}, "answer": {"好"}}
	r := httptest.NewRequest(http.MethodPost, "/help?words="+url.QueryEscape("地址里的话")+"&status=closed", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "nx", Value: w.tokens["worker"]})
	answer := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	mine := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(w.as(t, "worker"), request.Filter{}))
	if answer.Code != http.StatusSeeOther || len(mine.Rows) != 2 {
		t.Fatalf("got %d and %d requests: %.500s", answer.Code, len(mine.Rows), answer.Body)
	}
	got := must[request.Own](t)(w.app.Requests.Progress(w.as(t, "worker"), request.Ref{ID: mine.Rows[0].ID}))
	raw, err := json.Marshal(got)
	if err != nil || !strings.Contains(string(raw), "大门不开") || strings.Contains(string(raw), "别的话") || strings.Contains(string(raw), "地址里的话") {
		t.Errorf("got %s, %v; want the first words of the body", raw, err)
	}
	if s := mine.Rows[0].Status; !s.Busy() || mine.Rows[0].Number == "2000-0101-0001" || mine.Rows[0].Officer != "" {
		t.Errorf("got %+v, want nothing that was not asked for", mine.Rows[0])
	}
}
