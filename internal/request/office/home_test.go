package office_test

import (
	"context"
	"testing"

	"nuanxin/internal/fault"
	"nuanxin/internal/request"
	"nuanxin/internal/request/office"
)

// Whatever place is said, and where none is, what a worker sends lies in the inbox
// of the union that the receipt names.
func TestEveryRequestReachesAnInbox(t *testing.T) {
	each(t, func(h *house) {
		h.rest.unions = "one"
		for _, c := range []struct {
			say, home, area string
			known           bool
		}{
			{"no place, no home", "", "", false},
			{"no place, a home", county, "", false},
			{"no place, a home without a union", sibling, "", false},
			{"a place without a union, no home", "", sibling, false},
			{"a place without a union, a home", county, sibling + "102", false},
			{"a place of the union", "", county + "101", true},
		} {
			h.Service = office.NewService(h.desk, h.ring, office.Config{HomeArea: c.home}, h.needs)
			ear, err := h.Hears(context.Background(), c.area)
			if err != nil || ear.ID != union {
				h.t.Errorf("%s: promised is %+v, %v; want the county's union", c.say, ear, err)
			}
			r, err := h.Capture(context.Background(), request.Draft{Words: c.say, Place: request.Place{Area: c.area}})
			if err != nil {
				h.t.Errorf("%s: %v", c.say, err)
				continue
			}
			p, err := h.List(cadre(), request.Filter{})
			if err != nil || len(p.Rows) == 0 || p.Rows[0].ID != r.ID && p.Rows[len(p.Rows)-1].ID != r.ID {
				h.t.Errorf("%s: the cadre's inbox holds %d, %v; want %s in it", c.say, len(p.Rows), err, r.Number)
				continue
			}
			if q := h.caseOf(r); q.AreaKnown != c.known || q.Union != union || !c.known && q.Place.Area != county {
				h.t.Errorf("%s: area %q known %v of union %s; want known %v", c.say, q.Place.Area, q.AreaKnown, q.Union, c.known)
			}
		}
		h.sound()
	})
}

// What is reported at a station has the kind by which the union finds who answers
// for it.
func TestDefectsHaveTheirKind(t *testing.T) {
	each(t, func(h *house) {
		for what, topic := range map[string]string{"locked": "station.locked", "no_hot_water": "station.fault", request.WhatOther: "station"} {
			c := h.caseOf(h.captured(worker(), request.Draft{What: what, Words: "x", Place: request.Place{Station: station}, Channel: request.ChannelStation}))
			if _, known := request.TopicOf(c.Topic); c.Topic != topic || !known {
				h.t.Errorf("%s is of kind %q, known %v; want %q", what, c.Topic, known, topic)
			}
		}
	})
}

// While there is no union at all the draft is refused as a form is: with words,
// and with what was written still there.
func TestNoUnionYet(t *testing.T) {
	each(t, func(h *house) {
		h.rest.unions = "none"
		for _, area := range []string{"", county} {
			_, err := h.Capture(context.Background(), request.Draft{Words: "x", Place: request.Place{Area: area}})
			if !fault.Is(err, fault.Invalid) || fault.Of(err).Msg != "request.union.none" {
				h.t.Errorf("in %q: %v, want it refused with a reason", area, err)
			}
		}
		if ear, err := h.Hears(context.Background(), county); err != nil || ear.ID != "" {
			h.t.Errorf("who hears: %+v, %v; want nobody", ear, err)
		}
	})
}
