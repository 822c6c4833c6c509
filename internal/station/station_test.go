package station_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
	"nuanxin/internal/station/upkeep"
	"nuanxin/internal/workday"
)

// start is a Tuesday, 10:00 in the civil zone.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// house is a directory on a fresh database, with people who use it.
type house struct {
	*station.Service
	db    *db.DB
	clock *clock.Fake
}

const hostOrg = "0190a1b2-0000-7000-8000-0000000000aa"

func each(t *testing.T, f func(t *testing.T, h house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, newHouse(t, dbtest.SQLite)) })
	t.Run("postgres", func(t *testing.T) { f(t, newHouse(t, dbtest.Postgres)) })
}

func sqlite(t testing.TB, c clock.Clock, s []fs.FS) *db.DB { return dbtest.SQLite(t, c, s) }

func newHouse(t testing.TB, open func(testing.TB, clock.Clock, []fs.FS) *db.DB) house {
	c := clock.At(start)
	d := open(t, c, []fs.FS{op.Schema, station.Schema})
	return house{station.NewService(op.New(d, station.Policy), workday.Calendar{}), d, c}
}

func as(role authz.Role, area string) context.Context {
	g := authz.Grant{Role: role, Area: area}
	if role == authz.Host {
		g = authz.Grant{Role: role, Org: area}
	}
	return authz.With(context.Background(), authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000a", Kind: authz.Staff, Grants: []authz.Grant{g}})
}

var (
	cadre    = as(authz.Cadre, "510703")
	sibling  = as(authz.Cadre, "510704")
	host     = as(authz.Host, hostOrg)
	stranger = context.Background()
	program  = authz.AsSystem(context.Background(), "test")
)

func facts(name string) station.Facts {
	return station.Facts{Name: name, Area: "510703", Address: "人民大街1180号", Public: true, HostID: hostOrg,
		Hours: hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: 8 * 60, To: 22 * 60}}, Printed: "8:00-22:00"}}
}

func (h house) add(t *testing.T, f station.Facts) station.Done {
	t.Helper()
	d, err := h.Add(cadre, "", f)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRecordComesBackWhole(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		place, err := station.PlaceFrom(geo.GCJ02, 31.46, 104.75)
		if err != nil {
			t.Fatal(err)
		}
		want := facts("人民大街驿站")
		want.OtherNames, want.District, want.Place = []string{"骑手之家"}, "高新区", place
		want.Phones, want.HostName = []string{"0816-2345678", "138****6207"}, "铁塔公司"
		want.Services, want.Offers = 5, "休息;热水"
		want.Entry = station.Entry{Method: station.DoorCode, How: "22:00 后扫码"}
		want.AllDay, want.Smart, want.Demo = true, true, true
		want.Honours = []station.Honour{{Name: "最美", Level: "national", Year: 2023}}
		want.Marks, want.Size = "24小时", station.Size{Metres: 118, About: true, Printed: "约118平方米"}
		want.Capacity, want.Stars, want.Badge = 20, 5, station.BadgeSeen
		want.Note, want.Source, want.SourceDate = "内部", "示例", "2025"
		want.Pictures = []station.Picture{{File: "f", Thumb: "t", At: start}}
		want.Life = upkeep.Life{Operator: "某物业", Keeper: "王某", Funds: "约30万元", Built: "2023-05", Accepted: upkeep.Yes, Extended: true,
			Listings: []upkeep.Listing{{Map: "amap", Since: "2023-06-01", Point: "B0FFF"}, {Map: "app", Since: upkeep.No}}}
		done := h.add(t, want)
		got, err := h.Get(cadre, done.ID)
		if err != nil || !same(got.Facts, want) || got.Version != 1 || len(got.Code) != 8 || !got.CreatedAt.Equal(start) {
			t.Errorf("Get = %+v, %v\nwant %+v", got, err, want)
		}
		byCode, err := h.ByCode(stranger, done.Code[:4]+" "+done.Code[4:])
		if err != nil || byCode.ID != done.ID || byCode.Note+byCode.Life.Keeper+byCode.Life.Funds != "" || byCode.Life.Operator != "某物业" {
			t.Errorf("ByCode = %+v, %v; want the same without its note", byCode, err)
		}
	})
}

func same(a, b station.Facts) bool { return fmt.Sprintf("%+v", show(a)) == fmt.Sprintf("%+v", show(b)) }

