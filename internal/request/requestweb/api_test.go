package requestweb_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/request"
)

// ask calls the API; headers are "Name: value".
func (p phone) ask(method, path, body string, headers ...string) answer {
	p.h.t.Helper()
	r, err := http.NewRequest(method, p.h.server.URL+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		p.h.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", p.h.server.URL)
	}
	for _, h := range headers {
		if name, value, ok := strings.Cut(h, ": "); ok {
			r.Header.Set(name, value)
		}
	}
	return p.do(r)
}

type created struct {
	ID, Number, Secret, By, Who, Status string
}

func read[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// problemOf reads a problem's code and the key of its first field.
func problemOf(t *testing.T, a answer) (code, key string) {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("a failure came as %q: %s", got, a.body)
	}
	p := read[struct {
		Code   string
		Errors []struct{ Code string }
	}](t, a)
	if len(p.Errors) > 0 {
		key = p.Errors[0].Code
	}
	return p.Code, key
}

func TestAPICapture(t *testing.T) {
	h := newHouse(t)
	p, client := h.phone(), id.New[string]()
	draft := `{"words":"` + words + `","topic":"gate","place":{"text":"东门","lat":31.4582,"lng":104.7437,"datum":"gcj02"}}`
	first := p.ask("POST", "/requests", draft, "Idempotency-Key: "+client)
	c := read[created](t, first)
	if first.status != 201 || c.Number != "2026-1124-0001" || len(c.Secret) != 26 || c.Who != unionName || c.Status != "received" || c.By != "2026-12-01T09:30:00Z" || first.header.Get("Location") != "/api/v1/requests/"+c.Number {
		t.Errorf("created: got %d, %s, Location %q", first.status, first.body, first.header.Get("Location"))
	}
	if again := read[created](t, p.ask("POST", "/requests", strings.Replace(draft, "{", `{"client_id":"`+client+`",`, 1))); again != c {
		t.Errorf("sent again: got %+v, want the first answer %+v", again, c)
	}
	other := p.ask("POST", "/requests", `{"words":"别的"}`, "Idempotency-Key: "+client)
	if code, _ := problemOf(t, other); code != "conflict" || other.status != 409 {
		t.Errorf("another content under the same id: got %d %s, want conflict", other.status, code)
	}
	kept, err := h.office.Case(liu, request.Ref{Number: c.Number})
	if err != nil {
		t.Fatal(err)
	}
	if at := kept.Place.Point; at == nil || at.Distance(gate) > 600 || kept.Place.Area != county {
		t.Errorf("the place of a GCJ-02 position: got %+v", kept.Place)
	}
	for about, x := range map[string]struct{ body, header, key string }{
		"nothing said":           {`{}`, "", "request.empty"},
		"a topic that is none":   {`{"words":"x","topic":"nonsense"}`, "", "request.topic.unknown"},
		"an id that is no UUID":  {`{"words":"x","client_id":"1; drop table act"}`, "", "help.api.client_id"},
		"two ids":                {`{"words":"x","client_id":"` + id.New[string]() + `"}`, "Idempotency-Key: " + id.New[string](), "help.api.client_id"},
		"half a position":        {`{"words":"x","place":{"lat":31}}`, "", "help.api.position"},
		"a place in the sea":     {`{"words":"x","place":{"lat":0,"lng":0}}`, "", "help.api.position"},
		"a datum that is none":   {`{"words":"x","place":{"lat":31,"lng":104,"datum":"mars"}}`, "", "api.schema"},
		"an area that is none":   {`{"words":"x","place":{"area":"x' or 1"}}`, "", "request.area.wrong"},
		"a station that is none": {`{"what":"locked","place":{"station":"../x"}}`, "", "request.station.needed"},
		"a defect of no station": {`{"what":"locked"}`, "", "request.station.needed"},
		"a member that is none":  {`{"words":"x","owner_id":"me"}`, "", "api.schema"},
		"no JSON":                {`{"words":`, "", "api.schema"},
		"words without an end":   {`{"words":"` + strings.Repeat("长", 3001) + `"}`, "", "fault.long"},
	} {
		got := p.ask("POST", "/requests", x.body, strings.Fields(x.header + " ")[:0:0]...)
		if x.header != "" {
			got = p.ask("POST", "/requests", x.body, x.header)
		}
		code, key := problemOf(t, got)
		if code != "invalid" || key != x.key || got.status/100 != 4 {
			t.Errorf("%s: got %d %s %s, want invalid and %s", about, got.status, code, key, x.key)
		}
	}
	if got := p.ask("POST", "/requests", `{"words":"`+strings.Repeat("x", 70<<10)+`"}`); got.status != 413 {
		t.Errorf("a body without an end: got %d, want 413", got.status)
	}
	signed := read[created](t, h.phone("worker=chen").ask("POST", "/requests", `{"words":"x"}`))
	if signed.Secret != "" || signed.Number == "" {
		t.Errorf("signed in: got %+v, want no secret", signed)
	}
	station := read[created](t, p.ask("POST", "/requests", `{"what":"locked","place":{"station":"`+station+`"}}`))
	if station.Status != "dispatched" {
		t.Errorf("a station's defect: got %+v, want it with the host", station)
	}
}

