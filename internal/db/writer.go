package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// One group holds as many waiting writes as fit these limits, so that nobody
// waits long for the commit of a crowd.
const (
	groupSize = 512
	groupTime = 20 * time.Millisecond
)

// write is one waiting Update.
type write struct {
	ctx  context.Context
	fn   func(*Tx) error
	done chan error
}

// writer owns SQLite's one writing connection.
type writer struct {
	kept
	db    *DB
	pool  *sql.DB // of one connection
	queue chan write

	mu     sync.RWMutex // guards closed against sends
	closed bool
	ended  chan struct{}
}

func startWriter(ctx context.Context, d *DB) (*writer, error) {
	w := &writer{db: d, queue: make(chan write, groupSize), ended: make(chan struct{})}
	var err error
	if w.pool, err = sql.Open(d.config.Driver, sqliteDSN(d.config.URL)); err != nil {
		return nil, err
	}
	w.pool.SetMaxOpenConns(1)
	if err = w.connect(ctx, w.pool); err == nil {
		err = checkSQLite(ctx, w.conn)
	}
	if err != nil {
		return nil, errors.Join(err, w.pool.Close())
	}
	go w.run()
	return w, nil
}

// do hands fn to the writer and waits until the group that held it is on disk.
func (w *writer) do(ctx context.Context, fn func(*Tx) error) error {
	one := write{ctx: ctx, fn: fn, done: make(chan error, 1)}
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return errors.New("db: closed")
	}
	select {
	case w.queue <- one:
		w.mu.RUnlock()
		return <-one.done
	case <-ctx.Done():
		w.mu.RUnlock()
		return ctx.Err()
	}
}

func (w *writer) close() error {
	w.mu.Lock()
	already := w.closed
	w.closed = true
	w.mu.Unlock()
	if already {
		return nil
	}
	close(w.queue)
	<-w.ended
	return w.pool.Close()
}

func (w *writer) run() {
	defer close(w.ended)
	for first := range w.queue {
		w.group(first)
	}
	w.disconnect()
}

// group runs first and whatever else is waiting, commits once, then answers. It
// ends with a member that lost the transaction: what came after it would be done
// outside of any, one by one, and answered by a commit that cannot be.
func (w *writer) group(first write) {
	bg := context.Background()
	if err := w.begin(bg); err != nil {
		first.done <- fmt.Errorf("begin: %w", err)
		return
	}
	members, results := []write{first}, []error{w.member(first)}
	deadline := time.After(groupTime)
collect:
	for len(members) < groupSize && !errors.Is(results[len(results)-1], errUndone) {
		select {
		case next, ok := <-w.queue:
			if !ok {
				break collect
			}
			members, results = append(members, next), append(results, w.member(next))
		case <-deadline:
			break collect
		default:
			break collect
		}
	}
	commit := w.commit(bg)
	for i, m := range members {
		if results[i] == nil && commit != nil {
			results[i] = fmt.Errorf("commit: %w", commit)
		}
		m.done <- results[i]
	}
}

func (w *writer) begin(ctx context.Context) error {
	if w.conn == nil { // the last commit failed and its connection was dropped
		if err := w.connect(ctx, w.pool); err != nil {
			return err
		}
	}
	_, err := w.conn.ExecContext(ctx, "begin immediate")
	return err
}

// commit ends the group. When the disk refuses, the connection is dropped:
// after a failed fsync nothing that it believes can be trusted.
func (w *writer) commit(ctx context.Context) error {
	_, err := w.conn.ExecContext(ctx, "commit")
	if err == nil {
		return nil
	}
	_, _ = w.conn.ExecContext(ctx, "rollback")
	w.forget()
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
	w.disconnect()
	return err
}

// member runs one write in its savepoint. A cancelled context must not
// interrupt a statement here: SQLite would roll back the whole group.
func (w *writer) member(one write) error {
	if err := one.ctx.Err(); err != nil {
		return err
	}
	tx := &Tx{q: lasting{&w.kept}, dialect: w.db.dialect, now: w.db.now(), writes: true}
	return tx.Try(context.Background(), func() error { return guard(tx, one.fn) })
}

// guard turns a panic of fn into an error, so that it ends one act and not
// the writer, the pool or the process.
func guard(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(tx)
}

// lasting is the writer's connection as a querier that outlives the caller's context.
type lasting struct{ *kept }

func (l lasting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return l.kept.ExecContext(context.WithoutCancel(ctx), query, args...)
}

func (l lasting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return l.kept.QueryContext(context.WithoutCancel(ctx), query, args...)
}
