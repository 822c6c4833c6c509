package db_test

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
)

//go:embed testdata/migrate/*.sql
var files embed.FS

func schemas(t *testing.T) []fs.FS {
	sub, err := fs.Sub(files, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	return []fs.FS{sub}
}

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	dbtest.Each(t, clock.At(noon), schemas(t), f)
}

const put = `insert into thing (id, a, b, at, ok, raw) values ($1, $3, $2, $4, $5, $6)`

const u1, u2 = "0190a1b2-0000-7000-8000-000000000001", "0190a1b2-0000-7000-8000-000000000002"

// The driver must bind $n by number. Drivers that bind by first appearance
// swap a and b here, silently.
func TestTypesAndPlaceholders(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		err := d.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, put, u1, "b", "a", db.Micros(tx.Now()), true, []byte{0, 255})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var a, b, idText string
		var at time.Time
		var ok bool
		var raw []byte
		err = d.View(ctx, func(tx *db.Tx) error {
			return tx.One(ctx, `select id, a, b, at, ok, raw from thing where id = $1`, []any{u1}, &idText, &a, &b, db.Time(&at), &ok, &raw)
		})
		if err != nil || idText != u1 || a != "a" || b != "b" || !at.Equal(noon) || !ok || len(raw) != 2 || raw[1] != 255 {
			t.Errorf("got %q %q %q %v %v %v, %v", idText, a, b, at, ok, raw, err)
		}
	})
}

func TestUpdate(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		insert := func(id string) error {
			return d.Update(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, put, id, "b", "a", nil, false, nil)
				return err
			})
		}
		if err := insert(u1); err != nil {
			t.Fatal(err)
		}
		if err := insert(u1); !db.IsUnique(err) {
			t.Errorf("a second row with the same key: %v, want a unique fault", err)
		}
		boom := errors.New("boom")
		err := d.Update(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, put, u2, "b", "a", nil, false, nil); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("failed update = %v, want boom", err)
		}
		err = d.Update(ctx, func(tx *db.Tx) error {
			err := tx.Try(ctx, func() error { _, err := tx.Exec(ctx, put, u1, "", "", nil, false, nil); return err })
			if !db.IsUnique(err) {
				t.Errorf("inner failure = %v, want a unique fault", err)
			}
			_, err = tx.Exec(ctx, `update thing set a = $2 where id = $1`, u1, "after")
			return err
		})
		if err != nil {
			t.Errorf("a transaction must go on after Try: %v", err)
		}
		if err := d.Update(ctx, func(*db.Tx) error { panic("ouch") }); err == nil {
			t.Error("a panic in a write was swallowed")
		}
		var n int
		var a string
		err = d.View(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `delete from thing`); err == nil {
				t.Error("a view may write")
			}
			return nil
		})
		if err != nil && d.Name() == "sqlite" {
			t.Error(err)
		}
		err = d.View(ctx, func(tx *db.Tx) error {
			return tx.One(ctx, `select count(*), min(a) from thing`, nil, &n, &a)
		})
		if err != nil || n != 1 || a != "after" {
			t.Errorf("rows = %d %q, %v; want 1 after", n, a, err)
		}
	})
}

// Many writers at once: all are answered, and a counter loses nothing.
func TestGroup(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		err := d.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `insert into counter (id, n) values ($1, 0)`, u1)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for w := range 32 {
			wg.Go(func() {
				for i := range 10 {
					err := d.Update(ctx, func(tx *db.Tx) error {
						if _, err := tx.Exec(ctx, `update counter set n = n + 1 where id = $1`, u1); err != nil {
							return err
						}
						if (w+i)%5 == 0 {
							return context.Canceled // one in five changes its mind
						}
						return nil
					})
					if (err != nil) != ((w+i)%5 == 0) {
						t.Errorf("update = %v", err)
					}
				}
			})
		}
		wg.Wait()
		var n int
		if err := d.View(ctx, func(tx *db.Tx) error { return tx.One(ctx, `select n from counter where id = $1`, []any{u1}, &n) }); err != nil || n != 256 {
			t.Errorf("counter = %d, %v; want 256", n, err)
		}
	})
}