// show follows pointers for comparison.
func show(f station.Facts) any {
	p := f.Place
	f.Place = nil
	if p == nil {
		return f
	}
	return []any{f, *p}
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		public := h.add(t, facts("公开站"))
		hiddenFacts := facts("样例站")
		hiddenFacts.Public = false
		hidden := h.add(t, hiddenFacts)
		moved := facts("公开站")
		moved.Area = "510704"
		for _, test := range []struct {
			about string
			err   error
			want  fault.Kind
			ok    bool
		}{
			{"a stranger sees a public station", second(h.Get(stranger, public.ID)), 0, true},
			{"a stranger does not know of a hidden one", second(h.Get(stranger, hidden.ID)), fault.Missing, false},
			{"a sibling's cadre does not either", second(h.Get(sibling, hidden.ID)), fault.Missing, false},
			{"its cadre sees the hidden one", second(h.Get(cadre, hidden.ID)), 0, true},
			{"its host sees the hidden one", second(h.Get(host, hidden.ID)), 0, true},
			{"a sibling's cadre may not edit", second(h.Edit(sibling, public.ID, 1, facts("x"))), fault.Denied, false},
			{"to a sibling's cadre a hidden one is missing", second(h.Edit(sibling, hidden.ID, 1, facts("x"))), fault.Missing, false},
			{"a host may not edit", second(h.Edit(host, public.ID, 1, facts("x"))), fault.Denied, false},
			{"a cadre may not give a station away", second(h.Edit(cadre, public.ID, 1, moved)), fault.Denied, false},
			{"a cadre may not add outside the area", second(h.Add(cadre, "", moved)), fault.Denied, false},
			{"a stranger may not close a day", second(h.SetDay(stranger, public.ID, hours.Special{Day: "2026-11-24", Reason: "x"})), fault.Denied, false},
			{"another host may not either", second(h.SetDay(as(authz.Host, id.New[string]()), public.ID, hours.Special{Day: "2026-11-24", Reason: "x"})), fault.Denied, false},
			{"only the program passes reports on", h.Reported(cadre, public.ID, station.Locked, start, "1"), fault.Denied, false},
		} {
			if test.ok != (test.err == nil) || !test.ok && fault.KindOf(test.err) != test.want {
				t.Errorf("%s: got %v, want %v", test.about, test.err, test.want.Code())
			}
		}
		list, err := h.List(sibling, station.Filter{})
		if err != nil || len(list) != 0 {
			t.Errorf("a sibling's list has %d stations, %v", len(list), err)
		}
		all, err := h.Directory(stranger, station.Filter{})
		if err != nil || len(all) != 1 || all[0].ID != public.ID {
			t.Errorf("the public directory = %+v, %v", all, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestTwoEditorsOfOneVersion(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		done := h.add(t, facts("原名"))
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() { _, errs[i] = h.Edit(cadre, done.ID, 1, facts(fmt.Sprintf("第%d个名字", i))) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !fault.Is(err, fault.Conflict):
				t.Errorf("a loser was told %v, want a conflict", err)
			}
		}
		got, err := h.Get(cadre, done.ID)
		if won != 1 || err != nil || got.Version != 2 {
			t.Errorf("%d editors won, version %d, %v; want one and 2", won, got.Version, err)
		}
	})
}

func TestAddRefuses(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, test := range []struct {
			about  string
			change func(*station.Facts)
			field  string
		}{
			{"no name", func(f *station.Facts) { f.Name = " " }, "name"},
			{"a name too long", func(f *station.Facts) { f.Name = string(slices.Repeat([]rune("长"), 101)) }, "name"},
			{"no area", func(f *station.Facts) { f.Area = "" }, "area"},
			{"an area that is no code", func(f *station.Facts) { f.Area = "51070x" }, "area"},
			{"a host that is no id", func(f *station.Facts) { f.HostID = "99999999999999999999" }, "host_id"},
			{"six stars", func(f *station.Facts) { f.Stars = 6 }, "stars"},
			{"hours that end before they begin", func(f *station.Facts) {
				f.Hours.Rows = []hours.Row{{Days: hours.Monday, From: 600, To: 500}}
			}, "hours"},
			{"a way in that nobody knows", func(f *station.Facts) { f.Entry.Method = "window" }, "entry"},
			{"services beyond the catalogue", func(f *station.Facts) { f.Services = 1 << 63 }, "services"},
		} {
			f := facts("站")
			test.change(&f)
			_, err := h.Add(program, "", f)
			if e := fault.Of(err); e.Kind != fault.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != test.field {
				t.Errorf("%s: got %v, want field %s", test.about, err, test.field)
			}
		}
	})
}

