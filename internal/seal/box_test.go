package seal

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// What a data key sealed opens with that key alone: not with another person's, not
// without it, not in another place, and not once it is destroyed.
func TestBox(t *testing.T) {
	for _, suite := range []Suite{AES256GCM, SM4GCM} {
		path := filepath.Join(t.TempDir(), "ring.json")
		r, err := Open(path, suite)
		if err != nil {
			t.Fatal(err)
		}
		at, other := Place("person", "data_key", "a"), Place("person", "data_key", "b")
		here, there := Place("person", "phone", "a"), Place("person", "phone", "b")
		plain := []byte("19900000001")
		box, key, err := r.NewBox(at)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := box.Seal(plain, here)
		if err != nil || bytes.Contains(sealed, plain) || !Boxed(sealed) || KeyOf(sealed) != 0 {
			t.Fatalf("%s: %q, key %d, %v", suite, sealed, KeyOf(sealed), err)
		}
		if _, _, err := (File{Path: path}).Add("", time.Unix(0, 0)); err != nil { // the ring goes on
			t.Fatal(err)
		}
		again, err := r.Box(key, at)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Open(sealed, here); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: opened %q, %v", suite, got, err)
		}
		if _, err := r.Box(key, other); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: a data key moved to another row opens: %v", suite, err)
		}
		stranger, _, _ := r.NewBox(other)
		none, _ := r.Box(nil, at)
		for about, b := range map[string]Box{"another's": stranger, "no": none} {
			if _, err := b.Open(sealed, here); !errors.Is(err, ErrOpen) {
				t.Errorf("%s: opens with %s key: %v", suite, about, err)
			}
		}
		if _, err := r.Open(sealed, here); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: the ring opens it without the key", suite)
		}
		if _, err := again.Open(sealed, there); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: a value moved to another row opens", suite)
		}
		for i := range sealed {
			sealed[i] ^= 0x20
			if _, err := again.Open(sealed, here); !errors.Is(err, ErrOpen) && (i == 0 || i >= HeadLen) { // the zeros tell nothing
				t.Errorf("%s: opens with byte %d changed", suite, i)
			}
			sealed[i] ^= 0x20
		}
		for n := range sealed {
			if _, err := again.Open(sealed[:n], here); !errors.Is(err, ErrOpen) {
				t.Errorf("%s: opens when cut to %d bytes", suite, n)
			}
		}
		// A row of before there were data keys.
		old, _ := r.Seal(plain, here)
		if got, err := again.Open(old, here); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: a ring's value in a box: %q, %v", suite, got, err)
		}
		if s, err := none.Seal(plain, here); err != nil || Boxed(s) {
			t.Errorf("%s: without a key it seals by the ring: %v, %v", suite, Boxed(s), err)
		}
	}
}

// The hash of blind indexes is chosen once and stays with the file.
func TestIndexUnderSM3(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring.json")
	r, err := File{Path: path, Hash: SM3}.Open()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(path, AES256GCM) // configured otherwise later
	if err != nil {
		t.Fatal(err)
	}
	if r.Index("phone", "1") != again.Index("phone", "1") {
		t.Error("the hash of a ring that is there changed with the configuration")
	}
	again.hash = hashes[SHA256]
	if r.Index("phone", "1") == again.Index("phone", "1") {
		t.Error("SM3 and SHA-256 give the same index")
	}
	if _, err := (File{Path: filepath.Join(t.TempDir(), "x"), Hash: "md5"}).Open(); err == nil {
		t.Error("an unknown hash was taken")
	}
}

// turned is a guard that turns bits.
type turned struct {
	by    byte
	fails error
	asked int
}

func (g *turned) turn(in []byte) ([]byte, error) {
	g.asked++
	out := bytes.Clone(in)
	for i := range out {
		out[i] ^= g.by
	}
	return out, g.fails
}

func (g *turned) Wrap(in []byte) ([]byte, error)   { return g.turn(in) }
func (g *turned) Unwrap(in []byte) ([]byte, error) { return g.turn(in) }
