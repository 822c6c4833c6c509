package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Info is what may be told of a key.
type Info struct {
	ID    uint32    `json:"id"`
	Suite Suite     `json:"suite"`
	Made  time.Time `json:"made,omitzero"` // zero: not known
	Seals bool      `json:"seals"`         // new values are sealed with it
}

// KeyOf returns the id of the key that sealed a value; 0: none did, or a data key
// did (see [Box]), which itself stands under one.
func KeyOf(sealed []byte) uint32 {
	if len(sealed) < HeadLen || Boxed(sealed) {
		return 0
	}
	return binary.BigEndian.Uint32(sealed[1:])
}

// HeadLen is how many bytes of a sealed value [KeyOf] needs.
const HeadLen = 5

// Keys lists the keys, oldest first.
func (r *Ring) Keys() []Info {
	h := r.follow()
	var all []Info
	for id, k := range h.keys {
		all = append(all, Info{id, k.suite, k.made, id == h.now})
	}
	slices.SortFunc(all, func(a, b Info) int { return int(a.ID) - int(b.ID) })
	return all
}

// File returns the file that the ring follows.
func (r *Ring) File() File { return r.file }

// Current returns the id of the key that seals.
func (r *Ring) Current() uint32 { return r.follow().now }

// follow returns the keys as the file has them now.
func (r *Ring) follow() *held {
	h := r.held.Load()
	info, err := os.Stat(r.file.Path)
	if err != nil || os.SameFile(info, h.file) && info.ModTime().Equal(h.file.ModTime()) && info.Size() == h.file.Size() {
		return h // a file that is away for a moment takes nothing from a program that runs
	}
	return r.again()
}

// again reads the file again. One that cannot be read, or is another ring's,
// changes nothing: what is open keeps working.
func (r *Ring) again() *held {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.held.Load()
	f, h, err := r.file.load()
	if err != nil || !bytes.Equal(f.Index, r.index) || f.Hash != old.hash {
		return old
	}
	for id, k := range h.keys {
		if was, ok := old.keys[id]; ok && !bytes.Equal(was.bytes, k.bytes) {
			return old
		}
	}
	r.held.Store(h)
	return h
}

// Add puts a new key into the file; from then on it seals. It returns
// the key, and the name of the copy of the old file, which stands beside it. An
// empty suite is that of the key that sealed before.
// Callers keep others from changing the file meanwhile.
func (f File) Add(suite Suite, at time.Time) (added Info, backup string, err error) {
	backup, err = f.change(at, func(f *keyFile) error {
		if suite == "" {
			suite = f.Keys[len(f.Keys)-1].Suite
		}
		s, ok := suites[suite]
		if !ok {
			return fmt.Errorf("seal: unknown suite %q", suite)
		}
		added = Info{ID: f.Keys[len(f.Keys)-1].ID + 1, Suite: suite, Made: at.UTC().Truncate(time.Second), Seals: true}
		for _, k := range f.Keys {
			added.ID = max(added.ID, k.ID+1) // an id is never given twice
		}
		f.Keys = append(f.Keys, secret{added.ID, suite, random(s.size), added.Made})
		return nil
	})
	return added, backup, err
}

// Retire takes keys out of the file, as [File.Add] puts one in. The key that
// seals is refused.
func (f File) Retire(ids []uint32, at time.Time) (backup string, err error) {
	return f.change(at, func(f *keyFile) error {
		if slices.Contains(ids, f.Keys[len(f.Keys)-1].ID) {
			return errors.New("seal: the key that seals cannot be retired")
		}
		f.Keys = slices.DeleteFunc(f.Keys, func(k secret) bool { return slices.Contains(ids, k.ID) })
		return nil
	})
}

// Rewrap writes the file anew as the guard has it now: guarded from then on, if it was
// not, or under a new key of the guard. It returns the copy of the old file.
func (f File) Rewrap(at time.Time) (backup string, err error) {
	if f.Guard == nil {
		return "", errors.New("seal: no guard is configured")
	}
	return f.change(at, func(*keyFile) error { return nil })
}

// change copies the file, writes the changed one beside it, reads both back, and
// moves the new one into its place.
func (f File) change(at time.Time, edit func(*keyFile) error) (backup string, err error) {
	if f.Path, err = filepath.EvalSymlinks(f.Path); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	k, _, err := f.load()
	if err != nil {
		return "", err
	}
	if err := edit(&k); err != nil {
		return "", err
	}
	text, err := f.guard(k)
	if err != nil {
		return "", fmt.Errorf("seal: nothing was changed: %w", err)
	}
	return f.replace(text, at)
}

// replace puts text into the place of the file's, which is copied beside it first.
func (f File) replace(text []byte, at time.Time) (backup string, err error) {
	old, err := os.ReadFile(f.Path)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	info, err := os.Stat(f.Path)
	if err != nil {
		return "", err
	}
	backup = f.Path + "." + at.UTC().Format("20060102T150405.000000Z") + ".old"
	if err := put(backup, old, info, os.O_EXCL); err != nil {
		return "", fmt.Errorf("seal: the old keys could not be copied, nothing was changed: %w", err)
	}
	beside := f.Path + ".new" // of a change that was cut off, perhaps: it counted for nothing
	if err := put(beside, text, info, os.O_TRUNC); err != nil {
		return backup, fmt.Errorf("seal: the new keys could not be written, nothing was changed: %w", errors.Join(err, os.Remove(beside)))
	}
	if err := os.Rename(beside, f.Path); err != nil {
		return backup, fmt.Errorf("seal: nothing was changed: %w", err)
	}
	return backup, syncDir(filepath.Dir(f.Path))
}

// put writes a file like the one that info is of, syncs it and its name, and
// reads it back.
func put(path string, data []byte, like os.FileInfo, flag int) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		return err
	}
	err = keepOwner(f, like)
	if err == nil {
		_, err = f.Write(data)
	}
	if err := errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(path))); err != nil {
		return err
	}
	back, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(back, data) {
		err = fmt.Errorf("%s cannot be read back as it was written", path)
	}
	return err
}
