package coverweb_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/cover"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/orgweb/coverweb"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

type house struct {
	t     *testing.T
	site  *web.Site
	mux   *web.Mux
	cover *cover.Service
}

func open(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	d := dbtest.SQLite(t, clk, []fs.FS{op.Schema, org.Schema})
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	desk := op.New(d, authz.Merge(org.Policy, platform.Policy, cover.Policy))
	orgs := org.NewService(desk, ring)
	firms := platform.NewService(desk, platform.Config{Orgs: orgs})
	of := func(all ...cover.Spread) func(context.Context, *op.Tx) ([]cover.Spread, error) {
		return func(context.Context, *op.Tx) ([]cover.Spread, error) { return all, nil }
	}
	h := &house{t: t, cover: cover.NewService(desk, cover.Config{Firms: firms,
		Occupations: of(cover.Spread{Area: "510703", Key: "rider", N: 1234}, cover.Spread{Area: "510703", Key: "courier", N: 4}, cover.Spread{Area: "510704", Key: "rider", N: 20}),
		Works:       of(cover.Spread{Area: "510703", Key: "速达", N: 7}), Stations: of(cover.Spread{Area: "510705001", N: 3})})}
	system := authz.AsSystem(t.Context(), "test")
	for _, x := range []org.Draft{{Kind: org.Local, Level: org.City, Name: "市总工会", Area: "5107"}, {Kind: org.Local, Level: org.County, Name: "区总工会", Area: "510703"}} {
		if _, err := orgs.Found(system, x); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := firms.Add(authz.With(t.Context(), staff(authz.Cadre, "5107")), platform.Draft{Name: "速达", Area: "510703", Platform: true}); err != nil {
		t.Fatal(err)
	}
	frame := func(context.Context) ui.StaffPage {
		return ui.StaffPage{User: "A", Nav: []ui.NavItem{{Text: "orgs", Icon: "building", Href: orgweb.ListPath}}}
	}
	words := func(ctx context.Context) []ui.Option {
		return []ui.Option{{Value: "rider", Text: "Rider"}, {Value: "courier", Text: "Courier"}, {Value: "driver", Text: "Driver"}}
	}
	members := func(occupation, area string) string { return "/members?" + occupation + "&" + area }
	h.site = &web.Site{Texts: web.NewTexts(ui.Texts(), orgweb.Texts(), coverweb.Texts()), Assets: web.NewAssets(), Clock: clk, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	h.mux = web.NewMux(coverweb.Routes(coverweb.Config{Cover: h.cover, Frame: frame, Occupations: words, Members: members}), h.site.Assets.Routes())
	return h
}

func (h *house) count() {
	h.t.Helper()
	if err := h.cover.Count(authz.AsSystem(h.t.Context(), "test")); err != nil {
		h.t.Fatal(err)
	}
}

func staff(role authz.Role, area string) authz.Subject {
	return authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}}
}

func (h *house) get(s authz.Subject, lang, path string, code int, words ...string) string {
	h.t.Helper()
	req := httptest.NewRequest("GET", path, nil)
	req.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	rec := httptest.NewRecorder()
	h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), s)))
	})).ServeHTTP(rec, req)
	text := rec.Body.String()
	if rec.Code != code {
		h.t.Errorf("%s: %d, want %d", path, rec.Code, code)
	}
	for _, w := range words {
		if no, hidden := strings.CutPrefix(w, "!"); hidden == strings.Contains(text, no) {
			h.t.Errorf("%s: says %q: %v", path, no, hidden)
		}
	}
	if m := regexp.MustCompile(`>\s*((cover|org|ui|web)\.[a-z_.]+)\s*<`).FindStringSubmatch(text); m != nil {
		h.t.Errorf("%s: a key without words: %s", path, m[1])
	}
	return text
}

func TestPages(t *testing.T) {
	h := open(t)
	city, county, keeper := staff(authz.Leader, "5107"), staff(authz.Cadre, "510703"), staff(authz.Admin, "5107")
	h.get(city, "zh-CN", orgweb.CoverPath, 200, "还没数过")
	h.count()
	h.get(city, "zh-CN", orgweb.CoverPath, 200, "绵阳市", "现在有的", "还要组织的", "Driver", "涪城区", "/desk/organising?area=510703", "/desk/orgs?area=5107&amp;kind=union", "/members?rider&amp;5107", "which=idle", "1,254")
	h.get(city, "zh-CN", orgweb.CoverPath+"?area=510703", 200, "速达", ">4<", ">7<")
	h.get(keeper, "zh-CN", orgweb.CoverPath+"?area=510703", 200, "&lt;10", "!>4<", "!/members?")
	h.get(county, "zh-CN", orgweb.CoverPath, 200, "涪城区")
	h.get(county, "zh-CN", orgweb.CoverPath+"?area=5107", 200, "涪城区", "!游仙区", "!还要组织的")
	h.get(county, "zh-CN", orgweb.CoverPath+"?area=510704", 404)
	h.get(county, "zh-CN", orgweb.CoverPath+"?area=x", 404)
	h.get(county, "zh-CN", orgweb.CoverPath+"?area=0", 200, "涪城区")
	h.get(staff(authz.Host, "5107"), "zh-CN", orgweb.CoverPath, 403)
	h.get(city, "zh-CN", orgweb.CoverPath+"/bare?what=bare_county", 200, "没有工会的县", "安州区")
	h.get(city, "zh-CN", orgweb.CoverPath+"/bare?what=bare_town&area=510703", 200, "没有这样的地方")
	h.get(county, "zh-CN", orgweb.CoverPath+"/bare?what=bare_county&area=510704", 404)
	h.get(city, "zh-CN", orgweb.CoverPath+"/table.xlsx", 200, "PK")
	h.get(county, "zh-CN", orgweb.CoverPath+"/table.xlsx?area=510704", 404)
	h.get(staff(authz.Host, "5107"), "zh-CN", orgweb.CoverPath+"/table.xlsx", 403)
	h.get(staff(authz.Leader, ""), "zh-CN", orgweb.CoverPath, 200, "四川省")
	en := h.get(city, "en", orgweb.CoverPath, 200, "Still to be organised")
	if left := regexp.MustCompile(`\p{Han}*(市|区|省|总工会|速达)|中文`).ReplaceAllString(en, ""); regexp.MustCompile(`\p{Han}`).MatchString(left) {
		t.Errorf("Chinese left: %s", regexp.MustCompile(`.{0,20}\p{Han}.{0,20}`).FindString(left))
	}
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	h.count()
	who := staff(authz.Leader, "5107")
	server := httptest.NewServer(h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), who)))
	})))
	t.Cleanup(server.Close)
	for name, path := range map[string]string{"cover": orgweb.CoverPath, "bare": orgweb.CoverPath + "/bare"} {
		browser.Hold(t, "cover-"+name, server.URL+path, nil)
	}
}