func TestAPIProgress(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	c := read[created](t, p.ask("POST", "/requests", `{"words":"`+words+`","topic":"gate","place":{"text":"东门","area":"`+county+`"}}`))
	h.answered(c.Number)
	secret := "X-Request-Secret: " + strings.ToUpper(c.Secret)
	got := p.ask("GET", "/requests/"+c.Number, "", secret)
	if got.status != 200 || got.header.Get("Cache-Control") == "" {
		t.Errorf("progress: got %d, %s", got.status, got.body)
	}
	golden(t, "progress.golden.json", got.body)
	for about, headers := range map[string][]string{"no secret": nil, "a wrong one": {"X-Request-Secret: " + strings.Repeat("a", 26)}, "an empty one": {"X-Request-Secret: "}} {
		got := p.ask("GET", "/requests/"+c.Number, "", headers...)
		if code, _ := problemOf(t, got); code != "missing" || got.status != 404 || strings.Contains(got.body, words) {
			t.Errorf("%s: got %d %s, want missing", about, got.status, got.body)
		}
	}
	if got := p.ask("GET", "/requests/"+c.Number+"?secret="+c.Secret, ""); got.status != 404 {
		t.Errorf("a secret in the address: got %d, want missing", got.status)
	}
	signed := read[created](t, h.phone("worker=chen").ask("POST", "/requests", `{"words":"x"}`))
	if got := h.phone("worker=chen").ask("GET", "/requests/"+signed.Number, ""); got.status != 200 {
		t.Errorf("the owner: got %d", got.status)
	}
	if got := h.phone("worker=wang").ask("GET", "/requests/"+signed.Number, ""); got.status != 404 {
		t.Errorf("another worker: got %d, want missing", got.status)
	}
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// golden compares an answer with the file, ids aside. NUANXIN_GOLDEN=write
// writes it anew.
func golden(t *testing.T, name, body string) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got := uuids.ReplaceAllString(string(text), "ID") + "\n"
	file := "testdata/" + name
	if os.Getenv("NUANXIN_GOLDEN") == "write" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the API tells otherwise than %s; got:\n%s", file, got)
	}
}

func TestAPIOutcome(t *testing.T) {
	h := newHouse(t)
	p := h.phone()
	done, refused := id.New[string](), id.New[string]()
	p.ask("POST", "/requests", `{"words":"x"}`, "Idempotency-Key: "+done)
	p.ask("POST", "/requests", `{"words":"x","place":{"station":"`+id.New[string]()+`"}}`, "Idempotency-Key: "+refused)
	type outcome struct{ State, Action, Code, Reason string }
	for about, x := range map[string]struct {
		client string
		want   outcome
	}{
		"done":    {done, outcome{State: "done", Action: "request.capture"}},
		"unknown": {id.New[string](), outcome{State: "unknown"}},
	} {
		if got := read[outcome](t, p.ask("GET", "/acts/"+x.client, "")); got != x.want {
			t.Errorf("%s: got %+v, want %+v", about, got, x.want)
		}
	}
	if got := read[outcome](t, p.ask("GET", "/acts/"+refused, "")); got.State != "refused" || got.Code != fault.Missing.Code() {
		t.Errorf("refused: got %+v", got)
	}
	if code, key := problemOf(t, p.ask("GET", "/acts/x'or%201=1", "")); code != "invalid" || key != "help.api.client_id" {
		t.Errorf("no UUID: got %s %s, want it told in words", code, key)
	}
}
