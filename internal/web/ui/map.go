package ui

import (
	"context"
	"html"
	"io"
	"math"
	"strconv"
	"sync"

	"github.com/a-h/templ"

	"nuanxin/internal/web"
)

// MapStation is a station as seen from the reader.
type MapStation struct {
	Name    string
	Bearing float64 // degrees from north, clockwise
	Metres  float64
	Open    bool
}

// MapProps describe a sketch: who is where, not which streets there are.
type MapProps struct {
	Stations []MapStation // the nearest first; at most [MapPins] are drawn
	NoMe     bool         // a place by itself, without the reader
	Names    bool         // write the names beside the pins
	Label    string       // what a screen reader says; made from the stations when empty
	Small    bool         // a low map, for a card at the side
}

// The sketch's size and the room it keeps around what it shows.
const (
	mapW, mapH   = 400.0, 208.0
	marginX      = 60.0
	marginY      = 48.0
	mostPxPerM   = 0.6
	streetStep   = 118.0
	streetMargin = 9.0
)

// MapPins is how many stations a sketch shows at most.
const MapPins = 5

type spot struct{ x, y float64 }

// pen writes a drawing: texts as they are, numbers as whole ones.
type pen []byte

// pens are used again, for every home page has a map.
var pens = sync.Pool{New: func() any { return new(pen) }}

func (b *pen) add(parts ...any) {
	for _, p := range parts {
		switch v := p.(type) {
		case string:
			*b = append(*b, v...)
		case float64:
			*b = strconv.AppendInt(*b, int64(math.RoundToEven(v)), 10)
		}
	}
}

// Map draws a sketch map: the reader, the stations by direction and distance,
// and a street grid that is only there to be read as one. It is labelled as a
// sketch, loads nothing and is pressed like a picture.
func Map(p MapProps) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		class := "map hero__map"
		if p.Small {
			class = "map map--small"
		}
		pins := p.near()
		me, spots := place(pins)
		b := pens.Get().(*pen)
		defer pens.Put(b)
		*b = (*b)[:0]
		b.add(`<div class="`, class, `"><svg viewBox="0 0 `, mapW, ` `, mapH, `" preserveAspectRatio="xMidYMid slice" role="img" aria-label="`, html.EscapeString(p.label(ctx)), `">`)
		streets(b, me, spots)
		for i, s := range pins {
			if s.Open {
				glowAt(ctx, b, spots[i].x, spots[i].y-14, 74-12*float64(min(i, 3)))
			}
		}
		if !p.NoMe {
			route(b, me, spots)
			b.add(`<circle class="me-r" cx="`, me.x, `" cy="`, me.y, `" r="22"/><circle class="me" cx="`, me.x, `" cy="`, me.y, `" r="8"/>`)
		}
		p.drawPins(b, pins, spots)
		b.add(`</svg><span class="map__tag chip">`, html.EscapeString(t(ctx, "ui.sketch")), `</span></div>`)
		_, err := w.Write(*b)
		return err
	})
}

// near are the stations that can share a sketch with the nearest one.
func (p MapProps) near() []MapStation {
	n := 0
	for n < min(len(p.Stations), MapPins) && p.Stations[n].Metres <= max(600, 3*p.Stations[0].Metres) {
		n++
	}
	return p.Stations[:n]
}

// place projects the stations so that all of them and the reader fit.
func place(pins []MapStation) (me spot, spots []spot) {
	minX, maxX, minY, maxY := 0.0, 0.0, 0.0, 0.0
	spots = make([]spot, len(pins))
	for i, s := range pins {
		sin, cos := math.Sincos(s.Bearing * math.Pi / 180)
		spots[i] = spot{s.Metres * sin, -s.Metres * cos}
		minX, maxX = min(minX, spots[i].x), max(maxX, spots[i].x)
		minY, maxY = min(minY, spots[i].y), max(maxY, spots[i].y)
	}
	scale := min(mostPxPerM, (mapW-2*marginX)/max(1, maxX-minX), (mapH-2*marginY)/max(1, maxY-minY))
	at := func(s spot) spot {
		return spot{mapW/2 + (s.x-(minX+maxX)/2)*scale, mapH/2 + 8 + (s.y-(minY+maxY)/2)*scale}
	}
	for i, s := range spots {
		spots[i] = at(s)
	}
	return at(spot{}), spots
}

// crossings returns the lines of a street grid along one axis: through each of
// the fixed values, and then at even steps wherever there is room.
func crossings(size float64, fixed ...float64) []float64 {
	lines := fixed
	for v := math.Mod(fixed[0], streetStep); v < size; v += streetStep {
		free := true
		for _, f := range lines {
			free = free && math.Abs(f-v) > 0.55*streetStep
		}
		if free {
			lines = append(lines, v)
		}
	}
	return lines
}

