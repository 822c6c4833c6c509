package requestweb_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
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
	"nuanxin/internal/request/requestweb"
	"nuanxin/internal/request/requestweb/show"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/api"
	"nuanxin/internal/web/ui"
)

// start is a Tuesday, 10:00 in China.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	county      = "510703"
	unionName   = "示例区总工会"
	officerName = "示例干部"
	words       = "东门保安不让电动车进，每单要绕六百多米"
)

var (
	union, street, housing, host, station = id.New[string](), id.New[string](), id.New[string](), id.New[string](), id.New[string]()

	gate = geo.Point{Lat: 31.4612, Lng: 104.7412}
	liu  = authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "刘婷", Grants: []authz.Grant{{Role: authz.Cadre, Area: county, Org: union}}})
	chen = authz.Subject{ID: id.New[string](), Kind: authz.Worker, Name: "陈工友"}
	wang = authz.Subject{ID: id.New[string](), Kind: authz.Worker, Name: "王工友"}
)

// unionless marks the call of a phone in a house that has no union yet.
type unionless struct{}

// around is the rest of the house, as far as requests see it.
type around struct{}

func (around) UnionFor(ctx context.Context, _ *op.Tx, _ string) (request.Union, error) {
	if ctx.Value(unionless{}) != nil {
		return request.Union{}, fault.New("union", fault.Missing, "org.union.none")
	}
	return request.Union{ID: union, Name: unionName, Area: county}, nil
}

func (around) BodiesFor(context.Context, *op.Tx, string, string) ([]request.Body, error) {
	return nil, nil
}

func (around) Names(_ context.Context, _ *op.Tx, ids []string) (map[string]string, error) {
	known, out := map[string]string{street: "南康街道", housing: "住建局物业科", host: "示例驿站运营方"}, map[string]string{}
	for _, i := range ids {
		if n, ok := known[i]; ok {
			out[i] = n
		}
	}
	return out, nil
}

func (around) Place(_ context.Context, _ *op.Tx, sid string) (request.StationPlace, error) {
	if sid != station {
		return request.StationPlace{}, fault.New("station", fault.Missing, "fault.missing")
	}
	return request.StationPlace{ID: sid, Name: "示例驿站", Area: county, Point: &gate, HostID: host, HostName: "示例驿站运营方"}, nil
}

func (around) Contact(context.Context, *op.Tx, string) (string, string, error) {
	return "陈工友", "13812345678", nil
}
func (around) Notify(context.Context, request.Notice) error               { return nil }
func (around) Older(context.Context, time.Time, func(string) error) error { return nil }
func (around) Remove(context.Context, string) error                       { return nil }

// memory keeps blobs in memory.
type memory struct {
	mu   sync.Mutex
	data map[string][]byte
}

func (m *memory) Put(_ context.Context, id string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data[id] = data
	return nil
}

func (m *memory) Get(_ context.Context, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.data[id]; ok {
		return data, nil
	}
	return nil, fault.New("memory", fault.Missing, "fault.missing")
}

// house is the pages on a real service.
type house struct {
	t      *testing.T
	office *office.Service
	clock  *clock.Fake
	server *httptest.Server
	blobs  *memory
	config requestweb.Config
}

func newHouse(t *testing.T) *house {
	t.Helper()
	c := clock.At(start)
	d := dbtest.SQLite(t, c, []fs.FS{op.Schema, consent.Schema, request.Schema})
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	desk := op.New(d, request.Policy)
	h := &house{t: t, clock: c, blobs: &memory{data: map[string][]byte{}}}
	h.office = office.NewService(desk, ring, office.Config{HomeArea: county}, request.Needs{Orgs: around{}, Stations: around{}, People: around{}, Notifier: around{}, Files: around{}})
	h.config = requestweb.Config{
		Office: h.office, Uploads: upload.New(h.blobs, ring, media.NewCleaner(1)), Outcome: desk.OutcomeOf,
		Where: func(r *http.Request) requestweb.Spot {
			if _, err := r.Cookie("here"); err != nil {
				return requestweb.Spot{}
			}
			return requestweb.Spot{Text: "锦绣家园东门", Point: &gate, Area: county}
		},
		Station: func(_ context.Context, code string) (requestweb.Spot, error) {
			if code != "12345678" {
				return requestweb.Spot{}, fault.New("station", fault.Missing, "fault.missing")
			}
			return requestweb.Spot{Text: "示例驿站", Point: &gate, Area: county, Station: station}, nil
		},
		AreaOf: func(geo.Point) string { return county },
		Hears: func(context.Context, string) (requestweb.Ear, error) {
			return requestweb.Ear{Union: unionName, Officer: officerName}, nil
		},
		Codes: around{},
	}
	h.serve()
	return h
}

func (h *house) serve() {
	a := api.New("test")
	requestweb.Register(a, h.config)
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), show.Texts(), requestweb.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: h.clock, Log: slog.New(slog.DiscardHandler)}
	signIn := web.Route{Method: "GET", Pattern: "/sign-in", Action: "test.sign_in", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<h1>sign in</h1>") })}
	mux := web.NewMux(requestweb.Routes(h.config), a.Routes(), site.Assets.Routes(), web.SettingsRoutes(), []web.Route{signIn})
	// Who asks comes from a cookie here: "worker" names one of two workers.
	who := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k, err := r.Cookie("worker"); err == nil {
			r = r.WithContext(authz.With(r.Context(), map[string]authz.Subject{"chen": chen, "wang": wang}[k.Value]))
		}
		if _, err := r.Cookie("unionless"); err == nil {
			r = r.WithContext(context.WithValue(r.Context(), unionless{}, true))
		}
		mux.ServeHTTP(w, r)
	})
	h.server = httptest.NewServer(site.Handler(who))
	h.t.Cleanup(h.server.Close)
}

