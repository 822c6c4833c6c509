package finder_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/workday"

	"pgregory.net/rapid"
)

func TestFinder(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		here := geo.Point{Lat: 31.46, Lng: 104.75}
		near := h.add(t, at(t, "近站", 31.461, 104.75, "toilet", 8, 22))
		h.add(t, at(t, "远站", 31.48, 104.75, "charging", 0, 24))
		h.add(t, at(t, "夜站", 31.47, 104.75, "charging", 20, 30))
		draft := at(t, "样例", 31.46, 104.75, "charging", 0, 24)
		draft.Public = false
		h.add(t, draft)
		h.add(t, facts("没上图的站"))
		f, refresh := h.finder(t)
		find := func(w finder.Want) string { return names(f.Nearest(here, 0, 10, w)) }
		charging, _ := amenity.Of("charging")
		expect := func(about, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: got %q, want %q", about, got, want)
			}
		}
		now := h.clock.Now()
		expect("nearest first, without the hidden and the unmapped", find(finder.Want{}), "近站 夜站 远站 ")
		expect("open now", find(finder.Want{OpenAt: now}), "近站 远站 ")
		expect("with charging", find(finder.Want{Services: charging}), "夜站 远站 ")
		expect("open at two in the morning", find(finder.Want{OpenAt: now.Add(16 * time.Hour)}), "夜站 远站 ")
		expect("day and night", find(finder.Want{AllDay: true}), "远站 ")
		expect("within 500 metres", names(f.Nearest(here, 500, 10, finder.Want{})), "近站 ")
		list, total := f.InRect(geo.Point{Lat: 31.465, Lng: 104.7}, geo.Point{Lat: 31.5, Lng: 104.8}, 1, finder.Want{})
		if len(list) != 1 || total != 2 {
			t.Errorf("in the rectangle: %s of %d, want one of 2", names(list), total)
		}
		expect("by pinyin", names(f.Search(finder.Want{Words: "yezhan"}, station.Cursor{}, 10)), "夜站 ")
		expect("by initials", names(f.Search(finder.Want{Words: "mstdz"}, station.Cursor{}, 10)), "没上图的站 ")
		expect("by the street", fmt.Sprint(len(f.Search(finder.Want{Words: "人民大街"}, station.Cursor{}, 10))), "4")
		expect("by code", names(f.Search(finder.Want{Words: near.Code}, station.Cursor{}, 10)), "近站 ")
		expect("an area holds also the unmapped", fmt.Sprint(len(f.Search(finder.Want{Area: "5107"}, station.Cursor{}, 10))), "4")
		expect("another area", fmt.Sprint(len(f.Search(finder.Want{Area: "5106"}, station.Cursor{}, 10))), "0")

		must := func(_ any, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(nil, h.Reported(program, near.ID, station.Locked, now, "R1"))
		refresh()
		expect("reported locked is not open", find(finder.Want{OpenAt: now}), "远站 ")
		expect("but still there", find(finder.Want{}), "近站 夜站 远站 ")
		h.clock.Move(station.LockCounts)
		refresh()
		expect("a day later the hours count again", find(finder.Want{OpenAt: h.clock.Now()}), "近站 远站 ")
		must(h.SetDay(host, near.ID, hours.Special{Day: "2026-11-25", Reason: "停电"}))
		refresh()
		expect("closed for the day", find(finder.Want{OpenAt: h.clock.Now()}), "远站 ")
		must(h.CloseForGood(cadre, near.ID, 1, "搬走了"))
		refresh()
		expect("closed for good", find(finder.Want{}), "夜站 远站 ")
		if _, ok := f.Get(near.ID); ok {
			t.Error("the finder still has the closed station")
		}
	})
}

