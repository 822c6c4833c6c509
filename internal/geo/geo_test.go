package geo_test

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nuanxin/internal/geo"
)

func near(got, want, by float64) bool { return math.Abs(got-want) <= by }

func TestPublishedCheckValues(t *testing.T) {
	const lat, lng = 39.915, 116.404
	p := geo.Point{Lat: lat, Lng: lng}
	gLat, gLng := p.In(geo.GCJ02)
	if !near(gLat, 39.91640428150164, 1e-12) || !near(gLng, 116.41024449916938, 1e-12) {
		t.Errorf("WGS-84 to GCJ-02: got %v %v", gLat, gLng)
	}
	// The published way back takes one step; ours goes on until it is right.
	// They may differ by the error of one step, about a metre.
	once := geo.Point{Lat: 39.91359571849836, Lng: 116.39775550083061}
	exact := geo.From(geo.GCJ02, lat, lng)
	if d := exact.Distance(once); d > 2 {
		t.Errorf("GCJ-02 to WGS-84: got %v, %.2f m from the published value", exact, d)
	}
	if a, b := exact.In(geo.GCJ02); !near(a, lat, 1e-9) || !near(b, lng, 1e-9) {
		t.Errorf("GCJ-02 there and back: got %v %v, want %v %v", a, b, lat, lng)
	}
	// BD-09 to GCJ-02 and back, in terms of the exact inverse.
	a, b := geo.From(geo.GCJ02, lat, lng).In(geo.BD09)
	if !near(a, 39.92133699351021, 1e-9) || !near(b, 116.41036949371029, 1e-9) {
		t.Errorf("GCJ-02 to BD-09: got %v %v", a, b)
	}
	a, b = geo.From(geo.BD09, lat, lng).In(geo.GCJ02)
	if d := (geo.Point{Lat: a, Lng: b}).Distance(geo.Point{Lat: 39.90865673957631, Lng: 116.39762729119315}); d > 1 {
		t.Errorf("BD-09 to GCJ-02: got %v %v, %.2f m from the published value", a, b, d)
	}
}

func TestOutsideChinaNothingMoves(t *testing.T) {
	for _, p := range []geo.Point{{Lat: 48.8584, Lng: 2.2945}, {Lat: -33.86, Lng: 151.2}, {Lat: 40.7, Lng: -74}, {}} {
		for _, d := range []geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09} {
			if lat, lng := p.In(d); lat != p.Lat || lng != p.Lng {
				t.Errorf("%v in %v: got %v %v, want itself", p, d, lat, lng)
			}
			if got := geo.From(d, p.Lat, p.Lng); got != p {
				t.Errorf("%v from %v: got %v, want itself", p, d, got)
			}
		}
	}
}

