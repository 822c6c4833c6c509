package journey

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"nuanxin/internal/evidence/proves"
	words "nuanxin/internal/plain"
	"nuanxin/internal/web/webtest"
)

// hostileStrings lies beside the project's folder and is not copied into it.
const hostileStrings = "../../../../shared/vectors/security/"

type hostileString struct{ S, Cls string }

var (
	runsIn   = regexp.MustCompile(`(?i)<|javascript:|\bon\w+\s*=|alert|prompt\(|confirm\(`)
	masksIn  = regexp.MustCompile(`\d{7,}`) // may be a number of somebody, and is masked
	stringAt = []string{"strings/attack-strings.jsonl.gz", "strings/blns.json", "cn/naughty-cn.json"}
)

// stringsOf reads the strings that could run as scripts, and those of Chinese text
// that are hard to keep.
func stringsOf(t *testing.T) (scripts, chinese []string) {
	t.Helper()
	open := func(name string) io.Reader {
		f, err := os.Open(hostileStrings + name)
		if err != nil {
			t.Skip("the strings lie beside the project's folder and are not here:", err)
		}
		t.Cleanup(func() { _ = f.Close() }) // it was only read
		return f
	}
	zipped, err := gzip.NewReader(open(stringAt[0]))
	if err != nil {
		t.Fatal(err)
	}
	add := func(s string) {
		if n := utf8.RuneCountInString(s); n < 200 && runsIn.MatchString(s) && !masksIn.MatchString(s) && words.Text(s) != "" {
			scripts = append(scripts, s)
		}
	}
	for lines := json.NewDecoder(zipped); ; {
		var one hostileString
		err := lines.Decode(&one)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(one.Cls, "xss") || one.Cls == "html_js_fuzz" {
			add(one.S)
		}
	}
	var naughty []string
	if err := json.NewDecoder(open(stringAt[1])).Decode(&naughty); err != nil {
		t.Fatal(err)
	}
	for _, s := range naughty {
		add(s)
	}
	var cn []hostileString
	if err := json.NewDecoder(open(stringAt[2])).Decode(&cn); err != nil {
		t.Fatal(err)
	}
	for _, one := range cn {
		if !masksIn.MatchString(one.S) && utf8.RuneCountInString(one.S) < 60 {
			chinese = append(chinese, one.S)
		}
	}
	return scripts, chinese
}

// spread takes strings from all over the list, from the i-th of n places on, as many
// as fit into a field of so many characters.
func spread(all []string, i, n, most int) (typed string) {
	const each = 40 // so many to a long field
	for k := range each {
		s := all[(i+k*n)*len(all)/(n*each)%len(all)]
		if utf8.RuneCountInString(typed)+utf8.RuneCountInString(s)+1 < most {
			typed += s + "\n"
		}
	}
	return typed
}

// Real strings of attacks, in the real forms: wherever they are shown, to whom it may
// be, they stand as they were typed, nothing of them runs, and nothing even tries.
func TestCorpusOfScriptsStaysText(t *testing.T) {
	proves.That(t, "inj-corpus")
	scripts, chinese := stringsOf(t)
	if len(scripts) < 1000 || len(chinese) < 100 {
		t.Fatalf("only %d and %d strings", len(scripts), len(chinese))
	}
	h := open(t)
	still := func(about string, p *webtest.Page, typed ...string) {
		t.Helper()
		if got := p.Trapped(); got != "" {
			t.Errorf("%s (%s): got %q, want nothing that runs or could", about, p.Path(), got)
		}
		if got := p.Exceptions(); len(got) > 0 {
			t.Errorf("%s (%s): got %q, want nothing stopped because nothing tried", about, p.Path(), got)
		}
		text := squeeze(words.Visible(webtest.Eval[string](p, `[document.body.textContent,...[...document.querySelectorAll('input,textarea')].map(e=>e.value)].join('\n')`)))
		for _, all := range typed {
			for _, s := range strings.Split(all, "\n") {
				if want := squeeze(words.Visible(s)); !strings.Contains(text, want) {
					t.Errorf("%s (%s): got no sight of %q", about, p.Path(), want)
				}
			}
		}
	}
	said, more, reply, place, reason := spread(scripts, 0, 5, 2900), spread(chinese, 0, 5, 900)+spread(scripts, 1, 5, 1900), spread(scripts, 2, 5, 2900), spread(scripts, 3, 5, 190), spread(scripts, 4, 5, 190)

	if n := strings.Count(said+more+reply+place+reason, "\n"); n < 100 {
		t.Fatalf("only %d strings are tried", n)
	}

	p := h.visit(t, phone, "/me", phoneView())
	p.Trap()
	p.Go(h.url + "/me")
	name := strings.TrimSpace(spread(scripts, 3, 7, 60))
	p.Set("#name", name)
	p.Follow(`main form[action="/me/name"] button[type=submit]`)
	if p.Text(".errors") == "" {
		still("a name", p, name)
	} else {
		still("a refused name", p)
	}
	p.Go(h.url + "/help")
	p.Named("小区、大门")
	p.Set("#words", said)
	p.Set("#place", place)
	p.Follow(pressSend)
	number := numberIn.FindString(p.Path())
	p.Go(h.url + "/help/" + number)
	still("a worker's own words", p, said, place)
	p.Go(h.url + "/help/" + number + "/add")
	p.Set("main textarea[name=words]", more)
	p.Follow("main form button[type=submit]:not([name])")
	still("a word more", p, said, more)
	p.Go(h.url + "/help/mine")
	still("a worker's list", p)

	desk := h.visit(t, "liuting", "/desk/requests?q="+number, deskView())
	desk.Trap()
	desk.Go(h.url + "/desk/requests?q=" + number)
	still("the inbox", desk)
	desk.Follow("a.tk")
	still("the matter", desk, said, more, place)
	desk.FollowNamed("答复结果")
	desk.Set("#words", reply)
	desk.Follow("#say button.btn--primary")
	still("the answered matter", desk, reply)
	p.Go(h.url + "/help/" + number)
	still("the answer", p, said, reply)

	id, code, _, _ := h.riders(t)
	host := h.visit(t, "qiuye", "/host/"+id, phoneView())
	host.Trap()
	host.Go(h.url + "/host/" + id)
	host.Named("今天不开")
	host.Set("#today_reason", reason)
	host.Follow(`main form[action$="/today"] button`)
	still("the host", host, strings.ReplaceAll(reason, "\n", " "))
	h.follow(t)
	public := h.visit(t, "", "/", phoneView())
	public.Trap()
	public.Go(h.url + "/stations/" + code)
	still("why it is closed, to anybody", public, strings.ReplaceAll(reason, "\n", " "))

	// The trap itself: what is called, what is stopped and what only could run is heard.
	webtest.Eval[bool](public, `(alert(7),document.body.insertAdjacentHTML('beforeend','<img src="/none" onerror="alert(8)">'),true)`)
	public.Wait(`(sessionStorage.trapped||'').includes('policy')`)
	for _, want := range []string{"alert 7", "policy script-src", "IMG onerror"} {
		if got := public.Trapped(); !strings.Contains(got, want) || strings.Contains(got, "alert 8") {
			t.Errorf("the trap holds %q, want %q in it and no alert of the image", got, want)
		}
	}
}
