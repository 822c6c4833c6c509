package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/app/tables"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	"nuanxin/internal/request"
	"nuanxin/internal/retain"
)

// What the domains keep goes by its rule: not a day early, and then all of it.
func TestRetention(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { retention(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { retention(t, pgWorld(t)) })
}

func retention(t *testing.T, w *world) {
	w.end(t)
	own, system := w.as(t, "own"), authz.AsSystem(t.Context(), "test")
	must[bool](t)(true, w.app.Members.Refuse(w.as(t, "cadre"), w.member, 1, "名字对不上"))
	back := w.as(t, "worker")
	for i := range 2 { // joins, leaves, and is a member again
		which := must[member.Receipt](t)(w.app.Members.Apply(back, member.Application{Name: "李又来", Occupation: member.Courier, Area: "220402", Consents: []member.Consent{{Purpose: "membership", Version: 1}}})).ID
		must[bool](t)(true, w.app.Members.Approve(w.as(t, "cadre"), which, 1))
		if i == 0 {
			must[bool](t)(true, w.app.Members.Quit(back, which))
		}
	}
	gone := func(days int) map[string]int64 {
		w.clock.Set(w.clock.Now().AddDate(0, 0, days))
		must[bool](t)(true, w.app.Retain.Run(system))
		all := map[string]int64{}
		for _, r := range must[[]retain.Rule](t)(w.app.Retain.Rules(system)) {
			all[r.Class] = r.Gone
		}
		return all
	}
	for class, n := range gone(179) {
		if n != 0 && class != "member.half" || n != 1 && class == "member.half" { // which goes after thirty days
			t.Errorf("after 179 days: got %d of %s", n, class)
		}
	}
	for _, step := range []struct {
		days int
		want map[string]int64
	}{
		{2, map[string]int64{"member.refused": 1}},
		{1094 - 181, map[string]int64{}},
		{2, map[string]int64{"request.person": 2, "request.media": 1}},
		{1829 - 1096, map[string]int64{}},
		{2, map[string]int64{"rights.words": 2, "member.gone": 1}},
		{4000, map[string]int64{}},
	} {
		got := gone(step.days)
		for class, n := range got {
			if n != step.want[class] {
				t.Errorf("%d days later: got %d of %s, want %d", step.days, n, class, step.want[class])
			}
		}
	}
	if list := must[request.Page[*request.Request]](t)(w.app.Requests.MineList(own, request.Filter{Group: request.GroupAll})); len(list.Rows) != 0 {
		t.Errorf("%d matters are still the worker's", len(list.Rows))
	}
	for _, trace := range w.app.traces(t) {
		if strings.Contains(trace, " in member.") {
			t.Errorf("of who left: %s", trace)
		}
	}
	if all := must[[]member.Copy](t)(w.app.Members.Copies(back)); len(all) != 2 || all[0].Name != "李又来" || all[1].Name != "李又来" {
		t.Errorf("of who is a member again: %+v", all)
	}
	if report := must[CheckReport](t)(w.app.Check(t.Context())); !report.OK {
		t.Errorf("check finds %v", report)
	}
}

// Every table in which something personal stands goes by a rule of retain, or a sentence
// says why not; and no rule is of nothing.
func TestEveryPersonalTableIsKeptForSoLong(t *testing.T) {
	w := newWorld(t)
	classes, used, keeps := w.app.Retain.Classes(), map[string]bool{}, tables.Keeps()
	for column, c := range tables.Columns() {
		table, _, _ := strings.Cut(column, ".")
		if k := keeps[table]; c.Of != "nobody" && len(k.Classes) == 0 && k.Why == "" {
			t.Errorf("%s is of %s, and nobody says how long it is kept", table, c.Of)
		}
	}
	for table, k := range keeps {
		for _, class := range k.Classes {
			if used[class] = true; !slices.Contains(classes, class) {
				t.Errorf("%s is kept by %s, which is no class of retain", table, class)
			}
		}
	}
	for _, class := range classes {
		if !used[class] {
			t.Errorf("%s is the class of no table", class)
		}
	}
}

// What the law wants for three years stands the day before, and goes the day after its
// rule, though the rule is the shortest that the law lets a union enter.
func TestThreeYears(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { threeYears(t, newWorld(t)) })
	t.Run("postgres", func(t *testing.T) { threeYears(t, pgWorld(t)) })
}

