package stationweb

import (
	"context"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/hours"
	"nuanxin/internal/station"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// look is how a status is shown: colour, icon, and words long and short.
type look struct {
	tone  ui.Tone
	icon  string
	text  string // 亮灯到 22:00
	short string // 22:00 关, at the end of a row
}

// lookOf says the status of a station.
func lookOf(ctx context.Context, f finder.Found) look {
	n := f.Now
	switch n.Status {
	case station.Open, station.ClosingSoon:
		return lookOpen(ctx, f)
	case station.Shut:
		l := look{icon: "lamp-off", text: web.T(ctx, "stations.closed"), short: web.T(ctx, "stations.closed")}
		if !n.Next.IsZero() {
			l.text = web.T(ctx, "stations.closed_until", "Time", soon(ctx, n.Next))
		}
		return l
	case station.LockedNow:
		words := web.T(ctx, "stations.locked")
		return look{ui.Rose, "lock", words, words}
	case station.Gone:
		words := web.T(ctx, "stations.gone")
		return look{ui.Rose, "lamp-off", words, words}
	}
	key := "stations.hours_unknown"
	if n.Why == hours.NoCalendar {
		key = "stations.hours_no_calendar"
	}
	return look{ui.Plain, "clock", web.T(ctx, key), web.T(ctx, "stations.unsure")}
}

func lookOpen(ctx context.Context, f finder.Found) look {
	l := look{tone: ui.Lit, icon: "lamp", text: web.T(ctx, "stations.lit"), short: web.T(ctx, "stations.is_open")}
	until := f.Now.Until
	switch {
	case f.Hours.Always() && (until.IsZero() || until.Sub(web.Now(ctx)) > 24*time.Hour):
		l.text, l.short = web.T(ctx, "stations.lit_always"), web.T(ctx, "web.all_day")
	case until.IsZero():
	case f.Now.Status == station.ClosingSoon:
		words := web.T(ctx, "stations.closing_soon", "Time", end(ctx, until))
		l = look{ui.Amber, "clock", words, web.T(ctx, "stations.closes", "Time", end(ctx, until))}
	default:
		l.text = web.T(ctx, "stations.lit_until", "Time", end(ctx, until))
		l.short = web.T(ctx, "stations.closes", "Time", end(ctx, until))
	}
	return l
}

// end says when an opening ends: tonight's midnight is 24:00.
func end(ctx context.Context, t time.Time) string {
	if last := t.Add(-time.Second); web.TimeOfDay(t) == "0:00" && clock.Day(last) == clock.Day(web.Now(ctx)) {
		return "24:00"
	}
	return soon(ctx, t)
}

// soon says a moment to come as people say it at the door: 22:00, 明天 8:30,
// 1月27日（周二） 8:30.
func soon(ctx context.Context, t time.Time) string {
	now := web.Now(ctx)
	switch clock.Day(t) {
	case clock.Day(now):
		return web.TimeOfDay(t)
	case clock.Day(now.AddDate(0, 0, 1)):
		return web.T(ctx, "stations.tomorrow", "Time", web.TimeOfDay(t))
	}
	return web.T(ctx, "stations.on_day", "Day", web.DayWithWeekday(ctx, t), "Time", web.TimeOfDay(t))
}

// age says who stated what the status rests on, and how long ago.
func age(ctx context.Context, f finder.Found) string {
	n := f.Now
	if n.AsOf.IsZero() {
		return ""
	}
	ago := web.Ago(ctx, n.AsOf)
	switch n.By {
	case station.FromHost:
		return web.T(ctx, "stations.host_said", "Ago", ago)
	case station.FromWorker:
		return web.T(ctx, "stations.worker_said", "Ago", ago)
	case station.FromFile:
		if f.SourceDate != "" {
			return web.T(ctx, "stations.list_said_of", "Date", f.SourceDate)
		}
		return web.T(ctx, "stations.list_said", "Ago", ago)
	}
	return web.T(ctx, "stations.union_said", "Ago", ago)
}

// isLive reports whether the status rests on what somebody said of today, not
// on the weekly hours: then its age is shown wherever the status is.
func isLive(n station.Now) bool { return n.Why == hours.BySpecial || n.Why == station.Reported }

// why says the reason of a status with its age, for the lists: what somebody
// said of today, or when a closed station opens.
func why(ctx context.Context, f finder.Found) string {
	var parts []string
	if isLive(f.Now) {
		if f.Now.Reason != "" {
			parts = append(parts, f.Now.Reason)
		}
		parts = append(parts, age(ctx, f))
	}
	if f.Now.Status == station.Shut && !f.Now.Next.IsZero() {
		parts = append(parts, web.T(ctx, "stations.opens", "Time", soon(ctx, f.Now.Next)))
	}
	return strings.Join(parts, web.T(ctx, "stations.comma"))
}

// entryWords say how one gets in.
func entryWords(ctx context.Context, e station.Entry) string {
	method := ""
	if e.Method != "" {
		method = web.T(ctx, "stations.entry_"+string(e.Method))
	}
	switch {
	case e.How == "" && method == "":
		return web.T(ctx, "stations.entry_unknown")
	case e.How == "":
		return method
	case method == "":
		return e.How
	}
	return method + web.T(ctx, "stations.stop") + e.How
}

// reportWords say what a report is about.
func reportWords(ctx context.Context, w station.What) string {
	key := "stations.what_" + string(w)
	if !web.HasText(ctx, key) {
		key = "stations.what_other"
	}
	return web.T(ctx, key)
}

// tile is the icon at the beginning of a row.
func tile(f finder.Found) (ui.Tone, string) {
	switch f.Now.Status {
	case station.Open:
		return ui.Lit, "lamp"
	case station.ClosingSoon:
		return ui.Amber, "lamp"
	case station.LockedNow:
		return ui.Rose, "lock"
	}
	return ui.Plain, "lamp-off"
}

// row is a station in a list. Without metres its distance is not told.
func row(ctx context.Context, f finder.Found, metres bool) ui.RowProps {
	l := lookOf(ctx, f)
	r := ui.RowProps{Href: "/stations/" + f.Code, Tile: true, Title: f.Name, Lang: "zh-CN", EndSub: l.short}
	r.Tone, r.Icon = tile(f)
	sub, things := why(ctx, f), servicesLine(ctx, f.Services, 3)
	switch {
	case f.Now.Status == station.Unknown:
		sub = join(ctx, l.text, things)
	case sub == "":
		sub = things
	}
	if sub == "" {
		sub = f.Address
	}
	if f.Place == nil {
		sub = join(ctx, web.T(ctx, "stations.unmapped"), sub)
	}
	if f.Demo {
		sub = join(ctx, web.T(ctx, "stations.sample"), sub)
	}
	r.Sub = sub
	if metres && f.Place != nil {
		r.End = web.Distance(ctx, f.Metres)
	}
	return r
}

func join(ctx context.Context, a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + web.T(ctx, "stations.comma") + b
}
