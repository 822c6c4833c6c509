package platform_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

type world struct {
	*platform.Service
	orgs    *org.Service
	desk    *op.Desk
	t       *testing.T
	union   org.ID
	members []platform.Spread
	asked   []string // the areas that were asked about last
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	dbtest.Each(t, clock.At(start), []fs.FS{op.Schema, org.Schema}, func(t *testing.T, d *db.DB) {
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(org.Policy, platform.Policy))
		w := &world{orgs: org.NewService(desk, ring), desk: desk, t: t}
		w.Service = platform.NewService(desk, platform.Config{Orgs: w.orgs, Members: func(_ context.Context, _ *op.Tx, areas []string) ([]platform.Spread, error) {
			w.asked = areas
			return w.members, nil
		}})
		w.union, err = w.orgs.Found(authz.AsSystem(t.Context(), "test"), org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "速达工会", Area: "990101"})
		if err != nil {
			t.Fatal(err)
		}
		f(t, w)
	})
}

func staff(role authz.Role, areas ...string) context.Context {
	s := authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷"}
	for _, a := range areas {
		s.Grants = append(s.Grants, authz.Grant{Role: role, Area: a})
	}
	return authz.With(context.Background(), s)
}

var cadre, leader = staff(authz.Cadre, "990101"), staff(authz.Leader, "990101")

// told is what an error says.
func told(err error) string {
	if err == nil {
		return "ok"
	}
	f := fault.Of(err)
	var all []string
	for _, x := range f.Fields {
		all = append(all, x.Name+":"+x.Msg)
	}
	if len(all) == 0 {
		all = append(all, f.Kind.Code()+" "+f.Msg)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (w *world) add(ctx context.Context, name, area string) platform.ID {
	w.t.Helper()
	made, err := w.Add(ctx, platform.Draft{Name: name, Platform: true, Area: area})
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAdd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, test := range []struct {
			about      string
			ctx        context.Context
			name, area string
			want       string
		}{
			{"a company", cadre, "速达 外卖", "990101", "ok"},
			{"the same, written otherwise", cadre, " 速达外卖\u200b", "990101", "name:firm.twice"},
			{"in a street", cadre, "速达外卖", "990101001", "ok"},
			{"next door", cadre, "速达外卖", "990102", "missing fault.missing"},
			{"by a leader", leader, "慢达", "990101", "denied fault.denied"},
			{"by a host", staff(authz.Host, "990101"), "慢达", "990101", "missing fault.missing"},
			{"by nobody", context.Background(), "慢达", "990101", "missing fault.missing"},
			{"without a name", cadre, "\u200b", "990101", "name:org.name.length"},
			{"no area", staff(authz.Cadre, ""), "慢达", "99010a", "area:org.area.unknown"},
		} {
			if _, err := w.Add(test.ctx, platform.Draft{Name: test.name, Area: test.area}); told(err) != test.want {
				t.Errorf("%s: %s, want %s", test.about, told(err), test.want)
			}
		}
		page, err := w.List(leader, platform.Filter{})
		if err != nil || len(page) != 2 || page[0].Firm != page[1].Firm || page[0].Name != "速达 外卖" {
			t.Errorf("%+v, %v: want one company in two areas", page, err)
		}
	})
}

// Many who add the same company at once add it once.
func TestAddedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		answers := make(chan error)
		for range 4 {
			go func() {
				_, err := w.Add(cadre, platform.Draft{Name: "速达", Area: "990101"})
				answers <- err
			}()
		}
		got := map[string]int{}
		for range 4 {
			got[told(<-answers)]++
		}
		if got["ok"] != 1 || got["name:firm.twice"] != 3 {
			t.Errorf("got %v", got)
		}
	})
}

