package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// What strangers send is one line each in the log, in a form that programs read,
// with its time and no word of what was sent.
func TestLogHoldsOneLineEach(t *testing.T) {
	proves.That(t, "log-contract")
	var log bytes.Buffer
	s := &web.Site{Texts: web.NewTexts(ui.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Log: slog.New(slog.NewJSONHandler(&log, nil))}
	h := s.Handler(web.NewMux([]web.Route{route("GET", "/p/{id}", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		return fault.New("t", fault.Missing, "")
	}))}))
	hostile := "x\r\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\n\x1b[31m${jndi:ldap://x}%0d%0aforged"
	asked := 0
	for _, path := range []string{"/p/x", "/p/x?q=" + url.QueryEscape(hostile), "/p/" + url.PathEscape(hostile), "/api/v1/" + url.PathEscape(hostile), "/" + url.PathEscape(hostile)} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header["User-Agent"], r.Header["X-Request-Id"], r.Header["X-Forwarded-For"] = []string{hostile}, []string{hostile}, []string{hostile}
		h.ServeHTTP(httptest.NewRecorder(), r)
		asked++
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != asked || strings.Contains(log.String(), "forged") || strings.Contains(log.String(), "jndi") {
		t.Fatalf("got %d lines for %d requests: %s", len(lines), asked, log.String())
	}
	for _, line := range lines {
		var entry struct {
			Time                  time.Time
			Level, Msg, Request   string
			Method, Route, Action string
			Status                int
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Time.IsZero() || entry.Request == "" || entry.Method != "GET" || entry.Status == 0 {
			t.Errorf("got %s, %v", line, err)
		}
		if zone := line[:min(60, len(line))]; !strings.Contains(zone, "Z\"") && !strings.Contains(zone, "+0") {
			t.Errorf("got %s, want a time with its zone", zone)
		}
	}
}
