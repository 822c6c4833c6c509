package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
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
	"nuanxin/internal/hours"
	"nuanxin/internal/op"
	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/workday"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the golden file anew; read the difference before you commit it")

// house is a directory on a fresh database, with its intake.
type house struct {
	*station.Service
	in    *intake.Service
	clock *clock.Fake
}

func each(t *testing.T, f func(t *testing.T, h house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, newHouse(t, dbtest.SQLite)) })
	t.Run("postgres", func(t *testing.T) { f(t, newHouse(t, dbtest.Postgres)) })
}

func newHouse(t testing.TB, open func(testing.TB, clock.Clock, []fs.FS) *db.DB) house {
	c := clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	desk := op.New(open(t, c, []fs.FS{op.Schema, station.Schema}), station.Policy)
	return house{station.NewService(desk, workday.Calendar{}), intake.NewService(desk), c}
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

func TestRealFileInBothEncodings(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var reports [2]intake.Report
		for i, name := range []string{"stations_public.csv", "stations_public_gbk.csv"} {
			var err error
			if reports[i], err = h.in.DryRun(national, source(t, name), intake.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		if reports[0].Encoding == reports[1].Encoding {
			t.Errorf("both were read as %s", reports[0].Encoding)
		}
		for i := range reports[0].Lines {
			a, _ := json.Marshal(reports[0].Lines[i])
			b, _ := json.Marshal(reports[1].Lines[i])
			if string(a) != string(b) {
				t.Errorf("line %d differs:\n%s\n%s", i, a, b)
			}
		}
		got := fmt.Sprintf("%d lines: %d add, %d skip, %d refuse, %d doubtful", len(reports[0].Lines),
			reports[0].Count(intake.WillAdd), reports[0].Count(intake.WillSkip), reports[0].Count(intake.WillRefuse), reports[0].Doubtful())
		if want := "234 lines: 234 add, 0 skip, 0 refuse, 94 doubtful"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestApplyAgainAndUndo(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		file := source(t, "stations_public.csv")
		batch, err := h.in.Stage(national, file, intake.Options{File: "stations_public.csv"})
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := h.in.Apply(national, batch.ID, batch.Lines[0].Row)
		if err != nil {
			t.Fatal(err)
		}
		adds := batch.Count(intake.WillAdd) - 1
		if got := count(outcomes, intake.WillAdd); got != adds || outcomes[0].Why != "import.left_out" {
			t.Errorf("%d were added, want %d; the first: %+v", got, adds, outcomes[0])
		}
		if _, err := h.in.Apply(national, batch.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("applied twice: %v", err)
		}
		again, err := h.in.DryRun(national, file, intake.Options{})
		if err != nil || again.Count(intake.WillNot) != adds || again.Count(intake.WillUpdate) != 0 {
			for _, l := range again.Lines {
				if l.Action == intake.WillUpdate || l.Action == intake.WillAdd {
					t.Log(l.Row, l.Understood.Name, say(l), l.Changes)
				}
			}
			t.Errorf("again: %d same, %d update, %d add, %v", again.Count(intake.WillNot), again.Count(intake.WillUpdate), again.Count(intake.WillAdd), err)
		}
		hidden, err := h.Sync(stranger, "", 0)
		if err != nil || len(hidden.Stations)+len(hidden.Gone) != 0 {
			t.Errorf("sample rows are shown to workers: %d, %v", len(hidden.Stations), err)
		}
		touched, used := outcomes[1].Station, outcomes[2].Station
		v, err := h.Get(national, touched)
		if err != nil {
			t.Fatal(err)
		}
		v.Note = "看过"
		if _, err := h.Edit(national, touched, v.Version, v.Facts); err != nil {
			t.Fatal(err)
		}
		if err := h.Reported(program, used, station.Locked, h.clock.Now(), "R1"); err != nil {
			t.Fatal(err)
		}
		undone, err := h.in.Undo(national, batch.ID)
		if err != nil {
			t.Fatal(err)
		}
		if undone[0].Why != "import.changed_meanwhile" || undone[1].Why != "import.used_meanwhile" || count(undone, intake.WillAdd) != adds-2 {
			t.Errorf("undone: %+v %+v, %d", undone[0], undone[1], count(undone, intake.WillAdd))
		}
		kept, err := h.in.Staged(national, batch.ID)
		if err != nil || kept.Lines[1].Left != "import.changed_meanwhile" || kept.Lines[2].Left != "import.used_meanwhile" || kept.Lines[3].Left != "" {
			t.Errorf("the import does not tell which rows were left alone: %q %q %v", kept.Lines[1].Left, kept.Lines[2].Left, err)
		}
		left, err := h.List(national, station.Filter{Limit: 200})
		if err != nil || len(left) != 2 {
			t.Errorf("%d stations are left, %v; want the two that were touched", len(left), err)
		}
	})
}

func count(list []intake.Outcome, a intake.Action) (n int) {
	for _, o := range list {
		if o.Action == a {
			n++
		}
	}
	return n
}

func TestUpdateAndItsUndo(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		first, err := h.in.Stage(cadre, table(t, header+"涪城区,甲站,一环路1号,每天8:00-20:00,12351,热水,30平方米,,\n"), fucheng)
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := h.in.Apply(cadre, first.ID)
		if err != nil {
			t.Fatal(err)
		}
		st := outcomes[0].Station
		second, err := h.in.Stage(cadre, table(t, header+"涪城区,甲站,一环路1号,每天8:00-22:00,0816-2345678,热水;厕所,,,\n"), fucheng)
		if err != nil || second.Lines[0].Action != intake.WillUpdate || len(second.Lines[0].Changes) != 3 {
			t.Fatalf("second = %+v, %v", second.Lines[0], err)
		}
		if _, err := h.in.Apply(cadre, second.ID); err != nil {
			t.Fatal(err)
		}
		v, err := h.Get(cadre, st)
		if err != nil || v.Hours.Text(false) != "每天 8:00–22:00" || v.Size.Metres != 30 || !slices.Equal(v.Phones, []string{"0816-2345678"}) || v.Version != 2 {
			t.Errorf("after the update: %+v, %v", v.Station, err)
		}
		if _, err := h.in.Undo(cadre, second.ID); err != nil {
			t.Fatal(err)
		}
		v, err = h.Get(cadre, st)
		if err != nil || v.Hours.Text(false) != "每天 8:00–20:00" || !slices.Equal(v.Phones, []string{"12351"}) || !v.InUse() {
			t.Errorf("after the undo: %+v, %v", v.Station, err)
		}
		if _, err := h.SetHours(cadre, st, v.Version, hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: 0, To: 1440}}}); err != nil {
			t.Fatal(err)
		}
		report, err := h.in.DryRun(cadre, table(t, header+"涪城区,甲站,一环路1号,每天8:00-22:00,,,,,\n"), fucheng)
		if err != nil || say(report.Lines[0]) != "same import.hours_by_hand" {
			t.Errorf("hours set by hand: %s, %v", say(report.Lines[0]), err)
		}
	})
}

