package desk_test

import (
	"net/url"
	"strings"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk"
)

// filled is the form of a station, as its page would send it.
func filled(name string) url.Values {
	return url.Values{"version": {"1"}, "name": {name}, "area": {"吉林省辽源市龙山区"}, "address": {"人民大街1180号"}, "public": {"1"}, "host_id": {hostOrg}, "host_name": {"示例铁塔公司"}}
}

func TestEdit(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	h.tells("the form holds the record", h.open("cadre", path(v, "/edit")), 200, `value="人民大街驿站"`, "吉林省辽源市龙山区", "钥匙在门卫", "0437-3200000")
	form := filled("南站驿站")
	form["services"] = []string{"hot_water", "toilet"}
	form["honour"], form["honour_level"], form["honour_year"] = []string{"最美", ""}, []string{"national", ""}, []string{"2023", ""}
	form.Set("phones", "0437-3200001\n0437-3200002")
	form.Set("metres", "60")
	form.Set("note", "内部")
	if r := h.send("cadre", path(v, "/edit"), form); r.status != 303 || r.to != path(v, "") {
		t.Fatalf("save: got %d to %q, want 303 to the station: %s", r.status, r.to, firstLine(r.body))
	}
	got := h.get(v.ID)
	if got.Name != "南站驿站" || got.Version != 2 || len(got.Services.List()) != 2 || len(got.Phones) != 2 || got.Size.Metres != 60 || len(got.Honours) != 1 || got.Honours[0].Year != 2023 || !got.Hours.Known {
		t.Errorf("after saving: got %+v, want what the form said, with the hours untouched", got.Facts)
	}
}

func TestRefusedFormsComeBackFilled(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	for _, test := range []struct {
		about, field, value, words string
	}{
		{"a name is needed", "name", "", "写上驿站的名字"},
		{"a number must be one", "metres", "六十", "这里要写整数"},
		{"a year must be one", "honour_year", "去年", "不像年份"},
		{"no such place", "area", "没有这个地方县", "没找到这个地方"},
		{"several places of a name are offered", "area", "朝阳区", "几个地方都叫这个"},
		{"a host that nobody offered", "host_id", "01a20000-0000-7000-8000-000000000000", "从表里选一个"},
		{"a year of no honour stays, and is asked about", "honour", "", "写上是什么称号"},
		{"stars have an end", "stars", "9", "星级是 1 到 5"},
		{"too long is told", "source", strings.Repeat("长", 501), "最多 500 个字"},
		{"a size beyond sense", "metres", "99999999", "太大了"},
	} {
		form := filled("人民大街驿站")
		form["honour"], form["honour_level"], form["honour_year"] = []string{"最美"}, []string{""}, []string{"2023"}
		form.Set("address", "写了一半的地址")
		form.Set(test.field, test.value)
		r := h.send("cadre", path(v, "/edit"), form)
		h.tells(test.about, r, 422, test.words, "写了一半的地址", `role="alert"`)
	}
	form := filled("人民大街驿站")
	form.Set("area", "朝阳区")
	form.Set("area_pick", "220402006")
	if r := h.send("cadre", path(v, "/edit"), form); r.status != 303 || h.get(v.ID).Area != "220402006" {
		t.Errorf("a chosen place: got %d and area %s, want it stored", r.status, h.get(v.ID).Area)
	}
}

func TestConflictShowsBothValues(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	theirs := facts("人民大街驿站")
	theirs.Address = "新地址 5 号"
	if _, err := h.Edit(as("city"), v.ID, 1, theirs); err != nil {
		t.Fatal(err)
	}
	form := filled("人民大街驿站")
	form.Set("address", "我写的 7 号")
	r := h.send("cadre", path(v, "/edit"), form)
	h.tells("the later of two editors", r, 409, "周敏刚改过，看看", "新地址 5 号", "我写的 7 号", `name="version" value="2"`)
	if got := h.get(v.ID); got.Address != "新地址 5 号" {
		t.Errorf("after the conflict: got %q, want what the first stored", got.Address)
	}
	form.Set("version", "2")
	if r := h.send("cadre", path(v, "/edit"), form); r.status != 303 || h.get(v.ID).Address != "我写的 7 号" {
		t.Errorf("sent again over the newest: got %d and %q, want it stored", r.status, h.get(v.ID).Address)
	}
	h.tells("hours of an old version", h.send("cadre", path(v, "/hours"), url.Values{"version": {"1"}, "do": {"save"}, "rows": {"1"}, "d0": {"every"}, "f0": {"09:00"}, "t0": {"10:00"}}), 409, "刚改过", `role="alert"`)
	h.tells("a place of an old version", h.send("cadre", path(v, "/map"), url.Values{"version": {"1"}, "datum": {"gcj02"}, "typed_lat": {"42.9"}, "typed_lng": {"125.1"}}), 409, "刚改过", `role="alert"`)
	h.tells("closing an old version", h.send("cadre", path(v, "/close"), url.Values{"version": {"1"}, "why": {"拆了"}, "sure": {"1"}}), 409, `role="alert"`, "刚有人改过", "拆了")
}

