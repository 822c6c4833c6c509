package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/hours"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// look is how a status is shown.
type look struct {
	tone       ui.Tone
	icon, text string
}

// statusOf says the status of a station now.
func statusOf(ctx context.Context, v station.View) look {
	n := v.Now
	switch n.Status {
	case station.Open:
		return look{ui.Lit, "lamp", until(ctx, v)}
	case station.ClosingSoon:
		return look{ui.Amber, "clock", t(ctx, "now.soon", "Time", soon(ctx, n.Until))}
	case station.Shut:
		if n.Next.IsZero() {
			return look{ui.Plain, "lamp-off", t(ctx, "now.closed")}
		}
		return look{ui.Plain, "lamp-off", t(ctx, "now.closed_until", "Time", soon(ctx, n.Next))}
	case station.LockedNow:
		return look{ui.Rose, "lock", t(ctx, "now.locked")}
	case station.Gone:
		return look{ui.Plain, "x", t(ctx, "now.gone")}
	}
	return look{ui.Ice, "clock", t(ctx, "now.unknown")}
}

func until(ctx context.Context, v station.View) string {
	switch {
	case v.Now.Until.IsZero() && v.Hours.Always():
		return t(ctx, "now.always")
	case v.Now.Until.IsZero():
		return t(ctx, "now.open")
	}
	return t(ctx, "now.open_until", "Time", soon(ctx, v.Now.Until))
}

// soon says a moment to come: 22:00, 明天 8:30, 1月27日（周二） 8:30.
func soon(ctx context.Context, at time.Time) string {
	switch now := web.Now(ctx); clock.Day(at) {
	case clock.Day(now):
		return web.TimeOfDay(at)
	case clock.Day(now.AddDate(0, 0, 1)):
		return t(ctx, "tomorrow", "Time", web.TimeOfDay(at))
	}
	return web.Deadline(ctx, at)
}

// age says who stated what the status rests on, and how long ago.
func age(ctx context.Context, n station.Now) string {
	if n.AsOf.IsZero() {
		return t(ctx, "by.none")
	}
	by := n.By
	if by == "" {
		by = station.FromCadre
	}
	return t(ctx, "by."+string(by), "Ago", web.Ago(ctx, n.AsOf))
}

// whatWords say what was reported.
func whatWords(ctx context.Context, w station.What) string {
	if !slices.Contains(station.Whats(), w) {
		w = station.Other
	}
	return t(ctx, "what."+string(w))
}

// hoursWords say a weekly table.
func hoursWords(ctx context.Context, h hours.Table) string { return h.Text(web.Lang(ctx) == "en") }

// areaName is an area's full name, or its code where we have no name.
func areaName(code string) string {
	if name := region.FullName(code); name != "" {
		return name
	}
	return code
}

// dayWords say a special day's hours.
func dayWords(ctx context.Context, d hours.Special) string {
	if len(d.Periods) == 0 {
		return t(ctx, "day.closed")
	}
	var parts []string
	for _, p := range d.Periods {
		parts = append(parts, web.HoursSpan(ctx, p.From, p.To))
	}
	return web.List(ctx, parts...)
}

// civil is noon of a day, for saying it.
func civil(day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, clock.Zone)
	if err != nil {
		return time.Time{}
	}
	return at.Add(12 * time.Hour)
}

func dayName(ctx context.Context, day string) string {
	at := civil(day)
	if at.IsZero() {
		return day
	}
	return web.DayWithWeekday(ctx, at)
}

// said is one field of a record in words.
type said struct{ Field, Label, Text string }

// tell says the fields of a record, one by one; what nobody stated is empty.
func tell(ctx context.Context, f station.Facts) []said {
	var out []said
	add := func(field, text string) { out = append(out, said{field, t(ctx, "field."+field), text}) }
	add("name", f.Name)
	add("other_names", web.List(ctx, f.OtherNames...))
	add("area", areaName(f.Area))
	add("district", f.District)
	add("address", f.Address)
	add("place", placeWords(ctx, f.Place))
	add("hours", hoursWords(ctx, f.Hours))
	add("entry", entryWords(ctx, f.Entry))
	add("services", servicesWords(ctx, f))
	add("offers", f.Offers)
	add("phones", web.List(ctx, f.Phones...))
	add("host_name", f.HostName)
	add("size", sizeWords(ctx, f.Size))
	add("capacity", number(f.Capacity))
	add("stars", number(f.Stars))
	add("honours", honourWords(ctx, f.Honours))
	add("marks", f.Marks)
	add("badge", t(ctx, "badge."+string(f.Badge)))
	add("all_day", yes(ctx, f.AllDay))
	add("smart", yes(ctx, f.Smart))
	add("public", yes(ctx, f.Public))
	add("demo", yes(ctx, f.Demo))
	add("source", f.Source)
	add("source_date", f.SourceDate)
	add("note", f.Note)
	return out
}

func yes(ctx context.Context, on bool) string {
	if on {
		return t(ctx, "yes")
	}
	return t(ctx, "no")
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func placeWords(ctx context.Context, p *station.Place) string {
	if p == nil {
		return t(ctx, "nomap")
	}
	given := fmt.Sprintf("%.6f, %.6f", p.GivenLat, p.GivenLng)
	return t(ctx, "place.given", "Numbers", given, "Datum", t(ctx, "datum."+p.Datum))
}

func entryWords(ctx context.Context, e station.Entry) string {
	method := t(ctx, "entry."+string(e.Method))
	if e.How == "" {
		return method
	}
	return t(ctx, "and", "A", method, "B", e.How)
}

func servicesWords(ctx context.Context, f station.Facts) string {
	var names []string
	for _, a := range f.Services.List() {
		names = append(names, serviceName(ctx, a.Zh, a.En))
	}
	return web.List(ctx, names...)
}

func serviceName(ctx context.Context, zh, en string) string {
	if web.Lang(ctx) == "en" {
		return en
	}
	return zh
}

func sizeWords(ctx context.Context, s station.Size) string {
	switch {
	case s.Metres == 0:
		return s.Printed
	case s.About:
		return t(ctx, "size.about", "Count", s.Metres)
	}
	return t(ctx, "size.exact", "Count", s.Metres)
}

func honourWords(ctx context.Context, all []station.Honour) string {
	var names []string
	for _, h := range all {
		parts := []string{h.Name}
		if h.Level != "" {
			parts = append([]string{t(ctx, "level."+h.Level)}, parts...)
		}
		if h.Year != 0 {
			parts = append(parts, fmt.Sprint(h.Year))
		}
		names = append(names, strings.Join(parts, " "))
	}
	return web.List(ctx, names...)
}

// code says a station's code in groups of four.
func code(c string) string {
	if len(c) != 8 {
		return c
	}
	return c[:4] + " " + c[4:]
}

// dayLine says a special day with its reason and who set it.
func dayLine(ctx context.Context, d station.Day) string {
	text := dayWords(ctx, d.Special)
	if d.Reason != "" {
		text = t(ctx, "and", "A", text, "B", d.Reason)
	}
	return t(ctx, "and", "A", text, "B", t(ctx, "by."+string(d.By), "Ago", web.Ago(ctx, d.At)))
}

// hostSub is the second line of a station in its host's list.
func hostSub(ctx context.Context, v station.View) string {
	text := t(ctx, "and", "A", statusOf(ctx, v).text, "B", age(ctx, v.Now))
	if n := len(v.Live.Reports); n > 0 {
		text = t(ctx, "and", "A", text, "B", t(ctx, "reports", "Count", web.Count(int64(n))))
	}
	return text
}
