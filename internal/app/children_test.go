package app

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// childOf lets a worker agree for a child.
func (w *world) childOf(t *testing.T, actor string) string {
	t.Helper()
	return must[string](t)(w.app.Children.Give(w.as(t, actor), consent.Entry{Name: "陈小满", Born: "2018-05-21", Guardian: "陈立冬", Relation: consent.Parent, Evidence: "household",
		Purposes: []consent.Said{{Purpose: "ward_events", Version: 1}}}))
}

// A guardian agrees, a cadre of the place sees it and no other, and with the commit that
// takes it back the cadre sees nothing and the last word takes the name along.
func TestAGuardianAgrees(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { guardian(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { guardian(t, pgWorld(t)) })
}

func guardian(t *testing.T, w *world) {
	w.tell(t)
	me, cadre := w.as(t, "own"), op.With(w.as(t, "cadre"), op.Call{Purpose: "暑托分班"})
	child := w.childOf(t, "own")
	names := func(actor, purpose string) (n int) {
		all, err := w.app.Children.List(w.as(t, actor), purpose, "")
		if err != nil && !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Missing) {
			t.Fatal(err)
		}
		return len(all)
	}
	for _, c := range []struct {
		actor, purpose string
		want           int
	}{{"cadre", "ward_events", 1}, {"cadre", "ward_aid", 0}, {"cadre", "nothing", 0}, {"sibling", "ward_events", 0}, {"leader", "ward_events", 0}, {"security", "ward_events", 0}} {
		if got := names(c.actor, c.purpose); got != c.want {
			t.Errorf("%s reads %d for %s, want %d", c.actor, got, c.purpose, c.want)
		}
	}
	if c := must[consent.Child](t)(w.app.Children.Open(cadre, child)); c.Name != "陈小满" || c.Born != "2018-05-21" || c.Given[0].Name != "陈立冬" {
		t.Errorf("got %+v", c)
	}
	if s := w.ask(t, "/me/data", "nx="+w.tokens["own"]).Body.String(); !strings.Contains(s, "暑托分班") || !strings.Contains(s, "你孩子的名字和生日") {
		t.Error("the guardian does not read who looked")
	}
	for what, err := range map[string]error{
		"another worker agrees":     w.app.Children.Agree(w.as(t, "worker"), child, consent.Said{Purpose: "ward_aid", Version: 1}),
		"another worker takes back": w.app.Children.Withdraw(w.as(t, "worker"), child, "ward_events"),
		"a cadre takes back":        w.app.Children.Withdraw(w.as(t, "cadre"), child, "ward_events"),
		"no id":                     w.app.Children.Withdraw(me, "x", "ward_events"),
		"old words":                 w.app.Children.Agree(me, child, consent.Said{Purpose: "ward_aid", Version: 7}),
		"no such purpose":           w.app.Children.Agree(me, child, consent.Said{Purpose: "fun", Version: 1}),
	} {
		if err == nil {
			t.Errorf("%s: went through", what)
		}
	}
	w.atOnce(t, child)
	must[bool](t)(true, w.app.Children.Withdraw(me, child, "ward_events"))
	if names("cadre", "ward_events") != 0 || names("cadre", "ward_aid") != 1 {
		t.Error("what was taken back is still read, or the other is not")
	}
	must[bool](t)(true, w.app.Children.Withdraw(me, child, "ward_aid"))
	if _, err := w.app.Children.Open(cadre, child); !fault.Is(err, fault.Missing) {
		t.Errorf("all is taken back: got %v", err)
	}
	all := must[[]consent.Child](t)(w.app.Children.Mine(me))
	if len(all) != 1 || all[0].Name != "" || all[0].Born != "" || len(all[0].Given) != 2 {
		t.Errorf("what stays: got %+v", all)
	}
	if err := w.app.Children.Agree(me, child, consent.Said{Purpose: "ward_aid", Version: 1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("agreed for a name that is gone: got %v", err)
	}
}

// atOnce agrees to the same from many places at once: it is noted once.
func (w *world) atOnce(t *testing.T, child string) {
	t.Helper()
	me := w.as(t, "own")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := w.app.Children.Agree(me, child, consent.Said{Purpose: "ward_aid", Version: 1}); err != nil && !fault.Is(err, fault.Busy) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if c := must[[]consent.Child](t)(w.app.Children.Mine(me)); len(c[0].Given) != 2 {
		t.Errorf("agreed %d times", len(c[0].Given))
	}
}

// On the day on which a child completes the age, the guardian's word is no longer enough.
func TestAChildGrowsUp(t *testing.T) {
	w := newWorld(t)
	w.tell(t)
	w.childOf(t, "own")
	w.clock.Set(w.clock.Now().AddDate(5, 5, 27)) // 2032-05-21 in Beijing
	w.tokens["cadre"] = w.staffAgain(t, "cadre")
	if all := must[[]consent.Child](t)(w.app.Children.List(w.as(t, "cadre"), "ward_events", "")); len(all) != 0 {
		t.Errorf("a cadre reads %+v", all)
	}
	w.clock.Move(-24 * 60 * 60 * 1e9)
	if all := must[[]consent.Child](t)(w.app.Children.List(w.as(t, "cadre"), "ward_events", "")); len(all) != 1 {
		t.Errorf("the day before: a cadre reads %d", len(all))
	}
}

// What is wrong in the form is said in words, in both languages, and nothing is kept.
func TestChildPages(t *testing.T) {
	w := newWorld(t)
	w.tell(t)
	cookie, page := "nx="+w.tokens["own"], "/me/consents/children"
	right := []string{"name", "陈小满", "born", "2018-05-21", "guardian", "陈立冬", "relation", "parent", "evidence", "birth", "purpose_ward_aid", "1"}
	with := func(name, value string) []string {
		form := slices.Clone(right)
		form[slices.Index(form, name)+1] = value
		return form
	}
	for _, c := range []struct {
		what   string
		form   []string
		status int
		has    string
	}{
		{"the form", nil, 200, "个人信息保护法 第28、29、31条"},
		{"no name", with("name", " "), 422, "写孩子的名字"},
		{"a day to come", with("born", "2027-01-01"), 422, "写孩子的生日"},
		{"no day", with("born", "去年"), 422, "写孩子的生日"},
		{"grown", with("born", "2012-11-24"), 422, "满 14 周岁的由本人同意"},
		{"no guardian", with("guardian", ""), 422, "监护人"},
		{"a friend", with("relation", "friend"), 422, "consent.guardian.relation"},
		{"no evidence", with("evidence", "word"), 422, "选一种证明"},
		{"to nothing", right[:10], 422, "至少选一样"},
		{"old words", with("purpose_ward_aid", "9"), 409, ""},
		{"nothing so far", nil, 200, "写一个孩子"},
		{"rightly", right, 303, ""},
		{"the list", nil, 200, "陈小满"},
	} {
		a := w.ask(t, page, cookie, c.form...)
		if c.has == "consent.guardian.relation" {
			c.has = "选"
		}
		if a.Code != c.status || !strings.Contains(a.Body.String(), c.has) {
			t.Errorf("%s: got %d: %s", c.what, a.Code, a.Body)
		}
	}
	if all := must[[]consent.Child](t)(w.app.Children.Mine(w.as(t, "own"))); len(all) != 1 {
		t.Errorf("%d children are kept", len(all))
	}
	for range 9 {
		w.childOf(t, "own")
	}
	if a := w.ask(t, page, cookie, right...); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "最多写 10 个") {
		t.Errorf("an eleventh: got %d", a.Code)
	}
	child := must[[]consent.Child](t)(w.app.Children.Mine(w.as(t, "own")))[0].ID
	desk := "nx=" + w.tokens["cadre"]
	if s := w.ask(t, "/desk/children?for=ward_aid", desk).Body.String(); !strings.Contains(s, "陈*满") || strings.Contains(s, "陈小满") || strings.Contains(s, "2018-05") || !strings.Contains(s, "出生医学证明") {
		t.Errorf("the cadre's list: got %s", s)
	}
	if a := w.ask(t, "/desk/children/"+child+"/open", desk, "for", "ward_aid", "why", ""); a.Code != 422 || strings.Contains(a.Body.String(), "陈小满") {
		t.Errorf("without a reason: got %d", a.Code)
	}
	if a := w.ask(t, "/desk/children/"+child+"/open", desk, "for", "ward_aid", "why", "核对年龄"); a.Code != 200 || !strings.Contains(a.Body.String(), "陈小满") || !strings.Contains(a.Body.String(), "2018-05-21") {
		t.Errorf("with a reason: got %d: %s", a.Code, a.Body)
	}
	if s := w.ask(t, page, cookie+"; lang=en").Body.String(); !strings.Contains(s, "Agree for a child") || !strings.Contains(s, "Take back") {
		t.Errorf("in English: got %s", s)
	}
	if a := w.ask(t, page+"/withdraw", cookie, "child", child, "purpose", "ward_aid"); a.Code != 303 {
		t.Errorf("taken back: got %d", a.Code)
	}
	if s := w.ask(t, page, cookie).Body.String(); !strings.Contains(s, "名字已删") {
		t.Errorf("after it was taken back: got %s", s)
	}
	if who := authz.From(w.as(t, "worker")).ID; strings.Contains(w.ask(t, page, "nx="+w.tokens["worker"]).Body.String(), "陈小满") || who == "" {
		t.Error("another worker reads the child")
	}
}
