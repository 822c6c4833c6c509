package app

import (
	"testing"

	"nuanxin/internal/authz"
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
		{1831 - 1096, map[string]int64{"rights.words": 2}},
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
	if report := must[CheckReport](t)(w.app.Check(t.Context())); !report.OK {
		t.Errorf("check finds %v", report)
	}
}
