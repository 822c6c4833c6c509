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
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emmansun/gmsm/sm4"

	"nuanxin/internal/clock"
)

// Suite is a kind of authenticated encryption.
type Suite string

// The suites.
const (
	AES256GCM Suite = "aes-256-gcm"
	SM4GCM    Suite = "sm4-gcm" // GB/T 32907
)

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

// secret is one key as it is kept in the key file.
type secret struct {
	ID    uint32    `json:"id"`
	Suite Suite     `json:"suite"`
	Key   []byte    `json:"key"`
	Made  time.Time `json:"made,omitzero"` // files of before the program kept it say nothing
}

// keyFile is the file that an operator must keep and back up apart from data.
type keyFile struct {
	Index []byte   `json:"index"` // of blind indexes and tokens; never rotated
	Keys  []secret `json:"keys"`  // oldest first
}

// Ring seals, opens and indexes. It is safe for concurrent use, and follows its
// file: what `nuanxin keys` changes there counts from the next use on.
type Ring struct {
	index []byte // never changes
	path  string
	mu    sync.Mutex // held while the file is read again
	held  atomic.Pointer[held]
}

// held are the keys as the file had them.
type held struct {
	keys map[uint32]key
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

// Open reads the ring kept at path, or makes a new one there if there is none.
// The file is readable by its owner alone.
func Open(path string, suite Suite) (*Ring, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := create(path, suite); err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
	}
	r := &Ring{path: path}
	f, h, err := load(path)
	if err != nil {
		return nil, err
	}
	r.index = f.Index
	r.held.Store(h)
	return r, nil
}

// load reads a key file.
func load(path string) (f keyFile, h *held, err error) {
	info, err := os.Stat(path) // before the reading: a change in between is then found later
	if err != nil {
		return f, nil, fmt.Errorf("seal: %w", err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return f, nil, fmt.Errorf("seal: %w", err)
	}
	if f, h, err = parse(data); err != nil {
		return f, nil, fmt.Errorf("seal: %s: %w", path, err)
	}
	h.file = info
	return f, h, nil
}

func create(path string, suite Suite) error {
	s, ok := suites[suite]
	if !ok {
		return fmt.Errorf("unknown suite %q", suite)
	}
	f := keyFile{Index: random(32), Keys: []secret{{ID: 1, Suite: suite, Key: random(s.size), Made: clock.System.Now().Truncate(time.Second)}}}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	_, err = os.Stat(dir)
	made := errors.Is(err, os.ErrNotExist)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// O_EXCL: two programs started at once must not each make a key.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	// What is sealed from now on is lost with the file, so its name must last, too.
	if err = errors.Join(err, syncDir(dir)); err == nil && made {
		err = syncDir(filepath.Dir(dir))
	}
	return err
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it would end the program
	return b
}

// parse reads the text of a key file.
func parse(data []byte) (f keyFile, h *held, err error) {
	if err := json.Unmarshal(data, &f); err != nil {
		return f, nil, fmt.Errorf("not a key file: %w", err)
	}
	if len(f.Keys) == 0 || len(f.Index) < 32 {
		return f, nil, errors.New("the key file holds no keys")
	}
	h = &held{keys: map[uint32]key{}, now: f.Keys[len(f.Keys)-1].ID}
	for _, k := range f.Keys {
		s, ok := suites[k.Suite]
		if !ok || len(k.Key) != s.size {
			return f, nil, fmt.Errorf("key %d is not a %s key", k.ID, k.Suite)
		}
		block, err := s.block(k.Key)
		if err != nil {
			return f, nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return f, nil, err
		}
		h.keys[k.ID] = key{k.Suite, aead, k.Made, k.Key}
	}
	return f, h, nil
}

// Place is where a sealed value belongs. A value sealed for one place opens
// nowhere else.
func Place(table, column, row string) []byte { return []byte(table + "|" + column + "|" + row) }

// Seal returns plain, unreadable without the ring and bound to place. The form
// is: suite (1 byte), key id (4), nonce (12), ciphertext with tag.
func (r *Ring) Seal(plain, place []byte) ([]byte, error) {
	h := r.follow()
	k := h.keys[h.now]
	out := make([]byte, 5, 5+k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	out[0] = suites[k.suite].mark
	binary.BigEndian.PutUint32(out[1:], h.now)
	nonce := random(k.aead.NonceSize())
	return k.aead.Seal(append(out, nonce...), nonce, plain, place), nil
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
	if !ok || sealed[0] != suites[k.suite].mark || len(sealed) < 5+k.aead.NonceSize() {
		return nil, ErrOpen
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
	sub, err := hkdf.Key(sha256.New, r.index, nil, purpose, 32)
	if err != nil {
		panic("seal: " + err.Error()) // only for lengths that no hash can give
	}
	return sub
}

func (r *Ring) mac(purpose, value string) []byte {
	m := hmac.New(sha256.New, r.derive(purpose))
	m.Write([]byte(value))
	return m.Sum(nil)
}
