//go:build !race

// Tens of thousands of forms; scripts/test runs it without the race detector.

package app

import (
	"bytes"
	"fmt"
	"html"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"nuanxin/internal/clock"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
	"nuanxin/internal/plain"
)

// allFields, set to "all", makes [TestEveryFieldMeetsEveryText] type everything at once,
// as `scripts/test corpus` does; set to a day, it makes it that day's share.
const allFields = "NUANXIN_TEST_CORPUS"

// corpusDays are in how many days the shares of all days together are the whole.
const corpusDays = 32

// TestEveryFieldMeetsEveryText types every one of the naughty strings, of what is Chinese
// and hard to keep and of the bytes that are no text into every field of every form. All
// fields into which one types are filled at once, each with the next text, so that a form
// has met every pair of field and text after as many sendings as there are texts; then so
// are those that the page fills (hidden ones, choices, days), the others being good.
// Nothing breaks inside or could run; what is refused is refused in words and comes back in
// its field. What is taken stands as it was typed: TestWhatIsTypedStands, TestHostileWords.
//
// The whole takes long: a day's run types each share-th text on SQLite, from a first that
// changes with the date, so that the runs of so many days have typed it all.
func TestEveryFieldMeetsEveryText(t *testing.T) {
	proves.That(t, "inj-corpus", "inj-canon")
	if testing.Short() {
		t.Skip("left out with -short: takes half a minute")
	}
	all, lots := hostileWords(t)
	texts := all[:len(all)-lots]
	first, step := 0, 1
	if day := os.Getenv(allFields); day != "all" {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			at = time.Now()
		}
		first, step = int(at.Unix()/86_400%corpusDays), corpusDays
		t.Logf("the share of %s: from text %d on each one %d further; again by %s=%s, all of it by scripts/test corpus", clock.Day(at), first, step, allFields, clock.Day(at))
	}
	quiet(t)
	w := newWorld(t)
	w.papers(t)
	f := &fieldTyper{world: w, texts: texts, inside: insideIn(t, attacks(t)), heard: said{}, of: map[string]said{}, page: map[string]string{}}
	forms := f.everyForm(t)
	for _, form := range forms {
		f.over = false
		typed, fixed := form.fields()
		for _, names := range [][]string{typed, fixed} {
			for r := first; r < len(texts) && len(names) > 0; r += step {
				form = f.send(t, form, names, r)
			}
		}
	}
	t.Logf("%d texts, %d forms, %d pairs of field and text: %v", len(texts), len(forms), f.pairs, f.heard)
	if os.Getenv(allFields) != "" {
		for _, action := range slices.Sorted(maps.Keys(f.of)) {
			t.Logf("%s: %v", action, f.of[action])
		}
	}
	if len(forms) < 110 || f.heard["422"]+f.heard["303"] < f.heard["all"]/4 {
		t.Error("too few were heard: the forms were not read, or nobody came past the door")
	}
}

// fieldTyper types texts into forms.
type fieldTyper struct {
	*world
	texts, inside []string
	heard         said
	of            map[string]said // by action
	pairs         int
	over          bool              // the page has no such form any more: it was sent, and taken
	page          map[string]string // of each form
}

// key tells a form from the others.
func (f form) key() string {
	return f.action + " " + strings.Join(slices.Sorted(maps.Keys(f.values)), " ")
}

// buttonIn is a button that sends its form elsewhere.
var buttonIn = regexp.MustCompile(`\sformaction="([^"]*)"`)

// endsIn ends what is a thing's form by which others of it go.
var endsIn = regexp.MustCompile(`/(close|end|retire|conclude|refuse|approve|answer|lock|raise|not-ours|merge|report|unsolved|fixed|later|bounce)$`)

