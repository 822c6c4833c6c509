//go:build !race

// Thousands of forms; scripts/test runs it without the race detector.

package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
)

// shapes are texts that programs like to spoil on the way in or out; %s is a word by
// which each is found again. All are short enough for a name.
var shapes = []string{
	`<b>%s</b>`, `"%s' & co`, `&lt;%s&amp;`, `=%s+1`, `%s'; --`, `{{.%s}}`, `${%s}`, `%%41%s%%2f`, `..\%s\n`, `<!--%s`,
	`👩‍🚒%s`, `𠮷·%s`, "%se\u0301", `１２%s，。`, `%s+%%20`, `+%s@-1`, `"%s""`, `\u0041%s`, `0x%s`, `%s\`,
}

// spent are fields that a refusal empties, with the reason.
var spent = map[string]string{
	"secret": "the code of a matter: a wrong one is not shown to whoever looks over the shoulder",
	"code":   "it is good once and for minutes: another is typed",
	"digits": "a member's eight digits: they are good for seconds, and are read out anew",
}

// parted are fields whose text is several, set apart by signs.
var parted = map[string]string{
	"other_names": "names, apart by semicolons and commas",
	"numbers":     "numbers, apart by spaces",
	"works":       "platforms and companies, apart by semicolons, commas and strokes",
}

// word is the n-th word to be found again: letters that nothing else has.
func word(n int) string {
	var b [5]byte
	for i := range b {
		b[len(b)-1-i] = "bdfghjkmpqvwxz"[n%14]
		n /= 14
	}
	return string(b[:])
}

// field is a text that was typed into one field of a form.
type field struct{ action, name, text string }

// typeIn is the kind of an input.
var typeIn = regexp.MustCompile(`\stype="([^"]*)"`)

// typable are the names of a form's fields into which anything can be typed.
func typable(inner string) (names []string) {
	for _, m := range fieldIn.FindAllStringSubmatch(inner, -1) {
		name := nameIn.FindStringSubmatch(m[2])
		kind := typeIn.FindStringSubmatch(m[2])
		if name == nil || m[1] == "select" || kind != nil && !slices.Contains([]string{"text", "search", "tel", "email", "url"}, kind[1]) {
			continue
		}
		names = append(names, name[1])
	}
	return names
}

// TestWhatIsTypedStands types odd texts into every field of every form, the others
// good. What is taken stands in the database as it was typed, in plain or sealed, if it
// stands there at all; what is refused comes back in its field, and the page says why.
func TestWhatIsTypedStands(t *testing.T) {
	proves.That(t, "inj-canon")
	if testing.Short() {
		t.Skip("left out with -short: takes half a minute")
	}
	t.Run("sqlite", func(t *testing.T) { newWorld(t).stands(t) })
	t.Run("postgres", func(t *testing.T) { pgWorld(t).stands(t) })
}

func (w *world) stands(t *testing.T) {
	t.Helper()
	quiet(t)
	taken, back := map[string]field{}, 0
	n := 0
	for _, f := range w.forms(t) {
		if leaves(f.action) {
			continue
		}
		for _, name := range f.texts {
			for range 4 {
				n++
				typed := field{f.action, name, fmt.Sprintf(shapes[n%len(shapes)], word(n))}
				values := maps.Clone(f.values)
				values.Set(name, typed.text)
				if values.Has("req_id") {
					values.Set("req_id", id.New[string]())
				}
				answer := w.post(f, values)
				switch body := answer.Body.String(); answer.Code {
				case http.StatusSeeOther, http.StatusOK, http.StatusCreated:
					taken[word(n)] = typed
				case http.StatusUnprocessableEntity:
					back++
					w.comesBack(t, typed, body)
				case http.StatusBadRequest, http.StatusInternalServerError:
					t.Errorf("%s: %s of %q got %d", typed.action, typed.name, typed.text, answer.Code)
				}
			}
		}
	}
	kept := w.stored(t, taken)
	t.Logf("%d texts typed: %d refused and back in their field, %d taken, %d of them kept as typed", n, back, len(taken), kept)
	if n < 400 || back < 100 || kept < 100 {
		t.Error("too few: the forms were not read")
	}
}

// post sends a form as its page would.
func (w *world) post(f form, values url.Values) *httptest.ResponseRecorder {
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if body.WriteString(values.Encode()); f.parts {
		body.Reset()
		parts := multipart.NewWriter(&body)
		for name := range values {
			_ = parts.WriteField(name, values.Get(name)) // a buffer takes all
		}
		_, kind = parts.Close(), parts.FormDataContentType()
	}
	r := httptest.NewRequest(http.MethodPost, f.action, &body)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "nx", Value: w.tokens[f.actor]})
	answer := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	return answer
}

// comesBack holds a refusal: what was typed stands in a field again, and something
// says what is wrong.
func (w *world) comesBack(t *testing.T, typed field, body string) {
	t.Helper()
	if _, secret := spent[typed.name]; !secret && !strings.Contains(html.UnescapeString(body), typed.text) {
		t.Errorf("%s: %q is refused, and gone from the field %s", typed.action, typed.text, typed.name)
	}
	if !strings.Contains(body, `role="alert"`) && !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("%s: %s is refused and nothing says why", typed.action, typed.name)
	}
}

// stored looks in the whole database for texts by their words, and returns how many are
// there. One that is there and not as it was typed is an error.
func (w *world) stored(t *testing.T, taken map[string]field) (n int) {
	t.Helper()
	found := map[string]bool{} // by word: as it was typed
	known := regexp.MustCompile(`[bdfghjkmpqvwxz]{5}`)
	note := func(text string) {
		for _, word := range known.FindAllString(text, -1) {
			if typed, ok := taken[word]; ok {
				found[word] = found[word] || strings.Contains(text, typed.text)
			}
		}
	}
	for _, v := range w.app.opened(t) {
		each(v.plain, note)
	}
	var dump strings.Builder
	must[bool](t)(true, w.app.db.View(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Dump(t.Context(), &dump)
		return err
	}))
	for line := range strings.Lines(dump.String()) {
		each(line, note)
	}
	for word, whole := range found {
		if typed := taken[word]; !whole && parted[typed.name] == "" {
			t.Errorf("%s: %s was typed as %q and stands otherwise", typed.action, typed.name, typed.text)
			continue
		}
		n++
	}
	return n
}

// each tells note of a text, and of those in it where it is JSON.
func each(text string, note func(string)) {
	var in any
	if text != "" && strings.ContainsAny(text[:1], `[{`) && json.Unmarshal([]byte(text), &in) == nil {
		eachIn(in, note)
		return
	}
	note(text)
}

func eachIn(in any, note func(string)) {
	switch in := in.(type) {
	case string:
		each(in, note)
	case []any:
		for _, v := range in {
			eachIn(v, note)
		}
	case map[string]any:
		for _, v := range in {
			eachIn(v, note)
		}
	}
}
