package stationweb

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// filter is what the reader asked for with the chips.
type filter struct {
	services amenity.Set
	allDay   bool
	anyTime  bool // open or not
	inList   bool // the directory shows all unless asked for those open now, the home page the other way round
}

// shownChips are offered in this order; the catalogue has more, which show
// where they are asked for by address.
func shownChips() []amenity.Code {
	return []amenity.Code{"heat_meal", "charging", "battery_swap", "toilet", "hot_water", "water", "first_aid", "parking", "wifi", "shower", "laundry", "bed"}
}

// filterOf reads the chips from an address. Words that it does not know are
// left out: a stale link still shows stations.
func filterOf(q url.Values) filter {
	f := filter{allDay: q.Get("all_day") == "1", anyTime: q.Get("open") == "0"}
	for code := range strings.SplitSeq(strings.Join(q["services"], ","), ",") {
		set, _ := amenity.Of(amenity.Code(code))
		f.services |= set
	}
	return f
}

func (f filter) want(now time.Time) finder.Want {
	w := finder.Want{Services: f.services, AllDay: f.allDay}
	if !f.anyTime {
		w.OpenAt = now
	}
	return w
}

// empty reports whether nothing but "open now" is asked for.
func (f filter) empty() bool { return f.services == 0 && !f.allDay }

// query writes the chips into an address.
func (f filter) query(q url.Values) url.Values {
	if f.allDay {
		q.Set("all_day", "1")
	}
	switch {
	case f.anyTime && !f.inList:
		q.Set("open", "0")
	case !f.anyTime && f.inList:
		q.Set("open", "1")
	}
	if f.services != 0 {
		var codes []string
		for _, c := range f.services.Codes() {
			codes = append(codes, string(c))
		}
		q.Set("services", strings.Join(codes, ","))
	}
	return q
}

// href is the path with the chips and the given other parameters.
func (f filter) href(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if text := strings.ReplaceAll(f.query(q).Encode(), "%2C", ","); text != "" {
		return path + "?" + text
	}
	return path
}

// chips are links, each of which puts one condition on or takes it off.
func (f filter) chips(ctx context.Context, path string, pairs ...string) []ui.Filter {
	flip := func(text, icon string, on bool, change func(*filter)) ui.Filter {
		other := f
		change(&other)
		return ui.Filter{Text: text, Icon: icon, On: on, Href: other.href(path, pairs...)}
	}
	list := []ui.Filter{
		flip(web.T(ctx, "stations.open_now"), "lamp", !f.anyTime, func(o *filter) { o.anyTime = !o.anyTime }),
		flip(web.T(ctx, "web.all_day"), "", f.allDay, func(o *filter) { o.allDay = !o.allDay }),
	}
	shown := f.services.Codes() // what is on stays in sight
	for _, code := range shownChips() {
		if !slices.Contains(shown, code) {
			shown = append(shown, code)
		}
	}
	for _, code := range shown {
		set, _ := amenity.Of(code)
		for _, a := range set.List() {
			list = append(list, flip(amenityName(ctx, a), a.Icon, f.services.Has(set), func(o *filter) { o.services ^= set }))
		}
	}
	return list
}

// words say what is asked for: 热饭、厕所.
func (f filter) words(ctx context.Context) string {
	var list []string
	if f.allDay {
		list = append(list, web.T(ctx, "web.all_day"))
	}
	for _, a := range f.services.List() {
		list = append(list, amenityName(ctx, a))
	}
	return web.List(ctx, list...)
}

func amenityName(ctx context.Context, a amenity.Amenity) string {
	if web.Lang(ctx) == "en" {
		return a.En
	}
	return a.Zh
}

// firstServices are the most asked-for things of a set, those preferred before
// others, and how many more there are.
func firstServices(set amenity.Set, most int, prefer amenity.Set) (first []amenity.Amenity, more int) {
	first, set = (set & prefer).List(), set&^prefer
	for _, code := range shownChips() {
		one, _ := amenity.Of(code)
		first, set = append(first, (set&one).List()...), set&^one
	}
	first = append(first, set.List()...)
	return first[:min(most, len(first))], max(0, len(first)-most)
}

// servicesLine says the first services in words, those asked for before others.
func servicesLine(ctx context.Context, set amenity.Set, most int) string {
	first, more := firstServices(set, most, 0)
	var names []string
	for _, a := range first {
		names = append(names, amenityName(ctx, a))
	}
	line := web.List(ctx, names...)
	if more > 0 {
		return web.T(ctx, "stations.and_more", "List", line, "Count", more)
	}
	return line
}
