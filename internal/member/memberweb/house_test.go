package memberweb_test

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
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/half"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/memberweb"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// start is a Tuesday, 10:00 in China.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const (
	county, sibling   = "220402", "220403"
	union, otherUnion = "示例区总工会", "邻区总工会"
	oldDocument       = "11010519491231002X" // the standard's own example
)

// around is the rest of the house, as far as members see it.
type around struct{}

func (around) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	switch area[:min(6, len(area))] {
	case county:
		return member.Union{ID: unionID, Name: union, Area: county, Officer: "柳婷"}, nil
	case sibling:
		return member.Union{ID: otherID, Name: otherUnion, Area: sibling}, nil
	}
	if strings.HasPrefix(area, bare[:4]) {
		return member.Union{ID: cityID, Name: "某市总工会", Area: bare[:4], Officer: "沈洁"}, nil
	}
	return member.Union{}, fault.New("test", fault.Missing, "")
}

// Union knows none.
func (around) Union(context.Context, *op.Tx, string) (member.Union, error) {
	return member.Union{}, fault.New("test", fault.Missing, "")
}

// bare is a county of another city that has no union of its own.
const bare = "220521"

// Called knows every organisation.
func (around) Called(context.Context, *op.Tx, string) (string, error) {
	return "某外卖平台工会", nil
}

// firms are two companies, one of which has a union.
type firms struct{}

// UnionOf knows one company that has a union.
func (firms) UnionOf(_ context.Context, _ *op.Tx, works, _ string) (member.Union, error) {
	if works == "速达外卖" {
		return member.Union{ID: firmID, Name: "速达公司工会", Area: county[:4]}, nil
	}
	return member.Union{}, fault.New("test", fault.Missing, "")
}

// Around and Called know that company, and one more.
func (firms) Around(context.Context, *op.Tx, string) ([]work.Firm, error) {
	return []work.Firm{{ID: id.Of[string]("速达外卖"), Name: "速达外卖"}, {ID: id.Of[string]("静达跑腿"), Name: "静达跑腿"}}, nil
}

func (a firms) Called(ctx context.Context, tx *op.Tx, name, area string) (work.Firm, error) {
	all, _ := a.Around(ctx, tx, area)
	for _, f := range all {
		if work.Same(f.Name, name) {
			return f, nil
		}
	}
	return work.Firm{}, nil
}

// Contact knows two workers; the second has not said a name.
func (around) Contact(_ context.Context, _ *op.Tx, worker string) (name, phone string, err error) {
	if worker == chen.ID {
		return "陈立冬", "19900000001", nil
	}
	return "", "19900000002", nil
}

var (
	unionID, otherID = id.New[string](), id.New[string]()
	firmID, cityID   = id.New[string](), id.New[string]()

	chen  = authz.Subject{ID: id.New[string](), Kind: authz.Worker}
	wang  = authz.Subject{ID: id.New[string](), Kind: authz.Worker}
	cadre = staff(county)
)

func staff(area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷", Grants: []authz.Grant{{Role: authz.Cadre, Area: area}}})
}

type theRoll = roll.Service

// house is the pages on a real service.
type house struct {
	*member.Service
	*theRoll
	t     *testing.T
	clock *clock.Fake
	url   string
	areas []string // of unions; more than one list offers are cut by province
	desk  *op.Desk
	ring  *seal.Ring

	halves   *half.Service
	ours     posts
	checks   *verify.Service
	says     *service
	consents *consent.Service
}

// service is an identity service that says what the test wants.
type service struct{ says verify.State }