func TestALockedDoorAtAnotherTime(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	here := geo.Point{Lat: 31.46, Lng: 104.75}
	near := h.add(t, at(t, "近站", 31.461, 104.75, "toilet", 8, 22))
	far := h.add(t, at(t, "远站", 31.48, 104.75, "toilet", 8, 22))
	f, refresh := h.finder(t)
	nearest := func(after time.Duration) string {
		return names(f.Nearest(here, 0, 1, finder.Want{OpenAt: h.clock.Now().Add(after)}))
	}
	if err := h.Reported(program, near.ID, station.Locked, h.clock.Now(), "R1"); err != nil {
		t.Fatal(err)
	}
	h.clock.Move(2 * time.Hour)
	refresh()
	for after, want := range map[time.Duration]string{0: "远站 ", time.Hour: "远站 ", 23 * time.Hour: "近站 ", -3 * time.Hour: "近站 "} {
		if got := nearest(after); got != want {
			t.Errorf("two hours after the report, asked for %v later: got %q, want %q", after, got, want)
		}
	}
	// Told by a process whose clock is a little ahead: it counts once its time has come.
	if err := h.Reported(program, far.ID, station.Locked, h.clock.Now().Add(time.Second), "R2"); err != nil {
		t.Fatal(err)
	}
	refresh()
	h.clock.Move(2 * time.Second)
	refresh()
	if got := nearest(0); got != "" {
		t.Errorf("both are locked: got %q", got)
	}
	h.clock.Move(22 * time.Hour)
	refresh()
	if got := nearest(0); got != "近站 " {
		t.Errorf("a day after the first report: got %q", got)
	}
}

// TestFinderAgreesWithTheTables makes random changes and compares the finder
// that followed them with one that loads everything, and with the directory.
func TestFinderAgreesWithTheTables(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	f, refresh := h.finder(t)
	have := map[station.ID]int64{}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(r, "changes") {
			fs := at(t, fmt.Sprintf("站%d", rapid.IntRange(0, 9).Draw(r, "name")), 31+rapid.Float64Range(0, 1).Draw(r, "lat"), 104, "water", 8, rapid.IntRange(9, 24).Draw(r, "to"))
			fs.Public = rapid.IntRange(0, 3).Draw(r, "public") > 0
			if rapid.Bool().Draw(r, "unmapped") {
				fs.Place = nil
			}
			var done station.Done
			var err error
			if some := any1(have); some != "" && rapid.Bool().Draw(r, "edit") {
				done, err = h.Edit(cadre, some, have[some], fs)
			} else {
				done, err = h.Add(cadre, "", fs)
			}
			if err != nil {
				r.Fatal(err)
			}
			have[done.ID] = done.Version
		}
		refresh()
		whole, _ := h.finder(t)
		got, want := f.Search(finder.Want{}, station.Cursor{}, 10_000), whole.Search(finder.Want{}, station.Cursor{}, 10_000)
		if names(got) != names(want) {
			r.Fatalf("followed: %s\nloaded: %s", names(got), names(want))
		}
		_, mapped := f.Len()
		if _, all := whole.Len(); mapped != all || names(f.Nearest(geo.Point{Lat: 31, Lng: 104}, 0, 100, finder.Want{})) != names(whole.Nearest(geo.Point{Lat: 31, Lng: 104}, 0, 100, finder.Want{})) {
			r.Fatalf("followed %d on the map, loaded %d", mapped, all)
		}
	})
}

// any1 returns the least id, so that a failure can be repeated.
func any1(have map[station.ID]int64) (least station.ID) {
	for id := range have {
		if least == "" || id < least {
			least = id
		}
	}
	return least
}

// days is a calendar to which a notice comes in: a day off that was a workday.
type days struct {
	workday.Calendar
	notices int64
}

func (d *days) Current() int64 { return d.notices }

func (d *days) IsWorkday(string) (bool, error) { return d.notices == 0, nil }

func TestANoticeOnHolidays(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		f := at(t, "工作日开", 31.46, 104.75, "toilet", 8, 22)
		f.Hours.Rows[0].Days = hours.Workdays
		h.add(t, f)
		calendar := &days{}
		find := finder.New(h.Service, calendar, h.clock)
		open := func() string {
			if err := find.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			all := names(find.Nearest(geo.Point{Lat: 31.46, Lng: 104.75}, 0, 5, finder.Want{}))
			list := find.Nearest(geo.Point{Lat: 31.46, Lng: 104.75}, 0, 5, finder.Want{OpenAt: h.clock.Now()})
			one := find.Nearest(geo.Point{Lat: 31.46, Lng: 104.75}, 0, 5, finder.Want{})[0]
			return all + names(list) + string(one.Now.Status)
		}
		if got := open(); got != "工作日开 工作日开 open" {
			t.Errorf("before: got %q", got)
		}
		calendar.notices++
		if got := open(); got != "工作日开 closed" {
			t.Errorf("after the notice, in the same minute: got %q, want closed", got)
		}
	})
}

