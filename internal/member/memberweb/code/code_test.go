package code_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/card"
	"nuanxin/internal/member/memberweb/code"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const county = "220402"

func staff(role authz.Role, org string) authz.Subject {
	return authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "王静", Grants: []authz.Grant{{Role: role, Area: county, Org: org}}}
}

// people are who may ask, by the word in the cookie of the test.
var people = map[string]authz.Subject{
	"chen": {ID: id.New[string](), Kind: authz.Worker}, "wang": {ID: id.New[string](), Kind: authz.Worker}, "none": {ID: id.New[string](), Kind: authz.Worker},
	"host": staff(authz.Host, "host"), "host2": staff(authz.Host, "host2"), "cadre": staff(authz.Cadre, ""), "admin": staff(authz.Admin, ""), "partner": staff(authz.Partner, "body"),
}

func as(who string) context.Context { return authz.With(context.Background(), people[who]) }

// around is the rest of the house.
type around struct{}

func (around) UnionFor(context.Context, *op.Tx, string) (member.Union, error) {
	return member.Union{ID: id.Of[string]("u"), Name: "示例区总工会", Area: county}, nil
}

func (around) Contact(_ context.Context, _ *op.Tx, person string) (name, phone string, err error) {
	return "", "1990000" + person[len(person)-4:], nil
}

type house struct {
	t      *testing.T
	clock  *clock.Fake
	server *httptest.Server
	*member.Service
	cards *card.Service
}

// newHouse is the pages with a member (chen) and an applicant (wang).
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.At(start)}
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	h.must(err)
	desk := op.New(dbtest.SQLite(t, h.clock, []fs.FS{op.Schema, consent.Schema, member.Schema}), member.Policy)
	h.Service = member.NewService(desk, member.Config{Ring: ring, Orgs: around{}, People: around{}})
	h.cards = card.New(desk, h.Service, ring)
	for who, name := range map[string]string{"chen": "陈立冬", "wang": "王满仓"} {
		r, err := h.Apply(as(who), member.Application{Name: name, Occupation: member.Rider, Area: county, Consents: []member.Consent{{Purpose: "membership", Version: 1}}})
		h.must(err)
		if who == "chen" {
			h.must(h.Approve(as("cadre"), r.ID, 1))
		}
	}
	frame := func(ctx context.Context) ui.StaffPage {
		return ui.StaffPage{User: authz.From(ctx).Name, Nav: []ui.NavItem{{Text: "驿站", Icon: "lamp", Href: "/host", Phone: true}, {Text: "看码", Icon: "qr", Href: code.HrefCheck, Phone: true}}}
	}
	worker := func(next web.Handler) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			if authz.From(r.Context()).Kind != authz.Worker {
				return web.See(w, r, "/sign-in")
			}
			return next(w, r)
		}
	}
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), code.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: h.clock, Log: slog.New(slog.DiscardHandler)}
	plain := func(method, path string) web.Route {
		return web.Route{Method: method, Pattern: path, Action: "test", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, `<h1>`+path+`</h1><form method=post action=/sign-out><button>out</button></form>`)
		})}
	}
	mux := web.NewMux(code.Routes(code.Config{Cards: h.cards, Frame: frame, Worker: worker}), site.Assets.Routes(), web.SettingsRoutes(), []web.Route{ui.OfflineRoute(), plain("GET", "/sign-in"), plain("POST", "/sign-out"), plain("GET", "/me")})
	h.server = httptest.NewServer(site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k, err := r.Cookie("who"); err == nil {
			r = r.WithContext(authz.With(r.Context(), people[k.Value]))
		}
		mux.ServeHTTP(w, r)
	})))
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// send asks for a page as somebody; a form is posted.
func (h *house) send(who, path string, form url.Values) (status int, body string, head http.Header) {
	h.t.Helper()
	method, in := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, in = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, in)
	h.must(err)
	r.AddCookie(&http.Cookie{Name: "who", Value: who})
	r.AddCookie(&http.Cookie{Name: "lang", Value: "zh-CN"})
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", h.server.URL)
	}
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	h.must(err)
	text, err := io.ReadAll(resp.Body)
	h.must(err)
	h.must(resp.Body.Close())
	return resp.StatusCode, string(text), resp.Header
}

// card is the member's card now.
func (h *house) card() card.Card {
	h.t.Helper()
	c, err := h.cards.Mine(as("chen"))
	h.must(err)
	return c
}

