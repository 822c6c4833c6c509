package imports_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
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
	"nuanxin/internal/member/intake"
	"nuanxin/internal/member/memberweb/desk/imports"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

const county, sibling = "220402", "220403"

func staff(role authz.Role, area string) authz.Subject {
	return authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷", Grants: []authz.Grant{{Role: role, Area: area}}}
}

// people are who may ask, by the word in the cookie of the test.
var people = map[string]authz.Subject{
	"cadre": staff(authz.Cadre, county), "sibling": staff(authz.Cadre, sibling), "leader": staff(authz.Leader, county), "admin": staff(authz.Admin, county),
	"worker": {ID: id.New[string](), Kind: authz.Worker}, "two": {ID: id.New[string](), Kind: authz.Staff, Name: "双", Grants: []authz.Grant{{Role: authz.Cadre, Area: county}, {Role: authz.Cadre, Area: sibling}}},
}

type around struct{}

func (around) UnionFor(_ context.Context, _ *op.Tx, area string) (member.Union, error) {
	return member.Union{ID: id.Of[string](area), Name: "示例区总工会", Area: area}, nil
}

func (around) Contact(context.Context, *op.Tx, string) (name, phone string, err error) {
	return "", "", nil
}

type theRoll = roll.Service

type house struct {
	*member.Service
	*theRoll
	t      *testing.T
	lists  *intake.Service
	server *httptest.Server
}

func newHouse(t *testing.T) *house {
	t.Helper()
	clk := clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	h := &house{t: t}
	ring, err := seal.Open(filepath.Join(t.TempDir(), "keys.json"), seal.AES256GCM)
	h.must(err)
	desk := op.New(dbtest.SQLite(t, clk, []fs.FS{op.Schema, consent.Schema, member.Schema}), member.Policy)
	h.Service = member.NewService(desk, member.Config{Ring: ring, Orgs: around{}, People: around{}})
	h.theRoll = roll.New(desk, h.Service)
	h.lists = intake.New(desk, h.Service, around{}, ring)
	frame := func(ctx context.Context) ui.StaffPage {
		return ui.StaffPage{User: authz.From(ctx).Name, Nav: []ui.NavItem{{Text: "入会", Icon: "card", Href: "/desk/members", Phone: true}}}
	}
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), imports.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: clk, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(imports.Routes(imports.Config{Lists: h.lists, Roll: h.theRoll, Frame: frame}), site.Assets.Routes(), web.SettingsRoutes())
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

// send asks for a page as somebody. in is a form; with a file it is sent in parts.
func (h *house) send(who, path string, in url.Values, file ...string) (status int, to, body string) {
	h.t.Helper()
	method, kind, sent := http.MethodGet, "", io.Reader(nil)
	switch {
	case len(file) > 0:
		var b bytes.Buffer
		parts := multipart.NewWriter(&b)
		for k, v := range in {
			h.must(parts.WriteField(k, v[0]))
		}
		f, err := parts.CreateFormFile("file", "名单.csv")
		h.must(err)
		_, err = f.Write([]byte(file[0]))
		h.must(err)
		h.must(parts.Close())
		method, kind, sent = http.MethodPost, parts.FormDataContentType(), &b
	case in != nil:
		method, kind, sent = http.MethodPost, "application/x-www-form-urlencoded", strings.NewReader(in.Encode())
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, sent)
	h.must(err)
	r.AddCookie(&http.Cookie{Name: "who", Value: who})
	r.AddCookie(&http.Cookie{Name: "lang", Value: "zh-CN"})
	if method == http.MethodPost {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", h.server.URL)
	}
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	h.must(err)
	text, err := io.ReadAll(resp.Body)
	h.must(err)
	h.must(resp.Body.Close())
	return resp.StatusCode, resp.Header.Get("Location"), string(text)
}

func good() url.Values { return url.Values{"basis": {"paper"}, "where": {"某公司工会"}} }

const rows = "姓名,手机号,身份证号,工种,单位,备注\n陈立冬,13900000001,,外卖骑手,某公司,x\n王满仓,13900000002,110101,,,\n李四,13900000001,,,,\n"

// bring brings a list and returns its page.
func (h *house) bring(text string) string {
	h.t.Helper()
	status, to, body := h.send("cadre", imports.Href, good(), text)
	if status != http.StatusSeeOther {
		h.t.Fatalf("got %d: %.3000s", status, body[max(0, strings.Index(body, "<main")):])
	}
	return to
}