// phone is a browser without scripts: it keeps cookies.
type phone struct {
	h      *house
	client *http.Client
}

func (h *house) phone(cookies ...string) phone {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	p := phone{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	for _, c := range cookies {
		name, value, _ := strings.Cut(c, "=")
		jar.SetCookies(p.url(), []*http.Cookie{{Name: name, Value: value}})
	}
	return p
}

func (p phone) url() *url.URL {
	u, err := url.Parse(p.h.server.URL)
	if err != nil {
		p.h.t.Fatal(err)
	}
	return u
}

// answer is what a phone got.
type answer struct {
	status int
	to     string // Location
	body   string
	header http.Header
}

func (p phone) do(r *http.Request) answer {
	p.h.t.Helper()
	resp, err := p.client.Do(r)
	if err != nil {
		p.h.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		p.h.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header.Get("Location"), string(body), resp.Header}
}

func (p phone) get(path string) answer {
	p.h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.h.server.URL+path, nil)
	if err != nil {
		p.h.t.Fatal(err)
	}
	return p.do(r)
}

// part is an input of a form: a text, or with a file name a file.
type part struct {
	name, file string
	data       string
}

// post sends a form as browsers send one with files.
func (p phone) post(path string, parts ...part) answer {
	p.h.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, x := range parts {
		to, err := w.CreateFormField(x.name)
		if x.file != "" {
			to, err = w.CreateFormFile(x.name, x.file)
		}
		if err != nil {
			p.h.t.Fatal(err)
		}
		if _, err := io.WriteString(to, x.data); err != nil {
			p.h.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		p.h.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, p.h.server.URL+path, &body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", p.h.server.URL)
	return p.do(r)
}

// press sends a form without files.
func (p phone) press(path string, in url.Values) answer {
	p.h.t.Helper()
	r, err := http.NewRequest(http.MethodPost, p.h.server.URL+path, strings.NewReader(in.Encode()))
	if err != nil {
		p.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.h.server.URL)
	return p.do(r)
}

var sentTo = regexp.MustCompile(`^/help/(\d{4}-\d{4}-\d{4})/sent$`)

// send makes a request by the form and returns its number.
func (p phone) send(parts ...part) string {
	p.h.t.Helper()
	parts = append(parts, part{name: "req_id", data: id.New[string]()})
	got := p.post("/help", parts...)
	m := sentTo.FindStringSubmatch(got.to)
	if got.status != http.StatusSeeOther || m == nil {
		p.h.t.Fatalf("sent: got %d to %q, want the page of a new request: %s", got.status, got.to, excerpt(got.body))
	}
	return m[1]
}

// must fails when a page lacks a text or has one that it must not have.
func (a answer) must(t *testing.T, about string, status int, wanted, unwanted []string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: got status %d, want %d: %s", about, a.status, status, excerpt(a.body))
	}
	for _, s := range wanted {
		if !strings.Contains(a.body, s) {
			t.Errorf("%s: got no %q: %s", about, s, excerpt(a.body))
		}
	}
	for _, s := range unwanted {
		if strings.Contains(a.body, s) {
			t.Errorf("%s: got %q, want it nowhere", about, s)
		}
	}
}

func excerpt(page string) string {
	if i := strings.Index(page, "<main"); i > 0 {
		page = page[i:]
	}
	return page[:min(len(page), 4000)]
}

const canary = "CANARY-39.9042N-116.4074E"

// photo is a JPEG with a comment of its maker that must not survive.
func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 120, 90))
	for x := range 120 {
		for y := range 90 {
			img.Set(x, y, color.RGBA{uint8(x * 2), uint8(y * 2), 80, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00" + canary
	segment := "\xff\xe1" + string([]byte{0, byte(len(exif) + 2)}) + exif
	return string(b.Bytes()[:2]) + segment + string(b.Bytes()[2:])
}

// answered plays the way of a request up to its answer.
func (h *house) answered(number string) {
	h.t.Helper()
	ref := request.Ref{Number: number}
	acts := []func() error{
		func() error { _, err := h.office.Look(liu, ref); return err },
		func() error {
			_, err := h.office.Dispatch(liu, ref, request.Task{Body: street, Words: "请协调放行", Deadline: h.clock.Now().Add(48 * time.Hour)})
			return err
		},
		func() error {
			_, err := h.office.Bounce(h.body(street), ref, "", "物业归住建局管", "住建局")
			return err
		},
		func() error {
			_, err := h.office.Dispatch(liu, ref, request.Task{Body: housing, Words: "请协调放行", Deadline: h.clock.Now().Add(48 * time.Hour)})
			return err
		},
		func() error { _, err := h.office.Sign(h.body(housing), ref, "", "王科长"); return err },
		func() error {
			_, err := h.office.Answer(liu, ref, request.Message{Words: "物业答应了，明天起能进。"})
			return err
		},
	}
	for _, act := range acts {
		h.clock.Move(20 * time.Minute)
		if err := act(); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) body(org string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "王科长", Grants: []authz.Grant{{Role: authz.Partner, Org: org}}})
}

// SendCode sends nothing: the way of a code is tested in app.
func (around) SendCode(context.Context, string, string) error { return nil }
