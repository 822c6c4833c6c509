package desk_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk"
)

func TestHostHome(t *testing.T) {
	h := newHouse(t)
	h.tells("none yet", h.open("host", desk.HrefHost), 200, "还没有归你管的驿站")
	v := h.add(facts("甲驿站"))
	if r := h.open("host", desk.HrefHost); r.status != 303 || r.to != hostPath(v, "") {
		t.Errorf("one station: got %d to %q, want straight to it", r.status, r.to)
	}
	second := h.add(facts("乙驿站"))
	h.tells("two stations", h.open("host", desk.HrefHost), 200, "甲驿站", "乙驿站", "开着")
	h.must(h.Reported(authz.AsSystem(t.Context(), "test"), second.ID, station.NoWater, start, "R1"))
	if r := h.open("host", desk.HrefHost); strings.Index(r.body, "乙驿站") > strings.Index(r.body, "甲驿站") {
		t.Error("two stations: got the one with a report last, want it first")
	}
	h.must(h.Reported(authz.AsSystem(t.Context(), "test"), v.ID, station.Locked, start, "R2"))
	if r := h.open("host", desk.HrefHost); strings.Index(r.body, "甲驿站") > strings.Index(r.body, "乙驿站") {
		t.Error("two stations: got the locked one last, want it first")
	}
	h.tells("a cadre runs none", h.open("cadre", desk.HrefHost), 404)
}

func TestHostToday(t *testing.T) {
	h := newHouse(t)
	f := facts("甲驿站")
	f.Hours.Rows = []hours.Row{{Days: hours.EveryDay, From: 8 * 60, To: 12 * 60}, {Days: hours.EveryDay, From: 14 * 60, To: 18 * 60}}
	v := h.add(f)
	at := func(clock string) { // today at a civil time
		day, err := time.Parse("15:04", clock)
		h.must(err)
		h.clock.Set(start.Add(time.Duration(day.Hour()*60+day.Minute()-600) * time.Minute))
	}
	for _, test := range []struct {
		about, now, until string
		want              []hours.Period
	}{
		{"longer, with the break kept", "10:00", "20:00", []hours.Period{{From: 480, To: 1200}}},
		{"in the afternoon the morning stays", "15:00", "20:00", []hours.Period{{From: 480, To: 720}, {From: 840, To: 1200}}},
		{"shorter", "15:00", "16:00", []hours.Period{{From: 480, To: 720}, {From: 840, To: 960}}},
		{"in the break it opens as planned", "13:00", "17:00", []hours.Period{{From: 480, To: 720}, {From: 840, To: 1020}}},
		{"after closing it opens again", "19:00", "21:00", []hours.Period{{From: 480, To: 720}, {From: 840, To: 1080}, {From: 1140, To: 1260}}},
		{"into the night", "19:00", "01:00", []hours.Period{{From: 480, To: 720}, {From: 840, To: 1080}, {From: 1140, To: 1500}}},
		{"until the morning", "22:00", "08:00", []hours.Period{{From: 480, To: 720}, {From: 840, To: 1080}, {From: 1320, To: 1920}}},
	} {
		at(test.now)
		r := h.send("host", hostPath(v, "/today"), url.Values{"kind": {"until"}, "until": {test.until}})
		got := h.get(v.ID).Live.Days
		if r.status != 303 || len(got) != 1 || !equal(got[0].Periods, test.want) || got[0].By != station.FromHost {
			t.Errorf("%s: got %d and %+v, want %v", test.about, r.status, got, test.want)
		}
	}
	at("15:00")
	for _, test := range []struct {
		about string
		form  url.Values
		want  string
	}{
		{"a time that is over", url.Values{"kind": {"until"}, "until": {"14:00"}}, "这个点已经过了"},
		{"a time of this morning", url.Values{"kind": {"until"}, "until": {"11:00"}}, "这个点已经过了"},
		{"no time", url.Values{"kind": {"until"}, "until": {"晚上"}}, "这个点已经过了"},
		{"nothing chosen", url.Values{"until": {"20:00"}}, "选一下今天怎么开"},
		{"closed without a word", url.Values{"kind": {"closed"}}, "写一句为什么"},
	} {
		h.tells(test.about, h.send("host", hostPath(v, "/today"), test.form), 422, test.want)
	}
	h.send("host", hostPath(v, "/today"), url.Values{"kind": {"closed"}, "today_reason": {"停电"}})
	h.tells("closed today", h.open("host", hostPath(v, "")), 200, "停电", "关着")
	h.send("host", hostPath(v, "/today"), url.Values{"kind": {"usual"}})
	if got := h.get(v.ID).Live.Days; len(got) != 0 {
		t.Errorf("as usual: got %+v, want no special day", got)
	}
}

