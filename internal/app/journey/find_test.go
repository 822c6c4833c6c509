package journey

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/geo"
	"nuanxin/internal/web/webtest"
)

// openNow asks for what is open in that morning.
const openNow = "&open_at=2026-11-24T02:30:00Z"

// nearest is what the public API says of the stations around the place.
type nearest struct {
	Stations []struct {
		ID, Code, Name string
		Place          struct{ Lat, Lng float64 }
		Status         struct{ Status string }
		Services       []string
	}
}

func (h *house) nearest(t *testing.T, more string) nearest {
	t.Helper()
	_, text := h.get(t, "", "/api/v1/stations/nearest?lat=42.9000&lng=125.1400&datum=wgs84&limit=20"+more)
	var n nearest
	if err := json.Unmarshal([]byte(text), &n); err != nil || len(n.Stations) == 0 {
		t.Fatalf("nearest stations: got %v from %s", err, text)
	}
	return n
}

// located is the first page of somebody whose phone says where it is.
func (h *house) located(t *testing.T, v webtest.View, at [2]float64) *webtest.Page {
	t.Helper()
	p := h.browser.Open(t, h.url+"/", v)
	p.Locate(at[0], at[1])
	p.Click("[data-locate]")
	p.Wait(`!!document.querySelector('#near')`)
	return p
}

// A worker says where the phone is, sees the nearest open station, chooses one
// with a battery swap, and is led there by the map that was chosen once.
func TestWorkerFindsTheNearestOpenStation(t *testing.T) {
	h := open(t)
	p := h.located(t, phoneView(), here)
	open := h.nearest(t, openNow)
	first := open.Stations[0]
	if got := p.Text("#near"); got != first.Name {
		t.Errorf("nearest: got %q, want %q", got, first.Name)
	}
	reads(t, "nearest", p, "米，骑车约", "亮灯", "进门：", "附近还有", "按你的位置算的直线距离")
	if strings.Contains(p.Path(), "lat") {
		t.Errorf("located: got the position in the address %q", p.Path())
	}
	whole(t, "nearest", p)

	p.FollowNamed("洗澡")
	reads(t, "one chip", p, "洗澡")
	for _, s := range h.nearest(t, openNow+"&services=shower").Stations[:1] {
		if got := p.Text("#near"); got != s.Name {
			t.Errorf("with a shower: got %q, want %q", got, s.Name)
		}
	}
	p.FollowNamed("洗澡")
	p.FollowNamed("看详情")
	reads(t, "station", p, first.Name, "这里有什么", "怎么进门", "几点开", "登记的信息", "哪里不对？报给站长")
	whole(t, "station", p)
	asksWhichMap(t, h, p, geo.Point(first.Place))
}

// asksWhichMap presses "navigate": the first time it asks which map, then remembers.
func asksWhichMap(t *testing.T, h *house, p *webtest.Page, at geo.Point) {
	t.Helper()
	p.Named("导航过去")
	p.Wait(`document.querySelector('#maps').open`)
	whole(t, "maps", p)
	for name, want := range map[string]struct {
		host, place string // and the parameter that holds the place
		latFirst    bool
		datum       geo.Datum
	}{
		"amap":    {"uri.amap.com", "to", false, geo.GCJ02},
		"baidu":   {"api.map.baidu.com", "location", true, geo.BD09},
		"tencent": {"apis.map.qq.com", "tocoord", true, geo.GCJ02},
	} {
		href := webtest.Eval[string](p, `document.querySelector('[data-map-app="`+name+`"]').getAttribute('href')`)
		answer, _ := h.send(t, "GET", href, "", nil)
		to, err := url.Parse(answer.Header.Get("Location"))
		if err != nil || to.Host != want.host {
			t.Errorf("%s: got %q led to %q, want %s", name, href, answer.Header.Get("Location"), want.host)
			continue
		}
		lat, lng := at.In(want.datum)
		text := fmt.Sprintf("%.6f,%.6f", lng, lat)
		if want.latFirst {
			text = fmt.Sprintf("%.6f,%.6f", lat, lng)
		}
		if got := to.Query().Get(want.place); !strings.HasPrefix(got, text) {
			t.Errorf("%s: got led to %q, want %s", name, got, text)
		}
	}
}

