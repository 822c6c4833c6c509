package ui_test

import (
	"log/slog"
	"net/http/httptest"
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

func TestPagesHoldInAllModes(t *testing.T) {
	browser, base := webtest.Start(t), serve(t)
	for _, path := range []string{"/gallery", "/worker", "/worker-bar", "/staff", "/staff-case", "/staff-map", "/partner", "/plain", "/nowhere", "/broken-staff"} {
		browser.Hold(t, path, base+path, nil)
	}
}
