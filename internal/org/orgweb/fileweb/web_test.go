package fileweb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
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
	"nuanxin/internal/org/intake"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/orgweb/fileweb"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/org/treefile"
	"nuanxin/internal/seal"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

type house struct {
	t      *testing.T
	orgs   *org.Service
	trees  *intake.Service
	site   *web.Site
	mux    *web.Mux
	county org.ID
}

func open(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	d := dbtest.SQLite(t, clk, []fs.FS{op.Schema, org.Schema})
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	desk := op.New(d, authz.Merge(org.Policy, life.Policy, platform.Policy, treefile.Policy, intake.Policy))
	h := &house{t: t, orgs: org.NewService(desk, ring)}
	terms, firms := life.NewService(desk, life.Config{Orgs: h.orgs, Ring: ring}), platform.NewService(desk, platform.Config{Orgs: h.orgs})
	h.trees = intake.NewService(desk, intake.Config{Orgs: h.orgs, Life: terms, Firms: firms, Ring: ring})
	frame := func(context.Context) ui.StaffPage {
		return ui.StaffPage{User: "A", Nav: []ui.NavItem{{Text: "orgs", Icon: "building", Href: orgweb.ListPath}}}
	}
	h.site = &web.Site{Texts: web.NewTexts(ui.Texts(), orgweb.Texts(), fileweb.Texts(), tell.Texts()), Assets: web.NewAssets(), Clock: clk, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	h.mux = web.NewMux(orgweb.Routes(orgweb.Config{Orgs: h.orgs, Frame: frame}), fileweb.Routes(fileweb.Config{Files: treefile.NewService(desk, h.orgs, terms, firms), Trees: h.trees, Frame: frame}), h.site.Assets.Routes())
	h.county = h.found(org.Local, org.County, "龙山县总工会", "990101", "")
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

func (h *house) send(s authz.Subject, lang, method, path, kind string, body io.Reader) page {
	h.t.Helper()
	req := httptest.NewRequest(method, path, body)
	if method == "POST" {
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Origin", "http://example.com")
	}
	req.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	rec := httptest.NewRecorder()
	h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), s)))
	})).ServeHTTP(rec, req)
	return page{h, rec.Code, rec.Header().Get("Location"), rec.Body.String()}
}

func (h *house) get(s authz.Subject, lang, path string) page {
	h.t.Helper()
	return h.send(s, lang, "GET", path, "", nil)
}

// upload sends a table as a file.
func (h *house) upload(s authz.Subject, lang, text string) page {
	h.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", "table-1.csv")
	if err == nil {
		_, err = part.Write([]byte(text))
	}
	if err = errors.Join(err, m.Close()); err != nil {
		h.t.Fatal(err)
	}
	return h.send(s, lang, "POST", orgweb.FilePath, m.FormDataContentType(), &body)
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
	if m := regexp.MustCompile(`>\s*((tree|org|ui|web|sheet)\.[a-z_.]+)\s*<`).FindStringSubmatch(p.text); m != nil {
		p.h.t.Errorf("%s: a key without words: %s", about, m[1])
	}
	return p
}

func staff(role authz.Role, area string) authz.Subject {
	return authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}}
}

const table = "名称,类别,级别,区划代码,上级名称,电话\n南康街道总工会,地方总工会,乡镇街道,990101001,龙山县总工会,\n<b>公司</b>工会,基层工会,基层,990101001,南康街道总工会,=1+1\n没有上级的,基层工会,基层,990101001,查无此会,\n龙山县总工会,,,,,\n"

// post sends a form that a page has, with its id, to where it leads.
func (h *house) post(s authz.Subject, path, from string) page {
	h.t.Helper()
	req := ""
	if m := regexp.MustCompile(`name="req_id" value="([^"]*)"`).FindStringSubmatch(from); m != nil {
		req = m[1]
	}
	return h.send(s, "zh-CN", "POST", path, "application/x-www-form-urlencoded", strings.NewReader("req_id="+req))
}

