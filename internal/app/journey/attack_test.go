package journey

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web/webtest"
)

// Whoever has no part in a matter is told that there is none, in the very words
// in which a matter that never was is missing.
func TestGuessedAddressesAreMissing(t *testing.T) {
	proves.That(t, "authz-cross-tenant")
	h := open(t)
	number, _, _ := h.invited(t)
	p := h.matter(t, "liuting", number, deskView())
	id := strings.TrimPrefix(strings.SplitN(p.Path(), "?", 2)[0], "/desk/requests/")
	never := "01a20000-0000-7000-8000-000000000000"
	bank := h.station(t, "wangjing")
	for _, test := range []struct{ who, login, path, none string }{
		{"a sibling county's cadre", "gaoyuan", "/desk/requests/" + id, "/desk/requests/" + never},
		{"a sibling county's cadre", "gaoyuan", "/desk/requests/" + id + "/dispatch", "/desk/requests/" + never + "/dispatch"},
		{"a sibling county's cadre", "gaoyuan", "/desk/stations/" + bank + "/edit", "/desk/stations/" + never + "/edit"},
		{"an administrator", "admin", "/desk/requests/" + id, "/desk/requests/" + never},
		{"a body without the matter", "hejie", "/matters/" + id, "/matters/" + never},
		{"another host", "shilei", "/host/" + bank, "/host/" + never},
		{"another worker", "19900000002", "/help/" + number, "/help/2026-0101-9999"},
		{"a stranger", "", "/help/" + number, "/help/2026-0101-9999"},
		{"a stranger", "", "/p/" + strings.Repeat("a", 84), "/p/" + strings.Repeat("b", 84)},
	} {
		status, text := h.get(t, test.login, test.path)
		if _, none := h.get(t, test.login, test.none); status != http.StatusNotFound || plain(text, test.path) != plain(none, test.none) {
			t.Errorf("%s at %s: got %d, want it to be missing as if it never was", test.who, test.path, status)
		}
		hides(t, test.who, text, canary, gate)
	}
	if status, text := h.get(t, "", "/desk/requests/"+id); status != http.StatusSeeOther {
		t.Errorf("a stranger at the desk: got %d %s, want the sign-in", status, text)
	}
}

// station is a station that the host keeps.
func (h *house) station(t *testing.T, login string) string {
	t.Helper()
	_, text := h.get(t, login, "/host")
	m := keptIn.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%s keeps no station: %s", login, text)
	}
	return m[1]
}

var keptIn = regexp.MustCompile(`href="/host/([0-9a-f-]{36})`)

// nonceIn is what lets a page's own scripts run, another in each answer.
var nonceIn = regexp.MustCompile(` nonce="[^"]*"`)

// plain is a page without what differs from call to call: its address, number and nonce.
func plain(text, path string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, path, ""), url.QueryEscape(path), "")
	return hexIn.ReplaceAllString(nonceIn.ReplaceAllString(text, ""), "")
}

