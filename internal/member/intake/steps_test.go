package intake_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/op"
)

// A long list is done in the background, goes on where it stood, and when it is
// stopped takes back what it did.
func TestALongList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		n := intake.Direct + 700
		which := w.upload(cadre, list(n))
		w.must(w.Start(cadre, which, false))
		if w.count("member") != 0 || !w.state(which).Busy() {
			t.Fatal("a long list was taken in while one waits")
		}
		cut, stop := context.WithCancel(system)
		w.Rights = func(context.Context, string) (authz.Subject, error) { // the process ends after the first step
			return authz.From(cadre), nil
		}
		go func() {
			for w.count("member") == 0 {
			}
			stop()
		}()
		if err := w.Work(cut); err == nil {
			t.Log("the work was through before it was cut off")
		}
		stop()
		some := w.count("member")
		w.must(w.Work(system))
		if b := w.state(which); b.State != intake.Applied || b.Done != n || w.count("member") != n || w.count("member_term") != n || w.count("member_number") != n {
			t.Errorf("got %+v and %d members (%d at the cut), want all %d", b, w.count("member"), some, n)
		}
		w.must(w.Undo(cadre, which))
		w.must(w.Work(system))
		if b := w.state(which); b.State != intake.Undone || w.count("member") != 0 {
			t.Errorf("got %+v and %d members after the undo", b, w.count("member"))
		}
	})
}

func TestStopping(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		n := intake.Direct + 700
		which := w.upload(cadre, list(n))
		w.must(w.Start(cadre, which, false))
		w.Rights = func(ctx context.Context, _ string) (authz.Subject, error) { return authz.From(cadre), nil }
		done := make(chan error)
		go func() { done <- w.Work(system) }()
		for w.count("member") == 0 {
		}
		err := w.Stop(cadre, which)
		w.must(<-done)
		if err != nil && code(err) != "conflict" {
			t.Fatal(err)
		}
		w.must(w.Work(system))
		want := map[bool]struct {
			state   intake.State
			members int
		}{true: {intake.Staged, 0}, false: {intake.Applied, n}}[err == nil]
		if b := w.state(which); b.State != want.state || w.count("member") != want.members {
			t.Errorf("stopped %v: got %+v and %d members", err == nil, b, w.count("member"))
		}
		if err == nil {
			w.must(w.Start(cadre, which, false))
			w.must(w.Work(system))
			if w.count("member") != n {
				t.Errorf("applied after the stop: got %d members, want %d", w.count("member"), n)
			}
		}
	})
}

// Two cadres take in lists with the same people at once: everybody is there once.
func TestTwoListsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var ids [4]intake.ID
		for i := range ids {
			ids[i] = w.upload(cadre, list(300))
		}
		var wait sync.WaitGroup
		errs := make([]error, 2*len(ids))
		for i := range errs { // each list twice as well
			wait.Go(func() { errs[i] = w.Start(cadre, ids[i/2], false) })
		}
		wait.Wait()
		good := 0
		for _, err := range errs {
			switch code(err) {
			case "ok":
				good++
			case "conflict", "busy":
			default:
				t.Error(err)
			}
		}
		for range 3 { // who was cut off by the other is followed
			w.clock.Set(w.clock.Now().Add(2 * time.Minute))
			w.must(w.Work(system))
		}
		if n := w.count("member"); n != 300 || good < 4 {
			t.Errorf("got %d members and %d lists begun, want 300 by four lists", n, good)
		}
		left := 0
		for _, which := range ids {
			p, err := w.Lines(cadre, which, intake.Left, 1, 1)
			w.must(err)
			left += p.Counts[intake.Left]
		}
		if left != 900 {
			t.Errorf("got %d rows that others had taken, want 900", left)
		}
	})
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.upload(cadre, list(1))
		for _, test := range []struct {
			about string
			ctx   context.Context
			want  [3]string // upload, read, apply
		}{
			{"nobody", context.Background(), [3]string{"missing", "missing", "missing"}},
			{"a worker", authz.With(context.Background(), authz.Subject{ID: "w", Kind: authz.Worker}), [3]string{"missing", "missing", "missing"}},
			{"an administrator", staff(authz.Admin, county), [3]string{"missing", "missing", "missing"}},
			{"a host", staff(authz.Host, county), [3]string{"missing", "missing", "missing"}},
			{"a cadre of the next county", staff(authz.Cadre, sibling), [3]string{"ok", "missing", "missing"}},
			{"a cadre of a town", staff(authz.Cadre, county+"001"), [3]string{"missing", "missing", "missing"}},
			{"the leader", staff(authz.Leader, county), [3]string{"missing", "ok", "denied"}},
			{"a cadre of the province", staff(authz.Cadre, "99"), [3]string{"ok", "ok", "ok"}},
		} {
			_, err := w.Upload(test.ctx, []byte(list(1)), options)
			_, read := w.Lines(test.ctx, which, "", 1, 10)
			if got := [3]string{code(err), code(read), code(w.Start(test.ctx, which, false))}; got != test.want {
				t.Errorf("%s: got %v, want %v", test.about, got, test.want)
			}
		}
		if _, err := w.Upload(cadre, []byte(list(1)), intake.Options{Basis: intake.OnPaper, Where: "某处", Area: sibling}); code(err) != "missing" {
			t.Errorf("for another county: got %v", err)
		}
	})
}

