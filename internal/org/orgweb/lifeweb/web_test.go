package lifeweb_test

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
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/orgweb/lifeweb"
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
	city, county org.ID
	town, street org.ID
}

func open(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	d := dbtest.SQLite(t, clk, []fs.FS{op.Schema, org.Schema})
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	desk := op.New(d, authz.Merge(org.Policy, life.Policy))
	h := &house{t: t, orgs: org.NewService(desk, ring)}
	many := life.Part{Name: "members",
		Count: func(context.Context, *op.Tx, string) (int64, error) { return 1234, nil },
		Move:  func(context.Context, *op.Tx, string, org.Org, string) (int64, error) { return 1234, nil }}
	service := life.NewService(desk, life.Config{Orgs: h.orgs, Ring: ring, Parts: []life.Part{many}})
	frame := func(context.Context) ui.StaffPage {
		return ui.StaffPage{User: "A", Nav: []ui.NavItem{{Text: "orgs", Icon: "building", Href: orgweb.ListPath}}}
	}
	h.site = &web.Site{Texts: web.NewTexts(ui.Texts(), orgweb.Texts(), lifeweb.Texts()), Assets: web.NewAssets(), Clock: clk, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	h.mux = web.NewMux(orgweb.Routes(orgweb.Config{Orgs: h.orgs, Frame: frame}), lifeweb.Routes(lifeweb.Config{Life: service, Orgs: h.orgs, Frame: frame}), h.site.Assets.Routes())
	h.city = h.found(org.Local, org.City, "云川市总工会", "9901", "")
	h.county = h.found(org.Local, org.County, "龙山县总工会", "990101", h.city)
	h.town = h.found(org.Local, org.Town, "南康街道总工会", "990101001", h.county)
	h.street = h.found(org.Local, org.Town, "北门街道总工会", "990101002", h.county)
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
	if m := regexp.MustCompile(`>\s*((life|org|ui|web)\.[a-z_.]+)\s*<`).FindStringSubmatch(p.text); m != nil {
		p.h.t.Errorf("%s: a key without words: %s", about, m[1])
	}
	return p
}

func staff(role authz.Role, area string) authz.Subject {
	return authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷", Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Grants: []authz.Grant{{Role: role, Area: area}}}
}

func (h *house) form() []string {
	return []string{"name", "速达公司工会", "kind", "basic", "level", "grassroots", "area", "990101001", "parent", string(h.county), "members", "12", "chair", "田示例", "years", "3", "elected", "2026-11-20", "why", "<i>骑手</i>"}
}

func TestFoundingPages(t *testing.T) {
	h := open(t)
	cadre, leader, next, host := staff(authz.Cadre, "990101"), staff(authz.Leader, "990101"), staff(authz.Leader, "990102"), staff(authz.Host, "990101")
	zh := func(s authz.Subject, method, path string, pairs ...string) page {
		t.Helper()
		return h.do(s, "zh-CN", method, path, pairs...)
	}
	list := orgweb.FoundingsPath
	zh(cadre, "GET", list).want("nothing yet", 200, "没有申请", "申请建会")
	zh(leader, "GET", list).want("a leader does not ask", 200, "!/foundings/new")
	zh(cadre, "GET", list+"/new?parent="+string(h.town)).want("the form", 200, "龙山县总工会", "云川市总工会", `value="990101001"`)
	zh(cadre, "GET", list+"/new?parent=x").want("under nothing", 404)
	zh(leader, "GET", list+"/new").want("not for a leader", 403)
	zh(cadre, "POST", list, "name", "速", "kind", "basic", "level", "grassroots", "area", "990101", "members", "几个", "chair", "", "years", "4", "elected", "").want("all that is wrong", 422, "2 到", "至少 1 人", "写真名", "不晚于今天", "3 年或 5 年", "选上级工会")
	zh(cadre, "POST", list, append(h.form(), "area", "990102")...).want("the first area counts", 303)
	other := h.form()
	other[7] = "990102"
	zh(cadre, "POST", list, other...).want("next door's", 422, "不归你管", "田示例")
	zh(leader, "POST", list, h.form()...).want("by a leader", 403)
	zh(cadre, "POST", list, h.form()...).want("twice", 422, "已经有这个名字")
	at := regexp.MustCompile(`href="(/desk/foundings/[0-9a-f-]{36})"`).FindStringSubmatch(zh(leader, "GET", list+"?state=asked").want("one waits", 200, "速达公司工会", "12 人").text)[1]
	zh(cadre, "GET", at).want("one's own", 200, "收回申请", "不足 25 人", "&lt;i&gt;骑手", "12月8日", "!不批一定要写")
	zh(leader, "GET", at).want("to decide", 200, "不批一定要写", "!收回申请")
	zh(staff(authz.Cadre, "9901"), "GET", at).want("another cadre looks on", 200, "等龙山县总工会的领导来批", "!不批一定要写", "!收回申请")
	for about, s := range map[string]authz.Subject{"next door": next, "a host": host, "nobody": {}} {
		zh(s, "GET", at).want(about, 404)
		zh(s, "POST", at+"/approve", "version", "1").want(about+" approves", 404)
	}
	zh(cadre, "POST", at+"/approve", "version", "1").want("one's own approval", 403)
	zh(leader, "POST", at+"/refuse", "version", "1", "reason", "").want("without a word", 422, "2 到 300")
	zh(leader, "POST", at+"/approve", "version", "9", "reason", "同意了").want("over a change", 409, "先看看新的", "同意了")
	made := zh(leader, "POST", at+"/approve", "version", "1", "reason", "同意").want("approved", 303).to
	zh(cadre, "GET", made).want("it stands", 200, "速达公司工会", "成立：速达公司工会", "届和班子")
	zh(cadre, "GET", made+"/terms").want("with its first term", 200, "田示例", "第 1 届", "2029-11-20 前换届")
	zh(cadre, "GET", at).want("and says so", 200, "批了", "同意", "看这个工会", "!收回申请")
	zh(cadre, "POST", at+"/withdraw", "version", "2").want("too late", 409)

	second := h.form()
	second[1] = "慢达公司工会"
	at = zh(cadre, "POST", list, second...).want("another", 303).to
	zh(cadre, "POST", at+"/withdraw", "version", "1").want("taken back", 303)
	zh(cadre, "GET", at).want("and says so", 200, "收回了")
}

func TestTermPages(t *testing.T) {
	h := open(t)
	cadre, leader := staff(authz.Cadre, "990101"), staff(authz.Leader, "990101")
	zh := func(s authz.Subject, method, path string, pairs ...string) page {
		t.Helper()
		return h.do(s, "zh-CN", method, path, pairs...)
	}
	at := orgweb.ListPath + "/" + string(h.county)
	zh(cadre, "GET", orgweb.RenewalsPath).want("none ends", 200, "到期前 90 天")
	zh(cadre, "GET", orgweb.RenewalsPath+"?which=none").want("three were never entered", 200, "龙山县总工会", "南康街道总工会", "北门街道总工会", "!云川市总工会")
	zh(cadre, "GET", at+"/terms").want("nothing yet", 200, "还没记过", "/terms/new")
	zh(leader, "GET", at+"/terms").want("a leader looks on", 200, "!/terms/new")
	zh(leader, "GET", at+"/terms/new").want("and enters nothing", 403)
	zh(staff(authz.Host, "990101"), "GET", at+"/terms").want("a host sees nothing", 404)
	zh(cadre, "GET", at+"/terms/edit").want("nothing to change", 303)
	zh(cadre, "POST", at+"/terms", "seen", "0", "since", "2026-13-01", "years", "3", "post", "chair", "name", "").want("wrong", 422, "不晚于今天", "其他写 5 年", "主席写一个")
	zh(cadre, "POST", at+"/terms", "seen", "0", "since", "2022-01-10", "years", "5", "post", "chair", "name", "甲示例", "post", "vice", "name", "乙示例", "post", "committee", "name", "").want("entered", 303)
	zh(cadre, "POST", at+"/terms", "seen", "0", "since", "2022-01-10", "years", "5", "post", "chair", "name", "甲示例").want("entered twice", 409, "先看看新的", `name="seen" value="1"`)
	zh(cadre, "GET", orgweb.RenewalsPath).want("it ends soon", 200, "龙山县总工会", "2027-01-10 前换届", "快到期")
	zh(cadre, "GET", at+"/terms/edit").want("who is in office", 200, "甲示例", "乙示例")
	zh(cadre, "POST", at+"/terms/edit", "seen", "1", "post", "chair", "name", "丙示例").want("replaced", 303)
	zh(cadre, "GET", at+"/terms").want("and told", 200, "丙示例", "2026-11-24 补选", "甲示例", "到 2026-11-24")
	zh(cadre, "POST", at+"/terms/edit", "seen", "1", "post", "chair", "name", "丁示例").want("over a change", 409, "先看看新的", "丁示例")
}

func TestMergePages(t *testing.T) {
	h := open(t)
	leader, cadre := staff(authz.Leader, "990101"), staff(authz.Cadre, "990101")
	zh := func(s authz.Subject, method, path string, pairs ...string) page {
		t.Helper()
		return h.do(s, "zh-CN", method, path, pairs...)
	}
	at := orgweb.ListPath + "/" + string(h.town)
	zh(leader, "GET", at).want("the way in", 200, at+"/merge")
	zh(cadre, "GET", at).want("not for a cadre", 200, "!"+at+"/merge")
	zh(cadre, "GET", at+"/merge").want("nor by hand", 403)
	zh(staff(authz.Leader, "990101001"), "GET", at+"/merge").want("nobody ends their own", 403)
	zh(leader, "GET", at+"/merge").want("who takes over", 200, "北门街道总工会", "龙山县总工会", "!云川市总工会", "!merge?into="+string(h.town))
	zh(leader, "GET", at+"/merge?q=beimen").want("by words", 200, "北门街道总工会", "!merge?into="+string(h.county))
	zh(leader, "GET", at+"/merge?into="+string(h.street)).want("what would move", 200, "1234", "转到北门街道总工会的", "确定，转过去")
	zh(leader, "GET", at+"/merge?into=x").want("no union", 422, "选由哪个工会接过去")
	zh(leader, "GET", at+"/merge?into="+string(h.city)).want("beyond the reader's", 422, "不归你管")
	zh(leader, "GET", orgweb.ListPath+"/"+string(h.city)+"/merge").want("the city's own", 403)
	zh(leader, "GET", at+"/merge?into="+string(h.town)).want("into itself", 200, "接不了", "!确定，转过去")
	zh(leader, "POST", at+"/merge", "into", string(h.street), "version", "1", "how", "merged", "reason", "").want("without a reason", 422, "2 到 300", "1234")
	zh(leader, "POST", at+"/merge", "into", string(h.street), "version", "9", "how", "merged", "reason", "街道合并").want("over a change", 409, "先看看新的", `name="version" value="1"`, "街道合并")
	zh(cadre, "POST", at+"/merge", "into", string(h.street), "version", "1", "how", "merged", "reason", "街道合并").want("by a cadre", 403)
	zh(leader, "POST", at+"/merge", "into", string(h.street), "version", "1", "how", "merged", "reason", "街道合并").want("done", 303)
	zh(cadre, "GET", at).want("it leads to the other", 200, "由这个工会接过去了", "北门街道总工会", "街道合并", "!/merge")
	zh(leader, "POST", at+"/merge", "into", string(h.county), "version", "2", "how", "merged", "reason", "再来").want("twice", 409, "已经结束")
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	who := staff(authz.Cadre, "9901")
	who.Grants = append(who.Grants, authz.Grant{Role: authz.Leader, Area: "9901"})
	server := httptest.NewServer(h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), who)))
	})))
	t.Cleanup(server.Close)
	asked := h.do(staff(authz.Cadre, "990101"), "zh-CN", "POST", orgweb.FoundingsPath, h.form()...).to
	at := orgweb.ListPath + "/" + string(h.county)
	h.do(staff(authz.Cadre, "990101"), "zh-CN", "POST", at+"/terms", "seen", "0", "since", "2022-01-10", "years", "5", "post", "chair", "name", "甲示例", "post", "vice", "name", "乙示例")
	for name, path := range map[string]string{
		"foundings": orgweb.FoundingsPath, "ask": orgweb.FoundingsPath + "/new", "founding": asked, "renewals": orgweb.RenewalsPath, "never": orgweb.RenewalsPath + "?which=none",
		"terms": at + "/terms", "election": at + "/terms/new", "changes": at + "/terms/edit",
		"takers": orgweb.ListPath + "/" + string(h.town) + "/merge", "merge": orgweb.ListPath + "/" + string(h.town) + "/merge?into=" + string(h.street),
	} {
		browser.Hold(t, "life-"+name, server.URL+path, nil)
	}
}

// No Chinese is left in the English pages but what people wrote.
func TestEnglish(t *testing.T) {
	h := open(t)
	who := staff(authz.Cadre, "9901")
	who.Grants = append(who.Grants, authz.Grant{Role: authz.Leader, Area: "9901"})
	asked := h.do(staff(authz.Cadre, "990101"), "zh-CN", "POST", orgweb.FoundingsPath, h.form()...).to
	han, names := regexp.MustCompile(`\p{Han}`), regexp.MustCompile(`\p{Han}*(总工会|公司工会|示例|骑手|柳婷)|中文`)
	at := orgweb.ListPath + "/" + string(h.town)
	for _, path := range []string{orgweb.FoundingsPath, orgweb.FoundingsPath + "/new", asked, orgweb.RenewalsPath, orgweb.RenewalsPath + "?which=none", at + "/terms", at + "/terms/new", at + "/merge", at + "/merge?into=" + string(h.street)} {
		p := h.do(who, "en", "GET", path).want("in English: "+path, 200)
		if text := names.ReplaceAllString(p.text, ""); han.MatchString(text) {
			at := han.FindStringIndex(text)[0]
			t.Errorf("%s: Chinese left: %.60s", path, text[max(0, at-20):])
		}
	}
}