func TestPlan(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.add(cadre, "速达", "990101")
		closed, err := w.orgs.Found(authz.AsSystem(t.Context(), "test"), org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "旧工会", Area: "990101"})
		w.must(err)
		w.must(w.orgs.Close(authz.AsSystem(t.Context(), "test"), closed, 1))
		body, err := w.orgs.Found(authz.AsSystem(t.Context(), "test"), org.Draft{Kind: org.Partner, Level: org.County, Name: "人社局", Area: "990101"})
		w.must(err)
		step := platform.Step{Text: "见站长", Due: "2026-11-20"}
		for _, test := range []struct {
			about   string
			ctx     context.Context
			version int64
			plan    platform.Plan
			want    string
		}{
			{"next door", staff(authz.Cadre, "990102"), 1, platform.Plan{}, "missing fault.missing"},
			{"a leader", leader, 1, platform.Plan{}, "denied fault.denied"},
			{"over a change", cadre, 2, platform.Plan{}, "conflict firm.changed"},
			{"a union without a day", cadre, 1, platform.Plan{Union: w.union}, "since:firm.day.past"},
			{"a closed union", cadre, 1, platform.Plan{Union: closed, Since: "2026-01-01"}, "union:firm.union.unfit"},
			{"a body", cadre, 1, platform.Plan{Union: body, Since: "2026-01-01"}, "union:firm.union.unfit"},
			{"no id", cadre, 1, platform.Plan{Union: "x", Since: "2026-01-01"}, "union:firm.union.unfit"},
			{"a step without a day", cadre, 1, platform.Plan{Steps: platform.Steps{{Text: "见站长"}}}, "steps:firm.step.wrong"},
			{"a step done tomorrow", cadre, 1, platform.Plan{Steps: platform.Steps{{Text: "见站长", Due: "2026-11-20", Done: "2026-11-25"}}}, "steps:firm.step.wrong"},
			{"too long", cadre, 1, platform.Plan{Obstacle: strings.Repeat("长", 301)}, "obstacle:firm.text.length"},
			{"too many", cadre, 1, platform.Plan{Steps: slices.Repeat(platform.Steps{step}, 41)}, "steps:firm.steps.many"},
			{"a plan", cadre, 1, platform.Plan{Owner: "刘婷", Obstacle: "站点流动大", Also: " 速达外卖 \n\n速达骑手", Steps: platform.Steps{{Text: "开会", Due: "2026-12-01"}, {}, step}}, "ok"},
		} {
			if err := w.SetPlan(test.ctx, which, test.version, test.plan); told(err) != test.want {
				t.Errorf("%s: %s, want %s", test.about, told(err), test.want)
			}
		}
		b, _, err := w.Get(leader, which)
		if err != nil || b.Due != "2026-11-20" || !b.Late("2026-11-24") || b.Steps[0].Text != "见站长" || b.Also != "速达外卖\n速达骑手" || b.Version != 2 {
			t.Errorf("%+v, %v", b, err)
		}
		if n, err := w.Sum(leader); err != nil || n != (platform.Sum{All: 1, Without: 1, Late: 1}) {
			t.Errorf("%+v, %v", n, err)
		}
		b.Steps[0].Done, b.Union, b.Since = "2026-11-24", w.union, "2026-11-24"
		w.must(w.SetPlan(cadre, which, 2, b.Plan))
		if n, err := w.Sum(leader); err != nil || n != (platform.Sum{All: 1}) {
			t.Errorf("after it was done: %+v, %v", n, err)
		}
	})
}

