package journey

import (
	"testing"

	"nuanxin/internal/web/api"
)

// The page that tells the API to people holds in all modes.
func TestThePageOfTheAPIHolds(t *testing.T) {
	h := open(t)
	h.browser.Hold(t, "api", h.url+api.PagePath, nil)
}
