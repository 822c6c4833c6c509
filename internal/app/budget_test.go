package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// Whoever opens more of what is sealed than a day's work needs is stopped, told why,
// and noted in the trail; the next day, and everybody else, goes on.
func TestSensitiveReadsHaveABudget(t *testing.T) {
	proves.That(t, "abuse-budget", "purpose-gate")
	w := newWorld(t)
	must[bool](t)(true, w.app.Accounts.SetLimit(authz.AsSystem(t.Context(), "test"), "reads_day", "2026-01-02", 3, "test"))
	cadre := authz.From(w.as(t, "cadre"))
	read := func(who string) error {
		_, err := w.app.Members.Open(op.With(w.as(t, who), op.Call{Purpose: "核对"}), w.member)
		return err
	}
	for range 3 {
		if err := read("cadre"); err != nil {
			t.Fatal(err)
		}
	}
	if err := read("cadre"); !fault.Is(err, fault.Busy) || fault.Of(err).Msg != op.Enough {
		t.Errorf("the fourth: got %v, want it refused", err)
	}
	a := w.ask(t, "/desk/members/"+string(w.member)+"/full", "nx="+w.tokens["cadre"], "why", "核对一下")
	if a.Code != http.StatusTooManyRequests || !strings.Contains(a.Body.String(), "3 次") || strings.Contains(a.Body.String(), "11010519491231002X") {
		t.Errorf("the page: got %d: %.1500s", a.Code, a.Body)
	}
	var noted int
	err := w.app.db.View(t.Context(), func(tx *db.Tx) error {
		return tx.One(t.Context(), `select count(*) from member_audit where action = $1 and note like '%too many%'`, []any{string(member.Open)}, &noted)
	})
	if err != nil || noted != 2 {
		t.Errorf("the trail: got %d refusals, %v; want 2", noted, err)
	}
	if err := read("worker2"); fault.Is(err, fault.Busy) {
		t.Errorf("somebody else: got %v", err)
	}
	w.clock.Set(w.clock.Now().AddDate(0, 0, 1)) // the cadre's session is over by then
	cadre.Proven = w.clock.Now().Add(time.Hour)
	ctx := authz.With(t.Context(), cadre)
	if _, err := w.app.Members.Open(op.With(ctx, op.Call{Purpose: "核对"}), w.member); err != nil {
		t.Errorf("the next day: got %v", err)
	}
}

// Lists of people that are taken out have a budget of their own, whichever they are, and
// each of them tells who took it.
func TestExportsHaveABudget(t *testing.T) {
	proves.That(t, "abuse-budget")
	w := newWorld(t)
	must[bool](t)(true, w.app.Accounts.SetLimit(authz.AsSystem(t.Context(), "test"), "exports_day", "2026-01-02", 2, "test"))
	for i, path := range []string{"/desk/members/export", "/desk/requests/export", "/desk/members/export", "/desk/requests/export"} {
		a := w.ask(t, path, "nx="+w.tokens["cadre"], "why", "月度统计", "purpose", "月度统计")
		if i < 2 && (a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "导出，用于：月度统计")) {
			t.Errorf("%s: got %d, want a list that says who took it: %.300s", path, a.Code, a.Body)
		}
		if i >= 2 && (a.Code != http.StatusTooManyRequests || strings.Contains(a.Body.String(), "王示例")) {
			t.Errorf("%s, one too many: got %d", path, a.Code)
		}
	}
	for i := range 3 {
		if a := w.ask(t, "/desk/orgs/file/tree-names.xlsx", "nx="+w.tokens["leader"]); (a.Code == http.StatusTooManyRequests) != (i == 2) {
			t.Errorf("officers by name, time %d: got %d", i+1, a.Code)
		}
	}
	if a := w.ask(t, "/desk/members/export", "nx="+w.tokens["sibling"], "why", "月度统计"); a.Code != http.StatusOK {
		t.Errorf("somebody else: got %d", a.Code)
	}
}
