package db

import (
	"context"
	"database/sql"
)

// statements is how many prepared statements a connection keeps.
const statements = 400

// kept is a SQLite connection that keeps its statements prepared, as a querier: to prepare
// one anew takes longer than most of them run. Its zero value is not connected.
type kept struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (k *kept) connect(ctx context.Context, pool *sql.DB) (err error) {
	k.stmts = map[string]*sql.Stmt{}
	k.conn, err = pool.Conn(ctx)
	return err
}

// disconnect ends the connection after its statements: one left open would keep
// SQLite from ending it, and with it its locks and its log.
func (k *kept) disconnect() {
	if k.conn == nil {
		return
	}
	k.forget()
	_ = k.conn.Close()
	k.conn = nil
}

// forget closes the prepared statements.
func (k *kept) forget() {
	for _, s := range k.stmts {
		_ = s.Close()
	}
	clear(k.stmts)
}

func (k *kept) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := k.prepare(ctx, query) //nolint:sqlclosecheck // kept for the next caller
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (k *kept) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := k.prepare(ctx, query) //nolint:sqlclosecheck // kept for the next caller
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (k *kept) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := k.stmts[query]; ok {
		return s, nil
	}
	if len(k.stmts) >= statements { // queries built from input: start over
		k.forget()
	}
	s, err := k.conn.PrepareContext(ctx, query)
	if err == nil {
		k.stmts[query] = s
	}
	return s, err
}
