package desk_test

import (
	"testing"
	"time"

	"nuanxin/internal/request"
	"nuanxin/internal/request/requestweb/desk"
)

// TestUnpublishedDaysOnTheDesk: the cadre reads that a date is not known, and the
// day before which it cannot be.
func TestUnpublishedDaysOnTheDesk(t *testing.T) {
	h := newHouse(t)
	h.clk.Set(time.Date(2026, 12, 24, 2, 0, 0, 0, time.UTC))
	r := h.capture()
	h.must(h.Look(as("cadre"), request.Ref{ID: r.ID}))
	cadre := h.as("cadre")
	cadre.get("/desk/requests").want("the inbox", 200, "放假安排没公布", "最早 12月28日", "!1月1日")
	cadre.get(desk.Href(r.ID)).want("the case", 200, "放假安排没公布", "不早于12月28日", "!1月1日")
	cadre.get(desk.Href(r.ID)+"/dispatch").want("the dispatch", 200, "!1月1日")
	cadre.post(desk.HrefNew, "channel", "phone", "area", county, "words", "有话").want("registered", 200, "不早于 12月28日", "!1月1日")
}