func TestParseDatum(t *testing.T) {
	for text, want := range map[string]geo.Datum{"wgs84": geo.WGS84, "WGS-84": geo.WGS84, "gcj02": geo.GCJ02, "GCJ_02": geo.GCJ02, "bd09": geo.BD09, "bd09ll": geo.BD09} {
		if got, err := geo.ParseDatum(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "wgs72", "百度"} {
		if got, err := geo.ParseDatum(text); !errors.Is(err, geo.ErrDatum) {
			t.Errorf("%q: got %v, %v; want ErrDatum", text, got, err)
		}
	}
}

func TestValid(t *testing.T) {
	for _, c := range []struct {
		say                    string
		p                      geo.Point
		valid, inside, swapped bool
	}{
		{"Liaoyuan", geo.Point{Lat: 42.9, Lng: 125.14}, true, true, false},
		{"Liaoyuan with its numbers exchanged", geo.Point{Lat: 125.14, Lng: 42.9}, false, false, true},
		{"the zero point is on the globe but not in China", geo.Point{}, true, false, false},
		{"not a number", geo.Point{Lat: math.NaN(), Lng: 120}, false, false, false},
		{"infinite", geo.Point{Lat: 30, Lng: math.Inf(1)}, false, false, false},
		{"past the pole", geo.Point{Lat: 90.1, Lng: 120}, false, false, false},
	} {
		if v, in, sw := c.p.Valid(), c.p.InChina(), c.p.Swapped(); v != c.valid || in != c.inside || sw != c.swapped {
			t.Errorf("%s: got valid %v, in China %v, swapped %v; want %v, %v, %v", c.say, v, in, sw, c.valid, c.inside, c.swapped)
		}
	}
}

func TestDistanceAndBearing(t *testing.T) {
	beijing, shanghai := geo.Point{Lat: 39.9042, Lng: 116.4074}, geo.Point{Lat: 31.2304, Lng: 121.4737}
	if got := beijing.Distance(shanghai); !near(got, 1_067_300, 1_000) {
		t.Errorf("Beijing to Shanghai: got %.0f m, want about 1067 km", got)
	}
	if got := (geo.Point{}).Distance(geo.Point{Lng: 1}); !near(got, 111_195, 1) {
		t.Errorf("a degree on the equator: got %.1f m, want 111195", got)
	}
	if got := (geo.Point{Lat: 90}).Distance(geo.Point{Lat: -90}); !near(got, 20_015_114, 2) {
		t.Errorf("pole to pole: got %.0f m", got)
	}
	home := geo.Point{Lat: 42.9, Lng: 125.14}
	for i, want := range []geo.Compass{geo.North, geo.NorthEast, geo.East, geo.SouthEast, geo.South, geo.SouthWest, geo.West, geo.NorthWest} {
		for _, off := range []float64{-22, 0, 22} {
			deg := math.Mod(float64(i)*45+off+360, 360)
			if got := home.Compass(home.Toward(deg, 800)); got != want {
				t.Errorf("%v degrees: got %s, want %s", deg, got, want)
			}
		}
	}
	if got := home.Compass(home); got != geo.North {
		t.Errorf("nowhere to go: got %s, want north", got)
	}
	if got := geo.SouthWest.Key(); got != "compass.southwest" {
		t.Errorf("message key: got %s", got)
	}
}

func drawChina(r *rapid.T, name string) geo.Point {
	return geo.Point{Lat: rapid.Float64Range(3.5, 53.6).Draw(r, name+" lat"), Lng: rapid.Float64Range(73.5, 135.1).Draw(r, name+" lng")}
}

func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := drawChina(r, "p")
		d := rapid.SampledFrom([]geo.Datum{geo.WGS84, geo.GCJ02, geo.BD09}).Draw(r, "datum")
		lat, lng := p.In(d)
		if got := geo.From(d, lat, lng).Distance(p); got > 0.01 {
			r.Fatalf("%v through %v: off by %.3f m", p, d, got)
		}
		if moved := (geo.Point{Lat: lat, Lng: lng}).Distance(p); d != geo.WGS84 && (moved < 1 || moved > 3000) {
			r.Fatalf("%v in %v moved by %.0f m", p, d, moved)
		}
	})
}

func drawGlobe(r *rapid.T, name string) geo.Point {
	return geo.Point{Lat: rapid.Float64Range(-90, 90).Draw(r, name+" lat"), Lng: rapid.Float64Range(-180, 180).Draw(r, name+" lng")}
}

func TestDistanceIsAMetric(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b, c := drawGlobe(r, "a"), drawGlobe(r, "b"), drawGlobe(r, "c")
		ab, bc, ac := a.Distance(b), b.Distance(c), a.Distance(c)
		if a.Distance(a) != 0 || !near(ab, b.Distance(a), 1e-6) || ac > ab+bc+0.2 || ab < 0 {
			r.Fatalf("%v %v %v: %v %v %v", a, b, c, ab, bc, ac)
		}
		if deg := a.Bearing(b); !(deg >= 0 && deg < 360) {
			r.Fatalf("bearing %v", deg)
		}
	})
}

func inAny(ranges []geo.Range, p geo.Point) bool {
	for _, r := range ranges {
		if r.Contains(p.Cell()) {
			return true
		}
	}
	return false
}

func TestCapCoversItsPoints(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := drawGlobe(r, "p")
		radius := rapid.Float64Range(0, 200_000).Draw(r, "radius")
		ranges := geo.CoverCap(p, radius)
		if len(ranges) == 0 || len(ranges) > 24 {
			r.Fatalf("got %d ranges", len(ranges))
		}
		for i, x := range ranges {
			if x.From > x.To {
				r.Fatalf("range %d is empty", i)
			}
		}
		q := p.Toward(rapid.Float64Range(0, 360).Draw(r, "bearing"), radius*rapid.Float64Range(0, 1).Draw(r, "part"))
		if !inAny(ranges, q) {
			r.Fatalf("%v lies %.3f m from %v but in no range", q, p.Distance(q), p)
		}
	})
}

func TestCapIsTight(t *testing.T) {
	p := geo.Point{Lat: 42.9, Lng: 125.14}
	ranges := geo.CoverCap(p, 1000)
	for deg := 0.0; deg < 360; deg += 10 {
		if q := p.Toward(deg, 4000); inAny(ranges, q) {
			t.Errorf("a covering of 1 km reaches 4 km at %v degrees", deg)
		}
	}
	rect := geo.CoverRect(p.Toward(225, 1000), p.Toward(45, 1000))
	for deg := 0.0; deg < 360; deg += 10 {
		if q := p.Toward(deg, 4000); inAny(rect, q) {
			t.Errorf("a covering of a square of 1.4 km reaches 4 km at %v degrees", deg)
		}
	}
	if len(rect) == 0 || len(rect) > 24 {
		t.Errorf("a square has %d ranges", len(rect))
	}
	if got := geo.CoverCap(geo.Point{Lat: math.NaN()}, 10); got != nil {
		t.Errorf("an invalid point: got %v, want no ranges", got)
	}
}

