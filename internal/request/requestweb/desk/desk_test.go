package desk_test

import (
	"strings"
	"testing"

	"nuanxin/internal/request/requestweb/desk"
	"nuanxin/internal/web/webtest"
)

func TestWordsAreComplete(t *testing.T) { webtest.Complete(t, desk.Texts()) }

func TestPagesOpen(t *testing.T) {
	h := newHouse(t)
	r := h.capture()
	d := h.dispatched(r)
	one := desk.Href(r.ID)
	for _, path := range []string{"/desk/requests", "/desk/requests?group=late", "/desk/requests?q=2026-1124", one, one + "?side=worker", one + "?side=body", one + "?side=inside", one + "?say=asked",
		one + "/dispatch", one + "/merge", one + "/name", one + "/classify", one + "/assign", one + "/not-ours", one + "/raise", one + "/recall?dispatch=" + string(d), one + "/more-time?dispatch=" + string(d),
		"/desk/requests/new", "/desk/requests/health", "/desk/requests/phrases", "/desk/requests/rules", "/desk/requests/export"} {
		got := h.as("cadre").get(path).want(path, 200, "!requestdesk.", "!request.desk", "!"+name, "!"+phone)
		if i := strings.Index(got.body, "requestdesk."); i >= 0 {
			t.Errorf("%s: got a key without words: %s", path, got.body[i:min(len(got.body), i+60)])
		}
	}
}
