package world

import (
	"fmt"
	"math/rand/v2"

	"nuanxin/internal/clock"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/upkeep"
)

// sort is a sort of place that hosts a station.
type sort struct {
	host   string   // key; "hall" and "union" are the street's own
	names  []string // with %s for the street, road or crossing
	hours  []string // keys of timetables
	offers []string // what all of them have, then what some have
	some   []string
	entry  []station.EntryMethod
	how    string
	weight int
	away   bool // on the ring road
}

// basics are what nearly every station has.
var basics = []string{"rest", "water", "hot_water", "charging"}

func sorts() []sort {
	in, ask, member, code := station.WalkIn, station.AskHost, station.MemberCode, station.DoorCode
	return []sort{
		{"bank", []string{"暖河银行%s网点驿站"}, []string{"bank", "bank", "weekdays"}, []string{"heating", "cooling", "wifi"}, []string{"first_aid", "toilet", "reading", "raincoat"}, []station.EntryMethod{in, in, ask}, "跟大堂经理说一声", 34, false},
		{"rural", []string{"麦浪农商行%s支行驿站"}, []string{"weekdays", "lunch"}, []string{"heating", "wifi"}, []string{"first_aid", "heat_meal", "reading"}, []station.EntryMethod{in, ask}, "跟保安说一声", 24, false},
		{"post", []string{"%s邮政驿站", "%s邮亭驿站"}, []string{"daily", "daily", "lunch"}, []string{"heating"}, []string{"tools", "raincoat", "parking", "heat_meal"}, []station.EntryMethod{in}, "", 30, false},
		{"shop", []string{"小灯便利店%s店驿站"}, []string{"allday", "late", "late", "night"}, []string{"heat_meal", "meals"}, []string{"toilet", "wifi", "cooling"}, []station.EntryMethod{in}, "", 36, false},
		{"drug", []string{"常青药房%s店驿站"}, []string{"late", "daily"}, []string{"first_aid", "medicine"}, []string{"health_check", "heating", "aed"}, []station.EntryMethod{in}, "", 22, false},
		{"telecom", []string{"远山通信%s营业厅驿站"}, []string{"daily", "weekends"}, []string{"wifi", "cooling", "heating"}, []string{"heat_meal", "tv", "printing"}, []station.EntryMethod{in}, "", 18, false},
		{"hotel", []string{"早市面馆%s店驿站"}, []string{"meals", "night"}, []string{"meals", "toilet"}, []string{"heat_meal", "heating"}, []station.EntryMethod{in}, "", 18, false},
		{"hall", []string{"%s党群服务中心驿站"}, []string{"workdays", "lunch"}, []string{"heating", "toilet", "reading", "legal_aid"}, []string{"heat_meal", "baby_room", "counselling", "health_check", "accessible", "fridge"}, []station.EntryMethod{in}, "", 26, false},
		{"union", []string{"%s工会驿站"}, []string{"allday", "daily", "season"}, []string{"heating", "cooling", "heat_meal", "wifi", "first_aid"}, []string{"toilet", "fridge", "tools", "haircut", "sewing", "locker"}, []station.EntryMethod{member, in, code}, "扫门口的码，输手机号", 28, false},
		{"home", []string{"%s骑手之家"}, []string{"allday"}, []string{"heating", "battery_swap", "heat_meal", "toilet", "wifi", "tools"}, []string{"bed", "locker", "first_aid", "raincoat", "vehicle_charging"}, []station.EntryMethod{member}, "扫门口的码进", 12, false},
		{"express", []string{"北斗快递%s驿站"}, []string{"daily", "late"}, []string{"tools"}, []string{"heat_meal", "heating", "vehicle_charging"}, []station.EntryMethod{in, ask}, "跟站点师傅说一声", 16, false},
		{"library", []string{"图书馆%s分馆驿站"}, []string{"tuesday"}, []string{"reading", "heating", "cooling", "toilet", "wifi"}, []string{"accessible", "baby_room", "printing"}, []station.EntryMethod{in}, "", 6, false},
		{"fuel", []string{"北风加油站驿站（%s）"}, []string{"allday", "allday", "late"}, []string{"toilet", "heating", "parking"}, []string{"heat_meal", "meals", "repair", "tools"}, []station.EntryMethod{in}, "", 18, true},
		{"freightpark", []string{"%s司机之家"}, []string{"allday"}, []string{"parking", "shower", "toilet", "laundry", "bed", "meals"}, []string{"cooking", "repair", "haircut", "tv"}, []station.EntryMethod{ask}, "到前台登记", 6, true},
	}
}

