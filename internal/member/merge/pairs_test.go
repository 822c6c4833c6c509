package merge_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/member"
	"nuanxin/internal/member/merge"
	"nuanxin/internal/op"
)

// A pair is listed once for who sees both, and for who sees one with the other unnamed;
// handed up it is on top; told apart it does not come back.
func TestPairs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		a := w.join(me, "张三", document, county, "document")
		w.must(consent.NewService(op.New(w.db, consent.Policy), w.Service).Withdraw(me, "document"))
		b := w.join(w.worker("13900000002"), "張三", "", county)
		c := w.join(w.worker("13900000003"), "李四", document, sibling, "document")
		d := w.apply(w.worker("13900000004"), "李泗", document, county, "document")
		list := func(ctx context.Context, f merge.Filter) merge.Page {
			t.Helper()
			p, err := w.merge.Pairs(ctx, f)
			w.must(err)
			return p
		}
		p := list(city, merge.Filter{})
		if len(p.Lines) != 2 || !p.Lines[0].Certain() || p.Lines[0].Beyond {
			t.Fatalf("got %+v, want two, the number on top", p.Lines)
		}
		if p := list(cadre, merge.Filter{}); len(p.Lines) != 2 || p.Lines[0].A.ID != d || !p.Lines[0].Beyond || p.Lines[0].B.Name != "" {
			t.Errorf("a county: got %+v, want the other unnamed", p.Lines)
		}
		first := list(city, merge.Filter{Limit: 1})
		if second := list(city, merge.Filter{Limit: 1, After: first.Next}); first.Next == "" || len(second.Lines) != 1 || second.Next != "" || second.Lines[0].Member == first.Lines[0].Member {
			t.Errorf("got %+v and %+v, want the two parted", first, second)
		}
		if _, err := w.merge.Merge(cadre, w.orderOf(c, d)); code(err) != "missing" {
			t.Errorf("merging with another county's: got %v, want missing", err)
		}
		w.must(w.merge.HandUp(cadre, a, b, "看不准"))
		if p := list(city, merge.Filter{}); p.Lines[0].HandedAt.IsZero() || len(list(city, merge.Filter{Handed: true}).Lines) != 1 {
			t.Errorf("got %+v, want what was handed up on top", p.Lines)
		}
		if err := w.merge.NotSame(city, a, b, "问过两个人"); err != nil {
			t.Fatal(err)
		}
		w.must(w.write(func(tx *op.Tx) error { // as when one of them changes
			_, err := tx.Exec(t.Context(), `update member set sought = 0 where state = 'active'`)
			return err
		}))
		if _, err := w.merge.Seek(system); err != nil {
			t.Fatal(err)
		}
		if p := list(city, merge.Filter{}); len(p.Lines) != 1 {
			t.Errorf("got %+v, want the two who are two not to come back", p.Lines)
		}
		if err := w.merge.NotSame(city, a, b, "又一次"); code(err) != "member.twin.decided" {
			t.Errorf("again: got %v", err)
		}
		two, err := w.merge.Get(city, c, d)
		if err != nil || !slices.Equal(two.Differ, []merge.Field{merge.Name, merge.Phone, merge.Number}) || two.A.Matters != 2 {
			t.Errorf("got %+v, %v; want what differs, and what is under way", two.Differ, err)
		}
	})
}

func (w *world) orderOf(keep, gone member.ID) merge.Order {
	return merge.Order{Keep: keep, Gone: gone, KeepVersion: w.get(keep).Version, GoneVersion: w.get(gone).Version, Why: "是同一个人"}
}

// Who may, and what cannot be merged.
func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		a, b := w.join(me, "张三", "", county), w.join(w.worker("13900000002"), "張三", "", county)
		left := w.join(w.worker("13900000003"), "王五", "", county)
		w.must(w.Finish(city, left, w.get(left).Version, "单位撤了"))
		stale := authz.From(cadre)
		stale.Proven = time.Time{}
		for say, c := range map[string]struct {
			ctx  context.Context
			o    merge.Order
			want string
		}{
			"a leader":                     {staff(authz.Leader, county), w.order(a, b), "denied"},
			"another county":               {staff(authz.Cadre, sibling), w.order(a, b), "missing"},
			"the member":                   {me, w.order(a, b), "denied"},
			"who proved long ago":          {authz.With(context.Background(), stale), w.order(a, b), "unproven"},
			"itself":                       {city, w.order(a, a), "member.twin.itself"},
			"the living into one who left": {city, w.order(left, a), "member.twin.other_way"},
			"as it was not":                {city, merge.Order{Keep: a, Gone: b, KeepVersion: 1, GoneVersion: 2, Why: "是同一个人"}, "member.changed"},
			"without a reason":             {city, merge.Order{Keep: a, Gone: b, KeepVersion: 2, GoneVersion: 2}, "invalid"},
		} {
			if _, err := w.merge.Merge(c.ctx, c.o); code(err) != c.want {
				t.Errorf("%s: got %v, want %s", say, err, c.want)
			}
		}
		w.merged(a, left)
		if got := kinds(w.get(a)); got != "join join* end* merge*" {
			t.Errorf("got the history %q, want that of the one who left", got)
		}
	})
}
