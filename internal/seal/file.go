package seal

import (
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"nuanxin/internal/clock"
)

// File is where a ring's keys are kept. Whoever has its text has everything, so an
// operator backs it up apart from the data, and may have it guarded.
type File struct {
	Path  string
	Suite Suite // of the first key of a new file; empty: AES-256-GCM
	Hash  Hash  // of the blind indexes of a new file; empty: SHA-256
	Guard Guard // nil: the file is kept as it is, readable by its owner alone
}

// Guard keeps the key that the text of a key file is sealed with: a key management
// service, or a hardware module behind a command. The program asks it when it starts
// and when the file has changed, not for every value.
type Guard interface {
	Wrap(key []byte) ([]byte, error) // 32 bytes
	Unwrap(wrapped []byte) ([]byte, error)
}

// secret is one key as it is kept in the key file.
type secret struct {
	ID    uint32    `json:"id"`
	Suite Suite     `json:"suite"`
	Key   []byte    `json:"key"`
	Made  time.Time `json:"made,omitzero"` // files of before the program kept it say nothing
}

// keyFile is the text of a key file.
type keyFile struct {
	Index []byte   `json:"index"`          // of blind indexes and tokens; never rotated
	Hash  Hash     `json:"hash,omitempty"` // that they are made with; never changed, for what was indexed could not be found again
	Keys  []secret `json:"keys"`           // oldest first
}

// guarded is what stands in the file when there is a guard. The seal on the text
// finds any change, whatever way of wrapping the guard has.
type guarded struct {
	Key  []byte `json:"guarded"` // wrapped by the guard
	Text []byte `json:"text"`    // nonce (12), ciphertext with tag (AES-256-GCM)
}

// guardPlace is what the text is bound to.
var guardPlace = []byte("nuanxin guarded keys 1")

// Open reads the ring kept at path, or makes a new one there if there is none.
// The file is readable by its owner alone.
func Open(path string, suite Suite) (*Ring, error) { return File{Path: path, Suite: suite}.Open() }

// Open reads the ring, or makes a new one if there is no file.
func (f File) Open() (*Ring, error) {
	if _, err := os.Stat(f.Path); errors.Is(err, os.ErrNotExist) {
		if err := f.create(); err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
	}
	r := &Ring{file: f}
	text, h, err := f.load()
	if err != nil {
		return nil, err
	}
	r.index, r.hash = text.Index, hashes[text.Hash]
	r.held.Store(h)
	return r, nil
}

// load reads the file.
func (f File) load() (k keyFile, h *held, err error) {
	info, err := os.Stat(f.Path) // before the reading: a change in between is then found later
	if err != nil {
		return k, nil, fmt.Errorf("seal: %w", err)
	}
	data, err := f.text()
	if err != nil {
		return k, nil, err
	}
	if k, h, err = parse(data); err != nil {
		return k, nil, fmt.Errorf("seal: %s: %w", f.Path, err)
	}
	h.file = info
	return k, h, nil
}

// text returns the text of the file without its guard.
func (f File) text() ([]byte, error) {
	data, err := os.ReadFile(f.Path)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	var g guarded
	if err := json.Unmarshal(data, &g); err != nil || len(g.Key) == 0 {
		return data, nil //nolint:nilerr // what is no JSON is refused where it is parsed
	}
	if f.Guard == nil {
		return nil, fmt.Errorf("seal: %s is guarded, and no guard is configured", f.Path)
	}
	key, err := f.Guard.Unwrap(g.Key)
	if err != nil {
		return nil, fmt.Errorf("seal: the guard of %s does not open it: %w", f.Path, err)
	}
	aead, err := AES256GCM.aead(key)
	if err != nil || len(g.Text) < aead.NonceSize() {
		return nil, fmt.Errorf("seal: %s is damaged, or another guard's", f.Path)
	}
	n := aead.NonceSize()
	plain, err := aead.Open(nil, g.Text[:n], g.Text[n:], guardPlace)
	if err != nil {
		return nil, fmt.Errorf("seal: %s is damaged, or another guard's", f.Path)
	}
	return plain, nil
}

// guard returns the text as it is written.
func (f File) guard(k keyFile) ([]byte, error) {
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return nil, err
	}
	if _, _, err := parse(text); err != nil {
		return nil, err
	}
	if f.Guard == nil {
		return text, nil
	}
	key := random(32)
	wrapped, err := f.Guard.Wrap(key)
	if err != nil {
		return nil, fmt.Errorf("the guard does not take the key: %w", err)
	}
	aead, err := AES256GCM.aead(key)
	if err != nil {
		return nil, err
	}
	nonce := random(aead.NonceSize())
	return json.MarshalIndent(guarded{wrapped, aead.Seal(nonce, nonce, text, guardPlace)}, "", "  ")
}

func (f File) create() error {
	if f.Suite == "" {
		f.Suite = AES256GCM
	}
	s, ok := suites[f.Suite]
	if !ok {
		return fmt.Errorf("unknown suite %q", f.Suite)
	}
	data, err := f.guard(keyFile{random(32), f.Hash, []secret{{1, f.Suite, random(s.size), clock.System.Now().Truncate(time.Second)}}})
	if err != nil {
		return err
	}
	dir := filepath.Dir(f.Path)
	_, err = os.Stat(dir)
	made := errors.Is(err, os.ErrNotExist)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// O_EXCL: two programs started at once must not each make a key.
	file, err := os.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
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

// parse reads the text of a key file.
func parse(data []byte) (f keyFile, h *held, err error) {
	if err := json.Unmarshal(data, &f); err != nil {
		return f, nil, fmt.Errorf("not a key file: %w", err)
	}
	if len(f.Keys) == 0 || len(f.Index) < 32 {
		return f, nil, errors.New("the key file holds no keys")
	}
	if hashes[f.Hash] == nil {
		return f, nil, fmt.Errorf("unknown hash %q", f.Hash)
	}
	h = &held{keys: map[uint32]key{}, hash: f.Hash, now: f.Keys[len(f.Keys)-1].ID}
	for _, k := range f.Keys {
		aead, err := k.Suite.aead(k.Key)
		if err != nil {
			return f, nil, fmt.Errorf("key %d: %w", k.ID, err)
		}
		h.keys[k.ID] = key{k.Suite, aead, k.Made, k.Key}
	}
	return f, h, nil
}

// aead returns the suite under a key.
func (s Suite) aead(key []byte) (cipher.AEAD, error) {
	kind, ok := suites[s]
	if !ok || len(key) != kind.size {
		return nil, fmt.Errorf("not a %s key", s)
	}
	block, err := kind.block(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
