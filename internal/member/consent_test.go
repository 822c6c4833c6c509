package member_test

import (
	"testing"
	"time"

	"nuanxin/internal/consent"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/op"
)

func TestTakingConsentBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me, other := w.worker("13900000018"), w.worker("13900000019")
		who := w.join(me, withDocument(form("褚十八"), "11010519491231002X"))
		consents := consent.NewService(op.New(w.db, consent.Policy), w.Service)
		w.must(consents.Withdraw(other, "document")) // changes nothing of another's
		if o := w.mine(me); o.Document == "" || !o.Consents[0].WithdrawnAt.IsZero() {
			t.Errorf("after another took theirs back: got %+v", o)
		}
		w.must(consents.Withdraw(me, "document"))
		o := w.mine(me)
		if o.State != member.Active || o.Document != "" || o.Born != "" || o.Consents[0].WithdrawnAt.IsZero() {
			t.Errorf("got %+v, want a member without a number", o)
		}
		full, err := w.Open(op.With(cadre, op.Call{Purpose: "核对"}), who)
		if err != nil || full.Document != "" {
			t.Errorf("opened: got %+v, %v, want no number", full, err)
		}
		w.join(other, withDocument(form("卫十九"), "11010519491231002X"))
	})
}

// In a year whose holidays are not published nothing is promised by a date, and
// whoever waits is on the list all the same, behind those with one.
func TestWaitingWithoutADate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.clock.Move(35 * 24 * time.Hour)
		dark := w.apply(w.worker("13900000015"), form("陈十五"))
		w.clock.Set(start)
		w.apply(w.worker("13900000016"), form("楚十六"))
		rows := w.list(cadre, roll.Filter{Waits: true}).Rows
		if !dark.DueAt.IsZero() || len(rows) != 2 || rows[1].ID != dark.ID || rows[1].Late {
			t.Errorf("got %+v on the list, due %v; want the one without a date last", rows, dark.DueAt)
		}
	})
}