func TestCurrent(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		if err := d.Current(t.Context(), schemas(t)...); err != nil {
			t.Errorf("a migrated database is refused: %v", err)
		}
		older := fs.FS(only{files, "testdata/migrate/202601010001_thing.sql"})
		if err := d.Current(t.Context(), older); err == nil {
			t.Error("a database newer than the program is accepted")
		}
	})
}

// only shows one migration of an embedded folder.
type only struct {
	fs   embed.FS
	path string
}

func (o only) Open(name string) (fs.File, error) { return o.fs.Open("testdata/" + name) }

func (o only) Glob(string) ([]string, error) { return []string{o.path[len("testdata/"):]}, nil }

func TestTables(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.View(t.Context(), func(tx *db.Tx) error {
			ts, err := tx.Tables(t.Context())
			if err != nil {
				return err
			}
			if len(ts) != 2 || ts[1].Name != "thing" || len(ts[1].Key) != 1 || ts[1].Key[0] != "id" || len(ts[1].Uniques["thing_ab"]) != 3 {
				t.Errorf("tables = %+v", ts)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestGrams(t *testing.T) {
	for _, test := range []struct {
		text string
		want string
	}{
		{"东门不让进", "不让 东门 让进 门不"},
		{"门", "门"},
		{"Ｂ座 3楼，WiFi", "3 b wifi 座 楼"},
		{"充电充电", "充电 电充"},
		{"", ""},
	} {
		got := ""
		for i, g := range db.Grams(test.text) {
			if i > 0 {
				got += " "
			}
			got += g
		}
		if got != test.want {
			t.Errorf("Grams(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

// A dump of either database loads into either, row for row.
func TestDumpAndLoad(t *testing.T) {
	each(t, func(t *testing.T, from *db.DB) {
		ctx := t.Context()
		err := from.Update(ctx, func(tx *db.Tx) error {
			for i, raw := range [][]byte{{1, 2, 255}, nil} {
				if _, err := tx.Exec(ctx, put, []string{u1, u2}[i], "b\n\"引号\"", "<a>", db.Micros(tx.Now()), i == 0, raw); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var dump bytes.Buffer
		if err := from.View(ctx, func(tx *db.Tx) error { _, err := tx.Dump(ctx, &dump); return err }); err != nil {
			t.Fatal(err)
		}
		each(t, func(t *testing.T, to *db.DB) {
			if n, err := to.Load(ctx, bytes.NewReader(dump.Bytes())); n != 2 || err != nil {
				t.Fatalf("load = %d, %v", n, err)
			}
			var again bytes.Buffer
			if err := to.View(ctx, func(tx *db.Tx) error { _, err := tx.Dump(ctx, &again); return err }); err != nil {
				t.Fatal(err)
			}
			if again.String() != dump.String() {
				t.Errorf("the copy differs:\n%s\nwant\n%s", again.String(), dump.String())
			}
		})
		for about, text := range map[string]string{
			"another schema":   strings.Replace(dump.String(), `"schema":202601010002`, `"schema":3`, 1),
			"an unknown table": strings.Replace(dump.String(), `"table":"thing"`, `"table":"thing; drop table counter"`, 1),
			"cut short":        dump.String()[:strings.LastIndex(dump.String(), "{")],
			"not a dump":       "PK\x03\x04",
		} {
			if _, err := from.Load(ctx, strings.NewReader(text)); err == nil {
				t.Errorf("%s: accepted", about)
			}
		}
		var n int
		if err := from.View(ctx, func(tx *db.Tx) error { return tx.One(ctx, `select count(*) from thing`, nil, &n) }); err != nil || n != 2 {
			t.Errorf("a refused load left %d rows, %v", n, err)
		}
	})
}

// What PostgreSQL cannot hold is kept and looked for alike on both.
func TestTextsThatCannotBeKept(t *testing.T) {
	type name string
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var a, b string
		err := d.Update(ctx, func(tx *db.Tx) error {
			args := []any{u1, "b\xff", name("a\x00"), db.Micros(tx.Now()), true, []byte{0, 255}}
			if _, err := tx.Exec(ctx, put, args...); err != nil {
				return err
			}
			if args[1] != "b\xff" {
				t.Errorf("the caller's arguments were changed to %q", args)
			}
			return tx.One(ctx, `select a, b from thing where a = $1`, []any{"a\x00"}, &a, &b)
		})
		if err != nil || a != "a\ufffd" || b != "b\ufffd" {
			t.Errorf("kept %q and %q, %v; want both with U+FFFD", a, b, err)
		}
	})
}

// A full disk makes SQLite undo the whole transaction under a statement, not the
// statement alone. Whoever is told that the commit failed must not find the act
// done, and those behind it in the same group must not be done outside of one.
func TestFullDiskEndsTheGroup(t *testing.T) {
	d := dbtest.SQLite(t, clock.At(noon), schemas(t))
	ctx := t.Context()
	exec := func(tx *db.Tx, query string, args ...any) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}
	begun, go_ := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	errs := make([]error, 3)
	run := func(i int, fn func(*db.Tx) error) { all.Go(func() { errs[i] = d.Update(ctx, fn) }) }
	run(0, func(tx *db.Tx) error { // holds the writer until the others wait behind it
		close(begun)
		<-go_
		return exec(tx, put, u1, "b", "a", int64(0), true, []byte{})
	})
	<-begun
	run(1, func(tx *db.Tx) error {
		if err := exec(tx, `pragma max_page_count = 1`); err != nil { // as many as there are
			return err
		}
		err := exec(tx, `insert into thing (id, a, b, at, ok, raw) values ('x', '', '', 0, true, zeroblob(1000000))`)
		return errors.Join(err, exec(tx, `pragma max_page_count = 1000000`))
	})
	for d.Waiting() < 1 {
		runtime.Gosched()
	}
	run(2, func(tx *db.Tx) error { return exec(tx, put, u2, "b", "a", int64(0), true, []byte{}) })
	for d.Waiting() < 2 {
		runtime.Gosched()
	}
	close(go_)
	all.Wait()
	for i, id := range []string{u1, "x", u2} {
		var n int
		err := d.View(ctx, func(tx *db.Tx) error {
			return tx.One(ctx, `select count(*) from thing where id = $1`, []any{id}, &n)
		})
		if err != nil || (errs[i] == nil) != (n == 1) {
			t.Errorf("write %d was answered %v, and there are %d rows, %v", i, errs[i], n, err)
		}
	}
	if errs[1] == nil || errs[2] != nil {
		t.Errorf("the one that filled the disk: %v, the one behind it: %v; want a fault and none", errs[1], errs[2])
	}
}

// A file that is opened for reading shows what was committed beside its log, too,
// and lets nobody write; where there is none, none is made.
func TestReadOnly(t *testing.T) {
	d := dbtest.SQLite(t, clock.System, nil)
	if err := d.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `create table word (w text not null)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	only, err := db.Open(t.Context(), db.Config{URL: d.URL(), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = only.Close() }()
	read := func(query string) error {
		return only.View(t.Context(), func(tx *db.Tx) error {
			var n int
			return tx.One(t.Context(), query, nil, &n)
		})
	}
	if err := read(`select count(*) from word`); err != nil {
		t.Errorf("reading: %v", err)
	}
	if err := read(`insert into word (w) values ('a') returning 1`); err == nil {
		t.Error("a reading transaction wrote")
	}
	if err := only.Update(t.Context(), func(*db.Tx) error { return nil }); err == nil {
		t.Error("a writing transaction began")
	}
	none := filepath.Join(t.TempDir(), "none.db")
	if _, err := db.Open(t.Context(), db.Config{URL: none, ReadOnly: true}); err == nil {
		t.Error("nothing was opened")
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("a file was made by reading")
	}
}
