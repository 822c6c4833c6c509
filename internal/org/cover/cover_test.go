package cover_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"sync"
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
	"nuanxin/internal/org/cover"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/seal"
)

type world struct {
	*cover.Service
	t      *testing.T
	orgs   *org.Service
	life   *life.Service
	firms  *platform.Service
	others map[string][]cover.Spread
}

var system = authz.AsSystem(context.Background(), "test")

func staff(role authz.Role, areas ...string) context.Context {
	who := authz.Subject{ID: id.New[string](), Kind: authz.Staff, Name: "柳婷"}
	for _, a := range areas {
		who.Grants = append(who.Grants, authz.Grant{Role: role, Area: a})
	}
	return authz.With(context.Background(), who)
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	dbtest.Each(t, clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)), []fs.FS{op.Schema, org.Schema}, func(t *testing.T, d *db.DB) {
		ring, err := seal.Open(filepath.Join(t.TempDir(), "keys"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(org.Policy, life.Policy, platform.Policy, cover.Policy))
		w := &world{t: t, orgs: org.NewService(desk, ring), others: map[string][]cover.Spread{}}
		w.life = life.NewService(desk, life.Config{Orgs: w.orgs, Ring: ring})
		w.firms = platform.NewService(desk, platform.Config{Orgs: w.orgs})
		of := func(what string) func(context.Context, *op.Tx) ([]cover.Spread, error) {
			return func(context.Context, *op.Tx) ([]cover.Spread, error) { return w.others[what], nil }
		}
		w.Service = cover.NewService(desk, cover.Config{Firms: w.firms, Occupations: of("occupations"), Works: of("works"), Stations: of("stations")})
		f(t, w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) found(kind org.Kind, level org.Level, name, area string, parent org.ID) org.ID {
	w.t.Helper()
	made, err := w.orgs.Found(system, org.Draft{Kind: kind, Level: level, Name: name, Area: area, Parent: parent})
	w.must(err)
	return made
}

// settle makes a city with a county that is organised, and stations elsewhere.
func (w *world) settle() (basic org.ID, firm platform.ID) {
	w.t.Helper()
	city := w.found(org.Local, org.City, "云川市总工会", "9901", "")
	county := w.found(org.Local, org.County, "龙山县总工会", "990101", city)
	basic = w.found(org.Basic, org.Grassroots, "速达公司工会", "990101001", county)
	cadre := staff(authz.Cadre, "99")
	w.must(w.life.Elect(cadre, county, 0, "2020-01-01", 5, []life.Post{{Post: life.Chair, Name: "张三"}}))
	w.must(w.life.Elect(cadre, basic, 0, "2025-01-01", 5, []life.Post{{Post: life.Chair, Name: "李四"}}))
	for _, x := range []struct {
		name, area string
		plan       platform.Plan
	}{
		{"速达外卖", "990101", platform.Plan{Union: basic, Since: "2025-01-01", Also: "速达"}},
		{"安途出行", "990101", platform.Plan{Steps: platform.Steps{{Text: "约谈", Due: "2026-01-01"}}}},
		{"安途出行", "990102", platform.Plan{Owner: "柳婷"}},
	} {
		made, err := w.firms.Add(cadre, platform.Draft{Name: x.name, Area: x.area, Platform: true})
		w.must(err)
		w.must(w.firms.SetPlan(cadre, made, 1, x.plan))
		if x.name == "速达外卖" {
			firm = made
		}
	}
	w.others["occupations"] = []cover.Spread{{Area: "990101", Key: "rider", N: 30}, {Area: "990101", Key: "courier", N: 4}, {Area: "990101001", Key: "rider", N: 12}}
	w.others["works"] = []cover.Spread{{Area: "990101", Key: "速 达", N: 20}, {Area: "990101001", Key: "速达外卖", N: 12}, {Area: "990101", Key: "查无此会", N: 3}}
	w.others["stations"] = []cover.Spread{{Area: "990101001", N: 2}, {Area: "990101002", N: 1}, {Area: "990102003", N: 5}}
	return basic, firm
}

// What there is in an area is what there is in all within it, and what is still to be
// organised stands beside it.
func TestCount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.settle()
		if p, err := w.In(staff(authz.Cadre, "9901"), "9901"); err != nil || !p.At.IsZero() || len(p.Rows) != 0 {
			t.Errorf("before it was counted: %+v, %v", p, err)
		}
		w.must(w.Count(system))
		p, err := w.In(staff(authz.Cadre, "9901"), "9901")
		w.must(err)
		want := map[cover.What]int64{cover.Unions: 3, cover.Grass: 1, cover.Members: 46, cover.Stations: 8, cover.With: 1, cover.Without: 2, cover.Idle: 1, cover.Late: 1, cover.Over: 1, cover.Never: 1, cover.BareCounty: 1, cover.BareTown: 2}
		if !reflect.DeepEqual(p.Own.N, want) {
			t.Errorf("the city: %v, want %v", p.Own.N, want)
		}
		if got := fmt.Sprint(p.Own.Occupations); got != "map[courier:4 rider:42]" {
			t.Errorf("by occupation: %s", got)
		}
		for f, n := range p.Own.Firms {
			if p.Firm[f] != "速达外卖" || n != 32 {
				t.Errorf("%s: %d", p.Firm[f], n)
			}
		}
		if len(p.Own.Firms) != 1 || p.At.IsZero() || len(p.Rows) != 2 || p.Rows[0].Area != "990101" || p.Rows[1].N[cover.BareCounty] != 1 {
			t.Errorf("%+v", p)
		}
		all, err := w.Bare(staff(authz.Leader, "9901"), "9901", cover.BareTown, "", 10)
		if err != nil || len(all) != 2 || all[0].Area != "990101002" || all[1].N[cover.Stations] != 5 {
			t.Errorf("towns without a union: %+v, %v", all, err)
		}
		if all, err = w.Bare(staff(authz.Leader, "9901"), "9901", cover.BareTown, "990101002", 10); err != nil || len(all) != 1 {
			t.Errorf("the next page: %+v, %v", all, err)
		}
		if all, err = w.Bare(staff(authz.Leader, "9901"), "9901", cover.BareCounty, "", 10); err != nil || len(all) != 1 || all[0].Area != "990102" {
			t.Errorf("counties without a union: %+v, %v", all, err)
		}
	})
}

