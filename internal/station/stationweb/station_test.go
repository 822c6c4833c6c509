package stationweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/id"
)

func TestStation(t *testing.T) {
	h := newHouse(t)
	if _, err := h.stations.SetDay(cadre, h.done[riders].ID, hours.Special{Day: "2026-11-26", Periods: []hours.Period{{From: 540, To: 720}}, Reason: "消防演练"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []reading{
		{"everything in the record", h.path(riders), 0,
			[]string{"<h1", riders, "人民大街 1180 号", "24 小时亮灯", "示例", "/photos/photo1", "/photos/thumb1", "还有 2 张", "/photos/photo2", "/photos/thumb3", "这里有什么", "免费 WiFi", "怎么进门", "扫码或出示会员码。白天直接进", "几点开", "24 小时", "11月26日（周四）", "9:00–12:00，消防演练", `href="tel:08162345678"`, "138****6207", "哪里不对", "没热水", "换电柜坏了", "四川省绵阳市涪城区", "骑手驿站", "示例市铁塔公司", "全国 最美", "2023", "5 星", "约 118 平方米，能坐 20 人", "示例物业", "2023年5月", "2023年6月1日", "高德地图（能搜到 B0FFG9XYZ1）、工会 App（2023年）", "无人值守", "延时服务", "31.461525, 104.752861（WGS-84）", `href="https://example.org/list"`, "2025-09-16", "资料更新", "11月24日", `href="/join?from=station&amp;area=510703`, "这附近还有", gym, "导航过去"},
			[]string{"内部备注", "王某", "30万", "tel:138", hidden, "骑车约"}},
		{"a special day of today with its reason and age", h.path(post), 0, []string{"关着，明天 8:00 开", "停电检修，工会核过，刚刚", "这几天不一样", "不开，停电检修"}, nil},
		{"a report with its age", h.path(locked), 0, []string{"有人说门没开", "工友报的，20 分钟前", "20 分钟前有人报：门没开"}, []string{"2026-1124-0009"}},
		{"unknown things are told as unknown", h.path(bare), 0, []string{"没写几点开", "没写怎么进门", "没人写过几点开", "没见到工会的牌子"}, []string{"这里有什么", "tel:"}},
		{"not yet on the map", h.path(nowhere), 0, []string{"还没上图", "城北物流园 3 号门", "tel:08167654321", "看别的驿站"}, []string{"导航过去", "<svg viewBox=\"0 0 400"}},
		{"closed for good", h.path(gone), 0, []string{"不再开了", "拆迁", "看别的驿站"}, []string{"哪里不对", "导航过去", "怎么进门", "/join?"}},
		{"hostile words are words", h.path(hostile), 0, []string{"&lt;script&gt;", "&lt;img src=x", "&lt;b&gt;看情况"}, []string{"<script>alert", "<img", "href=\"javascript", "onclick=alert(4)\"", "<b>看"}},
		{"a hidden one is missing", h.path(hidden), 404, []string{"没找到"}, []string{hidden}},
		{"no such code", "/stations/00000000", 404, []string{"没找到"}, nil},
		{"no code at all", "/stations/x'%20or%201=1", 404, nil, nil},
	} {
		r.check(t, h.phone())
	}
	p := h.phone()
	p.get("/?" + meQuery)
	reading{"with the way from where the reader is", h.path(riders), 0, []string{">320<", "骑车约 2 分钟"}, nil}.check(t, p)
	reading{"in English", h.path(riders), 0, []string{"Lit 24 h", "checked by the union just now", "Thu 26 Nov", "Tap to call", "Microwave broken", "about 118 m², room for 20"}, []string{"stations."}}.check(t, h.phone().english())
}

func TestPhoto(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	r, err := http.NewRequest("GET", h.server.URL+h.path(riders)+"/photos/thumb1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, body := p.do(r); resp.StatusCode != 200 || body != "bytes of thumb1" || resp.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("got %d, %s: %s", resp.StatusCode, resp.Header.Get("Content-Type"), body)
	}
	reading{"a photo of another station is missing", h.path(gym) + "/photos/photo1", 404, nil, []string{"bytes of"}}.check(t, p)
	reading{"a file that is no photo", h.path(riders) + "/photos/secret", 404, nil, []string{"bytes of"}}.check(t, p)
}

func TestWayThere(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	reading{"three maps", h.path(riders) + "/go", 0, []string{"高德地图", "百度地图", "腾讯地图"}, []string{"上次用的"}}.check(t, p)
	for _, test := range []struct {
		provider, host string
		datum          geo.Datum
	}{{"amap", "https://uri.amap.com/navigation", geo.GCJ02}, {"tencent", "https://apis.map.qq.com/uri/v1/routeplan", geo.GCJ02}, {"baidu", "https://api.map.baidu.com/marker", geo.BD09}} {
		r, err := http.NewRequest("GET", h.server.URL+h.path(riders)+"/go?map="+test.provider, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, _ := p.do(r)
		to, lat := resp.Header.Get("Location"), ""
		a, _ := at(58, 320).In(test.datum)
		if lat = num(a); resp.StatusCode != 303 || !strings.HasPrefix(to, test.host) || !strings.Contains(to, lat) {
			t.Errorf("%s: got %d to %s, want %s with latitude %s", test.provider, resp.StatusCode, to, test.host, lat)
		}
	}
	reading{"the choice is remembered", h.path(riders) + "/go", 0, []string{"百度地图", "上次用的", "腾讯地图"}, nil}.check(t, p)
	reading{"and opens at once", "/?" + meQuery, 0, []string{"https://api.map.baidu.com/marker?", "导航过去"}, nil}.check(t, p)
	reading{"an unknown map is no way out", h.path(riders) + "/go?map=https://evil.example", 0, []string{"高德地图"}, []string{"evil"}}.check(t, p)
	reading{"no way to what is not on the map", h.path(nowhere) + "/go?map=amap", 0, []string{"还没上图"}, []string{"高德"}}.check(t, p)
	reading{"a hidden one is missing", h.path(hidden) + "/go?map=amap", 404, nil, nil}.check(t, p)
}

func TestReport(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	form := url.Values{"req_id": {id.New[string]()}, "what": {"no_hot_water"}}
	for range 2 {
		status, to, _ := p.post(h.path(riders)+"/report", form)
		if status != 303 || to != "/help/2026-1124-0001" {
			t.Errorf("report: got %d to %q, want 303 to its progress", status, to)
		}
	}
	want := string(h.done[riders].ID) + " no_hot_water "
	if len(h.reporter.calls) != 1 || h.reporter.calls[form.Get("req_id")] != want {
		t.Errorf("reported: got %v, want once %q", h.reporter.calls, want)
	}
	for _, test := range []struct {
		about, station string
		form           url.Values
		status         int
		has            string
	}{
		{"nothing chosen", riders, url.Values{"words": {"脏"}}, 422, "先选一样"},
		{"something that is not offered", riders, url.Values{"what": {"roof"}}, 422, "先选一样"},
		{"something else, without words", riders, url.Values{"what": {"other"}}, 422, "写一句是什么"},
		{"something else, with words that nobody can see", riders, url.Values{"what": {"other"}, "words": {"\u200b\u202e\ufeff"}}, 422, "写一句是什么"},
		{"too many words", riders, url.Values{"what": {"other"}, "words": {strings.Repeat("长", 301)}}, 422, "长长长"},
		{"hostile words come back as words", riders, url.Values{"what": {"roof"}, "words": {`"><script>x`}}, 422, "&lt;script&gt;x"},
		{"a hidden station", hidden, url.Values{"what": {"locked"}}, 404, ""},
		{"a station closed for good", gone, url.Values{"what": {"locked"}}, 409, ""},
	} {
		status, _, body := h.phone().post(h.path(test.station)+"/report", test.form)
		if status != test.status || !strings.Contains(body, test.has) || strings.Contains(body, "<script>x") {
			t.Errorf("%s: got %d, want %d and %q\n%s", test.about, status, test.status, test.has, plain(body))
		}
	}
	h.reporter.fail = busy()
	if status, _, _ := p.post(h.path(riders)+"/report", url.Values{"what": {"locked"}}); status != 503 {
		t.Errorf("nobody takes reports just now: got %d, want 503", status)
	}
	if len(h.reporter.calls) != 1 {
		t.Errorf("refused reports: got %d calls, want none but the first", len(h.reporter.calls))
	}
}
