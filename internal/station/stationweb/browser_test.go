package stationweb_test

import (
	"strings"
	"testing"
	"time"

	"nuanxin/internal/web/webtest"
)

// modes are the ways in which every page must hold.

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
		browser.Hold(t, name, h.server.URL+path, nil)
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

func TestWithoutScripts(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+"/", webtest.View{NoJS: true})
	p.Type("#q", "tiyuguan")
	p.Follow("form button")
	p.Follow("a.row")
	if got := p.Text("#near"); got != gym {
		t.Errorf("from a landmark: got %q as the nearest, want %q", got, gym)
	}
	p.Follow(".hero__act .btn--primary")
	if got, want := p.Path(), h.path(gym)+"/go"; got != want {
		t.Errorf("navigate: got %q, want the page with the maps %q", got, want)
	}
	p.Go(h.server.URL + h.path(riders))
	p.Click("label.choice")
	p.Follow("#report button")
	if got := p.Path(); !strings.HasPrefix(got, "/help/2026-1124-0001") || len(h.reporter.told()) != 1 {
		t.Errorf("report: got %q and %q, want its progress and one report", got, h.reporter.told())
	}
}

func TestPhoneFindsAndLeads(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+"/", webtest.View{})
	webtest.Eval[bool](p, `(Object.defineProperty(navigator,'geolocation',{value:{getCurrentPosition:ok=>ok({coords:{latitude:31.46,longitude:104.75}})}}),true)`)
	p.Follow("[data-locate]")
	if got := p.Text("#near"); got != riders || p.Path() != "/" {
		t.Errorf("located: got %q at %q, want %q", got, p.Path(), riders)
	}
	p.Click(".hero__act .btn--primary")
	p.Wait(`document.querySelector('#maps').open`)
	if got := p.Text("#maps"); !strings.Contains(got, "高德地图") || !strings.Contains(got, "百度地图") {
		t.Errorf("maps: got %q, want all of them to choose from", got)
	}
	for _, v := range p.Axe() {
		t.Errorf("with the sheet open: got axe violation %v, want none", v)
	}
}

// Whoever let the phone tell where it is opens the page somewhere else, later,
// and sees what is near there without a press.
func TestPhoneThatMovedOnFindsByItself(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	first := browser.Open(t, h.server.URL+"/", webtest.View{})
	first.Locate(31.46, 104.75)
	first.Go(h.server.URL + "/")
	first.Wait(`document.querySelector('#near')?.textContent==='` + riders + `'`)

	p := browser.Open(t, h.server.URL+"/?"+meQuery, webtest.View{})
	h.clock.Move(10 * time.Minute)
	p.Locate(31.461, 104.7563)
	p.Go(h.server.URL + "/")
	p.Wait(`document.querySelector('#near')?.textContent==='` + gym + `'`)
	if got := p.Path(); got != "/" {
		t.Errorf("found by itself: got %q in the address, want no position", got)
	}

	h.clock.Move(10 * time.Minute)
	p.Locate(31.46, 104.75)
	p.Go(h.server.URL + h.path(gym))
	p.Unlocate()
	p.Go(h.server.URL + "/")
	if got := p.Text("#near"); got != gym || p.Text("[data-locate]") != "重新定位" {
		t.Errorf("a phone that does not tell any more: got %q and %q, want the old place and the button", got, p.Text("[data-locate]"))
	}
}

func TestReportWaitsForNetwork(t *testing.T) {
	browser, h := webtest.Start(t), newHouse(t)
	p := browser.Open(t, h.server.URL+h.path(riders), webtest.View{})
	p.Offline(true)
	p.Click("label.choice")
	p.Click("#report button")
	p.Wait(`!document.querySelector('[data-outbox-list]').hidden`)
	if got := h.reporter.told(); len(got) != 0 || !strings.Contains(p.Text("[data-outbox-list]"), riders) {
		t.Errorf("without network: got %q reported and %q waiting, want none and the one about %s", got, p.Text("[data-outbox-list]"), riders)
	}
	p.Offline(false)
	webtest.Eval[bool](p, "(dispatchEvent(new Event('online')),true)")
	p.Wait(`document.querySelector('[data-outbox-list]').hidden`)
	if got := h.reporter.told(); len(got) != 1 || !strings.Contains(got[0], "locked") {
		t.Errorf("with network again: got %q, want one report of a locked door", got)
	}
}
