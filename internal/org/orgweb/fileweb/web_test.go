package fileweb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
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
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/orgweb"
	"nuanxin/internal/org/orgweb/fileweb"
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
	desk := op.New(d, authz.Merge(org.Policy, treefile.Policy))
	h := &house{t: t, orgs: org.NewService(desk, ring)}
	frame := func(context.Context) ui.StaffPage {
		return ui.StaffPage{User: "A", Nav: []ui.NavItem{{Text: "orgs", Icon: "building", Href: orgweb.ListPath}}}
	}
	h.site = &web.Site{Texts: web.NewTexts(ui.Texts(), orgweb.Texts(), fileweb.Texts(), tell.Texts()), Assets: web.NewAssets(), Clock: clk, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	h.mux = web.NewMux(orgweb.Routes(orgweb.Config{Orgs: h.orgs, Frame: frame}), fileweb.Routes(fileweb.Config{Files: treefile.NewService(desk, h.orgs), Frame: frame}), h.site.Assets.Routes())
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
	part, err := m.CreateFormFile("file", "tree.csv")
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

func TestFilePages(t *testing.T) {
	h := open(t)
	admin, cadre := staff(authz.Admin, "990101"), staff(authz.Cadre, "990101")
	h.get(cadre, "zh-CN", orgweb.FilePath).want("a cadre takes out", 200, "导出 CSV", "!看看会怎样")
	h.get(staff(authz.Host, "990101"), "zh-CN", orgweb.FilePath).want("not a host", 403)
	h.get(admin, "zh-CN", orgweb.FilePath).want("an administrator takes in, too", 200, "导出 CSV", "看看会怎样")
	h.get(cadre, "zh-CN", orgweb.FilePath+"/tree.csv").want("the table", 200, "编号", "龙山县总工会", "990101")
	h.upload(cadre, "zh-CN", table).want("not by a cadre", 403)
	h.upload(admin, "zh-CN", "a,b\n1,2\n").want("no header", 422)
	h.upload(admin, "zh-CN", "").want("nothing", 422)
	h.send(admin, "zh-CN", "POST", orgweb.FilePath, "application/x-www-form-urlencoded", strings.NewReader("file=x")).want("no file", 422, "选一个表")
	dry := h.upload(admin, "zh-CN", table).want("what it would do", 200, "还没存", "没有叫这个名字的上级", "&lt;b&gt;公司&lt;/b&gt;工会", "存不了")
	h.get(admin, "zh-CN", orgweb.TreePath).want("nothing was stored", 200, "!南康街道总工会")
	kept := html.UnescapeString(regexp.MustCompile(`(?s)name="table" value="([^"]*)"`).FindStringSubmatch(dry.text)[1])
	req := regexp.MustCompile(`name="req_id" value="([^"]*)"`).FindStringSubmatch(dry.text)[1]
	body := url.Values{"table": {kept}, "req_id": {req}}.Encode()
	apply := func(s authz.Subject, body string) page {
		return h.send(s, "zh-CN", "POST", orgweb.FilePath+"/apply", "application/x-www-form-urlencoded", strings.NewReader(body))
	}
	apply(cadre, "table="+url.QueryEscape(kept)).want("not by a cadre", 403)
	apply(admin, "table=").want("nothing", 422)
	apply(admin, body).want("done", 200, "存好了", "没有叫这个名字的上级", "!还没存")
	h.get(admin, "zh-CN", orgweb.TreePath).want("it was stored", 200, "南康街道总工会")
	apply(admin, body).want("sent twice, done once", 200, "存好了")
	os, err := h.orgs.List(t.Context(), org.Filter{Kinds: org.Unions()})
	if err != nil || len(os) != 3 {
		t.Errorf("%d unions, %v; want 3", len(os), err)
	}
	for _, o := range os {
		if strings.Contains(o.Name, "公司") && o.Phone != "=1+1" {
			t.Errorf("a cell came in as %q", o.Phone)
		}
	}
	h.get(cadre, "zh-CN", orgweb.FilePath+"/tree.csv").want("no formula goes out", 200, `"'=1+1"`)
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	who := staff(authz.Admin, "9901")
	server := httptest.NewServer(h.site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/dry" { // what the form leads to, where a browser can be sent
			lang := "zh-CN"
			if c, err := r.Cookie("lang"); err == nil {
				lang = c.Value
			}
			_, _ = w.Write([]byte(h.upload(who, lang, table).text))
			return
		}
		h.mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), who)))
	})))
	t.Cleanup(server.Close)
	for name, path := range map[string]string{"file": orgweb.FilePath, "dry": "/dry"} {
		for _, mode := range []map[string]string{{}, {"theme": "dark", "size": "xxl"}, {"contrast": "high", "size": "xxl", "lang": "en"}} {
			page := browser.Open(t, server.URL+path, webtest.View{Width: 320, Height: 640, Cookies: mode})
			for _, width := range []int{320, 360, 1440} {
				page.View(webtest.View{Width: width, Height: 900})
				say := fmt.Sprintf("%s at %d px, %v", name, width, mode)
				for _, v := range page.Axe() {
					t.Errorf("%s: got axe violation %v, want none", say, v)
				}
				if got := page.Overflow(); len(got) > 0 {
					t.Errorf("%s: got sideways scroll %v, want none", say, got)
				}
				if got := page.SmallTargets(44); width == 320 && len(mode) == 0 && len(got) > 0 {
					t.Errorf("%s: got small targets %q, want none", say, got)
				}
				if dir := os.Getenv("NUANXIN_SHOTS"); dir != "" {
					page.Screenshot(fmt.Sprintf("%s/file-%s-%d-%s%s.png", dir, name, width, mode["theme"], mode["contrast"]), true)
				}
			}
			page.Close()
		}
	}
}

// No Chinese is left in the English pages but what people wrote.
func TestEnglish(t *testing.T) {
	h := open(t)
	who := staff(authz.Admin, "9901")
	han, names := regexp.MustCompile(`\p{Han}`), regexp.MustCompile(`\p{Han}*(总工会|工会|没有上级的|公司)|中文|(?s)name="table" value="[^"]*"`)
	for about, p := range map[string]page{"form": h.get(who, "en", orgweb.FilePath), "dry run": h.upload(who, "en", table)} {
		p.want(about, 200)
		if text := names.ReplaceAllString(p.text, ""); han.MatchString(text) {
			at := han.FindStringIndex(text)[0]
			t.Errorf("%s: Chinese left: %.60s", about, text[max(0, at-20):])
		}
	}
}
