package half_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/half"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

type world struct {
	*half.Service
	db    *db.DB
	desk  *op.Desk
	clock *clock.Fake
}

// target is what the test acts upon.
type target struct{ owner string }

func (o target) AuthzObject() authz.Object {
	return authz.Object{Kind: "test", ID: o.owner, Group: "person", Owner: o.owner}
}

const tidy authz.Action = "test.tidy"

func each(t *testing.T, f func(t *testing.T, w *world)) {
	at := clock.At(start)
	dbtest.Each(t, at, []fs.FS{op.Schema, hold.Schema, consent.Schema, member.Schema}, func(t *testing.T, d *db.DB) {
		at.Set(start)
		ring, err := seal.Open(filepath.Join(t.TempDir(), "ring.json"), seal.AES256GCM)
		if err != nil {
			t.Fatal(err)
		}
		desk := op.New(d, authz.Merge(half.Policy, authz.Rules{tidy: authz.Owner}))
		f(t, &world{half.New(desk, ring), d, desk, at})
	})
}

func worker() context.Context {
	return authz.With(context.Background(), authz.Subject{ID: id.New[string](), Kind: authz.Worker})
}

// mine is what a worker has saved; empty: nothing.
func (w *world) mine(ctx context.Context, t *testing.T) half.Form {
	t.Helper()
	f, ok, err := w.Mine(ctx)
	if err != nil || ok == f.SavedAt.IsZero() {
		t.Fatalf("got %+v, %v, %v", f, ok, err)
	}
	return f
}

// What was saved comes back to its worker, on whichever phone, and to nobody else; the
// newest counts; nothing of it stands in the database in plain.
func TestSave(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me, other := worker(), worker()
		if got := w.mine(me, t); got != (half.Form{}) {
			t.Errorf("before: %+v", got)
		}
		first := half.Form{Name: "示例甲", Occupation: "rider", Works: "示例外卖", Area: "990101", Channel: "poster"}
		if err := w.Save(me, first); err != nil {
			t.Fatal(err)
		}
		w.clock.Move(time.Hour)
		second := first
		second.Name, second.Works = " 示例\u200b乙 ", ""
		if err := w.Save(me, second); err != nil {
			t.Fatal(err)
		}
		want := first
		want.Name, want.Works, want.SavedAt = "示例乙", "", start.Add(time.Hour)
		if got := w.mine(me, t); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got := w.mine(other, t); got != (half.Form{}) {
			t.Errorf("somebody else: %+v", got)
		}
		var dump strings.Builder
		if err := w.db.View(t.Context(), func(tx *db.Tx) error { _, err := tx.Dump(t.Context(), &dump); return err }); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(dump.String(), "示例") || !strings.Contains(dump.String(), "member_half") {
			t.Error("what was saved stands in plain, or nowhere")
		}
		if err := w.Drop(me); err != nil {
			t.Error(err)
		}
		if got := w.mine(me, t); got != (half.Form{}) {
			t.Errorf("dropped: %+v", got)
		}
	})
}

// Nobody but a worker saves, and nothing that is too long.
func TestSaveRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		staff := authz.With(t.Context(), authz.Subject{ID: id.New[string](), Kind: authz.Staff})
		for about, got := range map[string]error{
			"a cadre":  w.Save(staff, half.Form{}),
			"nobody":   w.Save(t.Context(), half.Form{}),
			"too long": w.Save(worker(), half.Form{Works: strings.Repeat("长", 2000)}),
		} {
			want := fault.Missing
			if about == "too long" {
				want = fault.Invalid
			}
			if !fault.Is(got, want) {
				t.Errorf("%s: got %v", about, got)
			}
		}
	})
}

// Two phones save at once: one of the two stays, whole.
func TestSaveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := worker()
		var all sync.WaitGroup
		for _, name := range []string{"示例甲", "示例乙"} {
			all.Go(func() {
				for range 5 {
					if err := w.Save(me, half.Form{Name: name, Works: name}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if got := w.mine(me, t); got.Name == "" || got.Name != got.Works {
			t.Errorf("got %+v", got)
		}
	})
}

// What is old goes, and what an account that ended had saved.
func TestItGoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old, young, gone := worker(), worker(), worker()
		for _, who := range []context.Context{old, gone, young} {
			if err := w.Save(who, half.Form{Name: "示例"}); err != nil {
				t.Fatal(err)
			}
			w.clock.Move(24 * time.Hour)
		}
		_, err := op.Write(old, w.desk, tidy, func(tx *op.Tx) (target, error) { return target{tx.Subject.ID}, nil }, func(tx *op.Tx, _ target) (int, error) {
			if err := w.Forget(t.Context(), tx, authz.From(gone).ID); err != nil {
				return 0, err
			}
			n, err := w.DropOld(t.Context(), tx, start.Add(time.Hour), 10)
			if n != 1 {
				t.Errorf("dropped %d", n)
			}
			return n, err
		})
		if err != nil {
			t.Fatal(err)
		}
		for about, who := range map[string]context.Context{"old": old, "gone": gone} {
			if got := w.mine(who, t); got != (half.Form{}) {
				t.Errorf("%s: %+v", about, got)
			}
		}
		if w.mine(young, t).Name == "" {
			t.Error("what is young is gone")
		}
	})
}
