package finder_test

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/pinyin"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/station/upkeep"
	"nuanxin/internal/workday"

	"pgregory.net/rapid"
)

// scan searches the way that needs no index: it looks at all, and sorts.
func scan(all []finder.Found, w finder.Want, after station.Cursor, limit int) (out []string) {
	q := pinyin.Compile(w.Words)
	type scored struct {
		name  string
		score int
	}
	var best []scored
	for _, f := range all {
		score := 1
		if strings.TrimSpace(w.Words) != "" {
			score = scoreOf(f, q, w.Words)
		}
		c := f.Cursor()
		later := cmp.Or(cmp.Compare(c.Area, after.Area), cmp.Compare(c.Name, after.Name), cmp.Compare(c.ID, after.ID)) > 0
		fits := strings.HasPrefix(f.Area, w.Area) && f.Services.Has(w.Services) && (!w.AllDay || f.Hours.Always()) &&
			(w.OpenAt.IsZero() || f.Now.Status.IsOpen()) && (after.ID == "" || later)
		if score > 0 && fits {
			best = append(best, scored{f.Area + f.Name + string(f.ID), score})
		}
	}
	slices.SortStableFunc(best, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	for _, b := range best[:min(len(best), limit)] {
		out = append(out, b.name)
	}
	return out
}

func scoreOf(f finder.Found, q pinyin.Query, words string) int {
	if strings.ReplaceAll(words, " ", "") == f.Code {
		return 1 << 20
	}
	if score, ok := q.Match(pinyin.OfPlace(f.Name)); ok {
		return 1000 + score
	}
	score, _ := q.Match(pinyin.OfPlace(strings.Join(append(slices.Clone(f.OtherNames), f.Address), " ")))
	return score
}

// drawn draws a station out of few words, so that searches find many alike.
func drawn(t *testing.T, r *rapid.T) station.Facts {
	words := func(label string, most int) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"龙山", "长安", "重庆", "第", "1", "23", "号", "驿站", "KFC", "人民路", "（示例）", "西安", "乐"}), 1, most).Draw(r, label), "")
	}
	f := at(t, words("name", 4), 31, 104, rapid.SampledFrom([]string{"water", "charging"}).Draw(r, "service"), 8, rapid.SampledFrom([]int{9, 22, 32}).Draw(r, "to"))
	f.Address, f.Area = words("address", 3), rapid.SampledFrom([]string{"51", "5107", "510703", "510704", "510703101"}).Draw(r, "area")
	if rapid.Bool().Draw(r, "other") {
		f.OtherNames = []string{words("other name", 2)}
	}
	return f
}

func TestSearchFindsWhatAScanFinds(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	f, refresh := h.finder(t)
	words := rapid.SampledFrom([]string{"", " ", "驿站", "yizhan", "yz", "longshan", "龙", "lsyz", "cq", "chang", "zhangan", "xian", "1", "231", "kfc", "人民", "rml", "r", "k f c", "·", "长anlu", "乐yue", "第1号驿站"})
	rapid.Check(t, func(r *rapid.T) {
		list := make([]station.Facts, rapid.IntRange(0, 5).Draw(r, "new"))
		for i := range list {
			list[i] = drawn(t, r)
		}
		if _, err := h.AddAll(program, list, station.FromFile); err != nil {
			r.Fatal(err)
		}
		refresh()
		all := f.Search(finder.Want{}, station.Cursor{}, 1<<20)
		if len(all) > 0 {
			change(t, r, h, rapid.SampledFrom(all).Draw(r, "changed"))
			refresh()
			all = f.Search(finder.Want{}, station.Cursor{}, 1<<20)
		}
		for range 8 {
			w, after := finder.Want{Words: words.Draw(r, "words"), AllDay: rapid.IntRange(0, 9).Draw(r, "all day") == 0}, station.Cursor{}
			w.Area = rapid.SampledFrom([]string{"", "", "51", "5107", "510703", "52"}).Draw(r, "in")
			if rapid.Bool().Draw(r, "open") {
				w.OpenAt = h.clock.Now()
			}
			if rapid.IntRange(0, 3).Draw(r, "served") == 0 {
				w.Services, _ = amenity.Of("charging")
			}
			if len(all) > 0 && rapid.IntRange(0, 4).Draw(r, "any") == 0 {
				some := rapid.SampledFrom(all).Draw(r, "some")
				w.Words = some.Code
				after = rapid.SampledFrom(all).Draw(r, "after").Cursor()
			}
			limit := rapid.IntRange(1, 30).Draw(r, "limit")
			var got []string
			for _, found := range f.Search(w, after, limit) {
				got = append(got, found.Area+found.Name+string(found.ID))
			}
			if want := scan(all, w, after, limit); !slices.Equal(got, want) {
				r.Fatalf("%+v after %v, %d at most:\n got %q\nwant %q", w, after, limit, got, want)
			}
		}
	})
}

// change changes a station: its words, its place in the list, its opening, or
// whether it is there at all.
func change(t *testing.T, r *rapid.T, h house, f finder.Found) {
	var err error
	switch rapid.IntRange(0, 3).Draw(r, "kind of change") {
	case 0:
		_, err = h.Edit(cadre, f.ID, f.Version, drawn(t, r))
	case 1:
		facts := f.Facts
		facts.Address = fmt.Sprintf("%s%d", "龙山路", rapid.IntRange(1, 99).Draw(r, "number"))
		_, err = h.Edit(cadre, f.ID, f.Version, facts)
	case 2:
		_, err = h.SetDay(cadre, f.ID, hours.Special{Day: h.clock.Now().Add(24 * time.Hour).Format(time.DateOnly), Reason: "停电"})
	case 3:
		_, err = h.CloseForGood(cadre, f.ID, f.Version, "搬走了")
	}
	if err != nil && !fault.Is(err, fault.Denied) { // outside the cadre's area nothing changes
		r.Fatal(err)
	}
}

