// Package dbtest gives tests a database: every store test runs on SQLite and, where
// NUANXIN_TEST_PG names a server on which databases may be made, on PostgreSQL, each time
// in one of its own. What the migrations make of an empty database is made once, and
// copied: on PostgreSQL from a template that stays on the server (named template_ and a
// digest), so that all packages of a run share it.
package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
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

// SQLite opens a fresh SQLite database.
func SQLite(t testing.TB, c clock.Clock, schemas []fs.FS) *db.DB {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.db")
	SQLiteFile(t, c, schemas, file)
	return open(t, file, c)
}

// SQLiteFile makes a fresh SQLite database in a file.
func SQLiteFile(t testing.TB, c clock.Clock, schemas []fs.FS, file string) {
	t.Helper()
	if err := os.WriteFile(file, migrated(t, c, schemas), 0o600); err != nil {
		t.Fatal(err)
	}
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
		migrate(t, file, c, schemas) // once it is closed, the log is in the file
		var err error
		if made.files[which], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return made.files[which]
}

// migrate makes what the migrations make in an empty database.
func migrate(t testing.TB, url string, c clock.Clock, schemas []fs.FS) {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{URL: url, Clock: c})
	if err == nil && len(schemas) > 0 {
		err = d.Migrate(context.Background(), schemas...)
	}
	if err == nil {
		err = d.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
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

// Postgres opens a fresh database on the test server.
func Postgres(t testing.TB, c clock.Clock, schemas []fs.FS) *db.DB {
	t.Helper()
	return open(t, PostgresURL(t, c, schemas), c)
}

// PostgresURL makes a fresh database on the test server and returns its address. It is
// dropped when the test ends.
func PostgresURL(t testing.TB, c clock.Clock, schemas []fs.FS) string {
	t.Helper()
	server := os.Getenv("NUANXIN_TEST_PG")
	switch server {
	case "":
		t.Skip("NUANXIN_TEST_PG does not name a PostgreSQL server; make test starts one")
	case "must":
		t.Fatal("NUANXIN_TEST_PG=must, but no server was started")
	}
	from := template(t, server, c, schemas)
	name := "t_" + strings.ReplaceAll(id.New[string](), "-", "")
	ask(t, server, "create database "+name+" template "+from)
	t.Cleanup(func() { ask(t, server, "drop database "+name+" with (force)") })
	return at(t, server, name)
}

// template returns the name of the database on the server that is copied, and makes it
// where nobody did. It goes by another name until it is whole; of several who come at once
// one makes it, and the others wait.
func template(t testing.TB, server string, c clock.Clock, schemas []fs.FS) string {
	t.Helper()
	if len(schemas) == 0 {
		return "template1"
	}
	which := sum(t, schemas)
	name := fmt.Sprintf("template_%x", which[:16])
	key := fmt.Sprintf("('x' || substr(md5('%s'), 1, 16))::bit(64)::bigint", name)
	conn := connect(t, server)
	defer func() { _ = conn.Close() }()
	do(t, conn, "select pg_advisory_lock("+key+")") // until the connection ends
	var there bool
	if err := conn.QueryRowContext(context.Background(), `select exists (select 1 from pg_database where datname = $1)`, name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if !there {
		half := name + "_half"
		do(t, conn, "drop database if exists "+half)
		do(t, conn, "create database "+half)
		migrate(t, at(t, server, half), c, schemas)
		do(t, conn, "alter database "+half+" rename to "+name)
	}
	return name
}

// at is the address of a database on the server.
func at(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func open(t testing.TB, url string, c clock.Clock) *db.DB {
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
	return d
}

// connect opens a connection to the server itself, outside of any transaction, as making
// databases asks for.
func connect(t testing.TB, server string) *sql.DB {
	t.Helper()
	conn, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetMaxOpenConns(1)
	return conn
}

// ask runs one statement on the server itself.
func ask(t testing.TB, server, statement string) {
	t.Helper()
	conn := connect(t, server)
	defer func() { _ = conn.Close() }()
	do(t, conn, statement)
}

func do(t testing.TB, conn *sql.DB, statement string) {
	t.Helper()
	if _, err := conn.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
