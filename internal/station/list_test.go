package station_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
)

func TestListAndPaging(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for i := range 7 {
			f := facts(fmt.Sprintf("第%d站", i))
			f.Address = fmt.Sprintf("南山路%d号", i)
			if i%2 == 0 {
				f.Place, _ = station.PlaceFrom(geo.WGS84, 31.4+float64(i)/100, 104.7)
				f.Hours = hours.Table{}
			}
			h.add(t, f)
		}
		count := func(f station.Filter) int {
			list, err := h.List(cadre, f)
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		for _, test := range []struct {
			about string
			f     station.Filter
			want  int
		}{
			{"all", station.Filter{}, 7},
			{"words of an address", station.Filter{Words: "南山路3"}, 1},
			{"words in another order and field", station.Filter{Words: "3站 南山"}, 1},
			{"not yet on the map", station.Filter{Unmapped: true}, 3},
			{"hours not known", station.Filter{NoHours: true}, 4},
			{"an area within", station.Filter{Area: "5107"}, 7},
			{"another area", station.Filter{Area: "5108"}, 0},
			{"a host", station.Filter{HostID: hostOrg}, 7},
			{"in a rectangle", station.Filter{Cells: geo.CoverRect(geo.Point{Lat: 31.415, Lng: 104.6}, geo.Point{Lat: 31.465, Lng: 104.8})}, 3},
		} {
			if got := count(test.f); got != test.want {
				t.Errorf("%s: %d stations, want %d", test.about, got, test.want)
			}
		}
		var seen []station.ID
		for f := (station.Filter{Limit: 3}); ; {
			page, err := h.List(cadre, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range page {
				seen = append(seen, v.ID)
			}
			if len(page) < 3 {
				break
			}
			f.After = page[2].Cursor()
		}
		slices.Sort(seen)
		if len(seen) != 7 || len(slices.Compact(seen)) != 7 {
			t.Errorf("the pages hold %d stations, want 7 different ones", len(seen))
		}
	})
}

func TestPartsOfTheList(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		hidden, invented := facts("没放出来的站"), facts("示例站")
		hidden.Public, invented.Demo = false, true
		h.add(t, hidden)
		h.add(t, invented)
		locked, gone := h.add(t, facts("门没开的站")), h.add(t, facts("撤掉的站"))
		for number, what := range map[string]station.What{"R1": station.Locked, "R2": station.NoWater} {
			if err := h.Reported(program, locked.ID, what, h.clock.Now(), number); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Reported(program, gone.ID, station.Locked, h.clock.Now(), "R3"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.CloseForGood(cadre, gone.ID, 1, "搬走了"); err != nil {
			t.Fatal(err)
		}
		list := func(f station.Filter) (names string) {
			views, err := h.List(cadre, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range views {
				names += v.Name + " "
			}
			return names
		}
		for _, test := range []struct {
			about string
			f     station.Filter
			want  string
		}{
			{"hidden or invented", station.Filter{Hidden: true}, "没放出来的站 示例站 "},
			{"reported locked", station.Filter{Reported: station.Locked}, "门没开的站 "},
			{"nothing of that", station.Filter{Reported: station.Toilet}, ""},
			{"closed for good", station.Filter{Gone: true}, "撤掉的站 "},
		} {
			if got := list(test.f); got != test.want {
				t.Errorf("%s: got %q, want %q", test.about, got, test.want)
			}
		}
		if err := h.Settled(program, locked.ID, "R1", h.clock.Now()); err != nil {
			t.Fatal(err)
		}
		if got := list(station.Filter{Reported: station.Locked}); got != "" {
			t.Errorf("settled: got %q", got)
		}
	})
}

func TestClearingNothingIsNoChange(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		done := h.add(t, facts("站"))
		before, err := h.Sync(stranger, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.ClearDay(host, done.ID, "2026-11-25"); err != nil {
			t.Fatal(err)
		}
		after, err := h.Sync(stranger, before.Cursor, 0)
		if err != nil || after.Cursor != before.Cursor {
			t.Errorf("a day that was not set, cleared: from %s to %s, %v", before.Cursor, after.Cursor, err)
		}
	})
}

func TestSync(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		kept, closed := h.add(t, facts("留下的")), h.add(t, facts("关掉的"))
		draft := facts("样例")
		draft.Public = false
		h.add(t, draft)
		first, err := h.Sync(stranger, "", 0)
		if err != nil || len(first.Stations) != 2 || len(first.Gone) != 0 || first.More {
			t.Fatalf("first sync = %+v, %v", first, err)
		}
		if _, err := h.CloseForGood(cadre, closed.ID, 1, "搬走了"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.SetDay(host, kept.ID, hours.Special{Day: "2026-11-24", Reason: "停电"}); err != nil {
			t.Fatal(err)
		}
		next, err := h.Sync(stranger, first.Cursor, 0)
		if err != nil || len(next.Stations) != 1 || next.Stations[0].Now.Status != station.Shut || !slices.Equal(next.Gone, []station.ID{closed.ID}) {
			t.Errorf("next sync = %+v, %v", next, err)
		}
		none, err := h.Sync(stranger, next.Cursor, 0)
		if err != nil || len(none.Stations)+len(none.Gone) != 0 || none.Cursor != next.Cursor || !none.ServerTime.Equal(h.clock.Now()) {
			t.Errorf("a sync after nothing = %+v, %v", none, err)
		}
		if _, err := h.Sync(stranger, "999", 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("a cursor that was never given: %v", err)
		}
		if _, err := h.Sync(stranger, "yesterday", 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("a cursor that is none: %v", err)
		}
	})
}

// TestSyncLosesNothing reads on and on while writers write, and compares what
// the reader has at the end with what there is.
func TestSyncLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		const writers, rounds = 6, 15
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				done, err := h.Add(cadre, "", facts(fmt.Sprintf("站%d", w)))
				for i := range rounds {
					if err != nil {
						t.Errorf("writer %d: %v", w, err)
						return
					}
					if i%3 == 2 {
						_, err = h.Add(cadre, "", facts(fmt.Sprintf("站%d-%d", w, i)))
						continue
					}
					done, err = h.Edit(cadre, done.ID, done.Version, facts(fmt.Sprintf("站%d 第%d版", w, i)))
				}
			})
		}
		have := map[station.ID]int64{}
		cursor := ""
		pull := func() bool {
			d, err := h.Sync(stranger, cursor, 3)
			if err != nil {
				t.Error(err)
				return false
			}
			for _, v := range d.Stations {
				have[v.ID] = v.Version
			}
			moved := d.Cursor != cursor
			cursor = d.Cursor
			return moved
		}
		go func() { wg.Wait(); close(stop) }()
		for running := true; running; {
			select {
			case <-stop:
				running = false
			default:
				pull()
			}
		}
		for pull() {
		}
		all, err := h.List(cadre, station.Filter{Limit: 200})
		if err != nil || len(all) != writers*(1+rounds/3) {
			t.Fatalf("there are %d stations, %v", len(all), err)
		}
		for _, v := range all {
			if have[v.ID] != v.Version {
				t.Errorf("the reader has version %d of %s, there is %d", have[v.ID], v.Name, v.Version)
			}
		}
	})
}
