package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrate brings the schema up to date. Each fsys holds migrate/*.sql in
// goose's format; names start with a time, so the files of all domains form one
// sequence, and one text serves both databases.
func (d *DB) Migrate(ctx context.Context, schemas ...fs.FS) error {
	return d.provide(schemas, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// Current refuses a schema that is older or newer than schemas say.
func (d *DB) Current(ctx context.Context, schemas ...fs.FS) error {
	return d.provide(schemas, func(p *goose.Provider) error {
		have, want, err := p.GetVersions(ctx)
		if err == nil && have != want {
			err = fmt.Errorf("the database's schema is %d and this program needs %d", have, want)
		}
		return err
	})
}

// provide runs fn with a goose provider on a connection of its own: the
// writer's connection is always taken.
func (d *DB) provide(schemas []fs.FS, fn func(*goose.Provider) error) (err error) {
	files, err := sequence(schemas)
	if err != nil {
		return err
	}
	driver, dsn := "pgx", d.config.URL
	if d.writer != nil {
		driver, dsn = d.config.Driver, sqliteDSN(d.config.URL)
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	var opts []goose.ProviderOption
	if d.dialect.locks {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID(d.config.URL)))
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d.dialect.goose, pool, files, opts...)
	if err != nil {
		return err
	}
	return fn(p)
}

// lockID names the lock under which one database is migrated: others on the
// same server need not wait.
func lockID(url string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(url))
	return int64(h.Sum64() >> 1)
}

// sequence lays the migrations of all schemas in one folder.
func sequence(schemas []fs.FS) (fs.FS, error) {
	all := fstest.MapFS{}
	for _, s := range schemas {
		names, err := fs.Glob(s, "migrate/*.sql")
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			text, err := fs.ReadFile(s, n)
			if err != nil {
				return nil, err
			}
			base := n[len("migrate/"):]
			if all[base] != nil {
				return nil, fmt.Errorf("db: two migrations are called %s", base)
			}
			all[base] = &fstest.MapFile{Data: text}
		}
	}
	return all, nil
}

// Table is what the catalogue says of one table.
type Table struct {
	Name    string
	Columns []string
	Key     []string            // the primary key
	Bytes   []string            // the columns that hold bytes
	Uniques map[string][]string // columns of every other unique index, by its name
}

// Tables reads the catalogue. The migration tool's own table is left out.
func (tx *Tx) Tables(ctx context.Context) ([]Table, error) {
	names, err := tx.strings(ctx, tx.dialect.tables)
	if err != nil {
		return nil, err
	}
	var tables []Table
	for _, n := range names {
		if n == goose.DefaultTablename {
			continue
		}
		t := Table{Name: n, Uniques: map[string][]string{}}
		if t.Columns, err = tx.strings(ctx, tx.dialect.columns, n); err != nil {
			return nil, err
		}
		if t.Key, err = tx.strings(ctx, tx.dialect.keys, n); err != nil {
			return nil, err
		}
		if t.Bytes, err = tx.strings(ctx, tx.dialect.bytes, n); err != nil {
			return nil, err
		}
		err = tx.Each(ctx, tx.dialect.uniques, []any{n}, func(r Row) error {
			var index, column string
			err := r.Scan(&index, &column)
			t.Uniques[index] = append(t.Uniques[index], column)
			return err
		})
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

func (tx *Tx) strings(ctx context.Context, query string, args ...any) ([]string, error) {
	var all []string
	err := tx.Each(ctx, query, args, func(r Row) error {
		var s string
		err := r.Scan(&s)
		all = append(all, s)
		return err
	})
	return all, err
}

// Integrity returns what the database itself finds wrong with its storage:
// broken pages and indexes on SQLite, and rows that refer to nothing.
func (tx *Tx) Integrity(ctx context.Context) ([]string, error) {
	if tx.dialect.integrity == "" {
		return nil, nil
	}
	faults, err := tx.strings(ctx, tx.dialect.integrity)
	if err != nil {
		return nil, err
	}
	orphans, err := tx.strings(ctx, `select "table" || ' row ' || coalesce(rowid, 0) || ' refers to nothing in ' || parent from pragma_foreign_key_check`)
	return append(faults, orphans...), err
}

// Newest returns the number of the last migration in schemas.
func Newest(schemas ...fs.FS) (newest int64, err error) {
	files, err := sequence(schemas)
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(files, "*.sql")
	for _, name := range names {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, n)
	}
	return newest, err
}
