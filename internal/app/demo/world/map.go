package world

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// The map is a grid: avenues from north to south, roads from west to east, and
// a ring road around them. The names are invented.
var (
	avenues = []string{"银杏街", "白桦街", "棉纺街", "邮亭街", "晨光街", "松涛街", "铁匠街", "百灵街", "杏花街", "云杉街", "早市街", "青石街"}
	roads   = []string{"河湾路", "麦浪路", "丰禾路", "灯塔路", "暖泉路", "长虹路", "学府路", "春融路", "雪原路", "南塘路"}
)

const (
	centreLat, centreLng = 42.9025, 125.1440
	avenueGap, roadGap   = 380.0, 330.0 // metres
	degree               = 111_320.0    // metres of latitude
)

// spot is a point on the map, in metres from the centre, with its address.
type spot struct {
	x, y    float64 // east, north
	address string
	corner  string // the nearest crossing, as people say it
	way     string // the avenue or road
}

func (s spot) latLng() (lat, lng float64) {
	lat = centreLat + s.y/degree
	lng = centreLng + s.x/(degree*math.Cos(centreLat*math.Pi/180))
	return math.Round(lat*1e6) / 1e6, math.Round(lng*1e6) / 1e6
}

// street is the index of the street that the point lies in: four columns, two rows.
func (s spot) street() int {
	width := avenueGap * float64(len(avenues)) / 4
	column := int(math.Floor((s.x + 2*width) / width))
	row := 0
	if s.y < 0 {
		row = 1
	}
	return layout[min(max(column, 0), 3)+4*row]
}

// layout says which street lies where: four in the north from the west, then
// four in the south.
var layout = [8]int{0, 1, 2, 3, 5, 4, 6, 7}

func avenueAt(i int) float64 { return (float64(i) - float64(len(avenues)-1)/2) * avenueGap }
func roadAt(j int) float64   { return (float64(j) - float64(len(roads)-1)/2) * roadGap }

// nearest is the index of the line nearest to v among n lines gap apart.
func nearest(v, gap float64, n int) int {
	return min(max(int(math.Round(v/gap+float64(n-1)/2)), 0), n-1)
}

// inTown returns a point at some house of the grid.
func inTown(r *rand.Rand) spot {
	var s spot
	side := float64(1 - 2*r.IntN(2))
	if r.IntN(2) == 0 {
		i := r.IntN(len(avenues))
		s.way, s.x, s.y = avenues[i], avenueAt(i)+side*15, (r.Float64()-0.5)*roadGap*float64(len(roads))
	} else {
		j := r.IntN(len(roads))
		s.way, s.y, s.x = roads[j], roadAt(j)+side*15, (r.Float64()-0.5)*avenueGap*float64(len(avenues))
	}
	return s.named(side)
}

// atCrossing returns a point near the crossing of an avenue and a road.
func atCrossing(i, j int, dx, dy float64) spot {
	s := spot{x: avenueAt(i) + dx, y: roadAt(j) + dy, way: avenues[i]}
	return s.named(1)
}

func (s spot) named(side float64) spot {
	along := s.x + s.y + 4000 // one of the two hardly changes along a line
	number := 2*int(along/18) + 1
	if side < 0 {
		number++
	}
	s.corner = avenues[nearest(s.x, avenueGap, len(avenues))] + roads[nearest(s.y, roadGap, len(roads))] + "口"
	s.address = fmt.Sprintf("%s%s %d 号", streets()[s.street()].Name, s.way, number)
	return s
}

// outside returns a point on the ring road.
func outside(r *rand.Rand) spot {
	a, far := r.Float64()*2*math.Pi, 4500+r.Float64()*6000
	s := spot{x: far * math.Cos(a), y: far * math.Sin(a), way: "环城公路"}
	s.corner = fmt.Sprintf("环城公路 %d 公里处", 1+int(a/(2*math.Pi)*38))
	s.address = streets()[s.street()].Name + s.corner
	return s
}