// The choice of a map is kept, and the way there is told in that map's datum.
func TestNavigationRemembersTheMap(t *testing.T) {
	h := open(t)
	s := h.nearest(t, openNow).Stations[0]
	answer, _ := h.send(t, "GET", "/stations/"+s.Code+"/go?map=amap", "", nil)
	to, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || to.Host != "uri.amap.com" || to.Query().Get("to") == "" {
		t.Fatalf("go by amap: got %s %v, want a way in Amap", answer.Header.Get("Location"), err)
	}
	lat, lng := geo.Point(s.Place).In(geo.GCJ02)
	if to.Query().Get("coordinate") != "gaode" || !strings.HasPrefix(to.Query().Get("to"), fmt.Sprintf("%.6f,%.6f,", lng, lat)) {
		t.Errorf("go by amap: got %s, want GCJ-02 coordinates", to)
	}
	var chosen string
	for _, c := range answer.Cookies() {
		chosen += c.Name + "=" + c.Value + ";"
	}
	p := h.browser.Open(t, h.url+"/stations/"+s.Code, webtest.View{Cookies: cookiesOf(chosen)})
	if got := webtest.Eval[string](p, `[...document.querySelectorAll('a.btn--primary')].map(a=>a.href+(a.dataset.sheet||'')).join(' ')`); !strings.Contains(got, "map=amap") && !strings.Contains(got, "uri.amap.com") {
		t.Errorf("after choosing Amap: got the button lead to %q, want Amap at once", got)
	}
}

func cookiesOf(line string) map[string]string {
	all := map[string]string{}
	for _, kv := range strings.Split(strings.TrimSuffix(line, ";"), ";") {
		if k, v, ok := strings.Cut(kv, "="); ok {
			all[k] = v
		}
	}
	return all
}

// Who does not say where the phone is chooses a place, by characters, by pinyin
// or by initials.
func TestWorkerRefusesThePosition(t *testing.T) {
	h := open(t)
	p := h.browser.Open(t, h.url+"/", phoneView())
	p.Unlocate()
	p.Click("[data-locate]")
	p.Wait(`document.querySelectorAll('.toast').length === 2`) // looking, then not found
	if got := p.Text(".toast:last-child"); !strings.Contains(got, "选") {
		t.Errorf("refused: got %q, want what to do instead", got)
	}
	whole(t, "nowhere", p)
	for _, words := range []string{"站前街道", "zhanqian", "zqjd"} {
		p.Go(h.url + "/place")
		p.Type("#q", words)
		p.Follow("main form[action='/place'][method=get] button[type=submit]")
		reads(t, "place "+words, p, "站前街道")
		whole(t, "place "+words, p)
		p.FollowNamed("吉林省 辽源市 龙山区")
		reads(t, "in "+words, p, "站前街道")
		if rows := webtest.Eval[int](p, `document.querySelectorAll('a.row[href^="/stations/"]').length`); rows == 0 {
			t.Errorf("in %s: got no stations", words)
		}
	}
	p.Go(h.url + "/place?q=zqqszj")
	p.FollowNamed("站前骑手之家附近")
	if got := p.Text("#near"); got != "站前骑手之家" {
		t.Errorf("at a landmark: got %q as the nearest, want the landmark itself", got)
	}
	whole(t, "at a landmark", p)
}

// Without scripts the same way leads to the same station.
func TestWorkerFindsWithoutScripts(t *testing.T) {
	h := open(t)
	v := phoneView()
	v.NoJS = true
	p := h.browser.Open(t, h.url+"/", v)
	p.Type("#q", "zhanqian")
	p.Follow("main form[action='/place'][method=get] button[type=submit]")
	p.FollowNamed("站前骑手之家附近")
	p.FollowNamed("看详情")
	p.FollowNamed("导航过去")
	reads(t, "maps", p, "高德地图", "百度地图", "腾讯地图")
	p.Go(h.url + "/stations/" + h.nearest(t, openNow).Stations[0].Code)
	p.Named("没热水")
	p.Follow("#report button[type=submit]")
	reads(t, "reported", p, "没热水", "2026-1124-")
}

