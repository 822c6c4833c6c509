package phoneweb_test

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
	"nuanxin/internal/account/phone"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	lost, fresh = "13812340001", "13912340002"
	county      = "990101"
	password    = "red boat on the river"
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

// union is the rest of the house, with one member.
type union struct{ holder phone.Holder }

func (u *union) Holder(_ context.Context, _ *op.Tx, member string) (phone.Holder, error) {
	if member != u.holder.Member {
		return phone.Holder{}, fault.New("test.holder", fault.Missing, "fault.missing")
	}
	return u.holder, nil
}

type house struct {
	t        *testing.T
	accounts *account.Service
	phones   *phone.Service
	clock    *clock.Fake
	sent     phones
	union    *union
	url      string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.At(start), sent: phones{}, union: &union{}}
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	desk := op.New(dbtest.SQLite(t, h.clock, []fs.FS{op.Schema, account.Schema}), authz.Merge(account.Policy, phone.Policy))
	h.accounts = account.NewService(desk, account.Config{Ring: ring, Sender: h.sent, Orgs: orgs{}, Cheap: true})
	h.phones = phone.NewService(desk, phone.Config{Ring: ring, Accounts: h.accounts, Members: h.union})
	shown := func(to string) string { return h.sent[to] }
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), accountweb.Texts(), phoneweb.Texts()), Assets: web.NewAssets(), Clock: h.clock, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	tables := accountweb.Guard(desk.Rules(),
		accountweb.Routes(accountweb.Config{Accounts: h.accounts, Demo: shown, More: func(ctx context.Context) ([]ui.RowProps, error) { return phoneweb.Row(ctx, h.phones) }}),
		phoneweb.Routes(phoneweb.Config{Phones: h.phones, Demo: shown, Frame: func(ctx context.Context) ui.StaffPage { return accountweb.Frame(ctx, nil) }}),
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
	if m := regexp.MustCompile(`>\s*((account|accountphone|ui|web)\.[a-z_.]+)\s*<`).FindStringSubmatch(r.page); m != nil {
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

// worker signs in by a code.
func (h *house) worker(to string) *reader {
	h.t.Helper()
	h.clock.Move(2 * time.Minute)
	r := h.reader()
	r.post("/sign-in/code", "phone", to)
	return r.post("/sign-in", "phone", to, "code", h.sent[to], "own", "1").want("sign-in", 200, "/me")
}

// member is a worker who belongs to the county.
func (h *house) member() *reader {
	h.t.Helper()
	r := h.worker(lost)
	v, err := h.accounts.Resolve(h.t.Context(), r.cookie("nx"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.union.holder = phone.Holder{Member: id.New[string](), Person: v.ID, Name: "陈建国", Number: "99010126000001", Area: county, Union: "示例县总工会", Live: true}
	return r
}

// staff signs in somebody new.
func (h *house) staff(login string, role authz.Role, area string) *reader {
	h.t.Helper()
	_, _, err := h.accounts.AddStaff(authz.AsSystem(context.Background(), "test"), account.Staff{Login: login, Name: "柳婷", Area: area, Grants: []account.Grant{{Role: role, Area: area}}, Password: password})
	if err != nil {
		h.t.Fatal(err)
	}
	return h.reader().post(accountweb.StaffSignInPath, "login", login, "password", password).want("sign-in", 200, "/desk")
}

func (h *house) at() string { return phoneweb.HrefDesk(h.union.holder.Member) }

func TestWords(t *testing.T) { webtest.Complete(t, phoneweb.Texts()) }
