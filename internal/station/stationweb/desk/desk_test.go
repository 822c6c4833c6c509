package desk_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/hours"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
	"nuanxin/internal/station/intake"
	"nuanxin/internal/station/stationweb"
	"nuanxin/internal/station/stationweb/desk"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
	"nuanxin/internal/workday"
)

// start is a Tuesday, 10:00 in the civil zone.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

const hostOrg = "0190a1b2-0000-7000-8000-0000000000aa"

// people who come to the pages; the cookie "as" says who. All are invented.
var people = map[string]authz.Subject{
	"cadre":   staff("刘婷", authz.Grant{Role: authz.Cadre, Area: "220402"}),
	"city":    staff("周敏", authz.Grant{Role: authz.Cadre, Area: "2204"}),
	"leader":  staff("王宁", authz.Grant{Role: authz.Leader, Area: "2204"}),
	"sibling": staff("何平", authz.Grant{Role: authz.Cadre, Area: "220403"}),
	"host":    staff("老张", authz.Grant{Role: authz.Host, Org: hostOrg}),
	"foreign": staff("别家", authz.Grant{Role: authz.Host, Org: "0190a1b2-0000-7000-8000-0000000000bb"}),
	"partner": staff("住建", authz.Grant{Role: authz.Partner, Org: hostOrg}),
}

func staff(name string, g authz.Grant) authz.Subject {
	return authz.Subject{ID: "0190a1b2-0000-7000-8000-00000000000a", Kind: authz.Staff, Name: name, Grants: []authz.Grant{g}}
}

func as(who string) context.Context { return authz.With(context.Background(), people[who]) }

// defects is a small stand-in for the request domain.
type defects struct {
	open []desk.Defect
	said string
	err  error
}

func (d *defects) Open(context.Context, string) ([]desk.Defect, error) { return d.open, nil }

func (d *defects) Fixed(_ context.Context, id, words string) error {
	d.said, d.open = "fixed "+id+" "+words, nil
	return d.err
}

func (d *defects) NotYet(_ context.Context, id, reason, day string) error {
	d.said = "later " + id + " " + reason + " " + day
	return d.err
}

type hosts struct{}

func (hosts) HostsIn(context.Context, string) ([]desk.Host, error) {
	return []desk.Host{{ID: hostOrg, Name: "示例铁塔公司"}}, nil
}

// house is the pages over a fresh directory.
type house struct {
	*station.Service
	url     string
	clock   *clock.Fake
	defects *defects
	in      *intake.Service
	t       testing.TB
}

// cabinet keeps files in memory.
type cabinet struct{ sync.Map }

func (c *cabinet) Put(_ context.Context, id string, data []byte) error {
	c.Store(id, data)
	return nil
}

func (c *cabinet) Get(_ context.Context, id string) ([]byte, error) {
	data, ok := c.Load(id)
	if !ok {
		return nil, fault.New("cabinet", fault.Missing, "blob.missing")
	}
	return data.([]byte), nil
}

func newHouse(t testing.TB) *house {
	t.Helper()
	c := clock.At(start)
	d := dbtest.SQLite(t, c, []fs.FS{op.Schema, station.Schema})
	door := op.New(d, station.Policy)
	h := &house{Service: station.NewService(door, workday.Calendar{}), clock: c, defects: &defects{}, in: intake.NewService(door, &cabinet{}), t: t}
	routes := desk.Routes(desk.Config{Stations: h.Service, Intake: h.in, Album: album{}, Calendar: workday.Calendar{}, Frame: frame, Defects: h.defects, Hosts: hosts{},
		Changed: func(context.Context, station.ID) string { return "周敏" }, Name: func(context.Context, string) string { return "刘婷" }, Origin: "https://union.example"})
	s := &web.Site{Texts: web.NewTexts(ui.Texts(), stationweb.Texts(), desk.Texts()), Assets: web.NewAssets(), Clock: c, Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	mux := web.NewMux(routes, s.Assets.Routes(), web.SettingsRoutes())
	server := httptest.NewServer(s.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, err := r.Cookie("as"); err == nil {
			r = r.WithContext(authz.With(r.Context(), people[who.Value]))
		}
		mux.ServeHTTP(w, r)
	})))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func frame(ctx context.Context) ui.StaffPage {
	return ui.StaffPage{Org: "示例区总工会", User: authz.From(ctx).Name, UserSub: "示例", Home: desk.HrefStations, SignOut: "/sign-out",
		Nav: []ui.NavItem{{Text: "诉求", Icon: "inbox", Href: "/desk", Count: 12, Phone: true}, {Text: "驿站", Icon: "lamp", Href: desk.HrefStations, Phone: true}}}
}

