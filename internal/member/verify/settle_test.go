package verify_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/job"
	"nuanxin/internal/member"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/op"
)

// A cadre asks the member to look again, or looks at the original; both with words, both
// by the version that was seen.
func TestCadre(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		which := w.apply(me, "李四", other, "document", "realname")
		if got := code(w.checks.Want(cadre, which, 1, "名字好像少了一个字")); got != "member.changed" {
			t.Errorf("asked before anything is wrong: got %s", got)
		}
		w.work()
		worker := job.New(w.db, op.Groups)
		w.Register(worker)
		w.checks.Register(worker)
		deliver := func() {
			_, err := worker.Deliver(system)
			w.must(err)
		}
		deliver()
		if len(w.told.got) != 1 {
			t.Errorf("told %d times that it does not match", len(w.told.got))
		}
		for tells, ctx := range map[string]context.Context{"a leader": staff(authz.Leader, county), "a cadre of elsewhere": staff(authz.Cadre, "990102"), "the worker": me} {
			for _, act := range []func(context.Context, member.ID, int64, string) error{w.checks.Want, w.checks.Confirm} {
				if got := code(act(ctx, which, 1, "看过了")); got != "denied" && got != "missing" {
					t.Errorf("%s: got %s", tells, got)
				}
			}
		}
		if got := code(w.checks.Want(cadre, which, 1, "")); got != "invalid" {
			t.Errorf("without words: got %s", got)
		}
		w.must(w.checks.Want(cadre, which, 1, "名字好像少了一个字"))
		deliver()
		if mine, err := w.checks.Mine(me); err != nil || mine.Wanted != "名字好像少了一个字" || mine.WantedBy != "柳婷" || len(w.told.got) != 2 {
			t.Errorf("got %+v, %v, told %d", mine, err, len(w.told.got))
		}
		if got := code(w.checks.Confirm(cadre, which, 1, "看过身份证原件")); got != "member.changed" {
			t.Errorf("on an old page: got %s", got)
		}
		w.must(w.checks.Confirm(cadre, which, 2, "看过身份证原件，名字里有个生僻字"))
		if f := w.get(which); f.Check.State != verify.Seen || f.Check.SeenBy != "柳婷" || f.Check.Note == "" || len(f.Doubts) != 0 {
			t.Errorf("got %+v", f)
		}
		w.work()
		if len(w.service.asked) != 1 {
			t.Error("what a cadre saw is asked again")
		}
	})
}

// An answer that comes after the name was corrected, or the original was seen, changes
// nothing.
func TestLateAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.apply(w.worker("13900000001"), "李四", other, "document", "realname")
		w.service.before = func() { w.must(w.checks.Confirm(cadre, which, 1, "看过原件了")) }
		w.work()
		if c := w.get(which).Check; c.State != verify.Seen {
			t.Errorf("got %q", c.State)
		}
	})
}

// A record that cannot be opened does not hold up the others for ever.
func TestBroken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 4 {
			which := w.apply(w.worker("1390000000"+string(rune('1'+i))), "张三丰", number, "document", "realname")
			w.spoil(t, which)
		}
		good := w.apply(w.worker("13900000009"), "李四光", other, "document", "realname")
		for range 3 {
			_ = w.checks.Work(system)
		}
		if c := w.get(good).Check; c.State != verify.Match {
			t.Errorf("got %q", c.State)
		}
	})
}

// spoil lines a record up and breaks it.
func (w *world) spoil(t *testing.T, which member.ID) {
	t.Helper()
	w.checks.Checker = nil
	w.work()
	w.checks.Checker = w.service
	w.must(w.db.Update(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `update member set data_key = $2 where member_id = $1`, string(which), []byte("broken"))
		return err
	}))
}

// Two processes that work at the same time ask each question once.
func TestTwoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 8 {
			w.apply(w.worker("1390000000"+string(rune('1'+i))), "张三丰", number, "document", "realname")
		}
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() { _ = w.checks.Work(system) })
		}
		both.Wait()
		w.work()
		ids := map[string]bool{}
		for _, q := range w.service.asked {
			if ids[q.ID] {
				t.Error("a question went out twice")
			}
			ids[q.ID] = true
		}
		if len(ids) != 8 {
			t.Errorf("asked %d of 8", len(ids))
		}
	})
}

// Only the program checks; each question and each result is in the audit trail, and names
// nobody.
func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.apply(w.worker("13900000001"), "李四", other, "document", "realname")
		if got := code(w.checks.Work(cadre)); got != "denied" {
			t.Errorf("a cadre works: got %s", got)
		}
		w.work()
		var notes []string
		w.must(w.db.View(context.Background(), func(tx *db.Tx) error {
			return tx.Each(context.Background(), `select note from member_audit where action = 'member.verify' and root_id = $1 order by seq`, []any{string(which)}, func(r db.Row) error {
				var n string
				err := r.Scan(&n)
				notes = append(notes, n)
				return err
			})
		}))
		all := strings.Join(notes, "\n")
		if len(notes) != 2 || !strings.Contains(notes[0], "asked") || !strings.Contains(notes[1], "mismatch") || strings.Contains(all, "李四") || strings.Contains(all, other) {
			t.Errorf("got %q", notes)
		}
	})
}

// Whose account ends is forgotten here, too.
func TestForget(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.worker("13900000001")
		which := w.apply(me, "李四", other, "document", "realname")
		w.work()
		find := func(tx *op.Tx) (member.Member, error) { return w.Ask(context.Background(), tx, which) }
		_, err := op.Write(system, w.desk, verify.Verify, find, func(tx *op.Tx, _ member.Member) (bool, error) {
			return true, errors.Join(w.checks.Forget(system, tx, authz.From(me).ID), w.Forget(system, tx, authz.From(me).ID))
		})
		w.must(err)
		n := 1
		w.must(w.db.View(context.Background(), func(tx *db.Tx) error {
			return tx.One(context.Background(), `select count(*) from member_realname`, nil, &n)
		}))
		if n != 0 {
			t.Errorf("%d rows are left", n)
		}
		w.work()
	})
}
