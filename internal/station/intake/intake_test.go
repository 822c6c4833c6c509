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
	return house{station.NewService(desk, workday.Calendar{}), intake.NewService(desk, &cabinet{}), d, c}
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
func say(l intake.Line) string {
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

var fucheng = intake.Options{Area: "510703", Public: true}

func TestDryRun(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		_, err := h.Add(cadre, "", station.Facts{Name: "人民大街驿站", Area: "510703", Address: "人民大街1180号", Public: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			about, row string
			want       string
		}{
			{"clean", "涪城区,甲站,一环路1号,每天8:00-22:00,0816-2345678,热水;厕所,30平方米,,", "add"},
			{"what the importer stated places it", ",甲站,一环路1号,,,,,,", "add"},
			{"nothing is stated: the area of the file", ",甲站,,,,,,,", "add"},
			{"hours without times", "涪城区,甲站,,工作日开放,,,,,", "add hours.no_times"},
			{"a masked phone", "涪城区,甲站,,,138****6207,,,,", "add import.phone.masked"},
			{"a service of no entry", "涪城区,甲站,,,,姜茶,,,", "add import.services.no_entry"},
			{"vague space", "涪城区,甲站,,,,,不到20㎡,,", "add import.size.vague"},
			{"coordinates whose datum nobody stated", "涪城区,甲站,,,,,,104.75,31.46", "add import.place.no_datum"},
			{"outside the importer's area", "游仙区,甲站,,,,,,,", "refuse(import.outside_area)"},
			{"no such county", "无名区,甲站,,,,,,,", "refuse(import.area_unknown) region.county.unknown"},
			{"no name", "涪城区,,一环路1号,,,,,,", "refuse(station.name.empty)"},
			{"a sum below the list", "合计,,,,,,,,", "skip(import.not_a_station) import.not_a_station"},
			{"a remark below the list", "备注：由区总工会提供,,,,,,,,", "skip(import.not_a_station) import.not_a_station"},
			{"too long a name", "涪城区," + strings.Repeat("长", 101) + ",,,,,,,", "refuse(import.invalid) import.too_long"},
			{"a row cut short", "涪城区,甲站", "refuse(import.ragged)"},
			{"the same as there is, written otherwise", "涪城区,工会驿站（人民大街）,人民大街 1180 号,,,,,,", "update"},
			{"the same name elsewhere", "涪城区,人民大街驿站,人民大街2号,,,,,,", "add import.same_name"},
			{"the same name without an address", "涪城区,人民大街驿站,,,,,,,", "same import.matched_by_name"},
		} {
			report, err := h.in.DryRun(cadre, table(t, header+test.row+"\n"), fucheng)
			if err != nil {
				t.Errorf("%s: %v", test.about, err)
				continue
			}
			exit := map[bool]int{true: 2, false: min(len(report.Lines[0].Doubts), 1)}[report.Lines[0].Action == intake.WillRefuse]
			if report.Exit() != exit {
				t.Errorf("%s: exit %d, want %d", test.about, report.Exit(), exit)
			}
			if got := say(report.Lines[0]); got != test.want {
				t.Errorf("%s: got %s, want %s (%+v)", test.about, got, test.want, report.Lines[0].Changes)
			}
		}
	})
}

func TestOneBranchUnderTwoNames(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		report, err := h.in.DryRun(cadre, table(t, header+
			"涪城区,工会驿站(锐明眼镜店),一环路1号,,,,,,\n涪城区,锐明眼镜店工会驿站,一环路1号,,,,,,\n涪城区,锐明眼镜店工会驿站,二环路9号,,,,,,\n"), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"add", "skip(import.repeated_row) import.repeated_row", "add import.same_name"} {
			if got := say(report.Lines[i]); got != want {
				t.Errorf("row %d: got %s, want %s", i, got, want)
			}
		}
		if text := report.Lines[1].Doubts[0].Text; text != "2 工会驿站(锐明眼镜店)" {
			t.Errorf("the doubt names %q", text)
		}
	})
}

func TestStatedDatum(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		report, err := h.in.DryRun(cadre, table(t, "名称,经度(高德),纬度(高德)\n甲站,104.75,31.46\n乙站,31.46,104.75\n"), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		p := report.Lines[0].Understood.Place
		if p == nil || p.Datum != "gcj02" || p.GivenLng != 104.75 || p.Lng == 104.75 {
			t.Errorf("place = %+v", p)
		}
		if got := say(report.Lines[1]); got != "add import.place.swapped" {
			t.Errorf("swapped numbers: %s", got)
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
			if err != nil || count(got, intake.WillUpdate) != 30 {
				t.Errorf("%d updated, %v", count(got, intake.WillUpdate), err)
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
		list, err := h.List(cadre, station.Filter{Limit: 200})
		if err != nil || len(list) != 30 {
			t.Fatalf("%d stations, %v", len(list), err)
		}
		for _, v := range list {
			if v.Version != 2 || len(v.Live.Reports) != 1 {
				t.Errorf("%s: version %d, %d reports", v.Name, v.Version, len(v.Live.Reports))
			}
		}
	})
}
