package powercut

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3"
	sqlite "github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/vfs"
)

// Driver is the name of the database/sql driver that [Register] registers.
const Driver = "sqlite-powercut"

// Register makes the driver known; more than once does no harm.
func Register() { register() }

var register = sync.OnceFunc(func() { sql.Register(Driver, wrapper{}) })

// Error is a fault of SQLite that tells its extended code as the production
// driver does.
type Error struct{ error }

// Code is SQLite's extended result code.
func (e Error) Code() int {
	var code sqlite3.ExtendedErrorCode
	_ = errors.As(e.error, &code)
	return int(code)
}

// Unwrap returns the fault itself.
func (e Error) Unwrap() error { return e.error }

func coded(err error) error {
	var code sqlite3.ExtendedErrorCode
	if errors.As(err, &code) {
		return Error{err}
	}
	return err
}

// wrapper opens connections to disks: the first part of a path is the disk's name.
type wrapper struct{}

// Open implements driver.Driver.
func (wrapper) Open(dsn string) (driver.Conn, error) {
	path, query, _ := strings.Cut(strings.TrimPrefix(dsn, "file:"), "?")
	name, path, ok := strings.Cut(path, "/")
	disk, mounted := vfs.Find(name).(fileSystem)
	if !ok || !mounted {
		return nil, fmt.Errorf("powercut: no disk for %s", dsn)
	}
	opts := disk.d.opts
	inner, err := (&sqlite.SQLite{}).Open("file:" + path + "?" + query + "&vfs=" + name)
	if err != nil {
		return nil, coded(err)
	}
	c := conn{inner.(sqlite.Conn), opts.Unsafe}
	for _, p := range opts.Pragmas {
		if err := c.Raw().Exec(p); err != nil {
			return nil, errors.Join(coded(err), c.Close())
		}
	}
	return c, nil
}

// conn is a connection of the wrapped driver.
type conn struct {
	sqlite.Conn
	unsafe string
}

var (
	_ driver.ExecerContext      = conn{}
	_ driver.ConnBeginTx        = conn{}
	_ driver.ConnPrepareContext = conn{}
)

// ExecContext runs statements without arguments; others are prepared.
func (c conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) > 0 {
		return nil, driver.ErrSkip
	}
	if c.unsafe != "" && strings.HasPrefix(query, "begin") {
		if err := c.Raw().Exec(c.unsafe); err != nil {
			return nil, coded(err)
		}
	}
	r, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, query, nil)
	return r, coded(err)
}

// BeginTx implements driver.ConnBeginTx.
func (c conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	t, err := c.Conn.BeginTx(ctx, opts)
	return tx{t}, coded(err)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.Conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, coded(err)
	}
	return stmt{s}, nil
}

type tx struct{ driver.Tx }

// Commit implements driver.Tx.
func (t tx) Commit() error { return coded(t.Tx.Commit()) }

type stmt struct{ driver.Stmt }

var (
	_ driver.StmtExecContext   = stmt{}
	_ driver.StmtQueryContext  = stmt{}
	_ driver.NamedValueChecker = stmt{}
)

// CheckNamedValue implements driver.NamedValueChecker.
func (s stmt) CheckNamedValue(v *driver.NamedValue) error {
	return s.Stmt.(driver.NamedValueChecker).CheckNamedValue(v)
}

// number gives the n-th argument the name n, so that it is bound to $n: the
// wrapped driver would bind it to whatever parameter appears n-th in the text.
// Parameters without a name ("?") stay as they are.
func (s stmt) number(args []driver.NamedValue) []driver.NamedValue {
	if s.NumInput() >= 0 {
		return args
	}
	for i := range args {
		args[i].Name = strconv.Itoa(args[i].Ordinal)
	}
	return args
}

// ExecContext implements driver.StmtExecContext.
func (s stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	r, err := s.Stmt.(driver.StmtExecContext).ExecContext(ctx, s.number(args))
	return r, coded(err)
}

// QueryContext implements driver.StmtQueryContext.
func (s stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	r, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, s.number(args))
	if err != nil {
		return nil, coded(err)
	}
	return rows{r}, nil
}

type rows struct{ driver.Rows }

// Next implements driver.Rows.
func (r rows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	if errors.Is(err, io.EOF) {
		return err
	}
	return coded(err)
}
