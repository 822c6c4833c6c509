package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/id"
)

// leak is what of the program's inside must never reach a reader.
var leak = regexp.MustCompile(`(?i)no such (table|column)|sqlite|sqlstate|\bpgx?\b|select .+ from|insert into|goroutine \d|\.go:\d|nuanxin/internal|runtime error|_gone\b`)

// drawn is what in a page is drawn by lot or sealed, and may spell any word.
var drawn = regexp.MustCompile(` (?:nonce="[^"]*"|value="[\w+/=.-]{24,}")`)

// leaks returns what of the inside is in a body; "" is nothing. A workbook or a document
// is packed, and may spell any word, too.
func leaks(body string) string {
	if strings.HasPrefix(body, "PK\x03\x04") || strings.HasPrefix(body, "%PDF-") {
		return ""
	}
	return leak.FindString(drawn.ReplaceAllString(body, ""))
}

// TestBrokenInside takes the tables away under the running program and tries
// every route as everybody: what fails is told in the reader's words, with a
// number to quote, and never with a statement, a stack or a path.
func TestBrokenInside(t *testing.T) {
	proves.That(t, "error-contract", "toxiproxy")
	w := newWorld(t)
	var paths []string // made before, for they name things of the world
	for _, r := range w.app.routes {
		path, _ := w.path(r.Pattern)
		paths = append(paths, path)
	}
	for _, table := range []string{"request", "station", "org", "person_grant", "request_policy", "station_import", "account_code"} {
		err := w.app.db.Update(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "alter table "+table+" rename to "+table+"_gone")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	failed := 0
	for i, r := range w.app.routes {
		for _, actor := range []string{"nobody", "worker", "cadre", "admin", "host", "partner", "link"} {
			answer := w.send(r.Method, paths[i], w.tokens[actor])
			body := answer.Body.String()
			if found := leaks(body); found != "" {
				t.Errorf("%s %s shows %q to %s", r.Method, paths[i], found, actor)
			}
			if answer.Code != http.StatusInternalServerError {
				continue
			}
			failed++
			number := answer.Header().Get("X-Request-Id")
			if number == "" || !strings.Contains(body, number) {
				t.Errorf("%s %s fails for %s without a number to quote:\n%s", r.Method, paths[i], actor, body)
			}
			if strings.HasPrefix(paths[i], "/api/") && !strings.Contains(body, `"code":"internal"`) || !strings.HasPrefix(paths[i], "/api/") && !strings.Contains(body, "12351") {
				t.Errorf("%s %s fails for %s without words:\n%s", r.Method, paths[i], actor, body)
			}
		}
	}
	if failed < 100 {
		t.Errorf("only %d answers failed: the program was not broken enough to tell", failed)
	}
}

// send sends a form with a fresh id, in a session.
func (w *world) send(method, path, token string) *httptest.ResponseRecorder {
	form := url.Values{"req_id": {id.New[string]()}, "words": {"东门不让电动车进"}, "phone": {"19900000003"}, "login": {"cadre"}, "password": {testPassword}}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if token != "" {
		r.AddCookie(&http.Cookie{Name: "nx", Value: token})
	}
	answer := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(answer, r)
	return answer
}
