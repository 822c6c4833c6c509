package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// Suite is a kind of authenticated encryption.
type Suite string

// The suites.
const (
	AES256GCM Suite = "aes-256-gcm"
	SM4GCM    Suite = "sm4-gcm" // GB/T 32907
)

// Hash is what blind indexes, tokens and derived keys are made with.
type Hash string

// The hashes.
const (
	SHA256 Hash = "sha256"
	SM3    Hash = "sm3" // GB/T 32905
)

// hashes maps a hash to its function; files of before there was a choice name none.
var hashes = map[Hash]func() hash.Hash{"": sha256.New, SHA256: sha256.New, SM3: sm3.New}

// suites maps a suite to the byte that marks its ciphertext, its key length and
// its block cipher.
var suites = map[Suite]struct {
	mark  byte
	size  int
	block func([]byte) (cipher.Block, error)
}{
	AES256GCM: {1, 32, aes.NewCipher},
	SM4GCM:    {2, 16, sm4.NewCipher},
}

// Ring seals, opens and indexes. It is safe for concurrent use, and follows its
// file: what `nuanxin keys` changes there counts from the next use on.
type Ring struct {
	index []byte           // never changes
	hash  func() hash.Hash // nor does this
	file  File
	mu    sync.Mutex // held while the file is read again
	held  atomic.Pointer[held]
}

// held are the keys as the file had them.
type held struct {
	keys map[uint32]key
	hash Hash
	now  uint32      // the key that seals
	file os.FileInfo // how the file looked
}

type key struct {
	suite Suite
	aead  cipher.AEAD
	made  time.Time
	bytes []byte
}

// ErrOpen says that a sealed value does not open here: it was changed, moved,
// or sealed under a key that this ring does not hold.
var ErrOpen = errors.New("seal: does not open")

// versioned marks the suite of a value that the ring bound to a version. Values of
// before there were versions are bound to table, column and row alone; they open, and
// sealing them anew binds them.
const versioned = 0x20

// version is bound into each value. It counts how values are formed: one that was
// sealed under an older form cannot be passed off as one of a newer.
const version = "|1"

// bind adds the version to a place: table|column|row|version.
func bind(place []byte) []byte { return slices.Concat(place, []byte(version)) }

// Versioned reports whether a value is bound to a version, as all new ones are.
func Versioned(sealed []byte) bool {
	return len(sealed) >= HeadLen && sealed[0]&(versioned|boxed) != 0
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it would end the program
	return b
}

// Place is where a sealed value belongs. A value sealed for one place opens
// nowhere else.
func Place(table, column, row string) []byte { return []byte(table + "|" + column + "|" + row) }

// Seal returns plain, unreadable without the ring and bound to place and version.
// The form is: suite (1 byte), key id (4), nonce (12), ciphertext with tag.
func (r *Ring) Seal(plain, place []byte) ([]byte, error) {
	h := r.follow()
	k := h.keys[h.now]
	out := make([]byte, 5, 5+k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	out[0] = suites[k.suite].mark | versioned
	binary.BigEndian.PutUint32(out[1:], h.now)
	nonce := random(k.aead.NonceSize())
	return k.aead.Seal(append(out, nonce...), nonce, plain, bind(place)), nil
}

// Open returns what was sealed for place, or [ErrOpen].
func (r *Ring) Open(sealed, place []byte) ([]byte, error) {
	if len(sealed) < 5 {
		return nil, ErrOpen
	}
	which := KeyOf(sealed)
	k, ok := r.held.Load().keys[which]
	if !ok { // another process may have sealed it with a newer key
		k, ok = r.again().keys[which]
	}
	if !ok || sealed[0]&^versioned != suites[k.suite].mark || len(sealed) < 5+k.aead.NonceSize() {
		return nil, ErrOpen
	}
	if Versioned(sealed) {
		place = bind(place)
	}
	nonce, text := sealed[5:5+k.aead.NonceSize()], sealed[5+k.aead.NonceSize():]
	plain, err := k.aead.Open(nil, nonce, text, place)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Index returns the blind index of value for purpose: equal values give equal
// indexes, which tell nothing to whoever lacks the ring. 64 hex digits.
func (r *Ring) Index(purpose, value string) string {
	return fmt.Sprintf("%x", r.mac("index|"+purpose, value))
}

// Token returns the secret that belongs to value for purpose, 26 characters
// that can be read aloud. It is derived, so that it need not be stored.
func (r *Ring) Token(purpose, value string) string {
	t := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(r.mac("token|"+purpose, value)[:16])
	return strings.ToLower(t)
}

// TokenIs reports whether token belongs to value, in constant time.
func (r *Ring) TokenIs(purpose, value, token string) bool {
	return hmac.Equal([]byte(r.Token(purpose, value)), []byte(strings.ToLower(strings.TrimSpace(token))))
}

// Signer returns the key that signs for purpose. It is derived, so that whoever
// keeps the key file keeps it too; its public half may be given to anybody.
func (r *Ring) Signer(purpose string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(r.derive("sign|" + purpose))
}

func (r *Ring) derive(purpose string) []byte {
	sub, err := hkdf.Key(r.hash, r.index, nil, purpose, 32)
	if err != nil {
		panic("seal: " + err.Error()) // only for lengths that no hash can give
	}
	return sub
}

func (r *Ring) mac(purpose, value string) []byte {
	m := hmac.New(r.hash, r.derive(purpose))
	m.Write([]byte(value))
	return m.Sum(nil)
}
