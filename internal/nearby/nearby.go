package nearby

import (
	"encoding/hex"
	"fmt"
	"math"
	"time"
)

// EarthRadius is the mean radius of the Earth in metres; all distances are on
// the sphere of this radius.
const EarthRadius = 6371008.8

// MaxNearest is the largest k that [Index.Nearest] serves.
const MaxNearest = 128

// Key names an item: the 16 bytes of its UUID. Keys order equal distances.
type Key [16]byte

// KeyOf returns the key of a UUID in its 36-character form.
func KeyOf[T ~string](id T) (Key, error) {
	s := string(id)
	var k Key
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return Key{}, fmt.Errorf("nearby: %q is not a UUID", s)
	}
	hexed := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	if _, err := hex.Decode(k[:], []byte(hexed)); err != nil {
		return Key{}, fmt.Errorf("nearby: %q is not a UUID", s)
	}
	return k, nil
}

// String returns the key as a UUID in its 36-character form.
func (k Key) String() string {
	var b [36]byte
	hex.Encode(b[:8], k[:4])
	hex.Encode(b[9:13], k[4:6])
	hex.Encode(b[14:18], k[6:8])
	hex.Encode(b[19:23], k[8:10])
	hex.Encode(b[24:], k[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// Flags are up to 32 yes-or-no facts that the caller wants to filter by, such
// as "closed today" or "reported locked". The index gives them no meaning.
type Flags uint32

// Minute is a moment in whole minutes since 1970-01-01 00:00 UTC. Zero in a
// [Filter] means that opening does not matter.
type Minute int64

// MinuteOf returns the minute in which t lies.
func MinuteOf(t time.Time) Minute {
	s := t.Unix()
	if s < 0 && s%60 != 0 {
		s -= 60
	}
	return Minute(s / 60)
}

// Time returns the moment at which the minute begins.
func (m Minute) Time() time.Time { return time.Unix(int64(m)*60, 0).UTC() }

// OpenFunc reports whether the schedule with the given number is open at the
// given minute. It must be quick, must not call the index and must be safe for
// concurrent use.
type OpenFunc func(hours uint32, at Minute) bool

// Point is a position in WGS-84 degrees.
type Point struct{ Lat, Lng float64 }

// Valid reports whether p is on the Earth: latitude within ±90, longitude within ±180.
func (p Point) Valid() bool {
	return math.Abs(p.Lat) <= 90 && math.Abs(p.Lng) <= 180
}

// Item is one place as the index knows it.
type Item struct {
	Key      Key
	Lat, Lng float64 // WGS-84 degrees
	Services uint64  // one bit for each service that it has
	Hours    uint32  // number of its schedule; 0: unknown, never open
	Flags    Flags
}

// Valid reports whether the item has a real position.
func (i Item) Valid() bool { return Point{i.Lat, i.Lng}.Valid() }

// Filter says which items count. The zero Filter takes all.
type Filter struct {
	Services uint64 // it must have all of these
	OpenAt   Minute // and be open at this minute; 0: open or not
	With     Flags  // and carry all of these flags
	Without  Flags  // and none of these
}

// Rect is a rectangle in degrees, its borders included. West greater than East
// means a rectangle across the antimeridian.
type Rect struct{ South, West, North, East float64 }

// Valid reports whether the rectangle's corners are on the Earth and South is not above North.
func (r Rect) Valid() bool {
	return Point{r.South, r.West}.Valid() && Point{r.North, r.East}.Valid() && r.South <= r.North
}

// contains reports whether the position is inside or on the border.
func (r Rect) contains(lat, lng float64) bool {
	if lat < r.South || lat > r.North {
		return false
	}
	if r.West <= r.East {
		return r.West <= lng && lng <= r.East
	}
	return lng >= r.West || lng <= r.East
}

// middle returns the rectangle's centre in degrees.
func (r Rect) middle() Point {
	east := r.East
	if r.West > east {
		east += 360
	}
	lng := (r.West + east) / 2
	if lng > 180 {
		lng -= 360
	}
	return Point{(r.South + r.North) / 2, lng}
}

// Hit is an item in an answer.
type Hit struct {
	Item
	Metres float64 // great-circle distance from the asked point, or from the rectangle's middle
}

// Distance returns the great-circle distance of two points in metres.
func Distance(a, b Point) float64 { return metres(chord2(vecOf(a.Lat, a.Lng), vecOf(b.Lat, b.Lng))) }

// vec is a point on the unit sphere.
type vec [3]float64

func vecOf(lat, lng float64) vec {
	sinLat, cosLat := math.Sincos(lat * (math.Pi / 180))
	sinLng, cosLng := math.Sincos(lng * (math.Pi / 180))
	return vec{cosLat * cosLng, cosLat * sinLng, sinLat}
}

// chord2 returns the squared chord between two points of the unit sphere. The
// conversions forbid fused multiplication, so that a box's bound, computed in
// the same order, can never round above the distance of a point inside it.
func chord2(a, b vec) float64 {
	x, y, z := a[0]-b[0], a[1]-b[1], a[2]-b[2]
	return float64(x*x) + float64(y*y) + float64(z*z)
}

// metres turns a squared chord of the unit sphere into metres along the Earth.
func metres(chord2 float64) float64 {
	return 2 * EarthRadius * math.Asin(min(math.Sqrt(chord2)/2, 1))
}

// chordOf is the inverse of metres; no limit when m is not a positive number.
func chordOf(m float64) float64 {
	if !(m > 0) || m >= math.Pi*EarthRadius {
		return math.Inf(1)
	}
	s := 2 * math.Sin(m/(2*EarthRadius))
	return s * s
}
