package ui_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
	"nuanxin/internal/web/webtest"
)

func serve(t *testing.T) string {
	t.Helper()
	return serveRoutes(t, []web.Route{ui.GalleryRoute(), ui.OfflineRoute()}, testRoutes()).URL
}

func serveRoutes(t *testing.T, tables ...[]web.Route) *httptest.Server {
	t.Helper()
	s := &web.Site{Texts: web.NewTexts(ui.Texts()), Assets: web.NewAssets(), Failure: ui.Failure, Log: slog.New(slog.DiscardHandler)}
	server := httptest.NewServer(s.Handler(web.NewMux(append(tables, web.SettingsRoutes(), s.Assets.Routes())...)))
	t.Cleanup(server.Close)
	return server
}

func TestVendoredScriptsRunUnderThePolicy(t *testing.T) {
	p := webtest.Start(t).Open(t, serve(t)+"/staff-map", webtest.View{Width: 1440, Height: 900})
	p.Wait(`document.querySelectorAll('.leaflet-interactive').length===1`)
	if got := webtest.Eval[bool](p, "typeof htmx==='object'"); !got {
		t.Error("htmx: got none, want it loaded")
	}
	urls, _ := p.Loaded()
	for _, u := range urls {
		if !strings.HasPrefix(u, "http://127.0.0.1") {
			t.Errorf("got a request to %s, want none to other sites", u)
		}
	}
}

// modes are the ways in which every page must hold.
func modes() []map[string]string {
	return []map[string]string{{"theme": "light"}, {"theme": "dark"}, {"contrast": "high"}, {"size": "xxl"}, {"theme": "dark", "size": "xxl"}, {"contrast": "high", "size": "xxl"}}
}

func TestPagesHoldInAllModes(t *testing.T) {
	browser, base := webtest.Start(t), serve(t)
	for _, path := range []string{"/gallery", "/worker", "/worker-bar", "/staff", "/staff-case", "/staff-map", "/partner", "/plain", "/nowhere", "/broken-staff"} {
		for _, mode := range modes() {
			page := browser.Open(t, base+path, webtest.View{Width: 320, Height: 640, Cookies: mode})
			for _, width := range []int{320, 360, 1440} {
				page.View(webtest.View{Width: width, Height: 900})
				say := fmt.Sprintf("%s at %d px, %v", path, width, mode)
				for _, v := range page.Axe() {
					t.Errorf("%s: got axe violation %v, want none", say, v)
				}
				if got := page.Overflow(); len(got) > 0 {
					t.Errorf("%s: got sideways scroll %v, want none", say, got)
				}
				if width == 360 && mode["theme"] == "light" {
					if got := page.SmallTargets(44); len(got) > 0 {
						t.Errorf("%s: got small targets %q, want none", say, got)
					}
				}
				if dir := os.Getenv("NUANXIN_SHOTS"); dir != "" {
					page.Screenshot(fmt.Sprintf("%s%s-%d-%s%s%s.png", dir, path, width, mode["theme"], mode["contrast"], mode["size"]), true)
				}
			}
			if got := page.Exceptions(); len(got) > 0 {
				t.Errorf("%s %v: got script errors %q, want none", path, mode, got)
			}
			page.Close()
		}
	}
}
