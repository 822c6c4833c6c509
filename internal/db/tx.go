package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// querier is what a transaction runs on: a sql.Tx, or the writer's connection.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Tx is a running transaction. All its statements see the same time.
type Tx struct {
	q       querier
	dialect *dialect
	now     time.Time
	writes  bool
	points  int // savepoints opened so far, for their names
}

// Row is a row being read.
type Row interface{ Scan(dest ...any) error }

// Now is the transaction's time, in UTC, to the microsecond.
func (tx *Tx) Now() time.Time { return tx.now }

// Writes reports whether the transaction may change anything.
func (tx *Tx) Writes() bool { return tx.writes }

// Exec runs a statement and returns how many rows it touched.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	r, err := tx.q.ExecContext(ctx, query, storable(args)...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// One scans the first row of query into dest, or returns [ErrNone].
func (tx *Tx) One(ctx context.Context, query string, args []any, dest ...any) error {
	err := ErrNone
	each := tx.Each(ctx, query, args, func(r Row) error {
		if errors.Is(err, ErrNone) {
			err = r.Scan(dest...)
		}
		return err
	})
	if each != nil {
		return each
	}
	return err
}

// Each calls scan for every row of query.
func (tx *Tx) Each(ctx context.Context, query string, args []any, scan func(Row) error) error {
	rows, err := tx.q.QueryContext(ctx, query, storable(args)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// errUndone says that the database has undone the whole transaction by itself,
// as SQLite does when the disk is full.
var errUndone = errors.New("the transaction was undone")

// Try runs fn in a savepoint: when fn fails, what it did is undone and the
// transaction goes on.
func (tx *Tx) Try(ctx context.Context, fn func() error) error {
	tx.points++
	name := fmt.Sprintf("p%d", tx.points)
	if _, err := tx.Exec(ctx, "savepoint "+name); err != nil {
		return err
	}
	err := fn()
	if err != nil {
		if _, back := tx.Exec(ctx, "rollback to savepoint "+name); back != nil {
			return errors.Join(err, errUndone, back)
		}
	}
	if _, release := tx.Exec(ctx, "release savepoint "+name); release != nil {
		return errors.Join(err, errUndone, release)
	}
	return err
}

// Lock holds name until the transaction ends. It orders rare, long acts such
// as imports and migrations; it is no substitute for a unique key. On SQLite,
// where there is one writer, it does nothing.
func (tx *Tx) Lock(ctx context.Context, name string) error {
	return tx.lock(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, name)
}

// Share holds name together with others that share it, until the transaction
// ends: whoever wants it alone by [Tx.Lock] waits for all of them. So many
// quick acts can rest on what one rare act takes away.
func (tx *Tx) Share(ctx context.Context, name string) error {
	return tx.lock(ctx, `select pg_advisory_xact_lock_shared(hashtextextended($1, 0))`, name)
}

func (tx *Tx) lock(ctx context.Context, query, name string) error {
	if !tx.dialect.locks {
		return nil
	}
	return tx.Each(ctx, query, []any{name}, func(Row) error { return nil })
}

// IsUnique reports whether err broke a primary key or a unique index. The
// decision is by the database's code, never by a constraint's name.
func IsUnique(err error) bool {
	return sqliteDialect.unique(err) || postgresDialect.unique(err)
}

// IsForeign reports whether err broke a foreign key.
func IsForeign(err error) bool {
	return sqliteDialect.foreign(err) || postgresDialect.foreign(err)
}
