package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

var (
	scriptIn  = regexp.MustCompile(`<script[^>]*>`)
	nonceIn   = regexp.MustCompile(`<script[^>]* nonce="([A-Za-z0-9_-]{22})"`)
	allowedIn = regexp.MustCompile(`script-src 'nonce-([A-Za-z0-9_-]{22})';`)
)

// scripted serves a worker's page at /p and one without scripts at /plain.
func scripted() http.Handler {
	return site(
		route("GET", "/p", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
			return web.Show(w, r, 200, ui.Worker(ui.WorkerPage{Title: "t"}))
		})),
		route("GET", "/form", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
			return web.Show(w, r, 200, templ.Join(ui.Worker(ui.WorkerPage{Title: "t"}), ui.Form(ui.FormProps{Action: "/f", Multipart: true})))
		})),
		route("GET", "/plain", web.HTML(func(w http.ResponseWriter, r *http.Request) error { return web.Show(w, r, 200, text("no script")) })),
	)
}

// Every answer has a nonce of its own, all its scripts carry it, and the policy
// lets nothing else run; that holds for pages whose frame was kept, and for failures.
func TestNonceOfEachAnswer(t *testing.T) {
	proves.That(t, "hdr-every-route")
	h, seen := scripted(), map[string]bool{}
	for i := range 200 {
		path := []string{"/p", "/form", "/nowhere"}[i%3]
		r := do(h, "GET", path, "")
		page, csp := body(t, r), r.Header.Get("Content-Security-Policy")
		allowed := allowedIn.FindStringSubmatch(csp)
		if allowed == nil || seen[allowed[1]] {
			t.Fatalf("%s: got policy %q, want a nonce that was never there", path, csp)
		}
		seen[allowed[1]] = true
		scripts, carry := scriptIn.FindAllString(page, -1), nonceIn.FindAllStringSubmatch(page, -1)
		if len(scripts) == 0 || len(scripts) != len(carry) {
			t.Fatalf("%s: got scripts %q, want a nonce on each", path, scripts)
		}
		for _, c := range carry {
			if c[1] != allowed[1] {
				t.Fatalf("%s: a script carries %s, and the policy names %s", path, c[1], allowed[1])
			}
		}
	}
	for _, path := range []string{"/plain", "/sw.js", web.NewAssets().URL("app.js")} {
		if csp := do(h, "GET", path, "").Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'none';") {
			t.Errorf("%s has no script: got policy %q, want that none may run", path, csp)
		}
	}
}

// A page that did not change is told so whatever its nonce was, and the answer
// that says so brings no policy that could come to stand beside the older nonce.
func TestNonceAndUnchangedPages(t *testing.T) {
	proves.That(t, "hdr-every-route")
	h := scripted()
	first := do(h, "GET", "/form", "")
	second := do(h, "GET", "/form", "", "If-None-Match", first.Header.Get("ETag"))
	if csp, ok := second.Header["Content-Security-Policy"]; second.StatusCode != 304 || ok {
		t.Errorf("the same page: got %d with policy %q, want 304 without any", second.StatusCode, csp)
	}
	if second.Header.Get("ETag") != first.Header.Get("ETag") {
		t.Errorf("the same page: got marks %s and %s", first.Header.Get("ETag"), second.Header.Get("ETag"))
	}
	if r := do(h, "GET", "/p", "", "If-None-Match", first.Header.Get("ETag")); r.StatusCode != 200 || r.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("another page: got %d", r.StatusCode)
	}
	if r := do(h, "GET", "/form", "", "If-None-Match", first.Header.Get("ETag"), "Cookie", "size=xxl"); r.StatusCode != 200 {
		t.Errorf("the page in another size: got %d, want it anew", r.StatusCode)
	}
}
