package journey

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/web/webtest"
)

// said sends a complaint without a name and returns its number and the page of
// its progress.
func (h *house) said(t *testing.T, words, place string) (number string, p *webtest.Page) {
	t.Helper()
	p = h.browser.Open(t, h.url+"/help", phoneView())
	p.Named("小区、大门")
	p.Type("#words", words)
	p.Type("#place", place)
	p.Follow(pressSend)
	number = numberIn.FindString(p.Path())
	p.Go(h.url + "/help/" + number)
	return number, p
}

// matter opens a matter on the desk.
func (h *house) matter(t *testing.T, login, number string, v webtest.View) *webtest.Page {
	t.Helper()
	p := h.visit(t, login, "/desk/requests?q="+number, v)
	p.Follow("a.tk")
	return p
}

// bodiesOf are the two bodies that the program proposes first for a gate.
func choose(p *webtest.Page, n int) string {
	return webtest.Eval[string](p, fmt.Sprintf(`(()=>{const all=[...document.querySelectorAll('#body .card')].slice(0,%d);
		all.forEach(c=>{const i=c.querySelector('input[name=body]');if(!i.checked)i.click()});all[0].querySelector('input[name=lead]').click();
		return all.map(c=>c.querySelector('b').innerText).join(' ')})()`, n))
}

// A cadre signs in, goes through the inbox by keys, hands a matter to two
// bodies, asks the worker, answers.
func TestCadreWorksThroughTheInbox(t *testing.T) {
	h := open(t)
	number, worker := h.said(t, gate, "灯塔小区东门")
	p := h.browser.Open(t, h.url+"/desk", deskView())
	p.Type("#login", "liuting")
	p.Type("#password", "deng-liang-zhe-2026")
	p.Follow("main form .btn--primary")
	p.Wait(`!!document.querySelector('a.tk')`)
	whole(t, "inbox", p)
	keys(t, p)

	p.Go(h.url + "/desk/requests?q=" + number)
	p.Follow("a.tk")
	reads(t, "the matter", p, gate, "三个钟", "首次响应", "部门反馈", "答复本人", "还没派给部门")
	whole(t, "the matter", p)
	p.FollowNamed("派单")
	whole(t, "to whom", p)
	bodies := choose(p, 2)
	p.Type("#task", "请去东门看一下，登记过的电动车能不能走。")
	p.Follow(`main form[action$="/dispatch"] .btn--primary`)
	for _, b := range strings.Fields(bodies) {
		reads(t, "handed over", p, b)
	}
	worker.Go(h.url + "/help/" + number)
	for _, b := range strings.Fields(bodies) {
		reads(t, "the worker sees to whom", worker, b)
	}

	p.FollowNamed("请本人补")
	p.Type("#words", "是哪个保安，几点？")
	p.Follow("#say button.btn--primary")
	reads(t, "waiting", p, "在等本人补充，三个钟都停着", "等本人，暂停")
	whole(t, "waiting", p)
	worker.Go(h.url + "/help/" + number)
	reads(t, "the worker is asked", worker, "是哪个保安，几点？", "回工会一句")
	whole(t, "the worker is asked", worker)
	worker.Type("#say textarea", "早上七点，高个子的那位")
	worker.Follow(`button[form="say"]`)
	p.Go(h.url + "/desk/requests?q=" + number)
	p.Follow("a.tk")
	reads(t, "told", p, "早上七点，高个子的那位")
	if got := p.Text("main"); strings.Contains(got, "等本人，暂停") {
		t.Error("told: got the clocks still held")
	}
	answer(t, p, "从明天起登记过的车走东门。")
	whole(t, "answered", p)
}

// keys goes down the list by J, up by K, to the dispatch by D, and opens the
// line by Enter. A key does nothing while somebody types.
func keys(t *testing.T, p *webtest.Page) {
	t.Helper()
	title := func() string {
		return webtest.Eval[string](p, `(document.activeElement.querySelector('.tk__t')||{innerText:''}).innerText`)
	}
	left := webtest.Eval[[]string](p, `[...document.querySelectorAll('a.tk .tk__t')].map(e=>e.innerText)`)
	for _, step := range []struct {
		key  string
		want int
	}{{"j", 0}, {"j", 1}, {"j", 2}, {"k", 1}} {
		p.Key(step.key)
		if got := title(); got != left[step.want] {
			t.Errorf("%s: got the focus on %q, want %q", step.key, got, left[step.want])
		}
	}
	p.Wait("document.querySelector('#peek h2').innerText === " + fmt.Sprintf("%q", left[1]))
	if got := webtest.Eval[string](p, "[...document.querySelectorAll('.tk[aria-current]')].map(e=>e.querySelector('.tk__t').innerText).join()"); got != left[1] {
		t.Errorf("beside the list: got %q marked, want the line that is shown, %q", got, left[1])
	}
	whole(t, "beside the list", p)
	p.Enter()
	if got := p.Text("h1"); !strings.Contains(got, left[1]) {
		t.Errorf("enter: got %q, want %q", got, left[1])
	}
}

// D on a line leads to where it is handed over: the short form beside the list,
// or the page of its own.
func TestCadreHandsOverByKeys(t *testing.T) {
	h := open(t)
	number, _ := h.said(t, gate, "灯塔小区东门")
	p := h.visit(t, "liuting", "/desk/requests?q="+number, deskView())
	p.Wait(`!!document.querySelector('#peek form[action$="/dispatch"]')`)
	p.Key("j")
	p.Wait("!document.querySelector('#peek.htmx-request')")
	p.Key("d")
	p.Wait(`document.activeElement.name === 'task'`)
	p.Type("#peek textarea[name=task]", "请去看 d j k") // letters, not commands
	if got := webtest.Eval[int](p, `document.querySelectorAll('#peek input[name=body]:checked').length`); got == 0 {
		t.Error("d: got no body chosen, want the proposed one")
	}
	p.Key("\t")
	p.Key("\t")
	p.Enter()
	reads(t, "handed over", p, "请去看 d j k")
}