func TestFilePages(t *testing.T) {
	h := open(t)
	admin, cadre := staff(authz.Admin, "990101"), staff(authz.Cadre, "990101")
	h.get(cadre, "zh-CN", orgweb.FilePath).want("a cadre takes out", 200, "导出整本", "!看看会怎样")
	h.get(staff(authz.Host, "990101"), "zh-CN", orgweb.FilePath).want("not a host", 403)
	h.get(staff(authz.Host, "990101"), "zh-CN", orgweb.FilePath+"/tree.xlsx").want("not a host", 403)
	h.get(admin, "zh-CN", orgweb.FilePath).want("an administrator takes in, too", 200, "只导出工会", "看看会怎样")
	h.get(cadre, "zh-CN", orgweb.FilePath+"/tree.csv").want("the table", 200, "编号", "龙山县总工会", "990101")
	h.get(cadre, "zh-CN", orgweb.FilePath+"/tree.xlsx").want("the workbook", 200, "PK")
	h.get(cadre, "zh-CN", orgweb.FilePath).want("no names for a cadre", 200, "!连任职人姓名")
	h.get(cadre, "zh-CN", orgweb.FilePath+"/tree-names.xlsx").want("no names for a cadre", 403)
	proven := admin
	proven.Proven = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)
	h.get(proven, "en", orgweb.FilePath).want("names for who answers for the area", 200, "names of those in office")
	h.get(proven, "zh-CN", orgweb.FilePath+"/tree-names.xlsx").want("the workbook with names", 200, "PK")
	h.upload(cadre, "zh-CN", table).want("not by a cadre", 403)
	h.upload(admin, "zh-CN", "a,b\n1,2\n").want("no header", 422)
	h.upload(admin, "zh-CN", "").want("nothing", 422)
	h.send(admin, "zh-CN", "POST", orgweb.FilePath, "application/x-www-form-urlencoded", strings.NewReader("file=x")).want("no file", 422, "选一个表")
	at := h.upload(admin, "zh-CN", table).want("it is read", 303).to
	h.get(cadre, "zh-CN", at).want("a cadre reads no import", 404)
	h.get(admin, "zh-CN", at).want("what it would do", 200, "还没存", "没有叫这个名字的上级", "&lt;b&gt;公司&lt;/b&gt;工会", "没动", "table-1.csv")
	h.get(admin, "zh-CN", at+"?part=left").want("what is left", 200, "没有上级的", "!南康街道总工会")
	h.get(admin, "zh-CN", at+"/left-out.csv").want("to take along", 200, "没有上级的", "柳婷")
	h.get(admin, "zh-CN", orgweb.TreePath).want("nothing was stored", 200, "!南康街道总工会")
	ask := h.get(admin, "zh-CN", at+"/apply").want("asks first", 200, "存这些行？", "加 2 行")
	h.post(cadre, at+"/apply", ask.text).want("not by a cadre", 404)
	h.post(admin, at+"/apply", ask.text).want("done", 303)
	h.post(admin, at+"/apply", ask.text).want("sent twice, done once", 303)
	h.get(admin, "zh-CN", at).want("done", 200, "存好了", "加了")
	h.get(admin, "zh-CN", orgweb.TreePath).want("it was stored", 200, "南康街道总工会")
	h.get(cadre, "zh-CN", orgweb.FilePath+"/tree.csv").want("no formula goes out", 200, `"'=1+1"`)
	h.get(admin, "zh-CN", at+"/apply").want("no second time", 303)
	h.post(admin, at+"/undo", h.get(admin, "zh-CN", at+"/undo").want("asks first", 200, "撤回这次导入？").text).want("taken back", 303)
	h.get(admin, "zh-CN", at).want("taken back", 200, "撤回了")
	h.get(admin, "zh-CN", orgweb.TreePath).want("it is gone", 200, "!南康街道总工会")
	h.get(admin, "zh-CN", orgweb.FilePath).want("the imports so far", 200, "导入过的", "table-1.csv")
	again := h.upload(admin, "zh-CN", h.get(admin, "zh-CN", orgweb.FilePath+"/tree.csv").text).want("what is there already", 303).to
	h.get(admin, "zh-CN", again).want("nothing to press", 200, "没有要存的", "!看好了点", "!/apply")
	h.get(admin, "zh-CN", orgweb.ImportPath+"/x").want("none", 404)
	h.get(admin, "zh-CN", orgweb.ImportPath+"/"+id.New[string]()).want("none", 404)
}

// Long work tells how far it is, and can be stopped.
func TestLongWork(t *testing.T) {
	h := open(t)
	admin := staff(authz.Admin, "990101")
	long := "名称,类别,级别,区划代码,上级名称\n"
	for i := range intake.Direct + 1 {
		long += fmt.Sprintf("第%d工会,基层工会,基层,990101001,龙山县总工会\n", i)
	}
	at := h.upload(admin, "zh-CN", long).want("read", 303).to
	h.post(admin, at+"/apply", h.get(admin, "zh-CN", at+"/apply").want("asks", 200, "在后台做").text).want("begun", 303)
	h.get(admin, "zh-CN", at).want("how far it is", 200, "正在存", "第 0 行", "停下并撤回")
	h.post(admin, at+"/stop", "").want("stopped", 303)
	h.get(admin, "zh-CN", at).want("stopping", 200, "正在停下")
	if err := h.trees.Work(authz.AsSystem(t.Context(), "test")); err != nil {
		t.Fatal(err)
	}
	h.get(admin, "zh-CN", at).want("it can be looked at again", 200, "还没存")
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	who := staff(authz.Admin, "9901")
	server := httptest.NewServer(h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), who)))
	})))
	t.Cleanup(server.Close)
	at := h.upload(who, "zh-CN", table).to
	for name, path := range map[string]string{"file": orgweb.FilePath, "dry": at, "ask": at + "/apply"} {
		browser.Hold(t, "file-"+name, server.URL+path, nil)
	}
}

// No Chinese is left in the English pages but what people wrote.
func TestEnglish(t *testing.T) {
	h := open(t)
	who := staff(authz.Admin, "9901")
	han, names := regexp.MustCompile(`\p{Han}`), regexp.MustCompile(`\p{Han}*(总工会|工会|没有上级的|公司)|中文|柳婷`)
	at := h.upload(who, "en", table).to
	for about, p := range map[string]page{"form": h.get(who, "en", orgweb.FilePath), "dry run": h.get(who, "en", at), "ask": h.get(who, "en", at+"/apply")} {
		p.want(about, 200)
		if text := names.ReplaceAllString(p.text, ""); han.MatchString(text) {
			at := han.FindStringIndex(text)[0]
			t.Errorf("%s: Chinese left: %.60s", about, text[max(0, at-20):])
		}
	}
}
