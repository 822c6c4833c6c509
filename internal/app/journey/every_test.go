package journey

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/evidence/proves"
	words "nuanxin/internal/plain"
	"nuanxin/internal/request"
	"nuanxin/internal/web/webtest"
)

// lots puts strings together, so many as one field of words takes.
func lots(all []string) (out []string) {
	var lot strings.Builder
	n := 0
	for _, s := range all {
		if k := utf8.RuneCountInString(s) + 1; n+k > 2900 {
			out = append(out, lot.String())
			lot.Reset()
			n = 0
		}
		lot.WriteString(s + "\n")
		n += utf8.RuneCountInString(s) + 1
	}
	return append(out, lot.String())
}

// Every string of the corpus that could run as a script is said in words, and opened in
// the browser as the cadre has it: nothing of it runs, nothing even tries, and each lot
// is there to read.
func TestEveryScriptOfTheCorpusStaysText(t *testing.T) {
	proves.That(t, "inj-corpus")
	scripts, _ := stringsOf(t)
	h := open(t)
	var who []authz.Subject // by turns, for one says only so much a day
	for _, p := range []string{phone, memberPhone} {
		s, err := h.app.Accounts.Resolve(t.Context(), h.session(t, p))
		if err != nil {
			t.Fatal(err)
		}
		who = append(who, s)
	}
	all := lots(scripts)
	desk := h.visit(t, "liuting", "/desk/me", deskView())
	desk.Trap()
	for i, lot := range all {
		h.clock.Move(time.Minute)
		r, err := h.app.Requests.Capture(authz.With(t.Context(), who[i%2]), request.Draft{Words: lot, Topic: "gate", Place: request.Place{Text: "示例家园东门", Area: "220402"}})
		if err != nil {
			t.Fatalf("lot %d of %d: %v", i, len(all), err)
		}
		desk.Go(h.url + "/desk/requests/" + string(r.ID))
		if got := desk.Trapped(); got != "" {
			t.Errorf("lot %d: got %q, want nothing that runs or could", i, got)
		}
		if got := desk.Exceptions(); len(got) > 0 {
			t.Errorf("lot %d: got %q, want nothing stopped because nothing tried", i, got)
		}
		text := squeeze(words.Visible(webtest.Eval[string](desk, `document.body.textContent`)))
		for _, s := range strings.Split(strings.TrimSpace(lot), "\n") {
			if want := squeeze(words.Visible(s)); !strings.Contains(text, want) {
				t.Errorf("lot %d: got no sight of %q", i, want)
			}
		}
	}
	t.Logf("%d strings in %d pages", len(scripts), len(all))
	if status, _ := h.get(t, "liuting", "/desk/requests"); status != http.StatusOK || len(scripts) < 2000 {
		t.Errorf("got %d and %d strings", status, len(scripts))
	}
}
