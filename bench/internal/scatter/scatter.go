// Package scatter makes the places that the benches measure on: points
// clustered as cities are, from a seed, all of them invented.
package scatter

import (
	"math"
	"math/rand/v2"
)

const cities = 340

// City is a centre and how far its places spread.
type City struct {
	Lat, Lng float64
	Spread   float64 // standard deviation in kilometres
	weight   float64 // running sum of sizes up to and with this city
}

// Country is a set of cities whose sizes fall off as Zipf's law says.
type Country struct{ cities []City }

// Place is one station to be.
type Place struct {
	Lat, Lng float64
	Services uint64
	Hours    uint32
}

// Rare is a service that one place in ten has; the other bits are commoner or rarer.
const Rare = uint64(1) << 3

// NewCountry draws the cities inside China's box, the east fuller than the west.
func NewCountry(seed uint64) *Country {
	r := rand.New(rand.NewPCG(seed, 1))
	c := &Country{}
	var sum float64
	for i := range cities {
		size := 1 / math.Pow(float64(i+1), .8)
		sum += size
		c.cities = append(c.cities, City{
			Lat: 21 + 28*r.Float64(), Lng: 135 - 55*math.Pow(r.Float64(), 1.4),
			Spread: 4 + 14*math.Sqrt(size), weight: sum,
		})
	}
	return c
}

// Point draws a position: in or near a city, or one time in twenty-five far out.
func (c *Country) Point(r *rand.Rand) (lat, lng float64) {
	if r.IntN(25) == 0 {
		return 18.2 + 35*r.Float64(), 73.6 + 61*r.Float64()
	}
	city := c.city(r.Float64() * c.cities[len(c.cities)-1].weight)
	spread := city.Spread / 111.2
	lat = clamp(city.Lat+r.NormFloat64()*spread, 18.2, 53.5)
	lng = clamp(city.Lng+r.NormFloat64()*spread/math.Cos(city.Lat*math.Pi/180), 73.6, 134.7)
	return lat, lng
}

func (c *Country) city(weight float64) City {
	for _, city := range c.cities {
		if city.weight >= weight {
			return city
		}
	}
	return c.cities[len(c.cities)-1]
}

// Places draws n places. A few schedules are kept by most of them.
func (c *Country) Places(seed uint64, n int) []Place {
	r := rand.New(rand.NewPCG(seed, 2))
	places := make([]Place, n)
	for i := range places {
		p := Place{Hours: uint32(Schedules * math.Pow(r.Float64(), 3))}
		p.Lat, p.Lng = c.Point(r)
		for bit, share := range []float64{.9, .6, .35, .1, .3, .2, .05, .02, .5, .15} {
			if r.Float64() < share {
				p.Services |= 1 << bit
			}
		}
		places[i] = p
	}
	return places
}

// Schedules is how many distinct schedules there are; number 0 is unknown.
const Schedules = 400

// Open reports whether a schedule is open at a minute since 1970 UTC. It is
// invented: about a tenth is always open, the rest keeps office or shop hours,
// some of it not at week-ends.
func Open(hours uint32, minute int64) bool {
	if hours == 0 {
		return false
	}
	if hours%10 == 1 {
		return true
	}
	local := minute + 8*60
	day, at := (local/1440+3)%7, local%1440 // day 0 is Monday
	from, to := int64(420+(hours*37)%180), int64(1020+(hours*53)%300)
	return at >= from && at < to && (hours%4 != 0 || day < 5)
}

func clamp(v, low, high float64) float64 { return max(low, min(v, high)) }
