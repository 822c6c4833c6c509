package member_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/body"
	"nuanxin/internal/member/roll"
	"nuanxin/internal/op"
)

func (w *world) list(ctx context.Context, f roll.Filter) roll.Page {
	w.t.Helper()
	p, err := w.List(ctx, f)
	w.must(err)
	return p
}

// named are the names of rows, each with the reasons of its doubts.
func named(rows []roll.Row) string {
	var all []string
	for _, r := range rows {
		s := r.Name
		for _, d := range r.Doubts {
			s += " " + string(d.Why)
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

func TestDoubtsStandOnTop(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(w.worker("13900000101"), form("早来的"))
		w.clock.Move(24 * time.Hour)
		w.apply(w.worker("13900000102"), withDocument(form("小孩子"), "110105201201010015")) // fourteen years old
		w.apply(w.worker("13900000103"), withDocument(form("同证甲"), "11010519491231002X"))
		w.apply(w.worker("13900000104"), withDocument(form("同证乙"), "11010519491231002X"))
		w.clock.Move(24 * time.Hour)
		w.join(w.worker("13900000105"), form("同名的"))
		w.apply(w.worker("13900000106"), form("同名的"))
		w.apply(w.worker("13900000107"), form("晚来的"))
		p := w.list(cadre, roll.Filter{Waits: true})
		want := "小孩子 young, 同证甲 same_document, 同证乙 same_document, 同名的 same_name_area, 早来的, 晚来的"
		if got := named(p.Rows); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if other := p.Others[p.Rows[3].Doubts[0].Other]; other.Name != "同名的" || other.State != member.Active {
			t.Errorf("got the other %+v, want the member of that name", other)
		}
		n, err := w.Doubtful(cadre)
		w.must(err)
		count, err := w.Waiting(cadre)
		w.must(err)
		if n != 4 || count != (roll.Waiting{All: 6}) {
			t.Errorf("got %d doubtful of %+v, want 4 of 6", n, count)
		}
	})
}

// Pages of two, with the first page approved before the second is read: nobody
// is lost and nobody comes twice.
func TestPagingLosesNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var want []string
		for i := range 7 {
			name := "工友" + string(rune('甲'+i))
			if i%3 == 0 {
				name = "重名"
			}
			want = append(want, name)
			w.apply(w.worker(fmt.Sprintf("1390000020%d", i)), form(name))
			w.clock.Move(time.Hour)
		}
		var got []string
		f := roll.Filter{Waits: true, Limit: 2}
		for range 9 {
			p := w.list(cadre, f)
			for _, r := range p.Rows {
				got = append(got, r.Name)
				w.must(w.Approve(cadre, r.ID, r.Version))
			}
			if f.After = p.Next; p.Next == "" {
				break
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("waiting: got %v, want %v", got, want)
		}
		got = nil
		f = roll.Filter{States: []member.State{member.Active}, Limit: 3}
		for {
			p := w.list(cadre, f)
			for _, r := range p.Rows {
				got = append(got, r.Name)
			}
			if f.After = p.Next; p.Next == "" {
				break
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("members: got %v, want %v", got, want)
		}
		for _, broken := range []string{"x", "1.2", "1.2.3", "a.b." + id.New[string]()} {
			if p := w.list(cadre, roll.Filter{After: broken}); len(p.Rows) != 7 {
				t.Errorf("after %q: got %d, want all from the top", broken, len(p.Rows))
			}
		}
	})
}

func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := withDocument(form("找得到"), "11010519491231002X")
		a.Occupation = member.Trucker
		who := w.join(w.worker("13900000301"), a)
		w.apply(w.worker("13900000302"), form("另一位"))
		full, err := w.Get(cadre, who)
		w.must(err)
		for _, test := range []struct {
			about string
			f     roll.Filter
			want  string
		}{
			{"everybody", roll.Filter{}, "另一位, 找得到"},
			{"by name", roll.Filter{Name: "找得到"}, "找得到"},
			{"by a part of a name", roll.Filter{Name: "找得"}, ""},
			{"by phone", roll.Filter{Phone: "13900000301"}, "找得到"},
			{"by identity number", roll.Filter{Document: "11010519491231002X"}, "找得到"},
			{"by number", roll.Filter{Number: full.Number}, "找得到"},
			{"by occupation", roll.Filter{Occupations: []member.Occupation{member.Rider}}, "另一位"},
			{"by state", roll.Filter{States: []member.State{member.Active, member.Kept}}, "找得到"},
			{"by area", roll.Filter{Area: county}, "另一位, 找得到"},
			{"by another area", roll.Filter{Area: sibling}, ""},
		} {
			got := named(w.list(cadre, test.f).Rows)
			n, err := w.Count(cadre, test.f)
			w.must(err)
			if got != test.want || n != len(w.list(cadre, test.f).Rows) {
				t.Errorf("%s: got %q (%d), want %q", test.about, got, n, test.want)
			}
		}
	})
}

