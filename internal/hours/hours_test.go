package hours

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/evidence/proves"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden file anew; read the difference before you commit it")

// printed is one entry of testdata/printed.json, reviewed by a person.
type printed struct {
	Text   string  `json:"text"`
	Says   string  `json:"says"`
	Doubts []Doubt `json:"doubts"`
}

func TestParseGolden(t *testing.T) {
	const name = "testdata/printed.json"
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var entries []printed
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		u := Parse(e.Text)
		got := printed{e.Text, u.Table(e.Text).Text(false), u.Doubts}
		if *update {
			entries[i] = got
			continue
		}
		if got.Says != e.Says || !slices.Equal(got.Doubts, e.Doubts) {
			t.Errorf("Parse(%q)\n got %q %v\nwant %q %v", e.Text, got.Says, got.Doubts, e.Says, e.Doubts)
		}
	}
	if *update {
		out, _ := json.MarshalIndent(entries, "", "  ")
		if err := os.WriteFile(name, append(out, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGoldenHoldsEverySourceText(t *testing.T) {
	f, err := os.Open("../../../shared/data/stations_public.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the source texts lie beside the project's folder and are not here:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := os.ReadFile("testdata/printed.json")
	var entries []printed
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		if !slices.ContainsFunc(entries, func(e printed) bool { return e.Text == r[7] }) {
			t.Errorf("testdata/printed.json has no entry for %q", r[7])
		}
	}
}

// calendar has the days of National Day 2026; 2027 is not published.
type calendar struct{}

var errYear = errors.New("not published")

func (calendar) IsHoliday(d string) (bool, error) {
	if d >= "2027" {
		return false, errYear
	}
	return d >= "2026-10-01" && d <= "2026-10-07", nil
}

func (c calendar) IsWorkday(d string) (bool, error) {
	h, err := c.IsHoliday(d)
	if err != nil {
		return false, err
	}
	at, _ := time.Parse(time.DateOnly, d)
	week := at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
	return !h && week || d == "2026-09-20" || d == "2026-10-10", nil
}

func civil(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Zone)
	if err != nil {
		panic(err)
	}
	return at
}

func TestAt(t *testing.T) {
	h := func(h, m int) int { return h*60 + m }
	office := Table{Known: true, Rows: []Row{{Days: Workdays, From: h(8, 30), To: h(12, 0)}, {Days: Workdays, From: h(13, 0), To: h(17, 30)}}}
	night := Table{Known: true, Rows: []Row{{Days: EveryDay, From: h(18, 0), To: h(26, 0)}}}
	always := Table{Known: true, Rows: []Row{{Days: EveryDay, From: 0, To: 1440}}}
	festival := always
	festival.Special = []Special{{Day: "2026-10-01", Reason: "停电检修"}, {Day: "2026-10-02", Periods: []Period{{h(9, 0), h(12, 0)}}, Reason: "国庆"}}
	week := Table{Known: true, Rows: []Row{{Days: Monday | Tuesday | Wednesday | Thursday | Friday | ExceptHolidays, From: h(9, 0), To: h(17, 0)}}}
	summer := Table{Known: true, Rows: []Row{
		{Days: EveryDay, From: h(7, 0), To: h(22, 0), Season: Season{"05-01", "09-30"}},
		{Days: EveryDay, From: h(8, 0), To: h(18, 0), Season: Season{"10-01", "04-30"}}}}
	closedOnly := Table{Special: []Special{{Day: "2026-10-01", Reason: "搬家"}}}
	for _, test := range []struct {
		about       string
		table       Table
		at          string
		want        Status
		until, next string
		why         Why
	}{
		{"nothing was said", Table{}, "2026-08-03 10:00", Unknown, "", "", NotSaid},
		{"a workday morning, until noon", office, "2026-08-03 10:00", Open, "2026-08-03 12:00", "", ByRows},
		{"twenty minutes before noon", office, "2026-08-03 11:40", ClosingSoon, "2026-08-03 12:00", "", ByRows},
		{"exactly half an hour before the end", office, "2026-08-03 11:30", ClosingSoon, "2026-08-03 12:00", "", ByRows},
		{"the closing minute is closed", office, "2026-08-03 12:00", Closed, "", "2026-08-03 13:00", ByRows},
		{"the opening minute is open", office, "2026-08-03 13:00", Open, "2026-08-03 17:30", "", ByRows},
		{"a Saturday, opens on Monday", office, "2026-08-01 10:00", Closed, "", "2026-08-03 08:30", ByRows},
		{"a make-up Sunday is a workday", office, "2026-09-20 10:00", Open, "2026-09-20 12:00", "", ByRows},
		{"a holiday Thursday, opens after the holidays", office, "2026-10-01 10:00", Closed, "", "2026-10-08 08:30", ByRows},
		{"the calendar of next year is not out: unknown", office, "2027-01-04 10:00", Unknown, "", "", NoCalendar},
		{"not out, but at night it is closed whatever the day", office, "2027-01-04 20:00", Closed, "", "", ByRows},
		{"the last workday of the published year: no promise for the next", office, "2026-12-31 18:00", Closed, "", "", ByRows},
		{"past midnight belongs to the evening before", night, "2026-08-03 01:00", Open, "2026-08-03 02:00", "", ByRows},
		{"after the night's end", night, "2026-08-03 02:00", Closed, "", "2026-08-03 18:00", ByRows},
		{"day and night has no end", always, "2026-08-03 03:00", Open, "", "", ByRows},
		{"day and night, until the special day", festival, "2026-09-30 12:00", Open, "2026-10-01 00:00", "", ByRows},
		{"a special day beats day and night", festival, "2026-10-01 12:00", Closed, "", "2026-10-02 09:00", BySpecial},
		{"a special day with its own hours", festival, "2026-10-02 10:00", Open, "2026-10-02 12:00", "", BySpecial},
		{"outside its own hours", festival, "2026-10-02 13:00", Closed, "", "2026-10-03 00:00", BySpecial},
		{"weekdays except holidays, on a holiday", week, "2026-10-01 10:00", Closed, "", "2026-10-08 09:00", ByRows},
		{"weekdays except holidays, on a make-up Saturday", week, "2026-10-10 10:00", Closed, "", "2026-10-12 09:00", ByRows},
		{"weekdays except holidays, year not out", week, "2027-01-04 10:00", Unknown, "", "", NoCalendar},
		{"summer hours", summer, "2026-09-30 21:00", Open, "2026-09-30 22:00", "", ByRows},
		{"winter hours", summer, "2026-10-01 21:00", Closed, "", "2026-10-02 08:00", ByRows},
		{"winter over the new year", summer, "2027-01-01 10:00", Open, "2027-01-01 18:00", "", ByRows},
		{"hours unknown, but this day is closed", closedOnly, "2026-10-01 10:00", Closed, "", "", BySpecial},
		{"hours unknown on another day", closedOnly, "2026-10-02 10:00", Unknown, "", "", NotSaid},
	} {
		got := test.table.At(civil(test.at), calendar{})
		if got.Status != test.want || !got.Until.Equal(civil(test.until)) || !got.Next.Equal(civil(test.next)) || got.Why != test.why {
			t.Errorf("%s: got %v until %v next %v why %s; want %v until %s next %s why %s", test.about,
				got.Status, got.Until, got.Next, got.Why, test.want, test.until, test.next, test.why)
		}
	}
}

// someTable draws a table whose rows Text can say and Parse can read.
func someTable(t *rapid.T) Table {
	days := rapid.SampledFrom([]Days{EveryDay, Weekend, Workdays, Holidays, Monday | Wednesday | Friday,
		Monday | Tuesday | Wednesday | Thursday | Friday, Saturday | Sunday | Holidays, Tuesday | Wednesday, Friday | ExceptHolidays})
	seasons := rapid.SampledFrom([]Season{{}, {}, {"05-01", "09-30"}, {"10-01", "04-30"}})
	table := Table{Known: true}
	for range rapid.IntRange(1, 3).Draw(t, "rows") {
		r := Row{Days: days.Draw(t, "days"), From: rapid.IntRange(0, day-1).Draw(t, "from"), Season: seasons.Draw(t, "season")}
		r.To = r.From + rapid.IntRange(1, day).Draw(t, "long")
		if !slices.Contains(table.Rows, r) {
			table.Rows = append(table.Rows, r)
		}
	}
	return table
}

func TestAtAgreesWithTheMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := someTable(t)
		at := civil("2026-08-31 00:00").Add(time.Duration(rapid.IntRange(0, 45*day).Draw(t, "minute")) * time.Minute)
		st := table.At(at, calendar{})
		if got, want := st.Status.IsOpen(), naive(table, at); got != want || st.Status == Unknown {
			t.Fatalf("At(%v) = %v, minute by minute open = %v", at, st.Status, want)
		}
		if st.Status.IsOpen() && !st.Until.IsZero() && (table.At(st.Until, calendar{}).Status.IsOpen() || !naive(table, st.Until.Add(-time.Minute))) {
			t.Fatalf("open at %v until %v, but that is not its end", at, st.Until)
		}
		if !st.Next.IsZero() && (!naive(table, st.Next) || naive(table, st.Next.Add(-time.Minute))) {
			t.Fatalf("closed at %v, next %v, but it does not open then", at, st.Next)
		}
	})
}

