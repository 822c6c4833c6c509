package tell

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

// Look is how a status is shown.
type Look struct {
	Tone       ui.Tone
	Icon, Text string
}

// StatusOf says the status of a station now.
func StatusOf(ctx context.Context, v station.View) Look {
	n := v.Now
	switch n.Status {
	case station.Open:
		return Look{ui.Lit, "lamp", until(ctx, v)}
	case station.ClosingSoon:
		return Look{ui.Amber, "clock", T(ctx, "now.soon", "Time", soon(ctx, n.Until))}
	case station.Shut:
		if n.Next.IsZero() {
			return Look{ui.Plain, "lamp-off", T(ctx, "now.closed")}
		}
		return Look{ui.Plain, "lamp-off", T(ctx, "now.closed_until", "Time", soon(ctx, n.Next))}
	case station.LockedNow:
		return Look{ui.Rose, "lock", T(ctx, "now.locked")}
	case station.Gone:
		return Look{ui.Plain, "x", T(ctx, "now.gone")}
	}
	return Look{ui.Ice, "clock", T(ctx, "now.unknown")}
}

func until(ctx context.Context, v station.View) string {
	switch {
	case v.Now.Until.IsZero() && v.Hours.Always():
		return T(ctx, "now.always")
	case v.Now.Until.IsZero():
		return T(ctx, "now.open")
	}
	return T(ctx, "now.open_until", "Time", soon(ctx, v.Now.Until))
}

// soon says a moment to come: 22:00, 明天 8:30, 1月27日（周二） 8:30.
func soon(ctx context.Context, at time.Time) string {
	switch now := web.Now(ctx); clock.Day(at) {
	case clock.Day(now):
		return web.TimeOfDay(at)
	case clock.Day(now.AddDate(0, 0, 1)):
		return T(ctx, "tomorrow", "Time", web.TimeOfDay(at))
	}
	return web.Deadline(ctx, at)
}

// Age says who stated what the status rests on, and how long ago.
func Age(ctx context.Context, n station.Now) string {
	if n.AsOf.IsZero() {
		return T(ctx, "by.none")
	}
	by := n.By
	if by == "" {
		by = station.FromCadre
	}
	return T(ctx, "by."+string(by), "Ago", web.Ago(ctx, n.AsOf))
}

// What say what was reported.
func What(ctx context.Context, w station.What) string {
	if !slices.Contains(station.Whats(), w) {
		w = station.Other
	}
	return T(ctx, "what."+string(w))
}

// Hours say a weekly table.
func Hours(ctx context.Context, h hours.Table) string { return h.Text(web.Lang(ctx) == "en") }

// Area is an area's full name, or its code where we have no name.
func Area(code string) string {
	if name := region.FullName(code); name != "" {
		return name
	}
	return code
}

// DayHours say a special day's hours.
func DayHours(ctx context.Context, d hours.Special) string {
	if len(d.Periods) == 0 {
		return T(ctx, "day.closed")
	}
	var parts []string
	for _, p := range d.Periods {
		parts = append(parts, web.HoursSpan(ctx, p.From, p.To))
	}
	return web.List(ctx, parts...)
}

// Noon is noon of a day, for saying it.
func Noon(day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, clock.Zone)
	if err != nil {
		return time.Time{}
	}
	return at.Add(12 * time.Hour)
}

// DayName says a day with its weekday.
func DayName(ctx context.Context, day string) string {
	at := Noon(day)
	if at.IsZero() {
		return day
	}
	return web.DayWithWeekday(ctx, at)
}

// Said is one field of a record in words.
type Said struct{ Field, Label, Text string }

// Record says the fields of a record, one by one; what nobody stated is empty.
func Record(ctx context.Context, f station.Facts) []Said {
	var out []Said
	add := func(field, text string) { out = append(out, Said{field, T(ctx, "field."+field), text}) }
	add("name", f.Name)
	add("other_names", web.List(ctx, f.OtherNames...))
	add("area", Area(f.Area))
	add("district", f.District)
	add("address", f.Address)
	add("place", Place(ctx, f.Place))
	add("hours", Hours(ctx, f.Hours))
	add("entry", entryWords(ctx, f.Entry))
	add("services", servicesWords(ctx, f))
	add("offers", f.Offers)
	add("phones", web.List(ctx, f.Phones...))
	add("host_name", f.HostName)
	add("size", sizeWords(ctx, f.Size))
	add("capacity", Number(f.Capacity))
	add("stars", Number(f.Stars))
	add("honours", honourWords(ctx, f.Honours))
	add("marks", f.Marks)
	lifeWords(ctx, f, add)
	add("badge", T(ctx, "badge."+string(f.Badge)))
	add("all_day", yes(ctx, f.AllDay))
	add("extended", yes(ctx, f.Life.Extended))
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
		return T(ctx, "yes")
	}
	return T(ctx, "no")
}

// Number writes n, and nothing for what nobody stated.
func Number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// Place says a position in the numbers it was given in.
func Place(ctx context.Context, p *station.Place) string {
	if p == nil {
		return T(ctx, "nomap")
	}
	given := fmt.Sprintf("%.6f, %.6f", p.GivenLat, p.GivenLng)
	return T(ctx, "place.given", "Numbers", given, "Datum", T(ctx, "datum."+p.Datum))
}

func entryWords(ctx context.Context, e station.Entry) string {
	method := T(ctx, "entry."+string(e.Method))
	if e.How == "" {
		return method
	}
	return T(ctx, "and", "A", method, "B", e.How)
}

func servicesWords(ctx context.Context, f station.Facts) string {
	var names []string
	for _, a := range f.Services.List() {
		names = append(names, Service(ctx, a.Zh, a.En))
	}
	return web.List(ctx, names...)
}

// Service is the name of a service in the reader's language.
func Service(ctx context.Context, zh, en string) string {
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
		return T(ctx, "size.about", "Count", s.Metres)
	}
	return T(ctx, "size.exact", "Count", s.Metres)
}

func honourWords(ctx context.Context, all []station.Honour) string {
	var names []string
	for _, h := range all {
		parts := []string{h.Name}
		if h.Level != "" {
			parts = append([]string{T(ctx, "level."+h.Level)}, parts...)
		}
		if h.Year != 0 {
			parts = append(parts, fmt.Sprint(h.Year))
		}
		names = append(names, strings.Join(parts, " "))
	}
	return web.List(ctx, names...)
}

// Code says a station's code in groups of four.
func Code(c string) string {
	if len(c) != 8 {
		return c
	}
	return c[:4] + " " + c[4:]
}

// DayLine says a special day with its reason and who set it.
func DayLine(ctx context.Context, d station.Day) string {
	text := DayHours(ctx, d.Special)
	if d.Reason != "" {
		text = T(ctx, "and", "A", text, "B", d.Reason)
	}
	return T(ctx, "and", "A", text, "B", T(ctx, "by."+string(d.By), "Ago", web.Ago(ctx, d.At)))
}
