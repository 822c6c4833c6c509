package stationweb

import (
	"context"
	"net/url"
	"slices"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// ten is a Tuesday, 10:00 in the civil zone.
var ten = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

func reader(lang string) context.Context {
	s := &web.Site{Texts: web.NewTexts(ui.Texts(), Texts()), Clock: clock.At(ten)}
	return s.With(context.Background(), "/", web.Display{Lang: lang})
}

func TestStatusInWords(t *testing.T) {
	always := hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: 0, To: 1440}}}
	for _, test := range []struct {
		about    string
		hours    hours.Table
		now      station.Now
		zh, en   string
		short    string
		shortEnd string
	}{
		{"open day and night", always, station.Now{Status: station.Open}, "24 小时亮灯", "Lit 24 h", "24 小时", "24 h"},
		{"day and night, with another day ahead", always, station.Now{Status: station.Open, Until: ten.Add(50 * time.Hour)}, "24 小时亮灯", "Lit 24 h", "24 小时", "24 h"},
		{"day and night, but closed tomorrow", always, station.Now{Status: station.Open, Until: ten.Add(14 * time.Hour)}, "亮灯到 24:00", "Lit until 24:00", "24:00 关", "till 24:00"},
		{"open until the evening", hours.Table{}, station.Now{Status: station.Open, Until: ten.Add(12 * time.Hour)}, "亮灯到 22:00", "Lit until 22:00", "22:00 关", "till 22:00"},
		{"open past midnight", hours.Table{}, station.Now{Status: station.Open, Until: ten.Add(16 * time.Hour)}, "亮灯到 明天 2:00", "Lit until tomorrow 2:00", "明天 2:00 关", "till tomorrow 2:00"},
		{"open, nobody knows until when", hours.Table{}, station.Now{Status: station.Open}, "亮着灯", "Lit", "开着", "open"},
		{"closing soon", hours.Table{}, station.Now{Status: station.ClosingSoon, Until: ten.Add(20 * time.Minute)}, "快关了，10:20 关", "Closing soon, 10:20", "10:20 关", "till 10:20"},
		{"closed, opens tomorrow", hours.Table{}, station.Now{Status: station.Shut, Next: ten.Add(22 * time.Hour)}, "关着，明天 8:00 开", "Closed until tomorrow 8:00", "已关门", "closed"},
		{"closed until after the holiday", hours.Table{}, station.Now{Status: station.Shut, Next: ten.Add(94 * time.Hour)}, "关着，11月28日（周六）8:00 开", "Closed until Sat 28 Nov, 8:00", "已关门", "closed"},
		{"closed, nobody knows until when", hours.Table{}, station.Now{Status: station.Shut}, "已关门", "closed", "已关门", "closed"},
		{"reported locked", hours.Table{}, station.Now{Status: station.LockedNow}, "有人说门没开", "Reported locked", "有人说门没开", "Reported locked"},
		{"nobody has stated hours", hours.Table{}, station.Now{Status: station.Unknown, Why: hours.NotSaid}, "没写几点开", "Hours not stated", "说不准", "not sure"},
		{"the year's holidays are not published", hours.Table{}, station.Now{Status: station.Unknown, Why: hours.NoCalendar}, "放假安排没公布，说不准", "Holidays not yet announced", "说不准", "not sure"},
		{"closed for good", hours.Table{}, station.Now{Status: station.Gone}, "不再开了", "Closed for good", "不再开了", "Closed for good"},
	} {
		f := finder.Found{Seen: &finder.Seen{Card: &finder.Card{}, Now: test.now}}
		f.Hours = test.hours
		zh, en := lookOf(reader("zh-CN"), f), lookOf(reader("en"), f)
		if zh.text != test.zh || en.text != test.en || zh.short != test.short || en.short != test.shortEnd {
			t.Errorf("%s: got %q %q %q %q, want %q %q %q %q", test.about, zh.text, en.text, zh.short, en.short, test.zh, test.en, test.short, test.shortEnd)
		}
		if !ui.HasIcon(zh.icon) {
			t.Errorf("%s: got icon %q, want one that is drawn", test.about, zh.icon)
		}
	}
}

func TestNumbersThatCanBeCalled(t *testing.T) {
	for phone, want := range map[string]string{
		"0816-2345678": "tel:08162345678", "+86 816 2345678": "tel:+868162345678", "（0816）2345678": "tel:08162345678", "12351": "tel:12351",
		"138****6207": "", "2345678转8001": "", "": "", "110": "", "javascript:1": "", "08162345678;phone-context=x": "",
	} {
		if got := dial(phone); got != want {
			t.Errorf("dial(%q): got %q, want %q", phone, got, want)
		}
	}
}

func TestCursor(t *testing.T) {
	c := station.Cursor{Area: "510703", Name: `驿站"<`, ID: "0190a1b2-0000-7000-8000-000000000001"}
	if got, ok := parseCursor(cursorText(c)); !ok || got != c {
		t.Errorf("there and back: got %v, %v, want %v", got, ok, c)
	}
	for _, bad := range []string{"x", "W10", "WyJhIl0", "WyIiLCIiLCIiXQ"} {
		if got, ok := parseCursor(bad); ok {
			t.Errorf("parseCursor(%q): got %v, want a refusal", bad, got)
		}
	}
}

func TestFilterThereAndBack(t *testing.T) {
	for _, text := range []string{"", "all_day=1", "open=0", "services=charging,toilet", "all_day=1&open=0&services=toilet"} {
		q, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		want := "/"
		if text != "" {
			want += "?" + text
		}
		if got := filterOf(q).href("/"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSourceLinks(t *testing.T) {
	for source, linked := range map[string]bool{"https://example.org/a": true, "http://example.org": true, "javascript:alert(1)": false, "//example.org": false, "工人日报": false, "data:text/html,x": false} {
		f := finder.Found{Seen: &finder.Seen{Card: &finder.Card{}}}
		f.Source = source
		if p := sourceOf(t, f); (p.Node != nil) != linked {
			t.Errorf("source %q: got a link %v, want %v", source, p.Node != nil, linked)
		}
	}
}

func sourceOf(t *testing.T, f finder.Found) ui.Pair {
	t.Helper()
	p := source(reader("zh-CN"), f)
	if len(p) != 1 {
		t.Fatalf("got %d pairs, want one", len(p))
	}
	return p[0]
}

func TestEverythingThatCanBeWrongIsOffered(t *testing.T) {
	var offered []station.What
	for _, r := range reportables() {
		offered = append(offered, r.what)
		if !ui.HasIcon(r.icon) || !web.HasText(reader("en"), "stations.report_"+string(r.what)) || !web.HasText(reader("en"), "stations.what_"+string(r.what)) {
			t.Errorf("%s: got no icon or no words, want both", r.what)
		}
	}
	if !slices.Equal(offered, station.Whats()) {
		t.Errorf("got %v, want %v", offered, station.Whats())
	}
}
