package merge_test

import (
	"context"
	"testing"

	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// east is a station of ours, the only one.
type east struct{}

const eastID = "0192b0c0-0000-7000-8000-0000000000e1"

func (east) Near(context.Context, *op.Tx, string) ([]work.Post, error) {
	return []work.Post{{ID: eastID, Name: "城东驿站", Open: true}}, nil
}

func (e east) Some(ctx context.Context, tx *op.Tx, _ []string) ([]work.Post, error) {
	return e.Near(ctx, tx, "")
}

// A station of ours goes along with a merger, and back.
func TestStationsAreMerged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.join(w.worker("13900000001"), "张三丰", document, county, "document")
		b := w.join(w.worker("13900000002"), "張三豐", "", county)
		w.must(w.Work(city, b, []work.Said{{Post: eastID}}, "2026-11-01"))
		w.merged(a, b)
		if got := working(w.get(a)); got != "某平台 2026-11-24, 城东驿站 2026-11-01" {
			t.Errorf("merged: got %s", got)
		}
		w.must(w.undo(b))
		if a, b := working(w.get(a)), working(w.get(b)); a != "某平台 2026-11-24" || b != "城东驿站 2026-11-01, 某平台 2026-11-24" {
			t.Errorf("apart: got %s and %s", a, b)
		}
	})
}
