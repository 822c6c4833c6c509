package orgweb_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

type house struct {
	t    *testing.T
	orgs *org.Service
	site *web.Site
	mux  *web.Mux
}

func open(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	d := dbtest.SQLite(t, clk, []fs.FS{op.Schema, org.Schema})
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, orgs: org.NewService(op.New(d, org.Policy), ring)}
	h.site = &web.Site{Texts: web.NewTexts(ui.Texts(), orgweb.Texts()), Assets: web.NewAssets(), Clock: clk, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	h.mux = web.NewMux(orgweb.Routes(orgweb.Config{
		Orgs: h.orgs,
		Frame: func(context.Context) ui.StaffPage {
			return ui.StaffPage{User: "A", Nav: []ui.NavItem{{Text: "orgs", Icon: "building", Href: orgweb.ListPath}}}
		},
		Topics: func(context.Context) []ui.Option {
			return []ui.Option{{Value: "gate", Text: "GATE"}, {Value: "gate.estate", Text: "ESTATE"}}
		},
	}))
	return h
}

// page is what came back.
type page struct {
	h    *house
	code int
	to   string // where a redirect leads
	text string
}

func (h *house) do(s authz.Subject, lang, method, path string, form url.Values) page {
	h.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
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

func (p page) want(about string, code int, words ...string) {
	p.h.t.Helper()
	if p.code != code {
		p.h.t.Errorf("%s: %d, want %d", about, p.code, code)
	}
	for _, w := range words {
		if no, hidden := strings.CutPrefix(w, "!"); hidden == strings.Contains(p.text, no) {
			p.h.t.Errorf("%s: says %q: %v", about, no, hidden)
		}
	}
	if m := regexp.MustCompile(`>\s*((org|ui|web)\.[a-z_.]+)\s*<`).FindStringSubmatch(p.text); m != nil {
		p.h.t.Errorf("%s: a key without words: %s", about, m[1])
	}
}

func staff(role authz.Role, area string) authz.Subject {
	return authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000a", Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Grants: []authz.Grant{{Role: role, Area: area}}}
}

func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

// Whoever saves a form as it came changes nothing: the union above is among the
// choices, however much larger its area is.
func TestTheFormKeepsTheUnionAbove(t *testing.T) {
	h, system := open(t), authz.AsSystem(t.Context(), "test")
	above := org.ID("")
	for _, d := range []org.Draft{
		{Kind: org.Local, Level: org.National, Name: "示例全国总工会"},
		{Kind: org.Local, Level: org.Province, Name: "示例省总工会", Area: "99"},
		{Kind: org.Local, Level: org.City, Name: "云川市总工会", Area: "9901"},
		{Kind: org.Local, Level: org.County, Name: "龙山县总工会", Area: "990101"},
	} {
		d.Parent = above
		id, err := h.orgs.Found(system, d)
		if err != nil {
			t.Fatal(err)
		}
		text := h.do(staff(authz.Admin, ""), "zh-CN", "GET", orgweb.ListPath+"/"+string(id)+"/edit", nil).text
		if n := strings.Count(text, `value="`+string(above)+`" selected`); above != "" && n != 1 {
			t.Errorf("%s: the union above is chosen %d times, want once", d.Name, n)
		}
		above = id
	}
}

func TestWords(t *testing.T) { webtest.Complete(t, orgweb.Texts()) }

// Every fault that the domain tells has words.
func TestFaultsHaveWords(t *testing.T) {
	key := regexp.MustCompile(`(?:fault\.New\([^,]*, fault\.\w+, |f\.Add\("\w+", |f\.Add\(x\[0\], |fieldFault\("\w+", )"(org\.[a-z_.]+)"`)
	words := orgweb.Texts()["zh-CN"]
	n := 0
	for _, name := range []string{"org.go", "service.go", "store.go", "ask.go"} {
		text, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			if n++; words[m[1]] == nil {
				t.Errorf("%s: %s has no words", name, m[1])
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d faults found: the pattern is stale", n)
	}
}

func TestPages(t *testing.T) {
	h := open(t)
	admin, cadre, next := staff(authz.Admin, "9901"), staff(authz.Cadre, "990101"), staff(authz.Cadre, "990102")
	zh := func(s authz.Subject, method, path string, pairs ...string) page {
		t.Helper()
		return h.do(s, "zh-CN", method, path, form(pairs...))
	}
	found := func(s authz.Subject, pairs ...string) string {
		t.Helper()
		p := zh(s, "POST", orgweb.ListPath, pairs...)
		p.want("found "+pairs[1], 303)
		return p.to
	}
	zh(admin, "GET", orgweb.ListPath).want("nothing yet", 200, "没有找到单位", "加一个单位")
	zh(admin, "GET", orgweb.ListPath+"/new").want("a form", 200, "地方总工会", `value="9901"`)
	zh(cadre, "GET", orgweb.ListPath+"/new").want("not for a cadre", 403)
	zh(admin, "POST", orgweb.ListPath, "name", "县", "kind", "local", "level", "county", "area", "9901").want("too short in all", 422, "2 到 60", "要长一些", `value="县"`)
	zh(admin, "POST", orgweb.ListPath, "name", "外市总工会", "kind", "local", "level", "city", "area", "9902").want("another city", 422, "不归你管")
	city := found(admin, "name", "云川市总工会", "kind", "local", "level", "city", "area", "9901")
	id := func(to string) string { return strings.TrimPrefix(to, orgweb.ListPath+"/") }
	county := found(admin, "name", "龙山县总工会", "kind", "local", "level", "county", "area", "990101", "parent", id(city))
	street := found(admin, "name", "南康街道工会", "kind", "local", "level", "town", "area", "990101001", "parent", id(county), "req_id", web.NewReqID())
	body := found(admin, "name", "南康街道办事处", "short", "南康街道", "kind", "partner", "level", "town", "area", "990101001", "contact", "13812346207", "phone", "0437-3226207")

	zh(cadre, "GET", orgweb.ListPath).want("the county's list", 200, "南康街道办事处", "0437-3226207", "!云川市总工会", "!加一个单位", "!6207\"")
	zh(cadre, "GET", orgweb.ListPath+"?kind=partner&q=nankang").want("by pinyin", 200, "南康街道办事处", "!南康街道工会")
	zh(admin, "GET", orgweb.TreePath).want("the city and what it leads", 200, "云川市总工会", "龙山县总工会", "领导 1 个", "!南康街道")
	zh(admin, "GET", orgweb.TreePath+"?under="+id(county)).want("a level further down", 200, "回到云川市总工会", "南康街道工会", "会员 0 人", "!南康街道办事处")
	zh(cadre, "GET", orgweb.TreePath).want("the county's tree", 200, "龙山县总工会", "南康街道工会", "回到云川市总工会")
	zh(admin, "GET", orgweb.TreePath+"?under="+id(city)+"&q=nankang").want("words below a union", 200, "南康街道工会", "上级是龙山县总工会", "!南康街道办事处")
	zh(admin, "GET", orgweb.TreePath+"?under="+id(street)+"&q=longshan").want("no words above it", 200, "没有找到单位")
	zh(staff(authz.Host, "9901"), "GET", orgweb.TreePath).want("a host learns no numbers", 200, "龙山县总工会", "!会员")
	zh(admin, "GET", orgweb.KindsPath).want("the rules", 200, "工会小组", "工会法（2021）第十一条")
	zh(admin, "GET", orgweb.TreePath+"?under=x").want("a tree under nothing", 404)
	zh(cadre, "GET", body).want("a body", 200, "写它管什么", "!138****6207", "!关闭")
	zh(admin, "GET", body).want("a body for its keeper", 200, "138****6207", "关闭")
	zh(admin, "GET", county).want("a union", 200, "云川市总工会", "南康街道工会", "在它下面加一个")
	zh(authz.Subject{}, "GET", body+"x").want("no such body", 404)

	zh(cadre, "GET", body+"/duties").want("the lines", 200, "第 3 行", "ESTATE", "所有的事")
	zh(cadre, "POST", body+"/duties", "version", "1", "topic", "gate.estate", "area", "990101001", "topic", "*", "area", "990101001", "topic", "", "area", "990101001").want("set", 303)
	zh(cadre, "POST", body+"/duties", "version", "1", "topic", "gate", "area", "990101001").want("over somebody's duties", 409, "刚有人改过这个单位", `name="version" value="2"`, `value="gate" selected`)
	zh(cadre, "GET", body).want("told", 200, "ESTATE", "所有的事")
	zh(cadre, "POST", body+"/duties", "topic", "gate", "area", "9901").want("beyond the county", 422, "不归你管", `value="9901"`)
	zh(next, "POST", body+"/duties", "topic", "gate", "area", "990101001").want("next door", 403)

	edit := []string{"name", "南康街道办", "short", "南康", "kind", "partner", "level", "town", "area", "990101001", "version", "2"}
	zh(cadre, "GET", body+"/edit").want("not for a cadre", 403)
	zh(admin, "GET", body+"/edit").want("the record", 200, "138****6207", `value="南康街道办事处"`, "!13812346207")
	zh(admin, "POST", body+"/edit", edit...).want("saved", 303)
	zh(admin, "POST", body+"/edit", edit...).want("over somebody's change", 409, "刚有人改过这个单位", `value="南康街道办"`, `name="version" value="3"`)
	zh(admin, "POST", body+"/edit", append(edit, "parent", id(body))...).want("its own parent", 422, "当不了上级")
	zh(admin, "GET", county+"/close").want("asked", 200, "关闭龙山县总工会")
	zh(admin, "POST", county+"/close", "version", "1").want("while it leads", 409, "南康街道工会")
	zh(admin, "POST", street+"/close", "version", "1").want("closed", 303)
	zh(admin, "GET", street).want("and said so", 200, "已经结束", "!/edit")

	trade := found(admin, "name", "龙山县快递行业工会联合会", "kind", "trade", "level", "county", "area", "990101", "parent", id(county))
	firm := found(admin, "name", "速达公司工会", "kind", "basic", "level", "grassroots", "area", "990101001", "parent", id(county), "why", "新建")
	zh(admin, "POST", orgweb.ListPath, "name", "骑手小组", "kind", "team", "level", "grassroots", "area", "990101001", "parent", id(county)).want("a group under a federation", 422, "当不了它的上级")
	zh(cadre, "GET", firm+"/links/new").want("ties", 200, "龙山县快递行业工会联合会")
	zh(next, "GET", firm+"/links/new").want("ties of next door", 403)
	zh(cadre, "POST", firm+"/links", "to", id(trade), "since", "昨天").want("no day", 422, "不晚于今天", `value="昨天"`, "selected")
	zh(cadre, "POST", firm+"/links", "to", id(trade), "since", "2026-01-05", "why", "<b>行业</b>").want("tied", 303)
	p := zh(cadre, "GET", firm)
	p.want("told", 200, "2026-01-05 起", "&lt;b&gt;行业&lt;/b&gt;", "成立：速达公司工会", "新建")
	end := regexp.MustCompile(`action="(/desk/orgs/[^"]+/end)"`).FindStringSubmatch(p.text)
	zh(next, "GET", firm).want("next door reads", 200, "2026-01-05 起", "!/end")
	zh(next, "POST", end[1]).want("and ends nothing", 403)
	zh(cadre, "POST", end[1]).want("ended", 303)
	zh(cadre, "POST", end[1]).want("ended twice", 409, "已经结束")
	zh(cadre, "GET", trade).want("seen from the trade", 200, "2026-01-05 到 2026-11-24", "速达公司工会")

	han := regexp.MustCompile(`\p{Han}`)
	names := regexp.MustCompile(`[\p{Han}]*(总工会|街道\p{Han}*|南康|联合会|公司工会)|中文|(工会法|中国工会章程)[^<]*|新建|&lt;b&gt;行业`)
	for _, path := range []string{orgweb.ListPath, orgweb.ListPath + "?q=zzz", orgweb.TreePath, body, county, body + "/duties", body + "/edit", body + "/close", orgweb.ListPath + "/new", orgweb.KindsPath, firm, firm + "/links/new", trade} {
		p := h.do(admin, "en", "GET", path, nil)
		p.want("in English: "+path, 200)
		if at := han.FindStringIndex(names.ReplaceAllString(p.text, "")); at != nil {
			t.Errorf("%s: Chinese left: %.60s", path, names.ReplaceAllString(p.text, "")[max(0, at[0]-20):])
		}
	}
}