// naive asks each row for the day of at and the day before, without spans.
func naive(table Table, at time.Time) bool {
	at = at.In(clock.Zone)
	minute := at.Hour()*60 + at.Minute()
	for _, r := range table.Rows {
		for back := range 2 {
			d := at.AddDate(0, 0, -back)
			name, md := d.Format(time.DateOnly), d.Format("01-02")
			work, _ := calendar{}.IsWorkday(name)
			holiday, _ := calendar{}.IsHoliday(name)
			on := r.Days&(Monday<<((int(d.Weekday())+6)%7)) != 0 && (!holiday || r.Days&ExceptHolidays == 0) ||
				work && r.Days&Workdays != 0 || holiday && r.Days&Holidays != 0
			s := r.Season
			in := s == Season{} || s.From <= s.To && s.From <= md && md <= s.To || s.From > s.To && (md >= s.From || md <= s.To)
			if m := minute + back*day; on && in && r.From <= m && m < r.To {
				return true
			}
		}
	}
	return false
}

func TestTextIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := someTable(t)
		text := table.Text(false)
		u := Parse(text)
		if !u.Known || !sameMinutes(u.Table(text), table) {
			t.Fatalf("%q was read as %+v, want %+v", text, u, table.Rows)
		}
	})
}

func sameMinutes(a, b Table) bool {
	for at := civil("2026-09-28 00:00"); at.Before(civil("2026-10-12 00:00")); at = at.Add(53 * time.Minute) {
		if naive(a, at) != naive(b, at) {
			return false
		}
	}
	return true
}

