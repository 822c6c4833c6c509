package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/api"
)

// Asked has parameters of every kind that are read without huma.
type Asked struct {
	Lat   float64   `query:"lat" required:"true" doc:"degrees"`
	Datum string    `query:"datum" enum:"wgs84,gcj02" default:"wgs84"`
	With  []string  `query:"with"`
	At    time.Time `query:"at"`
	All   bool      `query:"all"`
	Far   float64   `query:"far" minimum:"0" maximum:"1000"`
	Limit int       `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

// askedOfHuma is the same, with a header that only huma reads.
type askedOfHuma struct {
	Asked
	None string `header:"X-None"`
}

func told(a Asked) (*out, error) {
	if a.Limit == 13 {
		return nil, fault.New("test", fault.Missing, "")
	}
	var o out
	o.Body.Text = fmt.Sprintf("%+v", a)
	return &o, nil
}

// Whatever is asked, the answer is the one that huma gives.
func TestTheShortWayAnswersAsHuma(t *testing.T) {
	if !api.Short[Asked]() || api.Short[askedOfHuma]() {
		t.Fatal("the two are not read in two ways")
	}
	a := api.New("test")
	op := api.Operation{Method: "GET", Action: "test.say", Purpose: "say", Roles: []string{"anyone"}}
	op.Path = "/short"
	api.Register(a, op, func(_ context.Context, i *Asked) (*out, error) { return told(*i) })
	op.Path = "/huma"
	api.Register(a, op, func(_ context.Context, i *askedOfHuma) (*out, error) { return told(i.Asked) })
	h := (&web.Site{Texts: web.NewTexts(), Log: quiet}).Handler(web.NewMux(a.Routes()))
	ask := func(path, query string) string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, api.Base+path+"?"+query, nil))
		head := w.Header()
		return fmt.Sprint(w.Code, head.Get("Content-Type"), head.Get("Cache-Control"), strings.ReplaceAll(strings.TrimSpace(w.Body.String()), head.Get("X-Request-Id"), "id"))
	}
	values := rapid.SampledFrom([]string{"", "1", "0", "-1", "51", "13", "1e3", "1001", "NaN", "Inf", "0x10", "1_0", "true", "T", "no", "wgs84", "gcj02", "bd09", "a,b", "a%2Cb", ",", "%zz", "a+b", "暖",
		"2026-11-29T08:00:00Z", "2026-11-29T08:00:00%2B08:00", "2026-11-29T08:00:00.5Z", "2026-11-29", "9223372036854775808"})
	pair := rapid.Custom(func(t *rapid.T) string {
		name := rapid.SampledFrom([]string{"lat", "datum", "with", "at", "all", "far", "limit", "other", "l%61t", "Lat", ""}).Draw(t, "name")
		return name + rapid.SampledFrom([]string{"=", "=", "=", ""}).Draw(t, "sign") + values.Draw(t, "value")
	})
	rapid.Check(t, func(t *rapid.T) {
		query := strings.Join(rapid.SliceOfN(pair, 0, 6).Draw(t, "pairs"), "&")
		if rapid.Bool().Draw(t, "sound") {
			query = "lat=31.2&" + query
		}
		if short, long := ask("/short", query), ask("/huma", query); short != long {
			t.Fatalf("%s\nshort: %s\nhuma:  %s", query, short, long)
		}
	})
}

// gone is a reader who has hung up.
type gone struct{ *httptest.ResponseRecorder }

func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// A reader who hangs up is no fault of ours: the line of the request says so, and
// is no error.
func TestAReaderWhoHungUpIsNoError(t *testing.T) {
	a := api.New("test")
	op := api.Operation{Method: "GET", Path: "/short", Action: "test.say", Purpose: "say", Roles: []string{"anyone"}}
	api.Register(a, op, func(_ context.Context, i *Asked) (*out, error) { return told(*i) })
	var log bytes.Buffer
	h := (&web.Site{Texts: web.NewTexts(), Log: slog.New(slog.NewTextHandler(&log, nil))}).Handler(web.NewMux(a.Routes()))
	h.ServeHTTP(gone{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, api.Base+"/short?lat=31", nil))
	if got := log.String(); strings.Contains(got, "level=ERROR") || strings.Contains(got, "code=internal") || !strings.Contains(got, "broken pipe") {
		t.Errorf("got %s, want one line that names the broken pipe and is no error", got)
	}
}

// What a schema refuses is told in the reader's language, with its place.
func TestSchemaFaultsAreInTheReadersWords(t *testing.T) {
	a := api.New("test")
	op := api.Operation{Method: "GET", Path: "/short", Action: "test.say", Purpose: "say", Roles: []string{"anyone"}}
	api.Register(a, op, func(_ context.Context, i *Asked) (*out, error) { return told(*i) })
	h := (&web.Site{Texts: web.NewTexts(api.Texts()), Log: quiet}).Handler(web.NewMux(a.Routes()))
	for lang, want := range map[string]string{"zh": "query.limit：这一项的格式不对", "en": "query.limit: this is not as the description"} {
		r := httptest.NewRequest(http.MethodGet, api.Base+"/short?lat=31&limit=99", nil)
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Body.String(); !strings.Contains(got, want) || !strings.Contains(got, `"api.schema"`) || strings.Contains(got, "expected") {
			t.Errorf("%s: got %s, want %q and nothing of the library's words", lang, got, want)
		}
	}
}
