package workday_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nuanxin/internal/clock"
	"nuanxin/internal/workday"
)

var office = workday.Hours{From: workday.At(9, 0), To: workday.At(17, 0), Breaks: []workday.Span{{From: workday.At(12, 0), To: workday.At(13, 30)}}}

func civil(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, clock.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func TestKind(t *testing.T) {
	for _, c := range []struct {
		say, day string
		want     workday.Kind
		name     string
	}{
		{"New Year's make-up Sunday is worked", "2026-01-04", workday.MakeUp, "元旦"},
		{"Spring Festival's first make-up Saturday is worked", "2026-02-14", workday.MakeUp, "春节"},
		{"Spring Festival's second make-up Saturday is worked", "2026-02-28", workday.MakeUp, "春节"},
		{"Labour Day's make-up Saturday is worked", "2026-05-09", workday.MakeUp, "劳动节"},
		{"National Day's make-up Sunday is worked", "2026-09-20", workday.MakeUp, "国庆节"},
		{"National Day's make-up Saturday is worked", "2026-10-10", workday.MakeUp, "国庆节"},
		{"a Thursday that is New Year is a holiday", "2026-01-01", workday.Holiday, "元旦"},
		{"a Saturday inside the holiday is a holiday", "2026-01-03", workday.Holiday, "元旦"},
		{"a plain Saturday is a weekend", "2026-01-10", workday.Weekend, ""},
		{"a plain Monday is worked", "2026-01-05", workday.Workday, ""},
		{"a Saturday in December became a workday by the next year's notice", "2018-12-29", workday.MakeUp, "元旦"},
		{"a Monday in December became a holiday by the next year's notice", "2018-12-31", workday.Holiday, "元旦"},
		{"the holiday prolonged in the epidemic is the corrected one", "2020-01-31", workday.Holiday, "春节"},
		{"the 70th anniversary was a holiday once", "2015-09-03", workday.Holiday, "抗日战争暨世界反法西斯战争胜利70周年纪念日"},
		{"the first day that we know", "2015-01-01", workday.Holiday, "元旦"},
		{"the last day that no later notice can move", "2026-12-27", workday.Weekend, ""},
	} {
		var cal workday.Calendar
		got, err := cal.Kind(c.day)
		if err != nil || got != c.want {
			t.Errorf("%s: kind of %s: got %v, %v; want %v", c.say, c.day, got, err, c.want)
		}
		if name, err := cal.Name(c.day); err != nil || name != c.name {
			t.Errorf("%s: name of %s: got %q, %v; want %q", c.say, c.day, name, err, c.name)
		}
		works, _ := cal.IsWorkday(c.day)
		off, _ := cal.IsHoliday(c.day)
		if works != (c.want == workday.Workday || c.want == workday.MakeUp) || off != (c.want == workday.Holiday) {
			t.Errorf("%s: got workday %v, holiday %v for kind %v", c.say, works, off, c.want)
		}
	}
}

func TestUnknown(t *testing.T) {
	for _, c := range []struct {
		say, day string
		want     error
	}{
		{"a year without a notice is unknown", "2027-03-01", workday.ErrUnknown},
		{"late December waits for the next notice", "2026-12-28", workday.ErrUnknown},
		{"so does New Year's Eve", "2026-12-31", workday.ErrUnknown},
		{"years before our data are unknown", "2014-12-31", workday.ErrUnknown},
		{"the 30th of February is no day", "2026-02-30", workday.ErrDay},
		{"a date in another form is no day", "2026/01/01", workday.ErrDay},
		{"nothing is no day", "", workday.ErrDay},
	} {
		var cal workday.Calendar
		if works, err := cal.IsWorkday(c.day); works || !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, %v; want %v", c.say, works, err, c.want)
		}
		if off, err := cal.IsHoliday(c.day); off || !errors.Is(err, c.want) {
			t.Errorf("%s: got holiday %v, %v; want %v", c.say, off, err, c.want)
		}
	}
}

// TestAgainstSource compares the embedded form with the files it was made from.
func TestAgainstSource(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/vectors/holiday-cn/2*.json")
	if len(files) == 0 {
		t.Skip("the folder of holiday-cn's files is not beside the checkout")
	}
	var cal workday.Calendar
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		year, days, err := workday.ParseYear(text)
		if got, want := cal.Published(year), err == nil; got != want {
			t.Errorf("%d: got published %v, want %v (%v)", year, got, want, err)
		}
		for _, d := range days {
			got, err := cal.IsWorkday(d.Date)
			if err != nil || got == d.Off {
				t.Errorf("%s: got workday %v, %v; want %v", d.Date, got, err, !d.Off)
			}
		}
	}
}

