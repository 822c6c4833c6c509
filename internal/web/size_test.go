package web_test

import (
	"io"
	"testing"

	"nuanxin/internal/web"
)

func TestAssetsKeepTheirBudget(t *testing.T) {
	h, assets := site(), web.NewAssets()
	for name, limit := range map[string]int{"app.css": 14 << 10, "app.js": 5 << 10, "capture.js": 2 << 10, "code.js": 2 << 10, "scan.js": 1 << 10, "enter.js": 1 << 10} {
		r := do(h, "GET", assets.URL(name), "", "Accept-Encoding", "gzip")
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes gzipped", name, len(b))
		if len(b) > limit {
			t.Errorf("%s: got %d bytes gzipped, want at most %d", name, len(b), limit)
		}
	}
}
