package accountweb_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/accountweb"
	"nuanxin/internal/account/oidc"
	"nuanxin/internal/account/passkey"
	"nuanxin/internal/account/wechat"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

var start = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

const (
	password = "red boat on the river"
	body     = "0190a1b2-0000-7000-8000-0000000000b1"
)

// phones remembers the last code of each phone.
type phones map[string]string

func (p phones) Send(_ context.Context, m account.Message) error {
	p[m.Phone] = m.Code
	return nil
}

// orgs are one organisation.
type orgs struct{}

func (orgs) Area(_ context.Context, _ *op.Tx, id string) (string, error) {
	if id != body {
		return "", fault.New("test.area", fault.Missing, "fault.missing")
	}
	return "990101", nil
}

func (orgs) Names(context.Context, *op.Tx, []string) (map[string]string, error) {
	return map[string]string{body: "南康街道"}, nil
}

func (orgs) Choices(context.Context, string) ([]ui.Option, error) {
	return []ui.Option{{Value: body, Text: "南康街道"}}, nil
}

func (orgs) Called(context.Context, []string) (map[string]string, error) {
	return map[string]string{body: "南康街道"}, nil
}

type house struct {
	t        *testing.T
	accounts *account.Service
	clock    *clock.Fake
	phones   phones
	url      string
	idp      *idp
	site     string // the same under its name
	mux      *web.Mux
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.At(start), phones: phones{}}
	d := dbtest.SQLite(t, h.clock, []fs.FS{op.Schema, account.Schema, oidc.Schema, wechat.Schema})
	h.serve(d)
	return h
}

func (h *house) serve(d *db.DB) {
	ring, err := seal.Open(filepath.Join(h.t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		h.t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	h.url = "http://" + server.Listener.Addr().String()
	h.site = strings.Replace(h.url, "127.0.0.1", "localhost", 1) // browsers make no passkeys for a bare address
	party, err := passkey.NewParty(h.site)
	if err != nil {
		h.t.Fatal(err)
	}
	rules := authz.Merge(account.Policy, oidc.Policy, wechat.Policy)
	desk := op.New(d, rules)
	h.accounts = account.NewService(desk, account.Config{Ring: ring, Sender: h.phones, Orgs: orgs{}, Party: party, Cheap: true})
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), accountweb.Texts()), Assets: web.NewAssets(), Clock: h.clock, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	h.mux = web.NewMux(accountweb.Guard(rules, accountweb.Routes(accountweb.Config{Accounts: h.accounts, Orgs: orgs{}, Providers: h.unions(desk, ring), WeChat: h.weixin(desk, ring), Demo: func(phone string) string { return h.phones[phone] }}))[0],
		[]web.Route{{Method: "GET", Pattern: "/{$}", Action: "test.who", Handler: web.HTML(who)}, {Method: "GET", Pattern: "/who", Action: "test.who", Handler: web.HTML(who)}, {Method: "GET", Pattern: "/desk", Action: "test.who", Handler: web.HTML(who)}})
	h.mux = web.NewMux(h.mux.Routes(), site.Assets.Routes(), web.SettingsRoutes())
	server.Config.Handler = site.Handler(accountweb.Sessions{Accounts: h.accounts}.Handler(h.mux))
	server.Start()
	h.t.Cleanup(server.Close)
}

// who tells who asks.
func who(w http.ResponseWriter, r *http.Request) error {
	s := authz.From(r.Context())
	return web.JSON(w, r, http.StatusOK, []string{string(s.Kind), s.Name})
}

