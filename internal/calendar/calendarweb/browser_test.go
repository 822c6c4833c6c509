package calendarweb_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/calendar/calendarweb"
	"nuanxin/internal/web/webtest"
)

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), open(t)
	handler := h.handler(as(authz.Admin))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	browser.Hold(t, "calendar", server.URL+calendarweb.Path, nil)
}