// A page of another origin makes the reader's browser send a form; it is refused
// and nothing happens.
func TestOtherOriginsAreRefused(t *testing.T) {
	proves.That(t, "csrf-every-route")
	h := open(t)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	evil := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!doctype html><form method="post" action="%s/help"><input name="words" value="forged"><input name="req_id" value="01a20000-0000-7000-8000-00000000000f"><button>x</button></form>`, h.url)
	})}
	go func() { _ = evil.Serve(l) }() // until it is closed
	t.Cleanup(func() { _ = evil.Close() })
	p := h.browser.Open(t, "http://"+l.Addr().String(), phoneView())
	p.Follow("button")
	if got := p.Text("main"); strings.Contains(got, "收到了") || strings.Contains(p.Path(), "sent") {
		t.Errorf("a forged form: got %q", got)
	}
	for _, headers := range []map[string]string{
		{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:1"}, {"Origin": "https://evil.example"}, {},
	} {
		headers["Cookie"], headers["Content-Type"] = "nx="+h.session(t, "admin"), "application/x-www-form-urlencoded"
		if answer, _ := h.send(t, http.MethodPost, "/desk/me/sessions", "", headers); answer.StatusCode != http.StatusForbidden {
			t.Errorf("with %v: got %s, want it refused", headers, answer.Status)
		}
	}
}

// hostile is what runs, when anybody shows it as anything but text.
const hostile = `<script>document.documentElement.dataset.ran=1</script><img src=x onerror="document.documentElement.dataset.ran=1">"'><b>`

// What people write is shown as they wrote it, wherever it is shown, and nothing
// of it runs.
func TestWrittenScriptsStayText(t *testing.T) {
	proves.That(t, "inj-corpus")
	h := open(t)
	still := func(about string, p *webtest.Page) {
		t.Helper()
		if webtest.Eval[bool](p, `!!document.documentElement.dataset.ran||!!document.querySelector('img[src="x"],main b b')`) {
			t.Errorf("%s (%s): got what was written to run", about, p.Path())
		}
		if !strings.Contains(p.Text("body"), "dataset.ran=1") {
			t.Errorf("%s (%s): got no sight of what was written", about, p.Path())
		}
		if got := p.Exceptions(); len(got) > 0 {
			t.Errorf("%s (%s): got %q, want nothing stopped because nothing tried", about, p.Path(), got)
		}
	}
	p := h.browser.Open(t, h.url+"/help", phoneView())
	p.Named("小区、大门")
	p.Set("#words", hostile)
	p.Set("#place", hostile)
	p.Follow(pressSend)
	number := numberIn.FindString(p.Path())
	p.Go(h.url + "/help/" + number)
	still("progress", p)
	p.Go(h.url + "/help/mine")

	id, code, _, _ := h.riders(t)
	p.Go(h.url + "/stations/" + code)
	p.Named("没热水")
	p.Set("#report input[name=words]", hostile)
	p.Follow("#report button[type=submit]")
	still("a defect", p)
	host := h.visit(t, "qiuye", "/host/"+id, phoneView())
	host.Named("今天不开")
	host.Set("#today_reason", hostile)
	host.Follow(`main form[action$="/today"] button`)
	still("the host", host)
	h.follow(t)
	p.Go(h.url + "/stations/" + code)
	still("why it is closed", p)

	desk := h.visit(t, "liuting", "/desk/requests/new", deskView())
	for _, name := range []string{"words", "title", "place", "name", "source"} {
		desk.Set("#"+name, hostile)
	}
	desk.Named("打电话")
	desk.Follow(`main form[action="/desk/requests/new"] .btn--primary`)
	if got := desk.Text(".errors"); got == "" {
		desk.Follow("main a.btn--primary")
		still("what a cadre wrote down", desk)
	} else { // a name may hold no such signs; all of it is shown again
		still("refused", desk)
	}
	desk.Go(h.url + "/desk/requests?q=" + number)
	still("inbox", desk)
	desk.Follow("a.tk")
	still("matter", desk)
	desk.FollowNamed("派单")
	choose(desk, 1)
	desk.Set("#task", hostile)
	desk.Follow(`main form[action$="/dispatch"] .btn--primary`)
	still("task", desk)
	answer(t, desk, hostile)
	p.Go(h.url + "/help/" + number)
	still("answer", p)
	desk.Go(h.url + "/desk/requests?q=" + url.QueryEscape(hostile))
	desk.Go(h.url + "/desk/stations?q=" + url.QueryEscape(hostile))
	p.Go(h.url + "/place?q=" + url.QueryEscape(hostile[:60]))
	if webtest.Eval[bool](p, `!!document.documentElement.dataset.ran`) || len(p.Exceptions()) > 0 {
		t.Errorf("words in an address: got %q", p.Exceptions())
	}
}

// What stands in the cells of a list is text too, wherever it comes to stand:
// in the dry run, on both pages of a station, in the export and in the API.
func TestCellsOfListsStayText(t *testing.T) {
	proves.That(t, "inj-corpus")
	h := open(t)
	turned := "\u202e"
	file := filepath.Join(t.TempDir(), hostile[:8]+"\u202evsc.csv")
	cell := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	long := strings.Repeat("长", 10_000)
	row := func(name, note, hours, source string) string {
		return strings.Join([]string{cell(name), "人民大街 1 号", cell(hours), cell(note), cell("=cmd|'/c calc'!A1"), cell(source), cell(hostile)}, ",") + "\n"
	}
	list := "驿站名称,地址,开放时间,备注,承建单位,来源," + cell(hostile) + "\n" +
		row("示例：毒"+hostile[:60], hostile, hostile, "@SUM(1)") + row("示例：反"+turned+"站\u200b点\u2067", turned+"反的", "8:00-20:00", "") +
		row(long, long, long, long) + row("示例：长时间", "", long, "")
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	desk := h.visit(t, "liuting", "/desk/imports", deskView())
	whole := func(about string) {
		t.Helper()
		if webtest.Eval[bool](desk, `!!document.documentElement.dataset.ran||!!document.querySelector('img[src="x"],main b b')`) || len(desk.Exceptions()) > 0 {
			t.Errorf("%s: got what stood in a cell to run, %q", about, desk.Exceptions())
		}
		text := desk.Text("body")
		if strings.ContainsAny(text, turned+"\u200b\u2067\x00") || strings.Contains(text, strings.Repeat("长", 600)) {
			t.Errorf("%s: got signs that turn or hide the text, or 600 characters of one cell", about)
		}
		if got := desk.Overflow(); len(got) > 0 {
			t.Errorf("%s: got sideways scroll %v, want none", about, got)
		}
	}
	desk.Upload("input[type=file]", file)
	desk.Named("新加的马上给工友看")
	desk.Follow(`main form[enctype] .btn--primary`)
	webtest.Eval[bool](desk, `document.querySelectorAll('details').forEach(d => d.open = true) || true`)
	whole("the dry run")
	if got := desk.Text("main"); !strings.Contains(got, "dataset.ran=1") || !strings.Contains(got, "太长，存不下") {
		t.Errorf("the dry run: got no sight of what was written, or of what is too long: %.300q", got)
	}
	at := desk.Path()
	desk.Go(h.url + at + "/apply")
	desk.Follow(`main form .btn--primary`)
	whole("applied")
	desk.Go(h.url + "/desk/imports")
	whole("the imports")
	h.follow(t)
	desk.Go(h.url + "/desk/stations?q=" + url.QueryEscape("示例：毒"))
	desk.Follow(".tk")
	whole("the desk's page")
	id := path.Base(desk.Path())
	_, export := h.get(t, "liuting", "/desk/stations/export.csv")
	for _, bad := range []string{`"=cmd`, `"@SUM`, turned, "\u200b"} {
		if strings.Contains(export, bad) {
			t.Errorf("the export: got %q, want no formula and nothing hidden", bad)
		}
	}
	if !strings.Contains(export, `"'=cmd|'/c calc'!A1"`) || !strings.Contains(export, "示例：反站点") {
		t.Error("the export: got no sight of what was written")
	}
	_, raw := h.get(t, "", "/api/v1/stations/"+id)
	if strings.Contains(raw, turned) || strings.Contains(raw, `\\u202e`) || !strings.Contains(raw, "示例：毒") {
		t.Errorf("the API: got %.300s", raw)
	}
	var one struct{ Code string }
	if err := json.Unmarshal([]byte(raw), &one); err != nil || one.Code == "" {
		t.Fatalf("the API: %v in %.200s", err, raw)
	}
	desk.Go(h.url + "/stations/" + one.Code)
	whole("the workers' page")
}
