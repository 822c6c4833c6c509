package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
)

// A ring that is open follows its file: a new key seals, another process's values
// open, and a key that was taken out opens nothing any more.
func TestARingFollowsItsFile(t *testing.T) {
	proves.That(t, "crypto-agility")
	path := filepath.Join(t.TempDir(), "ring.json")
	at := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	server, err := Open(path, AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	place := Place("member", "name", "a")
	old, _ := server.Seal([]byte("王示例"), place)
	added, backup, err := File{Path: path}.Add(SM4GCM, at)
	if err != nil || added.ID != 2 || added.Suite != SM4GCM {
		t.Fatalf("added %+v, %v", added, err)
	}
	if kept, err := os.ReadFile(backup); err != nil || !bytes.Equal(kept, first) {
		t.Errorf("the copy of the old file differs (%v)", err)
	}
	other, err := Open(path, AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	theirs, _ := other.Seal([]byte("李示例"), place)
	if got, err := server.Open(theirs, place); err != nil || string(got) != "李示例" {
		t.Errorf("another process's value: got %q, %v", got, err)
	}
	if ours, _ := server.Seal([]byte("x"), place); KeyOf(ours) != 2 || KeyOf(old) != 1 {
		t.Errorf("sealed with key %d, before with %d; want 2 and 1", KeyOf(ours), KeyOf(old))
	}
	if got, err := server.Open(old, place); err != nil || string(got) != "王示例" {
		t.Errorf("an old value: got %q, %v", got, err)
	}
	if server.Index("phone", "1") != other.Index("phone", "1") {
		t.Error("a new key changed the blind index")
	}
	if _, err := (File{Path: path}).Retire([]uint32{2}, at.Add(time.Second)); err == nil {
		t.Error("the key that seals was retired")
	}
	if _, err := (File{Path: path}).Retire([]uint32{1}, at.Add(2*time.Second)); err != nil {
		t.Fatal(err)
	}
	if all := server.Keys(); len(all) != 1 || all[0].ID != 2 || !all[0].Seals {
		t.Errorf("after retiring: %+v", all)
	}
	if _, err := server.Open(old, place); !errors.Is(err, ErrOpen) {
		t.Errorf("a value of a retired key: got %v", err)
	}
}

// A foreign or broken file in the key file's place takes nothing from a program
// that runs.
func TestARingTakesNoOtherRing(t *testing.T) {
	dir := t.TempDir()
	path, foreign := filepath.Join(dir, "ring.json"), filepath.Join(dir, "foreign.json")
	r, err := Open(path, AES256GCM)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(foreign, AES256GCM); err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	place := Place("member", "name", "a")
	sealed, _ := r.Seal([]byte("x"), place)
	index := r.Index("phone", "1")
	for _, text := range [][]byte{other, []byte("{"), nil} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := r.Seal([]byte("y"), place)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range [][]byte{sealed, again} {
			if _, err := r.Open(s, place); err != nil {
				t.Errorf("with %.10q in its place: %v", text, err)
			}
		}
		if r.Index("phone", "1") != index {
			t.Errorf("with %.10q in its place the index changed", text)
		}
	}
}

func TestAChangeThatCannotBeKeptChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring.json")
	if _, err := Open(path, AES256GCM); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := os.Mkdir(path+".new", 0o700); err != nil { // nothing can be written there
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path+".new", "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := (File{Path: path}).Add(AES256GCM, time.Unix(0, 0)); err == nil {
		t.Error("a change that could not be written counts as done")
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the key file changed")
	}
}