// timetable is one set of opening hours, with the words as a source prints them.
func timetable(key string) hours.Table {
	all, workdays, weekend := hours.EveryDay, hours.Workdays, hours.Weekend
	row := func(d hours.Days, from, to float64) hours.Row {
		return hours.Row{Days: d, From: int(from * 60), To: int(to * 60)}
	}
	winter, summer := hours.Season{From: "10-15", To: "04-14"}, hours.Season{From: "04-15", To: "10-14"}
	tables := map[string]hours.Table{
		"allday":   {Rows: []hours.Row{row(all, 0, 24)}, Printed: "24小时"},
		"bank":     {Rows: []hours.Row{row(workdays, 8.5, 17), row(weekend|hours.ExceptHolidays, 9, 16)}, Printed: "工作日8:30-17:00，周末9:00-16:00"},
		"weekdays": {Rows: []hours.Row{row(hours.Monday|hours.Tuesday|hours.Wednesday|hours.Thursday|hours.Friday|hours.ExceptHolidays, 8, 17.5)}, Printed: "周一至周五8:00-17:30，节假日不开"},
		"workdays": {Rows: []hours.Row{row(workdays, 8.5, 12), row(workdays, 13, 17)}, Printed: "工作日8:30-12:00、13:00-17:00"},
		"lunch":    {Rows: []hours.Row{row(all, 8, 11.5), row(all, 13.5, 18)}, Printed: "8:00-11:30，13:30-18:00"},
		"daily":    {Rows: []hours.Row{row(all|hours.ExceptHolidays, 8, 19), row(hours.Holidays, 9, 16)}, Printed: "8:00-19:00，节假日9:00-16:00"},
		"weekends": {Rows: []hours.Row{row(all, 9, 18)}, Printed: "每天9:00-18:00"},
		"late":     {Rows: []hours.Row{row(all, 7, 22)}, Printed: "7:00-22:00"},
		"night":    {Rows: []hours.Row{row(all, 16, 26)}, Printed: "16:00-次日2:00"},
		"meals":    {Rows: []hours.Row{row(all, 5.5, 10), row(all, 10.5, 14), row(all, 16.5, 21)}, Printed: "5:30-10:00，10:30-14:00，16:30-21:00"},
		"tuesday":  {Rows: []hours.Row{row(all&^hours.Monday, 9, 20)}, Printed: "周二至周日9:00-20:00，周一闭馆"},
		"season": {Rows: []hours.Row{{Days: all, From: 7 * 60, To: 21 * 60, Season: winter}, {Days: all, From: 6 * 60, To: 23 * 60, Season: summer}},
			Printed: "冬季7:00-21:00，夏季6:00-23:00"},
	}
	t, ok := tables[key]
	t.Known = ok
	return t
}

