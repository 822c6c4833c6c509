//go:build !race

// Thousands of requests; scripts/test runs it without the race detector.

package app

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
	"nuanxin/internal/plain"
)

// hostileCorpus lies beside the project's folder and is not copied into it.
const hostileCorpus = "../../../shared/vectors/security/"

// speaker says things to the whole program, each from another address, for who
// says so much from one is slowed down.
type speaker struct {
	*world
	said int
}

// post sends a body as nobody.
func (s *speaker) post(path, kind, body string) *httptest.ResponseRecorder {
	s.said++
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.RemoteAddr = fmt.Sprintf("[2001:db8:%x:%x::1]:9", s.said>>12, s.said&0xfff)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(answer, r)
	return answer
}

// made is a request that was taken.
type made struct{ Number, Secret string }

// json sends a body to the API and returns the request that it made, or the key
// of the first fault. What is refused is refused as invalid and in few words.
func (s *speaker) json(t *testing.T, about, body string) (m made, key string) {
	t.Helper()
	answer := s.post("/api/v1/requests", "application/json", body)
	var p struct {
		made
		Code   string
		Errors []struct{ Code string }
	}
	err := json.Unmarshal(answer.Body.Bytes(), &p)
	switch {
	case err == nil && answer.Code == http.StatusCreated && p.Number != "":
		return p.made, ""
	case err == nil && answer.Code == http.StatusRequestEntityTooLarge && len(body) >= 64<<10:
		return made{}, "too large"
	case err == nil && (answer.Code == 400 || answer.Code == 422) && p.Code == "invalid" && len(p.Errors) > 0 && answer.Body.Len() < 16<<10:
		return made{}, p.Errors[0].Code
	case err == nil && answer.Code == 400 && p.Code == "invalid" && body == "":
		return made{}, "empty"
	}
	t.Errorf("%s: %.80q is answered %d in %d bytes: %.300s; want it taken, or refused as invalid in few words", about, body, answer.Code, answer.Body.Len(), answer.Body)
	return made{}, "?"
}

// words are what a request says to the program that made it.
func (s *speaker) words(t *testing.T, m made) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/api/v1/requests/"+m.Number, nil)
	r.Header.Set("X-Request-Secret", m.Secret)
	answer := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(answer, r)
	var kept struct{ Words string }
	if err := json.Unmarshal(answer.Body.Bytes(), &kept); err != nil || answer.Code != http.StatusOK {
		t.Errorf("request %s is answered %d, %v", m.Number, answer.Code, err)
	}
	return kept.Words
}

// around are bodies that are good but for what stands in them.
func around(text string) []string {
	return []string{`{"words":` + text + `}`, `{"words":"x","hide":` + text + `}`, `{"words":"x","place":{"lat":` + text + `,"lng":125.14}}`}
}

// TestJSONCorpus sends every case of a well-known suite of JSON to the API, as it
// is, and what stands in its array as a member of a body that is good otherwise; on
// both databases.
func TestJSONCorpus(t *testing.T) {
	proves.That(t, "inj-corpus", "parse-suite")
	files, err := filepath.Glob(hostileCorpus + "json/JSONTestSuite/test_parsing/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		_, err := os.Stat(hostileCorpus)
		t.Skip("the cases lie beside the project's folder and are not here:", err)
	}
	t.Run("sqlite", func(t *testing.T) { (&speaker{world: newWorld(t)}).parse(t, files) })
	t.Run("postgres", func(t *testing.T) { (&speaker{world: pgWorld(t)}).parse(t, files) })
}

// parse sends the cases of the suite.
func (s *speaker) parse(t *testing.T, files []string) {
	t.Helper()
	taken := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, bodies := filepath.Base(file), []string{string(raw)}
		inner, array := strings.CutPrefix(strings.TrimSpace(string(raw)), "[")
		inner, closed := strings.CutSuffix(inner, "]")
		if array && closed {
			bodies = append(bodies, around(inner)...)
		}
		for i, body := range bodies {
			m, key := s.json(t, name, body)
			if name[0] == 'n' && key != "api.schema" && key != "too large" && key != "empty" {
				t.Errorf("%s: %.80q is no JSON, and got %q %q", name, body, m.Number, key)
			}
			var want string
			if i != 1 || name[0] != 'y' || json.Unmarshal([]byte(inner), &want) != nil {
				continue
			}
			if m.Number == "" {
				if plain.Text(want) != "" {
					t.Errorf("%s: the words %.80s are refused: %s", name, inner, key)
				}
				continue
			}
			taken++
			if got := s.words(t, m); got != plain.Text(want) {
				t.Errorf("%s: %q came back as %q", name, want, got)
			}
		}
	}
	if taken < 25 {
		t.Errorf("only %d words were taken: the cases were not read", taken)
	}
}