// Who names a company, by its name or by another, finds the union that stands in it where
// they work: the nearest first, else one of the prefecture, and none that is closed.
func TestUnionOf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		system, city := authz.AsSystem(t.Context(), "test"), staff(authz.Cadre, "9901")
		wide, err := w.orgs.Found(system, org.Draft{Kind: org.Basic, Level: org.Grassroots, Name: "速达市公司工会", Area: "9901"})
		w.must(err)
		plan := func(ctx context.Context, name, area, also string, union org.ID) {
			w.must(w.SetPlan(ctx, w.add(ctx, name, area), 1, platform.Plan{Union: union, Since: "2026-01-01", Also: also}))
		}
		plan(cadre, "速达", "990101", "速达外卖\n速達", w.union)
		plan(city, "速达", "9901", "", wide)
		plan(staff(authz.Cadre, "990201"), "远达", "990201", "", wide)
		w.add(cadre, "慢达", "990101") // without a union
		ask := func(called, area string) string {
			t.Helper()
			o, err := op.List(cadre, w.desk, platform.See, func(tx *op.Tx, _ op.Scope) (org.Org, error) { return w.UnionOf(t.Context(), tx, called, area) })
			if fault.Is(err, fault.Missing) {
				return "none"
			}
			w.must(err)
			return o.Name
		}
		for _, c := range []struct{ say, called, area, want string }{
			{"by its name", "速达", "990101", "速达工会"},
			{"in a street", "速达", "990101001", "速达工会"},
			{"by another name, with spaces", " 速达 外卖 ", "990101", "速达工会"},
			{"in another county: the prefecture's", "速达", "990102", "速达市公司工会"},
			{"in another county: one of the prefecture", "速達", "990102", "速达工会"},
			{"in another prefecture", "速达", "990201", "none"},
			{"a company without a union", "慢达", "990101", "none"},
			{"another company", "美达", "990101", "none"},
			{"nothing", " ", "990101", "none"},
			{"nowhere", "速达", "9901", "none"},
		} {
			if got := ask(c.called, c.area); got != c.want {
				t.Errorf("%s: got %s, want %s", c.say, got, c.want)
			}
		}
		w.must(w.orgs.Close(system, w.union, 1))
		if got := ask("速达", "990101"); got != "速达市公司工会" {
			t.Errorf("when the nearest is closed: got %s", got)
		}
	})
}

func TestFactsAndList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.add(cadre, "速达", "990101"), w.add(cadre, "慢达", "990101")
		w.add(staff(authz.Cadre, "9901"), "远达", "990102")
		for _, test := range []struct {
			about string
			ctx   context.Context
			fact  platform.Fact
			want  string
		}{
			{"next door", staff(authz.Cadre, "990102"), platform.Fact{N: 3, Day: "2026-01-01", Source: "公司报的"}, "missing fault.missing"},
			{"a leader", leader, platform.Fact{N: 3, Day: "2026-01-01", Source: "公司报的"}, "denied fault.denied"},
			{"nobody knows from where, nor when", cadre, platform.Fact{N: -1, Day: "昨天", Source: " "}, "day:firm.day.past n:firm.n.range source:firm.source.needed"},
			{"an occupation that is none", cadre, platform.Fact{N: 3, Day: "2026-01-01", Source: "公司报的", Occupation: "骑手"}, "occupation:firm.occupation.unknown"},
			{"from the company", cadre, platform.Fact{N: 300, Day: "2026-06-30", Source: "公司报的", Occupation: "rider"}, "ok"},
			{"older, entered later", cadre, platform.Fact{N: 100, Day: "2025-06-30", Source: "街道摸底", Occupation: "rider"}, "ok"},
		} {
			if err := w.Say(test.ctx, a, test.fact); told(err) != test.want {
				t.Errorf("%s: %s, want %s", test.about, told(err), test.want)
			}
		}
		_, facts, err := w.Get(cadre, a)
		if err != nil || len(facts) != 2 || facts[0].N != 300 || facts[0].By != "柳婷" {
			t.Errorf("%+v, %v", facts, err)
		}
		var all []string
		f := platform.Filter{Limit: 1}
		for range 4 {
			page, err := w.List(staff(authz.Leader, "9901"), f)
			w.must(err)
			if len(page) == 0 {
				break
			}
			all, f.After = append(all, page[0].Name), platform.Place{Area: page[0].Area, ID: page[0].ID}
		}
		if got := strings.Join(all, " "); got != "速达 慢达 远达" {
			t.Errorf("pages: %s", got)
		}
		for words, want := range map[string]int{"suda": 1, "达": 2, "%": 0, "yuanda": 0} {
			if page, err := w.List(leader, platform.Filter{Words: words}); err != nil || len(page) != want {
				t.Errorf("%q finds %d, want %d (%v)", words, len(page), want, err)
			}
		}
		if page, err := w.List(staff(authz.Host, "990101"), platform.Filter{}); err != nil || len(page) != 0 {
			t.Errorf("a host reads %+v, %v", page, err)
		}
		if _, _, err := w.Get(staff(authz.Cadre, "990102"), b); told(err) != "missing fault.missing" {
			t.Errorf("next door opens it: %v", err)
		}
	})
}

