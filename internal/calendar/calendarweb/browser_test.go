package calendarweb_test

import (
	"fmt"
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
	for _, mode := range []map[string]string{{}, {"theme": "dark", "size": "xxl"}, {"contrast": "high", "size": "xxl", "lang": "en"}} {
		page := browser.Open(t, server.URL+calendarweb.Path, webtest.View{Width: 320, Height: 640, Cookies: mode})
		for _, width := range []int{320, 1440} {
			page.View(webtest.View{Width: width, Height: 900})
			say := fmt.Sprintf("%d px, %v", width, mode)
			for _, v := range page.Axe() {
				t.Errorf("%s: got axe violation %v, want none", say, v)
			}
			if got := page.Overflow(); len(got) > 0 {
				t.Errorf("%s: got sideways scroll %v, want none", say, got)
			}
		}
		page.Close()
	}
}
