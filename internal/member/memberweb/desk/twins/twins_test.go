package twins_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
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
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/memberweb/desk"
	"nuanxin/internal/member/memberweb/desk/twins"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

const county, sibling = "220402", "220403"

func staff(role authz.Role, area string) authz.Subject {
	return authz.Subject{ID: id.New[string](), Kind: authz.Staff, Proven: time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}}
}

// people are who may ask, by the word in the cookie of the test.
var people = map[string]authz.Subject{
	"city": staff(authz.Cadre, "2204"), "cadre": staff(authz.Cadre, county), "leader": staff(authz.Leader, "2204"), "host": staff(authz.Host, "2204"), "nobody": {},
}

type around map[string]string

func (around) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	return member.Union{ID: id.Of[string](area[:6]), Name: "工会" + area[:6], Area: area[:6]}, nil
}

func (a around) Contact(_ context.Context, _ *op.Tx, who string) (name, phone string, err error) {
	return "", a[who], nil
}

func (around) Waits(context.Context, *op.Tx, string) (int, error) { return 3, nil }

type house struct {
	*member.Service
	t      *testing.T
	phones around
	server *httptest.Server
}

func newHouse(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	h := &house{t: t, phones: around{}}
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	h.must(err)
	d := op.New(dbtest.SQLite(t, clk, []fs.FS{op.Schema, consent.Schema, member.Schema}), member.Policy)
	h.Service = member.NewService(d, member.Config{Ring: ring, Orgs: h.phones, People: h.phones})
	frame := func(ctx context.Context) ui.StaffPage {
		return ui.StaffPage{User: authz.From(ctx).Name, Nav: []ui.NavItem{{Text: "入会", Icon: "card", Href: "/desk/members", Phone: true}}}
	}
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), desk.Texts(), twins.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: clk, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(twins.Routes(twins.Config{Twins: merge.New(d, h.Service, h.phones), Frame: frame}), site.Assets.Routes(), web.SettingsRoutes())
	h.server = httptest.NewServer(site.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if k, err := r.Cookie("who"); err == nil {
			r = r.WithContext(authz.With(r.Context(), people[k.Value]))
		}
		mux.ServeHTTP(w, r)
	})))
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// join makes somebody a member.
func (h *house) join(name, phone, area string) member.ID {
	h.t.Helper()
	who := id.New[string]()
	h.phones[who] = phone
	r, err := h.Apply(authz.With(context.Background(), authz.Subject{ID: who, Kind: authz.Worker}), member.Application{Name: name, Document: "11010519491231002X", Occupation: member.Rider, Works: []work.Said{{Name: "某平台"}}, Area: area + "001",
		Consents: []member.Consent{{Purpose: "membership", Version: 1}, {Purpose: "document", Version: 1}}})
	h.must(err)
	return r.ID
}

func (h *house) as(who, path string, form ...string) (status int, to, body string) {
	h.t.Helper()
	method, sent := http.MethodGet, io.Reader(nil)
	if form != nil {
		v := url.Values{}
		for i := 0; i+1 < len(form); i += 2 {
			v.Set(form[i], form[i+1])
		}
		method, sent = http.MethodPost, strings.NewReader(v.Encode())
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, sent)
	h.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "who", Value: who})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	h.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	h.must(err)
	return answer.StatusCode, answer.Header.Get("Location"), string(text)
}

func (h *house) want(who, path string, status int, words ...string) {
	h.t.Helper()
	got, _, body := h.as(who, path)
	if got != status {
		h.t.Errorf("%s reads %s: got %d, want %d", who, path, got, status)
	}
	for _, w := range words {
		if has := strings.Contains(body, strings.TrimPrefix(w, "!")); has == strings.HasPrefix(w, "!") {
			h.t.Errorf("%s reads %s: about %q: got %v in %s", who, path, w, has, body)
		}
	}
}