func TestAdd(t *testing.T) {
	h := newHouse(t)
	form := filled("新驿站")
	form.Set("req_id", "0190a1b2-0000-7000-8000-0000000000cc")
	first := h.send("cadre", desk.HrefStations, form)
	if first.status != 303 {
		t.Fatalf("add: got %d: %s", first.status, firstLine(first.body))
	}
	if again := h.send("cadre", desk.HrefStations, form); again.to != first.to {
		t.Errorf("the same form sent twice: got %q, want %q", again.to, first.to)
	}
	form.Set("req_id", "")
	form.Set("area", "吉林省辽源市西安区")
	h.tells("a foreign area", h.send("cadre", desk.HrefStations, form), 422, "不归你管", "新驿站")
	h.tells("a leader adds nothing", h.send("leader", desk.HrefStations, form), 404)
}

func TestHours(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	send := func(v2 url.Values) reply {
		v2.Set("version", "1")
		return h.send("cadre", path(v, "/hours"), v2)
	}
	h.tells("add gives an empty row", send(url.Values{"do": {"add"}, "rows": {"1"}, "d0": {"every"}, "f0": {"08:00"}, "t0": {"22:00"}}), 200, `name="f1"`, "工友会看到：每天 8:00–22:00")
	h.tells("drop takes it away", send(url.Values{"do": {"drop-0"}, "rows": {"2"}, "d0": {"every"}, "f0": {"08:00"}, "t0": {"22:00"}, "d1": {"work"}, "f1": {"09:00"}, "t1": {"10:00"}}), 200, "工作日 9:00–10:00")
	h.tells("past midnight", send(url.Values{"do": {"preview"}, "rows": {"1"}, "d0": {"fri", "sat"}, "f0": {"18:00"}, "t0": {"02:00"}}), 200, "周五、周六 18:00–次日2:00")
	h.tells("day and night", send(url.Values{"do": {"preview"}, "rows": {"1"}, "d0": {"every"}, "f0": {"00:00"}, "t0": {"00:00"}}), 200, "工友会看到：24 小时")
	h.tells("printed words are read", send(url.Values{"do": {"read"}, "printed": {"周一至周五 8:30-17:00，节假日休息"}}), 200, `value="08:30"`, "工友会看到：")
	h.tells("doubts are told", send(url.Values{"do": {"read"}, "printed": {"夏季 8:00-20:00"}}), 200, "没写从哪天起")
	h.tells("a row without days", send(url.Values{"do": {"save"}, "rows": {"1"}, "f0": {"08:00"}, "t0": {"20:00"}}), 422, "还没选哪几天", `value="08:00"`)
	h.tells("a row without a time", send(url.Values{"do": {"save"}, "rows": {"1"}, "d0": {"mon"}, "f0": {"08:00"}}), 422, "时间不全")
	h.tells("no row at all", send(url.Values{"do": {"save"}, "rows": {"1"}}), 422, "一段时间都没有")
	h.tells("a season that is none", send(url.Values{"do": {"save"}, "rows": {"1"}, "d0": {"mon"}, "f0": {"08:00"}, "t0": {"20:00"}, "s0": {"13-40"}, "e0": {"01-01"}}), 422, "11-01 这样")
	h.tells("more rows than a form has", send(url.Values{"do": {"add"}, "rows": {"99999999"}}), 200)
	if r := send(url.Values{"do": {"save"}, "rows": {"2"}, "printed": {"印的"}, "d0": {"work"}, "f0": {"08:30"}, "t0": {"17:00"}, "d1": {"sat", "sun", "except"}, "f1": {"22:00"}, "t1": {"06:00"}, "s1": {"11-01"}, "e1": {"03-31"}}); r.status != 303 {
		t.Fatalf("save: got %d: %s", r.status, firstLine(r.body))
	}
	got := h.get(v.ID).Hours
	want := []hours.Row{{Days: hours.Workdays, From: 510, To: 1020}, {Days: hours.Weekend | hours.ExceptHolidays, From: 1320, To: 1800, Season: hours.Season{From: "11-01", To: "03-31"}}}
	if len(got.Rows) != 2 || got.Rows[0] != want[0] || got.Rows[1] != want[1] || got.Printed != "印的" {
		t.Errorf("stored hours: got %+v, want %+v", got, want)
	}
	if r := h.send("cadre", path(v, "/hours"), url.Values{"do": {"save"}, "version": {"2"}, "unknown": {"1"}}); r.status != 303 || h.get(v.ID).Hours.Known {
		t.Errorf("unknown hours: got %d and %+v, want them stored as unknown", r.status, h.get(v.ID).Hours)
	}
}