func equal(a, b []hours.Period) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestHostClosesADay(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("甲驿站"))
	h.tells("a reason is needed", h.send("host", hostPath(v, "/day"), url.Values{"day": {"2026-12-01"}}), 422, "写一句为什么")
	h.send("host", hostPath(v, "/day"), url.Values{"day": {"2026-12-01"}, "reason": {"检修"}})
	h.tells("it is listed", h.open("host", hostPath(v, "")), 200, "检修", "12月1日")
	h.send("host", hostPath(v, "/day/clear"), url.Values{"day": {"2026-12-01"}})
	if got := h.get(v.ID).Live.Days; len(got) != 0 {
		t.Errorf("taken back: got %+v, want none", got)
	}
}

func TestHostAnswersDefects(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("甲驿站"))
	h.tells("nothing broken", h.open("host", hostPath(v, "")), 200, "没有工友说哪里坏了")
	h.must(h.Reported(authz.AsSystem(t.Context(), "test"), v.ID, station.Locked, start, "R1"))
	h.must(h.Reported(authz.AsSystem(t.Context(), "test"), v.ID, station.NoWater, start, "R2"))
	h.defects.open = []desk.Defect{{ID: "d1", Number: "R2", What: "没热水", Heard: []desk.Heard{{At: start, Words: "早上就没有"}, {At: start.Add(time.Hour), Words: "左边的龙头"}}, At: start, Due: start.Add(4 * time.Hour), Count: 3}}
	h.tells("both are told, each once", h.open("host", hostPath(v, "")), 200, "门没开", "没热水", "早上就没有", "左边的龙头", "补的一句", "门开着", "还没好")
	h.tells("not yet needs a reason", h.send("host", hostPath(v, "/defects/d1/later"), url.Values{}), 422, "工友在等", "d1")
	h.tells("not in the past", h.send("host", hostPath(v, "/defects/d1/later"), url.Values{"words": {"等零件"}, "later": {"2026-01-01"}}), 422, "从今天往后", "等零件")
	if h.send("host", hostPath(v, "/defects/d1/later"), url.Values{"words": {"等零件"}, "later": {"2026-11-27"}}); h.defects.said != "later d1 等零件 2026-11-27" {
		t.Errorf("not yet: got %q", h.defects.said)
	}
	if h.send("host", hostPath(v, "/defects/d1/later"), url.Values{"words": {"等零件"}}); h.defects.said != "later d1 等零件 " {
		t.Errorf("not yet, without a day: got %q", h.defects.said)
	}
	if h.send("host", hostPath(v, "/defects/d1/fixed"), url.Values{"words": {"换了一台"}}); h.defects.said != "fixed d1 换了一台" {
		t.Errorf("fixed: got %q", h.defects.said)
	}
	h.tells("a defect that is settled", h.send("host", hostPath(v, "/defects/d1/fixed"), url.Values{}), 409, "已经办完了")
	h.tells("a defect of elsewhere", h.send("host", hostPath(v, "/defects/zz/fixed"), url.Values{}), 409)
	h.defects.open = []desk.Defect{{ID: "d1", What: "没热水", At: start}, {ID: "d3", What: "门口的灯", Task: "请换灯泡", At: start}}
	r := h.open("host", hostPath(v, ""))
	h.tells("a task of the union is answered to the union", r, 200, "请换灯泡", `href="/matters/d3"`, "/defects/d1/fixed")
	if strings.Contains(r.body, "/defects/d3/") {
		t.Error("a task of the union: got the forms of a defect")
	}
	h.send("host", hostPath(v, "/mended"), url.Values{"what": {"locked"}})
	if got := h.get(v.ID); got.Now.Status != station.Open {
		t.Errorf("after saying that the door is open: got %s, want open", got.Now.Status)
	}
	h.must(h.Reported(authz.AsSystem(t.Context(), "test"), v.ID, station.Other, start, "R3"))
	if r := h.open("host", hostPath(v, "")); !strings.Contains(r.body, "工会在看") || strings.Contains(r.body, `name="what" value="other"`) {
		t.Error("free words that the host has not read: got a button that settles them, want that the union has them")
	}
	h.tells("an unknown kind", h.send("host", hostPath(v, "/mended"), url.Values{"what": {"x"}}), 404)
	h.defects.open, h.defects.err = []desk.Defect{{ID: "d2", What: "没热水", At: start}}, fault.New("t", fault.Busy, "")
	h.tells("the requests are busy", h.send("host", hostPath(v, "/defects/d2/fixed"), url.Values{}), 503)
}

func TestPoster(t *testing.T) {
	h := newHouse(t)
	f := facts("甲驿站")
	f.Entry, f.Phones = station.Entry{Method: station.AskHost, How: "敲门"}, []string{"0816-2345678"}
	v := h.add(f)
	r := h.open("host", hostPath(v, "/poster"))
	h.tells("the poster", r, 200, "敲门", "0816-2345678", v.Address, "https://union.example/stations/"+v.Code, v.Code[:4]+" "+v.Code[4:], `fill="#fff"`)
	if strings.Count(r.body, `fill="#000"`) != 1 {
		t.Error("the poster: got no code in one black path")
	}
}
