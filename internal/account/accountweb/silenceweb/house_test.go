package silenceweb_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/accountweb/phoneweb"
	"nuanxin/internal/account/accountweb/silenceweb"
	"nuanxin/internal/account/silence"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	mobile, other = "13812340001", "13912340002"
	county        = "990101"
	document      = "11010519491231002X"
)

// phones remembers the last code of each phone.
type phones map[string]string

func (p phones) Send(_ context.Context, m account.Message) error {
	p[m.Phone] = m.Code
	return nil
}

type orgs struct{}

func (orgs) Area(context.Context, *op.Tx, string) (string, error) { return county, nil }
func (orgs) Names(context.Context, *op.Tx, []string) (map[string]string, error) {
	return nil, nil
}

// records are what is kept of workers, by their ids.
type records map[string]silence.Known

func (r records) Known(_ context.Context, _ *op.Tx, who string) (silence.Known, error) {
	return r[who], nil
}

func (r records) Numbered(_ context.Context, _ *op.Tx, who, n string) (bool, error) {
	return len(r[who].Numbers) > 0 && r[who].Numbers[0] == n, nil
}

func (r records) Has(_ context.Context, _ *op.Tx, who string) (bool, error) {
	return len(r[who].Numbers) > 0, nil
}

type house struct {
	t        *testing.T
	accounts *account.Service
	clock    *clock.Fake
	sent     phones
	known    records
	url      string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.At(start), sent: phones{}, known: records{}}
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	desk := op.New(dbtest.SQLite(t, h.clock, []fs.FS{op.Schema, account.Schema}), authz.Merge(account.Policy, silence.Policy))
	h.accounts = account.NewService(desk, account.Config{Ring: ring, Sender: h.sent, Orgs: orgs{}, Cheap: true})
	quiet := silence.NewService(desk, silence.Config{Ring: ring, Accounts: h.accounts, Records: h.known})
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), accountweb.Texts(), phoneweb.Texts(), silenceweb.Texts()), Assets: web.NewAssets(), Clock: h.clock, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(accountweb.Routes(accountweb.Config{Accounts: h.accounts, Demo: func(to string) string { return h.sent[to] }}),
		silenceweb.Routes(silenceweb.Config{Silence: quiet, After: "/me"}), site.Assets.Routes(), web.SettingsRoutes())
	server := httptest.NewServer(site.Handler(accountweb.Sessions{Accounts: h.accounts}.Handler(mux)))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// reader is a browser without scripts.
type reader struct {
	h      *house
	client *http.Client
	path   string
	code   int
	page   string
}

func (h *house) reader() *reader {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &reader{h: h, client: &http.Client{Jar: jar}}
}

func (r *reader) do(method, path string, form url.Values) *reader {
	r.h.t.Helper()
	req, err := http.NewRequest(method, r.h.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.h.t.Fatal(err)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", r.h.url)
	}
	res, err := r.client.Do(req)
	if err != nil {
		r.h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.h.t.Fatal(err)
	}
	r.path, r.code, r.page = res.Request.URL.RequestURI(), res.StatusCode, string(b)
	return r
}

func (r *reader) get(path string) *reader { r.h.t.Helper(); return r.do("GET", path, nil) }

func (r *reader) post(path string, pairs ...string) *reader {
	r.h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return r.do("POST", path, form)
}

// want checks the page that came; a word that begins with "!" must not be there.
func (r *reader) want(about string, code int, path string, words ...string) *reader {
	r.h.t.Helper()
	if r.code != code || r.path != path {
		r.h.t.Errorf("%s: got %d %s, want %d %s", about, r.code, r.path, code, path)
	}
	for _, w := range words {
		if no, hidden := strings.CutPrefix(w, "!"); strings.Contains(r.page, no) == hidden {
			r.h.t.Errorf("%s: %q in the page is %v", about, no, hidden)
		}
	}
	if m := regexp.MustCompile(`>\s*((account|accountphone|silence|ui|web)\.[a-z_.]+)\s*<`).FindStringSubmatch(r.page); m != nil {
		r.h.t.Errorf("%s: a key without words: %s", about, m[1])
	}
	return r
}

func (r *reader) cookie(name string) string {
	u, err := url.Parse(r.h.url)
	if err != nil {
		r.h.t.Fatal(err)
	}
	for _, c := range r.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// signIn sends a code and signs in by it.
func (r *reader) signIn(to, next string) *reader {
	r.h.t.Helper()
	r.h.clock.Move(2 * time.Minute)
	r.post("/sign-in/code", "phone", to)
	return r.post("/sign-in", "phone", to, "code", r.h.sent[to], "own", "1", "next", next)
}

// worker signs in by a code, to an account of which so much is known.
func (h *house) worker(to string, k silence.Known) *reader {
	h.t.Helper()
	r := h.reader().signIn(to, "/me").want("sign-in", 200, "/me")
	v, err := h.accounts.Resolve(h.t.Context(), r.cookie("nx"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.known[v.ID] = k
	return r
}

func TestWords(t *testing.T) { webtest.Complete(t, silenceweb.Texts()) }
