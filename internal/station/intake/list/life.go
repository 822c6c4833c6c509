package list

import (
	"cmp"
	"slices"
	"strings"

	"nuanxin/internal/station"
	"nuanxin/internal/station/printed"
	"nuanxin/internal/station/upkeep"
)

// mapColumn is a column that says whether stations are on a map.
type mapColumn struct {
	of string
	at int
}

// life reads how the station is kept up, and what has a column of its own.
func (r *Reader) life(f *station.Facts) {
	l := &f.Life
	l.Operator, l.Keeper, l.Funds = r.cell(printed.Operator), r.cell(printed.Keeper), r.cell(printed.Funds)
	l.Built, l.Accepted = r.since(printed.Built), r.since(printed.Accepted)
	l.Extended = printed.Say(f.Marks, "").Extended || r.flag(printed.Extended)
	f.AllDay, f.Smart = f.AllDay || r.flag(printed.AllDay), f.Smart || r.flag(printed.Smart)
	for _, c := range r.maps {
		r.listing(l, c)
	}
	slices.SortFunc(l.Listings, func(a, b upkeep.Listing) int { return cmp.Compare(rank(a), rank(b)) })
	if text := r.cell(printed.WayIn); text != "" {
		method, how, ok := printed.Entry(text)
		if f.Entry = (station.Entry{Method: station.EntryMethod(method), How: how}); !ok {
			r.doubt("import.entry", printed.WayIn, text)
		} else if f.Entry.Method == station.MemberCode && !strings.Contains(text, "码") {
			r.doubt("import.entry_guessed", printed.WayIn, text)
		}
	}
}

func rank(l upkeep.Listing) int { return slices.Index(upkeep.Maps(), l.Map) }

func (r *Reader) listing(l *upkeep.Life, c mapColumn) {
	text := r.row.Cell(c.at)
	said := slices.ContainsFunc(l.Listings, func(o upkeep.Listing) bool { return o.Map == c.of })
	if text == "" || said {
		return
	}
	since, point, ok := printed.Listed(text)
	if !ok {
		r.doubt("import.listing", printed.Listings, text)
		return
	}
	l.Listings = append(l.Listings, upkeep.Listing{Map: c.of, Since: upkeep.When(since), Point: point})
}

func (r *Reader) since(f printed.Field) upkeep.When {
	text := r.cell(f)
	when, ok := printed.Since(text)
	if !ok && text != "" {
		r.doubt("import.date", f, text)
	}
	return upkeep.When(when)
}

func (r *Reader) flag(f printed.Field) bool {
	text := r.cell(f)
	on, ok := printed.Flag(text)
	if !ok && text != "" {
		r.doubt("import.flag", f, text)
	}
	return on
}

// life takes over what the row says of the station's upkeep.
func (l *Line) life(f *station.Facts, n station.Facts, note func(field, from, to string)) {
	for _, t := range []struct {
		field    string
		from, to *string
	}{{"operator", &f.Life.Operator, &n.Life.Operator}, {"keeper", &f.Life.Keeper, &n.Life.Keeper}, {"funds", &f.Life.Funds, &n.Life.Funds},
		{"built", (*string)(&f.Life.Built), (*string)(&n.Life.Built)}, {"accepted", (*string)(&f.Life.Accepted), (*string)(&n.Life.Accepted)}} {
		if *t.to != "" && *t.to != *t.from {
			note(t.field, *t.from, *t.to)
			*t.from = *t.to
		}
	}
	if n.Life.Extended && !f.Life.Extended {
		note("extended", "", "✓")
		f.Life.Extended = true
	}
	for _, m := range n.Life.Listings {
		i := slices.IndexFunc(f.Life.Listings, func(o upkeep.Listing) bool { return o.Map == m.Map })
		switch {
		case i < 0:
			f.Life.Listings = append(slices.Clone(f.Life.Listings), m)
		case f.Life.Listings[i] != m && (m.Since != upkeep.Yes || m.Point != "" || f.Life.Listings[i].Since == upkeep.No):
			f.Life.Listings = slices.Clone(f.Life.Listings)
			f.Life.Listings[i] = m
		default:
			continue
		}
		note("listings", "", strings.TrimSpace(m.Map+" "+string(m.Since)+" "+m.Point))
	}
	slices.SortFunc(f.Life.Listings, func(a, b upkeep.Listing) int { return cmp.Compare(rank(a), rank(b)) })
}