// TestAnOlderCopyIsRestored: when the directory is exchanged under a running
// finder for one that never gave its cursor, it begins anew, and keeps nothing.
func TestAnOlderCopyIsRestored(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		open := dbtest.SQLite
		if strings.HasSuffix(t.Name(), "postgres") {
			open = dbtest.Postgres
		}
		older := newHouse(t, open)
		older.add(t, at(t, "在册的", 31.461, 104.75, "toilet", 8, 22))
		for i := range 3 {
			h.add(t, at(t, fmt.Sprintf("后来的%d", i), 31.46, 104.75, "toilet", 8, 22))
		}
		f, refresh := h.finder(t)
		*h.Service = *older.Service
		refresh()
		here := geo.Point{Lat: 31.46, Lng: 104.75}
		if got, all := names(f.Nearest(here, 0, 10, finder.Want{})), names(f.Search(finder.Want{}, station.Cursor{}, 10)); got != "在册的 " || all != got {
			t.Errorf("nearest: %q, listed: %q; want the one of the older copy", got, all)
		}
		h.add(t, at(t, "新的", 31.46, 104.75, "toilet", 8, 22))
		refresh()
		if got := names(f.Nearest(here, 0, 10, finder.Want{})); got != "新的 在册的 " {
			t.Errorf("afterwards it follows: got %q", got)
		}
		empty := newHouse(t, open)
		*h.Service = *empty.Service
		refresh()
		if all, mapped := f.Len(); all+mapped != 0 {
			t.Errorf("an empty one: %d stations are left, %d on the map", all, mapped)
		}
	})
}

// TestLockedDoorsInARectangle: for another time than now, those that are locked
// then are neither counted nor do they take the place of others.
func TestLockedDoorsInARectangle(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	var near station.Done
	for i := range 5 { // the first lies in the middle
		d := h.add(t, at(t, fmt.Sprintf("站%d", i), 31.5+0.01*float64(i), 104.75, "toilet", 8, 22))
		if i == 0 {
			near = d
		}
	}
	night := h.add(t, at(t, "夜站", 31.5, 104.76, "toilet", 20, 30))
	f, refresh := h.finder(t)
	for _, id := range []station.ID{near.ID, night.ID} {
		if err := h.Reported(program, id, station.Locked, h.clock.Now(), "R"+string(id)); err != nil {
			t.Fatal(err)
		}
	}
	h.clock.Move(2 * time.Hour)
	refresh()
	for after, want := range map[time.Duration]string{0: "站1 站2 of 4", time.Hour: "站1 站2 of 4", 12 * time.Hour: "of 0", 23 * time.Hour: "站0 站1 of 5", -3 * time.Hour: "站0 站1 of 5"} {
		list, total := f.InRect(geo.Point{Lat: 31.4, Lng: 104.7}, geo.Point{Lat: 31.6, Lng: 104.8}, 2, finder.Want{OpenAt: h.clock.Now().Add(after)})
		if got := fmt.Sprintf("%sof %d", names(list), total); got != want {
			t.Errorf("two hours after the report, asked for %v later: got %q, want %q", after, got, want)
		}
	}
	h.clock.Move(station.LockCounts)
	refresh()
	if list, total := f.InRect(geo.Point{Lat: 31.4, Lng: 104.7}, geo.Point{Lat: 31.6, Lng: 104.8}, 2, finder.Want{OpenAt: h.clock.Now()}); total != 5 || len(list) != 2 {
		t.Errorf("a day later: got %s of %d, want two of 5", names(list), total)
	}
}