func TestThePageOfOnesCode(t *testing.T) {
	h := newHouse(t)
	c := h.card()
	status, body, head := h.send("chen", code.HrefMine, nil)
	for _, want := range []string{c.Number, c.Online.Digits[:4] + " " + c.Online.Digits[4:], c.Offline.Digits[:4] + " " + c.Offline.Digits[4:], "示例区总工会", "10:00:00 的码"} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("got %d without %q", status, want)
		}
	}
	if strings.Contains(body, "陈立冬") || strings.Contains(body, "1990000") {
		t.Error("the page that a phone keeps names the member")
	}
	if head.Get("X-Keep-Offline") == "" || !strings.Contains(head.Get("Cache-Control"), "no-store") {
		t.Errorf("got the headers %v", head)
	}
	for who, want := range map[string]string{"none": "去入会", "wang": "工会正在看你的申请"} {
		if status, body, head = h.send(who, code.HrefMine, nil); status != 200 || !strings.Contains(body, want) || head.Get("X-Keep-Offline") != "" {
			t.Errorf("%s: got %d, want %q and nothing kept", who, status, want)
		}
	}
	if status, _, head = h.send("host", code.HrefMine, nil); status != http.StatusSeeOther || head.Get("Location") != "/sign-in" {
		t.Errorf("staff: got %d, want the sign-in", status)
	}
}

func TestWhatTheHostReads(t *testing.T) {
	h := newHouse(t)
	typed := func(number, digits string) url.Values { return url.Values{"number": {number}, "digits": {digits}} }
	c := h.card()
	for _, test := range []struct {
		about, who string
		form       url.Values
		status     int
		want       string
	}{
		{"scanned", "host", url.Values{"code": {h.server.URL + "/host/code#" + c.Online.Text}}, 200, "陈*冬"},
		{"by another host", "host2", url.Values{"code": {c.Online.Text}}, 200, "这个码用过了"},
		{"typed", "host2", typed(c.Number, c.Offline.Digits), 200, "没网的码"},
		{"wrong digits", "host", typed(c.Number, "00000000"), 200, "这不是有效的会员码"},
		{"forged", "host", url.Values{"code": {"<script>alert(1)</script>"}}, 200, "这不是有效的会员码"},
		{"nothing", "host", url.Values{}, 422, "写上会员号"},
		{"no digits", "host", typed(c.Number, ""), 422, "写上那 8 个数字"},
		{"a number of markup", "host", typed(`"><script>alert(1)</script>`, "1"), 200, "这不是有效的会员码"},
		{"an administrator", "admin", url.Values{"code": {c.Online.Text}}, 404, ""},
		{"a partner body", "partner", url.Values{"code": {c.Online.Text}}, 404, ""},
		{"a member", "chen", url.Values{"code": {c.Online.Text}}, 404, ""},
	} {
		status, body, _ := h.send(test.who, code.HrefCheck, test.form)
		if status != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s: got %d, want %d and %q: %.4000s", test.about, status, test.status, test.want, body[max(0, strings.Index(body, "<main")):])
		}
		if strings.Contains(body, "陈立冬") || strings.Contains(body, "1990000") || strings.Contains(body, "<script>alert") {
			t.Errorf("%s: the page tells the whole name or the phone, or runs what was typed", test.about)
		}
		if (test.want == "陈*冬" || test.want == "没网的码") != strings.Contains(body, "陈*冬") {
			t.Errorf("%s: a name is shown that should not be, or the other way round", test.about)
		}
	}
	for who, want := range map[string]int{"host": 200, "cadre": 200, "admin": 404, "partner": 404, "chen": 404} {
		if status, _, _ := h.send(who, code.HrefCheck, nil); status != want {
			t.Errorf("%s opens the page: got %d, want %d", who, status, want)
		}
	}
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	hold := func(name, who, path string, act func(*webtest.Page)) {
		if act == nil {
			act = func(*webtest.Page) {}
		}
		browser.Hold(t, name, h.server.URL+path, map[string]string{"who": who}, act)
	}
	typeIn := func(digits string) func(*webtest.Page) {
		return func(p *webtest.Page) {
			p.Type("#number", h.card().Number)
			p.Type("#digits", digits)
			p.Follow("form:has(#digits) button")
		}
	}
	hold("code", "chen", code.HrefMine, nil)
	hold("code without network", "chen", code.HrefMine, func(p *webtest.Page) {
		webtest.Eval[bool](p, `(document.querySelector('[data-short]').hidden=true,document.querySelector('[data-long]').hidden=document.querySelector('[data-over]').hidden=false,true)`)
	})
	hold("no member", "none", code.HrefMine, nil)
	hold("check", "host", code.HrefCheck, nil)
	hold("a member", "host", code.HrefCheck, typeIn(h.card().Offline.Digits))
	hold("no code", "host", code.HrefCheck, typeIn("00000000"))
}

