package journey

import (
	"fmt"
	"testing"

	"nuanxin/internal/web/api"
	"nuanxin/internal/web/webtest"
)

// The page that tells the API to people holds in all modes.
func TestThePageOfTheAPIHolds(t *testing.T) {
	h := open(t)
	for _, cookies := range []map[string]string{{}, {"lang": "en"}, {"theme": "dark"}, {"contrast": "high", "size": "xxl"}} {
		page := h.browser.Open(t, h.url+api.PagePath, webtest.View{Width: 320, Cookies: cookies, NoJS: len(cookies) == 0})
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