func TestDays(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	for _, test := range []struct {
		about string
		form  url.Values
		want  string
	}{
		{"closed needs a reason", url.Values{"day": {"2026-12-01"}, "kind": {"closed"}}, "写一句为什么"},
		{"the past is over", url.Values{"day": {"2026-11-01"}, "kind": {"closed"}, "reason": {"停电"}}, "今天起一年里"},
		{"a day must be one", url.Values{"day": {"明天"}, "kind": {"closed"}, "reason": {"停电"}}, "日期或时间不对"},
		{"own hours need times", url.Values{"day": {"2026-12-01"}, "kind": {"open"}, "f0": {"08:00"}, "reason": {"年会"}}, "时间不全"},
	} {
		h.tells(test.about, h.send("cadre", path(v, "/days"), test.form), 422, test.want)
	}
	h.send("cadre", path(v, "/days"), url.Values{"day": {"2026-12-01"}, "kind": {"open"}, "f0": {"18:00"}, "t0": {"01:00"}, "reason": {"年会"}})
	if got := h.get(v.ID).Live.Days; len(got) != 1 || got[0].Periods[0] != (hours.Period{From: 1080, To: 1500}) {
		t.Fatalf("own hours: got %+v, want 18:00 to 1:00", got)
	}
	h.tells("the day is listed", h.open("cadre", path(v, "/days")), 200, "年会", "照平常开")
	h.send("cadre", path(v, "/days/clear"), url.Values{"day": {"2026-12-01"}})
	if got := h.get(v.ID).Live.Days; len(got) != 0 {
		t.Errorf("after clearing: got %+v, want none", got)
	}
}

func TestPlace(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("甲驿站"))
	other := h.add(facts("乙驿站"))
	for _, test := range []struct {
		about string
		form  url.Values
		want  string
	}{
		{"a datum must be said", url.Values{"typed_lat": {"42.9"}, "typed_lng": {"125.1"}}, "我们不猜"},
		{"numbers must be numbers", url.Values{"datum": {"gcj02"}, "typed_lat": {"北纬"}, "typed_lng": {"125.1"}}, "纬度要写数字"},
		{"swapped numbers are told", url.Values{"datum": {"gcj02"}, "typed_lat": {"125.1"}, "typed_lng": {"42.9"}}, "写反了"},
		{"abroad is refused", url.Values{"datum": {"wgs84"}, "typed_lat": {"48.8"}, "typed_lng": {"2.3"}}, "不在国内"},
	} {
		test.form.Set("version", "1")
		h.tells(test.about, h.send("cadre", path(v, "/map"), test.form), 422, test.want)
	}
	h.tells("the queue", h.open("cadre", desk.HrefStations+"?show=nomap"), 200, path(other, "/map?queue=1"))
	r := h.send("cadre", path(v, "/map"), url.Values{"version": {"1"}, "queue": {"1"}, "datum": {"gcj02"}, "typed_lat": {"125.136789，42.902345"}})
	if r.status != 303 || r.to != path(other, "/map?queue=1") {
		t.Errorf("a pair from Amap: got %d to %q, want the next station of the queue", r.status, r.to)
	}
	if got := h.get(v.ID).Place; got == nil || got.Datum != "gcj02" || got.GivenLat != 42.902345 {
		t.Errorf("stored place: got %+v, want the given numbers", got)
	}
	r = h.send("cadre", path(other, "/map"), url.Values{"version": {"1"}, "queue": {"1"}, "lat": {"42.9"}, "lng": {"125.1"}})
	if r.status != 303 || h.get(other.ID).Place.Datum != "wgs84" {
		t.Errorf("a press on the map: got %d, want WGS-84 numbers stored", r.status)
	}
	h.tells("after the last one", h.open("cadre", r.to), 200, "都上图了")
}

