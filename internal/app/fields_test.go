//go:build !race

// Tens of thousands of forms; scripts/test runs it without the race detector.

package app

import (
	"fmt"
	"html"
	"maps"
	"net/http"
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
const corpusDays = 64

// TestEveryFieldMeetsEveryText types every one of the naughty strings, of what is Chinese
// and hard to keep and of the bytes that are no text into every field of every form of a
// county with one of everything; a form goes to each route by POST, or it is said why none
// does. All fields into which one types are filled at once, each with the next text, so that
// a form has met every pair of field and text after as many sendings as there are texts; then
// so are those that the page fills (hidden ones, choices, days), the others being good.
// Nothing breaks inside or could run; what is refused is refused in words and comes back in
// its field. Nothing of it is kept, so that each text meets the same county and no limit of
// tries; what is kept stands as it was typed: [full.scripts], TestWhatIsTypedStands,
// TestHostileWords.
//
// The whole takes long: a day's run types each share-th text on SQLite, from a first that
// changes with the date, so that the runs of so many days have typed it all.
func TestEveryFieldMeetsEveryText(t *testing.T) {
	proves.That(t, "inj-corpus", "inj-canon")
	if testing.Short() {
		t.Skip("left out with -short: takes half a minute")
	}
	quiet(t)
	county, keep := fullWorld(t)
	keep(false)
	forms := county.everyForm()
	t.Run("every route has a form", func(t *testing.T) { county.everyRoute(t, forms) })
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
	whole := attacks(t)
	f := &fieldTyper{full: county, texts: texts, inside: insideIn(t, whole), said: said{}, of: map[string]said{}}
	for _, form := range forms {
		typed, fixed := form.fields()
		for r := first; r < len(texts); r += step {
			f.send(t, form, "typed", typed, r)
			f.send(t, form, "filled", fixed, r)
		}
	}
	t.Logf("%d texts, %d forms, %d pairs of field and text: %v", len(texts), len(forms), f.pairs, f.said)
	f.texts, f.said, f.pairs = packets(whole), said{}, 0
	f.turnByTurn(t, forms)
	t.Logf("%d texts of all the corpora turn by turn, %d pairs: %v", len(f.texts), f.pairs, f.said)
	f.everyoneHeard(t)
	if keep(true); step > 1 {
		county.scripts(t, forms)
	}
}

// everyRoute holds that a form goes to each route by POST, or that it is said why none does.
func (f *full) everyRoute(t *testing.T, forms []typedForm) {
	t.Helper()
	met := map[string]bool{}
	for _, g := range forms {
		met[g.route] = true
	}
	for _, r := range f.app.routes {
		if r.Method != http.MethodPost || r.Pattern == "/sign-out" {
			continue
		}
		if why := unmet[r.Pattern]; met[r.Pattern] == (why != "") {
			t.Errorf("%s: a form goes there: %v, and why not: %q", r.Pattern, met[r.Pattern], why)
		}
		delete(met, r.Pattern)
	}
	for route := range met {
		t.Errorf("%s is no route", route)
	}
	if len(forms) < 200 {
		t.Errorf("only %d forms: the pages were not read", len(forms))
	}
}

// fieldTyper types texts into forms.
type fieldTyper struct {
	*full
	texts, inside []string
	said          said
	of            map[string]said // by route, and whether what one types was typed or the rest
	pairs         int
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

// nonceIn is drawn by chance, and may have any letters in it.
var nonceIn = regexp.MustCompile(`\snonce="[^"]*"`)

// turnByTurn types every text into a field of a form, until all are used up: into all
// fields of a form at once, and by turns into one of them, the others being good.
func (f *fieldTyper) turnByTurn(t *testing.T, forms []typedForm) {
	t.Helper()
	for at, round := 0, 0; at < len(f.texts); round++ {
		for _, g := range forms {
			typed, fixed := g.fields()
			names, how := slices.Concat(typed, fixed), "all"
			if len(names) == 0 {
				continue
			}
			if round%3 == 1 {
				if names = names[round/3%len(names):][:1]; slices.Contains(typed, names[0]) {
					how = "typed"
				}
			}
			f.send(t, g, how, names, at)
			at += len(names)
		}
	}
}

// send fills fields with the texts from the r-th on and looks at the answer. Nothing of it
// is kept: each text meets the same county.
func (f *fieldTyper) send(t *testing.T, g typedForm, how string, names []string, r int) {
	t.Helper()
	if len(names) == 0 {
		return
	}
	values := maps.Clone(g.values)
	for i, name := range names {
		values[name] = []string{f.texts[(r+i)%len(f.texts)]}
		f.pairs++
	}
	if values.Has("req_id") {
		values.Set("req_id", id.New[string]())
	}
	f.said["all"]++
	answer := f.sends(g.form, values, fmt.Sprintf("[2001:db8:%x:%x::1]:9", f.said["all"]>>12, f.said["all"]&0xfff))
	body, code := answer.Body.String(), fmt.Sprint(answer.Code)
	f.said[code]++
	key := g.route + " " + how
	if f.of[key] == nil {
		f.of[key] = said{}
	}
	f.of[key][code]++
	about := fmt.Sprintf("%s as %s: %q from text %d", g.action, g.actor, names, r)
	if answer.Code >= http.StatusInternalServerError {
		t.Errorf("%s: got %d", about, answer.Code)
	}
	if !strings.Contains(answer.Header().Get("Content-Type"), "html") {
		return
	}
	if got := runs(body); got != "" {
		t.Errorf("%s: gives %q, which could run", about, got)
	}
	for _, word := range f.inside {
		if strings.Contains(body, word) && strings.Contains(nonceIn.ReplaceAllString(body, ""), word) {
			t.Errorf("%s: shows %q", about, word)
		}
	}
	switch {
	case answer.Code < http.StatusBadRequest || unkept[g.route] != "":
	case how == "typed" && answer.Code != http.StatusRequestEntityTooLarge: // which nobody reads
		f.refused(t, about, g.form, values, names, body)
	case how == "filled" && answer.Code == http.StatusConflict: // somebody was faster: what one typed is good, and stands
		f.refused(t, about, g.form, values, g.texts, body)
	default:
		f.refused(t, about, g.form, values, nil, body)
	}
}

// unkept are routes that answer otherwise here than where what they do is kept, and why.
var unkept = map[string]string{
	"/desk/staff":                "shows the first password of who was added, and nobody was",
	"/staff/sign-in/union/{id}":  "asks the union's own sign-in, which is not there",
	"/desk/me/factor/union/{id}": "likewise",
}

// everyoneHeard holds that what was typed was read wherever it was sent, and that nobody
// was sent away for having tried too often.
func (f *fieldTyper) everyoneHeard(t *testing.T) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(f.of)) {
		of, sum := f.of[key], 0
		if os.Getenv(allFields) != "" {
			t.Logf("%s: %v", key, of)
		}
		for _, n := range of {
			sum += n
		}
		route, what, _ := strings.Cut(key, " ")
		if unkept[route] != "" {
			continue
		}
		if what == "typed" && of["422"]+of["303"]+of["200"]+of["413"] < sum || of["429"] > 0 || of["413"] > sum/20 {
			t.Errorf("%s, %s: of %d, %v", route, what, sum, of)
		}
	}
}

// refused holds a refusal: something says what is wrong, and what was typed stands in a
// field again. What does not show (signs that turn writing, and those without a shape) may
// be gone, and line breaks in fields of one line.
func (f *fieldTyper) refused(t *testing.T, about string, g form, values url.Values, names []string, body string) {
	t.Helper()
	if !strings.Contains(body, `role="alert"`) && !strings.Contains(body, `aria-invalid="true"`) && !strings.Contains(body, " data-failed>") { // the last is a page of its own
		_, main, _ := strings.Cut(body, "<main")
		t.Errorf("%s: is refused and nothing says why: %.2000s", about, main)
	}
	shown := bare(html.UnescapeString(body))
	for _, name := range names {
		if _, secret := spent[name]; secret || emptied[g.action+" "+name] != "" || !slices.Contains(g.texts, name) {
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

// emptied are fields of an address that a refusal empties, with the reason.
var emptied = map[string]string{
	"/me/number whole":                 "an identity number: a wrong one is not shown to whoever looks over the shoulder",
	"/sign-in/again answer":            "what proves who one is: likewise",
	"/me/membership/identity document": "likewise",
	"/desk/me/factor/passkeys name":    "of a passkey that was not made: it is named when it is",
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
