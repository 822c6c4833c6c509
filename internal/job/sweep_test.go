package job_test

import (
	"context"
	"errors"
	"io/fs"
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

// What was delivered long ago goes, in steps; what waits or is younger stays.
func TestSweep(t *testing.T) {
	const old, most = 1201, 30 * 24 * time.Hour
	c := clock.At(time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC))
	dbtest.Each(t, c, []fs.FS{op.Schema, job.Schema}, func(t *testing.T, d *db.DB) {
		began := c.Now()
		desk := op.New(d, authz.Rules{"thing.move": authz.Program})
		ctx := authz.AsSystem(t.Context(), "test")
		w := job.New(d, op.Groups)
		w.On("thing.moved", func(_ context.Context, e job.Event) error {
			var m moved
			if err := e.Decode(&m); err != nil || m.N >= 0 {
				return err
			}
			return errors.New("never")
		})
		emit := func(ns ...int) {
			root := id.New[thing]()
			_, err := op.Write(ctx, desk, "thing.move", func(*op.Tx) (thing, error) { return root, nil }, func(tx *op.Tx, _ thing) (bool, error) {
				for _, n := range ns {
					tx.Emit(moved{n})
				}
				return true, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		deliver := func() {
			for n := 1; n > 0; {
				var err error
				if n, err = w.Deliver(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		left := func() (n int) {
			err := d.View(t.Context(), func(tx *db.Tx) error { return tx.One(t.Context(), `select count(*) from station_outbox`, nil, &n) })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for from := 0; from < old; from += 100 {
			ns := make([]int, min(100, old-from))
			for i := range ns {
				ns[i] = from + i
			}
			emit(ns...)
		}
		emit(-1)
		deliver()
		if err := w.Sweep(t.Context(), most); err != nil || left() != old+1 {
			t.Errorf("on the same day: %d are left of %d, %v", left(), old+1, err)
		}
		c.Set(began.Add(most + time.Hour))
		emit(1)
		deliver()
		if err := w.Sweep(t.Context(), most); err != nil || left() != 2 {
			t.Errorf("a month later: %d are left, want the one that fails and the young one; %v", left(), err)
		}
		c.Set(began)
	})
}