func TestParseNeverPanics(t *testing.T) {
	alphabet := []rune("0123456789:：︰.-—至到时点半分早上午下晚次日周一二六末星期、，；。()（）24小时工作节假休息除外夏季冬5月 \n\t\x00…a")
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 40).Draw(t, "text"))
		u := Parse(text)
		if err := (Table{Known: u.Known, Rows: u.Rows}).Check(); err != nil {
			t.Fatalf("Parse(%q): %v", text, err)
		}
		if u.Known != (len(u.Table(text).Rows) > 0) {
			t.Fatalf("Parse(%q): known %v with %d rows", text, u.Known, len(u.Rows))
		}
	})
}

func TestKey(t *testing.T) {
	a := Table{Known: true, Rows: []Row{{Days: EveryDay, From: 0, To: 1440}}, Printed: "24小时"}
	b := Table{Known: true, Rows: []Row{{Days: EveryDay, From: 0, To: 1440}}, Special: []Special{{Day: "2026-01-01"}}}
	if a.Key("2026-01-02") != b.Key("2026-01-02") {
		t.Error("a special day that is over still makes a schedule of its own")
	}
	if a.Key("2026-01-01") == b.Key("2026-01-01") {
		t.Error("a special day of today does not show in the key")
	}
	if got := (Table{}).Key("2026-01-01"); got != "" {
		t.Errorf("Key of the zero table = %q, want empty", got)
	}
}

func TestCheck(t *testing.T) {
	proves.That(t, "input-contract")
	for _, test := range []struct {
		about string
		table Table
		ok    bool
	}{
		{"the zero table", Table{}, true},
		{"a row on no day", Table{Rows: []Row{{From: 0, To: 60}}}, false},
		{"a row on no day but its exception", Table{Rows: []Row{{Days: ExceptHolidays, From: 0, To: 60}}}, false},
		{"ends as it begins", Table{Rows: []Row{{Days: Monday, From: 60, To: 60}}}, false},
		{"longer than a day", Table{Rows: []Row{{Days: Monday, From: 60, To: 60 + 1441}}}, false},
		{"a season with a day that no year has", Table{Rows: []Row{{Days: Monday, From: 0, To: 60, Season: Season{"02-30", "03-01"}}}}, false},
		{"a special day that is no date", Table{Special: []Special{{Day: "2026-02-30"}}}, false},
		{"a special day, closed", Table{Special: []Special{{Day: "2026-02-28"}}}, true},
	} {
		if err := test.table.Check(); (err == nil) != test.ok {
			t.Errorf("%s: Check() = %v", test.about, err)
		}
	}
}
