package member_test

import (
	"context"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/member/roll"
)

func TestTransfer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000008")
		who := w.join(me, form("孙八"))
		if _, err := w.AskTransfer(me, who, county); code(err) != "invalid" {
			t.Errorf("to the own union: got %v", err)
		}
		r, err := w.AskTransfer(me, who, sibling+"003")
		w.must(err)
		if r.Union != "青石县总工会" || r.DueAt.IsZero() {
			t.Errorf("got %+v", r)
		}
		if err := w.Approve(cadre, who, 3); code(err) != "missing" && code(err) != "denied" {
			t.Errorf("the old union takes it over: got %v, want refused", err)
		}
		there := staff(authz.Cadre, sibling)
		w.must(w.Refuse(there, who, 3, "请先联系原工会"))
		if o := w.mine(me); o.State != member.Active || o.UnionName != "云川县总工会" || o.Area != county || o.To != "" || o.Reason == "" {
			t.Errorf("refused: got %+v, want a member as before, with the reason", o)
		}
		_, err = w.AskTransfer(me, who, sibling)
		w.must(err)
		w.must(w.Approve(there, who, 5))
		o := w.mine(me)
		if o.UnionName != "青石县总工会" || o.Number != "99010126000001" || kinds(o.Terms) != "join 云川县总工会, transfer 青石县总工会" || o.Terms[0].Until.IsZero() {
			t.Errorf("taken over: got %+v, want the number for life and both terms", o)
		}
		if _, err := w.Get(cadre, who); code(err) != "missing" {
			t.Errorf("the old union reads on: got %v, want missing", err)
		}
	})
}

func TestHistoryIsNeverOverwritten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000009")
		who := w.join(me, form("周九"))
		w.must(w.Keep(cadre, who, 2, "暂时没有工作"))
		w.clock.Move(24 * time.Hour)
		w.must(w.Resume(cadre, who, 3, "又上岗了"))
		w.must(w.Quit(me, who))
		o := w.mine(me)
		if o.State != member.Left || kinds(o.Terms) != "join 云川县总工会, keep 云川县总工会, resume 云川县总工会, leave 云川县总工会" {
			t.Errorf("got %s %s", o.State, kinds(o.Terms))
		}
		if again := w.join(me, form("周九")); again == who {
			t.Error("joined again under the old record")
		}
		if err := w.Quit(me, who); code(err) != "conflict" {
			t.Errorf("leaving twice: got %v", err)
		}
	})
}

func TestTakingBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000010")
		r := w.apply(me, form("吴十"))
		w.must(w.Withdraw(me, r.ID))
		if err := w.Approve(cadre, r.ID, 2); code(err) != "conflict" {
			t.Errorf("approving what was taken back: got %v", err)
		}
		w.apply(me, form("吴十"))
	})
}

func TestTheNumberIsForLife(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		again := func(who context.Context, a member.Application) string {
			w.join(who, a)
			own := w.mine(who)
			w.must(w.Quit(who, own.ID))
			return own.Number
		}
		who := w.worker("13900000201")
		first := again(who, withDocument(form("陈立冬"), "11010519491231002X"))
		second := again(who, form("陈立冬"))
		if second != first {
			t.Errorf("joined again by the same account and name: got %s, want %s", second, first)
		}
		if third := again(w.worker("13900000202"), withDocument(form("陈立冬"), "11010519491231002X")); third != first {
			t.Errorf("joined again by another phone, name and identity number the same: got %s, want %s", third, first)
		}
		for what, other := range map[string]string{
			"the same account under another name":    again(who, form("王满仓")),
			"the same name from another account":     again(w.worker("13900000203"), form("陈立冬")),
			"the identity number under another name": again(w.worker("13900000204"), withDocument(form("赵春来"), "11010519491231002X")),
		} {
			if other == first {
				t.Errorf("%s: got the number of somebody else, %s", what, other)
			}
		}
		p := w.list(cadre, roll.Filter{Number: first})
		if len(p.Rows) != 3 {
			t.Errorf("got %d memberships under the number, want all three of the person", len(p.Rows))
		}
	})
}
