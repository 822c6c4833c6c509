package seal_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"os"
	"path/filepath"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/seal"
)

// vectorFolder lies beside the project's folder and is not copied into it: Wycheproof,
// https://github.com/C2SP/wycheproof, Apache-2.0.
const vectorFolder = "../../../shared/vectors/security/crypto/"

// vector is one case of any of the files; hex in all texts.
type vector struct {
	ID                              int `json:"tcId"`
	Comment, Result                 string
	Key, IV, AAD, Msg, CT, Tag, Sig string
	IKM, Salt, Info, OKM            string
	Size                            int
}

type vectorGroup struct {
	IVSize, KeySize, TagSize int
	PublicKey                struct{ PK string }
	Tests                    []vector
}

func vectors(t *testing.T, name string) []vectorGroup {
	t.Helper()
	raw, err := os.ReadFile(vectorFolder + name)
	if err != nil {
		t.Skip("the vectors lie beside the project's folder and are not here:", err)
	}
	var file struct{ TestGroups []vectorGroup }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(name, err)
	}
	return file.TestGroups
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The ciphers of both suites open what they must and nothing else: keys, nonces and
// tags of the sizes that we use.
func TestCipherVectors(t *testing.T) {
	proves.That(t, "crypto-wycheproof")
	for name, c := range map[string]struct {
		bits  int
		block func([]byte) (cipher.Block, error)
	}{"aes_gcm_test.json": {256, aes.NewCipher}, "sm4_gcm_test.json": {128, sm4.NewCipher}} {
		tried := map[string]int{}
		for _, g := range vectors(t, name) {
			if g.IVSize != 96 || g.TagSize != 128 || g.KeySize != c.bits {
				continue
			}
			for _, v := range g.Tests {
				block, err := c.block(unhex(t, v.Key))
				if err != nil {
					t.Fatal(err)
				}
				gcm, err := cipher.NewGCM(block)
				if err != nil {
					t.Fatal(err)
				}
				tried[v.Result]++
				iv, aad, sealed := unhex(t, v.IV), unhex(t, v.AAD), append(unhex(t, v.CT), unhex(t, v.Tag)...)
				plain, err := gcm.Open(nil, iv, sealed, aad)
				if (err == nil) != (v.Result == "valid") || err == nil && !bytes.Equal(plain, unhex(t, v.Msg)) {
					t.Errorf("%s %d (%s): opened to %x, %v; want %s", name, v.ID, v.Comment, plain, err, v.Result)
				}
				if got := gcm.Seal(nil, iv, unhex(t, v.Msg), aad); v.Result == "valid" && !bytes.Equal(got, sealed) {
					t.Errorf("%s %d (%s): sealed to %x, want %x", name, v.ID, v.Comment, got, sealed)
				}
			}
		}
		if tried["valid"] < 20 || tried["invalid"] < 10 {
			t.Errorf("%s: only %v were tried", name, tried)
		}
	}
}

// Keys are derived, and codes made and held against, as their standards say.
func TestDerivationVectors(t *testing.T) {
	proves.That(t, "crypto-wycheproof")
	tried := 0
	for _, g := range vectors(t, "hkdf_sha256_test.json") {
		for _, v := range g.Tests {
			got, err := hkdf.Key(sha256.New, unhex(t, v.IKM), unhex(t, v.Salt), string(unhex(t, v.Info)), v.Size)
			if (err == nil) != (v.Result == "valid") || err == nil && !bytes.Equal(got, unhex(t, v.OKM)) {
				t.Errorf("HKDF %d (%s): got %x, %v; want %s", v.ID, v.Comment, got, err, v.Result)
			}
			tried++
		}
	}
	for name, under := range map[string]func() hash.Hash{"hmac_sha256_test.json": sha256.New, "hmac_sm3_test.json": sm3.New} {
		for _, g := range vectors(t, name) {
			for _, v := range g.Tests {
				mac := hmac.New(under, unhex(t, v.Key))
				_, _ = mac.Write(unhex(t, v.Msg)) // a hash takes all
				if got := hmac.Equal(mac.Sum(nil)[:g.TagSize/8], unhex(t, v.Tag)); got != (v.Result == "valid") {
					t.Errorf("%s %d (%s): got %v, want %s", name, v.ID, v.Comment, got, v.Result)
				}
				tried++
			}
		}
	}
	if tried < 350 {
		t.Errorf("only %d were tried", tried)
	}
}

// sm3MAC is RFC 2104 over SM3, written out: [hmac.New] is what it is held against.
func sm3MAC(key []byte, text ...byte) []byte {
	inner, outer := bytes.Repeat([]byte{0x36}, 64), bytes.Repeat([]byte{0x5c}, 64)
	for i, k := range key { // none is longer than a block
		inner[i] ^= k
		outer[i] ^= k
	}
	first := sm3.Sum(append(inner, text...))
	last := sm3.Sum(append(outer, first[:]...))
	return last[:]
}

// An index under SM3 is what whoever holds the key file computes by the standards
// alone: HMAC-SM3 with a key that HKDF (RFC 5869) derives with HMAC-SM3.
func TestIndexIsHMACOfSM3(t *testing.T) {
	proves.That(t, "crypto-wycheproof")
	path := filepath.Join(t.TempDir(), "ring.json")
	ring, err := seal.File{Path: path, Hash: seal.SM3}.Open()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Index []byte }
	if err := json.Unmarshal(raw, &file); err != nil || len(file.Index) != 32 {
		t.Fatalf("the index key: %d bytes, %v", len(file.Index), err)
	}
	for purpose, value := range map[string]string{"phone": "19900000001", "证件": "11010119000101001X", "": ""} {
		key := sm3MAC(sm3MAC(make([]byte, 32), file.Index...), append([]byte("index|"+purpose), 1)...)
		if got, want := ring.Index(purpose, value), hex.EncodeToString(sm3MAC(key, []byte(value)...)); got != want {
			t.Errorf("the index of %q for %q: got %s, want %s", value, purpose, got, want)
		}
	}
}

// Signatures are taken when they are, and not when they are anything near.
func TestSignatureVectors(t *testing.T) {
	proves.That(t, "crypto-wycheproof")
	tried := 0
	for _, g := range vectors(t, "ed25519_test.json") {
		key := unhex(t, g.PublicKey.PK)
		for _, v := range g.Tests {
			got := len(key) == ed25519.PublicKeySize && ed25519.Verify(key, unhex(t, v.Msg), unhex(t, v.Sig))
			if got != (v.Result == "valid") {
				t.Errorf("Ed25519 %d (%s): got %v, want %s", v.ID, v.Comment, got, v.Result)
			}
			tried++
		}
	}
	if tried < 100 {
		t.Errorf("only %d were tried", tried)
	}
}
