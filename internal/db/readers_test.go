package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
)

// endless is a query that ends only when it is stopped.
const endless = `with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n`

// Readers whose callers go away, whose work panics or who ask for more statements than are
// kept leave the connections of SQLite to the next ones as they were.
func TestReadersAfterTrouble(t *testing.T) {
	d := dbtest.SQLite(t, clock.At(noon), schemas(t))
	count := func(ctx context.Context) (n int, err error) {
		err = d.View(ctx, func(tx *db.Tx) error { return tx.One(ctx, `select count(*) from thing`, nil, &n) })
		return n, err
	}
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := d.View(ctx, func(tx *db.Tx) error {
				switch i % 4 {
				case 0:
					cancel()
				case 1:
					panic("a fault of ours")
				case 2:
					for k := range 420 {
						var got int
						if err := tx.One(ctx, fmt.Sprintf(`select %d`, k), nil, &got); err != nil || got != k {
							return fmt.Errorf("got %d, %w", got, err)
						}
					}
					return nil
				default:
					go cancel()
				}
				var n int64
				return tx.One(ctx, endless, nil, &n)
			})
			if (err == nil) != (i%4 == 2) {
				t.Errorf("%d: got %v", i, err)
			}
		})
	}
	all.Wait()
	for range 40 {
		all.Go(func() {
			if n, err := count(t.Context()); err != nil || n != 0 {
				t.Errorf("after it: got %d, %v", n, err)
			}
		})
	}
	all.Wait()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := count(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("for somebody gone: got %v", err)
	}
}

// A statement that is kept goes by the columns that there are now.
func TestKeptStatementsSeeNewColumns(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		do := func(statement string) {
			t.Helper()
			if err := d.Update(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, statement); return err }); err != nil {
				t.Fatal(err)
			}
		}
		words := func() (s string, err error) {
			err = d.View(ctx, func(tx *db.Tx) error { return tx.One(ctx, `select words from late where id = 1`, nil, &s) })
			return s, err
		}
		do(`create table late (id bigint primary key, words text not null)`)
		do(`insert into late (id, words) values (1, 'before')`)
		if got, err := words(); err != nil || got != "before" {
			t.Fatalf("got %q, %v", got, err)
		}
		do(`alter table late rename column words to earlier`)
		do(`alter table late add column words text not null default 'after'`)
		if got, err := words(); err != nil || got != "after" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// Who reads while the database closes comes to an end, and so do those who come later.
func TestCloseUnderReaders(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		inside, leave := make(chan bool), make(chan bool)
		var all sync.WaitGroup
		all.Go(func() {
			err := d.View(t.Context(), func(tx *db.Tx) error {
				var n int
				err := tx.One(t.Context(), `select count(*) from thing`, nil, &n)
				inside <- true
				<-leave
				return err
			})
			if err != nil {
				t.Logf("the one inside: %v", err)
			}
		})
		<-inside
		ended := make(chan error)
		go func() { ended <- d.Close() }()
		close(leave)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		all.Wait()
		if err := d.View(t.Context(), func(*db.Tx) error { return nil }); err == nil {
			t.Error("a closed database was read")
		}
	})
}
