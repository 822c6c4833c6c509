package org_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
)

// field is the field and the message of an error about one field of a form.
func field(err error) string {
	if f := fault.Of(err).Fields; err != nil && len(f) == 1 {
		return f[0].Name + ":" + f[0].Msg
	}
	return code(err)
}

// Every kind stands where the law puts it, and nowhere else.
func TestWhoMayLeadWhom(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		var top org.ID
		at := map[string]org.ID{}
		for _, l := range []struct {
			level org.Level
			area  string
		}{{org.National, ""}, {org.Province, "99"}, {org.City, "9901"}, {org.County, "990101"}, {org.Town, "990101001"}} {
			top = w.found(org.Local, l.level, "总工会"+string(l.level), l.area, top)
			at["local "+string(l.level)] = top
		}
		at["industry city"] = w.found(org.Industry, org.City, "市交通产业工会", "9901", at["local city"])
		at["trade county"] = w.found(org.Trade, org.County, "县快递行业工会联合会", "990101", at["local county"])
		at["regional town"] = w.found(org.Regional, org.Town, "街道商圈工会联合会", "990101001", at["local town"])
		at["basic"] = w.found(org.Basic, org.Grassroots, "速达公司工会", "990101001", at["trade county"])
		at["joint"] = w.found(org.Joint, org.Grassroots, "商圈联合工会", "990101001", at["regional town"])
		for _, test := range []struct {
			kind  org.Kind
			level org.Level
			area  string
			under string
			want  string
		}{
			{org.Local, org.County, "990102", "local city", "ok"},
			{org.Local, org.County, "990102", "local province", "ok"}, // a county led by its province
			{org.Local, org.City, "9902", "local province", "ok"},
			{org.Local, org.Town, "990101002", "trade county", "parent:org.parent.rank"},
			{org.Local, org.Grassroots, "990101001", "local county", "level:org.level.rank"},
			{org.Local, org.County, "990101", "local county", "parent:org.parent.rank"},
			{org.Industry, org.County, "990101", "local county", "ok"},
			{org.Industry, org.County, "990101", "industry city", "ok"},
			{org.Industry, org.City, "9901", "industry city", "parent:org.parent.rank"},
			{org.Industry, org.Town, "990101001", "local county", "level:org.level.rank"},
			{org.Trade, org.Town, "990101001", "trade county", "ok"},
			{org.Trade, org.County, "990101", "trade county", "parent:org.parent.rank"},
			{org.Trade, org.Grassroots, "990101001", "basic", "parent:org.parent.rank"},
			{org.Regional, org.Town, "990101001", "local town", "ok"},
			{org.Regional, org.Town, "990101001", "trade county", "parent:org.parent.rank"},
			{org.Basic, org.Grassroots, "990101001", "local national", "ok"},
			{org.Basic, org.Grassroots, "990101001", "industry city", "ok"},
			{org.Basic, org.Grassroots, "990101001", "basic", "ok"}, // a company's branch
			{org.Basic, org.Grassroots, "990101001", "joint", "parent:org.parent.rank"},
			{org.Basic, org.County, "990101", "local county", "level:org.level.rank"},
			{org.Joint, org.Grassroots, "990101001", "regional town", "ok"},
			{org.Team, org.Grassroots, "990101001", "basic", "ok"},
			{org.Team, org.Grassroots, "990101001", "joint", "ok"},
			{org.Team, org.Grassroots, "990101001", "local town", "parent:org.parent.rank"},
			{org.Partner, org.Town, "990101001", "local town", "ok"},
			{org.Partner, org.Town, "990101001", "basic", "ok"}, // whom a body belongs to is nobody's rule
		} {
			_, err := w.Found(as(authz.Admin, ""), org.Draft{Kind: test.kind, Level: test.level, Name: "新的" + string(test.kind), Area: test.area, Parent: at[test.under]})
			if got := field(err); got != test.want {
				t.Errorf("%s %s under %s: %s, want %s", test.kind, test.level, test.under, got, test.want)
			}
		}
	})
}