func TestAListFromTheFileToTheUndo(t *testing.T) {
	h := newHouse(t)
	page := h.bring(rows)
	status, _, body := h.send("cadre", page, nil)
	for _, want := range []string{"陈立冬", "139****0001", "会加入", "身份证号不对", "手机号和第 2 行一样", "没用到的列：备注", "还没有存任何人", "某公司工会"} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("got %d without %q", status, want)
		}
	}
	if strings.Contains(body, "13900000001") {
		t.Error("a phone that passed is shown in full")
	}
	if _, _, body = h.send("cadre", page+"?part=refuse", nil); strings.Contains(body, "陈立冬") || !strings.Contains(body, "王满仓") {
		t.Error("the filter shows other rows")
	}
	if status, _, body = h.send("cadre", page+"/apply", nil); status != 200 || !strings.Contains(body, "1 人会成为示例区总工会的会员") {
		t.Errorf("got %d: %.2000s", status, body)
	}
	if status, to, _ := h.send("cadre", page+"/apply", url.Values{"req_id": {id.New[string]()}}); status != http.StatusSeeOther || to != page {
		t.Errorf("got %d to %s", status, to)
	}
	if _, _, body = h.send("cadre", page, nil); !strings.Contains(body, "这些人现在是示例区总工会的会员") || !strings.Contains(body, "加入了") {
		t.Errorf("applied: got %.3000s", body[strings.Index(body, "<main"):])
	}
	if status, to, _ := h.send("cadre", page+"/apply", url.Values{}); status != http.StatusSeeOther || to != page {
		t.Errorf("applied twice: got %d to %s, want the list as it is", status, to)
	}
	if n, err := h.Count(authz.With(t.Context(), people["cadre"]), roll.Filter{}); err != nil || n != 1 {
		t.Errorf("got %d members, %v", n, err)
	}
	h.send("cadre", page+"/undo", url.Values{})
	if n, err := h.Count(authz.With(t.Context(), people["cadre"]), roll.Filter{}); err != nil || n != 0 {
		t.Errorf("undone: got %d members, %v", n, err)
	}
}

func TestWhatIsWrongWithAFileIsTold(t *testing.T) {
	h := newHouse(t)
	for _, test := range []struct {
		about, file string
		form        url.Values
		want        string
	}{
		{"no header", "陈立冬,13900000001\n", good(), "没找到表头"},
		{"no phones", "姓名,单位\n陈立冬,x\n", good(), "没找到“手机号”这一列"},
		{"no right", rows, url.Values{"where": {"某处"}}, "选一个：凭什么"},
		{"no proof", rows, url.Values{"basis": {"paper"}}, "写上凭据存在哪里"},
	} {
		if status, _, body := h.send("cadre", imports.Href, test.form, test.file); status != 422 || !strings.Contains(body, test.want) {
			t.Errorf("%s: got %d, want %q: %.3000s", test.about, status, test.want, body[max(0, strings.Index(body, "<main")):])
		}
	}
	if status, _, body := h.send("cadre", imports.Href, good()); status != 422 || !strings.Contains(body, "选一个文件") {
		t.Errorf("no file: got %d", status)
	}
}

func TestWhoSeesALists(t *testing.T) {
	h := newHouse(t)
	page := h.bring(rows)
	for _, test := range []struct {
		who                       string
		list, one, apply, leftOut int
	}{
		{"cadre", 200, 200, 200, 200}, {"leader", 200, 200, 403, 200}, {"sibling", 200, 404, 404, 404}, {"admin", 404, 404, 404, 404}, {"worker", 404, 404, 404, 404}, {"", 404, 404, 404, 404},
	} {
		for path, want := range map[string]int{imports.Href: test.list, page: test.one, page + "/apply": test.apply, page + "/left-out.csv": test.leftOut, imports.Href + "/template.csv": test.list} {
			if status, _, _ := h.send(test.who, path, nil); status != want {
				t.Errorf("%q opens %s: got %d, want %d", test.who, path, status, want)
			}
		}
		for _, act := range []string{"/apply", "/undo", "/stop", "/again"} {
			if status, _, _ := h.send(test.who, page+act, url.Values{}); test.who != "cadre" && status < 400 {
				t.Errorf("%q sends %s: got %d, want it refused", test.who, act, status)
			}
		}
	}
	if status, _, _ := h.send("sibling", imports.Href, url.Values{"basis": {"paper"}, "where": {"某处"}, "area": {county}}, rows); status != 404 {
		t.Errorf("for another county: got %d, want 404", status)
	}
}