// Where there is no signal the last list is shown, with its age.
func TestWorkerWithoutSignal(t *testing.T) {
	h := open(t)
	p := h.located(t, phoneView(), here)
	p.Go(h.url + "/") // from the second visit on pages are kept
	p.Worker()
	p.Go(h.url + "/")
	kept := p.Text("#near")
	p.Wait(`(caches.match('/').then(hit=>{self.kept=!!hit}),self.kept)`)
	h.wire.set(true, false)
	p.Go(h.url + "/")
	if got := p.Text("#near"); got == "" || got != kept {
		t.Errorf("without a signal: got %q, want the last list with %q", got, kept)
	}
	if got := p.Text("[data-net]"); !strings.Contains(got, "存下的") {
		t.Errorf("without a signal: got %q, want how old the list is", got)
	}
	p.Go(h.url + "/help/find")
	if got := p.Text("main"); !strings.Contains(got, "没有网") && !strings.Contains(got, "没网") {
		t.Errorf("a page that was never kept: got %q, want that there is no network", got)
	}
	h.wire.set(false, false)
	p.Go(h.url + "/")
	if webtest.Eval[bool](p, `[...document.querySelectorAll('[data-net]')].some(b=>!b.hidden)`) {
		t.Errorf("with a signal again: got %q", p.Text("[data-net]"))
	}
}

// riders is the riders' home that the host qiuye runs.
func (h *house) riders(t *testing.T) (id, code, name string, at [2]float64) {
	t.Helper()
	for _, s := range h.nearest(t, openNow).Stations {
		if s.Name == "站前骑手之家" {
			return s.ID, s.Code, s.Name, [2]float64{s.Place.Lat, s.Place.Lng}
		}
	}
	t.Fatal("the demo has no riders' home near the station")
	return
}

// A worker says in two taps that something is broken; the host sees it, mends
// it, and the worker reads that.
func TestDefectGoesToTheHostAndBack(t *testing.T) {
	h := open(t)
	id, code, name, _ := h.riders(t)
	p := h.browser.Open(t, h.url+"/stations/"+code, phoneView())
	p.Named("没热水")
	p.Set("#report input[name=words]", "左边的龙头")
	p.Follow("#report button[type=submit]")
	reads(t, "reported", p, "没热水", name)
	number := numberIn.FindString(p.Path())
	whole(t, "reported", p)
	p.Go(h.url + "/help/" + number + "/add")
	reads(t, "to add a word", p, "站长看得到这句话")
	p.Set("main textarea[name=words]", "晚上八点以后")
	p.Follow("main form button[type=submit]:not([name])")
	reads(t, "added", p, "晚上八点以后")

	host := h.visit(t, "qiuye", "/host/"+id, phoneView())
	reads(t, "the host", host, "没热水", number, "左边的龙头", "晚上八点以后")
	whole(t, "the host", host)
	card := `[...document.querySelectorAll('main .card')].find(c=>c.innerText.includes('` + number + `')).querySelector('form[action$="/fixed"]')`
	webtest.Eval[bool](host, `(`+card+`.querySelector('input[name=words]').value='换了加热管',`+card+`.setAttribute('id','mend'),true)`)
	host.Follow("#mend button")
	hides(t, "the host, after", host.Text("main"), number)

	p.Go(h.url + "/help/" + number)
	reads(t, "mended", p, "换了加热管")
	whole(t, "mended", p)

	// The worker says no; the union has it now, and the station says again that it is mended.
	h.clock.Move(time.Minute)
	p.Go(h.url + "/help/" + number + "/unsolved")
	p.Follow(`main form[action$="/unsolved"] button[type=submit]`)
	deliver(t, h)
	h.clock.Move(time.Minute)
	host.Go(h.url + "/host/" + id)
	host.Follow(`form[action$="/mended"]:has(input[value=no_hot_water]) button`)
	deliver(t, h)
	p.Go(h.url + "/help/" + number)
	reads(t, "the station says", p, "驿站说修好了", "已经解决了")
	desk := h.matter(t, "liuting", number, deskView())
	reads(t, "the desk", desk, "驿站说修好了")
	whole(t, "the desk", desk)
	p.Follow(`[form="f-solved"]`)
	reads(t, "solved", p, "解决")
}

// deliver lets everybody hear what happened.
func deliver(t *testing.T, h *house) {
	t.Helper()
	if err := h.app.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
}