func TestRanksNameTheirSource(t *testing.T) {
	for _, k := range org.Unions() {
		r := org.RankOf(k)
		if len(r.Levels) == 0 || len(r.Leaders) == 0 || !strings.Contains(r.Source, "工会") {
			t.Errorf("%s: %+v stands nowhere, or by no rule", k, r)
		}
	}
}

// A union keeps how it was called and led, and by whom that was changed.
func TestHistory(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		county := w.found(org.Local, org.County, "县总", "990101", "")
		trade := w.found(org.Trade, org.County, "行业", "990101", county)
		firm := w.found(org.Basic, org.Grassroots, "旧名工会", "990101001", county)
		admin := as(authz.Admin, "990101")
		draft := org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "新名工会", Area: "990101001", Parent: trade, Why: "公司改名，\x00归到行业"}
		if err := w.Edit(admin, firm, 1, draft); err != nil {
			t.Fatal(err)
		}
		draft.Phone, draft.Why = "0437-3226207", "电话不算"
		if err := w.Edit(admin, firm, 2, draft); err != nil {
			t.Fatal(err)
		}
		got, err := w.History(t.Context(), firm)
		if err != nil || len(got) != 2 {
			t.Fatalf("history = %+v, %v; want two", got, err)
		}
		if n := got[0]; n.Name != "新名工会" || n.Parent != trade || n.ParentName != "行业" || n.Why != "公司改名，归到行业" {
			t.Errorf("now = %+v", n)
		}
		if o := got[1]; o.Name != "旧名工会" || o.Parent != county || o.ParentName != "县总" || !o.From.Equal(start) {
			t.Errorf("before = %+v", o)
		}
		draft.Why = strings.Repeat("长", 121)
		if got := field(w.Edit(admin, firm, 3, draft)); got != "why:org.text.length" {
			t.Errorf("a long reason: %s", got)
		}
	})
}

func TestLinks(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		county := w.found(org.Local, org.County, "县总", "990101", "")
		trade := w.found(org.Trade, org.County, "行业", "990101", county)
		firm := w.found(org.Basic, org.Grassroots, "公司", "990101001", county)
		led := w.found(org.Basic, org.Grassroots, "被领导的", "990101001", trade)
		cadre := as(authz.Cadre, "990101")
		for _, test := range []struct {
			about    string
			ctx      context.Context
			from, to org.ID
			since    string
			want     string
		}{
			{"the cadre next door may not", as(authz.Cadre, "990102"), firm, trade, "2026-01-01", "denied"},
			{"a leader looks on", as(authz.Leader, "990101"), firm, trade, "2026-01-01", "denied"},
			{"a local federation is no industry", cadre, firm, county, "2026-01-01", "to:org.link.unfit"},
			{"itself", cadre, trade, trade, "2026-01-01", "to:org.link.unfit"},
			{"whoever leads it anyway", cadre, led, trade, "2026-01-01", "to:org.link.unfit"},
			{"nobody", cadre, firm, id.New[org.ID](), "2026-01-01", "to:org.link.unfit"},
			{"no id", cadre, firm, "x", "2026-01-01", "to:org.link.unfit"},
			{"a day that there is not", cadre, firm, trade, "2026-02-30", "since:org.link.since"},
			{"tomorrow", cadre, firm, trade, "2026-11-25", "since:org.link.since"},
			{"last year", cadre, firm, trade, "2025-03-01", "ok"},
			{"twice", cadre, firm, trade, "2026-03-01", "to:org.link.twice"},
		} {
			if _, err := w.Tie(test.ctx, test.from, test.to, test.since, "快递行业"); field(err) != test.want {
				t.Errorf("%s: %s, want %s", test.about, field(err), test.want)
			}
		}
		here, err := w.Links(t.Context(), firm)
		if err != nil || len(here) != 1 || here[0].Name != "行业" || here[0].Inward || here[0].Since != "2025-03-01" {
			t.Fatalf("links = %+v, %v", here, err)
		}
		there, err := w.Links(t.Context(), trade)
		if err != nil || len(there) != 1 || there[0].Name != "公司" || !there[0].Inward {
			t.Errorf("seen from the industry: %+v, %v", there, err)
		}
		if err := w.Untie(cadre, firm, here[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := w.Untie(cadre, firm, here[0].ID); code(err) != "conflict" {
			t.Errorf("untied twice: %v", err)
		}
		if err := w.Untie(cadre, firm, "x"); code(err) != "missing" {
			t.Errorf("no link: %v", err)
		}
		if here, _ = w.Links(t.Context(), firm); here[0].Until != "2026-11-24" {
			t.Errorf("the link is kept with its end: %+v", here)
		}
		if _, err := w.Tie(cadre, firm, trade, "2026-11-24", ""); err != nil {
			t.Errorf("tied again: %v", err)
		}
	})
}

