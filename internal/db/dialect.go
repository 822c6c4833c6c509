package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // driver "sqlite"
)

// dialect holds everything that differs between the two databases.
type dialect struct {
	name      string
	goose     goose.Dialect
	locks     bool // has advisory locks
	retryable func(error) bool
	unique    func(error) bool
	foreign   func(error) bool
	tables    string // names of all base tables
	columns   string // names of table $1's columns, in order
	keys      string // columns of table $1's primary key, in order
	uniques   string // unique index name and column of table $1
	booleans  string // boolean columns of table $1
	bytes     string // columns of table $1 that hold bytes
	refers    string // tables that table $1 refers to
	integrity string // reports faults of the storage itself; empty where the server does that
}

var sqliteDialect = dialect{
	name:      "sqlite",
	goose:     goose.DialectSQLite3,
	retryable: func(error) bool { return false },
	unique:    func(err error) bool { c := sqliteCode(err); return c == 2067 || c == 1555 },
	foreign:   func(err error) bool { return sqliteCode(err) == 787 },
	tables:    `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`,
	columns:   `select name from pragma_table_info($1) order by cid`,
	keys:      `select name from pragma_table_info($1) where pk > 0 order by pk`,
	uniques: `select l.name, i.name from pragma_index_list($1) l, pragma_index_info(l.name) i
		where l."unique" = 1 and l.origin <> 'pk' order by l.name, i.seqno`,
	booleans:  `select name from pragma_table_info($1) where lower(type) = 'boolean'`,
	bytes:     `select name from pragma_table_info($1) where lower(type) in ('bytea', 'blob') order by cid`,
	refers:    `select distinct "table" from pragma_foreign_key_list($1) order by 1`,
	integrity: `select integrity_check from pragma_integrity_check where integrity_check <> 'ok'`,
}

var postgresDialect = dialect{
	name:      "postgres",
	goose:     goose.DialectPostgres,
	locks:     true,
	retryable: func(err error) bool { c := pgCode(err); return c == "40001" || c == "40P01" },
	unique:    func(err error) bool { return pgCode(err) == "23505" },
	foreign:   func(err error) bool { return pgCode(err) == "23503" },
	tables: `select table_name from information_schema.tables
		where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name`,
	columns: `select column_name from information_schema.columns
		where table_schema = current_schema() and table_name = $1 order by ordinal_position`,
	keys: `select k.column_name from information_schema.table_constraints c
		join information_schema.key_column_usage k on k.constraint_name = c.constraint_name and k.constraint_schema = c.constraint_schema
		where c.table_schema = current_schema() and c.table_name = $1 and c.constraint_type = 'PRIMARY KEY' order by k.ordinal_position`,
	uniques: `select i.relname, a.attname from pg_index x
		join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
		join pg_namespace n on n.oid = t.relnamespace
		join pg_attribute a on a.attrelid = t.oid and a.attnum = any(x.indkey)
		where n.nspname = current_schema() and t.relname = $1 and x.indisunique and not x.indisprimary order by i.relname, a.attnum`,
	booleans: `select column_name from information_schema.columns
		where table_schema = current_schema() and table_name = $1 and data_type = 'boolean'`,
	bytes: `select column_name from information_schema.columns
		where table_schema = current_schema() and table_name = $1 and data_type = 'bytea' order by ordinal_position`,
	refers: `select distinct t.relname from pg_constraint c
		join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
		join pg_namespace n on n.oid = f.relnamespace
		where n.nspname = current_schema() and f.relname = $1 and c.contype = 'f' order by 1`,
}

// sqliteCode returns SQLite's extended result code, or 0.
func sqliteCode(err error) int {
	var e interface{ Code() int }
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// away reports whether PostgreSQL could not be reached for a transaction to begin: the
// line is down, or the server is starting, stopping (SQLSTATE 57P01 to 57P03) or full
// (53300). What it refuses for another reason, such as a password, is no such thing.
func away(err error) bool {
	code := pgCode(err)
	return code == "" || code == "53300" || strings.HasPrefix(code, "57P0")
}

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// sqlitePragmas are set on every connection, and checked: a commit is on disk
// when it is answered (FULL), and deleted text is overwritten.
var sqlitePragmas = []struct{ name, value, want string }{
	{"busy_timeout", "10000", "10000"},
	{"journal_mode", "wal", "wal"},
	{"synchronous", "full", "2"},
	{"foreign_keys", "1", "1"},
	{"secure_delete", "1", "1"},
	{"cache_size", "-16000", "-16000"},
}

func sqliteDSN(path string, more ...string) string {
	q := url.Values{}
	for _, p := range sqlitePragmas {
		q.Add("_pragma", p.name+"("+p.value+")")
	}
	for _, p := range more {
		q.Add("_pragma", p)
	}
	return sqliteFile(path) + "?" + q.Encode()
}

// sqliteFile is the address of a file. The path is a file name, not a URL: only
// what would end it is escaped.
func sqliteFile(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// oldestSQLite is the first release without the WAL-reset fault, which could
// lose a committed transaction.
const oldestSQLite = 3_051_003

// checkSQLite refuses a library that is too old and a pragma that did not take.
func checkSQLite(ctx context.Context, c *sql.Conn) error {
	var version string
	if err := c.QueryRowContext(ctx, "select sqlite_version()").Scan(&version); err != nil {
		return err
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return fmt.Errorf("sqlite version %q: %w", version, err)
	}
	if major*1_000_000+minor*1_000+patch < oldestSQLite {
		return fmt.Errorf("sqlite %s loses commits; 3.51.3 or later is needed", version)
	}
	for _, p := range sqlitePragmas {
		var got string
		if err := c.QueryRowContext(ctx, "pragma "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("pragma %s: %w", p.name, err)
		}
		if got != p.want {
			return fmt.Errorf("pragma %s is %q and must be %q", p.name, got, p.want)
		}
	}
	return nil
}