// TestStrictJSON sends bodies that lax readers take, each one step from a good one.
func TestStrictJSON(t *testing.T) {
	proves.That(t, "money-overflow", "parse-suite", "input-contract", "mass-assignment")
	s := &speaker{world: newWorld(t)}
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, `,"k%d":1`, i)
	}
	for about, body := range map[string]string{
		"a member twice":               `{"words":"a","words":"a"}`,
		"a member twice, once escaped": `{"words":"a","w\u006frds":"b"}`,
		"a member of a place twice":    `{"words":"a","place":{"text":"a","text":"b"}}`,
		"a member in capitals":         `{"words":"a","Words":"b"}`,
		"an unknown member":            `{"words":"a","owner":"b"}`,
		"an unknown member of a place": `{"words":"a","place":{"owner":"b"}}`,
		"5,000 unknown members":        `{"words":"a"` + many.String() + `}`,
		"a name of 60,000 letters":     `{"words":"a","` + strings.Repeat("k", 60_000) + `":1}`,
		"a name that is no UTF-8":      "{\"words\":\"a\",\"\xff\":1}",
		"words that are no UTF-8":      "{\"words\":\"a\xff\"}",
		"half a surrogate":             `{"words":"a\ud800"}`,
		"a second value":               `{"words":"a"}{}`,
		"more behind":                  `{"words":"a"} x`,
		"a NUL behind":                 "{\"words\":\"a\"}\x00",
		"a mark before":                "\ufeff" + `{"words":"a"}`,
		"a comment":                    `{"words":"a"/**/}`,
		"a comma at the end":           `{"words":"a",}`,
		"NaN":                          `{"words":"a","place":{"lat":NaN,"lng":125.14}}`,
		"a number beyond all":          `{"words":"a","place":{"lat":1e999,"lng":125.14}}`,
		"a number of 60,000 digits":    `{"words":"a","place":{"lat":` + strings.Repeat("9", 60_000) + `,"lng":125.14}}`,
		"a number as text":             `{"words":"a","place":{"lat":"42.9","lng":125.14}}`,
		"text as a number":             `{"words":1}`,
		"true as text":                 `{"words":"a","hide":"true"}`,
		"60,000 arrays open":           `{"words":"a","place":` + strings.Repeat("[", 60_000),
		"9,000 arrays":                 `{"words":"a","place":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`,
		"6,000 places":                 strings.Repeat(`{"place":`, 6000) + "1" + strings.Repeat("}", 6000),
	} {
		if m, key := s.json(t, about, body); m.Number != "" || key != "api.schema" && key != "help.api.position" {
			t.Errorf("%s: %.80q got %q %q, want it refused", about, body, m.Number, key)
		}
	}
	for _, body := range []string{`{"words":"a"}`, " {\"words\" : \"a\",\r\n\t\"place\":{\"lat\":4.29e1,\"lng\":125.14} } "} {
		if m, key := s.json(t, "good", body); m.Number == "" {
			t.Errorf("%q is refused: %s", body, key)
		}
	}
	for _, body := range []string{"null", `{"words":null}`, `{"words":"a","place":null}`, `{"words":"a","hide":null}`} {
		s.json(t, "null", body) // taken as absent or refused, never broken
	}
}

