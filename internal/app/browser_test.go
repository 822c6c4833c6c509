package app

import (
	"net/http/httptest"
	"testing"

	"nuanxin/internal/hold"
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
	for _, c := range []struct{ actor, path string }{
		{"security", "/desk/holds"}, {"security", "/desk/holds/new"}, {"security", "/desk/holds/" + string(which)}, {"own", "/me/consents/children"}, {"cadre", "/desk/children"}, {"own", "/me/data/erase"}, {"own", "/me/data"},
	} {
		for _, mode := range []map[string]string{{"size": "xxl"}, {"theme": "dark", "lang": "en"}} {
			mode["nx"] = w.tokens[c.actor]
			for _, width := range []int{320, 1440} {
				p := browser.Open(t, server.URL+c.path, webtest.View{Width: width, Height: 800, Cookies: mode})
				for _, v := range p.Axe() {
					t.Errorf("%s at %d, %s: got axe violation %v", c.path, width, mode["lang"], v)
				}
				for _, o := range p.Overflow() {
					t.Errorf("%s at %d, %s: %v runs out", c.path, width, mode["lang"], o)
				}
				p.Close()
			}
		}
	}
}
