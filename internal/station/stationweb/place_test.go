package stationweb_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nuanxin/internal/station"
)

func num(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }

func TestChooseAPlace(t *testing.T) {
	h := newHouse(t)
	for _, r := range []reading{
		{"without words: areas that have stations; the one province and city need no choice", "/place", 0, []string{"在哪一带", "按地区选", "涪城区", "游仙区", "三台县"}, []string{"四川省", "没找到"}},
		{"by characters", "/place?q=" + url.QueryEscape("涪城"), 0, []string{"/?area=510703", "涪城区", "四川省 绵阳市"}, nil},
		{"by pinyin", "/place?q=fucheng", 0, []string{"/?area=510703"}, nil},
		{"by initials", "/place?q=fcq", 0, []string{"/?area=510703"}, nil},
		{"a district without stations is not offered", "/place?q=" + url.QueryEscape("龙山区"), 0, []string{"没找到“龙山区”"}, []string{"/?area=220402"}},
		{"a station as a landmark", "/place?q=tiyuguan", 0, []string{"/?at=" + string(h.done[gym].ID), gym + "附近"}, nil},
		{"a station by its address", "/place?q=" + url.QueryEscape("铁塔公司"), 0, []string{riders + "附近"}, nil},
		{"a station not on the map is no landmark", "/place?q=" + url.QueryEscape("物流园"), 0, []string{h.path(nowhere), "还没上图"}, []string{"/?at=" + string(h.done[nowhere].ID)}},
		{"a hidden one is not found", "/place?q=" + url.QueryEscape("样例"), 0, []string{"没找到"}, []string{hidden}},
		{"hostile words are words", "/place?q=" + url.QueryEscape(`"><script>x`), 0, []string{"没找到", "&lt;script&gt;"}, []string{"<script>x"}},
		{"very long words are cut", "/place?q=" + strings.Repeat("a", 3000), 0, []string{"没找到"}, nil},
	} {
		r.check(t, h.phone())
	}
}

func TestChosenPlacesAreRemembered(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	reading{"from a landmark", "/?at=" + string(h.done[gym].ID), 0, []string{gym, "从" + gym + "算起"}, []string{">不知道你在哪<", "重新定位"}}.check(t, p)
	for _, area := range []string{"510703", "510704", "51"} {
		p.get("/?area=" + area)
	}
	reading{"the last three, the latest first", "/place", 0, []string{"最近选过的", "/?area=51\"", "游仙区", "涪城区", "忘掉我的位置"}, []string{gym}}.check(t, p)
	if status, to, _ := p.post("/place", url.Values{}); status != 303 || to != "/place" {
		t.Errorf("forget: got %d to %q, want 303 to /place", status, to)
	}
	reading{"all is forgotten", "/place", 0, []string{"忘掉了"}, []string{"最近选过的", "忘掉我的位置"}}.check(t, p)
	reading{"also where the reader was", "/", 0, []string{">不知道你在哪<"}, nil}.check(t, p)
}

func TestDirectory(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	for _, r := range []reading{
		{"all, by district", "/stations", 0, []string{"全部驿站", "/stations?area=51", "四川省绵阳市涪城区", gym, nowhere, "四川省绵阳市游仙区", far, "&lt;script&gt;"}, []string{hidden, gone, "<script>alert", " 米"}},
		{"one county, with the way back", "/stations?area=510704", 0, []string{"游仙区的驿站", "全国", "四川省", far}, []string{gym}},
		{"by words", "/stations?q=tyg", 0, []string{gym}, []string{riders}},
		{"by code", "/stations?q=" + h.done[riders].Code, 0, []string{riders}, []string{gym}},
		{"by a service", "/stations?services=bed", 0, []string{"&lt;script&gt;"}, []string{gym}},
		{"open now", "/stations?open=1", 0, []string{gym}, []string{bare, post}},
		{"nothing found", "/stations?q=zzz", 0, []string{"没找到"}, nil},
		{"an unknown area and a broken cursor show all", "/stations?area=xx&after=%25", 0, []string{gym}, nil},
	} {
		r.check(t, p)
	}
	p.get("/?" + meQuery)
	reading{"with distances once the place is known", "/stations?area=510703", 0, []string{gym, "610 米"}, nil}.check(t, p)
}

func TestDirectoryPages(t *testing.T) {
	var many []station.Facts
	for i := range 70 {
		many = append(many, station.Facts{Name: fmt.Sprintf("示例驿站 %02d 号", i), Area: "510703", Public: true, Demo: true})
	}
	h := newHouseWith(t, many)
	next, links := regexp.MustCompile(`href="(/stations\?[^"]*after=[^"]*)"[^>]*rel="next"`), regexp.MustCompile(`class="row" href="(/stations/\d+)"`)
	seen, pages, path := map[string]int{}, 0, "/stations?area=510703"
	for path != "" && pages < 10 {
		_, body := h.phone().get(path)
		for _, m := range links.FindAllStringSubmatch(body, -1) {
			seen[m[1]]++
		}
		m := next.FindStringSubmatch(body)
		if path = ""; m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
		pages++
	}
	for link, n := range seen {
		if n != 1 {
			t.Errorf("%s: got %d times, want once", link, n)
		}
	}
	if len(seen) != 70 || pages != 3 {
		t.Errorf("got %d stations on %d pages, want 70 on 3", len(seen), pages)
	}
}
