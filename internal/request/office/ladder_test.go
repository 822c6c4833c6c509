package office_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// However many requests cannot be pressed now, a run ends, and the next one goes
// on where it ended: what lies behind them is reminded all the same.
func TestLadderStarvesNobody(t *testing.T) {
	each(t, func(h *house) {
		for range 520 {
			h.captured(worker(), request.Draft{Words: "x"})
		}
		h.spoil(`update request set policy = '00000000-0000-7000-8000-000000000000'`)
		h.clk.Move(time.Minute)
		ok := h.capture()
		h.clk.Move(90 * time.Minute)
		first, _ := h.Climb(program())
		second, _ := h.Climb(program())
		c := h.caseOf(ok)
		if first != 0 || second != 1 || !slices.ContainsFunc(c.Timeline, func(e request.Entry) bool { return e.Kind == request.KindReminded }) {
			h.t.Errorf("behind 520 that break, the runs touched %d and %d; want the first to end before the sound one and the second to remind it", first, second)
		}
	})
}

// The ladder runs every minute: it must not read the whole table.
func TestLadderReadsItsIndex(t *testing.T) {
	clk := clock.At(start)
	h := build(t, dbtest.SQLite(t, clk, schemas), clk)
	h.capture()
	var plan []string
	err := h.db.View(t.Context(), func(tx *db.Tx) error {
		return tx.Each(t.Context(), "explain query plan "+record.ClimbQuery, []any{0, 0, "", 100}, func(r db.Row) error {
			var a, b, c any
			var line string
			err := r.Scan(&a, &b, &c, &line)
			plan = append(plan, line)
			return err
		})
	})
	if all := strings.Join(plan, "; "); err != nil || !strings.Contains(all, "SEARCH request USING INDEX request_ladder") || strings.Contains(all, "SCAN") {
		t.Errorf("the plan is %q, %v; want a search of the ladder's index", all, err)
	}
}
