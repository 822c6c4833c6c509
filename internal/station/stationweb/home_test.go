package stationweb_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/geo"
	"nuanxin/internal/station"
	"nuanxin/internal/station/stationweb"
	"nuanxin/internal/web/webtest"
)

func TestWordsAreComplete(t *testing.T) { webtest.Complete(t, stationweb.Texts()) }

// reading is one page with what must and must not stand on it.
type reading struct {
	about  string
	path   string
	status int // 200 when zero
	has    []string
	hasNot []string
}

func (r reading) check(t *testing.T, p phone) {
	t.Helper()
	status, body := p.get(r.path)
	if want := max(r.status, 200); status != want {
		t.Errorf("%s: got status %d, want %d", r.about, status, want)
	}
	from := 0
	for _, w := range r.has { // in this order
		i := strings.Index(body[from:], w)
		if i < 0 {
			t.Errorf("%s: got no %q (in this order), want it\n%s", r.about, w, plain(body))
			return
		}
		from += i
	}
	for _, w := range append(r.hasNot, "stations.") { // a key without words
		if strings.Contains(body, w) {
			t.Errorf("%s: got %q on the page, want it not", r.about, w)
		}
	}
}

// plain is the text of a page, for a test's message.
func plain(body string) string {
	var b strings.Builder
	depth := 0
	for _, r := range body {
		switch {
		case r == '<':
			depth = 1
		case r == '>':
			depth = 0
			b.WriteByte(' ')
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestHome(t *testing.T) {
	h := newHouse(t)
	lat, lng := me.In(geo.GCJ02)
	bdLat, bdLng := me.In(geo.BD09)
	for _, r := range []reading{
		{"the nearest open station comes first, then others, then what is nearer but shut", "/?" + meQuery, 0,
			[]string{"涪城区", "<h1", riders, "320", "24 小时亮灯", "换电", "示例", "进门：扫码", "导航过去", "现在开门", gym, "610 米", "22:00 关", centre, "740 米", "更近", post, "停电检修", "明天 8:00 开", "180 米", bare, "没写几点开", locked, "20 分钟前", "有人说门没开", "高德地图"},
			[]string{hidden, gone, nowhere, ">不知道你在哪<", "<script>alert", "内部"}},
		{"a position in the datum of Amap is the same place", "/?datum=gcj02&lat=" + num(lat) + "&lng=" + num(lng), 0, []string{riders, ">320<"}, nil},
		{"and in that of Baidu", "/?datum=bd09&lat=" + num(bdLat) + "&lng=" + num(bdLng), 0, []string{riders, ">320<"}, nil},
		{"one chip asks for a service; other chips keep it", "/?" + meQuery + "&services=toilet", 0, []string{riders, `href="/?services=charging,toilet"`}, []string{bare}},
		{"the chip that is on takes itself off", "/?" + meQuery + "&services=toilet", 0, []string{`<a href="/" aria-current="true"`, "厕所"}, nil},
		{"none close by: says so, and shows the far one", "/?" + meQuery + "&services=shower", 0, []string{"没有“洗澡”的驿站", "9 公里", far}, []string{riders}},
		{"none at all: says so, and how to ask for less", "/?" + meQuery + "&services=shower,toilet", 0, []string{"附近没有“厕所、洗澡”的驿站", "不挑了", "/help?topic=station"}, []string{"导航过去"}},
		{"a service that nobody knows is left out", "/?" + meQuery + "&services=gold", 0, []string{riders}, nil},
		{"day and night only", "/?" + meQuery + "&all_day=1", 0, []string{riders, far}, []string{gym}},
		{"open or not, by distance alone", "/?" + meQuery + "&open=0", 0, []string{post, "180", "关着，明天 8:00 开", bare, locked, riders}, []string{"更近，但"}},
		{"nowhere near any station", "/?lat=45.75&lng=126.65", 0, []string{"我这儿", "附近没找到驿站", "叫工会来这儿建一个"}, []string{"导航过去"}},
	} {
		r.check(t, h.phone())
	}
	reading{"in English", "/?" + meQuery, 0, []string{`lang="en"`, "Lit 24 h", "Navigate", "Open now", "till 22:00", "Nearer, but maybe not open now", "opens tomorrow 8:00", "Reported locked", "Amap"}, []string{"stations.", "导航"}}.check(t, h.phone().english())
}

func TestWithoutPosition(t *testing.T) {
	h := newHouse(t)
	for _, r := range []reading{
		{"nothing is known", "/", 0, []string{"选个地方", ">不知道你在哪<", "用手机定位", "我们不存", `action="/place"`}, []string{"没看懂", "公里", "导航过去"}},
		{"words instead of numbers", "/?lat=here&lng=there", 0, []string{"没看懂", ">不知道你在哪<"}, nil},
		{"half a position", "/?lat=31.4", 0, []string{"没看懂"}, nil},
		{"what broken receivers send", "/?lat=0&lng=0", 0, []string{"没看懂"}, nil},
		{"not a number", "/?lat=NaN&lng=NaN", 0, []string{"没看懂"}, nil},
		{"latitude and longitude exchanged", "/?lat=104.75&lng=31.46", 0, []string{"没看懂"}, nil},
		{"an unknown datum is not guessed at", "/?" + meQuery + "&datum=mars", 0, []string{"没看懂"}, nil},
		{"an area that is not in the list", "/?area=999999", 0, []string{"没看懂"}, nil},
		{"a landmark that is gone", "/?at=0190a1b2-0000-7000-8000-000000000000", 0, []string{"没看懂"}, nil},
		{"something hostile", "/?at=%3Cscript%3E&area=%22", 0, []string{"没看懂"}, []string{"<script>"}},
	} {
		r.check(t, h.phone())
	}
}

func TestOnlyTheAreaIsKnown(t *testing.T) {
	h := newHouse(t)
	for _, r := range []reading{
		{"all of the county, the open ones first, by name, also those not on the map, without distances", "/?area=510703", 0,
			[]string{"涪城区", "算不出远近", "涪城区的驿站", gym, nowhere, "还没上图", centre, riders, bare, "没写几点开", locked, post}, []string{" 米<", "公里", hidden, ">不知道你在哪<"}},
		{"only the open ones", "/?area=510703&open=1", 0, []string{`href="/" aria-current="true"`, gym, riders}, []string{bare, locked, post}},
		{"a street without any gives way to its county", "/?area=510703003", 0, []string{"还没有登记的驿站。下面是涪城区的", gym}, nil},
		{"a city offers its counties that have some", "/?area=5107", 0, []string{"/?area=510703", "涪城区", "/?area=510704", "/?area=510722"}, []string{"/?area=510781"}},
		{"chips work there, too", "/?area=510703&services=heat_meal", 0, []string{gym, riders}, []string{centre}},
		{"none with that", "/?area=510703&services=bed", 0, []string{"没有“床铺”", "叫工会来这儿建一个"}, []string{gym, "关着的也看"}},
		{"none with that open now", "/?area=510703&services=water&open=1", 0, []string{"没有“喝水”", `href="/?services=water"`, "关着的也看"}, []string{gym}},
	} {
		r.check(t, h.phone())
	}
}

func TestTimesOfDay(t *testing.T) {
	var day []station.Facts
	for _, f := range records() {
		if f.Name == gym || f.Name == centre {
			day = append(day, f)
		}
	}
	h := newHouseWith(t, day)
	for _, test := range []struct {
		at time.Time
		reading
	}{
		{start.Add(11*time.Hour + 45*time.Minute), reading{"a quarter of an hour before it closes", "/?" + meQuery, 0, []string{gym, "快关了，22:00 关"}, nil}},
		{start.Add(17 * time.Hour), reading{"at night none is open: the nearest is shown as closed, with when it opens", "/?" + meQuery, 0, []string{"5 公里以内没有开着的", gym, "关着，8:00 开", "导航过去", centre, "8:30 开"}, nil}},
		{time.Date(2027, 6, 1, 2, 0, 0, 0, time.UTC), reading{"a year whose holidays nobody has announced", h.path(centre), 0, []string{"放假安排没公布"}, nil}},
	} {
		h.clock.Set(test.at)
		test.check(t, h.phone())
	}
}

func TestPhoneRemembersWhereItWas(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	if status, to, _ := p.post("/here", url.Values{"lat": {"31.460012345"}, "lng": {"104.750012345"}}); status != 303 || to != "/" {
		t.Fatalf("here: got %d to %q, want 303 to the page without the position in its address", status, to)
	}
	u, err := http.NewRequest("GET", h.server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.client.Jar.Cookies(u.URL) {
		if c.Name == "here" && !strings.HasPrefix(c.Value, "p~31.4600~104.7500~") {
			t.Errorf("cookie: got %q, want the position with four decimals", c.Value)
		}
	}
	reading{"fresh", "/", 0, []string{riders, "刚刚定的位", "记在这台手机里"}, []string{"重新定位"}}.check(t, p)
	h.clock.Move(2 * time.Hour)
	reading{"two hours later its age is told", "/", 0, []string{riders, "，2 小时前定的位", "重新定位"}, nil}.check(t, p)
	reading{"the same address again does not make it fresh", "/?" + meQuery, 0, []string{"，2 小时前定的位"}, nil}.check(t, p)
	reading{"a position that makes no sense does not lose it", "/?lat=x&lng=y", 0, []string{"没看懂", riders}, nil}.check(t, p)
	p.post("/here", url.Values{"lat": {"0"}, "lng": {"0"}})
	reading{"nor does one that a broken receiver sent", "/", 0, []string{riders, "没看懂"}, nil}.check(t, p)
	h.clock.Move(40 * 24 * time.Hour)
	reading{"after a month it is forgotten", "/", 0, []string{">不知道你在哪<"}, nil}.check(t, p)
}

func TestForgedCookies(t *testing.T) {
	h := newHouse(t)
	for _, value := range []string{"p~1~2", "p~x~y~1", "p~31.46~104.75~99999999999", "a.999999~29000000", "~~~", "s.x~29663160", "a.~29663160"} {
		p := h.phone()
		r, err := http.NewRequest("GET", h.server.URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "here", Value: value})
		r.AddCookie(&http.Cookie{Name: "recent", Value: value})
		r.AddCookie(&http.Cookie{Name: "map", Value: value})
		if resp, body := p.do(r); resp.StatusCode != 200 || !strings.Contains(body, ">不知道你在哪<") {
			t.Errorf("cookie %q: got %d, want the page of who is nowhere", value, resp.StatusCode)
		}
	}
}

func TestHomeIsLightAndFromMemory(t *testing.T) {
	h := newHouse(t)
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/?" + meQuery, "/", "/?area=510703", "/place?q=fc", "/stations?area=51"} {
		status, body := h.phone().get(path)
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err1 := z.Write([]byte(body))
		if err := z.Close(); err != nil || err1 != nil {
			t.Fatal(err1, err)
		}
		if status != 200 || packed.Len() > 10<<10 {
			t.Errorf("%s without a database: got %d and %d bytes, want 200 and at most 10 KB", path, status, packed.Len())
		}
	}
}

func TestUnchangedPageIsNotSentAgain(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	for _, path := range []string{"/?" + meQuery, "/stations", "/place"} {
		r, err := http.NewRequest("GET", h.server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		first, _ := p.do(r)
		r.Header.Set("If-None-Match", first.Header.Get("ETag"))
		if again, _ := p.do(r); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s asked for again: got %d, want 304", path, again.StatusCode)
		}
	}
}