func TestApprovingSeveral(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []member.Choice
		for i, name := range []string{"第一", "第二", "第三"} {
			all = append(all, member.Choice{ID: w.apply(w.worker(fmt.Sprintf("1390000040%d", i)), form(name)).ID, Version: 1})
		}
		w.must(w.Refuse(cadre, all[1].ID, 1, "资料不全"))
		all = append(all, member.Choice{ID: id.New[member.ID](), Version: 1})
		call := op.With(cadre, op.Call{ClientID: id.New[string](), Digest: "d"})
		want := "ok conflict ok missing"
		for _, about := range []string{"first", "again"} {
			var got []string
			for _, told := range w.ApproveAll(call, all) {
				got = append(got, code(told.Err))
			}
			if s := strings.Join(got, " "); s != want {
				t.Errorf("%s: got %s, want %s", about, s, want)
			}
		}
		if n := len(w.list(cadre, roll.Filter{States: []member.State{member.Active}}).Rows); n != 2 {
			t.Errorf("got %d members, want 2", n)
		}
		f, err := w.Get(cadre, all[0].ID)
		w.must(err)
		if f.ChangedBy != "柳婷" || !f.ChangedAt.Equal(w.clock.Now()) {
			t.Errorf("got changed by %q at %v", f.ChangedBy, f.ChangedAt)
		}
		for _, told := range w.ApproveAll(staff(authz.Leader, county), all[:1]) {
			if code(told.Err) != "denied" {
				t.Errorf("a leader: got %v, want denied", told.Err)
			}
		}
	})
}

// An accident with one is told of that one, and the others go their way.
func TestAnAccidentAmongSeveral(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who := w.worker("13900000411")
		w.must(w.Quit(who, w.join(who, form("回来的"))))
		all := []member.Choice{{ID: w.apply(w.worker("13900000412"), form("新来的")).ID, Version: 1}, {ID: w.apply(who, form("回来的")).ID, Version: 1}}
		w.must(w.db.Update(t.Context(), func(tx *db.Tx) error { // the next new number is taken by nobody
			_, err := tx.Exec(t.Context(), `insert into member_number (number, member_id) values ($1, $2)`, county+"26000002", id.New[string]())
			return err
		}))
		told := w.ApproveAll(cadre, all)
		if told[0].Accident() == nil || !strings.Contains(told[0].Accident().Error(), string(all[0].ID)) || told[1].Err != nil {
			t.Errorf("got %v and %v, want the first told as an accident with its id, the second approved", told[0].Err, told[1].Err)
		}
	})
}

func TestExport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(w.worker("13900000501"), form("带走的"))
		if _, err := w.Export(cadre, roll.Filter{Area: county}); code(err) != "invalid" {
			t.Errorf("without a purpose: got %v", err)
		}
		why := op.Call{Purpose: "核对名册"}
		got, err := w.Export(op.With(staff(authz.Leader, county), why), roll.Filter{Area: county})
		w.must(err)
		if len(got.Rows) != 1 || got.Rows[0].Phone != "139****0501" || got.Cut {
			t.Errorf("got %+v, want one with a masked phone", got)
		}
		for about, ctx := range map[string]context.Context{"a sibling": staff(authz.Cadre, sibling), "an administrator": staff(authz.Admin, county)} {
			if _, err := w.Export(op.With(ctx, why), roll.Filter{Area: county}); code(err) != "missing" {
				t.Errorf("%s: got %v, want missing", about, err)
			}
		}
		w.must(w.db.Update(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `insert into member_rule (name, since, value, source) values ('export_rows', '2026-01-01', 0, 'test')`)
			return err
		}))
		if got, err = w.Export(op.With(cadre, why), roll.Filter{Area: county}); err != nil || !got.Cut || len(got.Rows) != 0 {
			t.Errorf("above the limit: got %+v, %v, want it cut", got, err)
		}
	})
}

// A union that somebody belongs to, or asks to belong to, has people in it.
func TestWhoIsInAUnion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		r := w.apply(me, form("王小明"))
		union := w.mine(me).Union
		in := func(want bool, about string) {
			t.Helper()
			w.must(w.db.View(t.Context(), func(raw *db.Tx) error {
				got, err := body.In(t.Context(), &op.Tx{Tx: raw}, union)
				if got != want {
					t.Errorf("%s: %v, want %v", about, got, want)
				}
				return err
			}))
		}
		in(true, "an applicant")
		w.must(w.Approve(cadre, r.ID, 1))
		in(true, "a member")
		w.must(w.Quit(me, r.ID))
		in(false, "nobody any more")
	})
}
