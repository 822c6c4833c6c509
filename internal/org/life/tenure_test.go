package life_test

import (
	"fmt"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
)

func posts(names ...string) (ps []life.Post) {
	for i, n := range names {
		post := life.Committee
		if i == 0 {
			post = life.Chair
		}
		ps = append(ps, life.Post{Post: post, Name: n})
	}
	return ps
}

// in tells who is in office, and who no longer is.
func in(t life.Tenure) string {
	var all []string
	for _, p := range t.Posts {
		all = append(all, fmt.Sprintf("%s %s %s-%s", p.Post, p.Name, p.Since, p.Until))
	}
	return strings.Join(all, ", ")
}

func TestElections(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, test := range []struct {
			about string
			role  authz.Role
			area  string
			last  int64
			since string
			years int64
			posts []life.Post
			want  string
		}{
			{"the cadre next door", authz.Cadre, "990102", 0, "2021-11-24", 5, posts("甲示例"), "missing fault.missing"},
			{"a leader looks on", authz.Leader, "990101", 0, "2021-11-24", 5, posts("甲示例"), "denied fault.denied"},
			{"three years for a county's federation", authz.Cadre, "990101", 0, "2021-11-24", 3, posts("甲示例"), "years:life.years.unfit"},
			{"nobody chairs", authz.Cadre, "990101", 0, "2021-11-24", 5, posts("甲示例")[:0], "posts:life.posts.chair"},
			{"two chair", authz.Cadre, "990101", 0, "2021-11-24", 5, append(posts("甲示例"), posts("乙示例")...), "posts:life.posts.chair"},
			{"an unknown post", authz.Cadre, "990101", 0, "2021-11-24", 5, append(posts("甲示例"), life.Post{Post: "king", Name: "乙示例"}), "posts:life.name.unknown"},
			{"no name", authz.Cadre, "990101", 0, "2021-11-24", 5, posts("甲示例", "<b>"), "posts:life.name.unknown"},
			{"tomorrow, and for four years", authz.Cadre, "990101", 0, "2026-11-25", 4, posts("甲示例"), "since:life.day.past years:life.years.unfit"},
			{"the first", authz.Cadre, "990101", 0, "2021-11-24", 5, posts("甲示例", "乙 · 示例", "甲示例"), "ok"},
			{"entered twice", authz.Cadre, "990101", 0, "2021-11-24", 5, posts("甲示例"), "conflict life.changed"},
			{"a second before the first", authz.Admin, "990101", 1, "2021-11-24", 5, posts("甲示例"), "since:life.day.after"},
			{"the second", authz.Admin, "990101", 1, "2026-11-24", 5, posts("丙示例"), "ok"},
		} {
			err := w.Elect(staff(test.role, test.area), w.county, test.last, test.since, test.years, test.posts)
			if told(err) != test.want {
				t.Errorf("%s: %s, want %s", test.about, told(err), test.want)
			}
		}
		ts, err := w.Tenures(leader, w.county)
		if err != nil || len(ts) != 2 || ts[0].Due != "2031-11-24" || in(ts[1]) != "chair 甲示例 2021-11-24-, committee 乙·示例 2021-11-24-, committee 甲示例 2021-11-24-" {
			t.Errorf("%+v, %v", ts, err)
		}
		for about, ctx := range map[string]authz.Role{"a host": authz.Host, "a partner": authz.Partner} {
			if _, err := w.Tenures(staff(ctx, "990101"), w.county); told(err) != "missing fault.missing" {
				t.Errorf("%s reads who is in office: %v", about, err)
			}
		}
		if err := w.Elect(cadre, "x", 0, "2026-01-01", 5, posts("甲示例")); told(err) != "missing fault.missing" {
			t.Errorf("no union: %v", err)
		}
	})
}

// Within a term, who leaves ends and who comes begins; who stays is let be.
func TestReplace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := w.Replace(cadre, w.county, 1, posts("甲示例")); told(err) != "conflict life.changed" {
			t.Errorf("without a term: %v", err)
		}
		w.must(w.Elect(cadre, w.county, 0, "2025-01-01", 5, posts("甲示例", "乙示例", "丙示例")))
		w.must(w.Replace(cadre, w.county, 1, posts("丁示例", "乙示例")))
		ts, err := w.Tenures(cadre, w.county)
		want := "chair 甲示例 2025-01-01-2026-11-24, committee 乙示例 2025-01-01-, committee 丙示例 2025-01-01-2026-11-24, chair 丁示例 2026-11-24-"
		if err != nil || in(ts[0]) != want || ts[0].Lead() != "丁示例" {
			t.Errorf("got %s, want %s (%v)", in(ts[0]), want, err)
		}
		if err := w.Replace(cadre, w.county, 1, posts("戊示例")); told(err) != "conflict life.changed" {
			t.Errorf("over somebody's change: %v", err)
		}
		w.must(w.orgs.Close(staff(authz.Admin, "9901"), w.town, 1))
		if err := w.Elect(cadre, w.town, 0, "2025-01-01", 5, posts("甲示例")); told(err) != "conflict org.closed_already" {
			t.Errorf("in a closed union: %v", err)
		}
	})
}

// Two who enter the same election enter it once.
func TestElectedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		answers := make(chan error)
		for range 4 {
			go func() { answers <- w.Elect(cadre, w.county, 0, "2025-01-01", 5, posts("甲示例")) }()
		}
		got := map[string]int{}
		for range 4 {
			got[told(<-answers)]++
		}
		if got["ok"] != 1 || got["conflict life.changed"] != 3 {
			t.Errorf("got %v", got)
		}
	})
}

// The list tells whose term ends within ninety days or is over, and whose was never
// entered.
func TestRenewals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		firm := w.found(org.Basic, org.Grassroots, "老公司工会", "990101001", w.town)
		far := w.found(org.Basic, org.Grassroots, "新公司工会", "990101001", w.town)
		w.found(org.Partner, org.Town, "街道办", "990101001", "")
		w.must(w.Elect(cadre, w.county, 0, "2022-02-21", 5, posts("甲示例"))) // 89 days are left
		w.must(w.Elect(cadre, w.town, 0, "2022-02-23", 5, posts("甲示例")))   // 91 are
		w.must(w.Elect(cadre, firm, 0, "2020-01-01", 3, posts("甲示例")))     // over
		w.must(w.Elect(cadre, far, 0, "2015-01-01", 3, posts("甲示例")))      // over, but
		w.must(w.Elect(cadre, far, 1, "2026-01-01", 3, posts("甲示例")))      // elected anew
		list := func(which string) string {
			var all []string
			after := life.Renewal{}
			for range 9 {
				page, err := w.Renewals(leader, life.RenewalFilter{Which: which, After: after, Limit: 1})
				w.must(err)
				if len(page) == 0 {
					break
				}
				after = page[0]
				all = append(all, fmt.Sprintf("%s %s %v", after.Name, after.Due, after.Late))
			}
			return strings.Join(all, ", ")
		}
		if got, want := list(life.RenewSoon), "老公司工会 2023-01-01 true, 龙山县总工会 2027-02-21 false"; got != want {
			t.Errorf("ending: %s, want %s", got, want)
		}
		if got, want := list(life.RenewNone), "北门街道总工会  false"; got != want {
			t.Errorf("never entered: %s, want %s", got, want)
		}
		if page, err := w.Renewals(staff(authz.Cadre, "990102"), life.RenewalFilter{Limit: 50}); err != nil || len(page) != 0 {
			t.Errorf("next door reads %+v, %v", page, err)
		}
	})
}