func TestRectCoversItsPoints(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b := drawGlobe(r, "a"), drawGlobe(r, "b")
		sw := geo.Point{Lat: min(a.Lat, b.Lat), Lng: a.Lng} // a may be east of b: across 180
		ne := geo.Point{Lat: max(a.Lat, b.Lat), Lng: b.Lng}
		ranges := geo.CoverRect(sw, ne)
		for _, x := range ranges {
			if x.From > x.To {
				r.Fatalf("the range %v is backwards", x)
			}
		}
		part := func(name string) float64 { return rapid.Float64Range(0, 1).Draw(r, name) }
		width := math.Mod(ne.Lng-sw.Lng+360, 360)
		q := geo.Point{Lat: sw.Lat + (ne.Lat-sw.Lat)*part("x"), Lng: math.Mod(sw.Lng+width*part("y")+540, 360) - 180}
		if !inAny(ranges, q) {
			r.Fatalf("%v in no range of %v–%v", q, sw, ne)
		}
	})
	if got := geo.CoverRect(geo.Point{Lat: 2}, geo.Point{Lat: 1}); got != nil {
		t.Errorf("upside down: got %v, want no ranges", got)
	}
}

func TestCellThereAndBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := drawGlobe(r, "p")
		if d := geo.OfCell(p.Cell()).Distance(p); d > 0.02 {
			r.Fatalf("%v: off by %v m", p, d)
		}
	})
}

func TestNavLink(t *testing.T) {
	at := geo.Point{Lat: 39.915, Lng: 116.404}
	for i, w := range []struct {
		provider geo.Provider
		host     string
		key, val string
	}{
		{geo.Amap, "uri.amap.com", "to", "116.410244,39.916404,骑手之家 东门 1 & 2"},
		{geo.Baidu, "api.map.baidu.com", "title", "骑手之家 东门 1 & 2"},
		{geo.Tencent, "apis.map.qq.com", "tocoord", "39.916404,116.410244"},
	} {
		if geo.Providers()[i] != w.provider {
			t.Errorf("provider %d is %s, want %s", i, geo.Providers()[i], w.provider)
		}
		link := geo.NavLink(w.provider, "骑手之家,东门|1 & 2", at)
		u, err := url.Parse(link)
		if err != nil || u.Scheme != "https" || u.Host != w.host {
			t.Errorf("%s: got %s, %v", w.provider, link, err)
			continue
		}
		if got := u.Query().Get(w.key); got != w.val {
			t.Errorf("%s: got %q, want %q", w.provider, got, w.val)
		}
		if strings.Contains(link, "+") {
			t.Errorf("%s: a plus in %s", w.provider, link)
		}
	}
	if u, _ := url.Parse(geo.NavLink(geo.Baidu, "x", at)); u.Query().Get("location") == "39.916404,116.410244" || u.Query().Get("coord_type") != "bd09ll" {
		t.Errorf("Baidu's link is not in BD-09: %s", u)
	}
	if got := geo.NavLink(geo.Amap, "x", geo.Point{Lat: 91}); got != "" {
		t.Errorf("an invalid point: got %s, want no link", got)
	}
	if got := geo.NavLink("moon", "x", at); got != "" {
		t.Errorf("an unknown map: got %s, want no link", got)
	}
}

func FuzzFrom(f *testing.F) {
	f.Add(uint8(1), 39.915, 116.404)
	f.Add(uint8(2), 55.8271, 137.8347)
	f.Add(uint8(9), math.Inf(1), math.NaN())
	f.Fuzz(func(t *testing.T, d uint8, lat, lng float64) {
		p := geo.From(geo.Datum(d), lat, lng)
		if (geo.Point{Lat: lat, Lng: lng}).Valid() && !p.Valid() {
			t.Errorf("%v %v in %v became %v", lat, lng, geo.Datum(d), p)
		}
		p.Compass(geo.Point{Lat: lng, Lng: lat})
		geo.NavLink(geo.Amap, "", p)
	})
}

func ExamplePoint_Distance() {
	a, b := geo.Point{Lat: 42.8880, Lng: 125.1437}, geo.Point{Lat: 42.8906, Lng: 125.1450}
	fmt.Printf("%.0f m %s", a.Distance(b), a.Compass(b))
	// Output: 308 m north
}
