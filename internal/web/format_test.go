package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/web"
)

// at is a moment in Beijing in 2026 unless the year is given.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	if !strings.HasPrefix(s, "20") {
		s = "2026-" + s
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// reader returns what a reader of the language sees on 22 January 2026 at 10:40.
func reader(t *testing.T, lang string) context.Context {
	t.Helper()
	s := &web.Site{Texts: web.NewTexts(), Clock: clock.At(at(t, "01-22 10:40"))}
	return s.With(context.Background(), "/", web.Display{Lang: lang})
}

func TestFormats(t *testing.T) {
	zh, en := reader(t, "zh-CN"), reader(t, "en")
	h, m := time.Hour, time.Minute
	for _, c := range []struct {
		say    string
		f      func(ctx context.Context) string
		zh, en string
	}{
		{"today", func(c context.Context) string { return web.When(c, at(t, "01-22 09:20")) }, "今天 9:20", "today 9:20"},
		{"just after midnight is still today", func(c context.Context) string { return web.When(c, at(t, "01-22 00:00")) }, "今天 0:00", "today 0:00"},
		{"yesterday", func(c context.Context) string { return web.When(c, at(t, "01-21 15:02")) }, "昨天 15:02", "yesterday 15:02"},
		{"this year", func(c context.Context) string { return web.When(c, at(t, "01-20 16:12")) }, "1月20日 16:12", "20 Jan, 16:12"},
		{"another year", func(c context.Context) string { return web.When(c, at(t, "2025-12-30 08:00")) }, "2025年12月30日", "30 Dec 2025"},
		{"a deadline has its weekday", func(c context.Context) string { return web.Deadline(c, at(t, "01-27 17:00")) }, "1月27日（周二）17:00", "Tue 27 Jan, 17:00"},
		{"a deadline today", func(c context.Context) string { return web.Deadline(c, at(t, "01-22 12:30")) }, "今天 12:30", "today 12:30"},
		{"under a minute", func(c context.Context) string { return web.Ago(c, at(t, "01-22 10:40")) }, "刚刚", "just now"},
		{"minutes ago", func(c context.Context) string { return web.Ago(c, at(t, "01-22 10:38")) }, "2 分钟前", "2 min ago"},
		{"one day ago", func(c context.Context) string { return web.Ago(c, at(t, "01-21 09:00")) }, "1 天前", "1 day ago"},
		{"two days ago", func(c context.Context) string { return web.Ago(c, at(t, "01-20 09:00")) }, "2 天前", "2 days ago"},
		{"left under an hour", func(c context.Context) string { return web.TimeLeft(c, 40*m) }, "剩 40 分钟", "40 min left"},
		{"left, exact below four hours", func(c context.Context) string { return web.TimeLeft(c, 1*h+53*m) }, "剩 1 时 53 分", "1 h 53 m left"},
		{"left, ten minutes above four hours", func(c context.Context) string { return web.TimeLeft(c, 6*h+27*m) }, "剩 6 时 20 分", "6 h 20 m left"},
		{"left, a day and hours", func(c context.Context) string { return web.TimeLeft(c, 28*h+5*m) }, "剩 1 天 4 时", "1 d 4 h left"},
		{"left, days", func(c context.Context) string { return web.TimeLeft(c, 100*h) }, "剩 4 天", "4 days left"},
		{"left, no whole minute", func(c context.Context) string { return web.TimeLeft(c, 59*time.Second) }, "到时间了", "due now"},
		{"late", func(c context.Context) string { return web.TimeLeft(c, -2*h-10*m) }, "超时 2 小时", "2 h late"},
		{"late by seconds says a minute", func(c context.Context) string { return web.TimeLeft(c, -time.Second) }, "超时 1 分钟", "1 min late"},
		{"working days", func(c context.Context) string { return web.WorkdaysLeft(c, 3) }, "剩 3 个工作日", "3 working days left"},
		{"one working day", func(c context.Context) string { return web.WorkdaysLeft(c, 1) }, "剩 1 个工作日", "1 working day left"},
		{"metres to ten", func(c context.Context) string { return web.Distance(c, 324) }, "320 米", "320 m"},
		{"just under a kilometre", func(c context.Context) string { return web.Distance(c, 996) }, "1 公里", "1 km"},
		{"kilometres to a tenth", func(c context.Context) string { return web.Distance(c, 1430) }, "1.4 公里", "1.4 km"},
		{"just under ten kilometres", func(c context.Context) string { return web.Distance(c, 9960) }, "10 公里", "10 km"},
		{"whole kilometres", func(c context.Context) string { return web.About(c, 12400) }, "约 12 公里", "about 12 km"},
		{"by bike", func(c context.Context) string { return web.RideTime(c, 320) }, "骑车约 2 分钟", "about 2 min by bike"},
		{"hours", func(c context.Context) string { return web.HoursSpan(c, 630, 1200) }, "10:30–20:00", "10:30–20:00"},
		{"all day", func(c context.Context) string { return web.HoursSpan(c, 0, 1440) }, "24 小时", "24 h"},
		{"a list", func(c context.Context) string { return web.List(c, "a", "b") }, "a、b", "a, b"},
	} {
		if got := c.f(zh); got != c.zh {
			t.Errorf("%s: got %q, want %q", c.say, got, c.zh)
		}
		if got := c.f(en); got != c.en {
			t.Errorf("%s: got %q, want %q", c.say, got, c.en)
		}
	}
}

func TestPlainFormats(t *testing.T) {
	for _, c := range []struct{ say, got, want string }{
		{"count", web.Count(1284), "1,284"}, {"negative count", web.Count(-1234567), "−1,234,567"}, {"small count", web.Count(7), "7"},
		{"phone", web.MaskPhone("13812346207"), "138****6207"}, {"short phone", web.MaskPhone("110"), "***"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.say, c.got, c.want)
		}
	}
}

func TestMissingWordsShow(t *testing.T) {
	if got := web.T(reader(t, "en"), "no.such.key"); got != "no.such.key" {
		t.Errorf("a key without words: got %q, want the key itself", got)
	}
}

func BenchmarkT(b *testing.B) {
	s := &web.Site{Texts: web.NewTexts()}
	ctx := s.With(context.Background(), "/", web.Display{})
	for b.Loop() {
		_ = web.T(ctx, "failure.missing.title")
	}
}