// TestYears checks the number of days off that the law gives: 11 until 2024, 13 since.
func TestYears(t *testing.T) {
	var cal workday.Calendar
	for year := 2015; year <= 2025; year++ {
		works := 0
		for d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
			if ok, err := cal.IsWorkday(d.Format(time.DateOnly)); err != nil {
				t.Fatal(err)
			} else if ok {
				works++
			}
		}
		if works < 247 || works > 252 {
			t.Errorf("%d: got %d working days, want about 250", year, works)
		}
	}
}

func TestAddWorking(t *testing.T) {
	for _, c := range []struct {
		say, start string
		add        time.Duration
		want       string
	}{
		{"within the morning", "2026-01-20 09:30", time.Hour, "2026-01-20 10:30"},
		{"across lunch", "2026-01-20 11:30", time.Hour, "2026-01-20 14:00"},
		{"ends at closing rather than next morning", "2026-01-20 16:00", time.Hour, "2026-01-20 17:00"},
		{"from the evening it begins next morning", "2026-01-20 20:00", time.Hour, "2026-01-21 10:00"},
		{"over a weekend", "2026-01-23 16:00", 2 * time.Hour, "2026-01-26 10:00"},
		{"a make-up Saturday counts", "2026-02-13 16:00", 2 * time.Hour, "2026-02-14 10:00"},
		{"over Spring Festival", "2026-02-14 16:00", 2 * time.Hour, "2026-02-24 10:00"},
		{"nothing added is the start, even at night", "2026-01-20 23:00", 0, "2026-01-20 23:00"},
	} {
		got, err := workday.Calendar{}.AddWorking(civil(c.start), c.add, office)
		if err != nil || !got.Equal(civil(c.want)) {
			t.Errorf("%s: got %s, %v; want %s", c.say, got.In(clock.Zone), err, c.want)
		}
	}
}

