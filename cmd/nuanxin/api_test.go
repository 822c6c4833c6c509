package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"nuanxin/internal/geo"
	"nuanxin/internal/id"
)

const api = "/api/v1"

// created is the answer to a new request.
type created struct{ ID, Number, Secret, By, Who, Status string }

// capture makes a request, which has to be taken.
func (c *client) capture(t *testing.T, body string, head ...string) (out created) {
	t.Helper()
	a := c.postJSON(t, api+"/requests", body, head...)
	if a.status != http.StatusCreated {
		t.Fatalf("POST /requests %s: got %d %s, want 201", body, a.status, a.body)
	}
	a.read(t, &out)
	return out
}

// stationsOut is the answer of nearest, search and sync.
type stationsOut struct {
	Stations []struct {
		ID, Code, Name string
		DistanceM      *float64 `json:"distance_m"`
		Place          *struct{ Datum string }
		Reports        []struct{ What string }
		Status         struct{ Status string }
	}
	Tombstones []struct{ ID string }
	Next       string
	More       bool
	ServerTime time.Time `json:"server_time"`
}

func (o stationsOut) names() string {
	var all []string
	for _, s := range o.Stations {
		all = append(all, strings.TrimSuffix(strings.TrimPrefix(s.Name, "示例："), "驿站"))
	}
	return strings.Join(all, " ")
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, where []string) {
		c := found(t, where)
		for _, part := range []struct {
			name string
			test func(*testing.T, *county)
		}{
			{"health", health}, {"metrics", metrics}, {"openapi", describes}, {"nearest", nearest}, {"station", one},
			{"requests", requests}, {"acts", acts}, {"sync", follow}, {"failures", failures},
		} {
			t.Run(part.name, func(t *testing.T) { part.test(t, c) })
		}
	})
}

func health(t *testing.T, c *county) {
	var h struct {
		Status, Version string
		Stations        int
	}
	if c.client().getJSON(t, "/healthz", &h); h.Status != "ok" || h.Version == "" || h.Stations != ownStations {
		t.Errorf("got %+v", h)
	}
}

// metrics reads /metrics as Prometheus does.
func metrics(t *testing.T, c *county) {
	a := c.client().get(t, "/metrics")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(a.body))
	if err != nil || a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("got %d, %s, %v", a.status, a.header.Get("Content-Type"), err)
	}
	for _, name := range []string{"nuanxin_http_seconds", "nuanxin_http_answers_total", "nuanxin_events", "nuanxin_stations", "nuanxin_build", "go_goroutines", "process_resident_memory_bytes"} {
		if families[name] == nil || len(families[name].Metric) == 0 {
			t.Errorf("%s is promised and absent", name)
		}
	}
	if f := families["nuanxin_stations"]; f != nil && f.Metric[0].GetGauge().GetValue() != ownStations {
		t.Errorf("nuanxin_stations: got %v, want %d", f.Metric[0], ownStations)
	}
	for _, m := range families["nuanxin_events"].GetMetric() {
		for _, l := range m.Label {
			if l.GetValue() == "given_up" && m.GetGauge().GetValue() != 0 {
				t.Errorf("events were given up: %v", m)
			}
		}
	}
}

// describes holds the OpenAPI document against the list of routes, and against
// itself: it is 3.1, every operation has an id of its own and answers, every
// parameter of a path is declared, and every reference leads somewhere.
func describes(t *testing.T, c *county) {
	type operation struct {
		OperationID string `json:"operationId"`
		Summary     string
		Parameters  []struct{ Name, In string }
		Responses   map[string]struct{ Content map[string]json.RawMessage }
	}
	var doc struct {
		OpenAPI    string
		Info       struct{ Title, Version string }
		Paths      map[string]map[string]operation
		Components struct{ Schemas map[string]json.RawMessage }
	}
	a := c.client().get(t, api+"/openapi.json")
	if a.read(t, &doc); a.status != http.StatusOK || !strings.HasPrefix(doc.OpenAPI, "3.1.") || doc.Info.Title == "" || doc.Info.Version == "" {
		t.Fatalf("got %d, OpenAPI %q, %+v", a.status, doc.OpenAPI, doc.Info)
	}
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op.OperationID == "" || ids[op.OperationID] || op.Summary == "" || len(op.Responses) < 2 {
				t.Errorf("%s %s: no id or not of its own, no summary, or no answers: %+v", method, path, op)
			}
			ids[op.OperationID] = true
			for _, part := range strings.Split(path, "/") {
				if name := strings.Trim(part, "{}"); name != part && !slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool { return p.Name == name && p.In == "path" }) {
					t.Errorf("%s %s: %s is not declared", method, path, part)
				}
			}
			for status, r := range op.Responses {
				if status >= "4" && r.Content["application/problem+json"] == nil {
					t.Errorf("%s %s: the failure %s is not described as problem+json", method, path, status)
				}
			}
		}
	}
	for _, r := range routes(t) {
		if strings.HasPrefix(r.Pattern, "/api/") && !strings.HasPrefix(r.Pattern, api+"/openapi") && doc.Paths[r.Pattern][strings.ToLower(r.Method)].OperationID == "" {
			t.Errorf("%s %s is not in the document", r.Method, r.Pattern)
		}
	}
	for _, piece := range strings.Split(a.body, `"$ref":"#/components/schemas/`)[1:] {
		if name, _, _ := strings.Cut(piece, `"`); doc.Components.Schemas[name] == nil {
			t.Errorf("the schema %s is used and not there", name)
		}
	}
}

