package desk_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/station/upkeep"
	"nuanxin/internal/web/webtest"
)

// furnished is a house with something of everything.
func furnished(t *testing.T) (h *house, one station.View, imported string) {
	h = newHouse(t)
	for i, name := range []string{"人民大街骑手之家", "南站广场工会驿站", "东吉大路爱心驿站（示例路口往东 200 米，24 小时自助，名字特别长的一个）", "矿电大街司机之家"} {
		f := facts(name)
		place, err := station.PlaceFrom(geo.GCJ02, 42.9+float64(i)/100, 125.13+float64(i)/80)
		h.must(err)
		f.Place = place
		f.Pictures = []station.Picture{{File: "f", Thumb: "t", At: start}, {File: "g", Thumb: "u", At: start}}
		f.Life = upkeep.Life{Operator: "某物业", Built: "2023-05", Listings: []upkeep.Listing{{Map: "amap", Since: upkeep.Yes, Point: "B0FFG9XYZ1"}}}
		f.Services, f.Honours, f.Entry = 1023, []station.Honour{{Name: "最美", Level: "national", Year: 2023}}, station.Entry{Method: station.DoorCode, How: "22:00 后扫码"}
		if one = h.add(f); i == 2 {
			h.must(h.Reported(authz.AsSystem(context.Background(), "test"), one.ID, station.Locked, start.Add(-10*time.Minute), "2026-1124-0001"))
		}
	}
	hidden := facts("还没上图的样例站")
	hidden.Public, hidden.Demo, hidden.Hours = false, true, hours.Table{Printed: "夏季 8:00-20:00"}
	h.add(hidden)
	program := authz.AsSystem(context.Background(), "test")
	h.must(h.Reported(program, one.ID, station.NoWater, start.Add(-3*time.Hour), "2026-1124-0002"))
	_, err := h.SetDay(as("host"), one.ID, hours.Special{Day: "2026-11-28", Reason: "停电检修"})
	h.must(err)
	h.defects.open = []desk.Defect{{ID: "d1", Number: "2026-1124-0003", What: "微波炉坏了", Heard: []desk.Heard{{At: start.Add(-5 * time.Hour), Words: "转不热，门也关不上"}, {At: start.Add(-time.Hour), Words: "插头也松了"}}, At: start.Add(-5 * time.Hour), Due: start.Add(2 * time.Hour), Said: "等零件，周五换", Count: 3}}
	imported = h.upload("cadre", []byte(small), nil).to
	return h, one, imported
}

func TestPagesHoldInTheBrowser(t *testing.T) {
	browser := webtest.Start(t)
	h, v, imported := furnished(t)
	for _, p := range []struct{ who, path string }{
		{"city", desk.HrefStations}, {"city", desk.HrefStations + "?show=gone"}, {"cadre", desk.HrefStations + "/new"}, {"cadre", path(v, "")}, {"cadre", path(v, "/edit")},
		{"cadre", path(v, "/hours")}, {"cadre", path(v, "/days")}, {"cadre", path(v, "/map")}, {"cadre", path(v, "/close")}, {"cadre", path(v, "/photos")}, {"cadre", path(v, "/photos/remove?file=f")},
		{"cadre", desk.HrefImports}, {"cadre", imported}, {"cadre", imported + "/apply"},
		{"host", desk.HrefHost}, {"host", hostPath(v, "")}, {"host", hostPath(v, "/poster")},
	} {
		browser.Hold(t, strings.NewReplacer(string(v.ID), "id", imported, "/import").Replace(p.path), h.url+p.path, map[string]string{"as": p.who})
	}
}

func TestWithoutScripts(t *testing.T) {
	browser := webtest.Start(t)
	h, v, _ := furnished(t)
	p := browser.Open(t, h.url+path(v, "/hours"), webtest.View{NoJS: true, Cookies: map[string]string{"as": "cadre"}})
	p.Follow(`button[value="add"]`)
	if got := webtest.Eval[int](p, `document.querySelectorAll('input[type=time]').length`); got != 4 {
		t.Errorf("after adding a row: got %d times, want 4", got)
	}
	p.Follow(`button[value="drop-1"]`)
	p.Follow(`button[value="save"]`)
	if got := p.Path(); got != path(v, "") {
		t.Errorf("after saving: got %s, want the station", got)
	}
	p.Go(h.url + desk.HrefStations + "?q=nanzhan")
	p.Follow(".tk")
	if got := p.Text("h1"); got != "南站广场工会驿站" {
		t.Errorf("the found station: got %q", got)
	}
}

func TestKeysAndTheMap(t *testing.T) {
	browser := webtest.Start(t)
	h, v, _ := furnished(t)
	p := browser.Open(t, h.url+desk.HrefStations, webtest.View{Width: 1440, Height: 900, Cookies: map[string]string{"as": "city"}})
	got := webtest.Eval[string](p, `(function () { var k = function (s) { document.dispatchEvent(new KeyboardEvent('keydown', {key: s, bubbles: true})); }; k('j'); k('j'); k('k'); return document.activeElement.className; })()`)
	if got != "tk" {
		t.Errorf("j, j, k: got the focus on %q, want a station", got)
	}
	p.Go(h.url + path(v, "/map"))
	p.Wait(`!!document.querySelector('.leaflet-interactive')`)
	p.Click("[data-map]")
	p.Wait(`document.querySelector('input[name=lat]').value !== ''`)
	if got := webtest.Eval[string](p, `document.querySelector('input[name=lat]').value`); !strings.HasPrefix(got, "4") {
		t.Errorf("a press on the map: got latitude %q, want one near the stations", got)
	}
}

func TestLateAndRefusedFormsHold(t *testing.T) {
	browser := webtest.Start(t)
	h, v, _ := furnished(t)
	p := browser.Open(t, h.url+path(v, "/edit"), webtest.View{Cookies: map[string]string{"as": "cadre"}})
	theirs := v.Facts
	theirs.Address, theirs.Phones = "新地址 5 号", []string{"0437-3200009"}
	if _, err := h.Edit(as("city"), v.ID, v.Version, theirs); err != nil {
		t.Fatal(err)
	}
	p.Type("#address", "，门口有牌子")
	p.Follow(`main button.btn--primary`)
	look := func(about, words string) {
		t.Helper()
		if got := p.Text("main"); !strings.Contains(got, words) {
			t.Errorf("%s: got a page without %q", about, words)
		}
		for _, v := range p.Axe() {
			t.Errorf("%s: got axe violation %v, want none", about, v)
		}
		if got := p.Overflow(); len(got) > 0 {
			t.Errorf("%s: got sideways scroll %v, want none", about, got)
		}
		if dir := os.Getenv("NUANXIN_SHOTS"); dir != "" {
			p.Screenshot(dir+"late-"+about[:3]+".png", true)
		}
	}
	look("a conflict", "周敏刚改过，看看")
	p.Go(h.url + hostPath(v, ""))
	p.Go(h.url + path(v, "/map"))
	p.Type("#typed_lat", "x")
	p.Follow(`main button.btn--primary`)
	look("refused", "纬度要写数字")
	p.Go(h.url + path(v, "/hours"))
	p.Follow(`button[value="drop-0"]`)
	p.Follow(`button[value="save"]`)
	look("no hours", "一段时间都没有")
}