// county invents the stations of the county. The first stand at fixed places
// near the centre, so that something is open there at any hour.
func (w *World) county(r *rand.Rand) []Station {
	all := []Station{
		fixedStation("riders-home", "home", "站前骑手之家", atCrossing(4, 4, 60, -40), "allday", station.MemberCode, "扫门口的码进", "rest", "water", "hot_water", "charging", "heating", "battery_swap", "heat_meal", "toilet", "wifi", "tools", "locker"),
		fixedStation("bank-centre", "bank", "暖河银行暖泉路 24 小时驿站", atCrossing(6, 4, -70, 30), "allday", station.MemberCode, "刷会员码开门", "rest", "water", "hot_water", "charging", "heating", "wifi", "heat_meal", "first_aid"),
		fixedStation("shop-centre", "shop", "小灯便利店松涛街店驿站", atCrossing(5, 4, 20, 120), "allday", station.WalkIn, "", "rest", "water", "hot_water", "charging", "heat_meal", "meals", "toilet"),
		fixedStation("post-centre", "post", "松涛街邮政驿站", atCrossing(5, 6, 25, 60), "daily", station.WalkIn, "", "rest", "water", "hot_water", "charging", "heating", "tools", "raincoat"),
		fixedStation("bank-south", "bank", "暖河银行雪原路网点驿站", atCrossing(7, 8, 30, 20), "bank", station.WalkIn, "", "rest", "water", "hot_water", "charging", "heating", "cooling", "wifi", "toilet"),
		fixedStation("post-east", "post", "青石街邮亭驿站", atCrossing(11, 3, -20, 45), "lunch", station.WalkIn, "", "rest", "water", "hot_water", "charging", "heating"),
		fixedStation("fuel-ring", "fuel", "北风加油站驿站（环城公路）", outside(r), "allday", station.WalkIn, "", "rest", "water", "hot_water", "charging", "heating", "toilet", "parking", "heat_meal"),
		fixedStation("home-east", "home", "青石街骑手之家", atCrossing(11, 6, -40, 35), "allday", station.MemberCode, "扫门口的码进", "rest", "water", "hot_water", "charging", "heating", "battery_swap", "heat_meal", "toilet"),
	}
	places, taken := sorts(), map[string]bool{}
	for _, s := range all {
		taken[s.Facts.Name] = true
	}
	for len(all) < min(County, w.options.Stations) {
		s := places[drawSort(r, places)].station(r)
		for n := 2; taken[s.Facts.Name]; n++ {
			s.Facts.Name = fmt.Sprintf("%s（%s）", s.Facts.Name, pick(r, "东侧", "西侧", "北门", "南门", "一楼", "临街", "院内", "拐角"))
		}
		taken[s.Facts.Name] = true
		all = append(all, s)
	}
	return w.today(r, all)
}

func drawSort(r *rand.Rand, places []sort) int {
	sum := 0
	for _, p := range places {
		sum += p.weight
	}
	n := r.IntN(sum)
	for i, p := range places {
		if n -= p.weight; n < 0 {
			return i
		}
	}
	return 0
}

func fixedStation(key, host, name string, at spot, open string, entry station.EntryMethod, how string, offers ...string) Station {
	f := facts(name, at, offers)
	f.Hours, f.AllDay, f.Smart = timetable(open), open == "allday", entry == station.MemberCode
	f.Entry = station.Entry{Method: entry, How: how}
	f.Stars, f.Badge, f.Capacity, f.Size = 5, station.BadgeSeen, 20, station.Size{Metres: 118}
	f.Life = upkeep.Life{Built: "2025-12", Accepted: "2025-12-23", Operator: "冬青物业（示例）", Extended: open == "late",
		Listings: []upkeep.Listing{{Map: "amap", Since: upkeep.Yes}, {Map: "baidu", Since: "2026-01"}, {Map: "app", Since: upkeep.Yes}}}
	return Station{Key: key, Host: host, Facts: f}
}