// TestTheFinderKeepsWhatAnswersShow compares the cards with the tables, for
// stations that have little, and for one that has everything.
func TestTheFinderKeepsWhatAnswersShow(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	full := at(t, "样样都有的站", 31.4, 104.7, "toilet", 8, 22)
	full.OtherNames, full.Phones = []string{"别名"}, []string{"0816-1", "0816-2"}
	full.Honours = []station.Honour{{Name: "最美", Level: "city", Year: 2024}}
	full.Pictures = []station.Picture{{File: "f", Thumb: "t", At: h.clock.Now()}}
	full.Life = upkeep.Life{Operator: "某物业", Built: "2023", Extended: true}
	full.District, full.HostName, full.SourceDate = "高新区", "某单位", "2024年"
	full.Entry = station.Entry{Method: station.DoorCode, How: "问保安"}
	full.Size, full.Capacity, full.Stars, full.Badge = station.Size{Metres: 30, About: true, Printed: "约30"}, 12, 4, station.BadgeSeen
	full.AllDay, full.Smart, full.Demo = true, true, true
	var err error
	if full.Place, err = station.PlaceFrom(geo.GCJ02, 31.4, 104.7); err != nil {
		t.Fatal(err)
	}
	vague := facts("钟点不清的站")
	vague.Hours = hours.Table{Printed: "以现场为准"}
	for _, f := range []station.Facts{full, vague, facts("没上图的站")} {
		v := h.add(t, f)
		if f.Name == full.Name {
			if err := h.Reported(program, v.ID, station.NoWater, h.clock.Now(), "R1"); err != nil {
				t.Fatal(err)
			}
			if _, err := h.SetDay(cadre, v.ID, hours.Special{Day: "2026-12-01", Reason: "停电"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	f, _ := h.finder(t)
	all := f.Search(finder.Want{}, station.Cursor{}, 10)
	if len(all) != 3 {
		t.Fatalf("got %d stations, want 3", len(all))
	}
	for _, got := range all {
		want, err := h.Get(program, got.ID)
		if err != nil {
			t.Fatal(err)
		}
		want.Pictures, want.Life = nil, upkeep.Life{Extended: want.Life.Extended}
		want.Note, want.Source, want.Marks, want.Offers = "", "", "", ""
		if want.Hours.Known {
			want.Hours.Printed = ""
		}
		if !reflect.DeepEqual(got.Station, want.Station) || !reflect.DeepEqual(got.Live, want.Live) || !reflect.DeepEqual(got.Now, want.Now) {
			t.Errorf("%s:\n got %+v %+v\nwant %+v %+v", got.Name, got.Station, got.Live, want.Station, want.Live)
		}
	}
}

func TestDaysThatAreOverAreForgotten(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	v := h.add(t, at(t, "甲站", 31, 104, "water", 8, 22))
	for _, day := range []string{"2026-11-25", "2026-11-28"} {
		if _, err := h.SetDay(cadre, v.ID, hours.Special{Day: day, Reason: "停电"}); err != nil {
			t.Fatal(err)
		}
	}
	f, _ := h.finder(t)
	for _, step := range []struct {
		after time.Duration
		days  int
	}{{0, 2}, {72 * time.Hour, 1}, {72 * time.Hour, 0}} {
		h.clock.Move(step.after)
		got, _ := f.Get(v.ID)
		want, err := h.Get(program, v.ID)
		if err != nil || len(got.Live.Days) != step.days || !reflect.DeepEqual(got.Live, want.Live) {
			t.Errorf("on %v: got %+v, want %+v (%v)", h.clock.Now(), got.Live, want.Live, err)
		}
	}
}

func TestTheFinderSaysOfEveryMomentWhatTheHoursSay(t *testing.T) {
	h := newHouse(t, dbtest.SQLite)
	for i, to := range []int{9, 12, 22, 24, 30} {
		h.add(t, at(t, fmt.Sprintf("站%d", i), 31, 104, "water", 8, to))
	}
	f, _ := h.finder(t)
	rapid.Check(t, func(r *rapid.T) {
		when := h.clock.Now().Add(time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(r, "after")))
		if rapid.Bool().Draw(r, "at a boundary") {
			when = when.Truncate(30 * time.Minute).Add(time.Duration(rapid.IntRange(-1, 1).Draw(r, "beside")))
		}
		open := 0
		for _, one := range f.Search(finder.Want{}, station.Cursor{}, 10) {
			if one.Card.Now(one.Live, when, workday.Calendar{}).Status.IsOpen() {
				open++
			}
		}
		list := f.Search(finder.Want{OpenAt: when}, station.Cursor{}, 10)
		if len(list) != open {
			r.Fatalf("at %v: got %d open, want %d", when, len(list), open)
		}
		for _, got := range list {
			if want := got.Card.Now(got.Live, when, workday.Calendar{}); !reflect.DeepEqual(got.Now, want) {
				r.Fatalf("%s at %v: got %+v, want %+v", got.Name, when, got.Now, want)
			}
		}
	})
}
