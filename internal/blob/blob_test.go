package blob

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/seal"
)

var (
	_ Sealer = (*seal.Ring)(nil)
	_ Sealer = seal.Box{}
)

// box is a small true sealer: content is turned around and bound by a prefix.
type box struct{}

func (box) Seal(plain, place []byte) ([]byte, error) {
	return append(append([]byte(nil), place...), flip(plain)...), nil
}

func (box) Open(sealed, place []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(sealed, place)
	if !ok {
		return nil, errors.New("another place")
	}
	return flip(rest), nil
}

func flip(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = ^c
	}
	return out
}

func opened(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, box{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := opened(t, dir)
	one, data := id.New[ID](), []byte("a photo of a broken door")
	if err := s.Put(ctx, one, data); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(ctx, one, data); err != nil {
		t.Errorf("the same again: got %v, want nothing", err)
	}
	if err := s.Put(ctx, one, []byte("another")); !fault.Is(err, fault.Conflict) {
		t.Errorf("other bytes under a used id: got %v, want a conflict", err)
	}
	got, err := opened(t, dir).Get(ctx, one)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("after reopening: got %q, %v, want %q", got, err, data)
	}
	_, path := where(one)
	raw, _ := os.ReadFile(filepath.Join(dir, path))
	if bytes.Contains(raw, data[:6]) {
		t.Error("the content can be read on the disk")
	}
	if err := s.Delete(ctx, one); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(ctx, one); !fault.Is(err, fault.Missing) {
		t.Errorf("deleted: got %v, want missing", err)
	}
	if err := s.Delete(ctx, one); err != nil {
		t.Errorf("deleted twice: got %v, want nothing", err)
	}
	if err := s.Put(ctx, id.New[ID](), nil); err != nil {
		t.Errorf("nothing to keep: got %v, want it kept", err)
	}
	if err := s.Put(ctx, id.New[ID](), make([]byte, MaxBytes+1)); err == nil {
		t.Error("too much: got no error")
	}
}

func TestNamesAreIDs(t *testing.T) {
	s := opened(t, t.TempDir())
	for _, name := range []ID{"", "../../etc/passwd", "a", ID(strings.Repeat("a", 36)), "01932C07-AABB-7CCC-8DDD-EEFF00112233",
		"01932c07-aabb-7ccc-8ddd-eeff001/../3", "01932c07-aabb-7ccc-8ddd-eeff0011223\x00"} {
		if err := s.Put(context.Background(), name, []byte("x")); err == nil {
			t.Errorf("%q: put: got no error", name)
		}
		if _, err := s.Get(context.Background(), name); err == nil {
			t.Errorf("%q: get: got no error", name)
		}
	}
}

// TestEveryChangedByteIsFound flips each byte of an object, and puts it in the
// place of another.
func TestEveryChangedByteIsFound(t *testing.T) {
	proves.That(t, "bitflip")
	ctx, dir := context.Background(), t.TempDir()
	s := opened(t, dir)
	one, two := id.New[ID](), id.New[ID]()
	if err := errors.Join(s.Put(ctx, one, []byte("first")), s.Put(ctx, two, []byte("second"))); err != nil {
		t.Fatal(err)
	}
	_, p := where(one)
	path := filepath.Join(dir, p)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 4
		_ = os.WriteFile(path, bad, 0o600)
		if _, err := s.Get(ctx, one); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d: got %v, want it found", i, err)
		}
		if err := s.Verify(ctx, one); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d without the key: got %v, want it found", i, err)
		}
	}
	_ = os.WriteFile(path, good[:len(good)-1], 0o600)
	if _, err := s.Get(ctx, one); !errors.Is(err, ErrDamaged) || fault.KindOf(err) != fault.Internal {
		t.Errorf("cut off: got %v, want it found", err)
	}
	_, p = where(two)
	_ = os.WriteFile(filepath.Join(dir, p), good, 0o600)
	if _, err := s.Get(ctx, two); !errors.Is(err, ErrDamaged) {
		t.Errorf("in another's place: got %v, want it found", err)
	}
}

func TestExportAndImport(t *testing.T) {
	ctx := context.Background()
	from, dir := opened(t, t.TempDir()), t.TempDir()
	to := opened(t, dir)
	one := id.New[ID]()
	_ = from.Put(ctx, one, []byte("voice"))
	sealed, err := from.Export(ctx, one)
	if err != nil {
		t.Fatal(err)
	}
	_, p := where(one)
	for _, about := range []string{"into an empty store", "again", "over a damaged one"} {
		if about == "over a damaged one" {
			_ = os.WriteFile(filepath.Join(dir, p), []byte("rubbish"), 0o600)
		}
		if err := to.Import(ctx, one, sealed); err != nil {
			t.Errorf("%s: %v", about, err)
		}
		if got, err := to.Get(ctx, one); string(got) != "voice" {
			t.Errorf("%s: got %q, %v", about, got, err)
		}
	}
}

// An object under a key of its own opens with that key alone, is whole to a check and a
// backup that have none, and shares the folder with the others.
func TestWith(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	ring, err := seal.Open(filepath.Join(t.TempDir(), "ring.json"), seal.AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir, ring)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	own, _, err := ring.NewBox([]byte("here"))
	if err != nil {
		t.Fatal(err)
	}
	other, _, _ := ring.NewBox([]byte("there"))
	old, one := id.New[ID](), id.New[ID]()
	if err := errors.Join(s.Put(ctx, old, []byte("voice")), s.With(own).Put(ctx, one, []byte("voice"))); err != nil {
		t.Fatal(err)
	}
	if got, err := s.With(own).Get(ctx, one); string(got) != "voice" {
		t.Errorf("with its key: got %q, %v", got, err)
	}
	if got, err := s.With(own).Get(ctx, old); string(got) != "voice" {
		t.Errorf("one that the ring sealed: got %q, %v", got, err)
	}
	for about, with := range map[string]*Store{"the ring": s, "another key": s.With(other)} {
		if _, err := with.Get(ctx, one); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s opens it: %v", about, err)
		}
		if err := with.Verify(ctx, one); err != nil {
			t.Errorf("%s does not find it whole: %v", about, err)
		}
	}
	if head, err := s.Head(ctx, one, seal.HeadLen); err != nil || !seal.Boxed(head) {
		t.Errorf("its head says nothing of a key: %v, %v", head, err)
	}
	if err := errors.Join(s.With(own).Put(ctx, one, []byte("voice")), s.Delete(ctx, one)); err != nil {
		t.Error(err)
	}
}

