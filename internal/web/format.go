package web

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/idcard"
)

// The formats of times, distances and numbers. One look everywhere: 24 hours
// without leading zero, Beijing time, the weekday with every future date.

func english(ctx context.Context) bool { return Lang(ctx) == "en" }

// TimeOfDay says 9:20.
func TimeOfDay(t time.Time) string {
	t = t.In(clock.Zone)
	return fmt.Sprintf("%d:%02d", t.Hour(), t.Minute())
}

// When says a past moment: 今天 9:20, 昨天 15:02, 1月20日 16:12, 2025年12月30日.
func When(ctx context.Context, t time.Time) string {
	switch days(t, Now(ctx)) {
	case 0:
		return T(ctx, "web.today", "Time", TimeOfDay(t))
	case 1:
		return T(ctx, "web.yesterday", "Time", TimeOfDay(t))
	}
	if t.In(clock.Zone).Year() != Now(ctx).In(clock.Zone).Year() {
		return Date(ctx, t)
	}
	if english(ctx) {
		return Date(ctx, t) + ", " + TimeOfDay(t)
	}
	return Date(ctx, t) + " " + TimeOfDay(t)
}

// days counts civil days from t to now; zero means the same day.
func days(t, now time.Time) int {
	d := func(x time.Time) int64 { return (x.Unix() + 8*3600) / 86400 }
	return int(d(now) - d(t))
}

// Date says 1月20日, or with the year when it is another one.
func Date(ctx context.Context, t time.Time) string {
	t = t.In(clock.Zone)
	other := t.Year() != Now(ctx).In(clock.Zone).Year()
	switch {
	case english(ctx) && other:
		return t.Format("2 Jan 2006")
	case english(ctx):
		return t.Format("2 Jan")
	case other:
		return t.Format("2006年1月2日")
	}
	return t.Format("1月2日")
}

// Day says 2025-12-30, for staff tables.
func Day(t time.Time) string { return clock.Day(t) }

// Deadline says a moment to come: 今天 12:30, 1月27日（周二）17:00.
func Deadline(ctx context.Context, t time.Time) string {
	if days(t, Now(ctx)) == 0 {
		return T(ctx, "web.today", "Time", TimeOfDay(t))
	}
	return DayWithWeekday(ctx, t) + map[bool]string{true: ", ", false: ""}[english(ctx)] + TimeOfDay(t)
}

// DayWithWeekday says 1月27日（周二） or Tue 27 Jan.
func DayWithWeekday(ctx context.Context, t time.Time) string {
	if english(ctx) {
		return t.In(clock.Zone).Format("Mon ") + Date(ctx, t)
	}
	return Date(ctx, t) + "（" + Weekday(ctx, t.In(clock.Zone).Weekday()) + "）"
}

// Weekday says 周二 or Tue.
func Weekday(ctx context.Context, d time.Weekday) string {
	if english(ctx) {
		return d.String()[:3]
	}
	return "周" + string([]rune("日一二三四五六")[d])
}

// Ago says how old a figure is: 刚刚, 2 分钟前, 3 小时前, 5 天前.
func Ago(ctx context.Context, t time.Time) string {
	d := Now(ctx).Sub(t)
	switch {
	case d < time.Minute:
		return T(ctx, "web.just_now")
	case d < time.Hour:
		return T(ctx, "web.minutes_ago", "Count", int(d/time.Minute))
	case d < 24*time.Hour:
		return T(ctx, "web.hours_ago", "Count", int(d/time.Hour))
	}
	return T(ctx, "web.days_ago", "Count", int(d/(24*time.Hour)))
}

// TimeLeft says 剩 1 时 50 分, or for a negative duration 超时 2 小时. Above
// four hours it rounds to ten minutes, above a day to hours, above three days
// to days.
func TimeLeft(ctx context.Context, d time.Duration) string {
	switch {
	case d < 0:
		return T(ctx, "web.late", "Span", rough(ctx, -d))
	case d < time.Minute:
		return T(ctx, "web.due_now")
	}
	return T(ctx, "web.left", "Span", span(ctx, d))
}