func TestCloseForGood(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("甲驿站"))
	h.tells("it asks first", h.open("cadre", path(v, "/close")), 200, "甲驿站", "不能再开")
	h.tells("without the tick", h.send("cadre", path(v, "/close"), url.Values{"version": {"1"}, "why": {"拆迁"}}), 422, "打个勾", "拆迁")
	h.tells("without a reason", h.send("cadre", path(v, "/close"), url.Values{"version": {"1"}, "sure": {"1"}}), 422, "写一句为什么")
	if r := h.send("cadre", path(v, "/close"), url.Values{"version": {"1"}, "sure": {"1"}, "why": {"拆迁"}}); r.status != 303 {
		t.Fatalf("close: got %d", r.status)
	}
	h.tells("the record stays", h.open("cadre", path(v, "")), 200, "拆迁", "永久关闭")
	h.tells("nothing is changed any more", h.send("cadre", path(v, "/edit"), filled("甲")), 409)
	h.tells("the list shows it apart", h.open("cadre", desk.HrefStations+"?show=gone"), 200, "甲驿站")
}

func TestHostilePages(t *testing.T) {
	h := newHouse(t)
	f := facts(`<script>alert(1)</script>"'站`)
	f.Address, f.Note, f.HostName = `=HYPERLINK("x")`, `</textarea><img src=x onerror=y>`, "@SUM(1)"
	v := h.add(f)
	for _, p := range []string{desk.HrefStations, path(v, ""), path(v, "/edit"), path(v, "/close"), path(v, "/map")} {
		if body := h.open("cadre", p).body; strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s: got a name that runs", p)
		}
	}
	r := h.open("cadre", desk.HrefStations+"/export.csv")
	h.tells("the export disarms formulas", r, 200, `"'=HYPERLINK(""x"")"`, `"'@SUM(1)"`)
	if !strings.Contains(r.to, "stations-2026-11-24.csv") {
		t.Errorf("the export's name: got %q", r.to)
	}
	h.tells("a hostile search", h.open("cadre", desk.HrefStations+"?q=%3Cscript%3E&area=zz&show=zz&after=zz"), 200)
}

func TestListFindsAndCounts(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"人民大街驿站", "南站驿站", "东吉驿站"} {
		h.add(facts(name))
	}
	shut := facts("夜里关的站")
	shut.Hours.Rows = []hours.Row{{Days: hours.EveryDay, From: 18 * 60, To: 22 * 60}}
	h.add(shut)
	unknown := facts("没写时间的站")
	unknown.Hours, unknown.Area = hours.Table{}, "220403"
	h.add(unknown)
	locked := h.add(facts("锁着的站"))
	h.must(h.Reported(authz.AsSystem(t.Context(), "test"), locked.ID, station.Locked, start, "R1"))
	for _, test := range []struct {
		about, query, has, hasNot string
	}{
		{"by pinyin", "?q=dongji", "东吉驿站", "南站驿站"},
		{"by initials", "?q=nzyz", "南站驿站", "人民大街驿站"},
		{"by characters", "?q=东吉", "东吉驿站", "南站驿站"},
		{"open now", "?show=open", "南站驿站", "夜里关的站"},
		{"closed now", "?show=closed", "夜里关的站", "南站驿站"},
		{"reported locked", "?show=locked", "锁着的站", "南站驿站"},
		{"unknown hours", "?show=unknown", "没写时间的站", "南站驿站"},
		{"one county", "?area=220402", "南站驿站", "没写时间的站"},
		{"nothing found", "?q=zzzz", "没找到“zzzz”", "南站驿站"},
		{"a county without stations", "?area=220421", "这里还没有驿站", "南站驿站"},
	} {
		r := h.open("city", desk.HrefStations+test.query)
		h.tells(test.about, r, 200, test.has)
		if strings.Contains(r.body, test.hasNot) {
			t.Errorf("%s: got %q, want it left out", test.about, test.hasNot)
		}
	}
	h.tells("the tree counts", h.open("city", desk.HrefStations), 200, "龙山区", "西安区")
}

func TestPagesGoOn(t *testing.T) {
	h := newHouse(t)
	for i := range 60 {
		h.add(facts("站" + string(rune('一'+i))))
	}
	first := h.open("cadre", desk.HrefStations)
	at := strings.Index(first.body, "after=")
	if at < 0 {
		t.Fatal("the first of two pages: got no link to the next")
	}
	next := first.body[at:]
	next = next[:strings.IndexAny(next, `"&`)]
	second := h.open("cadre", desk.HrefStations+"?"+next)
	if got := strings.Count(second.body, `class="tk"`); got != 10 {
		t.Errorf("the second page: got %d stations, want the last 10", got)
	}
}
