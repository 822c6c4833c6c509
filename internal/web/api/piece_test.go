package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/api"
)

var quiet = slog.New(slog.DiscardHandler)

type in struct {
	Size int `query:"size"`
}

type out struct {
	Body struct{ Text string }
}

// An answer tells its length, long or short, good or bad.
func TestAnAnswerTellsItsLength(t *testing.T) {
	a := api.New("test")
	api.Register(a, api.Operation{Method: "GET", Path: "/say", Action: "test.say", Purpose: "say", Roles: []string{"anyone"}},
		func(_ context.Context, i *in) (*out, error) {
			if i.Size == 0 {
				return nil, fault.New("test", fault.Missing, "")
			}
			var o out
			o.Body.Text = strings.Repeat("暖", i.Size)
			return &o, nil
		})
	server := httptest.NewServer((&web.Site{Texts: web.NewTexts(), Log: quiet}).Handler(web.NewMux(a.Routes())))
	defer server.Close()
	for _, test := range []struct {
		query        string
		status, most int
	}{
		{"?size=1", http.StatusOK, 100},
		{"?size=100000", http.StatusOK, 300_100},
		{"", http.StatusNotFound, 1000},
		{"?size=x", http.StatusUnprocessableEntity, 1000},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+api.Base+"/say"+test.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "identity")
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Body.Close()
		if w.StatusCode != test.status || w.ContentLength < 10 || w.ContentLength > int64(test.most) {
			t.Errorf("%q: got %d with a length of %d", test.query, w.StatusCode, w.ContentLength)
		}
		if csp, sniff := w.Header.Get("Content-Security-Policy"), w.Header.Get("X-Content-Type-Options"); csp != "default-src 'none'; frame-ancestors 'none'" || sniff != "nosniff" {
			t.Errorf("%q: got policy %q and %q", test.query, csp, sniff)
		}
	}
}
