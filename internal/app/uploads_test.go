//go:build !race

// Hundreds of files against every upload; scripts/test runs it without the race detector.

package app

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/request"
	"nuanxin/internal/web"
)

// sample is a file that broke other programs, or a control.
type sample struct{ File, ClientName, ClientType string }

func samples(t *testing.T) (all []sample, read func(sample) []byte) {
	t.Helper()
	const folder = hostileCorpus + "uploads/"
	raw, err := os.ReadFile(folder + "manifest.json")
	if err != nil {
		t.Skip("the files lie beside the project's folder and are not here:", err)
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all, func(s sample) []byte {
		if b, err := os.ReadFile(folder + s.File); err == nil {
			return b
		}
		packed := must[*os.File](t)(os.Open(folder + s.File + ".gz"))
		defer packed.Close()
		return must[[]byte](t)(io.ReadAll(must[*gzip.Reader](t)(gzip.NewReader(packed))))
	}
}

var fileIn = regexp.MustCompile(`<input[^>]*type="file"[^>]*>`)

// takers are the routes that take files, by the forms that lead there: with the names
// of their inputs and somebody who may.
func (w *world) takers(t *testing.T) map[string]form {
	t.Helper()
	found := map[string]form{}
	for _, r := range w.app.routes {
		if r.Method != http.MethodGet {
			continue
		}
		path, _ := w.path(r.Pattern)
		for _, actor := range []string{"cadre", "admin", "leader", "host", "partner", "worker"} {
			for _, m := range formIn.FindAllStringSubmatch(w.ask(t, path, "nx="+w.tokens[actor]).Body.String(), -1) {
				action, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
				if action == "" { // a form that only shows what a form looks like
					continue
				}
				for _, input := range fileIn.FindAllString(m[2], -1) {
					if name := nameIn.FindStringSubmatch(input); name != nil && found[action].actor == "" {
						f := form{actor: actor, action: action, values: valuesOf(m[2])}
						f.values.Set("file input", name[1])
						found[action] = f
					}
				}
			}
		}
	}
	return found
}

// bring sends a file as the form's own, with all that the form holds beside.
func (w *world) bring(f form, s sample, raw []byte) *httptest.ResponseRecorder {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, values := range f.values {
		if name != "file input" {
			_ = parts.WriteField(name, values[0]) // a buffer takes all
		}
	}
	file, _ := parts.CreateFormFile(f.values.Get("file input"), s.ClientName)
	_, _ = file.Write(raw)
	_ = parts.Close()
	r := httptest.NewRequest(http.MethodPost, f.action, &body)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "nx", Value: w.tokens[f.actor]})
	answer := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	return answer
}

// mapped is the memory that the heap has from the machine; it may give some back.
func mapped() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys)
}

// Every file of the corpus is brought to every form that takes files: nothing breaks
// inside, no inside shows, and all of them together take little memory. Which forms
// there are is read off the pages; a route with room for files that no form leads to is
// a fault. On PostgreSQL each file goes to one form in four, by turns.
func TestUploadsOnEveryRoute(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: takes half a minute")
	}
	proves.That(t, "upload-corpus")
	all, read := samples(t)
	for name, run := range map[string]struct {
		world func(*testing.T) *world
		turns int // a file goes to one form in so many
	}{"sqlite": {newWorld, 1}, "postgres": {pgWorld, 4}} {
		t.Run(name, func(t *testing.T) {
			w := run.world(t)
			w.papers(t)
			must[bool](t)(true, w.app.Accounts.SetName(w.as(t, "worker"), "示例")) // there is something to correct
			answered := must[request.Receipt](t)(w.app.Requests.Capture(w.as(t, "worker"), request.Draft{Words: "西门也不让进", Topic: "gate", Place: request.Place{Text: "示例家园西门", Area: "220402"}}))
			must[request.Receipt](t)(w.app.Requests.Answer(w.as(t, "cadre"), request.Ref{ID: answered.ID}, request.Message{Words: "能进了"}))
			takers := w.takers(t)
			unsolved := takers["/help/"+w.request.Number+"/add"] // which reads files as this one does, and shows no room for them
			unsolved.action = "/help/" + answered.Number + "/unsolved"
			unsolved.values = maps.Clone(unsolved.values)
			unsolved.values.Set("reason", "same")
			takers[unsolved.action] = unsolved
			w.everyTaker(t, takers)
			before, tried := mapped(), 0
			for i, action := range slices.Sorted(maps.Keys(takers)) {
				for j, s := range all {
					if (i+j)%run.turns == 0 {
						w.brings(t, takers[action], s, read(s))
						tried++
					}
				}
			}
			grown := (mapped() - before) >> 20
			t.Logf("%d files to %d forms; the heap grew by %d MB", tried, len(takers), grown)
			if len(takers) < 7 || tried < 600/run.turns || grown > 256 {
				t.Errorf("got %d forms, %d tries and %d MB", len(takers), tried, grown)
			}
		})
	}
}

// everyTaker holds that a form leads to each route with room for files.
func (w *world) everyTaker(t *testing.T, takers map[string]form) {
	t.Helper()
	elsewhere := []string{"/help/{number}/unsolved"} // of a matter that is answered, which is another
	for _, r := range w.app.routes {
		if r.Method != http.MethodPost || r.BodyLimit <= 2*web.DefaultBodyLimit {
			continue
		}
		path, _ := w.path(r.Pattern)
		if takers[path].actor == "" && !slices.Contains(elsewhere, r.Pattern) {
			t.Errorf("no form leads to %s", r.Pattern)
		}
	}
}

// brings brings a file and looks at the answer.
func (w *world) brings(t *testing.T, f form, s sample, raw []byte) {
	t.Helper()
	answer := w.bring(f, s, raw)
	if answer.Code >= http.StatusInternalServerError && answer.Code != http.StatusServiceUnavailable {
		t.Errorf("%s of %s: got %d", f.action, s.File, answer.Code)
	}
	if shown := leaks(answer.Body.String()); shown != "" && !bytes.Contains(raw, []byte(shown)) { // some forms show what was brought
		t.Errorf("%s of %s shows %q", f.action, s.File, shown)
	}
}
