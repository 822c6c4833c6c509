package requestweb_test

import (
	"net/url"
	"testing"
	"time"

	"nuanxin/internal/id"
)

// TestUnpublishedDaysAreTold: in a time whose holidays are not published the
// worker reads the day before which no answer can be, and never a guess.
func TestUnpublishedDaysAreTold(t *testing.T) {
	h := newHouse(t)
	h.clock.Set(time.Date(2026, 12, 24, 2, 0, 0, 0, time.UTC)) // a Thursday, 10:00
	p := h.phone()
	p.get("/help").must(t, "before it is sent", 200, []string{"今天 12:00 前有人看", "答复不早于 12月28日"}, []string{"1月1日"})
	number := p.send(part{name: "words", data: words})
	p.get("/help/"+number+"/sent").must(t, "sent", 200, []string{"不早于 12月28日", "一公布"}, []string{"最晚", "1月1日"})
	p.get("/help/"+number).must(t, "progress", 200, []string{"不早于 12月28日"}, []string{"最晚", "1月1日"})
	p.get("/help/mine").must(t, "the list", 200, []string{"不早于 12月28日 答复"}, []string{"1月1日"})
	h.clock.Set(time.Date(2026, 12, 25, 9, 0, 0, 0, time.UTC)) // Friday, 17:00
	p.press("/help/"+number+"/chase", url.Values{"req_id": {id.New[string]()}})
	p.get("/help/"+number).must(t, "chased", 200, []string{"最早 12月28日", "不早于 12月28日"}, []string{"1月1日"})
	h.clock.Set(time.Date(2026, 12, 29, 2, 0, 0, 0, time.UTC))
	p.get("/help/"+number).must(t, "in the unknown days", 200, []string{"还没公布，一公布就在这里写上哪天答复"}, []string{"不早于", "最晚", "1月1日"})
	p.get("/help").must(t, "a new one then", 200, []string{"看了告诉你哪天答复"}, []string{"1月1日"})
}