// WorkdaysLeft says 剩 3 个工作日.
func WorkdaysLeft(ctx context.Context, n int) string { return T(ctx, "web.workdays_left", "Count", n) }

func span(ctx context.Context, d time.Duration) string {
	switch {
	case d >= 72*time.Hour:
		return T(ctx, "web.days", "Count", int(d/(24*time.Hour)))
	case d >= 24*time.Hour:
		d = d.Truncate(time.Hour)
		return two(ctx, "web.days", "web.day_hour", int(d/(24*time.Hour)), int(d/time.Hour)%24)
	case d >= 4*time.Hour:
		d = d.Truncate(10 * time.Minute)
	}
	if d < time.Hour {
		return T(ctx, "web.minutes", "Count", int(d/time.Minute))
	}
	return two(ctx, "web.hours", "web.hour_minute", int(d/time.Hour), int(d/time.Minute)%60)
}

func two(ctx context.Context, one, both string, a, b int) string {
	if b == 0 {
		return T(ctx, one, "Count", a)
	}
	return T(ctx, both, "A", a, "B", b)
}

// rough says one unit: lateness needs no more.
func rough(ctx context.Context, d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return T(ctx, "web.days", "Count", int(d/(24*time.Hour)))
	case d >= time.Hour:
		return T(ctx, "web.hours", "Count", int(d/time.Hour))
	}
	return T(ctx, "web.minutes", "Count", max(1, int(d/time.Minute)))
}

// Took says how long something lasted: 43 分钟, 2 小时.
func Took(ctx context.Context, d time.Duration) string { return rough(ctx, d) }

// DistanceParts returns the number and the unit of a distance, for where the
// number is the largest thing on the screen.
func DistanceParts(ctx context.Context, metres float64) (number, unit string) {
	m := math.Max(0, metres)
	switch {
	case m < 995:
		return strconv.Itoa(int(math.Round(m/10)) * 10), T(ctx, "web.metre")
	case m < 9950:
		return strings.TrimSuffix(strconv.FormatFloat(m/1000, 'f', 1, 64), ".0"), T(ctx, "web.kilometre")
	}
	return Count(int64(math.Round(m / 1000))), T(ctx, "web.kilometre")
}

// Distance says 320 米, 1.4 公里, 12 公里.
func Distance(ctx context.Context, metres float64) string {
	n, u := DistanceParts(ctx, metres)
	return n + " " + u
}

// About says a straight-line distance: 约 320 米.
func About(ctx context.Context, metres float64) string {
	return T(ctx, "web.about", "What", Distance(ctx, metres))
}

// RideTime says 骑车约 2 分钟, at 12 km/h over a straight line.
func RideTime(ctx context.Context, metres float64) string {
	return T(ctx, "web.ride", "Count", max(1, int(math.Ceil(metres/200))))
}

// HoursSpan says 10:30–20:00 of minutes since midnight; a whole day is 24 小时.
func HoursSpan(ctx context.Context, from, to int) string {
	if from == 0 && to == 24*60 {
		return T(ctx, "web.all_day")
	}
	return fmt.Sprintf("%d:%02d–%d:%02d", from/60%24, from%60, to/60%24, to%60)
}

// Count says 1,284.
func Count(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// MaskPhone says 138****6207.
func MaskPhone(n string) string { return idcard.MaskPhone(n) }

// Seconds says 18 秒, the length of a recording.
func Seconds(ctx context.Context, n int) string { return T(ctx, "web.seconds", "Count", n) }

// List joins words: 热饭、充电、厕所 or a, b, c.
func List(ctx context.Context, words ...string) string {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	if english(ctx) {
		return strings.Join(words, ", ")
	}
	return strings.Join(words, "、")
}

// Watermark says on a list that is taken out who took it, when and what for, so that
// it tells on its way where it came from; the number is the one in the log.
func Watermark(ctx context.Context, why string) string {
	return T(ctx, "web.watermark", "Name", authz.From(ctx).Name, "When", Now(ctx).In(clock.Zone).Format(time.DateTime), "Why", why, "ID", RequestID(ctx))
}
