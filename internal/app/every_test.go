//go:build !race

// Tens of thousands of texts; scripts/test runs it without the race detector.

package app

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
)

// attack is a text that broke another program, with what it was to break.
type attack struct{ S, Cls string }

// attacks are all of the corpus, one by one: the strings with their classes, what is
// Chinese and hard to keep, and each line of the lists of a firewall, but for what
// databases say when they fail, which nobody types.
func attacks(t *testing.T) (all []attack) {
	t.Helper()
	packed, err := os.Open(hostileCorpus + "strings/attack-strings.jsonl.gz")
	if err != nil {
		t.Skip("the texts lie beside the project's folder and are not here:", err)
	}
	defer packed.Close()
	lines := json.NewDecoder(must[*gzip.Reader](t)(gzip.NewReader(packed)))
	for {
		var a attack
		if err := lines.Decode(&a); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	var chinese []attack
	if err := json.Unmarshal(must[[]byte](t)(os.ReadFile(hostileCorpus+"cn/naughty-cn.json")), &chinese); err != nil {
		t.Fatal(err)
	}
	for _, a := range chinese {
		all = append(all, attack{a.S, "cn"})
	}
	for _, list := range []string{"lfi-os-files", "restricted-files", "restricted-upload", "scanners-user-agents", "ssrf", "ssrf-no-scheme"} {
		for _, s := range listed(t, list) {
			all = append(all, attack{s, "list:" + list})
		}
	}
	if len(all) < 37_000 {
		t.Fatalf("only %d texts", len(all))
	}
	return all
}

// listed are the lines of one list of a firewall.
func listed(t *testing.T, name string) (all []string) {
	t.Helper()
	f, err := os.Open(hostileCorpus + "strings/crs-" + name + ".data")
	if err != nil {
		t.Skip("the lists lie beside the project's folder and are not here:", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if s := lines.Text(); s != "" && s[0] != '#' {
			all = append(all, s)
		}
	}
	return all
}

// packets are the texts of the corpus as fields take them: alone, but for the many
// ways to write one path, of which one in ten is taken and as many as a short field
// holds stand together; all of these are said as words and asked for as addresses.
func packets(all []attack) (out []string) {
	var lot strings.Builder
	for i, a := range all {
		if a.Cls != "path-traversal" {
			out = append(out, a.S)
			continue
		}
		if i%10 > 0 {
			continue
		}
		if lot.Len() > 0 && utf8.RuneCountInString(lot.String())+utf8.RuneCountInString(a.S) > 190 {
			out = append(out, lot.String())
			lot.Reset()
		}
		lot.WriteString(a.S + " ")
	}
	return append(out, lot.String())
}

// schemeIn begins an address that is a program.
var schemeIn = regexp.MustCompile(`(?i)^[\s\x00-\x20]*(javascript|vbscript|data:text)`)

// runs returns what of a page could run and is none of ours; "" is nothing. It reads
// tags as browsers do: what is no tag's beginning is text.
func runs(body string) string {
	for {
		at := strings.IndexByte(body, '<')
		if at < 0 || at+1 == len(body) {
			return ""
		}
		body = body[at+1:]
		if c := body[0] | 0x20; c < 'a' || c > 'z' {
			continue
		}
		tag, attrs, rest := tagOf(body)
		_, nonce := attrs["nonce"]
		ours := nonce || attrs["type"] == "application/json" || strings.HasPrefix(attrs["src"], "/a/")
		if tag == "script" && !ours || slices.Contains([]string{"iframe", "object", "embed", "applet", "base", "frame"}, tag) {
			return body[:min(80, len(body))]
		}
		for name, value := range attrs {
			if strings.HasPrefix(name, "on") || slices.Contains([]string{"href", "src", "action", "formaction"}, name) && schemeIn.MatchString(value) {
				return body[:min(80, len(body))]
			}
		}
		body = rest
	}
}

// tagOf reads the tag whose name a text begins with, and returns what follows.
func tagOf(text string) (name string, attrs map[string]string, rest string) {
	cut := func(until string) (got string) {
		at := strings.IndexAny(text, until)
		if at < 0 {
			at = len(text)
		}
		got, text = text[:at], text[at:]
		return got
	}
	name, attrs = strings.ToLower(cut(" \t\r\n\f/>")), map[string]string{}
	for {
		text = strings.TrimLeft(text, " \t\r\n\f/")
		if text == "" || text[0] == '>' {
			return name, attrs, text
		}
		key := strings.ToLower(cut("= \t\r\n\f/>"))
		value := ""
		if rest, ok := strings.CutPrefix(strings.TrimLeft(text, " \t\r\n\f"), "="); ok {
			if text = strings.TrimLeft(rest, " \t\r\n\f"); text != "" && (text[0] == '"' || text[0] == '\'') {
				value, text, _ = strings.Cut(text[1:], text[:1])
			} else {
				value = cut(" \t\r\n\f>")
			}
		} else if key == "" {
			text = text[min(1, len(text)):]
		}
		attrs[key] = html.UnescapeString(value)
	}
}

// TestRuns holds the judge itself against what runs and what does not.
func TestRuns(t *testing.T) {
	for page, want := range map[string]bool{
		`<p title="<script>">a &lt;script&gt; 1 < 2</p>`: false, `<script nonce="x">1</script>`: false, `<a href="/x" class=b>`: false, `<option selected>`: false,
		`<p><SCRIPT>`: true, `<img src=x onerror=1>`: true, `<svg/onload=1>`: true, `<a title='"' href='java&#115;cript:1'>`: true, `<iframe>`: true, `<p a"onclick="1">`: false, `<p a="" onclick>`: true,
	} {
		if got := runs(page); (got != "") != want {
			t.Errorf("%s: got %q", page, got)
		}
	}
}

// insideIn is what neither a page of ours nor any text of the corpus says: the words of
// databases that fail, and of our own inside.
func insideIn(t *testing.T, all []attack) (words []string) {
	t.Helper()
	var typed strings.Builder
	for _, a := range all {
		typed.WriteString(strings.ToLower(a.S) + "\n")
	}
	for _, s := range append(listed(t, "sql-errors"), "no such table", "no such column", "SQLSTATE", "pgx/v5", "nuanxin/internal", "runtime error", "goroutine 1", "_test.go:", "service.go:", "store.go:") {
		if len(s) > 2 && !strings.Contains(typed.String(), strings.ToLower(s)) {
			words = append(words, s)
		}
	}
	if len(words) < 150 {
		t.Fatalf("only %d words are looked for", len(words))
	}
	return words
}

// said is how often an answer was what.
type said map[string]int

// TestEveryTextInEveryForm types texts of the corpus into the fields of forms, turn by
// turn, until all are used up: in all fields of a form at once and in one of them with the
// others good. Nothing breaks inside, nothing of the inside shows, no database speaks, and
// nothing of an answer could run. This is on PostgreSQL one in nine of each class; on SQLite
// TestEveryFieldMeetsEveryText types them all.
func TestEveryTextInEveryForm(t *testing.T) {
	proves.That(t, "inj-corpus", "inj-canon")
	if testing.Short() {
		t.Skip("left out with -short: takes some seconds")
	}
	all := attacks(t)
	var some []attack
	of := map[string]int{}
	for _, a := range all {
		if of[a.Cls]++; of[a.Cls]%9 == 1 {
			some = append(some, a)
		}
	}
	pgWorld(t).typed(t, packets(some), insideIn(t, all))
}

func (w *world) typed(t *testing.T, texts []string, inside []string) {
	t.Helper()
	quiet(t)
	forms, heard, at := w.forms(t), said{}, 0
	slices.SortFunc(forms, func(a, b form) int { return strings.Compare(a.action+a.actor, b.action+b.actor) })
	for round := 0; at < len(texts); round++ {
		for _, f := range forms {
			values := maps.Clone(f.values)
			var names []string
			for name := range values {
				if name != "req_id" {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			if len(names) == 0 || leaves(f.action) {
				continue
			}
			if round%3 == 1 { // one of them, the others good
				names = names[round/3%len(names):][:1]
			}
			for _, name := range names {
				values.Set(name, texts[at%len(texts)])
				at++
			}
			if values.Has("req_id") {
				values.Set("req_id", id.New[string]())
			}
			w.hear(t, inside, heard, f, values)
		}
	}
	t.Logf("%d texts to %d forms: %v", at, len(forms), heard)
	if heard["422"]+heard["303"]+heard["400"] < heard["all"]/3 {
		t.Errorf("too few were heard: %v", heard)
	}
}

// leaves are the forms by which somebody is no longer there to type.
func leaves(action string) bool {
	return strings.HasSuffix(action, "/sessions") || strings.HasSuffix(action, "/delete") || strings.HasSuffix(action, "/end") || strings.HasSuffix(action, "/sign-out") || strings.HasSuffix(action, "/role")
}

func (w *world) hear(t *testing.T, inside []string, heard said, f form, values url.Values) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, f.action, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "nx", Value: w.tokens[f.actor]})
	heard["all"]++
	r.RemoteAddr = fmt.Sprintf("[2001:db8:%x:%x::1]:9", heard["all"]>>12, heard["all"]&0xfff)
	answer := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	body, sent := answer.Body.String(), values.Encode()
	heard[fmt.Sprint(answer.Code)]++
	if strings.Contains(answer.Header().Get("Location"), "sign-in") {
		heard["to sign in"]++
	}
	if answer.Code >= http.StatusInternalServerError {
		t.Errorf("%s: got %d of %.400s", f.action, answer.Code, sent)
	}
	if !strings.Contains(answer.Header().Get("Content-Type"), "html") {
		return
	}
	if got := runs(body); got != "" {
		t.Errorf("%s: gives %q, which could run, of %.400s", f.action, got, sent)
	}
	for _, word := range inside {
		if strings.Contains(body, word) {
			t.Errorf("%s: shows %q of %.400s", f.action, word, sent)
		}
	}
}

// quiet keeps a line for each of so many requests out of the log.
func quiet(t *testing.T) {
	t.Helper()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
}

// raw asks the whole program as a socket would; what is no request is refused by the
// server before any of ours, and reported as false.
func (w *world) raw(head string) (answer *httptest.ResponseRecorder, ok bool) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "\r\nHost: example.org\r\n\r\n")))
	if err != nil {
		return nil, false
	}
	r.RemoteAddr = "[2001:db8::9]:9"
	answer = httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	return answer, true
}