// station invents one of the sort.
func (p sort) station(r *rand.Rand) Station {
	at := inTown(r)
	if p.away {
		at = outside(r)
	}
	host, called := p.host, pick(r, at.corner, at.way)
	if host == "hall" || host == "union" {
		code := streets()[at.street()].Code
		host = "hall-" + code
		if p.host == "union" {
			host = "union-" + code
		} else {
			called = region.Name(code)
		}
	}
	offers := append(append([]string{}, basics...), p.offers...)
	for _, o := range p.some {
		if r.IntN(2) == 0 {
			offers = append(offers, o)
		}
	}
	if p.host == "home" && r.IntN(3) == 0 {
		offers = append(offers, "shower")
	}
	f := facts(fmt.Sprintf(pick(r, p.names...), called), at, offers)
	open := pick(r, p.hours...)
	f.Hours = timetable(open)
	f.AllDay = open == "allday"
	f.Entry.Method = pick(r, p.entry...)
	if f.Entry.Method != station.WalkIn {
		f.Entry.How = p.how
	}
	f.Smart = f.AllDay && f.Entry.Method == station.MemberCode
	f.Stars, f.Capacity = r.IntN(6), 4+r.IntN(16)
	f.Size = station.Size{Metres: 8 + r.IntN(60)}
	f.Badge = station.BadgeSeen
	f.Life = life(r, p.host, open)
	switch n := r.IntN(100); {
	case n < 5:
		f.Hours, f.AllDay = hours.Table{}, false // nobody has said
	case n < 8:
		f.Hours, f.AllDay = hours.Table{Printed: pick(r, "全天", "随营业厅时间", "工作日开放")}, false
	case n < 12:
		f.Place = nil // not yet on the map
	case n < 14:
		f.Entry = station.Entry{} // how one gets in is not known
	case n < 17:
		f.Badge = station.BadgeUnknown
	case n < 20:
		f.Honours = []station.Honour{{Name: "最美驿站（示例）", Level: "city", Year: 2025}}
	}
	return Station{Host: host, Facts: f}
}

// life invents how a station came to be and is kept up: what a county's list
// says of most of them.
func life(r *rand.Rand, host, open string) upkeep.Life {
	year, month := 2021+r.IntN(5), 1+r.IntN(12)
	l := upkeep.Life{Built: upkeep.When(fmt.Sprintf("%d-%02d", year, month)), Extended: open == "late" || open == "night"}
	if host == "home" || host == "union" && r.IntN(2) == 0 {
		l.Operator, l.Funds = "冬青物业（示例）", fmt.Sprintf("约%d万元", 3+r.IntN(30))
	}
	switch r.IntN(4) {
	case 0: // accepted, and nobody knows when
		l.Accepted = upkeep.Yes
	case 1, 2:
		l.Accepted = upkeep.When(fmt.Sprintf("%d-%02d-%02d", year, min(month+1, 12), 1+r.IntN(28)))
	}
	for _, name := range upkeep.Maps() {
		if since := upkeep.When(pick(r, "", "yes", "yes", "no")); since != "" {
			l.Listings = append(l.Listings, upkeep.Listing{Map: name, Since: since})
		}
	}
	return l
}

func facts(name string, at spot, offers []string) station.Facts {
	lat, lng := at.latLng()
	place, err := station.PlaceFrom(geo.WGS84, lat, lng)
	if err != nil {
		panic("world: the map lies outside the country") // of the constants of this package
	}
	codes := make([]amenity.Code, len(offers))
	for i, o := range offers {
		codes[i] = amenity.Code(o)
	}
	set, _ := amenity.Of(codes...)
	return station.Facts{
		Name: name, Address: at.address, Area: streets()[at.street()].Code, Place: place,
		Services: set, Source: "示例数据", Demo: true, Public: true,
	}
}

// today lets some stations be closed for a day, with the reason.
func (w *World) today(r *rand.Rand, all []Station) []Station {
	reasons := []string{"停水，明天照常开", "刷墙，今天不开", "网点盘点，今天不开", "暖气试压，今天不开", "设备检修，今天不开"}
	for i, why := range reasons {
		n := 8 + r.IntN(len(all)-8)
		if len(all) < County || all[n].Shut != nil {
			continue
		}
		at := w.Now
		if i > 2 {
			at = at.AddDate(0, 0, i-2)
		}
		all[n].Shut = &hours.Special{Day: clock.Day(at), Reason: why}
	}
	return all
}
