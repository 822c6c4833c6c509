package app_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/app"
	"nuanxin/internal/web/api"
)

// reference answers the page of the API in a language.
func reference(t *testing.T, url, lang string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+api.PagePath, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return string(body)
}

// The page tells every operation in both languages, and each of its links
// leads somewhere on the page.
func TestTheAPIIsToldToPeople(t *testing.T) {
	url := start(t, app.Config{Data: t.TempDir()})
	for lang, name := range map[string]string{"zh-CN": "离一个位置最近的驿站", "en": "The stations nearest to a position"} {
		page := reference(t, url, lang)
		if !strings.Contains(page, name) {
			t.Errorf("%s: got no %q", lang, name)
		}
		for _, r := range app.Routes() {
			path, in := strings.CutPrefix(r.Pattern, api.Base)
			if in && !strings.HasPrefix(path, "/openapi") && !strings.Contains(page, "</strong> "+r.Pattern+"<") {
				t.Errorf("%s: the page does not tell %s", lang, r.Pattern)
			}
		}
		links := regexp.MustCompile(`href="#(shape-\w+)"`).FindAllStringSubmatch(page, -1)
		if len(links) < 10 {
			t.Errorf("%s: got %d links to objects, want some", lang, len(links))
		}
		for _, m := range links {
			if !strings.Contains(page, `id="`+m[1]+`"`) {
				t.Errorf("%s: the link to %s leads nowhere", lang, m[1])
			}
		}
	}
	// A new operation needs words in Chinese too.
	english := reference(t, url, "en")
	for _, m := range regexp.MustCompile(`(?s)</strong> (/api[^<]+)</p><p>([^<]+)<`).FindAllStringSubmatch(english, -1) {
		if strings.Contains(reference(t, url, "zh-CN"), "<p>"+m[2]+"<") {
			t.Errorf("%s has no words in Chinese", m[1])
		}
	}
}