// Two who tie the same pair at once tie it once.
func TestTiedOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		county := w.found(org.Local, org.County, "县总", "990101", "")
		trade := w.found(org.Trade, org.County, "行业", "990101", county)
		firm := w.found(org.Basic, org.Grassroots, "公司", "990101001", county)
		answers := make(chan error)
		for range 4 {
			go func() {
				_, err := w.Tie(as(authz.Cadre, "990101"), firm, trade, "2026-01-01", "")
				answers <- err
			}()
		}
		var got []string
		for range 4 {
			got = append(got, field(<-answers))
		}
		slices.Sort(got)
		if want := "[ok to:org.link.twice to:org.link.twice to:org.link.twice]"; fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

// The tree counts members own and below, of each union once, and only where the
// reader may know.
func TestBranches(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		city := w.found(org.Local, org.City, "市总", "9901", "")
		county := w.found(org.Local, org.County, "县总", "990101", city)
		other := w.found(org.Local, org.County, "邻县", "990102", city)
		town := w.found(org.Local, org.Town, "街道", "990101001", county)
		firm := w.found(org.Basic, org.Grassroots, "公司", "990101001", town)
		w.found(org.Partner, org.Town, "街道办", "990101001", county)
		w.CountedBy(func(_ context.Context, _ *op.Tx, unions []string) (map[string]int64, error) {
			all := map[string]int64{}
			for _, u := range unions {
				all[u] = map[org.ID]int64{county: 5, other: 7, firm: 30}[org.ID(u)]
			}
			return all, nil
		})
		told := func(ctx context.Context, f org.Filter) string {
			t.Helper()
			bs, err := w.Branches(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, b := range bs {
				all = append(all, fmt.Sprintf("%s %d %v %d/%d", b.Called(), b.Leads, b.Counted, b.Own, b.All))
			}
			return strings.Join(all, ", ")
		}
		tops := org.Filter{Kinds: org.Unions(), Parent: city}
		for _, test := range []struct {
			about string
			ctx   context.Context
			f     org.Filter
			want  string
		}{
			{"the city knows all", as(authz.Leader, "9901"), tops, "县总 1 true 5/35, 邻县 0 true 7/7"},
			{"and itself", as(authz.Admin, "9901"), org.Filter{IDs: []org.ID{city}}, "市总 2 true 0/42"},
			{"a county knows its own", as(authz.Cadre, "990101"), tops, "县总 1 true 5/35, 邻县 0 false 0/0"},
			{"a host knows none", as(authz.Host, "990101"), tops, "县总 1 false 0/0, 邻县 0 false 0/0"},
			{"nobody knows none", context.Background(), tops, "县总 1 false 0/0, 邻县 0 false 0/0"},
			{"words below a union", as(authz.Cadre, "990101"), org.Filter{Kinds: org.Unions(), Under: county, Words: "gs"}, "公司 0 true 30/30"},
			{"the tops", as(authz.Cadre, "9901"), org.Filter{Kinds: org.Unions(), Tops: true}, "市总 2 true 0/42"},
			{"none", as(authz.Cadre, "9901"), org.Filter{Kinds: org.Unions(), Words: "没有"}, ""},
		} {
			if got := told(test.ctx, test.f); got != test.want {
				t.Errorf("%s: %s, want %s", test.about, got, test.want)
			}
		}
	})
}
