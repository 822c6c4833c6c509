package assessweb_test

import (
	"context"
	"fmt"
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

	"nuanxin/internal/assess"
	"nuanxin/internal/assess/assessweb"
	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

type house struct {
	t       *testing.T
	clock   *clock.Fake
	assess  *assess.Service
	handler func(role authz.Role) http.Handler
	lang    string
}

func open(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	d := dbtest.SQLite(t, clk, []fs.FS{op.Schema, assess.Schema})
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clock: clk, assess: assess.NewService(op.New(d, assess.Policy), assess.Config{Ring: ring, On: []string{"identity", "bodies"}})}
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), assessweb.Texts()), Assets: web.NewAssets(), Clock: clk, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(site.Assets.Routes(), assessweb.Routes(assessweb.Config{Assess: h.assess, Frame: func(context.Context) ui.StaffPage { return ui.StaffPage{User: "A"} }}))
	h.handler = func(role authz.Role) http.Handler {
		who := authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "高原", Grants: []authz.Grant{{Role: role, Area: "510703"}}}
		return site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mux.ServeHTTP(w, r.WithContext(authz.With(r.Context(), who)))
		}))
	}
	return h
}

// ask opens a page, or sends a form when there are pairs.
func (h *house) ask(role authz.Role, path string, pairs ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if len(pairs) > 0 {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.AddCookie(&http.Cookie{Name: "lang", Value: h.lang})
	w := httptest.NewRecorder()
	h.handler(role).ServeHTTP(w, r)
	return w
}

// want holds an answer against what is to be in it, and after a "!" what is not.
func (h *house) want(say string, w *httptest.ResponseRecorder, status int, has ...string) {
	h.t.Helper()
	if w.Code != status {
		h.t.Errorf("%s: got %d, want %d: %s", say, w.Code, status, w.Body)
	}
	for _, s := range has {
		not := strings.HasPrefix(s, "!")
		if strings.Contains(w.Body.String(), strings.TrimPrefix(s, "!")) == not {
			h.t.Errorf("%s: got %q in the page: %v", say, s, !not)
		}
	}
}

const list, newPage = assessweb.Href, assessweb.Href + "/new"

// filled is a form as its reader filled it in, with changes.
func filled(kind string, pairs ...string) []string {
	return append([]string{"kind", kind, "of", "identity", "subject", "姓名和身份证号码送去核验", "case_share", "1", "lawful", "只为核对是不是本人", "effect", "号码可能外泄", "measures", "加密传，只回对不对", "by", "网信科", "on", "2026-11-24", "review", ""}, pairs...)
}

func TestWritingOne(t *testing.T) {
	h := open(t)
	h.want("an empty list", h.ask(authz.Security, list), 200, "还没有登记过", "缺影响评估", "kind=impact&amp;of=identity", "第五十五条第(一)项", "令第18号", "第三十七条")
	h.want("from a gap", h.ask(authz.Security, newPage+"?kind=impact&of=identity"), 200, `value="identity" selected`, `value="2026-11-24"`, `value="2027-11-24"`, `name="case_share" value="1" checked`, "目的、方式是不是合法、正当、必要")
	h.want("an audit", h.ask(authz.Security, newPage+"?kind=audit"), 200, "发现了哪些问题", `value="2028-11-23"`, "!case_share")
	h.want("refused", h.ask(authz.Security, newPage, filled("impact", "lawful", "", "case_share", "", "subject", `"><script>alert(1)</script>`)...), 422,
		"目的、方式：写 4 到 4000 个字", "至少选一种", "号码可能外泄", "加密传，只回对不对", "&gt;&lt;script&gt;", "!<script>alert")
	h.lang = "en"
	h.want("in English", h.ask(authz.Security, newPage, filled("impact", "on", "2026-11-25", "by", "")...), 422, "not later than today", "Who made it: write 2 to 100 characters", "Whose data, which")
	h.lang = ""
	made := h.ask(authz.Security, newPage, filled("impact")...)
	at := made.Header().Get("Location")
	h.want("made", made, 303)
	h.want("one", h.ask(authz.Security, at), 200, "在写", "接着写", "2027年11月24日", "网信科", "委托处理、向其他单位提供")
	h.want("a gap that is being filled", h.ask(authz.Security, list), 200, "正在写，做完了才算", at)
	h.want("the form again", h.ask(authz.Security, at+"/edit"), 200, "只为核对是不是本人", `name="seen" value="1"`)
	h.want("wrongly", h.ask(authz.Security, at+"/edit", filled("impact", "seen", "1", "review", "2026-11-24", "effect", "改了一半的话")...), 422, "要晚于做的那天，最多隔 1827 天", "改了一半的话")
	h.want("rightly", h.ask(authz.Security, at+"/edit", filled("impact", "seen", "1", "effect", "号码可能外泄，弄错了会冤枉人")...), 303)
	h.want("of an older version", h.ask(authz.Security, at+"/edit", filled("impact", "seen", "1", "effect", "我也改了一句话")...), 409, "刚有人改过", "我也改了一句话")
	h.want("both versions", h.ask(authz.Security, at), 200, "以前存的版本", "弄错了会冤枉人", "号码可能外泄")
	h.want("no reason", h.ask(authz.Security, at+"/retire", "seen", "2", "why", "x"), 422, "为什么停用：写 4 到 200 个字")
	h.want("concluded", h.ask(authz.Security, at+"/conclude", "seen", "2"), 303)
	h.want("it stands", h.ask(authz.Security, at), 200, "有效", "再看一次", "!接着写")
	h.want("no form for it", h.ask(authz.Security, at+"/edit"), 303)
	audit := h.ask(authz.Security, newPage, filled("audit")...)
	h.want("an audit is of no case", h.ask(authz.Security, audit.Header().Get("Location")), 200, "合规审计", "!属于哪一种")
	h.want("no gap", h.ask(authz.Security, list), 200, "!kind=impact&amp;of=identity", "kind=impact&amp;of=bodies")
}

// The day passes, and the entry stands on top until a new one is concluded.
func TestLookingAgain(t *testing.T) {
	h := open(t)
	at := h.concluded()
	h.want("nothing is due", h.ask(authz.Security, list), 200, "!该再看一次了", "11月24日 做的", "2027年11月24日 再看")
	h.clock.Set(time.Date(2027, 11, 25, 2, 0, 0, 0, time.UTC))
	h.want("due", h.ask(authz.Security, list), 200, "该再看一次了", "过了复评日")
	h.want("due", h.ask(authz.Security, at), 200, "下次再看的日子已经过了")
	again := h.ask(authz.Security, at+"/again", "seen", "2")
	next := again.Header().Get("Location")
	h.want("again", again, 303)
	h.want("twice", h.ask(authz.Security, at+"/again", "seen", "3"), 409, "刚有人改过")
	h.want("the new one", h.ask(authz.Security, next), 200, at, "看上一次的", "2028年11月24日")
	h.want("concluded", h.ask(authz.Security, next+"/conclude", "seen", "1"), 303)
	h.want("the old one", h.ask(authz.Security, at), 200, next, "有了新的，不再用", "!停用</button>")
	h.want("nothing is due", h.ask(authz.Security, list), 200, "!该再看一次了")
}

func (h *house) concluded() (at string) {
	h.t.Helper()
	made := h.ask(authz.Security, newPage, filled("impact")...)
	at = made.Header().Get("Location")
	h.want("made", made, 303)
	h.want("concluded", h.ask(authz.Security, at+"/conclude", "seen", "1"), 303)
	return at
}

// The auditor reads, and finds nothing to press.
func TestAuditorReads(t *testing.T) {
	h := open(t)
	made := h.ask(authz.Security, newPage, filled("impact")...)
	at := made.Header().Get("Location")
	h.want("the list", h.ask(authz.Auditor, list), 200, "姓名和身份证号码送去核验", "安全管理员还没有写", "!/new")
	s := h.ask(authz.Auditor, at)
	h.want("one", s, 200, "加密传，只回对不对", "!接着写")
	if n := len(regexp.MustCompile(`action="/desk/assessments`).FindAllString(s.Body.String(), -1)); n > 0 {
		t.Errorf("an auditor finds %d forms", n)
	}
	h.want("the form", h.ask(authz.Auditor, newPage), 404)
	for _, what := range []string{"/edit", "/conclude", "/again", "/retire"} {
		h.want(what, h.ask(authz.Auditor, at+what, filled("impact", "seen", "1", "why", "不要了不要了")...), 403)
	}
	for _, role := range []authz.Role{authz.Cadre, authz.Leader, authz.Admin} {
		h.want(string(role), h.ask(role, list), 404)
		h.want(string(role), h.ask(role, at), 404)
	}
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	at := h.concluded()
	h.clock.Set(time.Date(2027, 11, 25, 2, 0, 0, 0, time.UTC))
	next := h.ask(authz.Security, at+"/again", "seen", "2").Header().Get("Location")
	h.want("written on", h.ask(authz.Security, next+"/edit", filled("impact", "seen", "1", "effect", "弄错了会冤枉人")...), 303)
	server := httptest.NewServer(h.handler(authz.Security))
	t.Cleanup(server.Close)
	for i, path := range []string{list, newPage + "?kind=impact&of=bodies", newPage + "?kind=audit", at, next, next + "/edit"} {
		browser.Hold(t, fmt.Sprintf("assess-%d", i), server.URL+path, nil)
	}
	p := browser.Open(t, server.URL+newPage, webtest.View{Width: 360, Height: 900})
	webtest.Eval[bool](p, `(document.querySelectorAll("[required]").forEach(x => x.required = false), true)`)
	p.Follow("main form .btn--primary")
	p.Hold("assess-refused")
}
