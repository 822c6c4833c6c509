package station_test

import (
	"strings"
	"testing"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
)

func TestCheckFindsWhatTheFinderMisses(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		h.add(t, facts("一站"))
		h.add(t, facts("二站"))
		if seen, wrong, err := h.Check(program); seen != 2 || len(wrong) > 0 || err != nil {
			t.Fatalf("at first: %d seen, %v, %v", seen, wrong, err)
		}
		if _, _, err := h.Check(cadre); !fault.Is(err, fault.Denied) {
			t.Errorf("a cadre runs the check: %v", err)
		}
		for _, d := range []struct{ harm, undo, want string }{
			{`update station_counter set value = value - 1`, `update station_counter set value = value + 1`, "last change"},
			{`update station_code set code = code || 'X'`, `update station_code set code = substr(code, 1, length(code) - 1)`, "code"},
			{`delete from station_change`, ``, "last change"},
		} {
			h.exec(t, d.harm)
			if _, wrong, err := h.Check(program); err != nil || !strings.Contains(strings.Join(wrong, ";"), d.want) {
				t.Errorf("after %q: %v, %v", d.harm, wrong, err)
			}
			h.exec(t, d.undo)
		}
	})
}

func (h house) exec(t *testing.T, query string) {
	t.Helper()
	if query == "" {
		return
	}
	err := h.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