func TestImportRights(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		file := table(t, header+"涪城区,甲站,,,,,,,\n")
		if _, err := h.in.Stage(host, file, fucheng); !fault.Is(err, fault.Denied) {
			t.Errorf("a host stages: %v", err)
		}
		if _, err := h.in.Stage(stranger, file, fucheng); err == nil {
			t.Error("a stranger stages")
		}
		b, err := h.in.Stage(cadre, file, fucheng)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.in.Staged(sibling, b.ID); !fault.Is(err, fault.Missing) {
			t.Errorf("a sibling's cadre looks at an import: %v", err)
		}
		if _, err := h.in.Apply(sibling, b.ID); !fault.Is(err, fault.Missing) {
			t.Errorf("a sibling's cadre applies an import: %v", err)
		}
	})
}

// TestTwoImportsOfOneFile applies two staged copies at once: every station is
// added once.
func TestTwoImportsOfOneFile(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var rows strings.Builder
		for i := range 20 {
			fmt.Fprintf(&rows, "涪城区,第%d号驿站,一环路%d号,,,,,,\n", i, i)
		}
		var wg sync.WaitGroup
		for range 2 {
			b, err := h.in.Stage(cadre, table(t, header+rows.String()), fucheng)
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				if _, err := h.in.Apply(cadre, b.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		list, err := h.List(cadre, station.Filter{Limit: 200})
		if err != nil || len(list) != 20 {
			t.Errorf("%d stations, %v; want 20", len(list), err)
		}
	})
}

func TestWorkbookIsReadAsTheText(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	text := source(t, "stations_public.csv")
	book := excelize.NewFile()
	for i, r := range text.Rows {
		row := make([]any, len(r.Cells))
		for j, c := range r.Cells {
			row[j] = c
		}
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	workbook, err := sheet.Read(&b, sheet.Auto, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := h.in.DryRun(national, text, intake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.in.DryRun(national, workbook, intake.Options{})
	if err != nil || len(got.Lines) != len(want.Lines) {
		t.Fatalf("%d lines, %v; want %d", len(got.Lines), err, len(want.Lines))
	}
	for i := range want.Lines {
		if a, b := say(got.Lines[i]), say(want.Lines[i]); a != b || !same(got.Lines[i], want.Lines[i]) {
			t.Errorf("row %d: %s\n%+v\nwant %s\n%+v", i, a, got.Lines[i].Understood, b, want.Lines[i].Understood)
		}
	}
}

// TestRealFileGolden holds what is made of each row of the real file; the
// golden file was read by a person.
func TestRealFileGolden(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	report, err := h.in.DryRun(national, source(t, "stations_public.csv"), intake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, l := range report.Lines {
		u := l.Understood
		fmt.Fprintf(&b, "%d %s | %s | %s | %v | %s%v | %v | %s", l.Row, u.Name, u.Area, u.Hours.Text(false), u.Services.Codes(), u.Badge, u.Size.Metres, u.Honours, l.Action)
		for _, d := range l.Doubts {
			fmt.Fprintf(&b, " ?%s %q", d.Code, d.Text)
		}
		b.WriteString("\n")
	}
	const name = "testdata/stations_public.golden"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got, lines := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(got), len(lines)) {
		if got[i] != lines[i] {
			t.Errorf("got  %s\nwant %s", got[i], lines[i])
		}
	}
	if len(got) != len(lines) {
		t.Errorf("%d lines, want %d", len(got), len(lines))
	}
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

// same compares what was understood of two rows.
func same(a, b intake.Line) bool {
	x, _ := json.Marshal(a.Understood)
	y, _ := json.Marshal(b.Understood)
	return string(x) == string(y)
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
