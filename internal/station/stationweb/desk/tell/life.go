package tell

import (
	"context"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/station"
	"nuanxin/internal/station/printed"
	"nuanxin/internal/station/upkeep"
	"nuanxin/internal/web"
)

// lifeWords say how a station came to be and is kept up.
func lifeWords(ctx context.Context, f station.Facts, add func(field, text string)) {
	l := f.Life
	add("operator", l.Operator)
	add("keeper", l.Keeper)
	add("built", When(ctx, l.Built))
	add("accepted", When(ctx, l.Accepted))
	add("funds", l.Funds)
	add("listings", listings(ctx, l.Listings))
}

// When says a day, a month, a year, yes or no.
func When(ctx context.Context, w upkeep.When) string {
	switch w {
	case "":
		return ""
	case upkeep.Yes, upkeep.No:
		return T(ctx, string(w))
	}
	at, err := time.ParseInLocation(time.DateOnly[:len(w)], string(w), clock.Zone)
	switch {
	case err != nil:
		return string(w)
	case len(w) == len(time.DateOnly):
		return web.Date(ctx, at)
	case len(w) == len("2006-01"):
		return T(ctx, "month", "Year", at.Year(), "Month", int(at.Month()))
	}
	return T(ctx, "year", "Year", at.Year())
}

func listings(ctx context.Context, all []upkeep.Listing) string {
	var parts []string
	for _, m := range all {
		words := []string{T(ctx, "map."+m.Map)}
		switch m.Since {
		case upkeep.Yes:
			words = append(words, T(ctx, "listed"))
		case upkeep.No:
			words = append(words, T(ctx, "unlisted"))
		default:
			words = append(words, T(ctx, "listed.since", "When", When(ctx, m.Since)))
		}
		if m.Point != "" {
			words = append(words, m.Point)
		}
		parts = append(parts, strings.Join(words, " "))
	}
	return web.List(ctx, parts...)
}

// Typed writes a date, or yes and no in the reader's words, as the form has it.
func Typed(ctx context.Context, w upkeep.When) string {
	if w == upkeep.Yes || w == upkeep.No {
		return T(ctx, string(w))
	}
	return string(w)
}

// written writes a date, or yes and no as lists do.
func written(w upkeep.When) string {
	switch w {
	case upkeep.Yes:
		return "是"
	case upkeep.No:
		return "否"
	}
	return string(w)
}

// LifeCells are the cells of an exported list that say how one gets in and how the station is kept up.
func LifeCells(f station.Facts) []string {
	l := f.Life
	row := []string{entryCell(f.Entry), flagCell(f.AllDay), flagCell(l.Extended), flagCell(f.Smart), l.Operator, l.Keeper, written(l.Built), written(l.Accepted), l.Funds}
	for _, name := range upkeep.Maps() {
		cell := ""
		for _, m := range l.Listings {
			switch {
			case m.Map != name:
			case m.Since == upkeep.Yes && m.Point != "":
				cell = m.Point
			default:
				cell = written(m.Since)
			}
		}
		row = append(row, cell)
	}
	return row
}

// entryCell is how one gets in, in words that the importer reads back.
func entryCell(e station.Entry) string {
	return strings.Trim(printed.EntryWords(string(e.Method))+"，"+e.How, "，")
}

func flagCell(on bool) string {
	if on {
		return "是"
	}
	return ""
}