func (s *service) Check(context.Context, verify.Question) (verify.State, error) { return s.says, nil }

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.At(start), areas: []string{county, sibling}}
	d := dbtest.SQLite(t, h.clock, []fs.FS{op.Schema, consent.Schema, member.Schema})
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	h.desk, h.ring = op.New(d, authz.Merge(member.Policy, half.Policy, consent.Policy, verify.Policy, gap.Policy)), ring
	h.Service = member.NewService(h.desk, member.Config{Ring: ring, Orgs: around{}, People: around{}, Bodies: around{}, Firms: firms{}, Posts: &h.ours})
	h.theRoll = roll.New(h.desk, h.Service)
	h.halves = half.New(h.desk, h.ring)
	h.says = &service{verify.Match}
	h.checks = verify.New(h.desk, verify.Config{Members: h.Service, Source: "某省身份核验"})
	h.consents = consent.NewService(h.desk, h.Service, h.checks)
	c := memberweb.Config{Checks: h.checks, Gaps: gap.New(h.desk, h.Service, around{}), Members: h.Service, Halves: h.halves, Lists: intake.New(h.desk, h.Service, around{}, h.ring), Twins: merge.New(h.desk, h.Service, nil), Ask: "/me/data/asks/new",
		Here: func(r *http.Request) string {
			if k, err := r.Cookie("here"); err == nil {
				return k.Value
			}
			return ""
		},
		Areas: func(_ context.Context, in string) (all []string, err error) {
			for _, a := range h.areas {
				if strings.HasPrefix(a, in) {
					all = append(all, a)
				}
			}
			return all, nil
		},
	}
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), memberweb.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: h.clock, Log: slog.New(slog.DiscardHandler)}
	plain := func(path string) web.Route {
		return web.Route{Method: "GET", Pattern: path, Action: "test", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<h1>"+path+"</h1>") })}
	}
	mux := web.NewMux(memberweb.Routes(c), site.Assets.Routes(), web.SettingsRoutes(), []web.Route{plain("/sign-in"), plain("/me")})
	// Who asks comes from a cookie here: it names one of two workers.
	server := httptest.NewServer(site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k, err := r.Cookie("worker"); err == nil {
			r = r.WithContext(authz.With(r.Context(), map[string]authz.Subject{"chen": chen, "wang": wang}[k.Value]))
		}
		mux.ServeHTTP(w, r)
	})))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// mine is a worker's membership.
func (h *house) mine(who authz.Subject) member.Own {
	h.t.Helper()
	o, err := h.Mine(authz.With(context.Background(), who))
	h.must(err)
	return o
}

// phone is a browser without scripts: it keeps cookies.
type phone struct {
	h      *house
	client *http.Client
}

func (h *house) phone(cookies ...string) phone {
	jar, err := cookiejar.New(nil)
	h.must(err)
	at, err := url.Parse(h.url)
	h.must(err)
	for _, c := range cookies {
		name, value, _ := strings.Cut(c, "=")
		jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value}})
	}
	return phone{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what a phone got.
type answer struct {
	status   int
	to, body string
}

func (p phone) get(path string) answer { return p.send(http.MethodGet, path, nil) }

// post sends a form; one without a req_id gets a fresh one.
func (p phone) post(path string, in url.Values) answer {
	sent := url.Values{"req_id": {id.New[string]()}}
	for k, v := range in {
		sent[k] = v
	}
	return p.send(http.MethodPost, path, sent)
}

func (p phone) send(method, path string, in url.Values) answer {
	p.h.t.Helper()
	r, err := http.NewRequest(method, p.h.url+path, strings.NewReader(in.Encode()))
	p.h.must(err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", p.h.url)
	}
	resp, err := p.client.Do(r)
	p.h.must(err)
	body, err := io.ReadAll(resp.Body)
	p.h.must(err)
	p.h.must(resp.Body.Close())
	return answer{resp.StatusCode, resp.Header.Get("Location"), string(body)}
}

// must fails when a page lacks a text or has one that it must not have.
func (a answer) must(t *testing.T, about string, status int, wanted, unwanted []string) {
	t.Helper()
	page := a.body
	if i := strings.Index(page, "<main"); i > 0 {
		page = page[i:]
	}
	if a.status != status {
		t.Errorf("%s: got status %d to %q, want %d: %.3000s", about, a.status, a.to, status, page)
	}
	for _, s := range wanted {
		if !strings.Contains(a.body, s) {
			t.Errorf("%s: got no %q: %.6000s", about, s, page)
		}
	}
	for _, s := range unwanted {
		if strings.Contains(a.body, s) {
			t.Errorf("%s: got %q, want it nowhere: %.6000s", about, s, page)
		}
	}
}

// leads fails when an answer does not lead to a page.
func (a answer) leads(t *testing.T, about, to string) {
	t.Helper()
	if a.status != http.StatusSeeOther || a.to != to {
		t.Errorf("%s: got %d to %q, want %q: %.2000s", about, a.status, a.to, to, a.body)
	}
}

// good is an application that passes.
func good() url.Values {
	return url.Values{"occupation": {"rider"}, "area": {county + "001"}, "name": {"陈立冬"}, "works": {"某外卖平台"}, "consent_membership": {"1"}, "from": {"poster"}}
}

func with(in url.Values, name string, values ...string) url.Values {
	if in[name] = values; len(values) == 0 {
		delete(in, name)
	}
	return in
}
