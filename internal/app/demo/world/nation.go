package world

import (
	"fmt"
	"math"
	"math/rand/v2"

	"nuanxin/internal/geo"
	"nuanxin/internal/region"
	"nuanxin/internal/station"
)

// province is where a province's stations are scattered: around its capital.
type province struct {
	code     string
	lat, lng float64
	km       float64 // how far from the capital counties lie
	weight   int
}

func provinces() []province {
	return []province{
		{"11", 39.90, 116.40, 40, 40}, {"12", 39.13, 117.20, 40, 28}, {"13", 38.04, 114.51, 110, 60}, {"14", 37.87, 112.55, 130, 40}, {"15", 40.84, 111.75, 160, 30},
		{"21", 41.80, 123.43, 110, 45}, {"22", 43.82, 125.32, 130, 30}, {"23", 45.80, 126.53, 160, 35}, {"31", 31.23, 121.47, 25, 45}, {"32", 32.06, 118.80, 110, 80},
		{"33", 30.27, 120.15, 100, 75}, {"34", 31.82, 117.23, 120, 60}, {"35", 26.07, 119.25, 70, 45}, {"36", 28.68, 115.86, 120, 45}, {"37", 36.65, 117.12, 130, 90},
		{"41", 34.75, 113.63, 130, 80}, {"42", 30.59, 114.31, 130, 60}, {"43", 28.23, 112.94, 130, 60}, {"44", 23.13, 113.26, 90, 110}, {"45", 22.82, 108.37, 100, 45},
		{"46", 19.70, 110.10, 50, 12}, {"50", 29.56, 106.55, 80, 40}, {"51", 30.57, 104.07, 130, 75}, {"52", 26.65, 106.63, 110, 40}, {"53", 25.04, 102.71, 130, 42},
		{"54", 29.65, 91.14, 120, 6}, {"61", 34.34, 108.94, 120, 42}, {"62", 36.06, 103.83, 120, 28}, {"63", 36.62, 101.78, 90, 9}, {"64", 38.49, 106.23, 80, 10}, {"65", 43.83, 87.62, 130, 26},
	}
}

// county is a county with a middle of its own, invented.
type county struct {
	code, name string
	lat, lng   float64
}

// nation invents stations all over the country.
type nation struct {
	r        *rand.Rand
	counties []county // as often as their province weighs
	sorts    []sort
	made     int
}

func newNation(r *rand.Rand) *nation {
	n := &nation{r: r, sorts: sorts()}
	for _, p := range provinces() {
		var own []county
		for _, city := range region.Children(p.code) {
			for _, c := range append(region.Children(city.Code), city) {
				if c.Level == region.County {
					own = append(own, p.place(c, r))
				}
			}
		}
		for i := range p.weight * 8 {
			if len(own) > 0 {
				n.counties = append(n.counties, own[i%len(own)])
			}
		}
	}
	return n
}

// place puts a county somewhere around its capital, nearer ones more often.
func (p province) place(c region.Region, r *rand.Rand) county {
	a, far := r.Float64()*2*math.Pi, p.km*1000*math.Sqrt(r.Float64())
	lat := p.lat + far*math.Sin(a)/degree
	return county{c.Code, c.Name, lat, p.lng + far*math.Cos(a)/(degree*math.Cos(lat*math.Pi/180))}
}

func (n *nation) station() Station {
	n.made++
	c := n.counties[n.r.IntN(len(n.counties))]
	s := n.sorts[drawSort(n.r, n.sorts)].station(n.r)
	lat := c.lat + n.r.NormFloat64()*2500/degree
	lng := c.lng + n.r.NormFloat64()*2500/(degree*math.Cos(lat*math.Pi/180))
	f := &s.Facts
	if f.Place != nil {
		place, err := station.PlaceFrom(geo.WGS84, math.Round(lat*1e6)/1e6, math.Round(lng*1e6)/1e6)
		if err != nil {
			place = nil
		}
		f.Place = place
	}
	f.Area, f.Address, s.Host = c.code, c.name+pick(n.r, avenues...)+fmt.Sprintf(" %d 号", 1+n.r.IntN(300)), ""
	f.Name = fmt.Sprintf("%s第 %d 驿站（示例）", c.name, n.made)
	return s
}
