package stationweb_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"nuanxin/internal/web/webtest"
)

// modes are the ways in which every page must hold.
func modes() []map[string]string {
	return []map[string]string{{}, {"theme": "dark"}, {"contrast": "high"}, {"size": "xxl"}, {"theme": "dark", "size": "xxl"}, {"contrast": "high", "size": "xxl", "lang": "en"}}
}

// shown are the pages in the states that look different.
func (h *house) shown() map[string]string {
	return map[string]string{
		"home":     "/?" + meQuery,
		"nowhere":  "/",
		"filter":   "/?" + meQuery + "&services=shower",
		"area":     "/?area=510703",
		"none":     "/?lat=45.75&lng=126.65",
		"place":    "/place?q=fucheng",
		"station":  h.path(riders),
		"unmapped": h.path(nowhere),
		"gone":     h.path(gone),
		"go":       h.path(riders) + "/go",
		"list":     "/stations?area=5107",
	}
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	for name, path := range h.shown() {
		for _, mode := range modes() {
			page := browser.Open(t, h.server.URL+path, webtest.View{Width: 320, Height: 640, Cookies: mode})
			for _, width := range []int{320, 360, 1440} {
				page.View(webtest.View{Width: width, Height: 900})
				say := fmt.Sprintf("%s at %d px, %v", name, width, mode)
				for _, v := range page.Axe() {
					t.Errorf("%s: got axe violation %v, want none", say, v)
				}
				if got := page.Overflow(); len(got) > 0 {
					t.Errorf("%s: got sideways scroll %v, want none", say, got)
				}
				if got := page.SmallTargets(44); width == 360 && len(mode) == 0 && len(got) > 0 {
					t.Errorf("%s: got small targets %q, want none", say, got)
				}
				if dir := os.Getenv("NUANXIN_SHOTS"); dir != "" {
					page.Screenshot(fmt.Sprintf("%s/%s-%d-%s%s%s%s.png", dir, name, width, mode["theme"], mode["contrast"], mode["size"], mode["lang"]), true)
				}
			}
			if got := page.Exceptions(); len(got) > 0 {
				t.Errorf("%s %v: got script errors %q, want none", name, mode, got)
			}
			page.Close()
		}
	}
}

func TestFirstVisitIsLight(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	for name, path := range h.shown() {
		page := browser.Open(t, h.server.URL+path, webtest.View{})
		urls, bytes := page.Loaded()
		if len(urls) > 4 || bytes > 40<<10 {
			t.Errorf("%s: got %d requests and %d bytes, want at most 4 and 40 KB: %s", name, len(urls), bytes, strings.Join(urls, " "))
		}
		page.Close()
	}
}
