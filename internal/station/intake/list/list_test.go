package list_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/sheet"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake/list"
)

var now = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

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
	f, err := os.Open("../../../../../shared/data/" + name)
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

// judged reads a table and decides its lines against the stations there.
func judged(t *testing.T, tb sheet.Table, o list.Options, there ...station.Station) list.Report {
	t.Helper()
	r, err := list.Read(tb, o)
	if err != nil {
		t.Fatal(err)
	}
	list.Decide(r.Lines, list.NewSeen(), list.There{Stations: named(there...)})
	return r
}

// named are stations by their name keys.
func named(all ...station.Station) map[string][]station.Station {
	keys := map[string][]station.Station{}
	for _, st := range all {
		for _, k := range st.NameKeys() {
			keys[k] = append(keys[k], st)
		}
	}
	return keys
}

// with is a station after new facts, from a file or by hand.
func with(t *testing.T, st station.Station, f station.Facts, by station.Origin) station.Station {
	t.Helper()
	if st.ID == "" {
		st.ID = "0190a1b2-0000-7000-8000-000000000001"
	}
	st, err := st.With(f, by, now)
	if err != nil {
		t.Fatal(err)
	}
	st.Version++
	return st
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

var fucheng = list.Options{Area: "510703", Public: true}

func TestReadAndDecide(t *testing.T) {
	there := with(t, station.Station{}, station.Facts{Name: "人民大街驿站", Area: "510703", Address: "人民大街1180号", Public: true}, station.FromCadre)
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
		report := judged(t, table(t, header+test.row+"\n"), fucheng, there)
		exit := map[bool]int{true: 2, false: min(len(report.Lines[0].Doubts), 1)}[report.Lines[0].Action == list.WillRefuse]
		if report.Exit() != exit {
			t.Errorf("%s: exit %d, want %d", test.about, report.Exit(), exit)
		}
		if got := say(report.Lines[0]); got != test.want {
			t.Errorf("%s: got %s, want %s (%+v)", test.about, got, test.want, report.Lines[0].Changes)
		}
	}
}

func TestOneBranchUnderTwoNames(t *testing.T) {
	report := judged(t, table(t, header+
		"涪城区,工会驿站(锐明眼镜店),一环路1号,,,,,,\n涪城区,锐明眼镜店工会驿站,一环路1号,,,,,,\n涪城区,锐明眼镜店工会驿站,二环路9号,,,,,,\n"), fucheng)
	for i, want := range []string{"add", "skip(import.repeated_row) import.repeated_row", "add import.same_name"} {
		if got := say(report.Lines[i]); got != want {
			t.Errorf("row %d: got %s, want %s", i, got, want)
		}
	}
	if text := report.Lines[1].Doubts[0].Text; text != "2 工会驿站(锐明眼镜店)" {
		t.Errorf("the doubt names %q", text)
	}
}

func TestStatedDatum(t *testing.T) {
	report := judged(t, table(t, "名称,经度(高德),纬度(高德)\n甲站,104.75,31.46\n乙站,31.46,104.75\n"), fucheng)
	p := report.Lines[0].Understood.Place
	if p == nil || p.Datum != "gcj02" || p.GivenLng != 104.75 || p.Lng == 104.75 {
		t.Errorf("place = %+v", p)
	}
	if got := say(report.Lines[1]); got != "add import.place.swapped" {
		t.Errorf("swapped numbers: %s", got)
	}
}

// TestDatumOfEachColumn: a header speaks of its own column, and of two systems
// for one position none is chosen.
func TestDatumOfEachColumn(t *testing.T) {
	report := judged(t, table(t, "名称,百度经度,百度纬度,高德经度,高德纬度,坐标系\n甲站,104.75,31.46,,,\n乙站,,,104.75,31.46,\n丙站,104.75,,,31.46,\n丁站,104.75,31.46,,,地方坐标\n"), fucheng)
	for i, want := range []string{"bd09", "gcj02", "", ""} {
		got := ""
		if p := report.Lines[i].Understood.Place; p != nil {
			got = p.Datum
		}
		if got != want {
			t.Errorf("row %d is in %q, want %q (%s)", i, got, want, say(report.Lines[i]))
		}
	}
	if got := say(report.Lines[2]) + say(report.Lines[3]); got != "add import.place.no_datumadd import.place.no_datum" {
		t.Errorf("what is doubted: %s", got)
	}
}

