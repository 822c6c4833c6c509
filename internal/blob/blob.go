package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
)

// MaxBytes is the largest object.
const MaxBytes = 16 << 20

// ErrDamaged is in the error of an object whose bytes are not those that were put.
var ErrDamaged = errors.New("the object is damaged")

// ID names an object: a UUID.
type ID string

// Sealer encrypts content and binds it to a place; seal.Ring is one.
type Sealer interface {
	Seal(plain, place []byte) ([]byte, error)
	Open(sealed, place []byte) ([]byte, error)
}

// Store is a folder of sealed objects. It is safe for concurrent use, also by
// several processes that share the folder.
type Store struct {
	*folder
	sealer Sealer
}

// folder is what stores with different sealers share.
type folder struct {
	root  *os.Root
	dirs  sync.Map                // folders known to be synced in their parents
	doors [64]sync.Mutex          // one writer at a time for an id
	at    func(step string) error // tests stop the store here; nil: go on
}

const (
	mark    = "NXB1"
	headLen = len(mark) + sha256.Size
	tmp     = "tmp"
)

// Open returns the store in the folder dir, which it makes when needed.
func Open(dir string, sealer Sealer) (*Store, error) {
	const op = "blob.open"
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the operator names the folder
		return nil, fault.Wrap(op, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	s := &Store{&folder{root: root}, sealer}
	if err := s.makeDir(tmp, "."); err != nil {
		return nil, fault.Wrap(op, errors.Join(err, root.Close()))
	}
	return s, nil
}

// Close lets go of the folder.
func (s *Store) Close() error { return s.root.Close() }

// With returns the same folder with another sealer, for objects under a key of their own.
func (s *Store) With(sealer Sealer) *Store { return &Store{s.folder, sealer} }

// Put keeps data under the id, for good.
func (s *Store) Put(ctx context.Context, name ID, data []byte) error {
	const op = "blob.put"
	if err := ready(ctx, op, name); err != nil {
		return err
	}
	if len(data) > MaxBytes {
		return fault.Wrap(op, fmt.Errorf("%s: %d bytes are more than an object may have", name, len(data)))
	}
	door := s.door(name)
	door.Lock()
	defer door.Unlock()
	switch old, err := s.get(name); {
	case err == nil && bytes.Equal(old, data):
		return fault.Wrap(op, s.settle(name))
	case err == nil:
		return fault.New(op, fault.Conflict, "blob.taken")
	case !errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(op, err)
	}
	sealed, err := s.sealer.Seal(data, place(name))
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, s.write(name, sealed))
}

// Get returns what was put under the id.
func (s *Store) Get(ctx context.Context, name ID) ([]byte, error) {
	const op = "blob.get"
	if err := ready(ctx, op, name); err != nil {
		return nil, err
	}
	data, err := s.get(name)
	return data, told(op, err)
}

// Delete removes the object; one that is not there is no fault.
func (s *Store) Delete(ctx context.Context, name ID) error {
	const op = "blob.delete"
	if err := ready(ctx, op, name); err != nil {
		return err
	}
	dir, path := where(name)
	if err := s.root.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(op, err)
	}
	if err := s.sync(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(op, err)
	}
	return nil
}

// Verify reads the object and checks its digest without opening the seal.
func (s *Store) Verify(ctx context.Context, name ID) error {
	_, err := s.Export(ctx, name)
	return err
}

// Export returns the object still sealed, for a backup.
func (s *Store) Export(ctx context.Context, name ID) ([]byte, error) {
	const op = "blob.export"
	if err := ready(ctx, op, name); err != nil {
		return nil, err
	}
	sealed, err := s.read(name)
	return sealed, told(op, err)
}

// Import keeps an exported object under its id; it replaces a damaged one and
// leaves a good one alone.
func (s *Store) Import(ctx context.Context, name ID, sealed []byte) error {
	const op = "blob.import"
	if err := ready(ctx, op, name); err != nil {
		return err
	}
	door := s.door(name)
	door.Lock()
	defer door.Unlock()
	if old, err := s.read(name); err == nil {
		if bytes.Equal(old, sealed) {
			return fault.Wrap(op, s.settle(name))
		}
		return fault.New(op, fault.Conflict, "blob.taken")
	}
	return fault.Wrap(op, s.write(name, sealed))
}

