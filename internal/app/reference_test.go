package app_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"nuanxin/internal/app"
	"nuanxin/internal/web/api"
	"nuanxin/internal/web/webtest"
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

func TestThePageOfTheAPIHolds(t *testing.T) {
	browser, url := webtest.Start(t), start(t, app.Config{Data: t.TempDir()})
	for _, cookies := range []map[string]string{{}, {"lang": "en"}, {"theme": "dark"}, {"contrast": "high", "size": "xxl"}} {
		page := browser.Open(t, url+api.PagePath, webtest.View{Width: 320, Cookies: cookies, NoJS: len(cookies) == 0})
		for _, width := range []int{320, 1440} {
			page.View(webtest.View{Width: width, Height: 800})
			say := fmt.Sprintf("%d px %v", width, cookies)
			for _, v := range page.Axe() {
				t.Errorf("%s: got axe violation %v, want none", say, v)
			}
			if got := page.Overflow(); len(got) > 0 {
				t.Errorf("%s: got sideways scroll %v, want none", say, got)
			}
		}
		if got := page.Exceptions(); len(got) > 0 {
			t.Errorf("%v: got script errors %q, want none", cookies, got)
		}
		page.Close()
	}
}