// TestRowThatCannotBeKept: a row that would make a record too long is told
// before anything is applied.
func TestRowThatCannotBeKept(t *testing.T) {
	st := with(t, station.Station{}, station.Facts{Name: "甲站", OtherNames: []string{strings.Repeat("长", 480), "锐明眼镜店"}, Area: "510703", Address: "一环路1号"}, station.FromCadre)
	report := judged(t, table(t, header+"涪城区,锐明眼镜店工会户外劳动者服务站点,一环路1号,,,,,,\n"), fucheng, st)
	if got := say(report.Lines[0]); got != "skip(import.invalid) import.invalid" {
		t.Errorf("got %s", got)
	}
}

// TestHoursByHand: what a person set since the last file is doubted, not
// overwritten; what the last file said is.
func TestHoursByHand(t *testing.T) {
	tb := table(t, header+"涪城区,甲站,一环路1号,每天8:00-22:00,,,,,\n")
	old := judged(t, table(t, header+"涪城区,甲站,一环路1号,每天8:00-20:00,,,,,\n"), fucheng).Lines[0].Understood
	for by, want := range map[station.Origin]string{station.FromFile: "update", station.FromCadre: "same import.hours_by_hand"} {
		if got := say(judged(t, tb, fucheng, with(t, station.Station{}, old, by)).Lines[0]); got != want {
			t.Errorf("hours %s: got %s, want %s", by, got, want)
		}
	}
}

// TestAnew: a line is decided again as often as one likes, against what is
// there by then.
func TestAnew(t *testing.T) {
	l := judged(t, table(t, header+"涪城区,甲站,一环路1号,,12351,,,,\n"), fucheng).Lines[0]
	if l.Differs(l.Anew(list.There{})) {
		t.Error("with nothing there it is another line")
	}
	there := with(t, station.Station{}, station.Facts{Name: "甲站", Area: "510703", Address: "一环路1号"}, station.FromCadre)
	again := l.Anew(list.There{Stations: named(there)})
	if !l.Differs(again) || again.Action != list.WillUpdate || again.Station != there.ID || again.Version != 1 {
		t.Errorf("once somebody added it: %+v", again)
	}
	facts, changes := again.Onto(there)
	if len(changes) != 1 || changes[0] != (list.FieldChange{Field: "phones", To: "12351"}) || facts.Address != there.Address {
		t.Errorf("onto it: %+v, %+v", changes, facts)
	}
	there.Version++
	if !again.Differs(again.Anew(list.There{Stations: named(there)})) {
		t.Error("a station that was changed since is told as the same")
	}
}

// TestOnlyOneArea: a whole file may be held to an area, whoever imports it. A row
// that says less exactly where it lies lies where the importer stated.
func TestOnlyOneArea(t *testing.T) {
	tb := table(t, "市,区县,街道,站点名称\n绵阳市,涪城区,,甲站\n绵阳市,,,乙站\n,,,丙站\n绵阳市,游仙区,,丁站\n成都市,,,戊站\n")
	for only, want := range map[string]string{
		"510703": "add add add refuse(import.outside_area) refuse(import.outside_area)",
		"5107":   "add add add add refuse(import.outside_area)",
		"":       "add add add add add",
	} {
		var got []string
		for _, l := range judged(t, tb, list.Options{Area: "510703", Only: only}).Lines {
			got = append(got, say(l))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("only %q: got %s, want %s", only, strings.Join(got, " "), want)
		}
	}
}