func TestPutOnTheMap(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		done := h.add(t, facts("站"))
		for _, test := range []struct {
			about    string
			datum    geo.Datum
			lat, lng float64
			msg      string
		}{
			{"latitude and longitude exchanged", geo.WGS84, 104.75, 31.46, "station.place.swapped"},
			{"zeros of a broken receiver", geo.WGS84, 0, 0, "station.place.outside"},
		} {
			if _, err := h.Put(cadre, done.ID, 1, test.datum, test.lat, test.lng); fault.Of(err).Msg != test.msg {
				t.Errorf("%s: got %v, want %s", test.about, err, test.msg)
			}
		}
		put, err := h.Put(cadre, done.ID, 1, geo.BD09, 31.46, 104.75)
		if err != nil {
			t.Fatal(err)
		}
		v, err := h.Get(stranger, done.ID)
		if err != nil || v.Version != put.Version || v.Place == nil || v.Place.Datum != "bd09" || v.Place.GivenLat != 31.46 ||
			v.Place.Point != geo.From(geo.BD09, 31.46, 104.75) {
			t.Errorf("got %+v, %v", v.Place, err)
		}
	})
}

func TestWhatIsAnnounced(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		done := h.add(t, facts("站"))
		day := hours.Special{Day: "2026-11-25", Reason: "停电"}
		for _, step := range []struct {
			about string
			do    func() error
			want  []string
		}{
			{"put on the map", func() error { return second(h.Put(cadre, done.ID, 1, geo.WGS84, 31.46, 104.75)) }, []string{"station.changed", "station.moved"}},
			{"edited without moving", func() error { return second(h.SetHours(cadre, done.ID, 2, hours.Table{})) }, []string{"station.changed"}},
			{"a day set", func() error { return second(h.SetDay(host, done.ID, day)) }, []string{"station.status_changed"}},
			{"reported", func() error { return h.Reported(program, done.ID, station.NoWater, start, "R1") }, []string{"station.status_changed"}},
			{"the same again", func() error { return h.Reported(program, done.ID, station.NoWater, start, "R1") }, nil},
			{"mended", func() error { return second(h.Fixed(host, done.ID, station.NoWater)) }, []string{"station.mended", "station.status_changed"}},
			{"mended again", func() error { return second(h.Fixed(host, done.ID, station.NoWater)) }, nil},
			{"closed for good", func() error { return second(h.CloseForGood(cadre, done.ID, 3, "搬走了")) }, []string{"station.closed"}},
			{"an edit of a closed one", func() error { return ignore(fault.Conflict, second(h.Edit(cadre, done.ID, 4, facts("x")))) }, nil},
		} {
			before := h.announced(t)
			if err := step.do(); err != nil {
				t.Errorf("%s: %v", step.about, err)
			}
			got := h.announced(t)[len(before):]
			if slices.Sort(got); !slices.Equal(got, step.want) && len(got)+len(step.want) > 0 {
				t.Errorf("%s: announced %v, want %v", step.about, got, step.want)
			}
		}
	})
}

func ignore(kind fault.Kind, err error) error {
	if fault.Is(err, kind) {
		return nil
	}
	return err
}

// announced returns the names of all events, in the order in which they were left.
func (h house) announced(t *testing.T) (names []string) {
	t.Helper()
	err := h.db.View(t.Context(), func(tx *db.Tx) error {
		return tx.Each(t.Context(), `select name from station_outbox order by id`, nil, func(r db.Row) error {
			var n string
			err := r.Scan(&n)
			names = append(names, n)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func BenchmarkAddAll(b *testing.B) {
	h := newHouse(b, sqlite)
	list := make([]station.Facts, 2000)
	for i := range list {
		list[i] = facts(fmt.Sprintf("第%d号驿站", i))
		list[i].Place, _ = station.PlaceFrom(geo.WGS84, 31+float64(i)/1e4, 104)
	}
	for b.Loop() {
		if _, err := h.AddAll(program, list, station.FromFile); err != nil {
			b.Fatal(err)
		}
	}
}