// secrets are what files of a machine begin with.
var secrets = []string{"root:x:0", "[boot loader]", "SQLite format 3", "PRIVATE KEY", "module nuanxin"}

// TestEveryTextInAddresses asks with every text of the corpus: as a path, below what
// serves files, as it stands and encoded, and by turns as what is asked or in a header. Nothing
// breaks, no file of the machine is given, and nobody is led to another site.
func TestEveryTextInAddresses(t *testing.T) {
	proves.That(t, "inj-corpus", "redirect-corpus")
	if testing.Short() {
		t.Skip("left out with -short: takes some seconds")
	}
	quiet(t)
	w := newWorld(t)
	below := []string{"/", "/a/", "/photos/", "/stations/", "/help/", "/p/", "/api/v1/", "/desk/", "/icon-", "/host/"}
	queries := []string{"/sign-in?next=", "/staff/sign-in?next=", "/place?q=", "/stations?q=", "/help?topic=", "/api/v1/stations?q=", "/?area="}
	headers := []string{"User-Agent", "Referer", "Accept-Language", "X-Forwarded-For", "X-Request-Secret", "Cookie", "Accept", "If-None-Match", "Range", "Authorization"}
	heard, never := said{}, 0
	for i, a := range attacks(t) {
		line := strings.NewReplacer("\r", "", "\n", "").Replace(a.S)
		heads := []string{
			"GET " + below[i%len(below)] + strings.TrimPrefix(line, "/") + " HTTP/1.1", // as it stands
			"GET " + below[i%len(below)] + url.PathEscape(a.S) + " HTTP/1.1",
		}
		switch many := a.Cls == "path-traversal"; { // the many ways to write one path: by turns
		case many:
			heads = heads[i%2:][:1]
		case i%2 == 0:
			heads = append(heads, "GET "+queries[i/2%len(queries)]+url.QueryEscape(a.S)+" HTTP/1.1")
		default:
			heads = append(heads, "GET /sign-in HTTP/1.1\r\n"+headers[i/2%len(headers)]+": "+line)
		}
		for _, head := range heads {
			answer, ok := w.raw(head)
			if !ok {
				never++
				continue
			}
			heard[fmt.Sprint(answer.Code)]++
			body := answer.Body.String()
			if answer.Code >= http.StatusInternalServerError {
				t.Errorf("%.200q: got %d", head, answer.Code)
			}
			if to, err := url.Parse(answer.Header().Get("Location")); err != nil || to.Host != "" && to.Host != "example.org" || strings.HasPrefix(answer.Header().Get("Location"), "//") {
				t.Errorf("%.200q: is led to %q", head, answer.Header().Get("Location"))
			}
			if slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(body, s) }) {
				t.Errorf("%.200q: shows a file of the machine: %.200s", head, body)
			}
			if strings.Contains(answer.Header().Get("Content-Type"), "html") {
				if got := runs(body); got != "" {
					t.Errorf("%.200q: gives %q, which could run", head, got)
				}
			}
		}
	}
	t.Logf("%v; %d were no request at all", heard, never)
	if heard["404"] < 20_000 || heard["200"] < 3000 {
		t.Errorf("got %v: they were not asked", heard)
	}
}

