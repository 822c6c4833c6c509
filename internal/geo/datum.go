package geo

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Datum says in which system a pair of numbers is meant.
type Datum uint8

// The three systems in use.
const (
	WGS84 Datum = iota // receivers, OpenStreetMap
	GCJ02              // Amap, Tencent
	BD09               // Baidu
)

// ErrDatum says that a text names no datum that we know.
var ErrDatum = errors.New("geo: unknown datum")

var datums = [...]string{"wgs84", "gcj02", "bd09"}

// String returns the stable name: wgs84, gcj02 or bd09.
func (d Datum) String() string {
	if int(d) < len(datums) {
		return datums[d]
	}
	return fmt.Sprintf("datum(%d)", uint8(d))
}

// datumMarks takes out what people write between the letters of a datum's name.
var datumMarks = strings.NewReplacer("-", "", "_", "", " ", "")

// ParseDatum reads a datum's name in any case, with or without hyphen, and
// Baidu's own "bd09ll". An empty text is an error: numbers without a datum are
// not guessed at.
func ParseDatum(text string) (Datum, error) {
	name := strings.ToLower(datumMarks.Replace(text))
	if name == "bd09ll" {
		return BD09, nil
	}
	for d, known := range datums {
		if name == known {
			return Datum(d), nil
		}
	}
	return 0, fmt.Errorf("%q: %w", text, ErrDatum)
}

// From makes a point of a pair of numbers meant in datum d. Going back through
// [Point.In] agrees to better than a centimetre.
func From(d Datum, lat, lng float64) Point {
	if outside(lat, lng) {
		return Point{Lat: lat, Lng: lng}
	}
	switch d {
	case BD09:
		lat, lng = undo(gcjToBD, lat, lng)
		lat, lng = undo(wgsToGCJ, lat, lng)
	case GCJ02:
		lat, lng = undo(wgsToGCJ, lat, lng)
	}
	return Point{Lat: lat, Lng: lng}
}

// In returns p in datum d, for a map that draws in it.
func (p Point) In(d Datum) (lat, lng float64) {
	lat, lng = p.Lat, p.Lng
	if outside(lat, lng) {
		return lat, lng
	}
	switch d {
	case GCJ02:
		return wgsToGCJ(lat, lng)
	case BD09:
		return gcjToBD(wgsToGCJ(lat, lng))
	}
	return lat, lng
}

// undo inverts a small shift by a fixed-point iteration: the shift varies by
// less than 1 % over its own length, so each round gains two digits.
func undo(shift func(lat, lng float64) (float64, float64), lat, lng float64) (float64, float64) {
	x, y := lat, lng
	for range 12 {
		sx, sy := shift(x, y)
		dx, dy := lat-sx, lng-sy
		x, y = x+dx, y+dy
		if math.Abs(dx) < 1e-10 && math.Abs(dy) < 1e-10 {
			break
		}
	}
	return x, y
}

// outside reports whether a pair lies outside the box in which the published
// algorithm shifts. Not-a-number counts as outside.
func outside(lat, lng float64) bool {
	return !(lng >= 72.004 && lng <= 137.8347 && lat >= 0.8293 && lat <= 55.8271)
}

// The Krasovsky 1940 ellipsoid, as the shift uses it.
const (
	axis           = 6378245.0
	ecc2           = 0.00669342162296594323
	xPi            = math.Pi * 3000.0 / 180.0
	midLat, midLng = 35.0, 105.0 // the place from which the shift is counted
)

// wgsToGCJ is the published shift.
func wgsToGCJ(lat, lng float64) (float64, float64) {
	x, y := lng-midLng, lat-midLat
	rad := radians(lat)
	magic := 1 - ecc2*math.Sin(rad)*math.Sin(rad)
	root := math.Sqrt(magic)
	dLat := waveLat(x, y) * 180 / ((axis * (1 - ecc2)) / (magic * root) * math.Pi)
	dLng := waveLng(x, y) * 180 / (axis / root * math.Cos(rad) * math.Pi)
	return lat + dLat, lng + dLng
}

func waveLat(x, y float64) float64 {
	v := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x))
	v += (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	v += (20*math.Sin(y*math.Pi) + 40*math.Sin(y/3*math.Pi)) * 2 / 3
	return v + (160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
}

func waveLng(x, y float64) float64 {
	v := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x))
	v += (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	v += (20*math.Sin(x*math.Pi) + 40*math.Sin(x/3*math.Pi)) * 2 / 3
	return v + (150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
}

// gcjToBD is Baidu's published shift on top of GCJ-02.
func gcjToBD(lat, lng float64) (float64, float64) {
	z := math.Hypot(lng, lat) + 0.00002*math.Sin(lat*xPi)
	theta := math.Atan2(lat, lng) + 0.000003*math.Cos(lng*xPi)
	return z*math.Sin(theta) + 0.006, z*math.Cos(theta) + 0.0065
}