// turnX is where the way turns: half-way to the nearest station.
func turnX(me spot, spots []spot) float64 {
	if len(spots) == 0 {
		return me.x + 60
	}
	return math.Round((me.x + spots[0].x) / 2)
}

func streets(b *pen, me spot, spots []spot) {
	rows := []float64{math.Round(me.y)}
	if len(spots) > 0 && math.Abs(spots[0].y-me.y) > 24 {
		rows = append(rows, math.Round(spots[0].y))
	}
	xs, ys := crossings(mapW, turnX(me, spots)), crossings(mapH, rows...)
	b.add(`<rect width="`, mapW, `" height="`, mapH, `" class="land"/><path class="b" d="`)
	for i := range blocks {
		if c := &blocks[i]; !between(c.left, c.right, xs) && !between(c.top, c.bottom, ys) {
			*b = append(*b, c.path...)
		}
	}
	b.add(`"/><path class="rc" stroke-width="17" d="`)
	roads(b, xs, ys)
	b.add(`"/><path class="rd" stroke-width="14" d="`)
	roads(b, xs, ys)
	b.add(`"/>`)
}

func roads(b *pen, xs, ys []float64) {
	for _, y := range ys {
		b.add("M0 ", y, "H", mapW)
	}
	for _, x := range xs {
		b.add("M", x, " 0V", mapH)
	}
}

// block is one building, which stands where no street runs: the room that it
// takes, and how it is drawn.
type block struct {
	left, right, top, bottom float64
	path                     string
}

var blocks = func() (all [7 * 4]block) {
	for i := range all {
		col, row := i/4, i%4
		shape := (col*7 + row*5) % 4
		x, y := float64(col)*62-12, float64(row)*58-8
		w, h := 44.0-float64(shape)*4, 40.0-float64(shape%3)*8
		var b pen
		b.add("M", x, " ", y, "h", w, "v", h, "h-", w, "z")
		all[i] = block{x - streetMargin, x + w + streetMargin, y - streetMargin, y + h + streetMargin, string(b)}
	}
	return all
}()

// between reports whether one of the streets runs between from and to.
func between(from, to float64, streets []float64) bool {
	for _, s := range streets {
		if s > from && s < to {
			return true
		}
	}
	return false
}

func route(b *pen, me spot, spots []spot) {
	if len(spots) > 0 {
		b.add(`<path class="rt" d="M`, me.x, " ", me.y, "H", turnX(me, spots), "V", spots[0].y, "H", spots[0].x, `"/>`)
	}
}

func (p MapProps) drawPins(b *pen, pins []MapStation, spots []spot) {
	for i := len(pins) - 1; i >= 0; i-- { // the nearest on top
		off, scale := "", "0.8"
		if !pins[i].Open {
			off = "-off"
		}
		if i == 0 {
			scale = "1.15"
		}
		b.add(`<g transform="translate(`, spots[i].x, " ", spots[i].y, `) scale(`, scale, `)"><path class="st`, off,
			`" d="M0 0c-5-7-12-11-12-18a12 12 0 0 1 24 0c0 7-7 11-12 18z"/><rect class="win`, off, `" x="-5" y="-23" width="10" height="9" rx="1.5"/></g>`)
		if !p.Names {
			continue
		}
		x, anchor := spots[i].x+18, "start"
		if x > 0.55*mapW {
			x, anchor = spots[i].x-18, "end"
		}
		b.add(`<text class="lbl lbl--b" x="`, x, `" y="`, spots[i].y-10, `" text-anchor="`, anchor, `">`, html.EscapeString(pins[i].Name), `</text>`)
	}
}

// label says the sketch in a sentence.
func (p MapProps) label(ctx context.Context) string {
	if p.Label != "" {
		return p.Label
	}
	if len(p.Stations) == 0 {
		return t(ctx, "ui.sketch_none")
	}
	s := p.Stations[0]
	one := t(ctx, "ui.sketch_one", "Name", s.Name, "Way", Way(ctx, s.Bearing), "Distance", web.Distance(ctx, s.Metres))
	if n := len(p.near()) - 1; n > 0 {
		return t(ctx, "ui.sketch_more", "One", one, "Count", n)
	}
	return one
}

// Way says a bearing in words: 东北, north-east.
func Way(ctx context.Context, bearing float64) string {
	eighth := int(math.Round(math.Mod(math.Mod(bearing, 360)+360, 360)/45)) % 8
	return t(ctx, "ui.way_"+strconv.Itoa(eighth))
}

func glowAt(ctx context.Context, b *pen, x, y, r float64) {
	use(ctx, glow)
	b.add(`<circle cx="`, x, `" cy="`, y, `" r="`, r, `" fill="url(#i-`+glow+`)"/>`)
}

func glowCircle(x, y, r float64) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var b pen
		glowAt(ctx, &b, x, y, r)
		_, err := w.Write(b)
		return err
	})
}