// What no spreadsheet may run is no formula in the table of what was left out,
// whatever the cells of the list held.
func TestNoFormulaComesBack(t *testing.T) {
	h := newHouse(t)
	raw, err := os.ReadFile("../../../../../../shared/vectors/security/csv/formula.json")
	var corpus []string
	if err == nil { // the project's corpus, where it lies beside
		var cases []struct {
			Cell string `json:"cell"`
		}
		h.must(json.Unmarshal(raw, &cases))
		for _, c := range cases {
			if !strings.ContainsRune(c.Cell, 0) { // a file with such a cell is refused
				corpus = append(corpus, c.Cell)
			}
		}
	}
	corpus = append(corpus, "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "＝1+1", `=HYPERLINK("http://x","y")`, "'=1", " =1")
	var list bytes.Buffer
	out := csv.NewWriter(&list)
	h.must(out.Write([]string{"姓名", "手机号", "身份证号"}))
	for _, c := range corpus {
		h.must(out.Write([]string{c, c, c}))
	}
	out.Flush()
	status, _, body := h.send("cadre", h.bring(list.String())+"/left-out.csv", nil)
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
	reader.FieldsPerRecord = -1 // the last row says who took it
	got, err := reader.ReadAll()
	if status != 200 || err != nil || len(got) < len(corpus)/2 {
		t.Fatalf("got %d, %v and %d rows", status, err, len(got))
	}
	if last := got[len(got)-1]; len(last) != 1 || !strings.Contains(last[0], "导出，用于：改好名单再导入") {
		t.Errorf("got the last row %q, want who took the table out", last)
	}
	for _, row := range got[1:] {
		for _, cell := range row {
			if s := strings.TrimLeft(cell, " \t\r\n"); s != "" && strings.ContainsAny(s[:1], "=+-@") {
				t.Errorf("got the cell %q", cell)
			}
		}
	}
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	h.must(h.lists.Start(authz.With(t.Context(), people["cadre"]), intake.ID(strings.TrimPrefix(h.bring("姓名,手机号\n同名人,13800000001\n"), imports.Href+"/")), false))
	page := h.bring(rows + "同名人,13900000009,,,,\n")
	var long strings.Builder
	long.WriteString("姓名,手机号\n")
	for i := range intake.Direct + 1 {
		fmt.Fprintf(&long, "陈%c,137%08d\n", rune(0x4e00+i), i)
	}
	work := h.bring(long.String())
	h.send("cadre", work+"/apply", url.Values{})
	hold := func(name, who, path string) {
		browser.Hold(t, name, h.server.URL+path, map[string]string{"who": who})
	}
	hold("lists", "two", imports.Href)
	hold("rows", "cadre", page)
	hold("ask", "cadre", page+"/apply")
	hold("work", "cadre", work)
}

// Without scripts: choose a file, read, take in, take back.
func TestWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	file := filepath.Join(t.TempDir(), "某公司.csv")
	h.must(os.WriteFile(file, []byte(rows), 0o600))
	p := browser.Open(t, h.server.URL+imports.Href, webtest.View{NoJS: true, Cookies: map[string]string{"who": "cadre"}})
	p.Upload("#file", file)
	p.Named("每人签过纸质入会申请书")
	p.Type("#where", "某公司工会")
	p.FollowNamed("读给我看")
	if got := p.Text("main"); !strings.Contains(got, "陈立冬") || !strings.Contains(got, "身份证号不对") {
		t.Fatalf("got %s", got)
	}
	p.FollowNamed("加入")
	p.FollowNamed("加入")
	if got := p.Text("main"); !strings.Contains(got, "这些人现在是") {
		t.Errorf("got %s", got)
	}
	p.FollowNamed("撤回")
	p.FollowNamed("撤回")
	if got := p.Text("main"); !strings.Contains(got, "撤回了") {
		t.Errorf("got %s", got)
	}
}

func TestWords(t *testing.T) { webtest.Complete(t, imports.Texts()) }
