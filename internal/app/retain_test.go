package app

import (
	"strings"
	"testing"

	"nuanxin/internal/authz"
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
		if n != 0 {
			t.Errorf("after 179 days: %d of %s went early", n, class)
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
