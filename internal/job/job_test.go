package job_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
)

type thing string

func (t thing) AuthzObject() authz.Object {
	return authz.Object{Kind: "thing", ID: string(t), Group: "station"}
}

type moved struct{ N int }

func (moved) EventName() string { return "thing.moved" }

func TestDeliver(t *testing.T) {
	c := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	dbtest.Each(t, c, []fs.FS{op.Schema, job.Schema}, func(t *testing.T, d *db.DB) {
		desk := op.New(d, authz.Rules{"thing.move": authz.Program})
		ctx := authz.AsSystem(t.Context(), "test")
		emit := func(root thing, n int) {
			_, err := op.Write(ctx, desk, "thing.move", func(*op.Tx) (thing, error) { return root, nil },
				func(tx *op.Tx, _ thing) (bool, error) { tx.Emit(moved{n}); return true, nil })
			if err != nil {
				t.Fatal(err)
			}
		}
		a, b := id.New[thing](), id.New[thing]()
		emit(a, 1)
		emit(a, 2)
		emit(b, 3)
		var got []int
		broken := true
		one, two := job.New(d, op.Groups), job.New(d, op.Groups)
		for _, w := range []*job.Worker{one, two} {
			w.On("thing.moved", func(_ context.Context, e job.Event) error {
				var m moved
				if err := e.Decode(&m); err != nil {
					return err
				}
				if m.N == 1 && broken {
					return errors.New("not now")
				}
				got = append(got, m.N)
				return nil
			})
		}
		if _, err := one.Deliver(ctx); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0] != 3 {
			t.Errorf("delivered %v; want [3]: 2 waits for 1, which failed", got)
		}
		broken = false
		c.Move(5 * time.Second)
		if _, err := two.Deliver(ctx); err != nil || len(got) != 1 {
			t.Errorf("another worker delivered under a held lease: %v, %v", got, err)
		}
		if _, err := one.Deliver(ctx); err != nil || len(got) != 3 || got[1] != 1 || got[2] != 2 {
			t.Errorf("delivered %v, %v; want [3 1 2]", got, err)
		}
		emit(b, 4)
		c.Move(time.Minute)
		if _, err := two.Deliver(ctx); err != nil || len(got) != 4 {
			t.Errorf("a dead worker's lease must pass on: %v, %v", got, err)
		}
		waiting, stuck, err := one.Backlog(ctx)
		if err != nil || waiting["station"] != 0 || stuck["station"] != 0 {
			t.Errorf("backlog %v %v %v", waiting, stuck, err)
		}
	})
}

