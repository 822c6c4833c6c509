package member_test

import (
	"context"
	"fmt"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/body"
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
			got, err := body.Counts(t.Context(), &op.Tx{Tx: raw, Subject: authz.Subject{Kind: authz.System}}, unions)
			if fmt.Sprint(got) != fmt.Sprint(map[string]int64{union: 3}) {
				t.Errorf("got %v, want 3 in %s", got, union)
			}
			return err
		})
		w.must(err)
	})
}

// Members who are given to another union keep what they are: a kept membership stays
// kept, a transfer elsewhere goes on, and one to the very union is there.
func TestMoveMembers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		kept, goes, comes, waits, gone := w.worker("19900000001"), w.worker("19900000002"), w.worker("19900000003"), w.worker("19900000004"), w.worker("19900000005")
		w.must(w.Keep(cadre, w.join(kept, form("甲示例")), 2, "没活了"))
		ask := func(who context.Context, name string) {
			t.Helper()
			_, err := w.AskTransfer(who, w.join(who, form(name)), sibling)
			w.must(err)
		}
		ask(goes, "乙示例")
		w.apply(waits, form("丁示例"))
		w.must(w.Quit(gone, w.join(gone, form("戊示例"))))
		from := w.mine(waits).Union
		third := w.mine(goes).To
		heir := member.Union{ID: id.New[string](), Name: "新区总工会", Area: sibling + "001"}
		move := func(from string, into member.Union) (members, applicants int64) {
			t.Helper()
			w.must(w.db.Update(t.Context(), func(raw *db.Tx) (err error) {
				tx := &op.Tx{Tx: raw, Subject: authz.Subject{Kind: authz.Staff, Name: "市里"}}
				if members, err = body.MoveMembers(t.Context(), tx, from, into, "两区合并"); err != nil {
					return err
				}
				applicants, err = body.MoveApplicants(t.Context(), tx, from, into)
				return err
			}))
			return members, applicants
		}
		if m, a := move(from, heir); m != 2 || a != 1 {
			t.Errorf("moved %d members and %d applicants, want 2 and 1", m, a)
		}
		if o := w.mine(kept); o.State != member.Kept || o.Union != heir.ID || o.Area != heir.Area || len(o.Terms) != 3 || o.Terms[2].Kind != member.Transfer || o.Terms[2].By != "市里" {
			t.Errorf("kept: %+v", o)
		}
		if o := w.mine(goes); o.Union != heir.ID || o.To != third || o.Area != sibling || o.DueAt.IsZero() {
			t.Errorf("whoever goes elsewhere: %+v", o)
		}
		if o := w.mine(gone); o.Union != from || o.State != member.Left || len(o.Terms) != 2 {
			t.Errorf("who left stays where they left: %+v", o)
		}
		// What was asked of the union that ends is asked of the other; who is there already has arrived.
		ask(comes, "丙示例")
		if m, a := move(third, heir); m != 0 || a != 2 {
			t.Errorf("moved %d and %d, want 0 and 2", m, a)
		}
		if o := w.mine(goes); o.To != "" || o.Area != heir.Area || !o.DueAt.IsZero() || o.Waits() {
			t.Errorf("arrived: %+v", o)
		}
		if o := w.mine(comes); o.To != heir.ID || o.ToName != heir.Name || o.Area != heir.Area || o.Union != from {
			t.Errorf("whoever comes: %+v", o)
		}
	})
}

// Who belongs to a union goes along when its area changes; who is on the way to another
// is the other's to decide about, and comes back under the new area.
func TestRelocate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stays, goes, waits, comes := w.worker("19900000001"), w.worker("19900000002"), w.worker("19900000003"), w.worker("19900000004")
		w.join(stays, form("甲示例"))
		moving := w.join(goes, form("乙示例"))
		_, err := w.AskTransfer(goes, moving, sibling)
		w.must(err)
		w.apply(waits, form("丙示例"))
		union, next := w.mine(stays).Union, w.mine(goes).To
		const after, there = county + "009", sibling + "009"
		relocate := func(union, area string) {
			t.Helper()
			w.must(w.db.Update(t.Context(), func(raw *db.Tx) error { return body.Relocate(t.Context(), &op.Tx{Tx: raw}, union, area) }))
		}
		relocate(union, after)
		relocate(next, there)
		for about, test := range map[string]struct {
			who  context.Context
			want string
		}{"a member": {stays, after}, "an applicant": {waits, after}, "on the way": {goes, there}} {
			if o := w.mine(test.who); o.Area != test.want {
				t.Errorf("%s: area %s, want %s", about, o.Area, test.want)
			}
		}
		w.must(w.Withdraw(goes, moving))
		if o := w.mine(goes); o.Area != after {
			t.Errorf("back again: area %s, want %s", o.Area, after)
		}
		w.join(comes, form("丁示例")) // under the county's own area, as the fake still has it
		if o := w.mine(comes); o.Area != county {
			t.Errorf("others are let be: %s", o.Area)
		}
	})
}
