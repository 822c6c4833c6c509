package stationweb_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/hours"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
	"nuanxin/internal/station/amenity"
	"nuanxin/internal/station/finder"
	"nuanxin/internal/station/stationweb"
	"nuanxin/internal/station/upkeep"
	"nuanxin/internal/web"
	"nuanxin/internal/web/api"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/workday"
)

// start is a Tuesday, 10:00 in the civil zone.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// me is where the reader stands: 涪城区 of 绵阳.
var me = geo.Point{Lat: 31.4600, Lng: 104.7500}

const meQuery = "lat=31.46&lng=104.75"

// house is a small directory of invented stations behind its pages.
type house struct {
	t        *testing.T
	server   *httptest.Server
	stations *station.Service
	finder   *finder.Finder
	db       *db.DB
	clock    *clock.Fake
	reporter *reporter
	done     map[string]station.Done // by name
}

// reporter keeps what was reported, once for each client-made id.
type reporter struct {
	mu    sync.Mutex
	calls map[string]string
	fail  error
}

// told returns what was reported so far.
func (r *reporter) told() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Values(r.calls))
}

func (r *reporter) Report(ctx context.Context, id station.ID, what station.What, words string) (number, token string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return "", "", r.fail
	}
	call := op.CallOf(ctx).ClientID
	if _, told := r.calls[call]; !told {
		r.calls[call] = fmt.Sprintf("%s %s %s", id, what, words)
	}
	return "2026-1124-0001", "geheim", nil
}

var (
	cadre   = authz.With(context.Background(), authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000a", Kind: authz.Staff, Grants: []authz.Grant{{Role: authz.Cadre}}})
	program = authz.AsSystem(context.Background(), "test")
)

func daily(from, to int) hours.Table {
	return hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: from * 60, To: to * 60}}, Printed: fmt.Sprintf("%d:00-%d:00", from, to)}
}

func set(codes ...amenity.Code) amenity.Set {
	s, unknown := amenity.Of(codes...)
	if unknown != nil {
		panic(unknown)
	}
	return s
}

// at is a place so many metres from the reader.
func at(bearing, metres float64) *station.Place {
	p := me.Toward(bearing, metres)
	place, err := station.PlaceFrom(geo.WGS84, p.Lat, p.Lng)
	if err != nil {
		panic(err)
	}
	return place
}

// Names of the stations that tests ask for.
const (
	riders  = "骑手之家·人民大街站"
	gym     = "体育馆工会驿站"
	centre  = "职工服务中心驿站"
	post    = "邮政支局驿站"
	bare    = "南河公园歇脚点"
	locked  = "东街口驿站"
	nowhere = "城北物流园驿站"
	hidden  = "样例驿站"
	far     = "游仙客运站驿站"
	hostile = `"><script>alert(1)</script>`
	gone    = "老火车站驿站"
)

func records() []station.Facts {
	common := station.Facts{Area: "510703", Public: true}
	make := func(name string, change func(*station.Facts)) station.Facts {
		f := common
		f.Name = name
		change(&f)
		return f
	}
	return []station.Facts{
		make(riders, func(f *station.Facts) {
			f.Place, f.Hours, f.Address = at(58, 320), daily(0, 24), "人民大街 1180 号，铁塔公司一楼，门朝南"
			f.Services = set("rest", "hot_water", "heat_meal", "charging", "battery_swap", "toilet", "first_aid", "wifi")
			f.Entry = station.Entry{Method: station.MemberCode, How: "白天直接进。22:00 到 6:00 扫门口的码。"}
			f.Phones, f.HostName = []string{"0816-2345678", "138****6207"}, "示例市铁塔公司"
			f.OtherNames, f.Honours = []string{"骑手驿站"}, []station.Honour{{Name: "最美工会户外劳动者服务站点", Level: "national", Year: 2023}}
			f.Size, f.Capacity, f.Stars, f.Smart, f.Demo = station.Size{Metres: 118, About: true}, 20, 5, true, true
			f.Life = upkeep.Life{Operator: "示例物业", Keeper: "王某", Funds: "约30万元", Built: "2023-05", Accepted: "2023-06-01", Extended: true,
				Listings: []upkeep.Listing{{Map: "amap", Since: upkeep.Yes, Point: "B0FFG9XYZ1"}, {Map: "app", Since: "2023"}}}
			f.Pictures = []station.Picture{{File: "photo1", Thumb: "thumb1", At: start}, {File: "photo2", Thumb: "thumb2", At: start}, {File: "photo3", Thumb: "thumb3", At: start}}
			f.Source, f.SourceDate, f.Note = "https://example.org/list", "2025-09-16", "内部备注"
		}),
		make(gym, func(f *station.Facts) {
			f.Place, f.Hours, f.Address = at(80, 610), daily(8, 22), "体育馆路 2 号"
			f.Services, f.Entry.Method = set("heat_meal", "charging", "toilet"), station.WalkIn
		}),
		make(centre, func(f *station.Facts) {
			f.Place, f.Services = at(200, 740), set("haircut", "hot_water", "toilet")
			f.Hours = hours.Table{Known: true, Rows: []hours.Row{{Days: hours.Workdays, From: 510, To: 1050}}, Printed: "工作日 8:30-17:30"}
		}),
		make(post, func(f *station.Facts) { f.Place, f.Hours, f.Services = at(320, 180), daily(8, 18), set("water") }),
		make(bare, func(f *station.Facts) { f.Place, f.Badge = at(140, 250), station.BadgeNone }),
		make(locked, func(f *station.Facts) { f.Place, f.Hours, f.Services = at(270, 290), daily(8, 20), set("toilet") }),
		make(nowhere, func(f *station.Facts) {
			f.Hours, f.Address, f.Phones = daily(7, 23), "城北物流园 3 号门", []string{"0816-7654321"}
		}),
		make(hidden, func(f *station.Facts) { f.Place, f.Public = at(10, 50), false }),
		make(far, func(f *station.Facts) {
			f.Place, f.Area, f.Hours, f.Services = at(90, 9000), "510704", daily(0, 24), set("shower")
		}),
		make(hostile, func(f *station.Facts) {
			f.Place, f.Area, f.Address, f.Source = at(180, 60_000), "510722", `<img src=x onerror=alert(2)>`, "javascript:alert(3)"
			f.Hours, f.Services, f.Phones = hours.Table{Printed: "<b>看情况</b>"}, set("bed"), []string{`1"onclick=alert(4)`}
		}),
		make(gone, func(f *station.Facts) { f.Place, f.Hours = at(30, 100), daily(8, 20) }),
	}
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseWith(t, records())
}