func TestIntoTheUnknown(t *testing.T) {
	var cal workday.Calendar
	start := civil("2026-12-25 16:00") // Friday
	if got, err := cal.AddWorking(start, 2*time.Hour, office); !errors.Is(err, workday.ErrUnknown) || !got.Equal(civil("2026-12-28 00:00")) {
		t.Errorf("adding into the unknown: got %s, %v; want its first midnight and ErrUnknown", got, err)
	}
	if got, err := cal.WorkingBetween(start, civil("2027-02-01 12:00"), office); !errors.Is(err, workday.ErrUnknown) || got != time.Hour {
		t.Errorf("counting into the unknown: got %s, %v; want 1h and ErrUnknown", got, err)
	}
	if got, err := cal.AddWorkdays(start, 1, office); !errors.Is(err, workday.ErrUnknown) || !got.Equal(civil("2026-12-28 00:00")) {
		t.Errorf("adding days into the unknown: got %s, %v; want its first midnight and ErrUnknown", got, err)
	}
	if got, err := cal.WorkdaysBetween(civil("2026-12-23 10:00"), civil("2027-01-05 10:00")); !errors.Is(err, workday.ErrUnknown) || got != 2 {
		t.Errorf("counting days into the unknown: got %d, %v; want 2 and ErrUnknown", got, err)
	}
	next, err := cal.WithYear(2027, []workday.Day{{Date: "2027-01-01", Name: "元旦", Off: true}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := next.AddWorking(start, 2*time.Hour, office); err != nil || !got.Equal(civil("2026-12-28 10:00")) {
		t.Errorf("after the notice is learnt: got %s, %v; want Monday 10:00", got, err)
	}
	if cal.Published(2027) {
		t.Error("learning a notice changed the built-in calendar")
	}
}

func TestAddWorkdays(t *testing.T) {
	for _, c := range []struct {
		say, start string
		n          int
		want       string
	}{
		{"one day from a Tuesday is Wednesday's end", "2026-01-20 16:12", 1, "2026-01-21 17:00"},
		{"five days cross the weekend", "2026-01-20 16:12", 5, "2026-01-27 17:00"},
		{"from a Saturday Monday is the first", "2026-01-24 10:00", 1, "2026-01-26 17:00"},
		{"none is the end of today", "2026-01-20 16:12", 0, "2026-01-20 17:00"},
		{"none on a Sunday is Monday's end", "2026-01-25 16:12", 0, "2026-01-26 17:00"},
		{"the make-up Saturday counts, the festival does not", "2026-02-13 10:00", 2, "2026-02-24 17:00"},
		{"late in the evening UTC it is already the next civil day", "2026-01-20 00:30", 1, "2026-01-21 17:00"},
	} {
		start := civil(c.start)
		got, err := workday.Calendar{}.AddWorkdays(start, c.n, office)
		if err != nil || !got.Equal(civil(c.want)) {
			t.Errorf("%s: got %s, %v; want %s", c.say, got.In(clock.Zone), err, c.want)
		}
		if back, err := (workday.Calendar{}).WorkdaysBetween(start, got); c.n > 0 && (err != nil || back != c.n) {
			t.Errorf("%s: counted back %d, %v; want %d", c.say, back, err, c.n)
		}
	}
}

func TestUntil(t *testing.T) {
	office := workday.Hours{From: workday.At(9, 0), To: workday.At(17, 30)}
	late := workday.Hours{From: workday.At(9, 0), To: workday.At(24, 0)}
	for _, c := range []struct {
		say       string
		h         workday.Hours
		now, want string
	}{
		{"in the morning", office, "2026-11-24T10:00:00+08:00", "2026-11-24T17:30:00+08:00"},
		{"after 17:00, in office hours", office, "2026-11-24T17:10:00+08:00", "2026-11-24T17:30:00+08:00"},
		{"as the office closes", office, "2026-11-24T17:30:00+08:00", "2026-11-24T23:59:00+08:00"},
		{"the day before", office, "2026-11-23T20:00:00+08:00", "2026-11-24T17:30:00+08:00"},
		{"who works round the clock", workday.Hours{}, "2026-11-24T10:00:00+08:00", "2026-11-24T23:59:00+08:00"},
		{"who works until midnight", late, "2026-11-24T10:00:00+08:00", "2026-11-24T23:59:00+08:00"},
	} {
		now, err1 := time.Parse(time.RFC3339, c.now)
		want, err2 := time.Parse(time.RFC3339, c.want)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if got, err := c.h.Until("2026-11-24", now); err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v, %v, want %v", c.say, got, err, want)
		}
	}
	if _, err := office.Until("24.11.2026", time.Time{}); !errors.Is(err, workday.ErrDay) {
		t.Errorf("no day: got %v, want ErrDay", err)
	}
}

func TestLocalDays(t *testing.T) {
	cal, err := workday.Calendar{}.With(workday.Day{Date: "2026-04-20", Name: "三月三", Off: true})
	if err != nil {
		t.Fatal(err)
	}
	if off, err := cal.IsHoliday("2026-04-20"); !off || err != nil {
		t.Errorf("a region's own holiday: got %v, %v; want true", off, err)
	}
	if off, _ := (workday.Calendar{}).IsHoliday("2026-04-20"); off {
		t.Error("a region's own holiday leaked into the national calendar")
	}
	if _, err := cal.With(workday.Day{Date: "soon"}); !errors.Is(err, workday.ErrDay) {
		t.Errorf("a bad date: got %v, want ErrDay", err)
	}
}

func TestHoursCheck(t *testing.T) {
	at := workday.At
	for _, c := range []struct {
		say  string
		h    workday.Hours
		good bool
	}{
		{"zero hours are round the clock", workday.Hours{}, true},
		{"office hours with lunch", office, true},
		{"they cannot end before they begin", workday.Hours{From: at(17, 0), To: at(9, 0)}, false},
		{"they cannot pass midnight", workday.Hours{From: at(9, 0), To: at(25, 0)}, false},
		{"a break lies inside", workday.Hours{From: at(9, 0), To: at(17, 0), Breaks: []workday.Span{{From: at(8, 0), To: at(10, 0)}}}, false},
		{"breaks come in order", workday.Hours{From: at(9, 0), To: at(17, 0), Breaks: []workday.Span{{From: at(14, 0), To: at(15, 0)}, {From: at(12, 0), To: at(13, 0)}}}, false},
		{"some work is left", workday.Hours{From: at(9, 0), To: at(17, 0), Breaks: []workday.Span{{From: at(9, 0), To: at(17, 0)}}}, false},
	} {
		if err := c.h.Check(); (err == nil) != c.good {
			t.Errorf("%s: got %v, want good %v", c.say, err, c.good)
		}
		if _, err := (workday.Calendar{}).AddWorking(civil("2026-01-20 09:00"), time.Hour, c.h); (err == nil) != c.good {
			t.Errorf("%s: AddWorking got %v, want good %v", c.say, err, c.good)
		}
	}
}

func TestHoursJSON(t *testing.T) {
	var h workday.Hours
	if err := json.Unmarshal([]byte(`{"from":"9:00","to":"24:00"}`), &h); err != nil || h.From != workday.At(9, 0) || h.To != workday.At(24, 0) {
		t.Errorf("got %+v, %v", h, err)
	}
	for _, bad := range []string{`"9"`, `"9:60"`, `"24:01"`, `"-1:00"`, `"9:00x"`, `""`} {
		var m workday.Minute
		if err := json.Unmarshal([]byte(bad), &m); err == nil {
			t.Errorf("%s: got %v, want a refusal", bad, m)
		}
	}
}

// span draws office hours with up to two breaks.
func drawHours(r *rapid.T) workday.Hours {
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(0, 1440), 6, 6, rapid.ID).Draw(r, "cuts")
	for i := range cuts {
		for j := i; j > 0 && cuts[j] < cuts[j-1]; j-- {
			cuts[j], cuts[j-1] = cuts[j-1], cuts[j]
		}
	}
	m := func(i int) workday.Minute { return workday.Minute(cuts[i]) }
	return workday.Hours{From: m(0), To: m(5), Breaks: []workday.Span{{From: m(1), To: m(2)}, {From: m(3), To: m(4)}}}
}

