package app

import (
	"net/http/httptest"
	"testing"

	"nuanxin/internal/hold"
	"nuanxin/internal/request"
	"nuanxin/internal/web/webtest"
)

// The pages on what is held, and what the worker reads of it, are whole on the smallest
// screen with the largest text and on a desk's, in both languages.
func TestHeldPagesInABrowser(t *testing.T) {
	browser := webtest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.app.Handler())
	t.Cleanup(server.Close)
	w.end(t)
	held := w.calledCase(t)
	w.childOf(t, "own")
	which := w.hold(t, hold.Matter, held.Number, "2027-03-01")
	w.whole(t, browser, server.URL, []page{
		{"security", "/desk/holds"}, {"security", "/desk/holds/new"}, {"security", "/desk/holds/" + string(which)}, {"own", "/me/consents/children"}, {"cadre", "/desk/children"}, {"own", "/me/data/erase"}, {"own", "/me/data"},
	})
}

// The page on which somebody without an account is erased, the rules of retention, and
// what is to be organised are whole, too.
func TestNewestPagesInABrowser(t *testing.T) {
	browser := webtest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.app.Handler())
	t.Cleanup(server.Close)
	u := w.unowned(t)
	w.whole(t, browser, server.URL, []page{
		{"cadre", u.path()}, {"security", "/desk/retention"}, {"cadre", "/desk/organising"}, {"nation", "/desk/organising/bare?what=bare_county"}, {"worker", "/join"},
	})
}

// page is a page as somebody sees it.
type page struct{ actor, path string }

// whole opens pages on the smallest screen with the largest text and on a desk's.
func (w *world) whole(t *testing.T, browser *webtest.Browser, at string, pages []page) {
	t.Helper()
	for _, c := range pages {
		browser.Hold(t, c.path, at+c.path, map[string]string{"nx": w.tokens[c.actor]})
	}
}

// What asks the worker about each body, what the body reads then, and the pages that name
// stations of ours are whole, too.
func TestConsentAndStationPagesInABrowser(t *testing.T) {
	browser := webtest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.app.Handler())
	t.Cleanup(server.Close)
	r, _ := w.handed(t, "worker", request.Draft{Words: ownWords})
	second, _ := w.handed(t, "worker", request.Draft{Words: ownWords})
	must[bool](t)(true, w.app.Shares.Decide(w.as(t, "worker"), request.Ref{ID: second.ID}, string(w.body), request.SharePhoto, request.ShareWords))
	w.whole(t, browser, server.URL, []page{
		{"worker", "/help/" + r.Number}, {"worker", "/help/" + second.Number}, {"cadre", "/desk/requests/" + string(r.ID)}, {"cadre", "/desk/requests/" + string(second.ID) + "/dispatch"}, {"partner", "/matters/" + string(second.ID)},
		{"worker2", "/join?from=station&area=220402&station=" + string(w.station.ID)}, {"cadre", "/desk/members?tab=all&station=" + string(w.station.ID)}, {"cadre", "/desk/stations/" + string(w.station.ID)},
	})
}