// at is a position by the east gate, in a datum.
func at(d geo.Datum) string {
	lat, lng := geo.Point{Lat: 31.4601, Lng: 104.7401}.In(d)
	return fmt.Sprintf("lat=%.6f&lng=%.6f&datum=%s", lat, lng, d)
}

func nearest(t *testing.T, c *county) {
	here := at(geo.WGS84)
	var all stationsOut
	c.client().getJSON(t, api+"/stations/nearest?"+here, &all)
	gate := all.Stations[0]
	night := "open_at=" + url.QueryEscape("2026-11-24T23:30:00+08:00")
	for _, test := range []struct{ about, query, want string }{
		{"all", here, "东门 西门 南桥 北坝"},
		{"without a datum", "lat=31.4601&lng=104.7401", "东门 西门 南桥 北坝"},
		{"in GCJ-02", at(geo.GCJ02), "东门 西门 南桥 北坝"},
		{"in BD-09", at(geo.BD09), "东门 西门 南桥 北坝"},
		{"with a service", here + "&services=battery_swap", "南桥"},
		{"with two, at once", here + "&services=hot_water,toilet", "东门"},
		{"open at night", here + "&" + night, "东门 南桥 北坝"},
		{"within a reach", here + "&within_m=800", "东门 西门"},
		{"at most", here + "&limit=1", "东门"},
		{"no limit of reach", here + "&within_m=0&limit=50", "东门 西门 南桥 北坝"},
	} {
		var got stationsOut
		if c.client().getJSON(t, api+"/stations/nearest?"+test.query, &got); got.names() != test.want || got.ServerTime.IsZero() {
			t.Errorf("%s: got %q, want %q", test.about, got.names(), test.want)
		}
		last := 0.0
		for _, s := range got.Stations {
			if s.DistanceM == nil || *s.DistanceM < last || s.Place == nil || s.Place.Datum != "wgs84" {
				t.Errorf("%s: %s has no distance, is out of order or in another datum", test.about, s.Name)
			} else {
				last = *s.DistanceM
			}
		}
		if first := got.Stations[0]; first.Code == gate.Code && (*first.DistanceM < 5 || *first.DistanceM > 30) { // 14.6 m by WGS-84; datums are undone within a metre or two
			t.Errorf("%s: the gate is %v m away, want some 15", test.about, *first.DistanceM)
		}
	}
	for about, query := range map[string]string{
		"no position": "", "half a position": "lat=31.46", "words": "lat=here&lng=there", "another planet": "lat=31.46&lng=104.74&datum=mars", "not in China": "lat=0&lng=0",
		"no such service": here + "&services=gold", "no time": here + "&open_at=now", "a negative reach": here + "&within_m=-1", "a reach of words": here + "&within_m=far",
		"no limit": here + "&limit=0", "too many": here + "&limit=51", "beyond numbers": "lat=NaN&lng=Inf",
	} {
		refuses(t, about, c.client().get(t, api+"/stations/nearest?"+query), 422, "invalid")
	}
}

// refuses wants a problem document with a code, whole and with the same status
// as the answer's.
func refuses(t *testing.T, about string, a answer, status int, code string) {
	t.Helper()
	var p struct {
		Type, Title, Code string
		Status            int
		RequestID         string `json:"request_id"`
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%s: got %d as %s: %s", about, a.status, kind, a.body)
		return
	}
	a.read(t, &p)
	if a.status != status || p.Status != status || p.Code != code || p.Type == "" || p.Title == "" {
		t.Errorf("%s: got %d %s, want %d and the code %s", about, a.status, a.body, status, code)
	}
	for _, inside := range []string{"goroutine", "select ", "sql", "panic", ".go:"} {
		if strings.Contains(a.body, inside) {
			t.Errorf("%s: the answer tells of our insides: %s", about, a.body)
		}
	}
}

