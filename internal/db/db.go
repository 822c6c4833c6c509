package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"

	"nuanxin/internal/clock"
)

// Config says which database to open and how. Its zero value but for URL works.
type Config struct {
	URL    string      // postgres://… or the path of a SQLite file
	Clock  clock.Clock // the time that transactions see; nil means the machine's
	Driver string      // a SQLite driver other than the usual one, for crash tests
	// ReadOnly opens for [DB.View] alone, so that a copy on a disk that cannot be
	// written, or a server's account that may only read, is enough.
	ReadOnly bool
}

// DB is a database handle. It can only start transactions: there is no way to
// run a statement outside one.
type DB struct {
	config  Config
	dialect *dialect
	pool    *sql.DB  // of PostgreSQL; nil on SQLite
	readers *readers // nil on PostgreSQL, as is the writer
	writer  *writer
	clock   clock.Clock
}

// ErrBusy says that others kept changing what a transaction had read, or that the
// database's server was away before it began: nothing was done, and it may be tried again.
var ErrBusy = errors.New("database is busy")

// ErrNone says that a query for one row found none.
var ErrNone = sql.ErrNoRows

// Open opens the database and refuses one that it cannot trust: a SQLite
// library with a known fault, or pragmas that did not take.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Clock == nil {
		c.Clock = clock.System
	}
	if c.Driver == "" {
		c.Driver = "sqlite"
	}
	d := &DB{config: c, clock: c.Clock, dialect: &sqliteDialect}
	if IsPostgres(c.URL) {
		d.dialect = &postgresDialect
	}
	if err := d.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("db.open %s: %w", d.dialect.name, err), d.Close())
	}
	return d, nil
}

// IsPostgres reports whether url names a PostgreSQL server.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

func (d *DB) open(ctx context.Context) (err error) {
	if d.dialect == &postgresDialect {
		if d.pool, err = sql.Open("pgx", d.config.URL); err != nil {
			return err
		}
		d.pool.SetMaxOpenConns(8 + 4*runtime.NumCPU())
		d.pool.SetMaxIdleConns(8 + 4*runtime.NumCPU())
		return d.pool.PingContext(ctx)
	}
	if d.config.ReadOnly {
		return d.openReadOnly(ctx)
	}
	pool, err := sql.Open(d.config.Driver, sqliteDSN(d.config.URL, "query_only(1)"))
	if err != nil {
		return err
	}
	d.readers = newReaders(pool, 2*runtime.NumCPU())
	d.writer, err = startWriter(ctx, d)
	return err
}

// openReadOnly opens a SQLite file without writing beside it. A file whose log is
// there is read together with it. One without a log can be read where nothing may
// be made, but only by promising SQLite that nobody changes it meanwhile: that is
// so only where the place cannot be written, and so it is tried last.
func (d *DB) openReadOnly(ctx context.Context) (err error) {
	var pool *sql.DB
	for _, mode := range []string{"mode=ro", "mode=ro&immutable=1"} {
		if pool, err = sql.Open(d.config.Driver, sqliteFile(d.config.URL)+"?"+mode+"&_pragma=busy_timeout(10000)&_pragma=query_only(1)"); err != nil {
			return err
		}
		var n int64
		if err = pool.QueryRowContext(ctx, `select count(*) from sqlite_schema`).Scan(&n); err == nil {
			d.readers = newReaders(pool, 2*runtime.NumCPU())
			return nil
		}
		err = errors.Join(err, pool.Close())
		if log, missing := os.Stat(d.config.URL + "-wal"); missing == nil && log.Size() > 0 {
			return err
		}
	}
	return err
}

// Close closes the database after the writes that are already waiting.
func (d *DB) Close() error {
	var errs []error
	if d.writer != nil {
		errs = append(errs, d.writer.close())
	}
	if d.readers != nil {
		errs = append(errs, d.readers.close())
	}
	if d.pool != nil {
		errs = append(errs, d.pool.Close())
	}
	return errors.Join(errs...)
}

// Name says which database this is: "sqlite" or "postgres".
func (d *DB) Name() string { return d.dialect.name }

// URL is what the database was opened with.
func (d *DB) URL() string { return d.config.URL }

// Clock is the clock that transactions see.
func (d *DB) Clock() clock.Clock { return d.clock }

// Update runs fn in a read-write transaction and commits when fn returns nil.
// fn may run again after a collision, so it must not touch anything but its Tx.
func (d *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	if d.config.ReadOnly {
		return errors.New("db: opened for reading only")
	}
	if d.writer != nil {
		return d.writer.do(ctx, fn)
	}
	for wait, try := time.Millisecond, 0; ; wait, try = wait*2, try+1 {
		err := d.begin(ctx, sql.TxOptions{Isolation: sql.LevelReadCommitted}, true, fn)
		if err == nil || !d.dialect.retryable(err) {
			return err
		}
		if try == 10 {
			return fmt.Errorf("%w: %w", ErrBusy, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(wait) + time.Millisecond): //nolint:gosec // jitter, not a secret
		}
	}
}

// View runs fn in a read-only transaction that sees one snapshot.
func (d *DB) View(ctx context.Context, fn func(*Tx) error) error {
	if d.readers != nil {
		return d.readers.view(ctx, d, fn)
	}
	return d.begin(ctx, sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, false, fn)
}

// begin runs fn in a transaction of PostgreSQL.
func (d *DB) begin(ctx context.Context, opts sql.TxOptions, write bool, fn func(*Tx) error) error {
	tx, err := d.pool.BeginTx(ctx, &opts)
	if err != nil && ctx.Err() == nil && away(err) {
		return fmt.Errorf("%w: begin: %w", ErrBusy, err)
	}
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // a no-op after Commit
	if err := guard(&Tx{q: tx, dialect: d.dialect, now: d.now(), writes: write}, fn); err != nil {
		return err
	}
	return tx.Commit()
}

func (d *DB) now() time.Time { return d.clock.Now().UTC().Truncate(time.Microsecond) }
