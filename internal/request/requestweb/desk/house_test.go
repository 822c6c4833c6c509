package desk_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/id"
	"nuanxin/internal/media"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
	"nuanxin/internal/request/requestweb/desk"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// start is a Tuesday, 10:00 in the civil zone.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	county  = "510703"
	sibling = "510704"
	name    = "陈金丝雀" // the person behind the requests: shown only where it is asked for
	phone   = "13812345678"
	words   = "东门保安不让电动车进，每单要绕六百多米"
)

var (
	union   = id.New[string]()
	street  = id.New[string]()
	housing = id.New[string]()
	host    = id.New[string]()
	station = id.New[string]()
	liu     = id.New[string]()
	zhou    = id.New[string]()
	chen    = id.New[string]()
)

// people are who may ask, by the word in the cookie of the test.
var people = map[string]authz.Subject{
	"nobody":  {},
	"worker":  {ID: chen, Kind: authz.Worker, Name: name},
	"cadre":   {ID: liu, Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "刘婷", Grants: []authz.Grant{{Role: authz.Cadre, Area: county, Org: union}}},
	"other":   {ID: zhou, Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "周敏", Grants: []authz.Grant{{Role: authz.Cadre, Area: county, Org: union}}},
	"leader":  {ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "郑主席", Grants: []authz.Grant{{Role: authz.Leader, Area: county, Org: union}}},
	"sibling": {ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "邻县人", Grants: []authz.Grant{{Role: authz.Cadre, Area: sibling, Org: union}}},
	"partner": {ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "王科长", Grants: []authz.Grant{{Role: authz.Partner, Org: housing}}},
	"admin":   {ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "管理员", Grants: []authz.Grant{{Role: authz.Admin, Area: county}}},
}

// as is a context in which somebody acts.
func as(who string) context.Context { return authz.With(context.Background(), people[who]) }

// around is the rest of the house, as far as requests see it.
type around struct{}

func (around) UnionFor(_ context.Context, _ *op.Tx, area string) (request.Union, error) {
	if len(area) < 4 || area[:4] != "5107" {
		return request.Union{}, fault.New("org.union", fault.Missing, "fault.missing")
	}
	return request.Union{ID: union, Name: "示例区总工会", Area: area[:min(len(area), 6)]}, nil
}

func (around) BodiesFor(context.Context, *op.Tx, string, string) ([]request.Body, error) {
	return []request.Body{{ID: street, Name: "南康街道", Why: "area"}}, nil
}

func (around) Names(_ context.Context, _ *op.Tx, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, i := range ids {
		if n := map[string]string{street: "南康街道", housing: "住建局物业科", host: "示例驿站运营方"}[i]; n != "" {
			out[i] = n
		}
	}
	return out, nil
}

func (around) Place(_ context.Context, _ *op.Tx, sid string) (request.StationPlace, error) {
	return request.StationPlace{ID: sid, Name: "示例驿站", Area: county, Point: &geo.Point{Lat: 31.46, Lng: 104.74}, HostID: host, HostName: "示例驿站运营方"}, nil
}

func (around) Contact(context.Context, *op.Tx, string) (string, string, error) {
	return name, phone, nil
}

func (around) Notify(context.Context, request.Notice) error { return nil }

func (around) Older(context.Context, time.Time, func(string) error) error { return nil }

func (around) Remove(context.Context, string) error { return nil }

func (around) Bodies(_ context.Context, q, _ string) ([]request.Body, error) {
	if strings.Contains("住建局物业科", q) {
		return []request.Body{{ID: housing, Name: "住建局物业科"}}, nil
	}
	return nil, nil
}

func (around) Staff(context.Context, string) ([]desk.Person, error) {
	return []desk.Person{{ID: liu, Name: "刘婷"}, {ID: zhou, Name: "周敏"}}, nil
}

// blobs keeps bytes in memory.
type blobs map[string][]byte

func (b blobs) Put(_ context.Context, id string, data []byte) error { b[id] = data; return nil }

func (b blobs) Get(_ context.Context, id string) ([]byte, error) {
	if data, ok := b[id]; ok {
		return data, nil
	}
	return nil, fault.New("blob", fault.Missing, "fault.missing")
}

// house is a running system for one test.
type house struct {
	*office.Service
	t      *testing.T
	clk    *clock.Fake
	server *httptest.Server
	blobs  blobs
}

func newHouse(t *testing.T) *house {
	t.Helper()
	clk := clock.At(start)
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clk: clk, blobs: blobs{}}
	d := dbtest.SQLite(t, clk, []fs.FS{op.Schema, consent.Schema, request.Schema})
	h.Service = office.NewService(op.New(d, request.Policy), ring, office.Config{HomeArea: county}, request.Needs{Orgs: around{}, Stations: around{}, People: around{}, Notifier: around{}, Files: around{}})
	config := desk.Config{Office: h.Service, Files: upload.New(h.blobs, ring, media.NewCleaner(1)), Take: func(context.Context, string, string, []string) error { return nil }, Frame: frame, Bodies: around{}, Staff: around{}}
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), show.Texts(), desk.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: clk, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(desk.Routes(config), site.Assets.Routes(), web.SettingsRoutes())
	h.server = httptest.NewServer(site.Handler(signIn(mux)))
	t.Cleanup(h.server.Close)
	return h
}