func newHouseWith(t *testing.T, facts []station.Facts) *house {
	t.Helper()
	c := clock.At(start)
	d := dbtest.SQLite(t, c, []fs.FS{op.Schema, station.Schema})
	s := station.NewService(op.New(d, station.Policy), workday.Calendar{})
	h := &house{t: t, stations: s, db: d, finder: finder.New(s, workday.Calendar{}, c), clock: c, reporter: &reporter{calls: map[string]string{}}, done: map[string]station.Done{}}
	for _, f := range facts {
		done, err := s.Add(cadre, "", f)
		if err != nil {
			t.Fatalf("add %s: %v", f.Name, err)
		}
		h.done[f.Name] = done
	}
	h.happen()
	if err := h.finder.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.serve()
	return h
}

// happen makes what happened to the stations today.
func (h *house) happen() {
	if _, ok := h.done[post]; !ok {
		return
	}
	_, err1 := h.stations.SetDay(cadre, h.done[post].ID, hours.Special{Day: "2026-11-24", Reason: "停电检修"})
	err2 := h.stations.Reported(program, h.done[locked].ID, station.Locked, start.Add(-20*time.Minute), "2026-1124-0009")
	_, err3 := h.stations.CloseForGood(cadre, h.done[gone].ID, 1, "拆迁")
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) serve() {
	config := stationweb.Config{Stations: h.stations, Finder: h.finder, Reporter: h.reporter,
		Photo: func(_ context.Context, name string) ([]byte, error) { return []byte("bytes of " + name), nil },
		Hold: func(w http.ResponseWriter, _ *http.Request, number, secret string) {
			http.SetCookie(w, &http.Cookie{Name: "held", Value: number + "." + secret})
		}}
	a := api.New("test")
	stationweb.Register(a, config)
	site := &web.Site{Texts: web.NewTexts(ui.Texts(), stationweb.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Clock: h.clock, Log: slog.New(slog.DiscardHandler)}
	help := web.Route{Method: "GET", Pattern: "/help/", Action: "test.help", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<h1>progress</h1>") })}
	h.server = httptest.NewServer(site.Handler(web.NewMux(stationweb.Routes(config), a.Routes(), site.Assets.Routes(), web.SettingsRoutes(), []web.Route{help})))
	h.t.Cleanup(h.server.Close)
}

// phone is a browser without scripts: it keeps cookies.
type phone struct {
	h      *house
	client *http.Client
}

func (h *house) phone() phone {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return phone{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// english makes the phone ask for English pages.
func (p phone) english() phone {
	u, err := url.Parse(p.h.server.URL)
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.client.Jar.SetCookies(u, []*http.Cookie{{Name: "lang", Value: "en"}})
	return p
}

func (p phone) do(r *http.Request) (*http.Response, string) {
	p.h.t.Helper()
	resp, err := p.client.Do(r)
	if err != nil {
		p.h.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		p.h.t.Fatal(err)
	}
	return resp, string(body)
}

// get opens a page and returns its status and body.
func (p phone) get(path string) (int, string) {
	p.h.t.Helper()
	r, err := http.NewRequest("GET", p.h.server.URL+path, nil)
	if err != nil {
		p.h.t.Fatal(err)
	}
	resp, body := p.do(r)
	return resp.StatusCode, body
}

// post sends a form and returns the status, where it leads, and the body.
func (p phone) post(path string, form url.Values) (status int, to, body string) {
	p.h.t.Helper()
	r, err := http.NewRequest("POST", p.h.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.h.server.URL)
	resp, body := p.do(r)
	return resp.StatusCode, resp.Header.Get("Location"), body
}

func (h *house) path(name string) string { return "/stations/" + h.done[name].Code }

func busy() error { return fault.New("test", fault.Busy, "failure.busy.text") }
