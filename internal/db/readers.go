package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"
)

// readers are the connections on which transactions read a SQLite file.
type readers struct {
	pool *sql.DB
	free chan *kept // as many as may read at once; each connects when it is first used

	mu     sync.Mutex
	closed bool
}

func newReaders(pool *sql.DB, n int) *readers {
	r := &readers{pool: pool, free: make(chan *kept, n)}
	for range n {
		r.free <- &kept{}
	}
	return r
}

// view runs fn in a transaction on the next connection that is free.
func (r *readers) view(ctx context.Context, d *DB, fn func(*Tx) error) error {
	var k *kept
	select {
	case k = <-r.free:
	case <-ctx.Done():
		return fmt.Errorf("begin: %w", ctx.Err())
	}
	defer r.give(k)
	if k.conn == nil {
		if err := k.connect(ctx, r.pool); err != nil {
			return fmt.Errorf("begin: %w", err)
		}
	}
	if _, err := k.ExecContext(ctx, "begin"); err != nil {
		drop(k)
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { // also when the caller has gone away
		if _, err := k.ExecContext(context.WithoutCancel(ctx), "rollback"); err != nil {
			drop(k)
		}
	}()
	return guard(&Tx{q: k, dialect: d.dialect, now: d.now()}, fn)
}

// drop ends a connection of which nobody knows how it stands; the next one is new.
func drop(k *kept) {
	k.forget()
	_ = k.conn.Raw(func(any) error { return driver.ErrBadConn })
	k.disconnect()
}

func (r *readers) give(k *kept) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		k.disconnect()
	}
	r.free <- k
}

// close ends the connections: those in use when their transactions end.
func (r *readers) close() error {
	r.mu.Lock()
	r.closed = true
	for range len(r.free) {
		k := <-r.free
		k.disconnect()
		r.free <- k
	}
	r.mu.Unlock()
	return r.pool.Close()
}