func threeYears(t *testing.T, w *world) {
	w.end(t)
	worker := authz.From(w.as(t, "own")).ID
	which := w.noticed(t, w.request.Number)
	held := w.hold(t, hold.Matter, w.request.Number, "2026-12-24")
	w.assess(t, "security")
	w.clock.Move(2 * time.Minute)
	if got := w.erase(t); got != http.StatusOK {
		t.Fatalf("got %d", got)
	}
	system := authz.AsSystem(t.Context(), "test")
	must[bool](t)(true, w.app.db.Update(t.Context(), func(tx *db.Tx) error {
		for _, sql := range []string{`update breach set closed_at = $1, state = 'closed'`, `update hold set ended_at = $1`, `update assess set ended_at = $1, state = 'over'`} {
			if _, err := tx.Exec(t.Context(), sql, w.clock.Now().UnixMicro()); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(t.Context(), `delete from hold_now where hold_id = $1`, string(held)); err != nil {
			return err
		}
		for _, class := range w.app.Retain.Classes() { // the shortest that the law lets stand
			if _, err := tx.Exec(t.Context(), `insert into retain_rule (name, since, value, source) select name, '2026-11-25', value, source from retain_least where name = $1`, class); err != nil {
				return err
			}
		}
		return nil
	}))
	left := func() (n [5]int) {
		must[bool](t)(true, w.app.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.One(t.Context(), `select (select count(*) from consent where person_id = $1), (select count(*) from breach_person where breach_id = $2), (select count(*) from hold where hold_id = $3), (select count(*) from breach where breach_id = $2) + (select count(*) from breach_step where breach_id = $2), (select count(*) from assess) + (select count(*) from assess_saved)`, []any{worker, string(which), string(held)}, &n[0], &n[1], &n[2], &n[3], &n[4])
		}))
		return n
	}
	ended := w.clock.Now()
	before := left()
	if before[0] == 0 || before[1] == 0 || before[2] == 0 || before[3] < 2 || before[4] != 2 {
		t.Fatalf("nothing to keep: %v", before)
	}
	w.clock.Set(ended.AddDate(3, 0, -1))
	must[bool](t)(true, w.app.Retain.Run(system))
	if got := left(); got != before {
		t.Errorf("after three years less a day: got %v, want %v", got, before)
	}
	w.clock.Set(ended.AddDate(3, 0, 2))
	must[bool](t)(true, w.app.Retain.Run(system))
	if got := left(); got != [5]int{} {
		t.Errorf("after their days: got %v", got)
	}
	if report := must[CheckReport](t)(w.app.Check(t.Context())); !report.OK {
		t.Errorf("check finds %v", report)
	}
}

// The security administrator of the installation enters a rule on the page; a number of
// days below the law's is refused in words, in both languages.
func TestRetentionPage(t *testing.T) {
	w := newWorld(t)
	const path = "/desk/retention"
	for actor, form := range map[string]bool{"security": true, "cadre": false, "admin": false} {
		a := w.ask(t, path, "nx="+w.tokens[actor])
		if s := a.Body.String(); a.Code != http.StatusOK || strings.Contains(s, "添一条规定") != form || !strings.Contains(s, "法律：至少 1096 天") {
			t.Errorf("%s: got %d: %s", actor, a.Code, s)
		}
	}
	for lang, says := range map[string][]string{"": {"结了案的信息安全事件的登记", "第五十五、五十六条", "一直留着，不删（法律：至少 184 天）", "网络安全法 第二十一条", "后面的就证明不了什么"}, "; lang=en": {"The register of closed incidents", "Without an end (by law 184 at least)", "the later ones prove nothing"}} {
		s := w.ask(t, path, "nx="+w.tokens["auditor"]+lang).Body.String()
		for _, say := range says {
			if !strings.Contains(s, say) {
				t.Errorf("%q is not on the page%s", say, lang)
			}
		}
		if strings.Contains(s, `value="audit.trail"`) {
			t.Error("a rule for the audit trail can be chosen")
		}
	}
	since := w.clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	for lang, says := range map[string]string{"": "这一样法律要求至少留 1096 天（个人信息保护法 第56条", "; lang=en": "1096 days"} {
		a := w.ask(t, path, "nx="+w.tokens["security"]+lang, "class", "breach.list", "days", "1095", "since", since, "source", "本级决定第9号")
		if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), says) {
			t.Errorf("a day short: got %d: %s", a.Code, a.Body)
		}
	}
	if a := w.ask(t, path, "nx="+w.tokens["admin"], "class", "breach.list", "days", "2000", "since", since, "source", "本级决定第9号"); a.Code == http.StatusSeeOther {
		t.Error("an administrator enters a rule")
	}
	if a := w.ask(t, path, "nx="+w.tokens["security"], "class", "breach.list", "days", "2000", "since", since, "source", "本级决定第9号"); a.Code != http.StatusSeeOther {
		t.Errorf("got %d: %s", a.Code, a.Body)
	}
	if s := w.ask(t, path, "nx="+w.tokens["cadre"]).Body.String(); !strings.Contains(s, since+" 起 2000 天") {
		t.Errorf("the page does not tell what comes: %s", s)
	}
}
