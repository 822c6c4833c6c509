package nearby

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func key(n int) (k Key) {
	binary.BigEndian.PutUint64(k[8:], uint64(n)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint32(k[:], uint32(n))
	return k
}

// haversine is the schoolbook distance, kept apart from the package's own.
func haversine(a, b Point) float64 {
	const rad = math.Pi / 180
	u, v := math.Sin((b.Lat-a.Lat)*rad/2), math.Sin((b.Lng-a.Lng)*rad/2)
	h := u*u + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*v*v
	return 2 * EarthRadius * math.Atan2(math.Sqrt(h), math.Sqrt(1-h))
}

// world scatters items by one of several habits, so that the hard places come up.
func world(r *rand.Rand, n int) []Item {
	habits := []func() Point{
		func() Point { return Point{r.Float64()*180 - 90, r.Float64()*360 - 180} },          // anywhere
		func() Point { return Point{31 + r.NormFloat64()*.05, 104 + r.NormFloat64()*.05} },  // a city
		func() Point { return Point{89.9 + r.Float64()*.1, r.Float64()*360 - 180} },         // the north pole
		func() Point { return Point{-90 + r.Float64()*.001, r.Float64()*360 - 180} },        // the south pole
		func() Point { return wrap(Point{r.NormFloat64(), 180 + r.NormFloat64()*.5}) },      // the antimeridian
		func() Point { return Point{31, 104 + float64(r.IntN(20))*.001} },                   // a row with doubles
		func() Point { return Point{float64(r.IntN(3)-1) * 90, float64(r.IntN(5)-2) * 90} }, // corners of the globe
	}
	items := make([]Item, n)
	for i := range items {
		p := habits[r.IntN(len(habits))]()
		items[i] = Item{
			Key: key(i), Lat: p.Lat, Lng: p.Lng, Hours: uint32(r.IntN(90)), Flags: Flags(r.IntN(4)),
			Services: r.Uint64() & r.Uint64() & r.Uint64(),
		}
	}
	return items
}

func wrap(p Point) Point {
	if p.Lng > 180 {
		p.Lng -= 360
	}
	return p
}

func openOdd(h uint32, at Minute) bool { return (uint64(h)+uint64(at))%3 == 0 }

func passes(it Item, f Filter) bool {
	return it.Services&f.Services == f.Services && it.Flags&f.With == f.With && it.Flags&f.Without == 0 &&
		(f.OpenAt == 0 || it.Hours != 0 && openOdd(it.Hours, f.OpenAt))
}

// bruteNearest is the answer by looking at all.
func bruteNearest(items []Item, from Point, k int, within float64, f Filter) []Hit {
	var all []Hit
	for _, it := range items {
		if d := haversine(from, Point{it.Lat, it.Lng}); passes(it, f) && (within <= 0 || d <= within) {
			all = append(all, Hit{it, d})
		}
	}
	slices.SortFunc(all, func(a, b Hit) int {
		if a.Metres < b.Metres {
			return -1
		}
		return 1
	})
	return all[:min(k, len(all))]
}

// sameNearest compares by distance (ties may come in another order by
// haversine, which rounds differently) and checks that each hit is a true one.
func sameNearest(t *testing.T, got, want []Hit, from Point, f Filter) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d hits, want %d (from %v, %+v)", len(got), len(want), from, f)
	}
	seen := map[Key]bool{}
	for i, h := range got {
		// A metre's rounding differs most for antipodes, where the chord is flat.
		if slack := 1e-5 + h.Metres*1e-8; math.Abs(h.Metres-want[i].Metres) > slack {
			t.Fatalf("hit %d from %v: got %.6f m, want %.6f m", i, from, h.Metres, want[i].Metres)
		}
		if !passes(h.Item, f) || seen[h.Key] {
			t.Fatalf("hit %d does not pass the filter or comes twice", i)
		}
		seen[h.Key] = true
	}
}

func randomFilter(r *rand.Rand) Filter {
	var f Filter
	for range r.IntN(3) {
		f.Services |= 1 << r.IntN(64)
	}
	if r.IntN(2) == 0 {
		f.OpenAt = Minute(1 + r.IntN(40))
	}
	if r.IntN(3) == 0 {
		f.With, f.Without = 1, 2
	}
	return f
}

func TestNearestMissesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 120 {
		items := world(r, r.IntN(600))
		x := New(openOdd)
		if err := x.Replace(items); err != nil {
			t.Fatal(err)
		}
		for range 40 {
			from := Point{r.Float64()*180 - 90, r.Float64()*360 - 180}
			if len(items) > 0 && r.IntN(2) == 0 {
				it := items[r.IntN(len(items))]
				from = Point{it.Lat, it.Lng}
			}
			k, within := 1+r.IntN(MaxNearest), []float64{0, 1, 3000, 400_000, 30_000_000}[r.IntN(5)]
			f := randomFilter(r)
			got := x.Nearest(nil, from, k, within, f)
			sameNearest(t, got, bruteNearest(items, from, k, within, f), from, f)
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
}

func TestEqualDistancesAreOrderedByKey(t *testing.T) {
	var items []Item
	for i := range 50 {
		items = append(items, Item{Key: key(i), Lat: 30, Lng: 120})
	}
	rand.New(rand.NewPCG(5, 6)).Shuffle(50, func(i, j int) { items[i], items[j] = items[j], items[i] })
	x := New(nil)
	_ = x.Replace(items)
	for i, h := range x.Nearest(nil, Point{30, 120.001}, 7, 0, Filter{}) {
		if h.Key != key(i) {
			t.Errorf("hit %d: got key %s, want %s", i, h.Key, key(i))
		}
	}
}

func TestWithinCountsAllAndTakesTheMiddle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 80 {
		items := world(r, r.IntN(500))
		x := New(openOdd)
		_ = x.Replace(items)
		for range 20 {
			a, b := r.Float64()*180-90, r.Float64()*180-90
			rect := Rect{min(a, b), r.Float64()*360 - 180, max(a, b), r.Float64()*360 - 180}
			f, limit := randomFilter(r), r.IntN(30)
			hits, total := x.Within(nil, rect, limit, f)
			var in []Item
			for _, it := range items {
				if rect.contains(it.Lat, it.Lng) && passes(it, f) {
					in = append(in, it)
				}
			}
			if total != len(in) {
				t.Fatalf("%v: got %d in all, want %d", rect, total, len(in))
			}
			sameNearest(t, hits, bruteNearest(in, rect.middle(), limit, 0, f), rect.middle(), f)
		}
	}
}

func TestContainsAcrossTheAntimeridian(t *testing.T) {
	fiji := Rect{South: -20, West: 177, North: -15, East: -178}
	for _, c := range []struct {
		about    string
		lat, lng float64
		want     bool
	}{
		{"west of the line", -17, 178, true},
		{"east of the line", -17, -179, true},
		{"on the line, from either side", -17, 180, true},
		{"on the line, from the other", -17, -180, true},
		{"on a border", -15, 177, true},
		{"the rest of the Earth", -17, 0, false},
		{"too far north", -14.9, 178, false},
	} {
		if got := fiji.contains(c.lat, c.lng); got != c.want {
			t.Errorf("%s: got %v, want %v", c.about, got, c.want)
		}
	}
	if m := fiji.middle(); math.Abs(m.Lng-179.5) > 1e-9 {
		t.Errorf("middle: got %v, want 179.5", m.Lng)
	}
}

func TestChangesAreSeenAtOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	items := world(r, 3000)
	x := New(openOdd)
	_ = x.Replace(items)
	truth := map[Key]Item{}
	for _, it := range items {
		truth[it.Key] = it
	}
	for round := range 300 {
		set, gone := randomChange(r, len(items), truth)
		if err := x.Apply(set, gone); err != nil {
			t.Fatal(err)
		}
		if x.Len() != len(truth) {
			t.Fatalf("round %d: got %d items, want %d", round, x.Len(), len(truth))
		}
		if round%10 != 0 {
			continue
		}
		left := make([]Item, 0, len(truth))
		for _, it := range truth {
			left = append(left, it)
		}
		from, f := Point{31, 104}, randomFilter(r)
		sameNearest(t, x.Nearest(nil, from, 50, 0, f), bruteNearest(left, from, 50, 0, f), from, f)
	}
	x.Settle()
	for k, want := range truth {
		if got, ok := x.Get(k); !ok || got != want {
			t.Fatalf("get %s: got %v %v, want %v", k, got, ok, want)
		}
	}
}

// randomChange draws a change, and makes it in truth.
func randomChange(r *rand.Rand, n int, truth map[Key]Item) (set []Item, gone []Key) {
	for _, it := range world(r, r.IntN(60)) {
		it.Key = key(r.IntN(n + 200))
		set = append(set, it)
	}
	for range r.IntN(20) {
		gone = append(gone, key(r.IntN(n+200)))
	}
	for _, it := range set {
		truth[it.Key] = it
	}
	for _, k := range gone {
		delete(truth, k)
	}
	return set, gone
}

func TestLargeChangeIsTakenInAtOnce(t *testing.T) {
	x := New(nil)
	items := world(rand.New(rand.NewPCG(9, 9)), full+500)
	if err := x.Apply(items, nil); err != nil {
		t.Fatal(err)
	}
	if s := x.state.Load(); len(s.extra) != 0 || s.len() != len(items) {
		t.Errorf("got %d beside the tree and %d in all, want 0 and %d", len(s.extra), s.len(), len(items))
	}
}

func TestRefusals(t *testing.T) {
	good := Item{Key: key(1), Lat: 30, Lng: 120}
	for _, c := range []struct {
		about string
		items []Item
	}{
		{"a latitude beyond the pole", []Item{good, {Key: key(2), Lat: 90.1}}},
		{"a longitude beyond the antimeridian", []Item{{Key: key(2), Lng: -180.5}}},
		{"a position that is no number", []Item{{Key: key(2), Lat: math.NaN()}}},
		{"a key that comes twice", []Item{good, good}},
	} {
		x := New(nil)
		if err := x.Replace(c.items); err == nil || x.Len() != 0 {
			t.Errorf("%s: got %v and %d items, want a refusal of all", c.about, err, x.Len())
		}
	}
	x := New(nil)
	_ = x.Replace([]Item{good})
	if hits := x.Nearest(nil, Point{math.NaN(), 0}, 5, 0, Filter{}); len(hits) != 0 {
		t.Errorf("from nowhere: got %d hits, want 0", len(hits))
	}
	if _, total := x.Within(nil, Rect{South: 10, North: -10}, 5, Filter{}); total != 0 {
		t.Errorf("a rectangle upside down: got %d, want 0", total)
	}
}

