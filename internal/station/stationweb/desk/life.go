package desk

import (
	"context"
	"net/url"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/station/printed"
	"nuanxin/internal/station/stationweb/desk/tell"
	"nuanxin/internal/station/upkeep"
)

// draftLife fills the part of the form about upkeep. Yes and no are written in
// the reader's words, which are read back like those of a list.
func (d *draft) draftLife(ctx context.Context) {
	l := d.facts.Life
	d.built, d.accept, d.maps = tell.Typed(ctx, l.Built), tell.Typed(ctx, l.Accepted), map[string][2]string{}
	for _, m := range l.Listings {
		d.maps[m.Map] = [2]string{tell.Typed(ctx, m.Since), m.Point}
	}
}

// readLife reads that part of the form; dates are read as lists print them.
func (d *draft) readLife(v url.Values, form *fault.Form) {
	since := func(name string) upkeep.When {
		text := strings.TrimSpace(v.Get(name))
		when, ok := printed.Since(text)
		if !ok && text != "" {
			form.Add(name, "stationdesk.wrong.when", nil)
		}
		return upkeep.When(when)
	}
	l := &d.facts.Life
	d.built, d.accept, d.maps = v.Get("built"), v.Get("accepted"), map[string][2]string{}
	l.Built, l.Accepted, l.Listings = since("built"), since("accepted"), nil
	for _, name := range upkeep.Maps() {
		point := strings.TrimSpace(v.Get("poi_" + name))
		d.maps[name] = [2]string{v.Get("map_" + name), point}
		when := since("map_" + name)
		if when == "" && point != "" {
			when = upkeep.Yes // who knows the point has seen it there
		}
		if when != "" {
			l.Listings = append(l.Listings, upkeep.Listing{Map: name, Since: when, Point: point})
		}
	}
}

// mapLabel names an input about one map.
func mapLabel(ctx context.Context, name, what string) string {
	return tell.T(ctx, what, "Map", tell.T(ctx, "map."+name))
}
