package member_test

import (
	"fmt"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Members of a union are those who belong to it, be their membership kept: not those
// who wait, nor those who left.
func TestCounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.worker("19900000001")
		w.join(first, form("甲示例"))
		kept := w.join(w.worker("19900000002"), form("乙示例"))
		w.must(w.Keep(cadre, kept, 2, "没活了"))
		w.join(w.worker("19900000003"), form("丙示例"))
		gone := w.worker("19900000004")
		w.must(w.Quit(gone, w.join(gone, form("丁示例"))))
		w.apply(w.worker("19900000005"), form("戊示例"))
		union := w.mine(first).Union
		unions := []string{union}
		for range 1200 { // more than one query names
			unions = append(unions, id.New[string]())
		}
		err := w.db.View(t.Context(), func(raw *db.Tx) error {
			got, err := w.Counts(t.Context(), &op.Tx{Tx: raw, Subject: authz.Subject{Kind: authz.System}}, unions)
			if fmt.Sprint(got) != fmt.Sprint(map[string]int64{union: 3}) {
				t.Errorf("got %v, want 3 in %s", got, union)
			}
			return err
		})
		w.must(err)
	})
}
