// Package dbtest gives tests a database: every store test runs on SQLite and,
// where NUANXIN_TEST_PG names a server, on PostgreSQL, each time in a schema
// of its own.
package dbtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
)

// Each runs f once on each database, migrated with schemas. Without a
// PostgreSQL server that half is skipped and says so, unless
// NUANXIN_TEST_PG=must.
func Each(t *testing.T, c clock.Clock, schemas []fs.FS, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t, c, schemas)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t, c, schemas)) })
}

// SQLite opens a fresh SQLite database: a copy of one that was migrated once.
func SQLite(t testing.TB, c clock.Clock, schemas []fs.FS) *db.DB {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(file, migrated(t, c, schemas), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, file, c, nil)
}

// made holds the files of migrated databases by what they were migrated with.
var made = struct {
	sync.Mutex
	files map[[sha256.Size]byte][]byte
}{files: map[[sha256.Size]byte][]byte{}}

// migrated returns the file of an empty database that has the schemas.
func migrated(t testing.TB, c clock.Clock, schemas []fs.FS) []byte {
	t.Helper()
	which := sum(t, schemas)
	made.Lock()
	defer made.Unlock()
	if made.files[which] == nil {
		file := filepath.Join(t.TempDir(), "made.db")
		d, err := db.Open(context.Background(), db.Config{URL: file, Clock: c})
		if err == nil && len(schemas) > 0 {
			err = d.Migrate(context.Background(), schemas...)
		}
		if err == nil {
			err = d.Close() // its log goes into the file
		}
		if err == nil {
			made.files[which], err = os.ReadFile(file)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return made.files[which]
}

// sum is a digest of the migrations.
func sum(t testing.TB, schemas []fs.FS) [sha256.Size]byte {
	t.Helper()
	h := sha256.New()
	for _, schema := range schemas {
		err := fs.WalkDir(schema, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(schema, path)
			fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Postgres opens a fresh schema on the test server.
func Postgres(t testing.TB, c clock.Clock, schemas []fs.FS) *db.DB {
	t.Helper()
	return open(t, PostgresURL(t, c), c, schemas)
}

// PostgresURL makes a fresh schema on the test server and returns its address.
func PostgresURL(t testing.TB, c clock.Clock) string {
	t.Helper()
	server := os.Getenv("NUANXIN_TEST_PG")
	switch server {
	case "":
		t.Skip("NUANXIN_TEST_PG does not name a PostgreSQL server; make test starts one")
	case "must":
		t.Fatal("NUANXIN_TEST_PG=must, but no server was started")
	}
	name := "t_" + strings.ReplaceAll(id.New[string](), "-", "")
	admin := open(t, server, c, nil)
	run(t, admin, "create schema "+name)
	t.Cleanup(func() { run(t, admin, "drop schema "+name+" cascade") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func open(t testing.TB, url string, c clock.Clock, schemas []fs.FS) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{URL: url, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if len(schemas) == 0 {
		return d
	}
	if err := d.Migrate(context.Background(), schemas...); err != nil {
		t.Fatal(err)
	}
	return d
}

func run(t testing.TB, d *db.DB, statement string) {
	t.Helper()
	err := d.Update(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), statement)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
