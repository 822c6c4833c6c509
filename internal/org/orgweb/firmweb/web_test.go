package firmweb_test

import (
	"context"
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
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/orgweb/firmweb"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

type house struct {
	t            *testing.T
	orgs         *org.Service
	site         *web.Site
	mux          *web.Mux
	firms        *platform.Service
	county, firm org.ID
}

func open(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	d := dbtest.SQLite(t, clk, []fs.FS{op.Schema, org.Schema})
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	desk := op.New(d, authz.Merge(org.Policy, platform.Policy))
	h := &house{t: t, orgs: org.NewService(desk, ring)}
	h.firms = platform.NewService(desk, platform.Config{Orgs: h.orgs, Members: func(context.Context, *op.Tx, []string) ([]platform.Spread, error) {
		return []platform.Spread{{Union: h.firm, Occupation: "rider", Works: []platform.Called{{Name: "速达外卖"}}, N: 120}, {Union: h.county, Occupation: "trucker", Works: []platform.Called{{Name: "自己的车"}}, N: 7}}, nil
	}})
	frame := func(context.Context) ui.StaffPage {
		return ui.StaffPage{User: "A", Nav: []ui.NavItem{{Text: "orgs", Icon: "building", Href: orgweb.ListPath}}}
	}
	h.site = &web.Site{Texts: web.NewTexts(ui.Texts(), orgweb.Texts(), firmweb.Texts()), Assets: web.NewAssets(), Clock: clk, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	h.mux = web.NewMux(orgweb.Routes(orgweb.Config{Orgs: h.orgs, Frame: frame}), firmweb.Routes(firmweb.Config{Firms: h.firms, Orgs: h.orgs, Frame: frame,
		Occupations: func(context.Context) []ui.Option {
			return []ui.Option{{Value: "rider", Text: "RIDER"}, {Value: "trucker", Text: "TRUCKER"}}
		},
		Members: func(o string) string { return "/desk/members?occupation=" + o }}), h.site.Assets.Routes())
	h.county = h.found(org.Local, org.County, "龙山县总工会", "990101", "")
	h.firm = h.found(org.Basic, org.Grassroots, "速达公司工会", "990101", h.county)
	return h
}

func (h *house) found(kind org.Kind, level org.Level, name, area string, parent org.ID) org.ID {
	h.t.Helper()
	o, err := h.orgs.Found(authz.AsSystem(h.t.Context(), "test"), org.Draft{Kind: kind, Level: level, Name: name, Area: area, Parent: parent})
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

// page is what came back.
type page struct {
	h    *house
	code int
	to   string // where a redirect leads
	text string
}

func (h *house) do(s authz.Subject, lang, method, path string, pairs ...string) page {
	h.t.Helper()
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	req := httptest.NewRequest(method, path, strings.NewReader(f.Encode()))
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "http://example.com")
	}
	req.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	rec := httptest.NewRecorder()
	h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), s)))
	})).ServeHTTP(rec, req)
	return page{h, rec.Code, rec.Header().Get("Location"), rec.Body.String()}
}

func (p page) want(about string, code int, words ...string) page {
	p.h.t.Helper()
	if p.code != code {
		p.h.t.Errorf("%s: %d, want %d", about, p.code, code)
	}
	for _, w := range words {
		if no, hidden := strings.CutPrefix(w, "!"); hidden == strings.Contains(p.text, no) {
			p.h.t.Errorf("%s: says %q: %v", about, no, hidden)
		}
	}
	if m := regexp.MustCompile(`>\s*((firm|org|ui|web)\.[a-z_.]+)\s*<`).FindStringSubmatch(p.text); m != nil {
		p.h.t.Errorf("%s: a key without words: %s", about, m[1])
	}
	return p
}

func staff(role authz.Role, area string) authz.Subject {
	return authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}}
}

