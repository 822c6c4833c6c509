package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
)

// write puts the sealed content in its place: beside first, synced, moved, and
// the folders synced.
func (s *Store) write(name ID, sealed []byte) error {
	dir, target := where(name)
	if err := errors.Join(s.makeDir(path.Dir(dir), "."), s.makeDir(dir, path.Dir(dir))); err != nil {
		return err
	}
	beside := tmp + "/" + id.New[string]()
	if err := s.fill(beside, sealed); err != nil {
		return errors.Join(err, s.root.Remove(beside))
	}
	if err := s.stop("synced"); err != nil {
		return err
	}
	if err := s.root.Rename(beside, target); err != nil {
		return errors.Join(err, s.root.Remove(beside))
	}
	if err := s.stop("moved"); err != nil {
		return err
	}
	return s.sync(dir)
}

// settle makes sure that an object which is there stays: whoever moved it into its
// place may have been cut off before the folder was synced.
func (s *Store) settle(name ID) error {
	dir, _ := where(name)
	if err := s.stop("settled"); err != nil {
		return err
	}
	return s.sync(dir)
}

// fill writes a new file and syncs it.
func (s *Store) fill(name string, sealed []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(sealed)
	_, err = f.Write(append([]byte(mark), sum[:]...))
	if err == nil {
		err = s.stop("begun")
	}
	if err == nil {
		_, err = f.Write(sealed)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// makeDir makes a folder and syncs it in its parent. One that is there already is
// synced too, once: whoever made it may not have come that far.
func (s *Store) makeDir(name, parent string) error {
	if _, done := s.dirs.Load(name); done {
		return nil
	}
	if err := s.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := s.sync(parent); err != nil {
		return err
	}
	s.dirs.Store(name, true)
	return nil
}

// sync makes the entries of a folder durable.
func (s *Store) sync(dir string) error {
	d, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (s *Store) stop(step string) error {
	if s.at == nil {
		return nil
	}
	return s.at(step)
}

// Entry is one thing found in the store's folder.
type Entry struct {
	ID    ID        // empty for a stray file
	Bytes int64     // on disk
	At    time.Time // last written
	Stray string    // path of a file that is no object of this store
}

// Walk calls visit for each object and each stray file, in the order of their
// paths, until visit returns an error, which Walk then returns. Objects that come
// or go meanwhile may be seen or not.
func (s *Store) Walk(ctx context.Context, visit func(Entry) error) error {
	const op = "blob.walk"
	err := fs.WalkDir(s.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // removed meanwhile
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && p == tmp:
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		return visitFile(p, d, visit)
	})
	return fault.Wrap(op, err)
}

func visitFile(p string, d fs.DirEntry, visit func(Entry) error) error {
	info, err := d.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	e := Entry{ID: ID(d.Name()), Bytes: info.Size(), At: info.ModTime()}
	if !id.Valid(d.Name()) || !info.Mode().IsRegular() || !at(e.ID, p) {
		e.ID, e.Stray = "", p
	}
	return visit(e)
}

func at(name ID, p string) bool {
	_, right := where(name)
	return right == p
}