// Whose rights ended does no more in the background.
func TestRightsThatEnded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		which := w.upload(cadre, list(intake.Direct+1))
		w.must(w.Start(cadre, which, false))
		w.Rights = func(context.Context, string) (authz.Subject, error) {
			return authz.Subject{ID: authz.From(cadre).ID, Kind: authz.Staff}, nil
		}
		w.must(w.Work(system))
		if b := w.state(which); w.count("member") != 0 || b.Trouble != "rights" {
			t.Errorf("got %d members and %+v", w.count("member"), b)
		}
		if some, err := w.Waiting(system); err != nil || some {
			t.Errorf("got %v, %v; want nothing to do until a person looked", some, err)
		}
		w.Rights = nil
		w.must(w.Again(cadre, which))
		w.must(w.Work(system))
		if b := w.state(which); b.State != intake.Applied {
			t.Errorf("got %+v", b)
		}
	})
}

// The rows are unreadable in the database, and go when they are of no more use.
func TestTheRowsAreSealedAndGo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		text := head + "欧阳示例,13912345678," + document(7) + ",,绝密公司\n"
		left, applied := w.upload(cadre, text), w.upload(cadre, text)
		w.must(w.db.View(t.Context(), func(tx *db.Tx) error {
			return tx.Each(t.Context(), `select why, others, sealed from member_import_row`, nil, func(r db.Row) error {
				var why, others string
				var sealed []byte
				err := r.Scan(&why, &others, &sealed)
				for _, secret := range []string{"欧阳", "13912345678", document(7), "绝密"} {
					if strings.Contains(why+others+string(sealed), secret) {
						t.Errorf("got %q in plain", secret)
					}
				}
				return err
			})
		}))
		w.must(w.Start(cadre, applied, false))
		w.clock.Set(start.Add(25 * time.Hour))
		w.must(w.Sweep(system))
		if p, err := w.Lines(cadre, applied, "", 1, 10); err != nil || len(p.Lines) != 1 || p.Lines[0].Name != "" {
			t.Errorf("a day after it was applied: got %+v, %v", p.Lines, err)
		}
		if p, err := w.Lines(cadre, left, "", 1, 10); err != nil || p.Lines[0].Name == "" {
			t.Errorf("a list that waits: got %+v, %v", p.Lines, err)
		}
		w.clock.Set(start.Add(8 * 24 * time.Hour))
		w.must(w.Sweep(system))
		if _, err := w.Head(cadre, left); code(err) != "missing" {
			t.Errorf("a week later: got %v, want it gone", err)
		}
		w.must(w.Undo(cadre, applied))
		if n := w.count("member"); n != 0 {
			t.Errorf("undone without rows: got %d members", n)
		}
	})
}

// The same call again is the same import, and a reading that was cut off goes on.
func TestTheSameCallAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := op.With(cadre, op.Call{ClientID: id.New[string](), Digest: "d"})
		one, err1 := w.Upload(ctx, []byte(list(5)), options)
		two, err2 := w.Upload(ctx, []byte(list(5)), options)
		if w.must(errors.Join(err1, err2)); one != two || w.count("member_import_row") != 5 {
			t.Errorf("got %s and %s with %d rows", one, two, w.count("member_import_row"))
		}
	})
}