func facts(name string) station.Facts {
	return station.Facts{Name: name, Area: "220402", Address: "人民大街1180号", Public: true, HostID: hostOrg, HostName: "示例铁塔公司", Note: "钥匙在门卫", Services: 5, Phones: []string{"0437-3200000"},
		Hours: hours.Table{Known: true, Rows: []hours.Row{{Days: hours.EveryDay, From: 8 * 60, To: 22 * 60}}, Printed: "8:00-22:00"}}
}

func (h *house) add(f station.Facts) station.View {
	h.t.Helper()
	d, err := h.Add(as("city"), "", f)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.get(d.ID)
}

func (h *house) get(id station.ID) station.View {
	h.t.Helper()
	v, err := h.Get(as("city"), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// reply is what came back.
type reply struct {
	status int
	body   string
	to     string // of a redirect, or the file's name of a download
}

func (h *house) do(who string, r *http.Request) reply {
	h.t.Helper()
	r.AddCookie(&http.Cookie{Name: "as", Value: who})
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return reply{resp.StatusCode, string(body), resp.Header.Get("Location") + resp.Header.Get("Content-Disposition")}
}

func (h *house) open(who, path string) reply {
	h.t.Helper()
	r, err := http.NewRequest("GET", h.url+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.do(who, r)
}

func (h *house) send(who, path string, v url.Values) reply {
	h.t.Helper()
	r, err := http.NewRequest("POST", h.url+path, strings.NewReader(v.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.do(who, r)
}

func (h *house) upload(who string, file []byte, v map[string]string) reply {
	h.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, s := range v {
		h.must(m.WriteField(k, s))
	}
	part, err := m.CreateFormFile("file", "list.csv")
	h.must(err)
	_, err = part.Write(file)
	h.must(err)
	h.must(m.Close())
	r, err := http.NewRequest("POST", h.url+desk.HrefImports, &body)
	h.must(err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return h.do(who, r)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// tells fails unless the reply has the status and all the words.
func (h *house) tells(about string, r reply, status int, words ...string) {
	h.t.Helper()
	if r.status != status {
		h.t.Errorf("%s: got status %d (%s), want %d", about, r.status, firstLine(r.body), status)
		return
	}
	for _, w := range words {
		if !strings.Contains(r.body, w) {
			h.t.Errorf("%s: got a page without %q", about, w)
		}
	}
}

var tags = regexp.MustCompile(`(?s)<(style|script|svg|symbol).*?</(style|script|svg|symbol)>|<[^>]*>|\s+`)

func firstLine(body string) string {
	text := tags.ReplaceAllString(body, " ")
	return text[:min(len(text), 200)]
}

func path(v station.View, more string) string { return desk.HrefStations + "/" + string(v.ID) + more }
func hostPath(v station.View, more string) string {
	return desk.HrefHost + "/" + string(v.ID) + more
}

func TestWordsAreComplete(t *testing.T) { webtest.Complete(t, desk.Texts()) }

func TestNoKeyIsShown(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	h.must(h.Reported(authz.AsSystem(context.Background(), "test"), v.ID, station.NoWater, start, "R1"))
	h.defects.open = []desk.Defect{{ID: "d1", Number: "R2", What: "没热水", At: start, Due: start.Add(time.Hour), Said: "等零件"}}
	key := regexp.MustCompile(`(stationdesk|station|sheet|import|fault|hours)\.[a-z_]+[a-z_.]*[^a-z_.(]`)
	for _, p := range []string{desk.HrefStations, desk.HrefStations + "/new", path(v, ""), path(v, "/edit"), path(v, "/hours"), path(v, "/days"), path(v, "/map"), path(v, "/close"), desk.HrefImports} {
		r := h.open("city", p)
		if found := key.FindString(r.body); found != "" {
			t.Errorf("%s: got the bare key %q", p, found)
		}
	}
	for _, p := range []string{desk.HrefHost, hostPath(v, ""), hostPath(v, "/poster")} {
		if found := key.FindString(h.open("host", p).body); found != "" {
			t.Errorf("%s: got the bare key %q", p, found)
		}
	}
}

func TestWhoComesHere(t *testing.T) {
	h := newHouse(t)
	v := h.add(facts("人民大街驿站"))
	for _, test := range []struct {
		about, who, path string
		want             int
	}{
		{"a cadre sees the list", "cadre", desk.HrefStations, 200},
		{"a leader sees the list", "leader", desk.HrefStations, 200},
		{"a host has no list of an area", "host", desk.HrefStations, 404},
		{"a partner has nothing here", "partner", desk.HrefStations, 404},
		{"a stranger has nothing here", "", desk.HrefStations, 404},
		{"a cadre sees a station", "cadre", path(v, ""), 200},
		{"a cadre of a sibling county does not, though it is public", "sibling", path(v, ""), 404},
		{"nor its form", "sibling", path(v, "/edit"), 404},
		{"a leader sees the station", "leader", path(v, ""), 200},
		{"but has no form for it", "leader", path(v, "/edit"), 403},
		{"its host may look at the record", "host", path(v, ""), 200},
		{"but not edit it", "host", path(v, "/edit"), 403},
		{"a host of another station does not see it", "foreign", path(v, ""), 404},
		{"a host sees its station", "host", hostPath(v, ""), 200},
		{"a host of another station misses it", "foreign", hostPath(v, ""), 404},
		{"a stranger misses it", "", hostPath(v, ""), 404},
		{"a partner misses it", "partner", hostPath(v, ""), 404},
		{"the poster is for those inside", "", hostPath(v, "/poster"), 404},
		{"a broken id is missing", "cadre", desk.HrefStations + "/x", 404},
		{"an id of nothing is missing", "cadre", desk.HrefStations + "/0190a1b2-0000-7000-8000-0000000000ff", 404},
		{"hosts have no imports", "host", desk.HrefImports, 404},
		{"leaders see imports", "leader", desk.HrefImports, 200},
		{"strangers have no template", "", desk.HrefImports + "/template.csv", 404},
		{"strangers have no export", "", desk.HrefStations + "/export.csv", 404},
		{"leaders add nothing", "leader", desk.HrefStations + "/new", 404},
	} {
		if got := h.open(test.who, test.path).status; got != test.want {
			t.Errorf("%s: got %d, want %d", test.about, got, test.want)
		}
	}
	for _, p := range []string{"/edit", "/hours", "/days", "/days/clear", "/mended", "/map", "/close"} {
		for _, who := range []string{"sibling", "foreign", "", "partner"} {
			if got := h.send(who, path(v, p), url.Values{}).status; got != 404 {
				t.Errorf("%q posts to %s: got %d, want 404", who, p, got)
			}
		}
	}
	for _, p := range []string{"/today", "/day", "/day/clear", "/mended", "/defects/d1/fixed", "/defects/d1/later"} {
		for _, who := range []string{"sibling", "foreign", "", "partner"} {
			if got := h.send(who, hostPath(v, p), url.Values{}).status; got != 404 {
				t.Errorf("%q posts to the host's %s: got %d, want 404", who, p, got)
			}
		}
	}
	if got := h.get(v.ID); got.Version != 1 || len(got.Live.Days) != 0 {
		t.Errorf("after all refusals: got version %d and days %v, want an untouched station", got.Version, got.Live.Days)
	}
}

func TestHiddenStationsShowToTheirKeepersOnly(t *testing.T) {
	h := newHouse(t)
	f := facts("样例站")
	f.Public, f.HostID = false, ""
	v := h.add(f)
	h.tells("its cadre", h.open("cadre", path(v, "")), 200, "样例站", "不公开", "钥匙在门卫")
	h.tells("a sibling", h.open("sibling", path(v, "")), 404)
	h.tells("the list names it", h.open("cadre", desk.HrefStations+"?show=hidden"), 200, "样例站")
}