// The code renews itself; where the network goes, the other code comes with its
// age, and then the word that it has run out. Signing out takes it off the phone.
func TestTheCodeOnThePhone(t *testing.T) {
	proves.That(t, "browser-storage")
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+code.HrefMine, webtest.View{Cookies: map[string]string{"who": "chen"}})
	first := p.Text("[data-short] .code")
	h.clock.Set(start.Add(10 * time.Second))
	webtest.Eval[bool](p, `dispatchEvent(new Event('online'))`)
	p.Wait(`document.querySelector('[data-short] .code').innerText!=='` + first + `'`)
	if got := strings.ReplaceAll(p.Text("[data-short] .code"), " ", ""); got != h.card().Online.Digits {
		t.Errorf("got %q after the renewal, want %q", got, h.card().Online.Digits)
	}
	p.Wait(`caches.open('pages').then(c=>c.match('/me/code')).then(r=>!!r)`)
	p.Worker()

	later := func(minutes int) { // the phone's clock goes on
		webtest.Eval[bool](p, fmt.Sprintf(`(()=>{const was=Date.now();Date.now=()=>was+%d*6e4;return true})()`, minutes))
	}
	p.Offline(true)
	later(3)
	p.Wait(`!document.querySelector('[data-long]').hidden`)
	if got := p.Text("[data-long]"); !strings.Contains(got, "3 分钟前的码，还能用 7 分钟") || !regexp.MustCompile(`\d{4} \d{4}`).MatchString(got) {
		t.Errorf("without network: got %q", got)
	}
	later(8)
	p.Wait(`!document.querySelector('[data-over]').hidden`)
	if got := p.Text("#code"); !strings.Contains(got, "这个码过期了") || !strings.Contains(got, h.card().Number) || regexp.MustCompile(`\d{4} \d{4}`).MatchString(got) {
		t.Errorf("after ten minutes: got %q, want the number and no code", got)
	}
	p.Offline(false)
	p.Go(h.server.URL + "/sign-in")
	p.FollowNamed("out")
	p.Wait(`caches.open('pages').then(c=>c.match('/me/code')).then(r=>!r)`)
}

// A page that was kept is shown when the server is gone, with the code for that.
func TestTheKeptPage(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+code.HrefMine, webtest.View{Cookies: map[string]string{"who": "chen"}})
	p.Wait(`caches.open('pages').then(c=>c.match('/me/code')).then(r=>!!r)`)
	p.Worker()
	// as if it had been kept four minutes ago
	webtest.Eval[bool](p, `caches.open('pages').then(c=>c.match('/me/code').then(r=>r.text().then(t=>c.put('/me/code',new Response(t,{headers:{'Content-Type':r.headers.get('Content-Type'),'Content-Security-Policy':r.headers.get('Content-Security-Policy'),'X-Kept':new Date(Date.now()-24e4).toISOString()}}))))).then(()=>true)`)
	digits := h.card().Offline.Digits
	h.server.CloseClientConnections()
	h.server.Close()
	p.Go(h.server.URL + code.HrefMine)
	p.Wait(`!document.querySelector('[data-long]').hidden`)
	if got := p.Text("[data-long]"); !strings.Contains(got, "4 分钟前的码，还能用 6 分钟") || !strings.Contains(strings.ReplaceAll(got, " ", ""), digits) {
		t.Errorf("got %q, want the code that was kept, and its age", got)
	}
}

// The address that a phone's own scanner opens holds the code behind the #; the
// page sends it, and the address is rid of it.
func TestScanning(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+code.HrefCheck+"#"+h.card().Online.Text, webtest.View{Cookies: map[string]string{"who": "host"}})
	p.Wait(`document.body.innerText.includes('陈*冬')`)
	if got := webtest.Eval[string](p, "location.hash"); got != "" {
		t.Errorf("got the code in the address: %s", got)
	}
	p.Go(h.server.URL + code.HrefCheck)
	// a browser that reads codes itself, as far as this one lacks it
	webtest.Eval[bool](p, `(self.BarcodeDetector=class{static async getSupportedFormats(){return['qr_code']}async detect(){return[{rawValue:'https://x/host/code#`+h.card().Offline.Text+`'}]}},
		(()=>{const s=document.createElement('script');s.nonce=document.querySelector('script').nonce;s.src=document.querySelector('script[src*="scan"]').src+'?again';document.body.append(s)})(),true)`)
	p.Wait(`!document.querySelector('[data-scan-go]').hidden`)
	p.Follow("[data-scan-go]")
	if got := p.Text("main"); !strings.Contains(got, "陈*冬") || !strings.Contains(got, "没网的码") {
		t.Errorf("by the camera: got %q", got)
	}
}

func TestWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+code.HrefMine, webtest.View{NoJS: true, Cookies: map[string]string{"who": "chen"}})
	first := p.Text("[data-short] .code")
	h.clock.Set(start.Add(40 * time.Second))
	p.FollowNamed("换一个码")
	if got := p.Text("[data-short] .code"); got == first || strings.ReplaceAll(got, " ", "") != h.card().Online.Digits {
		t.Errorf("got %q after %q, want the next code", got, first)
	}
	host := browser.Open(t, h.server.URL+code.HrefCheck, webtest.View{NoJS: true, Cookies: map[string]string{"who": "host"}})
	host.Type("#number", h.card().Number)
	host.Type("#digits", h.card().Online.Digits)
	host.FollowNamed("看这个码")
	if got := host.Text("main"); !strings.Contains(got, "陈*冬") || !strings.Contains(got, "送外卖") {
		t.Errorf("got %q", got)
	}
}

func TestWords(t *testing.T) { webtest.Complete(t, code.Texts()) }