// hostileWords are texts that broke other programs, one by one, and so many of
// them together as one request takes: the last of all are such lots.
func hostileWords(t *testing.T) (all []string, lots int) {
	t.Helper()
	open := func(name string) *os.File {
		f, err := os.Open(hostileCorpus + name)
		if err != nil {
			t.Skip("the texts lie beside the project's folder and are not here:", err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	read := func(name string, to any) {
		if err := json.NewDecoder(open(name)).Decode(to); err != nil {
			t.Fatal(name, err)
		}
	}
	var chinese []struct{ S string }
	var bytes []struct{ Hex string }
	read("strings/blns.json", &all)
	read("cn/naughty-cn.json", &chinese)
	read("cn/raw-bytes.json", &bytes)
	for _, c := range chinese {
		all = append(all, c.S)
	}
	for _, b := range bytes {
		all = append(all, "东"+string(must[[]byte](t)(hex.DecodeString(b.Hex)))+"门")
	}
	lines := json.NewDecoder(must[*gzip.Reader](t)(gzip.NewReader(open("strings/attack-strings.jsonl.gz"))))
	var lot strings.Builder
	size, single := 0, len(all)
	for lines.More() {
		var line struct{ S string }
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		n := utf8.RuneCountInString(line.S) + 1
		if size+n > 3000 && size > 0 {
			all = append(all, lot.String())
			lot.Reset()
			size = 0
		}
		lot.WriteString(line.S + "\n")
		size += n
	}
	all = append(all, lot.String())
	return all, len(all) - single
}

// TestHostileWords says tens of thousands of texts that broke other programs on
// the page and to the API: each comes back as it was typed, and as text. Lots go
// by turns to one and to the other, for time.
func TestHostileWords(t *testing.T) {
	proves.That(t, "inj-canon", "inj-corpus")
	if testing.Short() {
		t.Skip("left out with -short: takes some seconds")
	}
	all, lots := hostileWords(t)
	if len(all) < 1500 {
		t.Fatalf("only %d texts", len(all))
	}
	t.Run("sqlite", func(t *testing.T) { (&speaker{world: newWorld(t)}).hear(t, all, lots, 1) })
	t.Run("postgres", func(t *testing.T) { (&speaker{world: pgWorld(t)}).hear(t, all, lots, 7) }) // one in seven, and all that is Chinese or no text
}

// hear says every nth of the texts, and those from our own lists, to the API and on
// the page, and reads them back.
func (s *speaker) hear(t *testing.T, all []string, lots, nth int) {
	t.Helper()
	for i, typed := range all {
		if i%nth != 0 && utf8.ValidString(typed) && (len(typed) == utf8.RuneCountInString(typed) || i >= len(all)-lots) {
			continue
		}
		want := plain.Text(typed)
		refuse := want == "" || utf8.RuneCountInString(want) > 3000
		lot := i >= len(all)-lots
		if utf8.ValidString(typed) && (!lot || i%2 == 0) {
			m, key := s.json(t, "words", string(must[[]byte](t)(json.Marshal(map[string]string{"words": typed}))))
			if refuse != (m.Number == "") {
				t.Errorf("the API gives %.80q %q %q", typed, m.Number, key)
			} else if m.Number != "" && s.words(t, m) != want {
				t.Errorf("the API's %.300q came back as %.300q", typed, s.words(t, m))
			}
		}
		if !lot || i%2 == 1 {
			s.form(t, typed, want, refuse)
		}
	}
}

// form says it on the page and reads the page of the request.
func (s *speaker) form(t *testing.T, typed, want string, refuse bool) {
	t.Helper()
	in := url.Values{"words": {typed}, "topic": {"gate"}, "place": {"东门"}, "area": {"220402"}, "hide_asked": {"1"}, "req_id": {id.New[string]()}}
	answer := s.post("/help", "application/x-www-form-urlencoded", in.Encode())
	number, sent := strings.CutSuffix(strings.TrimPrefix(answer.Header().Get("Location"), "/help/"), "/sent")
	if refuse && answer.Code == http.StatusUnprocessableEntity {
		return
	}
	if refuse || !sent || answer.Code != http.StatusSeeOther {
		t.Errorf("the page answers %.80q with %d %q", typed, answer.Code, answer.Header().Get("Location"))
		return
	}
	r := httptest.NewRequest(http.MethodGet, "/help/"+number, nil)
	for _, c := range answer.Result().Cookies() {
		r.AddCookie(c)
	}
	page := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(page, r)
	if body := page.Body.String(); page.Code != http.StatusOK || !strings.Contains(body, html.EscapeString(want)) {
		t.Errorf("the page of %.300q answers %d without its words", typed, page.Code)
	}
}
