package geo

import (
	"math"
)

// earth is the mean radius of the earth in metres.
const earth = 6371008.8

// Point is a place in WGS-84, in degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// Valid reports whether p is a place on the globe. The zero Point is valid by
// this rule but is what broken receivers send; see [Point.InChina].
func (p Point) Valid() bool {
	return math.Abs(p.Lat) <= 90 && math.Abs(p.Lng) <= 180 // false for NaN and infinities
}

// InChina reports whether p lies in the box in which Chinese maps are shifted,
// (which holds the whole country and parts of its neighbours). An imported point
// outside it is doubtful: swapped numbers, or zeros.
func (p Point) InChina() bool { return p.Valid() && !outside(p.Lat, p.Lng) }

// Swapped reports whether p makes sense only with latitude and longitude
// exchanged, a common fault of hand-made tables.
func (p Point) Swapped() bool { return !p.InChina() && Point{Lat: p.Lng, Lng: p.Lat}.InChina() }

// Distance returns the way from p to q over the ground, in metres.
func (p Point) Distance(q Point) float64 {
	lat1, lat2 := radians(p.Lat), radians(q.Lat)
	a, b := math.Sin((lat2-lat1)/2), math.Sin(radians(q.Lng-p.Lng)/2)
	h := a*a + math.Cos(lat1)*math.Cos(lat2)*b*b
	return 2 * earth * math.Asin(math.Sqrt(min(h, 1)))
}

// Bearing returns the direction in which one leaves p for q, in degrees
// clockwise from north, from 0 up to but not including 360. It is 0 when p is q.
func (p Point) Bearing(q Point) float64 {
	lat1, lat2, d := radians(p.Lat), radians(q.Lat), radians(q.Lng-p.Lng)
	y := math.Sin(d) * math.Cos(lat2)
	x := math.Cos(lat1)*math.Sin(lat2) - math.Sin(lat1)*math.Cos(lat2)*math.Cos(d)
	deg := math.Mod(math.Atan2(y, x)*180/math.Pi+360, 360)
	if math.IsNaN(deg) {
		return 0
	}
	return deg
}

// Compass is one of the eight words for a direction. Its text is stable and
// makes the message key "compass." + text.
type Compass string

// The eight directions.
const (
	North     Compass = "north"
	NorthEast Compass = "northeast"
	East      Compass = "east"
	SouthEast Compass = "southeast"
	South     Compass = "south"
	SouthWest Compass = "southwest"
	West      Compass = "west"
	NorthWest Compass = "northwest"
)

var rose = [...]Compass{North, NorthEast, East, SouthEast, South, SouthWest, West, NorthWest}

// Compass returns the word for the direction in which one leaves p for q.
func (p Point) Compass(q Point) Compass { return rose[int(math.Round(p.Bearing(q)/45))%len(rose)] }

// Key returns the message key of the word.
func (c Compass) Key() string { return "compass." + string(c) }

// Toward returns the place reached from p after the distance in metres in the
// direction in degrees.
func (p Point) Toward(bearing, metres float64) Point {
	lat, d, b := radians(p.Lat), metres/earth, radians(bearing)
	lat2 := math.Asin(math.Sin(lat)*math.Cos(d) + math.Cos(lat)*math.Sin(d)*math.Cos(b))
	dLng := math.Atan2(math.Sin(b)*math.Sin(d)*math.Cos(lat), math.Cos(d)-math.Sin(lat)*math.Sin(lat2))
	lng := math.Mod(p.Lng+dLng*180/math.Pi+540, 360) - 180
	return Point{Lat: lat2 * 180 / math.Pi, Lng: lng}
}

func radians(deg float64) float64 { return deg * math.Pi / 180 }
