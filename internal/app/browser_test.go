package app

import (
	"net/http/httptest"
	"testing"

	"nuanxin/internal/hold"
	"nuanxin/internal/request"
	"nuanxin/internal/rights"
	"nuanxin/internal/web/webtest"
	"strings"
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

// A case of relatives is whole at each of its steps, for who proposes, who decides, and
// whoever has the account.
func TestKinPagesInABrowser(t *testing.T) {
	browser := webtest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.app.Handler())
	t.Cleanup(server.Close)
	path := func(ask rights.ID) string { return "/desk/rights/" + string(ask) + "/kin" }
	fresh := w.kinAsk(t, "cadre")
	waits := w.relatives(t, "cadre", "19900000002", "王示例")
	w.whole(t, browser, server.URL, []page{{"cadre", path(fresh)}, {"cadre", path(waits)}, {"leader", path(waits)}, {"leader", "/desk/rights"}, {"worker2", "/me/data/relatives"}, {"worker2", "/me"}, {"worker", "/me/data/relatives"}})
	p := browser.Open(t, server.URL+path(fresh), webtest.View{Width: 1440, Height: 900, Cookies: map[string]string{"nx": w.tokens["cadre"]}})
	p.Type("#number", "19900000002")
	p.Type("#name", "王示例")
	p.Follow("button[value=find]")
	for _, want := range []string{"王*例", "199****0002", "死亡医学证明"} {
		if got := p.Text("main"); !strings.Contains(got, want) {
			t.Errorf("what was found lacks %s", want)
		}
	}
	if got := p.Axe(); len(got) > 0 {
		t.Errorf("what was found: %v", got)
	}
	w.inDays(t, 7)
	w.whole(t, browser, server.URL, []page{{"leader", path(waits)}})
	must[bool](t)(true, w.app.Kin.Grant(w.as(t, "leader"), waits, 1))
	w.whole(t, browser, server.URL, []page{{"cadre", path(waits)}, {"worker2", "/me/data/relatives"}})
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