// Members are held against the newest number of the widest area, and against none
// where nobody said one.
func TestCover(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		city := staff(authz.Cadre, "9901")
		wide, narrow, other := w.add(city, "速达", "9901"), w.add(city, "速达", "990101"), w.add(city, "慢达", "990101")
		quiet := w.add(city, "静达", "990101")
		say := func(which platform.ID, occupation string, n int64, day string) {
			t.Helper()
			w.must(w.Say(city, which, platform.Fact{Occupation: occupation, N: n, Day: day, Source: "公司报的"}))
		}
		say(wide, "rider", 400, "2026-06-30")
		say(wide, "rider", 500, "2025-06-30") // older
		say(wide, "courier", 100, "2026-06-30")
		say(narrow, "rider", 90, "2026-07-01") // within the wide one
		say(other, "", 20, "2026-05-01")
		say(other, "rider", 5, "2026-05-01") // is among the twenty
		w.must(w.SetPlan(city, other, 1, platform.Plan{Union: w.union, Since: "2026-01-01", Also: "慢达外卖"}))
		_ = quiet
		w.members = []platform.Spread{
			{Union: w.union, Occupation: "rider", Works: []platform.Called{{Name: "慢达 外卖"}}, N: 8},
			{Union: w.union, Occupation: "rider", Works: []platform.Called{{Name: "速达"}}, N: 100},
			{Union: "u2", Occupation: "trucker", N: 3},
			{Union: "u2", Occupation: "trucker", Works: []platform.Called{{Firm: "somewhere else's", Name: "别处的"}, {Name: "速 达"}, {Name: "慢达"}, {Name: "慢达外卖"}}, N: 2}, // with each, and once in sums
			{Union: "u2", Occupation: "rider", Works: []platform.Called{{Name: "静达"}}, N: 1},
			{Union: "u2", Occupation: "courier", Works: []platform.Called{{Name: "自己跑"}}, N: 200},
		}
		c, err := w.Cover(city)
		w.must(err)
		tell := func(ls []platform.Line) string {
			var all []string
			for _, l := range ls {
				share := "?"
				if p, ok := l.Share(); ok {
					share = fmt.Sprintf("%d%%", p)
				}
				name := l.Name
				if name == "" {
					name = l.Key
				}
				all = append(all, fmt.Sprintf("%s %d/%d %s", name, l.Members, l.Known, share))
			}
			return strings.ReplaceAll(strings.Join(all, ", "), string(w.union), "union")
		}
		for _, test := range []struct{ about, got, want string }{
			{"occupations", tell(c.Occupations), "courier 200/100 ?, rider 109/405 26%, trucker 5/0 ?"},
			{"companies", tell(c.Firms), "速达 102/500 20%, 慢达 10/20 50%, 静达 1/0 ?"},
			{"unions", tell(c.Unions), "u2 206/0 ?, union 108/20 ?"},
		} {
			if test.got != test.want {
				t.Errorf("%s: %s, want %s", test.about, test.got, test.want)
			}
		}
		if c.Unmatched != 203 || fmt.Sprint(w.asked) != "[9901]" {
			t.Errorf("%d are unmatched in %v", c.Unmatched, w.asked)
		}
		if got := fmt.Sprint(c.Firms[0].Sources); got != "[2026-06-30 公司报的]" {
			t.Errorf("sources: %s", got)
		}
		// A county knows only its own numbers.
		if c, err = w.Cover(staff(authz.Leader, "990101", "990101001", "9902")); err != nil || tell(c.Firms) != "速达 102/90 ?, 慢达 10/20 50%, 静达 1/0 ?" || fmt.Sprint(w.asked) != "[990101 9902]" {
			t.Errorf("the county: %s of %v, %v", tell(c.Firms), w.asked, err)
		}
		if c, err = w.Cover(staff(authz.Host, "990101")); err != nil || len(w.asked) != 0 {
			t.Errorf("a host asks about %v: %+v, %v", w.asked, c, err)
		}
	})
}