// staff adds somebody as the program.
func (h *house) staff(login, area string, grants ...account.Grant) account.ID {
	h.t.Helper()
	p, _, err := h.accounts.AddStaff(authz.AsSystem(context.Background(), "test"), account.Staff{Login: login, Name: "名" + login, Area: area, Grants: grants, Password: password})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// reader is a browser without scripts.
type reader struct {
	h      *house
	client *http.Client
	path   string // of the page that came
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

// post sends a form of pairs of names and values.
func (r *reader) post(path string, pairs ...string) *reader {
	r.h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return r.do("POST", path, form)
}

// want checks the page that came; with a path of "" wherever it is.
func (r *reader) want(about string, code int, path string, words ...string) {
	r.h.t.Helper()
	if r.code != code || path != "" && r.path != path {
		r.h.t.Errorf("%s: %d %s, want %d %s", about, r.code, r.path, code, path)
	}
	for _, w := range words {
		if no, hidden := strings.CutPrefix(w, "!"); hidden {
			if strings.Contains(r.page, no) {
				r.h.t.Errorf("%s: says %q", about, no)
			}
		} else if !strings.Contains(r.page, w) {
			r.h.t.Errorf("%s: does not say %q", about, w)
		}
	}
	if m := regexp.MustCompile(`>\s*((account|org|ui|web)\.[a-z_.]+)\s*<`).FindStringSubmatch(r.page); m != nil {
		r.h.t.Errorf("%s: a key without words: %s", about, m[1])
	}
}

func (h *house) in(login string) *reader {
	h.t.Helper()
	r := h.reader().post(accountweb.StaffSignInPath, "login", login, "password", password)
	if r.code != http.StatusOK || r.path != "/desk" {
		h.t.Fatalf("sign-in of %s: %d %s", login, r.code, r.path)
	}
	return r
}

func TestWords(t *testing.T) { webtest.Complete(t, accountweb.Texts()) }

// Every fault that the domain tells has words.
func TestFaultsHaveWords(t *testing.T) {
	key := regexp.MustCompile(`(?:fault\.New\([^,]*, fault\.\w+, |f\.Add\("\w+", |f\.Add\(field, |[fF]ieldFault\("\w+", |msg = |tooSoon\([^,]*, )"(account\.[a-z_.]+)"`)
	words := accountweb.Texts()["zh-CN"]
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	rooms, err := filepath.Glob("../[fopw]*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, rooms...)
	n := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			n++
			if words[m[1]] == nil && words[m[1]+".s"] == nil && !strings.HasSuffix(f, "_test.go") {
				t.Errorf("%s: %s has no words", f, m[1])
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d faults found: the pattern is stale", n)
	}
}

func TestWorkerSignsIn(t *testing.T) {
	h := open(t)
	r := h.reader()
	r.get("/me").want("a stranger's own page", 200, "/me", "还没登录", "12351", "阳光模式")
	r.get("/sign-in?next=/who").want("the phone", 200, "/sign-in?next=/who", `inputmode="tel"`, `autocomplete="tel"`)
	r.post("/sign-in/code", "phone", "1381234", "next", "/who").want("no phone", 422, "/sign-in/code", "11 位")
	r.post("/sign-in/code", "phone", "138 1234 0001", "next", "/who").want("the code", 200, "/sign-in/code", `autocomplete="one-time-code"`, `inputmode="numeric"`, h.phones["13812340001"], `value="/who"`)
	r.post("/sign-in/code", "phone", "13812340001", "again", "1").want("again at once", 429, "/sign-in/code", "60 秒后", "one-time-code")
	r.post("/sign-in", "phone", "13812340001", "code", "x", "next", "/who").want("a wrong code", 422, "/sign-in", "不对", `value="13812340001"`)
	r.post("/sign-in", "phone", "13812340001", "code", h.phones["13812340001"], "own", "1", "next", "/who").want("in", 200, "/who", `"worker"`)
	r.get("/sign-in").want("no second sign-in", 200, "/me", "138****0001")
	r.post("/me/name", "name", "陈师傅").want("a name", 200, "/me", `value="陈师傅"`, "存好了")
	r.post("/me/name", "name", strings.Repeat("长", 41)).want("a long name", 422, "/me/name", "40 个字")
	r.get(accountweb.SettingsPath).want("a worker at the desk", 200, "/staff/sign-in?next=%2Fdesk%2Fme")
	r.post("/sign-out").want("out", 200, "/")
	r.get("/who").want("nobody", 200, "/who", `["",""]`)
	for _, next := range []string{"//evil.example", "https://evil.example/", `/\evil.example`, "javascript:alert(1)"} {
		if r.get("/sign-in?next=" + url.QueryEscape(next)); !strings.Contains(r.page, `name="next" value="/me"`) {
			t.Errorf("the page leads to %s", next)
		}
	}
}

// A worker's session is prolonged by use, so that the browser must keep its
// secret for longer than the first day promised; and a week more, so that what is
// sent too late is known for it.
func TestOwnPhoneKeepsTheSecret(t *testing.T) {
	proves.That(t, "browser-storage")
	h := open(t)
	for own, want := range map[string]time.Duration{"1": 400 * 24 * time.Hour, "": time.Hour} {
		phone := "1381234000" + strconv.Itoa(len(own))
		h.reader().post("/sign-in/code", "phone", phone)
		form := url.Values{"phone": {phone}, "code": {h.phones[phone]}, "own": {own}}
		req, err := http.NewRequest("POST", h.url+"/sign-in", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if c := res.Cookies(); len(c) != 1 || c[0].MaxAge != int((want+7*24*time.Hour).Seconds()) {
			t.Errorf("own %q: got %v, want one cookie for %v and a week", own, c, want)
		}
	}
}

// Static files do not ask who wants them: they are served while the database is
// not, and cost it nothing.
func TestStaticFilesAskNobody(t *testing.T) {
	h := &house{t: t, clock: clock.At(start), phones: phones{}}
	d := dbtest.SQLite(t, h.clock, []fs.FS{op.Schema, account.Schema, oidc.Schema, wechat.Schema})
	h.serve(d)
	r := h.reader()
	page := r.get("/sign-in").page
	sheet := regexp.MustCompile(`/a/app\.[0-9a-f]+\.css`).FindString(page)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(h.url)
	r.client.Jar.SetCookies(u, []*http.Cookie{{Name: "nx", Value: "some secret"}})
	if r.get(sheet); r.code != http.StatusOK || sheet == "" {
		t.Errorf("the sheet %q: got %d without a database, want 200", sheet, r.code)
	}
	if r.get("/who"); r.code != http.StatusInternalServerError {
		t.Errorf("a page: got %d without a database, want 500", r.code)
	}
}

// A reader learns nothing about whether a number or a name is known.
func TestNobodyLearnsWhoIsKnown(t *testing.T) {
	h := open(t)
	h.staff("liuting", "990101")
	r := h.reader()
	r.post("/sign-in/code", "phone", "13812340001")
	r.post("/sign-in", "phone", "13812340001", "code", h.phones["13812340001"])
	h.clock.Move(time.Hour)
	changing := regexp.MustCompile(`13812340\d{3}|138\*{4}0\d{3}|name="req_id" value="[^"]*"|nonce="[^"]*"|value="(liuting|nobody)"|<p>\d{6}</p>`)
	same := func(about string, pages ...string) {
		for _, p := range pages {
			if changing.ReplaceAllString(p, "") != changing.ReplaceAllString(pages[0], "") {
				t.Errorf("%s: pages differ", about)
			}
		}
	}
	known, unknown := h.reader(), h.reader()
	same("a code", known.post("/sign-in/code", "phone", "13812340001").page, unknown.post("/sign-in/code", "phone", "13812340002").page)
	same("a wrong code", known.post("/sign-in", "phone", "13812340001", "code", "1").page, unknown.post("/sign-in", "phone", "13812340002", "code", "1").page)
	same("a wrong password", known.post(accountweb.StaffSignInPath, "login", "liuting", "password", "x").page, unknown.post(accountweb.StaffSignInPath, "login", "nobody", "password", "x").page)
}

func TestStaffSettings(t *testing.T) {
	h := open(t)
	h.staff("liuting", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	h.reader().get("/desk/me").want("nobody", 200, "/staff/sign-in?next=%2Fdesk%2Fme")
	h.reader().post(accountweb.StaffSignInPath, "login", "liuting", "password", "wrong").want("wrong", 422, accountweb.StaffSignInPath, "不对", `value="liuting"`, "!wrong\"")
	r, other := h.in("liuting"), h.in("liuting")
	r.get("/desk/me").want("settings", 200, "/desk/me", "工会干部", "名liuting", "2 处", "改密码")
	r.post("/desk/me/password", "old", "x", "password", "blue boat on the river").want("a wrong old one", 422, "/desk/me/password", "现在的密码不对")
	r.post("/desk/me/password", "old", password, "password", "short").want("a short new one", 422, "/desk/me/password", "至少 10 个字")
	r.post("/desk/me/password", "old", password, "password", "blue boat on the river").want("changed", 200, "/desk/me", "改好了", "1 处")
	other.get("/desk/me").want("the other place", 200, "/staff/sign-in?next=%2Fdesk%2Fme")
	r.post("/sign-out").want("out", 200, accountweb.StaffSignInPath, "退出了")
}

func TestAdministrator(t *testing.T) {
	h := open(t)
	h.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	h.staff("nextdoor", "990102", account.Grant{Role: authz.Cadre, Area: "990102"})
	h.staff("cadre", "990101", account.Grant{Role: authz.Cadre, Area: "990101"})
	r := h.in("admin")
	r.get("/desk/staff").want("the list", 200, "/desk/staff", "名admin", "名cadre", "!名nextdoor")
	r.get("/desk/staff/new").want("a form", 200, "/desk/staff/new", "工会干部", "南康街道")
	r.post("/desk/staff", "name", "刘婷", "login", "", "role", "cadre", "area", "990101").want("no login", 422, "/desk/staff", "登录名用", `value="刘婷"`)
	r.post("/desk/staff", "name", "刘婷", "login", "liuting", "role", "cadre", "area", "9901").want("a wider area", 422, "/desk/staff", "不归你管")
	r.post("/desk/staff", "name", "刘婷", "login", "liuting", "role", "host", "area", "990101").want("a host of nothing", 422, "/desk/staff", "要选单位")
	form := []string{"req_id", web.NewReqID(), "name", "刘婷", "login", "liuting", "role", "host", "area", "990101", "org", body, "until", "2026-12-31"}
	r.post("/desk/staff", form...).want("added", 200, "/desk/staff", "告诉刘婷")
	first := regexp.MustCompile(`[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}`).FindString(r.page)
	r.post("/desk/staff", form...).want("the same form again", 200, "/desk/staff", first)
	fresh := h.reader().post(accountweb.StaffSignInPath, "login", "liuting", "password", first)
	fresh.want("the first sign-in", 200, "/desk/me", "初始密码")
	fresh.get("/desk").want("nothing else before the change", 200, "/desk/me")
	fresh.post("/desk/me/password", "old", first, "password", "green tea and rice").want("changed", 200, "/desk", "staff")

	people, err := h.accounts.List(authz.AsSystem(t.Context(), "test"), account.Filter{Words: "liuting"})
	if err != nil || len(people) != 1 {
		t.Fatal(people, err)
	}
	p := people[0]
	page := "/desk/staff/" + string(p.ID)
	r.get(page).want("the person", 200, page, "站长", "南康街道", "到12月31日", "给一个身份")
	r.post(page+"/grants", "role", "leader", "area", "990101", "until", "2020-01-01").want("a role that is over", 422, page+"/grants", "到期那天")
	r.post(page+"/grants", "role", "leader", "area", "990101").want("a role", 200, page, "领导", "马上生效")
	r.post(page+"/grants/"+p.Grants[0].ID+"/end").want("taken", 200, page, "!站长 ", "拿掉了")
	r.post(page+"/name", "name", "刘小婷", "version", "1").want("an old version", 422, page+"/name", "刚有人改过", `value="刘小婷"`)
	r.get(page+"/password").want("asked before a reset", 200, page+"/password", "重置刘婷的密码")
	r.post(page+"/password").want("reset", 200, page+"/password", "告诉刘婷", "!"+first)
	fresh.get("/desk").want("sessions end with a reset", 200, "/desk", `["",""]`)
	r.get(page+"/end").want("asked before the end", 200, page+"/end", "离岗？")
	r.post(page+"/end").want("ended", 200, "/desk/staff", "!刘婷")
	r.get("/desk/staff?ended=1").want("and still on record", 200, "/desk/staff?ended=1", "刘婷", "离岗")

	cadre := h.in("cadre")
	cadre.get("/desk/staff").want("for a cadre the list is not there", 404, "/desk/staff")
	cadre.get(page).want("nor a person", 404, page)
	cadre.post("/desk/staff", form[2:]...).want("nor adds one", 404, "/desk/staff")
	r.get("/desk/staff/x").want("what is no id", 404, "/desk/staff/x")
}

func TestEnglish(t *testing.T) {
	h := open(t)
	h.staff("admin", "990101", account.Grant{Role: authz.Admin, Area: "990101"})
	r := h.in("admin")
	r.post("/settings/display", "lang", "en", "back", "/desk/me").want("in English", 200, "/desk/me", "My settings")
	han := regexp.MustCompile(`\p{Han}`)
	for _, path := range []string{"/sign-in", "/staff/sign-in", "/me", "/privacy", "/desk/me", "/desk/staff", "/desk/staff/new"} {
		r.get(path)
		text := regexp.MustCompile(`(?s)<nav class="rail".*?</nav>|<form class="lang".*?</form>|中文|名admin|南康街道`).ReplaceAllString(r.page, "")
		if found := han.FindStringIndex(text); r.code != 200 || found != nil {
			t.Errorf("%s: %d, Chinese left at %.80s", path, r.code, text[max(0, at(found)-30):])
		}
	}
}

func at(loc []int) int {
	if loc == nil {
		return 0
	}
	return loc[0]
}

// The rules of the browser: nothing may read the session, no other site send it.
func TestCookies(t *testing.T) {
	proves.That(t, "hdr-cookies")
	h := open(t)
	h.staff("liuting", "990101")
	for _, secure := range []bool{false, true} {
		mux := web.NewMux(accountweb.Routes(accountweb.Config{Accounts: h.accounts, Secure: secure}))
		req := httptest.NewRequest("POST", accountweb.StaffSignInPath, strings.NewReader(url.Values{"login": {"liuting"}, "password": {password}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, req)
		all := rec.Result().Cookies()
		i := slices.IndexFunc(all, func(c *http.Cookie) bool { return strings.HasSuffix(c.Name, "nx") })
		if i < 0 {
			t.Fatalf("no session in %v", all)
		}
		if c := all[i]; !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure {
			t.Errorf("secure %v: %v", secure, c)
		}
		for _, c := range all {
			if !c.Expires.IsZero() {
				t.Errorf("%s: got a date %v, want an age: a phone's clock may be wrong", c.Name, c.Expires)
			}
		}
	}
}
