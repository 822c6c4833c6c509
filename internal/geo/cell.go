package geo

import (
	"math"

	"github.com/golang/geo/r1"
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// Range is a stretch of cell numbers, both ends included: "cell between From and To".
type Range struct{ From, To int64 }

// Contains reports whether the cell number lies in the range.
func (r Range) Contains(cell int64) bool { return r.From <= cell && cell <= r.To }

// covers is the number of cells that a covering aims at: enough to be tight,
// few enough for one query.
const covers = 12

// coverer is only read; each covering has its own state.
var coverer = &s2.RegionCoverer{MaxLevel: 30, MaxCells: covers}

// Cell returns the S2 leaf cell of p (about a square centimetre) as the signed
// number that a BIGINT column holds.
func (p Point) Cell() int64 { return int64(s2.CellIDFromLatLng(p.ll())) }

// OfCell returns the centre of a leaf cell.
func OfCell(cell int64) Point {
	ll := s2.CellID(uint64(cell)).LatLng()
	return Point{Lat: ll.Lat.Degrees(), Lng: ll.Lng.Degrees()}
}

// CoverCap returns ranges that hold every point within metres of p, and some
// around: what they find must still be measured. An invalid point or a negative
// radius has no ranges.
func CoverCap(p Point, metres float64) []Range {
	if !p.Valid() || !(metres >= 0) || math.IsInf(metres, 1) {
		return nil
	}
	angle := s1.Angle(min(metres/earth, math.Pi)) + slack
	return ranges(coverer.Covering(s2.CapFromCenterAngle(s2.PointFromLatLng(p.ll()), angle)))
}

// CoverRect returns ranges that hold every point of the rectangle from its
// south-west to its north-east corner, and some around. A western corner east
// of the eastern one means a rectangle across the 180th meridian.
func CoverRect(sw, ne Point) []Range {
	if !sw.Valid() || !ne.Valid() || sw.Lat > ne.Lat {
		return nil
	}
	if ne.Lng == -180 {
		ne.Lng = 180 // the library takes [180, -180] for nothing at all
	}
	rect := s2.Rect{
		Lat: r1.Interval{Lo: radians(sw.Lat), Hi: radians(ne.Lat)}.Expanded(slack).Intersection(r1.Interval{Lo: -math.Pi / 2, Hi: math.Pi / 2}),
		Lng: s1.IntervalFromEndpoints(radians(sw.Lng), radians(ne.Lng)).Expanded(slack),
	}
	return ranges(coverer.Covering(rect))
}

// slack, in radians, is about a centimetre: it keeps points on the border in.
const slack = 2e-9

// ranges turns cells in order into ranges, joining neighbours.
func ranges(cells s2.CellUnion) []Range {
	var out []Range
	for _, id := range cells {
		r := Range{int64(id.RangeMin()), int64(id.RangeMax())}
		// Leaf numbers are odd. The signed numbers wrap between the third and
		// the fourth face, where neighbours must stay two ranges.
		if n := len(out); n > 0 && out[n-1].To < r.From && out[n-1].To+2 == r.From {
			out[n-1].To = r.To
			continue
		}
		out = append(out, r)
	}
	return out
}

func (p Point) ll() s2.LatLng { return s2.LatLngFromDegrees(p.Lat, p.Lng) }