// Head returns the first n bytes of the sealed object, which tell by which key.
func (s *Store) Head(ctx context.Context, name ID, n int) ([]byte, error) {
	const op = "blob.head"
	if err := ready(ctx, op, name); err != nil {
		return nil, err
	}
	_, path := where(name)
	f, err := s.root.Open(path)
	if err != nil {
		return nil, told(op, err)
	}
	defer func() { _ = f.Close() }() // only read
	head := make([]byte, headLen+n)
	if _, err := io.ReadFull(f, head); err != nil || string(head[:len(mark)]) != mark {
		return nil, fault.Wrap(op, fmt.Errorf("%s: %w: no head", name, ErrDamaged))
	}
	return head[headLen:], nil
}

// Reseal opens the object and seals it anew, as the sealer does now. Whoever reads
// it meanwhile gets the old or the new one.
func (s *Store) Reseal(ctx context.Context, name ID) error {
	const op = "blob.reseal"
	if err := ready(ctx, op, name); err != nil {
		return err
	}
	door := s.door(name)
	door.Lock()
	defer door.Unlock()
	data, err := s.get(name)
	if err != nil {
		return told(op, err)
	}
	sealed, err := s.sealer.Seal(data, place(name))
	if err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, s.write(name, sealed))
}

// Sweep removes what writes that were cut off before the given moment left behind.
func (s *Store) Sweep(ctx context.Context, before time.Time) error {
	const op = "blob.sweep"
	entries, err := fs.ReadDir(s.root.FS(), tmp)
	if err != nil {
		return fault.Wrap(op, err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(before) {
			continue
		}
		if err == nil {
			err = s.root.Remove(tmp + "/" + e.Name())
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return fault.Wrap(op, err)
		}
	}
	return nil
}

func (s *Store) get(name ID) ([]byte, error) {
	sealed, err := s.read(name)
	if err != nil {
		return nil, err
	}
	data, err := s.sealer.Open(sealed, place(name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, ErrDamaged, err)
	}
	return data, nil
}

// read returns the sealed content after its digest was found right.
func (s *Store) read(name ID) ([]byte, error) {
	_, path := where(name)
	f, err := s.root.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	raw, err := io.ReadAll(io.LimitReader(f, MaxBytes+1<<16))
	if err != nil {
		return nil, err
	}
	if len(raw) < headLen || string(raw[:len(mark)]) != mark {
		return nil, fmt.Errorf("%s: %w: no head", name, ErrDamaged)
	}
	sealed := raw[headLen:]
	if sum := sha256.Sum256(sealed); !bytes.Equal(sum[:], raw[len(mark):headLen]) {
		return nil, fmt.Errorf("%s: %w: another digest", name, ErrDamaged)
	}
	return sealed, nil
}

// door returns the lock of an id.
func (s *Store) door(name ID) *sync.Mutex {
	var n uint32
	for _, c := range []byte(name) {
		n = n*31 + uint32(c)
	}
	return &s.doors[n%uint32(len(s.doors))]
}

// ready refuses an id that is none, and a context that has ended.
func ready(ctx context.Context, op string, name ID) error {
	if canon, err := id.Parse[ID](string(name)); err != nil || canon != name {
		return fault.Wrap(op, fmt.Errorf("%q is not an id", name))
	}
	return fault.Wrap(op, ctx.Err())
}

// told turns "no such file" into what the reader is told.
func told(op string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(op, fault.Missing, "blob.missing").Because(err)
	}
	return fault.Wrap(op, err)
}

// place binds a seal to the object's id.
func place(name ID) []byte { return []byte("blob|data|" + name) }

// where returns an object's folder and path.
func where(name ID) (dir, path string) {
	dir = string(name[34:36] + "/" + name[32:34])
	return dir, dir + "/" + string(name)
}