// A cadre writes down what somebody says on the phone, puts two matters
// together, and takes the list along.
func TestCadreRegistersMergesExports(t *testing.T) {
	h := open(t)
	first, worker := h.said(t, gate, "灯塔小区东门")
	p := h.visit(t, "zhaoming", "/desk/requests/new", deskView())
	whole(t, "register", p)
	p.Named("打电话")
	p.Type("#words", "东门保安不让电动车进，要绕北门")
	p.Wait(`!!document.querySelector('#alike .rows')`)
	reads(t, "alike while typing", p, "2026-1124-")
	p.Type("#place", "灯塔小区东门")
	p.Type("#name", canary)
	p.Type("#phone", newPhone)
	p.Follow(`main form[action="/desk/requests/new"] .btn--primary`)
	reads(t, "what to read out", p, "存好了，编号", "查进度的码", "最晚答复", "码只显示这一次")
	whole(t, "what to read out", p)
	second := numberIn.FindString(p.Text("main"))

	p = h.matter(t, "liuting", first, deskView())
	p.FollowNamed("合并")
	whole(t, "merge", p)
	p.Type("#numbers", second)
	p.Follow(`main form [value=preview]`)
	reads(t, "who will be told what", p, second, "并到 "+first+" 一起办")
	whole(t, "who will be told what", p)
	p.Follow(`main form [value=merge]`)
	reads(t, "merged", p, second)
	hides(t, "merged", p.HTML(), canary, newPhone)
	whole(t, "merged", p)
	worker.Go(h.url + "/help/" + first)
	reads(t, "the first worker", worker, "又有工友说了同一件事")

	p.Go(h.url + "/desk/requests/export?group=all")
	whole(t, "export", p)
	answer, text := h.send(t, "POST", "/desk/requests/export", url.Values{"group": {"all"}, "why": {"季度报表"}}.Encode(), map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Cookie": "nx=" + h.session(t, "liuting")})
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != 200 || !strings.Contains(got, "csv") || !strings.Contains(text, first) {
		t.Errorf("export: got %s %s with %.80q, want a table with %s", answer.Status, got, text, first)
	}
	hides(t, "export", text, canary, newPhone, gate)
}

// Signing in and handing over go without scripts.
func TestCadreWithoutScripts(t *testing.T) {
	h := open(t)
	number, _ := h.said(t, gate, "灯塔小区东门")
	v := phoneView()
	v.NoJS = true
	p := h.browser.Open(t, h.url+"/desk", v)
	p.Type("#login", "liuting")
	p.Type("#password", "deng-liang-zhe-2026")
	p.Follow("main form .btn--primary")
	p.Go(h.url + "/desk/requests?q=" + number)
	p.Follow("a.tk")
	p.FollowNamed("派单")
	bodies := choose(p, 1)
	p.Type("#task", "请去东门看一下")
	p.Follow(`main form[action$="/dispatch"] .btn--primary`)
	reads(t, "handed over", p, bodies, "请去东门看一下")
}

var (
	// spoken is a matter of the demo that somebody told by voice.
	spoken = "锁在地下"

	audioIn  = regexp.MustCompile(`<audio [^>]*src="([^"]+)"`)
	matterIn = regexp.MustCompile(`href="[^"]*(?:open=|/desk/requests/)([0-9a-f-]{36})`)
)

// A cadre hears what a worker said: whole, and by the pieces that players ask
// for. Another county finds nothing there.
func TestCadreHearsAVoice(t *testing.T) {
	h := open(t)
	_, list := h.get(t, "liuting", "/desk/requests?group=all&q="+url.QueryEscape(spoken))
	one := matterIn.FindStringSubmatch(list)
	if one == nil {
		t.Fatalf("the demo has no matter %q", spoken)
	}
	_, page := h.get(t, "liuting", "/desk/requests/"+one[1])
	src := audioIn.FindStringSubmatch(page)
	if src == nil {
		t.Fatalf("%s: got no voice in %s", one[1], page)
	}
	hear := func(login, part string) (*http.Response, string) {
		head := map[string]string{"Cookie": "nx=" + h.session(t, login)}
		if part != "" {
			head["Range"] = part
		}
		return h.send(t, http.MethodGet, src[1], "", head)
	}
	all, voice := hear("liuting", "")
	if kind := all.Header.Get("Content-Type"); all.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "audio/") || len(voice) < 1000 {
		t.Errorf("whole: got %s, %q, %d bytes; want a voice", all.Status, kind, len(voice))
	}
	some, piece := hear("liuting", "bytes=100-199")
	if some.StatusCode != http.StatusPartialContent || piece != voice[100:200] || some.Header.Get("Content-Range") != fmt.Sprintf("bytes 100-199/%d", len(voice)) {
		t.Errorf("a piece: got %s, %d bytes, %q; want 206 and those bytes", some.Status, len(piece), some.Header.Get("Content-Range"))
	}
	if other, text := hear("gaoyuan", ""); other.StatusCode != http.StatusNotFound || strings.Contains(text, voice[100:200]) {
		t.Errorf("another county: got %s, want it missing", other.Status)
	}
}
