package member_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/workday"
)

// deliver hands over what waits, as a process that has just started.
func (w *world) deliver() {
	w.t.Helper()
	worker := job.New(w.db, op.Groups)
	w.Register(worker)
	for range 10 { // an event waits for those before it
		_, err := worker.Deliver(w.t.Context())
		w.must(err)
	}
}

// redeliver makes every event new again, as after a process that died before it
// could note what it had done.
func (w *world) redeliver() {
	w.t.Helper()
	w.must(w.db.Update(w.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(w.t.Context(), `update member_outbox set done_at = null, due_at = 0`)
		return err
	}))
}

func TestADecisionIsToldOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.join(w.worker("13900000301"), form("陈立冬"))
		no := w.apply(w.worker("13900000302"), form("王满仓"))
		w.must(w.Refuse(cadre, no.ID, 1, "不在这里干活"))
		w.apply(w.worker("13900000303"), form("等着的"))
		w.told.down = true
		w.deliver()
		if got := w.told.got; len(got) != 0 {
			t.Fatalf("while the gateway is down: got %v told", got)
		}
		w.told.down = false
		w.clock.Move(24 * time.Hour)
		for range 3 {
			w.deliver()
			w.redeliver()
		}
		if got := strings.Join(w.told.got, " "); got != "13900000301 13900000302" {
			t.Errorf("got %q, want each of the two once, and nobody who waits", got)
		}
	})
}

func TestDatesComeWithTheNotice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.clock.Set(time.Date(2026, 12, 30, 2, 0, 0, 0, time.UTC)) // three working days on is a year that is not published
		who := w.worker("13900000311")
		w.apply(who, form("陈立冬"))
		system := authz.AsSystem(context.Background(), "test")
		if n, err := w.Renew(system); err != nil || n != 0 {
			t.Fatalf("before the notice: got %d and %v, want nothing to date", n, err)
		}
		if at := w.mine(who).DueAt; !at.IsZero() {
			t.Fatalf("before the notice: got %v, want no date", at)
		}
		next, err := w.days.WithYear(2027, []workday.Day{{Date: "2027-01-01", Name: "元旦", Off: true}})
		w.must(err)
		*w.days = next
		w.clock.Move(20 * 24 * time.Hour) // whenever the notice comes, the days count from the application
		for i, want := range []int{1, 0} {
			if n, err := w.Renew(system); err != nil || n != want {
				t.Errorf("run %d after the notice: got %d and %v, want %d", i, n, err, want)
			}
		}
		if own := w.mine(who); own.DueAt.Format(time.RFC3339) != "2027-01-05T09:30:00Z" || own.Version != 1 {
			t.Errorf("got %v in version %d, want three working days from the application, and what the cadre saw unchanged", own.DueAt, own.Version)
		}
		if _, err := w.Renew(cadre); code(err) == "ok" {
			t.Error("a cadre may date answers, want the program alone")
		}
	})
}
