package app

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync/atomic"
	"testing"
)

// dry is SQLite that can be told to keep nothing: while it is on, whoever commits is
// told that all is well, and nothing was written. Every try so meets the same world,
// in whatever order it comes.
type dry struct {
	driver.Driver
	on *atomic.Bool
}

var dries atomic.Int64

// keepNothing puts the driver under the world, before that is opened. The switch is off
// at first.
func (w *world) keepNothing(t *testing.T) *atomic.Bool {
	t.Helper()
	plain, err := sql.Open("sqlite", "file::memory:")
	if err != nil {
		t.Fatal(err)
	}
	d := dry{plain.Driver(), &atomic.Bool{}}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	w.config.Driver = fmt.Sprintf("sqlite-dry-%d", dries.Add(1))
	sql.Register(w.config.Driver, d)
	return d.on
}

// sqliteConn is what database/sql asks of a connection of the usual driver.
type sqliteConn interface {
	driver.Conn
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnBeginTx
	driver.ConnPrepareContext
}

type dryConn struct {
	sqliteConn
	on *atomic.Bool
}

// Open implements driver.Driver.
func (d dry) Open(name string) (driver.Conn, error) {
	c, err := d.Driver.Open(name)
	if err != nil {
		return nil, err
	}
	return dryConn{c.(sqliteConn), d.on}, nil
}

// ExecContext rolls back where it is asked to commit. The one writer begins and commits
// by statements.
func (c dryConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if query == "commit" && c.on.Load() {
		query = "rollback"
	}
	return c.sqliteConn.ExecContext(ctx, query, args)
}
