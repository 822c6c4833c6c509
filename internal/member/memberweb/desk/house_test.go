package desk_test

import (
	"context"
	"fmt"
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
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/memberweb"
	"nuanxin/internal/member/memberweb/desk"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// start is a Tuesday, 10:00 in the civil zone.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const county, sibling = "220402", "220403"

func staff(name string, role authz.Role, area, org string) authz.Subject {
	return authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: name, Grants: []authz.Grant{{Role: role, Area: area, Org: org}}}
}

// people are who may ask, by the word in the cookie of the test.
var people = map[string]authz.Subject{
	"nobody":  {},
	"worker":  {ID: id.New[string](), Kind: authz.Worker},
	"cadre":   staff("柳婷", authz.Cadre, county, ""),
	"other":   staff("周敏", authz.Cadre, county, ""),
	"leader":  staff("孙岳", authz.Leader, county, ""),
	"sibling": staff("高原", authz.Cadre, sibling, ""),
	"city":    staff("沈洁", authz.Cadre, "2204", ""),
	"chief":   staff("孙岳", authz.Leader, "2204", ""),
	"admin":   staff("管理员", authz.Admin, county, ""),
	"host":    staff("王静", authz.Host, "", id.New[string]()),
	"partner": staff("何洁", authz.Partner, "", id.New[string]()),
}

// as is a context in which somebody acts.
func as(who string) context.Context { return authz.With(context.Background(), people[who]) }

// around is the rest of the house, as far as members see it.
type around struct {
	phones map[string]string
	there  map[string]bool // counties that have a union by now
}

// bare is a county of the city that has no union at first.
const bare = "220421"

func (a around) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	for code, name := range map[string]string{county: "龙山区总工会", sibling: "西安区总工会"} {
		if strings.HasPrefix(area, code) {
			return member.Union{ID: id.Of[string](code), Name: name, Area: code, Officer: "柳婷"}, nil
		}
	}
	if strings.HasPrefix(area, bare) && a.there[bare] {
		return member.Union{ID: id.Of[string](bare), Name: "东丰县总工会", Area: bare}, nil
	}
	if strings.HasPrefix(area, bare) {
		return member.Union{ID: id.Of[string]("2204"), Name: "辽源市总工会", Area: "2204", Officer: "沈洁"}, nil
	}
	return member.Union{}, fault.New("org.union", fault.Missing, "fault.missing")
}

// Union knows one union beside those of counties: a joint one.
func (a around) Union(ctx context.Context, tx *op.Tx, which string) (member.Union, error) {
	for _, code := range []string{county, sibling} {
		if which == id.Of[string](code) {
			return a.UnionFor(ctx, tx, code)
		}
	}
	if which == jointID {
		return member.Union{ID: jointID, Name: "外卖行业联合基层工会", Area: "220402"}, nil
	}
	return member.Union{}, fault.New("org.union", fault.Missing, "fault.missing")
}

var jointID = id.New[string]()

// service is an identity service that says what the test wants.
type service struct{ says verify.State }

func (s *service) Check(context.Context, verify.Question) (verify.State, error) { return s.says, nil }

func (a around) Contact(_ context.Context, _ *op.Tx, who string) (name, phone string, err error) {
	return "", a.phones[who], nil
}

type theRoll = roll.Service

// house is a running system for one test.
type house struct {
	*member.Service
	*theRoll
	t      *testing.T
	clk    *clock.Fake
	server *httptest.Server
	around around
	db     *db.DB
	checks *verify.Service
	says   *service
	ours   posts
}

func newHouse(t *testing.T) *house {
	t.Helper()
	clk := clock.At(start)
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clk: clk, around: around{map[string]string{}, map[string]bool{}}, says: &service{verify.Match}}
	h.db = dbtest.SQLite(t, clk, []fs.FS{op.Schema, consent.Schema, member.Schema})
	h.Service = member.NewService(op.New(h.db, member.Policy), member.Config{Ring: ring, Orgs: h.around, People: h.around, Bodies: h.around, Posts: &h.ours})
	h.theRoll = roll.New(op.New(h.db, member.Policy), h.Service)
	policy := authz.Merge(member.Policy, verify.Policy, gap.Policy)
	h.checks = verify.New(op.New(h.db, policy), verify.Config{Members: h.Service, Checker: h.says, Source: "某省身份核验"})
	gaps := gap.New(op.New(h.db, policy), h.Service, h.around)
	homes := func(context.Context, string) ([]ui.Option, error) {
		return []ui.Option{{Value: jointID, Text: "外卖行业联合基层工会"}, {Value: id.Of[string](county), Text: "龙山区总工会"}}, nil
	}
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), desk.Texts(), memberweb.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: clk, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(desk.Routes(desk.Config{Station: func(_ context.Context, which string) (string, error) { return h.ours.called(which), nil }, Members: h.Service, Roll: h.theRoll, Twins: merge.New(op.New(h.db, member.Policy), h.Service, nil), Checks: h.checks, Gaps: gaps, Homes: homes, Bodies: bodies, Take: func(context.Context, string, string, []string) error { return nil }, Frame: frame}), site.Assets.Routes(), web.SettingsRoutes())
	h.server = httptest.NewServer(site.Handler(signIn(mux)))
	t.Cleanup(h.server.Close)
	return h
}