func TestOpenIsAskedOncePerScheduleAndMinute(t *testing.T) {
	var asked atomic.Int64
	answer := atomic.Bool{}
	answer.Store(true)
	x := New(func(uint32, Minute) bool { asked.Add(1); return answer.Load() })
	items := world(rand.New(rand.NewPCG(4, 4)), 2000)
	for i := range items {
		items[i].Hours = uint32(i % 8)
	}
	_ = x.Replace(items)
	all := Filter{OpenAt: 777}
	_, total := x.Within(nil, Rect{-90, -180, 90, 180}, 0, all)
	if total != 1750 || asked.Load() != 7 {
		t.Errorf("got %d open and %d questions, want 1750 and 7 (schedule 0 is unknown, never asked)", total, asked.Load())
	}
	x.Nearest(nil, Point{}, 50, 0, all)
	if asked.Load() != 7 {
		t.Errorf("asked again: got %d questions, want 7", asked.Load())
	}
	answer.Store(false)
	x.Forget()
	if _, total = x.Within(nil, Rect{-90, -180, 90, 180}, 0, all); total != 0 {
		t.Errorf("after Forget: got %d open, want 0", total)
	}
}

func TestQueriesAllocateNothing(t *testing.T) {
	x := New(openOdd)
	_ = x.Replace(world(rand.New(rand.NewPCG(1, 1)), 5000))
	_ = x.Apply([]Item{{Key: key(9000), Lat: 31, Lng: 104}}, []Key{key(3)})
	var room [32]Hit
	f := Filter{Services: 1, OpenAt: 99}
	if n := testing.AllocsPerRun(200, func() { x.Nearest(room[:0], Point{31, 104}, 20, 5e6, f) }); n != 0 {
		t.Errorf("Nearest: got %v allocations, want 0", n)
	}
}

func TestReadersSeeOneStateWhileChangesComeIn(t *testing.T) {
	// Every Apply moves one pair of items together: a reader must never see half.
	x := New(nil)
	_ = x.Replace(world(rand.New(rand.NewPCG(2, 2)), 2000))
	pair := func(lat float64) []Item {
		return []Item{{Key: key(5001), Lat: lat, Lng: 10, Services: 1 << 63}, {Key: key(5002), Lat: lat, Lng: 10, Services: 1 << 63}}
	}
	clearTop(t, x)
	_ = x.Apply(pair(0), nil)
	var stop atomic.Bool
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for !stop.Load() {
				hits := x.Nearest(nil, Point{0, 10}, 5, 0, Filter{Services: 1 << 63})
				if len(hits) != 2 || hits[0].Lat != hits[1].Lat {
					t.Errorf("got %v, want both of the pair in one place", hits)
					return
				}
			}
		})
	}
	noise := world(rand.New(rand.NewPCG(3, 3)), 2000)
	for i := range 400 {
		for j := range noise[i*5 : i*5+5] {
			noise[i*5+j].Services &^= 1 << 63
		}
		_ = x.Apply(append(pair(float64(i%80)), noise[i*5:i*5+5]...), nil)
	}
	stop.Store(true)
	readers.Wait()
	x.Settle()
}

// clearTop takes the topmost service from all items.
func clearTop(t *testing.T, x *Index) {
	t.Helper()
	items := x.Items()
	for i := range items {
		items[i].Services &^= 1 << 63
	}
	if err := x.Replace(items); err != nil {
		t.Fatal(err)
	}
}

func TestKeyIsAUUID(t *testing.T) {
	const id = "01932c07-aabb-7ccc-8ddd-eeff00112233"
	k, err := KeyOf(id)
	if err != nil || k.String() != id {
		t.Errorf("got %s, %v, want %s", k, err, id)
	}
	for _, bad := range []string{"", id[1:], id + "0", "01932c07xaabb-7ccc-8ddd-eeff00112233", "01932c07-aabb-7ccc-8ddd-eeff0011223g"} {
		if _, err := KeyOf(bad); err == nil {
			t.Errorf("%q: got no error", bad)
		}
	}
}

func TestMinuteOf(t *testing.T) {
	for _, c := range []struct {
		about string
		at    time.Time
		want  Minute
	}{
		{"the second before the next minute", time.Unix(119, 999), 1},
		{"a minute's first moment", time.Unix(120, 0), 2},
		{"before 1970 it still rounds down", time.Unix(-1, 0), -1},
	} {
		if got := MinuteOf(c.at); got != c.want {
			t.Errorf("%s: got %d, want %d", c.about, got, c.want)
		}
	}
}