// What went is told no more, and what came is.
func TestCountAnew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		basic, _ := w.settle()
		w.must(w.Count(system))
		o, err := w.orgs.Get(system, basic)
		w.must(err)
		w.must(w.orgs.Close(system, basic, o.Version))
		w.others["occupations"] = nil
		w.found(org.Local, org.County, "虎山县总工会", "990102", "")
		w.must(w.Count(system))
		p, err := w.In(staff(authz.Admin, "99"), "9901")
		w.must(err)
		if p.Own.N[cover.Unions] != 3 || p.Own.N[cover.Grass] != 0 || p.Own.N[cover.Members] != 0 || len(p.Own.Occupations) != 0 || p.Own.N[cover.BareCounty] != 0 || p.Own.N[cover.BareTown] != 3 {
			t.Errorf("%+v", p.Own)
		}
	})
}

// Two who count at once leave what is there.
func TestTwoCount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.settle()
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wg.Go(func() { errs[i] = w.Count(system) })
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil && !fault.Is(err, fault.Busy) {
				t.Error(err)
			}
		}
		p, err := w.In(staff(authz.Admin, "99"), "9901")
		if err != nil || p.Own.N[cover.Unions] != 3 {
			t.Errorf("%+v, %v", p.Own, err)
		}
	})
}

func TestWhoSees(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.settle()
		w.must(w.Count(system))
		for about, x := range map[string]struct {
			ctx  context.Context
			area string
			own  bool
			rows int
		}{
			"the city, by its leader":            {staff(authz.Leader, "9901"), "9901", true, 2},
			"the city, by a county's cadre":      {staff(authz.Cadre, "990101"), "9901", false, 1},
			"the nation, by a county's cadre":    {staff(authz.Cadre, "990101"), "", false, 1},
			"another county":                     {staff(authz.Cadre, "990101"), "990102", false, 0},
			"the city, by a host":                {staff(authz.Host, "9901"), "9901", false, 0},
			"the city, by nobody":                {context.Background(), "9901", false, 0},
			"the nation, by two counties' cadre": {staff(authz.Cadre, "990101", "990102"), "", false, 2},
			"a county with its towns":            {staff(authz.Cadre, "990101"), "990101", true, 2},
		} {
			p, err := w.In(x.ctx, x.area)
			if err != nil || (len(p.Own.N) > 0) != x.own || len(p.Rows) != x.rows {
				t.Errorf("%s: own %v, %d rows, %v", about, p.Own.N, len(p.Rows), err)
			}
		}
		if all, err := w.Bare(staff(authz.Cadre, "990101"), "9901", cover.BareTown, "", 10); err != nil || len(all) != 1 {
			t.Errorf("a county's cadre sees %d towns of the city, %v", len(all), err)
		}
		for about, ctx := range map[string]context.Context{"a cadre": staff(authz.Cadre, ""), "nobody": context.Background()} {
			if err := w.Count(ctx); err == nil {
				t.Errorf("%s counts", about)
			}
		}
	})
}

// No number below ten is told, nor one from which it could be worked out by a sum.
func TestHide(t *testing.T) {
	for about, x := range map[string]struct {
		table [][]int64
		want  string
	}{
		"nothing":      {nil, "[]"},
		"large":        {[][]int64{{30, 20, 10}}, "[[false false false]]"},
		"nought":       {[][]int64{{30, 30, 0}}, "[[false false false]]"},
		"one small":    {[][]int64{{35, 30, 5}}, "[[false true true]]"},
		"two small":    {[][]int64{{38, 30, 5, 3}}, "[[false false true true]]"},
		"in a column":  {[][]int64{{130, 130}, {105, 105}, {20, 20}, {5, 5}}, "[[false false] [false false] [true true] [true true]]"},
		"a lone small": {[][]int64{{5}}, "[[true]]"},
	} {
		if got := fmt.Sprint(cover.Hide(x.table)); got != x.want {
			t.Errorf("%s: got %s, want %s", about, got, x.want)
		}
	}
}
