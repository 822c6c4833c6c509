package powercut_test

import (
	"bytes"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3/vfs"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/powercut"
)

//go:embed testdata/migrate/*.sql
var files embed.FS

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func disk(t *testing.T, opts powercut.Options) *powercut.Disk {
	t.Helper()
	powercut.Register()
	d := powercut.New("powercut-"+t.Name(), t.TempDir(), 1, opts)
	t.Cleanup(d.Close)
	return d
}

func open(t *testing.T, on *powercut.Disk) *db.DB {
	t.Helper()
	schema, err := fs.Sub(files, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Config{URL: on.URL("main.db"), Driver: powercut.Driver, Clock: clock.At(noon)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	return d
}

const put = `insert into thing (id, a, b, at, ok, raw) values ($1, $3, $2, $4, $5, $6)`

// The whole of internal/db works on this driver: numbered placeholders in any
// order, types, a writer beside readers, unique faults by their code.
func TestDriver(t *testing.T) {
	on := disk(t, powercut.Options{})
	d, ctx := open(t, on), t.Context()
	insert := func(id string) error {
		return d.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, put, id, "b", "a", db.Micros(tx.Now()), true, []byte{0, 255})
			return err
		})
	}
	if err := insert("1"); err != nil {
		t.Fatal(err)
	}
	var a, b string
	var at time.Time
	var ok bool
	var raw []byte
	err := d.View(ctx, func(tx *db.Tx) error {
		if err := insert("2"); err != nil {
			t.Errorf("a write beside a reader: %v", err)
		}
		return tx.One(ctx, `select a, b, at, ok, raw from thing where $2 = b and $1 = a`, []any{"a", "b"}, &a, &b, db.Time(&at), &ok, &raw)
	})
	if err != nil || a != "a" || b != "b" || !at.Equal(noon) || !ok || !bytes.Equal(raw, []byte{0, 255}) {
		t.Errorf("got %q %q %v %v %v, %v", a, b, at, ok, raw, err)
	}
	if err := insert("1"); !db.IsUnique(err) {
		t.Errorf("a second row with the same key: %v, want a unique fault", err)
	}
	err = d.Update(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into part (id, thing_id) values ($2, $1)`, "nobody", "p")
		return err
	})
	if !db.IsForeign(err) {
		t.Errorf("a part of nothing: %v, want a foreign key's fault", err)
	}
	if on.Sizes()["main.db-wal"] == 0 {
		t.Errorf("there is no write-ahead log: %v", on.Sizes())
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if sizes := on.Sizes(); len(sizes) != 1 {
		t.Errorf("after closing there is %v; want the database alone: the log is written back", sizes)
	}
}

// What the wrapper is for: without it the arguments of $3 and $2 are swapped,
// and nothing tells. When this test fails, the wrapper has become needless.
func TestWrappedDriverSwapsPlaceholders(t *testing.T) {
	raw, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var first, second string
	if err := raw.QueryRowContext(t.Context(), `select $2, $1`, "one", "two").Scan(&first, &second); err != nil {
		t.Fatal(err)
	}
	if first != "one" || second != "two" {
		t.Errorf("$2, $1 = %s, %s: bound by number, as it should be; want one, two, bound by first appearance", first, second)
	}
}

// A database that was told to be careless is refused; only the disk's own hook
// can make it so.
func TestPragmasAreChecked(t *testing.T) {
	on := disk(t, powercut.Options{Pragmas: []string{"pragma synchronous=off"}})
	if d, err := db.Open(t.Context(), db.Config{URL: on.URL("main.db"), Driver: powercut.Driver}); err == nil {
		t.Error("synchronous=off is accepted")
		_ = d.Close()
	}
}

// After the cut nothing works, and after the boot an old file still does not; a
// new connection finds what was committed.
func TestCut(t *testing.T) {
	on := disk(t, powercut.Options{})
	old, ctx := open(t, on), t.Context()
	insert := func(d *db.DB, id string) error {
		return d.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, put, id, "b", "a", nil, false, nil)
			return err
		})
	}
	if err := insert(old, "1"); err != nil {
		t.Fatal(err)
	}
	f := mustOpen(t, "powercut-"+t.Name(), "main.db", vfs.OPEN_READWRITE)
	on.Cut()
	if err := insert(old, "2"); err == nil {
		t.Error("a write after the cut was acknowledged")
	}
	on.Boot()
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		t.Error("an open file outlived the power")
	}
	var n int
	err := open(t, on).View(ctx, func(tx *db.Tx) error { return tx.One(ctx, `select count(*) from thing where id = '1'`, nil, &n) })
	if n != 1 || err != nil {
		t.Errorf("%d rows, %v; want the one that was committed", n, err)
	}
}

func mustOpen(t *testing.T, name, path string, flags vfs.OpenFlag) vfs.File {
	t.Helper()
	f, _, err := vfs.Find(name).Open(path, flags)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The disk keeps what was synced whatever happens, and of the rest every kind
// of remainder occurs: none, all, only the later of two writes, half a write,
// and junk where the file had grown.
func TestWhatSurvives(t *testing.T) {
	const flags = vfs.OPEN_WAL | vfs.OPEN_CREATE | vfs.OPEN_READWRITE
	found := map[string]int{}
	for seed := range uint64(400) {
		name := "powercut-" + t.Name()
		d := powercut.New(name, t.TempDir(), seed, powercut.Options{})
		f := mustOpen(t, name, "log", flags)
		write := func(b byte, n int, off int64) {
			if _, err := f.WriteAt(bytes.Repeat([]byte{b}, n), off); err != nil {
				t.Fatal(err)
			}
		}
		write('s', 1024, 0)
		if err := f.Sync(vfs.SYNC_NORMAL); err != nil {
			t.Fatal(err)
		}
		write('x', 1024, 512)  // over what was synced, and beyond it
		write('y', 1024, 1536) // beyond
		d.CutAt(1)
		if _, err := f.WriteAt([]byte{'z'}, 0); err == nil {
			t.Fatal("a write that meets the cut is acknowledged")
		}
		d.Boot()
		got := make([]byte, 2560)
		n, _ := mustOpen(t, name, "log", vfs.OPEN_WAL|vfs.OPEN_READWRITE).ReadAt(got, 0)
		got = got[:n]
		if n < 1024 || got[1] != 's' || got[511] != 's' {
			t.Fatalf("seed %d: what was synced is gone", seed)
		}
		count(found, got)
		d.Close()
	}
	for _, kind := range []string{"nothing", "everything", "the later alone", "half", "junk", "the write that met the cut"} {
		if found[kind] == 0 {
			t.Errorf("%s: never in 400 cuts: %v", kind, found)
		}
	}
}

func count(found map[string]int, got []byte) {
	x, y := bytes.Count(got, []byte{'x'}), bytes.Count(got, []byte{'y'})
	for kind, is := range map[string]bool{
		"nothing":                    x == 0 && y == 0 && len(got) == 1024,
		"everything":                 x == 1024 && y == 1024,
		"the later alone":            x == 0 && y == 1024,
		"half":                       x == 512,
		"junk":                       len(got) > 1024 && x == 0 && got[len(got)-1] != 0 && got[len(got)-1] != 'y',
		"the write that met the cut": got[0] == 'z',
	} {
		if is {
			found[kind]++
		}
	}
}

// The name of a file that was never synced may be gone, and one that was
// deleted without a sync may be back.
func TestNames(t *testing.T) {
	const create = vfs.OPEN_WAL | vfs.OPEN_CREATE | vfs.OPEN_READWRITE
	seen := map[string]int{}
	for seed := range uint64(100) {
		name := "powercut-" + t.Name()
		d := powercut.New(name, t.TempDir(), seed, powercut.Options{})
		old := mustOpen(t, name, "old", create)
		if err := errors.Join(old.Sync(vfs.SYNC_NORMAL), old.Close(), vfs.Find(name).Delete("old", false)); err != nil {
			t.Fatal(err)
		}
		mustOpen(t, name, "new", create)
		d.Cut()
		d.Boot()
		for file := range d.Sizes() {
			seen[file]++
		}
		d.Close()
	}
	if seen["old"] == 0 || seen["old"] == 100 || seen["new"] == 0 || seen["new"] == 100 {
		t.Errorf("in 100 cuts the deleted file was back %d times and the new one there %d times; want sometimes", seen["old"], seen["new"])
	}
}

// A sync that was acknowledged by a lying disk is worth nothing: the simulation
// notices the difference.
func TestLies(t *testing.T) {
	lost := 0
	for seed := range uint64(20) {
		name := "powercut-" + t.Name()
		d := powercut.New(name, t.TempDir(), seed, powercut.Options{Lies: true})
		f := mustOpen(t, name, "log", vfs.OPEN_WAL|vfs.OPEN_CREATE|vfs.OPEN_READWRITE)
		if _, err := f.WriteAt([]byte("kept?"), 0); err != nil {
			t.Fatal(err)
		}
		if err := f.Sync(vfs.SYNC_FULL); err != nil {
			t.Fatal(err)
		}
		d.Cut()
		d.Boot()
		if d.Sizes()["log"] != 5 {
			lost++
		}
		d.Close()
	}
	if lost == 0 {
		t.Error("a lying disk lost nothing in 20 cuts")
	}
}