func TestFirmPages(t *testing.T) {
	h := open(t)
	cadre, leader, admin := staff(authz.Cadre, "990101"), staff(authz.Leader, "990101"), staff(authz.Admin, "990101")
	zh := func(s authz.Subject, method, path string, pairs ...string) page {
		t.Helper()
		return h.do(s, "zh-CN", method, path, pairs...)
	}
	list := orgweb.FirmsPath
	zh(cadre, "GET", list).want("nothing yet", 200, "没有找到企业", "加一家企业")
	zh(leader, "GET", list).want("a leader looks on", 200, "!/firms/new")
	zh(leader, "GET", list+"/new").want("and adds nothing", 403)
	zh(cadre, "GET", list+"/new").want("the form", 200, `value="990101"`)
	zh(cadre, "POST", list, "name", "速", "area", "99010a").want("next door, or nowhere", 422, "不归你管", `value="速"`)
	zh(cadre, "POST", list, "name", "速", "area", "990101").want("too short", 422, "2 到")
	at := zh(cadre, "POST", list, "name", "速达<b>", "area", "990101", "platform", "1").want("added", 303).to
	zh(cadre, "POST", list, "name", "速达<b>", "area", "990101").want("twice", 422, "已经有这家了")
	street := zh(cadre, "POST", list, "name", "速达<b>", "area", "990101001").want("in a street", 303).to
	zh(cadre, "GET", at).want("its page", 200, "速达&lt;b&gt;", "还没建会", "平台企业", "还没有人报过人数", "这家在别的地方", street)
	zh(leader, "GET", at).want("a leader reads", 200, "!/edit", "!/facts")
	for about, s := range map[string]authz.Subject{"next door": staff(authz.Cadre, "990102"), "a host": staff(authz.Host, "990101"), "nobody": {}} {
		zh(s, "GET", at).want(about, 404)
		zh(s, "GET", at+"/edit").want(about, 404)
		zh(s, "POST", at+"/facts", "n", "1").want(about, 404)
	}
	zh(leader, "GET", at+"/edit").want("no plan by a leader", 403)
	zh(cadre, "GET", at+"/edit").want("the plan", 200, "速达公司工会", "第 3 步")
	plan := []string{"version", "1", "owner", "刘婷", "obstacle", "流动大", "also", "速达外卖", "step", "见站长", "due", "2026-11-20", "done", "", "step", "", "due", "", "done", ""}
	zh(cadre, "POST", at+"/edit", append(plan, "union", string(h.firm))...).want("a union without a day", 422, "不晚于今天", "selected", "流动大")
	zh(cadre, "POST", at+"/edit", plan...).want("saved", 303)
	zh(cadre, "POST", at+"/edit", plan...).want("over a change", 409, "先看看新的", `name="version" value="2"`, "见站长")
	zh(cadre, "GET", list+"?which=late").want("it is behind", 200, "超期", "刘婷负责", "下一步 2026-11-20")
	zh(cadre, "GET", at).want("and says so", 200, "超期", "见站长", "流动大", "建会申请")
	zh(cadre, "POST", at+"/facts", "n", "很多", "day", "", "source", "").want("no number", 422, "写人数", "谁报的", "很多")
	zh(cadre, "POST", at+"/facts", "n", "400", "day", "2026-06-30", "source", "公司报的", "occupation", "rider").want("said", 303)
	zh(cadre, "GET", at).want("with its source", 200, "400", "2026-06-30", "公司报的、柳婷", "RIDER")
	zh(cadre, "GET", orgweb.CoveragePath).want("the roll-up", 200, "30%", "400（2026-06-30 公司报的）", "没人报过", "7 个会员写的单位", "/desk/members?occupation=rider", "龙山县总工会", "/desk/orgs/tree?under=", "/desk/firms?firm=")
	zh(admin, "GET", orgweb.CoveragePath).want("an administrator reads no members", 200, "30%", "!/desk/members")
	zh(cadre, "POST", at+"/edit", "version", "2", "union", string(h.firm), "since", "2026-11-20").want("it stands", 303)
	zh(cadre, "GET", at).want("and says so", 200, "建了工会", "速达公司工会、2026-11-20 起", "看这个工会")
	zh(cadre, "GET", list+"?which=without").want("one is without", 200, street, "!"+at+`"`)
	zh(cadre, "GET", list+"?q=suda").want("by pinyin", 200, at, street)
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	who := staff(authz.Cadre, "9901")
	server := httptest.NewServer(h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), who)))
	})))
	t.Cleanup(server.Close)
	at := h.fill(who)
	for name, path := range map[string]string{"list": orgweb.FirmsPath, "add": orgweb.FirmsPath + "/new", "firm": at, "plan": at + "/edit", "coverage": orgweb.CoveragePath} {
		browser.Hold(t, "firm-"+name, server.URL+path, nil)
	}
}

// fill keeps a company in two areas, with a plan and a number, and returns where one is.
func (h *house) fill(who authz.Subject) string {
	at := h.do(who, "zh-CN", "POST", orgweb.FirmsPath, "name", "速达网络科技有限公司", "area", "990101", "platform", "1").to
	h.do(who, "zh-CN", "POST", orgweb.FirmsPath, "name", "速达网络科技有限公司", "area", "990102", "platform", "1")
	h.do(who, "zh-CN", "POST", at+"/edit", "version", "1", "owner", "刘婷", "obstacle", "站点流动大", "also", "速达外卖", "step", "见站长", "due", "2026-11-20", "done", "", "step", "开会", "due", "2026-12-20", "done", "2026-11-23")
	h.do(who, "zh-CN", "POST", at+"/facts", "n", "400", "day", "2026-06-30", "source", "公司报的", "occupation", "rider").want("filled", 303)
	return at
}

// No Chinese is left in the English pages but what people wrote.
func TestEnglish(t *testing.T) {
	h := open(t)
	who := staff(authz.Cadre, "9901")
	at := h.fill(who)
	han, names := regexp.MustCompile(`\p{Han}`), regexp.MustCompile(`\p{Han}*(总工会|公司工会|有限公司|刘婷|站点流动大|速达外卖|见站长|开会|公司报的|柳婷)|中文`)
	for _, path := range []string{orgweb.FirmsPath, orgweb.FirmsPath + "?q=zzz", orgweb.FirmsPath + "/new", at, at + "/edit", orgweb.CoveragePath} {
		p := h.do(who, "en", "GET", path).want("in English: "+path, 200)
		if text := names.ReplaceAllString(p.text, ""); han.MatchString(text) {
			at := han.FindStringIndex(text)[0]
			t.Errorf("%s: Chinese left: %.60s", path, text[max(0, at-20):])
		}
	}
}
