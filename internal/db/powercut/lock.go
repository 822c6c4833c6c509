package powercut

import (
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// locks are the locks that the connections to one file hold.
type locks struct {
	shared   int
	reserved bool
	waiting  bool
}

// Lock implements vfs.File.
func (f *file) Lock(level vfs.LockLevel) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.level >= level {
		return nil
	}
	switch level {
	case vfs.LOCK_SHARED:
		if f.waiting {
			return sqlite3.BUSY
		}
		f.shared++
	case vfs.LOCK_RESERVED:
		if f.reserved {
			return sqlite3.BUSY
		}
		f.reserved = true
	case vfs.LOCK_EXCLUSIVE:
		if f.level < vfs.LOCK_PENDING {
			if f.waiting {
				return sqlite3.BUSY
			}
			f.waiting, f.level = true, vfs.LOCK_PENDING
		}
		if f.shared > 1 {
			return sqlite3.BUSY
		}
	}
	f.level = level
	return nil
}

// Unlock implements vfs.File.
func (f *file) Unlock(level vfs.LockLevel) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.level <= level {
		return nil
	}
	if f.level >= vfs.LOCK_RESERVED {
		f.reserved = false
	}
	if f.level >= vfs.LOCK_PENDING {
		f.waiting = false
	}
	if level < vfs.LOCK_SHARED {
		f.shared--
	}
	f.level = level
	return nil
}

// CheckReservedLock implements vfs.File.
func (f *file) CheckReservedLock() (bool, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return f.reserved, nil
}

// LockState implements vfs.FileLockState.
func (f *file) LockState() vfs.LockLevel { return f.level }