// A pair is read side by side, merged with a choice, and parted again.
func TestMerge(t *testing.T) {
	h := newHouse(t)
	a, b := h.join("张三", "13900000001", county), h.join("張三", "13900000002", sibling)
	h.must(h.Approve(authz.With(t.Context(), people["city"]), a, 1))
	two := twins.HrefTwo(a, b)
	h.want("city", twins.Href, 200, "张三 和 張三", "身份证号相同", two)
	h.want("city", twins.Href+"?tab=handed", 200, "没有可能重复的会员")
	h.want("city", two, 200, "不一样", "正在办的诉求", "是同一个人，留第一份", "!是同一个人，留第二份", "不是同一个人")
	h.want("leader", two, 200, "张三", "!留第一份")
	for _, page := range []string{two + "/merge", two + "/undo", two + "/apart"} {
		h.want("leader", page, 403)
		for _, who := range []string{"host", "nobody"} {
			h.want(who, page, 404)
		}
	}
	h.want("city", two+"/merge", 200, "張三（并进来的那一份）", "!take_phone")
	if status, _, body := h.as("city", two+"/merge", "seen_a", "2", "seen_b", "1"); status != 422 || !strings.Contains(body, "reason") {
		t.Errorf("without a reason: got %d", status)
	}
	if status, _, body := h.as("city", two+"/merge", "seen_a", "1", "seen_b", "1", "reason", "是同一个人"); status != 409 || !strings.Contains(body, "再看看两份现在的样子") {
		t.Errorf("as it was not: got %d", status)
	}
	if status, to, body := h.as("city", two+"/merge", "seen_a", "2", "seen_b", "1", "take_name", "b", "reason", "打电话问过"); status != 303 || to != two {
		t.Fatalf("got %d to %q, want the two: %s", status, to, body)
	}
	h.want("city", two, 200, "把两份合成了一份", "以前可以撤回", two+"/undo", "打电话问过", "!怎么办")
	h.want("city", twins.Href, 200, "没有可能重复的会员")
	h.want("city", two+"/undo", 200, "撤回合并")
	if status, to, _ := h.as("city", two+"/undo", "reason", "本人说不是"); status != 303 || to != two {
		t.Errorf("undo: got %d to %q", status, to)
	}
	h.want("city", two, 200, "撤回了合并：本人说不是", "怎么办")
	if status, _, body := h.as("city", two+"/undo", "reason", "再来一次"); status != 409 || !strings.Contains(body, "现在没有合并") {
		t.Errorf("twice: got %d", status)
	}
	if status, _, _ := h.as("city", two+"/apart", "reason", "是兄弟两个"); status != 303 {
		t.Errorf("apart: got %d", status)
	}
	h.want("city", two, 200, "不是同一个人", "是兄弟两个")
}

// Who may see one record alone hands the pair up, and reads nothing of the other.
func TestHandUp(t *testing.T) {
	h := newHouse(t)
	a, b := h.join("张三", "13900000001", county), h.join("王小二", "13900000002", sibling)
	two := twins.HrefTwo(a, b)
	h.want("cadre", twins.Href, 200, "张三 和 别的工会的一位", "!王小二")
	h.want("cadre", two, 200, "请上级来定", "!王小二", "!139****0002")
	h.want("cadre", twins.HrefTwo(b, a), 404)
	h.want("cadre", two+"/merge", 404)
	if status, to, _ := h.as("cadre", two+"/up", "reason", "本人说在别处入过会"); status != 303 || to != twins.Href {
		t.Errorf("got %d to %q", status, to)
	}
	h.want("city", twins.Href+"?tab=handed", 200, "请上级定")
	h.want("city", two, 200, "本人说在别处入过会", "王小二")
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	a, b := h.join("张三", "13900000001", county), h.join("張三", "13900000002", county)
	c, d := h.join("买买提·吐尔逊", "13900000003", county), h.join("买买提吐尔逊", "13900000004", sibling)
	h.must(h.Approve(authz.With(t.Context(), people["city"]), a, 1))
	if status, _, body := h.as("city", twins.HrefTwo(c, d)+"/merge", "seen_a", "1", "seen_b", "1", "reason", "打电话问过"); status != 303 {
		t.Fatal(status, body)
	}
	two := twins.HrefTwo(a, b)
	for name, path := range map[string]string{"list": twins.Href, "empty": twins.Href + "?tab=handed", "two": two, "merge": two + "/merge", "apart": two + "/apart", "up": two + "/up", "merged": twins.HrefTwo(c, d), "undo": twins.HrefTwo(c, d) + "/undo"} {
		browser.Hold(t, name, h.server.URL+path, map[string]string{"who": "city"})
	}
}