// frame is the reader's frame, as app makes it.
func frame(ctx context.Context) ui.StaffPage {
	return ui.StaffPage{Org: "示例区总工会", User: authz.From(ctx).Name, UserSub: "权益部", Settings: "/desk/me", SignOut: "/sign-out", Home: "/desk",
		Nav: []ui.NavItem{{Text: "诉求", Icon: "inbox", Href: desk.HrefRequests, Phone: true}, {Text: "驿站", Icon: "lamp", Href: "/desk/stations", Phone: true}}}
}

// signIn takes who asks from a cookie.
func signIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("who"); err == nil {
			r = r.WithContext(authz.With(r.Context(), people[c.Value]))
		}
		next.ServeHTTP(w, r)
	})
}

// reader is a browser without scripts.
type reader struct {
	h      *house
	client *http.Client
}

func (h *house) as(who string) reader {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	u, err := url.Parse(h.server.URL)
	if err != nil {
		h.t.Fatal(err)
	}
	jar.SetCookies(u, []*http.Cookie{{Name: "who", Value: who}})
	return reader{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	to     string
	body   string
	header http.Header
}

func (p reader) do(method, path, kind string, body io.Reader) answer {
	p.h.t.Helper()
	r, err := http.NewRequest(method, p.h.server.URL+path, body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", p.h.server.URL)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		p.h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	return answer{p.h.t, resp.StatusCode, resp.Header.Get("Location"), string(b), resp.Header}
}

func (p reader) get(path string) answer { p.h.t.Helper(); return p.do("GET", path, "", nil) }

// post sends a form of names and values by turns.
func (p reader) post(path string, pairs ...string) answer {
	p.h.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return p.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

// send sends a form with a file, as browsers do.
func (p reader) send(path, field string, file []byte, pairs ...string) answer {
	p.h.t.Helper()
	var b strings.Builder
	m := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		if err := m.WriteField(pairs[i], pairs[i+1]); err != nil {
			p.h.t.Fatal(err)
		}
	}
	part, err := m.CreateFormFile(field, "a.jpg")
	if err != nil {
		p.h.t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		p.h.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		p.h.t.Fatal(err)
	}
	return p.do("POST", path, m.FormDataContentType(), strings.NewReader(b.String()))
}

// want checks the status, and that the body has the words; one that begins with
// "!" must not be there.
func (a answer) want(say string, status int, has ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Errorf("%s: got status %d, want %d: %s", say, a.status, status, shorten(a.body))
	}
	for _, s := range has {
		not := strings.HasPrefix(s, "!")
		if got := strings.Contains(a.body, strings.TrimPrefix(s, "!")); got == not {
			a.t.Errorf("%s: got %q in the page: %v, want %v", say, s, got, !not)
		}
	}
	return a
}

func shorten(s string) string {
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	return s[:min(len(s), 700)]
}

// capture stores an ordinary request of the worker.
func (h *house) capture() request.Receipt {
	h.t.Helper()
	return h.captured("worker", request.Draft{Words: words, Topic: "gate", Phone: phone, PhoneOK: true,
		Place: request.Place{Text: "锦绣家园东门", Area: county, Point: &geo.Point{Lat: 31.4612, Lng: 104.7412}}})
}

func (h *house) captured(who string, d request.Draft) request.Receipt {
	h.t.Helper()
	r, err := h.Capture(as(who), d)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) must(r request.Receipt, err error) request.Receipt {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) one(r request.Receipt) request.Case {
	h.t.Helper()
	c, err := h.Case(as("cadre"), request.Ref{ID: r.ID})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// dispatched hands a request to the housing bureau.
func (h *house) dispatched(r request.Receipt) request.DispatchID {
	h.t.Helper()
	h.must(h.Dispatch(as("cadre"), request.Ref{ID: r.ID}, request.Task{Body: housing, Lead: true, Words: "请到现场看一看", Deadline: h.clk.Now().Add(48 * time.Hour)}))
	ds := h.one(r).Dispatches
	return ds[len(ds)-1].ID
}

// authzPartner is a context in which a body's handler acts.
func authzPartner(org string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: org, Kind: authz.Staff, Name: "王科长", Grants: []authz.Grant{{Role: authz.Partner, Org: org}}})
}

// pixel is a photo that shows nothing.
func pixel(t *testing.T) []byte { t.Helper(); return photo(t) }
