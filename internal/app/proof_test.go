package app

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
)

// TestExportsAskAgain opens every page whose act asks again, when the proof of a
// sign-in is over: each leads to the question, and programs get a stable code.
func TestExportsAskAgain(t *testing.T) {
	w := newWorld(t)
	w.papers(t)
	w.clock.Move(20 * time.Minute)
	n := 0
	for _, r := range w.app.routes {
		if !Policy.Lately(authz.Action(r.Action)) {
			continue
		}
		n++
		who := "cadre"
		for _, power := range []string{"leader", "admin", "security"} {
			if !slices.Contains(r.Roles, "cadre") && strings.Contains(strings.Join(r.Roles, " "), power) {
				who = power
			}
		}
		path, _ := w.path(r.Pattern)
		var form []string
		if r.Method == http.MethodPost {
			form = []string{"why", "核对名单", "seen", "1", "ground", "death", "sure", "1", "number", "19900000002", "name", "王示例", "wants", "end", "relation", "child", "proof", "court", "proofs", "1"}
		}
		a := w.ask(t, path, "nx="+w.tokens[who], form...)
		asked := a.Code == http.StatusSeeOther && strings.HasPrefix(a.Header().Get("Location"), "/desk/me/prove?next=")
		if r.Method == http.MethodPost {
			asked = a.Code == http.StatusForbidden && strings.Contains(a.Body.String(), `name="kept.why" value="核对名单"`)
		}
		if !asked {
			t.Errorf("%s %s as %s: %d %s, want the question", r.Method, r.Pattern, who, a.Code, a.Header().Get("Location"))
		}
	}
	if n < 10 {
		t.Errorf("%d routes ask again, want the accounts' and both exports'", n)
	}
	_, _, err := w.app.Accounts.AddStaff(w.as(t, "admin"), account.Staff{Login: "fresh", Name: "新来的", Area: "220402"})
	answer := httptest.NewRecorder()
	web.API(func(http.ResponseWriter, *http.Request) error { return err }).ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/api/x", nil))
	if fault.KindOf(err) != fault.Unproven || answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), `"code":"unproven"`) {
		t.Errorf("a program gets %d %s", answer.Code, answer.Body)
	}
}