func drawTime(r *rapid.T, name string) time.Time {
	from, to := civil("2015-01-01 00:00").UnixMicro(), civil("2026-06-01 00:00").UnixMicro()
	return time.UnixMicro(rapid.Int64Range(from, to).Draw(r, name)).UTC()
}

func TestAddThenCountIsIdentity(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		h, start := drawHours(r), drawTime(r, "start")
		d := time.Duration(rapid.Int64Range(0, int64(20*time.Hour)).Draw(r, "d"))
		end, err := workday.Calendar{}.AddWorking(start, d, h)
		if errors.Is(err, workday.ErrUnknown) {
			return // a minute of work a day may reach past the last notice
		}
		if err != nil {
			r.Fatal(err)
		}
		got, err := workday.Calendar{}.WorkingBetween(start, end, h)
		if err != nil || got != d {
			r.Fatalf("from %s to %s: got %s, %v; want %s", start, end, got, err, d)
		}
		if d > 0 {
			if less, _ := (workday.Calendar{}).WorkingBetween(start, end.Add(-1), h); less >= d {
				r.Fatalf("%s is not the first such moment", end)
			}
		}
	})
}

func TestMonotoneAndAdditive(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		h, a := drawHours(r), drawTime(r, "a")
		hop := func(name string) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(30*24*time.Hour)).Draw(r, name))
		}
		b := a.Add(hop("ab"))
		c := b.Add(hop("bc"))
		var cal workday.Calendar
		ab, _ := cal.WorkingBetween(a, b, h)
		bc, _ := cal.WorkingBetween(b, c, h)
		ac, _ := cal.WorkingBetween(a, c, h)
		if ab < 0 || bc < 0 || ab+bc != ac {
			r.Fatalf("got %s + %s, want %s", ab, bc, ac)
		}
		if ca, _ := cal.WorkingBetween(c, a, h); ca != -ac {
			r.Fatalf("backwards: got %s, want %s", ca, -ac)
		}
		d, more := hop("d")/30, hop("more")/30
		x, _ := cal.AddWorking(a, d, h)
		y, _ := cal.AddWorking(a, d+more, h)
		z, _ := cal.AddWorking(b, d, h)
		if y.Before(x) || (d > 0 && z.Before(x)) {
			r.Fatalf("adding more, or later, ends sooner: %s %s %s", x, y, z)
		}
	})
}

func ExampleCalendar_AddWorkdays() {
	start := time.Date(2026, 1, 20, 16, 12, 0, 0, clock.Zone)
	due, err := workday.Calendar{}.AddWorkdays(start, 5, workday.Hours{From: workday.At(9, 0), To: workday.At(17, 0)})
	fmt.Println(due.In(clock.Zone).Format("2006-01-02 15:04"), err)
	// Output: 2026-01-27 17:00 <nil>
}