// What was moved into its place and cut off before the folder was synced is not
// promised to last; putting it again promises that.
func TestPutAgainAfterACutSettles(t *testing.T) {
	ctx := context.Background()
	for about, again := range map[string]func(s *Store, one ID) error{
		"put": func(s *Store, one ID) error { return s.Put(ctx, one, []byte("voice")) },
		"import": func(s *Store, one ID) error {
			sealed, err := s.Export(ctx, one)
			return errors.Join(err, s.Import(ctx, one, sealed))
		},
	} {
		s, one := opened(t, t.TempDir()), id.New[ID]()
		cut := errors.New("cut off")
		s.at = func(at string) error {
			if at == "moved" {
				return cut
			}
			return nil
		}
		if err := s.Put(ctx, one, []byte("voice")); !errors.Is(err, cut) {
			t.Fatal(err)
		}
		var steps []string
		s.at = func(at string) error { steps = append(steps, at); return nil }
		if err := again(s, one); err != nil || len(steps) != 1 || steps[0] != "settled" {
			t.Errorf("%s again: %v after %q, want its folder synced", about, err, steps)
		}
	}
}

func TestWalk(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := opened(t, dir)
	want := map[ID]bool{}
	for range 40 {
		one := id.New[ID]()
		want[one] = true
		_ = s.Put(ctx, one, []byte(one))
	}
	_ = os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600)
	_ = os.WriteFile(filepath.Join(dir, string(id.New[ID]())), nil, 0o600) // an id, but not in its place
	stray := 0
	err := s.Walk(ctx, func(e Entry) error {
		if e.Stray != "" {
			stray++
		}
		delete(want, e.ID)
		return nil
	})
	if err != nil || len(want) != 0 || stray != 2 {
		t.Errorf("got %v, %d not seen, %d stray, want all seen and 2 stray", err, len(want), stray)
	}
	enough := errors.New("enough")
	if err := s.Walk(ctx, func(Entry) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v, want the visitor's error", err)
	}
}

// TestCutOff stops a write at each step: afterwards the object is whole or not
// there, can be put again, and what was left behind is swept.
func TestCutOff(t *testing.T) {
	ctx, data := context.Background(), []byte("half of it is not enough")
	for _, step := range []string{"begun", "synced", "moved"} {
		dir := t.TempDir()
		s := opened(t, dir)
		one := id.New[ID]()
		s.at = func(at string) error {
			if at == step {
				return errors.New("the power is gone")
			}
			return nil
		}
		if err := s.Put(ctx, one, data); err == nil {
			t.Errorf("%s: got no error", step)
		}
		s = opened(t, dir)
		if got, err := s.Get(ctx, one); !fault.Is(err, fault.Missing) && !bytes.Equal(got, data) {
			t.Errorf("%s: got %q, %v, want all or nothing", step, got, err)
		}
		if err := s.Put(ctx, one, data); err != nil {
			t.Errorf("%s: put again: %v", step, err)
		}
		if err := s.Sweep(ctx, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
			t.Errorf("%s: sweep: %v", step, err)
		}
		if left, _ := os.ReadDir(filepath.Join(dir, tmp)); len(left) != 0 {
			t.Errorf("%s: got %d files left behind, want 0", step, len(left))
		}
	}
}

// TestKilled kills a process that puts objects: all that it acknowledged are there.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("BLOB_TEST_DIR"); dir != "" {
		putUntilKilled(dir)
	}
	dir, ctx := t.TempDir(), context.Background()
	total := 0
	for round := range 4 {
		acknowledged := killAfter(t, dir, 20+round*7)
		total += len(acknowledged)
		s := opened(t, dir)
		for _, one := range acknowledged {
			if got, err := s.Get(ctx, one); err != nil || string(got) != strings.Repeat(string(one), 100) {
				t.Errorf("%s was acknowledged: got %d bytes, %v", one, len(got), err)
			}
		}
		if err := s.Walk(ctx, func(e Entry) error { return s.Verify(ctx, e.ID) }); err != nil {
			t.Errorf("after a kill: %v", err)
		}
	}
	if total < 80 {
		t.Errorf("got %d acknowledged, want at least 80", total)
	}
}

func putUntilKilled(dir string) {
	s, err := Open(dir, box{})
	if err != nil {
		os.Exit(3)
	}
	for {
		one := id.New[ID]()
		if err := s.Put(context.Background(), one, []byte(strings.Repeat(string(one), 100))); err != nil {
			os.Exit(3)
		}
		fmt.Println(one)
	}
}

// killAfter lets a child put objects and kills it after n acknowledgements.
func killAfter(t *testing.T, dir string, n int) (acknowledged []ID) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), "BLOB_TEST_DIR="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if id.Valid(lines.Text()) {
			acknowledged = append(acknowledged, ID(lines.Text()))
		}
		if len(acknowledged) == n {
			_ = child.Process.Kill()
		}
	}
	_ = child.Wait()
	return acknowledged
}
