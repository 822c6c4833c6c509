package release_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"aead.dev/minisign"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/op"
	"nuanxin/internal/release"
)

const password = "sheng-jiang-tang-1976"

// one is a program with its signature and keys: opening the secret key takes seconds, on
// purpose.
var one = sync.OnceValue(func() (o struct {
	program, signature []byte
	public             string
	err                error
}) {
	dir, err := os.MkdirTemp("", "release-*")
	if err != nil {
		o.err = err
		return o
	}
	defer func() { _ = os.RemoveAll(dir) }() // was only read
	file := filepath.Join(dir, "nuanxin")
	o.program = bytes.Repeat([]byte("program "), 9000)
	if o.err = os.WriteFile(file, o.program, 0o600); o.err != nil {
		return o
	}
	var secret []byte
	if o.public, secret, o.err = release.NewKeys(password); o.err != nil {
		return o
	}
	beside, err := release.Sign(file, secret, password, "nuanxin 1.2.3 linux/amd64")
	if o.err = err; err == nil {
		o.signature, o.err = os.ReadFile(beside)
	}
	return o
})

// signed is a program file with its signature, and the public key.
func signed(t *testing.T) (file, public string) {
	t.Helper()
	o := one()
	file = filepath.Join(t.TempDir(), "nuanxin")
	err := errors.Join(o.err, os.WriteFile(file, o.program, 0o600), os.WriteFile(file+release.Ending, o.signature, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return file, o.public
}

// change changes a file in the middle, and returns how to take that back.
func change(t *testing.T, file string, how func([]byte) []byte) (back func()) {
	t.Helper()
	was, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, how(bytes.Clone(was)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.WriteFile(file, was, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What was signed stands; whatever else it is, it does not.
func TestWhatWasSignedStands(t *testing.T) {
	file, public := signed(t)
	if p, err := release.Verify(file, public); err != nil || p.Comment != "nuanxin 1.2.3 linux/amd64" || len(p.SHA256) != 64 {
		t.Fatalf("got %+v, %v", p, err)
	}
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte { b[(at+len(b))%len(b)] ^= 1; return b }
	}
	for what, c := range map[string]struct {
		file string
		how  func([]byte) []byte
	}{
		"the first byte":         {file, flip(0)},
		"a byte in the middle":   {file, flip(36000)},
		"the last byte":          {file, flip(-1)},
		"cut short":              {file, func(b []byte) []byte { return b[:len(b)-1] }},
		"something behind it":    {file, func(b []byte) []byte { return append(b, 0) }},
		"empty":                  {file, func([]byte) []byte { return nil }},
		"the version it says":    {file + release.Ending, func(b []byte) []byte { return bytes.Replace(b, []byte("1.2.3"), []byte("9.9.9"), 1) }},
		"the signature":          {file + release.Ending, flip(80)},
		"no signature":           {file + release.Ending, func([]byte) []byte { return nil }},
		"nothing of a signature": {file + release.Ending, func([]byte) []byte { return []byte("trusted comment: yes\n") }},
	} {
		back := change(t, c.file, c.how)
		if p, err := release.Verify(file, public); !errors.Is(err, release.ErrForged) {
			t.Errorf("%s: got %+v, %v", what, p, err)
		}
		back()
	}
	other, _, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := release.Verify(file, other.String()); !errors.Is(err, release.ErrForged) {
		t.Errorf("by another key: got %v", err)
	}
	for _, bad := range []string{"", "RWQ", strings.Repeat("A", 56)} {
		if _, err := release.Verify(file, bad); err == nil {
			t.Errorf("the key %q is taken", bad)
		}
	}
	if err := os.Remove(file + release.Ending); err != nil {
		t.Fatal(err)
	}
	if _, err := release.Verify(file, public); !errors.Is(err, release.ErrUnsigned) {
		t.Errorf("without a signature: got %v", err)
	}
}

// While the program runs a changed file is noticed and stands in the trail, each time.
func TestAChangedFileIsNoticed(t *testing.T) {
	proves.That(t, "release-signed")
	at := clock.At(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC))
	dbtest.Each(t, at, []fs.FS{op.Schema}, func(t *testing.T, d *db.DB) {
		file, public := signed(t)
		s := release.NewService(op.New(d, release.Policy), release.Config{File: file, Key: public})
		system := authz.AsSystem(context.Background(), "test")
		notes := func() (all []string) {
			err := d.View(context.Background(), func(tx *db.Tx) error {
				return tx.Each(context.Background(), `select note from person_audit where action = $1 order by seq`, []any{string(release.Prove)}, func(r db.Row) error {
					var note string
					err := r.Scan(&note)
					all = append(all, note)
					return err
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		look := func(wrong bool) {
			t.Helper()
			if err := s.Look(system); err != nil || s.Wrong() != wrong {
				t.Errorf("got wrong %v, %v; want %v", s.Wrong(), err, wrong)
			}
		}
		look(false)
		back := change(t, file, func(b []byte) []byte { b[7] ^= 1; return b })
		look(true)
		back()
		look(false)
		if got := notes(); len(got) != 3 || strings.Contains(got[0], "wrong") || !strings.Contains(got[1], `"result":"wrong"`) || !strings.Contains(got[2], "1.2.3") {
			t.Errorf("the trail has %q", got)
		}
		if err := s.Look(authz.With(context.Background(), authz.Subject{ID: "0190a1b2-0000-7000-8000-0000000000c1", Kind: authz.Staff})); err == nil {
			t.Error("somebody of the staff leaves a row for the program")
		}
		none := release.NewService(op.New(d, release.Policy), release.Config{})
		if err := none.Look(system); err != nil || none.Wrong() || len(notes()) != 4 && len(notes()) != 3 {
			t.Errorf("without a key: got %v", err)
		}
	})
}
