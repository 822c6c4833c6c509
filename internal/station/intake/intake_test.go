package intake_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/intake/list"
	"nuanxin/internal/workday"
)

// house is a directory on a fresh database, with its intake.
type house struct {
	*station.Service
	in    *intake.Service
	db    *db.DB
	clock *clock.Fake
}

// cabinet keeps files in memory.
type cabinet struct{ sync.Map }

func (c *cabinet) Put(_ context.Context, id string, data []byte) error {
	c.Store(id, data)
	return nil
}

func (c *cabinet) Get(_ context.Context, id string) ([]byte, error) {
	data, ok := c.Load(id)
	if !ok {
		return nil, fault.New("cabinet", fault.Missing, "blob.missing")
	}
	return data.([]byte), nil
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, newHouse(t, dbtest.SQLite)) })
	t.Run("postgres", func(t *testing.T) { f(t, newHouse(t, dbtest.Postgres)) })
}

func newHouse(t testing.TB, open func(testing.TB, clock.Clock, []fs.FS) *db.DB) house {
	c := clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	d := open(t, c, []fs.FS{op.Schema, station.Schema})
	desk := op.New(d, station.Policy)
	in := intake.NewService(desk, &cabinet{})
	in.Steps(direct, 50, few)
	return house{station.NewService(desk, workday.Calendar{}), in, d, c}
}

func as(role authz.Role, area string) context.Context {
	return authz.With(context.Background(), authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000a", Kind: authz.Staff, Grants: []authz.Grant{{Role: role, Area: area}}})
}

var (
	cadre    = as(authz.Cadre, "510703")
	sibling  = as(authz.Cadre, "510704")
	national = as(authz.Cadre, "")
	host     = authz.With(context.Background(), authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000b", Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Host, Org: "0190a1b2-0000-7000-8000-0000000000aa"}}})
	stranger = context.Background()
	program  = authz.AsSystem(context.Background(), "test")
)

func table(t testing.TB, csv string) sheet.Table {
	t.Helper()
	tb, err := sheet.Read(strings.NewReader(csv), sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

func source(t *testing.T, name string) sheet.Table {
	t.Helper()
	f, err := os.Open("../../../../shared/data/" + name)
	if err != nil {
		t.Skip("the source files lie beside the project's folder and are not here:", err)
	}
	defer f.Close()
	tb, err := sheet.Read(f, sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

// say writes a line as one text: action, reason, doubts.
func say(l list.Line) string {
	out := string(l.Action)
	if l.Why != "" {
		out += "(" + l.Why + ")"
	}
	for _, d := range l.Doubts {
		out += " " + d.Code
	}
	return out
}

const header = "区县,站点名称,详细地址,营业时间,联系电话,设施,面积,经度,纬度\n"

// What goes on in the background needs some steps here, not thousands of rows.
const (
	direct = 100 // rows that are done at once
	few    = 15  // rows that are prepared in one step
)

var fucheng = list.Options{Area: "510703", Public: true}

// TestDryRun compares with what is kept, in the importer's area.
func TestDryRun(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		_, err := h.Add(cadre, "", station.Facts{Name: "人民大街驿站", Area: "510703", Address: "人民大街1180号", Public: true})
		if err != nil {
			t.Fatal(err)
		}
		report, err := h.in.DryRun(cadre, table(t, header+
			"涪城区,甲站,一环路1号,每天8:00-22:00,0816-2345678,热水;厕所,30平方米,,\n"+
			"游仙区,甲站,,,,,,,\n"+
			"合计,,,,,,,,\n"+
			"涪城区,,一环路1号,,,,,,\n"+
			"涪城区,工会驿站（人民大街）,人民大街 1180 号,,,,,,\n"+
			"涪城区,人民大街驿站,人民大街2号,,,,,,\n"), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"add", "refuse(import.outside_area)", "skip(import.not_a_station) import.not_a_station", "refuse(station.name.empty)",
			"update", "add import.same_name"} {
			if got := say(report.Lines[i]); got != want {
				t.Errorf("row %d: got %s, want %s (%+v)", report.Lines[i].Row, got, want, report.Lines[i].Changes)
			}
		}
		if left, err := h.in.Imports(cadre, 10); err != nil || len(left) != 0 {
			t.Errorf("a dry run keeps %d imports, %v", len(left), err)
		}
	})
}

// TestUpkeepIsKept: what a list says of upkeep is there when the next one is read.
func TestUpkeepIsKept(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		file := "区县,站点名称,运营单位,建成时间,是否验收,延时服务,高德上图\n涪城区,甲站,某物业,2023年5月,已验收,是,B0FFG9XYZ1\n"
		b, err := h.in.Stage(cadre, table(t, file), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		added, err := h.in.Apply(cadre, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		v, err := h.Get(cadre, added[0].Station)
		if got := fmt.Sprintf("%+v", v.Life); err != nil || v.Life.Operator != "某物业" || got != fmt.Sprintf("%+v", b.Lines[0].Understood.Life) {
			t.Errorf("kept: %s, %v", got, err)
		}
		again, err := h.in.DryRun(cadre, table(t, file), fucheng)
		if err != nil || again.Count(list.WillNot) != 1 {
			t.Errorf("again: %+v, %v", again.Lines, err)
		}
	})
}

func TestImportsAreListed(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		b, err := h.in.Stage(cadre, table(t, header+"涪城区,甲站,,,,,,,\n"), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		mine, err := h.in.Imports(cadre, 10)
		if err != nil || len(mine) != 1 || mine[0].ID != b.ID || mine[0].State != intake.Staged || mine[0].Lines != nil {
			t.Errorf("a cadre's imports: %+v, %v", mine, err)
		}
		others, err := h.in.Imports(sibling, 10)
		if err != nil || len(others) != 0 {
			t.Errorf("a sibling's imports: %d, %v", len(others), err)
		}
	})
}

// TestApplyAmongReports applies an update of many stations while workers report
// on the same ones: all of it happens.
func TestApplyAmongReports(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		rows := func(phone string) string {
			var b strings.Builder
			for i := range 30 {
				fmt.Fprintf(&b, "涪城区,第%d号驿站,一环路%d号,,%s,,,,\n", i, i, phone)
			}
			return header + b.String()
		}
		first, err := h.in.Stage(cadre, table(t, rows("12351")), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		added, err := h.in.Apply(cadre, first.ID)
		if err != nil {
			t.Fatal(err)
		}
		second, err := h.in.Stage(cadre, table(t, rows("12345")), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			got, err := h.in.Apply(cadre, second.ID)
			if err != nil || count(got, list.WillUpdate) != 30 {
				t.Errorf("%d updated, %v", count(got, list.WillUpdate), err)
			}
		})
		for i, o := range slices.Backward(added) {
			wg.Go(func() {
				if err := h.Reported(program, o.Station, station.Locked, h.clock.Now(), fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		all, err := h.List(cadre, station.Filter{Limit: 200})
		if err != nil || len(all) != 30 {
			t.Fatalf("%d stations, %v", len(all), err)
		}
		for _, v := range all {
			if v.Version != 2 || len(v.Live.Reports) != 1 {
				t.Errorf("%s: version %d, %d reports", v.Name, v.Version, len(v.Live.Reports))
			}
		}
	})
}
