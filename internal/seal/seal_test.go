package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"nuanxin/internal/evidence/proves"
)

func TestRing(t *testing.T) {
	proves.That(t, "crypto-allowlist")
	for _, suite := range []Suite{AES256GCM, SM4GCM} {
		path := filepath.Join(t.TempDir(), "keys", "ring.json")
		r, err := Open(path, suite)
		if err != nil {
			t.Fatal(err)
		}
		here, there := Place("worker", "phone", "a"), Place("worker", "phone", "b")
		plain := []byte("13800138000")
		sealed, err := r.Seal(plain, here)
		if err != nil || bytes.Contains(sealed, plain) {
			t.Fatalf("%s: sealed %q, %v", suite, sealed, err)
		}
		again, err := Open(path, suite) // another start of the program
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Open(sealed, here); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: opened %q, %v", suite, got, err)
		}
		if _, err := r.Open(sealed, there); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: a value moved to another row opens", suite)
		}
		for i := range sealed {
			sealed[i] ^= 1
			if _, err := r.Open(sealed, here); !errors.Is(err, ErrOpen) {
				t.Errorf("%s: opens with byte %d changed", suite, i)
			}
			sealed[i] ^= 1
		}
		for n := range sealed {
			if _, err := r.Open(sealed[:n], here); !errors.Is(err, ErrOpen) {
				t.Errorf("%s: opens when cut to %d bytes", suite, n)
			}
		}
		if r.Index("phone", "1") != again.Index("phone", "1") || r.Index("phone", "1") == r.Index("id", "1") || r.Index("phone", "1") == r.Index("phone", "2") {
			t.Errorf("%s: blind indexes must agree for one purpose and value only", suite)
		}
		if tok := r.Token("request", "x"); len(tok) != 26 || !r.TokenIs("request", "x", tok) || r.TokenIs("request", "y", tok) || r.TokenIs("request", "x", "") {
			t.Errorf("%s: token %q", suite, tok)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the key file is %v, %v", suite, info.Mode(), err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	proves.That(t, "secrets", "bitflip")
	for about, text := range map[string]string{
		"not JSON":    "keys",
		"no keys":     `{"index":"","keys":[]}`,
		"a short key": `{"index":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","keys":[{"id":1,"suite":"aes-256-gcm","key":"AAAA"}]}`,
		"other suite": `{"index":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","keys":[{"id":1,"suite":"rot13","key":"AAAA"}]}`,
	} {
		path := filepath.Join(t.TempDir(), "ring.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, AES256GCM); err == nil {
			t.Errorf("%s: accepted", about)
		}
	}
}

// A value of before there were versions opens, says so, and cannot be made from a new
// one or turned into one.
func TestVersion(t *testing.T) {
	for _, suite := range []Suite{AES256GCM, SM4GCM} {
		r, err := Open(filepath.Join(t.TempDir(), "ring.json"), suite)
		if err != nil {
			t.Fatal(err)
		}
		here, plain := Place("worker", "phone", "a"), []byte("13800138000")
		h := r.held.Load()
		nonce := random(h.keys[h.now].aead.NonceSize())
		old := h.keys[h.now].aead.Seal(append([]byte{suites[suite].mark, 0, 0, 0, byte(h.now)}, nonce...), nonce, plain, here)
		if got, err := r.Open(old, here); err != nil || !bytes.Equal(got, plain) || Versioned(old) {
			t.Errorf("%s: an old value opens as %q, %v; versioned %v", suite, got, err, Versioned(old))
		}
		sealed, err := r.Seal(plain, here)
		if err != nil || !Versioned(sealed) {
			t.Fatalf("%s: a new value is not versioned: %v", suite, err)
		}
		for about, value := range map[string][]byte{"an old one as new": old, "a new one as old": sealed} {
			value[0] ^= versioned
			if _, err := r.Open(value, here); !errors.Is(err, ErrOpen) {
				t.Errorf("%s: %s opens", suite, about)
			}
		}
	}
}
