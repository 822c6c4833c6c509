package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A guarded file has nothing to read without its guard, works like any other with
// it, and can be guarded later.
func TestGuardedFile(t *testing.T) {
	at := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "ring.json")
	plain := File{Path: path}
	r, err := plain.Open()
	if err != nil {
		t.Fatal(err)
	}
	place := Place("member", "name", "a")
	sealed, _ := r.Seal([]byte("王示例"), place)
	guard := &turned{by: 0x55}
	kept := File{Path: path, Guard: guard}
	if _, err := plain.Rewrap(at); err == nil {
		t.Error("guarded without a guard")
	}
	if _, err := kept.Rewrap(at); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	if bytes.Contains(text, []byte(`"keys"`)) || bytes.Contains(text, []byte("aes")) {
		t.Errorf("the keys are in the guarded file: %s", text)
	}
	if _, err := plain.Open(); err == nil {
		t.Error("a guarded file opened without its guard")
	}
	if _, err := (File{Path: path, Guard: &turned{by: 0x56}}).Open(); err == nil {
		t.Error("a guarded file opened with another guard")
	}
	ring, err := kept.Open()
	if err != nil {
		t.Fatal(err)
	}
	asked := guard.asked
	for range 100 {
		if got, err := ring.Open(sealed, place); err != nil || string(got) != "王示例" {
			t.Fatalf("opened %q, %v", got, err)
		}
	}
	if guard.asked != asked {
		t.Errorf("the guard was asked %d times for values", guard.asked-asked)
	}
	added, _, err := kept.Add(SM4GCM, at.Add(time.Second))
	if err != nil || ring.Current() != added.ID {
		t.Errorf("a new key in a guarded file: now %d, want %d (%v)", ring.Current(), added.ID, err)
	}
	shares, err := kept.Split(2, 3)
	if err != nil {
		t.Fatal(err)
	}
	back := File{Path: filepath.Join(t.TempDir(), "back.json")} // the guard was lost
	if err := back.Join(shares[1:]); err != nil {
		t.Fatal(err)
	}
	if found, err := back.Open(); err != nil || found.Index("a", "b") != ring.Index("a", "b") {
		t.Errorf("joined without the guard: %v", err)
	}
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if again, err := kept.Open(); err == nil && again.Index("a", "b") != ring.Index("a", "b") {
			t.Fatalf("other keys came out with byte %d changed", i)
		}
	}
}

// A guard that is away changes nothing, and takes nothing from what runs.
func TestAGuardThatIsAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring.json")
	guard := &turned{by: 1}
	f := File{Path: path, Guard: guard}
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	guard.fails = errors.New("the line is down")
	if _, _, err := f.Add("", time.Unix(0, 0)); err == nil {
		t.Error("a key was added without the guard")
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file changed")
	}
	if _, err := f.Open(); err == nil {
		t.Error("a program started without its keys")
	}
	if err := os.Chtimes(path, time.Unix(9, 0), time.Unix(9, 0)); err != nil { // looks changed
		t.Fatal(err)
	}
	if _, err := r.Seal([]byte("x"), Place("a", "b", "c")); err != nil {
		t.Errorf("what runs stopped: %v", err)
	}
	fresh := File{Path: filepath.Join(t.TempDir(), "new.json"), Guard: guard}
	if _, err := fresh.Open(); err == nil {
		t.Error("a new file was made without the guard")
	}
	if _, err := os.Stat(fresh.Path); err == nil {
		t.Error("half a key file was left")
	}
}