// everyForm are the forms by POST of all pages for everybody there is, each once, those
// that end somebody or something last.
func (f *fieldTyper) everyForm(t *testing.T) (all []form) {
	actors := slices.Sorted(maps.Keys(f.tokens))
	for _, r := range f.app.routes {
		if r.Method != http.MethodGet {
			continue
		}
		path, _ := f.path(r.Pattern)
		for _, actor := range actors {
			for _, g := range f.formsOn(t, path, actor) {
				if _, seen := f.page[g.key()]; !seen {
					f.page[g.key()] = path
					all = append(all, g)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b form) int {
		switch la, lb := leaves(a.action) || endsIn.MatchString(a.action), leaves(b.action) || endsIn.MatchString(b.action); {
		case la == lb:
			return strings.Compare(a.action+a.actor, b.action+b.actor)
		case la:
			return 1
		}
		return -1
	})
	return all
}

// formsOn are the forms by POST of a page.
func (f *fieldTyper) formsOn(t *testing.T, path, actor string) (all []form) {
	t.Helper()
	for _, m := range formIn.FindAllStringSubmatch(f.ask(t, path, "nx="+f.tokens[actor]).Body.String(), -1) {
		tag := m[0][:strings.IndexByte(m[0], '>')]
		if !strings.Contains(tag, "post") {
			continue
		}
		g := form{actor, "", valuesOf(m[2]), typable(m[2]), strings.Contains(tag, "multipart")}
		for _, to := range append([][]string{{"", m[1]}}, buttonIn.FindAllStringSubmatch(m[2], -1)...) {
			g.action, _, _ = strings.Cut(html.UnescapeString(to[1]), "#")
			if strings.HasPrefix(g.action, "/") && !strings.HasSuffix(g.action, "/sign-out") && !strings.HasSuffix(g.action, "/poster") { // that asks by GET
				all = append(all, g)
			}
		}
	}
	return all
}

// again is a form as its page has it now: with another version, or not at all.
func (f *fieldTyper) again(t *testing.T, g form) form {
	t.Helper()
	now := f.formsOn(t, f.page[g.key()], g.actor)
	at := slices.IndexFunc(now, func(n form) bool { return n.key() == g.key() })
	if f.over = at < 0; f.over {
		return g
	}
	return now[at]
}

// fields are the names of those fields into which one types, and of the others.
func (f form) fields() (typed, fixed []string) {
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		switch {
		case name == "req_id":
		case slices.Contains(f.texts, name):
			typed = append(typed, name)
		default:
			fixed = append(fixed, name)
		}
	}
	return typed, fixed
}

// send fills fields with the texts from the r-th on and looks at the answer. It returns the
// form as it is then.
func (f *fieldTyper) send(t *testing.T, g form, names []string, r int) form {
	t.Helper()
	values := maps.Clone(g.values)
	for i, name := range names {
		values[name] = []string{f.texts[(r+i)%len(f.texts)]}
		f.pairs++
	}
	if values.Has("req_id") {
		values.Set("req_id", id.New[string]())
	}
	f.heard["all"]++
	answer := f.post(g, values)
	body, code := answer.Body.String(), fmt.Sprint(answer.Code)
	f.heard[code]++
	if f.of[g.action] == nil {
		f.of[g.action] = said{}
	}
	f.of[g.action][code]++
	about := fmt.Sprintf("%s as %s: %q from text %d", g.action, g.actor, names, r)
	if answer.Code >= http.StatusInternalServerError {
		t.Errorf("%s: got %d", about, answer.Code)
	}
	if answer.Code == http.StatusSeeOther || answer.Code == http.StatusConflict && !f.over {
		return f.again(t, g)
	}
	if !strings.Contains(answer.Header().Get("Content-Type"), "html") {
		return g
	}
	if got := runs(body); got != "" {
		t.Errorf("%s: gives %q, which could run", about, got)
	}
	for _, word := range f.inside {
		if strings.Contains(body, word) {
			t.Errorf("%s: shows %q", about, word)
		}
	}
	if answer.Code == http.StatusUnprocessableEntity && !f.over {
		f.refused(t, about, g, values, names, body)
	}
	return g
}

// post sends a form as its page would, each from another address.
func (f *fieldTyper) post(g form, values url.Values) *httptest.ResponseRecorder {
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if body.WriteString(values.Encode()); g.parts {
		body.Reset()
		parts := multipart.NewWriter(&body)
		for name := range values {
			_ = parts.WriteField(name, values.Get(name)) // a buffer takes all
		}
		_, kind = parts.Close(), parts.FormDataContentType()
	}
	r := httptest.NewRequest(http.MethodPost, g.action, &body)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.RemoteAddr = fmt.Sprintf("[2001:db8:%x:%x::1]:9", f.heard["all"]>>12, f.heard["all"]&0xfff)
	r.AddCookie(&http.Cookie{Name: "nx", Value: f.tokens[g.actor]})
	answer := httptest.NewRecorder()
	f.app.Handler().ServeHTTP(answer, r)
	return answer
}

// refused holds a refusal: something says what is wrong, and what was typed stands in a
// field again. What does not show (signs that turn writing, and those without a shape) may
// be gone, and line breaks in fields of one line.
func (f *fieldTyper) refused(t *testing.T, about string, g form, values url.Values, names []string, body string) {
	t.Helper()
	if !strings.Contains(body, `role="alert"`) && !strings.Contains(body, `aria-invalid="true"`) {
		_, main, _ := strings.Cut(body, "<main")
		t.Errorf("%s: is refused and nothing says why: %.2000s", about, main)
	}
	shown := bare(html.UnescapeString(body))
	for _, name := range names {
		if _, secret := spent[name]; secret || !slices.Contains(g.texts, name) {
			continue
		}
		if understood[name] != "" {
			continue
		}
		typed, where := bare(plain.Text(values.Get(name))), shown
		if parted[name] != "" || name == "phones" { // several, which come back apart by our signs
			typed, where = joiners.Replace(typed), joiners.Replace(shown)
		}
		if !strings.Contains(where, typed) {
			t.Errorf("%s: %q is refused, and gone from the field %s", about, values.Get(name), name)
		}
	}
}

// understood are fields in which what was meant may stand instead of what was typed.
var understood = map[string]string{
	"area": "a division that is the only one that the words or initials mean",
}

// joiners drops the signs that set several apart.
var joiners = strings.NewReplacer(";", "", "；", "", ",", "", "，", "", "、", "", "/", "", "|", "")

// bare is a text without spaces and what does not show.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
}