// frame is the reader's frame, as app makes it.
func frame(ctx context.Context) ui.StaffPage {
	return ui.StaffPage{Org: "龙山区总工会", User: authz.From(ctx).Name, UserSub: "组织部", Settings: "/desk/me", SignOut: "/sign-out", Home: "/desk",
		Nav: []ui.NavItem{{Text: "诉求", Icon: "inbox", Href: "/desk/requests", Phone: true}, {Text: "入会", Icon: "card", Href: desk.HrefMembers, Phone: true, Count: 9}}}
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

func (p reader) do(method, path string, form url.Values) answer {
	p.h.t.Helper()
	r, err := http.NewRequest(method, p.h.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.h.t.Fatal(err)
	}
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
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

func (p reader) get(path string) answer { p.h.t.Helper(); return p.do("GET", path, nil) }

// post sends a form of names and values by turns.
func (p reader) post(path string, pairs ...string) answer {
	p.h.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return p.do("POST", path, v)
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
	return s[:min(len(s), 900)]
}

func form(name string) member.Application {
	return member.Application{Name: name, Occupation: member.Rider, Works: []work.Said{{Name: "某外卖平台"}}, Area: county, Channel: member.ByPoster, Consents: []member.Consent{{Purpose: "membership", Version: 1}}}
}

func withDocument(a member.Application, document string) member.Application {
	a.Document = document
	a.Consents = append(a.Consents, member.Consent{Purpose: "document", Version: 1})
	return a
}

// apply lets somebody with a phone of their own apply.
func (h *house) apply(a member.Application) member.ID {
	h.t.Helper()
	who := id.New[string]()
	h.around.phones[who] = fmt.Sprintf("139%08d", len(h.around.phones)+1)
	r, err := h.Apply(authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Worker}), a)
	if err != nil {
		h.t.Fatal(err)
	}
	return r.ID
}

// checked lets somebody apply whose number the service finds to be as it says.
func (h *house) checked(name string, says verify.State) member.ID {
	h.t.Helper()
	a := withDocument(form(name), "440524188001010014")
	a.Consents = append(a.Consents, member.Consent{Purpose: "realname", Version: 1})
	who := h.apply(a)
	h.says.says = says
	h.must(h.checks.Work(authz.AsSystem(context.Background(), "test")))
	return who
}

// away lets somebody apply whose county has no union.
func (h *house) away(name string) member.ID {
	h.t.Helper()
	a := form(name)
	a.Area = bare
	return h.apply(a)
}

// join makes somebody a member.
func (h *house) join(a member.Application) member.ID {
	h.t.Helper()
	who := h.apply(a)
	h.must(h.Approve(as("cadre"), who, 1))
	return who
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) one(which member.ID) roll.File {
	h.t.Helper()
	f, err := h.Get(as("cadre"), which)
	h.must(err)
	return f
}

func choice(which member.ID, version int64) string { return fmt.Sprintf("%s.%d", which, version) }

// busy fills the house with people in many states, and returns one who waits
// with two doubts, and a member.
func (h *house) busy() (doubtful, clear, belongs member.ID) {
	h.t.Helper()
	h.clk.Set(start.Add(-9 * 24 * time.Hour))
	belongs = h.join(withDocument(form("赵建国"), "11010519491231002X"))
	works := func(name string, o member.Occupation, works string, by member.Channel) member.Application {
		a := form(name)
		a.Occupation, a.Works, a.Channel = o, []work.Said{{Name: works}}, by
		return a
	}
	kept := h.join(works("马国强", member.Trucker, "", member.ByStation))
	h.must(h.Keep(as("cadre"), kept, 2, "暂时没有工作，会籍给你留着。"))
	h.join(works("陈秀兰", member.Courier, "某快递云川分部", member.ByLink))
	h.must(h.Refuse(as("cadre"), h.apply(form("冯小刚毅")), 1, "电话没打通。请再申请一次。"))
	h.clk.Set(start.Add(-6 * 24 * time.Hour))
	h.apply(works("孙志远", member.Driver, "某网约车平台", member.ByWeb))
	h.clk.Set(start.Add(-2 * 24 * time.Hour))
	doubtful = h.apply(withDocument(works("赵建国", member.Rider, "某外卖平台", member.ByPoster), "11010519491231002X"))
	clear = h.apply(works("阿不都热合曼·买买提艾力", member.Courier, "某快递龙山营业部西北角网点", member.ByLink))
	h.clk.Set(start.Add(-3 * time.Hour))
	h.apply(works("马国强", member.Rider, "某外卖平台", member.ByPoster))
	h.apply(withDocument(works("小年轻", member.Rider, "某外卖平台", member.ByPoster), "110105201201010015"))
	for i, name := range []string{"李大勇", "周海燕", "吴春生", "郑小满", "王长江", "钱多多"} {
		h.apply(works(name, member.Occupations()[i%5], "某平台", member.Channels()[i%5]))
	}
	h.clk.Set(start)
	return doubtful, clear, belongs
}