// TestNamesOfUploads brings a good small file under every name of the firewall's list
// and of the corpus's files, by turns to every form that takes files: the name is text
// or is refused, and no file of that name comes to lie in the data folder.
func TestNamesOfUploads(t *testing.T) {
	proves.That(t, "upload-corpus")
	quiet(t)
	w := newWorld(t)
	w.papers(t)
	var takers []form
	for _, f := range w.takers(t) {
		takers = append(takers, f)
	}
	slices.SortFunc(takers, func(a, b form) int { return strings.Compare(a.action, b.action) })
	good := []byte("姓名,手机号\n示例丙,19900000300\n")
	names := append(listed(t, "restricted-upload"), listed(t, "restricted-files")...)
	for i, name := range names {
		for _, as := range []string{name, "../../" + name + ".csv"} {
			f := takers[i%len(takers)]
			answer := w.bring(f, sample{File: as, ClientName: as}, good)
			if answer.Code >= http.StatusInternalServerError {
				t.Errorf("%s of %q: got %d", f.action, as, answer.Code)
			}
			if got := runs(answer.Body.String()); got != "" {
				t.Errorf("%s of %q: gives %q", f.action, as, got)
			}
		}
	}
	_ = filepath.WalkDir(w.config.Data, func(path string, d os.DirEntry, _ error) error {
		if d != nil && !d.IsDir() && slices.Contains(names, d.Name()) {
			t.Errorf("%s lies in the data folder", path)
		}
		return nil
	})
}
