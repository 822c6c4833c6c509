package watch_test

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
	"nuanxin/internal/account/accountweb/watch"
	"nuanxin/internal/account/trail"
	"nuanxin/internal/account/warden"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	here     = "990101"
	password = "red boat on the river"
)

type silent struct{}

func (silent) Send(context.Context, account.Message) error { return nil }

type orgs struct{}

func (orgs) Area(context.Context, *op.Tx, string) (string, error) { return here, nil }
func (orgs) Names(context.Context, *op.Tx, []string) (map[string]string, error) {
	return nil, nil
}

type house struct {
	t        *testing.T
	accounts *account.Service
	trail    *trail.Service
	clock    *clock.Fake
	db       *db.DB
	found    trail.Finding
	ids      map[string]account.ID
	url      string
	forged   bool // what the program file is said to be
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.At(start), ids: map[string]account.ID{}, found: trail.Finding{Rows: 40, Sealed: 2, Loose: 3}}
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	h.db = dbtest.SQLite(t, h.clock, []fs.FS{op.Schema, account.Schema})
	desk := op.New(h.db, authz.Merge(account.Policy, warden.Policy, trail.Policy))
	h.accounts = account.NewService(desk, account.Config{Ring: ring, Sender: silent{}, Orgs: orgs{}, Cheap: true})
	h.trail = trail.NewService(desk, trail.Config{Accounts: h.accounts,
		Whole:  func(context.Context, *op.Tx) (string, error) { return here, nil },
		Verify: func(context.Context) (trail.Finding, error) { return h.found, nil }})
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), accountweb.Texts(), watch.Texts()), Assets: web.NewAssets(), Clock: h.clock, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	frame := func(ctx context.Context) ui.StaffPage { return accountweb.Frame(ctx, nil) }
	tables := accountweb.Guard(desk.Rules(),
		accountweb.Routes(accountweb.Config{Accounts: h.accounts}),
		watch.Routes(watch.Config{Forged: func() bool { return h.forged }, Accounts: h.accounts, Warden: warden.NewService(desk), Trail: h.trail, Rules: desk.Rules(), Frame: frame, Orgs: func(context.Context, []string) (map[string]string, error) { return nil, nil }}),
		site.Assets.Routes(), web.SettingsRoutes(), []web.Route{{Method: "GET", Pattern: "/desk", Action: "test.desk", Handler: web.HTML(func(w http.ResponseWriter, r *http.Request) error {
			return web.JSON(w, r, http.StatusOK, "desk")
		})}})
	server := httptest.NewServer(site.Handler(accountweb.Sessions{Accounts: h.accounts}.Handler(web.NewMux(tables...))))
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
	if m := regexp.MustCompile(`>\s*((account|watch|ui|web)\.[a-z_.]+)\s*<`).FindStringSubmatch(r.page); m != nil && !strings.Contains(m[1], "account.add") {
		r.h.t.Errorf("%s: a key without words: %s", about, m[1])
	}
	return r
}

func (r *reader) session() string {
	u, err := url.Parse(r.h.url)
	if err != nil {
		r.h.t.Fatal(err)
	}
	for _, c := range r.client.Jar.Cookies(u) {
		if c.Name == "nx" {
			return c.Value
		}
	}
	return ""
}

// staff adds somebody and signs them in.
func (h *house) staff(login, name string, grants ...account.Grant) *reader {
	h.t.Helper()
	who, _, err := h.accounts.AddStaff(authz.AsSystem(context.Background(), "test"), account.Staff{Login: login, Name: name, Area: here, Grants: grants, Password: password})
	if err != nil {
		h.t.Fatal(err)
	}
	h.ids[login] = who
	return h.in(login)
}

func (h *house) in(login string) *reader {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return (&reader{h: h, client: &http.Client{Jar: jar}}).post(accountweb.StaffSignInPath, "login", login, "password", password).want("sign-in of "+login, 200, "/desk")
}

func grant(role authz.Role) account.Grant { return account.Grant{Role: role, Area: here} }

func TestWords(t *testing.T) { webtest.Complete(t, watch.Texts()) }