func one(t *testing.T, c *county) {
	var list stationsOut
	c.client().getJSON(t, api+"/stations/nearest?limit=1&"+at(geo.WGS84), &list)
	s := list.Stations[0]
	for _, name := range []string{s.ID, s.Code} {
		var got struct{ ID, Code, Name string }
		if c.client().getJSON(t, api+"/stations/"+name, &got); got.ID != s.ID || got.Code != s.Code || got.Name != s.Name {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	for about, name := range map[string]string{"an id of nothing": id.New[string](), "a code of nothing": "00000000", "no id": "a%27b", "too long": strings.Repeat("9", 40)} {
		refuses(t, about, c.client().get(t, api+"/stations/"+name), 404, "missing")
	}
}

func requests(t *testing.T, c *county) {
	me, key := c.client(), id.New[string]()
	draft := `{"words":"电动车在楼下被锁了","topic":"gate","place":{"text":"东门","area":"` + area + `"}}`
	first := me.capture(t, draft, "Idempotency-Key", key)
	if len(first.Secret) != 26 || first.Number == "" || first.Who == "" || first.Status != "received" {
		t.Errorf("got %+v", first)
	}
	if again := me.capture(t, draft, "Idempotency-Key", key); again != first {
		t.Errorf("the same again: got %+v, want %+v", again, first)
	}
	if again := me.capture(t, strings.Replace(draft, "{", `{"client_id":"`+key+`",`, 1)); again != first {
		t.Errorf("the same with its id in the body: got %+v, want %+v", again, first)
	}
	refuses(t, "another content under the same id", me.postJSON(t, api+"/requests", `{"words":"别的事"}`, "Idempotency-Key", key), 409, "conflict")
	if other := me.capture(t, draft); other.Number == first.Number || other.Secret == first.Secret {
		t.Errorf("without an id: got %+v, the same as before", other)
	}
	var p struct {
		Number, Words, Status string
		Timeline              []struct{ Kind string }
	}
	if me.getJSON(t, api+"/requests/"+first.Number, &p, "X-Request-Secret", first.Secret); p.Number != first.Number || p.Words != "电动车在楼下被锁了" || len(p.Timeline) == 0 {
		t.Errorf("progress: got %+v", p)
	}
	for about, a := range map[string]answer{
		"without the secret":        me.get(t, api+"/requests/"+first.Number),
		"with another's secret":     me.get(t, api+"/requests/"+first.Number, "X-Request-Secret", strings.Repeat("a", 26)),
		"the secret in the address": me.get(t, api+"/requests/"+first.Number+"?secret="+first.Secret),
		"a number of nothing":       me.get(t, api+"/requests/1999-0101-0001", "X-Request-Secret", first.Secret),
	} {
		refuses(t, about, a, 404, "missing")
	}
	for about, body := range map[string]string{
		"nothing": `{}`, "no JSON": `{"words":`, "an unknown member": `{"words":"x","role":"admin"}`, "a topic that is none": `{"words":"x","topic":"moon"}`, "a place in the sea": `{"words":"x","place":{"lat":0,"lng":0}}`,
	} {
		a := me.postJSON(t, api+"/requests", body)
		if a.status != 400 && a.status != 422 {
			t.Errorf("%s: got %d", about, a.status)
		}
		refuses(t, about, a, a.status, "invalid")
	}
	refuses(t, "too long", me.postJSON(t, api+"/requests", `{"words":"`+strings.Repeat("x", 70<<10)+`"}`), 413, "invalid")
}

// outcome is what GET acts tells.
type outcome struct{ State, Action, Code, Reason string }

func (c *client) outcome(t *testing.T, key string) (o outcome) {
	t.Helper()
	c.getJSON(t, api+"/acts/"+key, &o, "Accept-Language", "zh-CN")
	return o
}

// acts: what became of a write is told for ever, also after a restart.
func acts(t *testing.T, c *county) {
	me, done, refused, never := c.client(), id.New[string](), id.New[string](), id.New[string]()
	me.capture(t, `{"words":"站里没有热水"}`, "Idempotency-Key", done)
	missing := `{"what":"locked","place":{"station":"` + id.New[string]() + `"}}`
	a := me.postJSON(t, api+"/requests", missing, "Idempotency-Key", refused)
	var p struct{ Code, Detail string }
	a.read(t, &p)
	refuses(t, "a report on no station", a, a.status, p.Code)
	refuses(t, "the same again", me.postJSON(t, api+"/requests", missing, "Idempotency-Key", refused), a.status, p.Code)
	if o := me.outcome(t, done); o.State != "done" || o.Action != "request.capture" || o.Reason != "" {
		t.Errorf("done: got %+v", o)
	}
	if o := me.outcome(t, refused); o.State != "refused" || o.Code != p.Code || o.Reason == "" {
		t.Errorf("refused: got %+v, want the code %s and a reason", o, p.Code)
	}
	if o := me.outcome(t, never); o.State != "unknown" {
		t.Errorf("never sent: got %+v", o)
	}
	refuses(t, "no id", me.get(t, api+"/acts/letters"), 422, "invalid")
}

// follow keeps a copy of all stations by sync, while they change.
func follow(t *testing.T, c *county) {
	me, copied, since := c.client(), map[string]string{}, ""
	pull := func(limit int) (changed int) {
		for {
			var got stationsOut
			me.getJSON(t, fmt.Sprintf("%s/stations/sync?limit=%d&since=%s", api, limit, since), &got)
			if got.ServerTime.IsZero() || got.Next == "" {
				t.Fatalf("got no server_time or no next: %+v", got)
			}
			for _, s := range got.Stations {
				copied[s.ID] = fmt.Sprint(s.Name, len(s.Reports))
			}
			for _, gone := range got.Tombstones {
				delete(copied, gone.ID)
			}
			changed += len(got.Stations) + len(got.Tombstones)
			if since = got.Next; !got.More {
				return changed
			}
		}
	}
	if n := pull(3); n != ownStations || len(copied) != ownStations {
		t.Errorf("the first pull: got %d changes and %d stations, want %d", n, len(copied), ownStations)
	}
	if n := pull(500); n != 0 {
		t.Errorf("nothing has changed: got %d changes", n)
	}
	var list stationsOut
	me.getJSON(t, api+"/stations/nearest?limit=1&"+at(geo.WGS84), &list)
	station := list.Stations[0]
	me.form(t, "/stations/"+station.Code+"/report", url.Values{"what": {"no_hot_water"}, "req_id": {id.New[string]()}}, "/help/")
	waitFor(t, "the report to show in sync", func() bool { return pull(500) == 1 })
	if copied[station.ID] != station.Name+"1" {
		t.Errorf("after a report: got %q", copied[station.ID])
	}
	c.close(t, station.ID)
	if n := pull(500); n != 1 || copied[station.ID] != "" || len(copied) != ownStations-1 {
		t.Errorf("after it closed for good: got %d changes, and it is %q", n, copied[station.ID])
	}
	refuses(t, "a cursor that is none", me.get(t, api+"/stations/sync?since=yesterday"), 422, "invalid")
}

// failures: whatever goes wrong below /api is a problem document.
func failures(t *testing.T, c *county) {
	me := c.client()
	for about, test := range map[string]struct {
		a      answer
		status int
		code   string
	}{
		"no such path":        {me.get(t, api+"/letters"), 404, "missing"},
		"no such version":     {me.get(t, "/api/v9/stations/nearest"), 404, "missing"},
		"the wrong method":    {me.ask(t, "DELETE", api+"/requests", ""), 405, "invalid"},
		"from another site":   {me.postJSON(t, api+"/requests", `{"words":"x"}`, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"), 403, "denied"},
		"not JSON by name":    {me.ask(t, "POST", api+"/requests", "words=x", "Content-Type", "application/x-www-form-urlencoded"), 415, "invalid"},
		"an id that is none":  {me.postJSON(t, api+"/requests", `{"words":"x"}`, "Idempotency-Key", "1"), 422, "invalid"},
		"a path of two lines": {me.get(t, api+"/stations/a%0Ab"), 404, "missing"},
	} {
		refuses(t, about, test.a, test.status, test.code)
	}
	flood := newClient(c.URL, "10.99.99.99")
	for range 121 {
		if a := flood.postJSON(t, api+"/requests", `{"words":"x"}`); a.status != http.StatusCreated {
			refuses(t, "a flood from one address", a, 503, "busy")
			if a.header.Get("Retry-After") == "" {
				t.Error("busy without Retry-After")
			}
			return
		}
	}
	t.Error("a flood from one address was taken")
}
