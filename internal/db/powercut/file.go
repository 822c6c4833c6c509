package powercut

import (
	"io"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// fileSystem is a disk as SQLite sees it.
type fileSystem struct{ d *Disk }

var _ vfs.VFS = fileSystem{}

// Open implements vfs.VFS.
func (s fileSystem) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d := s.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, flags, vfs.SystemError(ErrPower, sqlite3.CANTOPEN)
	}
	const journals = vfs.OPEN_MAIN_JOURNAL | vfs.OPEN_SUPER_JOURNAL | vfs.OPEN_WAL
	f := &file{disk: d, boot: d.boot, name: name, temporary: name == "", folder: flags&journals != 0 && flags&vfs.OPEN_CREATE != 0}
	if f.temporary {
		f.inode = &inode{}
		return f, flags, nil
	}
	if f.inode = d.seen[name]; f.inode == nil {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		if err := d.step(d.boot, "create", name, 0, 0); err != nil {
			return nil, flags, vfs.SystemError(err, sqlite3.CANTOPEN)
		}
		f.inode = &inode{}
		d.seen[name] = f.inode
	}
	f.shm = vfs.NewSharedMemory(d.shm(name), flags)
	return f, flags, nil
}

// Delete implements vfs.VFS. Without syncFolder the name may come back.
func (s fileSystem) Delete(name string, syncFolder bool) error {
	d := s.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(d.boot, "delete", name, 0, 0); err != nil {
		return vfs.SystemError(err, sqlite3.IOERR_DELETE)
	}
	if d.seen[name] == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	delete(d.seen, name)
	if syncFolder && !d.dead {
		d.syncFolder()
	}
	return d.ended(sqlite3.IOERR_DELETE)
}

// Access implements vfs.VFS.
func (s fileSystem) Access(name string, _ vfs.AccessFlag) (bool, error) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	return s.d.seen[name] != nil, s.d.ended(sqlite3.IOERR_ACCESS)
}

// FullPathname implements vfs.VFS.
func (fileSystem) FullPathname(name string) (string, error) { return name, nil }

// ended is the fault of an operation during which the power failed.
func (d *Disk) ended(code sqlite3.ExtendedErrorCode) error {
	if d.dead {
		return vfs.SystemError(ErrPower, code)
	}
	return nil
}

// file is an open file of one connection.
type file struct {
	*inode
	disk      *Disk
	boot      int
	name      string
	temporary bool // has no name and no future
	folder    bool // its sync also syncs the folder
	shm       vfs.SharedMemory
	level     vfs.LockLevel
}

var (
	_ vfs.FileSharedMemory = &file{}
	_ vfs.FileLockState    = &file{}
)

// Close implements vfs.File. Closing syncs nothing.
func (f *file) Close() error {
	err := f.Unlock(vfs.LOCK_NONE)
	if f.shm != nil {
		_ = f.shm.Close()
	}
	return err
}

// ReadAt implements vfs.File.
func (f *file) ReadAt(b []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead || f.boot != f.disk.boot {
		return 0, vfs.SystemError(ErrPower, sqlite3.IOERR_READ)
	}
	if off >= int64(len(f.seen)) {
		return 0, io.EOF
	}
	n := copy(b, f.seen[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt implements vfs.File.
func (f *file) WriteAt(b []byte, off int64) (int, error) {
	if err := f.change("write", change{off, append(make([]byte, 0, len(b)), b...)}, sqlite3.IOERR_WRITE); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Truncate implements vfs.File.
func (f *file) Truncate(size int64) error {
	return f.change("truncate", change{off: size}, sqlite3.IOERR_TRUNCATE)
}

func (f *file) change(what string, c change, code sqlite3.ExtendedErrorCode) error {
	d := f.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.temporary {
		f.seen = c.apply(f.seen)
		return nil
	}
	if err := d.step(f.boot, what, f.name, c.off, len(c.data)); err != nil {
		return vfs.SystemError(err, code)
	}
	f.seen = c.apply(f.seen)
	f.pending = append(f.pending, c)
	return d.ended(code)
}

// Sync implements vfs.File. A sync that meets the cut has synced nothing.
func (f *file) Sync(vfs.SyncFlag) error {
	d := f.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.temporary {
		return nil
	}
	if err := d.step(f.boot, "sync", f.name, 0, 0); err != nil {
		return vfs.SystemError(err, sqlite3.IOERR_FSYNC)
	}
	if !d.dead {
		d.sync(f.inode, f.folder)
		f.folder = f.folder && d.opts.Lies
	}
	return d.ended(sqlite3.IOERR_FSYNC)
}

// Size implements vfs.File.
func (f *file) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.seen)), nil
}

// SectorSize is what SQLite's own file system on Unix says.
func (*file) SectorSize() int { return 4096 }

// DeviceCharacteristics are those of SQLite's own file system on Unix.
func (*file) DeviceCharacteristics() vfs.DeviceCharacteristic { return vfs.IOCAP_POWERSAFE_OVERWRITE }

// SharedMemory implements vfs.FileSharedMemory.
func (f *file) SharedMemory() vfs.SharedMemory { return f.shm }
