package station_test

import (
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/workday"
)

func TestNow(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		done := h.add(t, facts("站"))
		check := func(about string, want station.Status, why hours.Why, by station.Origin, age time.Duration) {
			t.Helper()
			v, err := h.Get(stranger, done.ID)
			if err != nil {
				t.Fatal(err)
			}
			if v.Now.Status != want || v.Now.Why != why || v.Now.By != by || v.Now.Age(h.clock.Now()) != age {
				t.Errorf("%s: got %s because %s, by %s, %v old; want %s, %s, %s, %v",
					about, v.Now.Status, v.Now.Why, v.Now.By, v.Now.Age(h.clock.Now()), want, why, by, age)
			}
		}
		must := func(_ any, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		check("as printed", station.Open, hours.ByRows, station.FromCadre, 0)
		h.clock.Move(time.Hour)
		must(nil, h.Reported(program, done.ID, station.Locked, h.clock.Now(), "R1"))
		h.clock.Move(2 * time.Minute)
		check("a worker found it locked", station.LockedNow, station.Reported, station.FromWorker, 2*time.Minute)
		must(h.SetDay(host, done.ID, hours.Special{Day: "2026-11-24", Periods: []hours.Period{{From: 660, To: 720}}}))
		h.clock.Move(time.Minute)
		check("the host says of the day what is true, later", station.Open, hours.BySpecial, station.FromHost, time.Minute)
		must(h.ClearDay(host, done.ID, "2026-11-24"))
		check("taken back: the report counts again", station.LockedNow, station.Reported, station.FromWorker, 3*time.Minute)
		must(h.Fixed(host, done.ID, station.Locked))
		check("the host says fixed", station.Open, hours.ByRows, station.FromCadre, time.Hour+3*time.Minute)
		must(nil, h.Reported(program, done.ID, station.Locked, start.Add(time.Hour), "R1"))
		check("the old report told again opens nothing", station.Open, hours.ByRows, station.FromCadre, time.Hour+3*time.Minute)
		must(h.SetDay(host, done.ID, hours.Special{Day: "2026-11-24", Reason: "停电"}))
		check("closed for the day with a reason", station.Shut, hours.BySpecial, station.FromHost, 0)
		must(h.CloseForGood(cadre, done.ID, 1, "搬走了"))
		check("closed for good", station.Gone, station.ForGood, station.FromCadre, 0)
		if _, err := h.SetDay(host, done.ID, hours.Special{Day: "2026-11-25", Reason: "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a closed station takes days: %v", err)
		}
	})
}

// TestTheNightBefore: a station that is open past midnight, and what is said of
// the new day meanwhile.
func TestTheNightBefore(t *testing.T) {
	st := station.Station{Facts: station.Facts{Hours: hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: 20 * 60, To: 26 * 60}}}}}
	one := time.Date(2026, 11, 25, 1, 0, 0, 0, clock.Zone)
	for _, test := range []struct {
		about   string
		said    time.Duration // before one o'clock
		periods []hours.Period
		open    bool
		until   string
	}{
		{"closed, said after midnight", 10 * time.Minute, nil, false, "00:00"},
		{"closed, said the day before", 5 * time.Hour, nil, true, "02:00"},
		{"until half past one", 10 * time.Minute, []hours.Period{{From: 0, To: 90}}, true, "01:30"},
		{"other hours in the daytime", 10 * time.Minute, []hours.Period{{From: 540, To: 1020}}, true, "02:00"},
	} {
		l := station.Live{Days: []station.Day{{Special: hours.Special{Day: "2026-11-25", Periods: test.periods, Reason: "停电"}, By: station.FromHost, At: one.Add(-test.said)}}}
		n := st.Now(l, one, workday.Calendar{})
		if until := n.Until.In(clock.Zone).Format("15:04"); n.Status.IsOpen() != test.open || test.open && until != test.until {
			t.Errorf("%s: got %s until %s, want open %v until %s", test.about, n.Status, until, test.open, test.until)
		}
	}
}

func TestReportsInAnyOrder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		done := h.add(t, facts("站"))
		open := func() int {
			v, err := h.Get(stranger, done.ID)
			if err != nil {
				t.Fatal(err)
			}
			return len(v.Live.Reports)
		}
		at := h.clock.Now()
		for _, step := range []struct {
			about string
			do    func() error
			want  int
		}{
			{"settled is told before the report", func() error { return h.Settled(program, done.ID, "R1", at.Add(time.Minute)) }, 0},
			{"the report comes late", func() error { return h.Reported(program, done.ID, station.NoWater, at, "R1") }, 0},
			{"not solved: reported again", func() error { return h.Reported(program, done.ID, station.NoWater, at.Add(time.Hour), "R1") }, 1},
			{"told twice", func() error { return h.Reported(program, done.ID, station.NoWater, at.Add(time.Hour), "R1") }, 1},
			{"an unknown word is other", func() error { return h.Reported(program, done.ID, "roof", at, "R2") }, 2},
			{"settled", func() error { return h.Settled(program, done.ID, "R1", at.Add(2*time.Hour)) }, 1},
			{"settled twice", func() error { return h.Settled(program, done.ID, "R1", at.Add(2*time.Hour)) }, 1},
		} {
			if err := step.do(); err != nil || open() != step.want {
				t.Errorf("%s: %d reports are open, want %d (%v)", step.about, open(), step.want, err)
			}
		}
	})
}

func TestSetDayRefuses(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		done := h.add(t, facts("站"))
		for _, test := range []struct {
			about, field string
			day          hours.Special
		}{
			{"closing without a reason", "reason", hours.Special{Day: "2026-11-25"}},
			{"yesterday", "day", hours.Special{Day: "2026-11-23", Reason: "x"}},
			{"no date", "day", hours.Special{Day: "明天", Reason: "x"}},
			{"in two years", "day", hours.Special{Day: "2028-11-25", Reason: "x"}},
		} {
			_, err := h.SetDay(host, done.ID, test.day)
			if e := fault.Of(err); e.Kind != fault.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != test.field {
				t.Errorf("%s: got %v, want field %s", test.about, err, test.field)
			}
		}
	})
}