func TestTasks(t *testing.T) {
	c := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	dbtest.Each(t, c, []fs.FS{op.Schema, job.Schema}, func(t *testing.T, d *db.DB) {
		runs := 0
		one, two := job.New(d, nil), job.New(d, nil)
		for _, w := range []*job.Worker{one, two} {
			w.Every("sweep", time.Hour, func(context.Context) error { runs++; return errors.New("ends badly") })
		}
		for _, w := range []*job.Worker{one, two, one} {
			if err := w.RunTasks(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if runs != 1 {
			t.Errorf("ran %d times in its hour, want 1", runs)
		}
		wild := job.New(d, nil)
		wild.Every("wild", time.Hour, func(context.Context) error { panic("no") })
		if err := wild.RunTasks(t.Context()); err != nil {
			t.Errorf("a task that panics: %v; want it noted like any failure", err)
		}
		c.Move(61 * time.Minute)
		if err := two.RunTasks(t.Context()); err != nil || runs != 2 {
			t.Errorf("ran %d times, %v; want 2 after an hour", runs, err)
		}
	})
}

// However many events wait for a person, the others are delivered.
func TestStuckEventsHoldUpNobodyElse(t *testing.T) {
	c := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	dbtest.Each(t, c, []fs.FS{op.Schema, job.Schema}, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		roots := make([]string, 250)
		for i := range roots {
			roots[i] = id.New[string]()
		}
		post := func(root string, n int) {
			err := d.Update(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `insert into station_outbox (root_id, id, at, name, body, tries, due_at, done_at, fault) values ($1, $2, $3, 'thing.moved', $4, 0, $3, null, '')`,
					root, id.New[string](), tx.Now().UnixMicro(), fmt.Sprintf(`{"N":%d}`, n))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		w := job.New(d, op.Groups)
		var got []int
		w.On("thing.moved", func(_ context.Context, e job.Event) error {
			var m moved
			if err := e.Decode(&m); err != nil || m.N == 0 {
				return errors.Join(err, errors.New("never"))
			}
			got = append(got, m.N)
			return nil
		})
		for _, root := range roots {
			post(root, 0)
		}
		for range 2 {
			if _, err := w.Deliver(ctx); err != nil {
				t.Fatal(err)
			}
		}
		post(roots[0], 1) // behind what is stuck
		post(id.New[string](), 2)
		if _, err := w.Deliver(ctx); err != nil || len(got) != 1 || got[0] != 2 {
			t.Errorf("delivered %v, %v; want [2]: 250 others wait to be tried again, and 1 waits for one of them", got, err)
		}
	})
}

// A long handler keeps its lease for as long as it works, and a worker that
// stops leaves none behind.
func TestLeaseIsRenewedAndLetGo(t *testing.T) {
	dbtest.Each(t, nil, []fs.FS{op.Schema, job.Schema}, func(t *testing.T, d *db.DB) {
		one, two := job.New(d, nil), job.New(d, nil)
		one.Hold(1500 * time.Millisecond)
		ctx, stop := context.WithCancel(t.Context())
		started, renewed := make(chan struct{}), make(chan error, 1)
		one.Every("long", time.Hour, func(ctx context.Context) error {
			close(started)
			renewed <- renewals(ctx, d, "task.long", 4)
			stop()
			return nil
		})
		ran := false
		two.Every("long", time.Hour, func(context.Context) error { ran = true; return nil })
		ended := make(chan struct{})
		go func() { one.Run(ctx); close(ended) }()
		<-started
		if err := <-renewed; err != nil { // four renewals take longer than one lease lasts
			t.Fatal(err)
		}
		<-ended
		if err := two.RunTasks(t.Context()); err != nil || !ran {
			t.Errorf("after a stop in the middle of a task: ran %v, %v; want the next worker to run it at once", ran, err)
		}
	})
}

// renewals waits until the named lease was renewed n times. As another worker
// would, it tries to see the lease end in between.
func renewals(ctx context.Context, d *db.DB, name string, n int) error {
	var last int64
	for seen := 0; seen <= n; {
		var until int64
		err := d.View(ctx, func(tx *db.Tx) error {
			if err := tx.One(ctx, `select until from lease where name = $1`, []any{name}, &until); err != nil {
				return err
			}
			if until < tx.Now().UnixMicro() {
				return errors.New("the lease ended while its holder worked")
			}
			return nil
		})
		if err != nil {
			return err
		}
		if until != last {
			last, seen = until, seen+1
		}
	}
	return nil
}

// Long work runs while there is some, in one worker at a time, and neither
// events nor tasks wait for it.
func TestBeside(t *testing.T) {
	dbtest.Each(t, nil, []fs.FS{op.Schema, job.Schema}, func(t *testing.T, d *db.DB) {
		one, two := job.New(d, nil), job.New(d, nil)
		ctx, stop := context.WithCancel(t.Context())
		begun, task, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
		var once sync.Once
		one.Beside("long", func(context.Context) (bool, error) { return true, nil }, func(ctx context.Context) error {
			once.Do(func() { close(begun) })
			<-ctx.Done()
			return ctx.Err()
		})
		one.Every("short", time.Millisecond, func(context.Context) error {
			select {
			case <-begun:
				select {
				case <-task:
				default:
					close(task)
				}
			default:
			}
			return nil
		})
		some, runs := true, 0
		two.Beside("long", func(context.Context) (bool, error) { return some, nil }, func(context.Context) error { runs++; return nil })
		two.Beside("wild", func(context.Context) (bool, error) { return true, nil }, func(context.Context) error { panic("no") })
		go func() { one.Run(ctx); close(ended) }()
		<-begun
		if err := two.RunBeside(t.Context(), "long"); err != nil || runs != 0 {
			t.Errorf("while another works: ran %d times, %v", runs, err)
		}
		<-task // runs while the long work goes on
		stop()
		<-ended
		if err := two.RunBeside(t.Context(), "long"); err != nil || runs != 1 {
			t.Errorf("after the other stopped: ran %d times, %v; want 1 at once", runs, err)
		}
		some = false
		if err := two.RunBeside(t.Context(), "long"); err != nil || runs != 1 {
			t.Errorf("with nothing to do: ran %d times, %v", runs, err)
		}
		if err := two.RunBeside(t.Context(), "wild"); err == nil {
			t.Error("a panic is lost")
		}
	})
}
