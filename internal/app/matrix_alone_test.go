//go:build !race

// Tries some ten thousand cells; scripts/test runs it without the race detector.

package app

import (
	"testing"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web"
)

// TestMatrixOneLayerAlone opens each of the two layers in turn, and tries every cell of
// those who have no part in a thing: the other layer holds, whatever the address.
func TestMatrixOneLayerAlone(t *testing.T) {
	proves.That(t, "two-layers", "authz-cross-tenant")
	if testing.Short() {
		t.Skip("left out with -short: tries some ten thousand cells")
	}
	quiet(t)
	w := emptyWorld(t)
	w.config.Origin = here
	w.open(t)
	m := w.everything(t)
	for _, layer := range []string{"rules", "scopes"} {
		t.Run(layer, func(t *testing.T) {
			t.Parallel()
			own := m.copied(t)
			defer own.swap(layer, open())()
			for _, r := range naming(own.app.routes) {
				own.alone(r)
			}
		})
	}
}

// strangers are tried where one layer stands alone: one of each kind.
var strangers = []string{"worker2", "sibling", "child", "admin2", "security2", "auditor", "host2", "partner2"}

// alone tries a route with each thing as those who may not.
func (m *things) alone(r web.Route) {
	for _, x := range m.all {
		path, ok := x.fill(r.Pattern)
		if x.kind != addressOf(r.Pattern).kind || !ok {
			continue
		}
		for _, actor := range strangers {
			want := expected(r, x, actor)
			if want == "may" || x.kind == "gap" && r.Method == "GET" { // which only counts, and rests on the scope alone
				continue
			}
			if got := m.attempt(r.Method, path, x, actor); class(got) == "may" && (want != "back" || got != "done") {
				m.t.Errorf("%s %s, %s %s: %s gets %q", r.Method, r.Pattern, x.kind, x.about, actor, got)
			}
		}
	}
}
