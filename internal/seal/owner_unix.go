//go:build unix

package seal

import (
	"os"
	"syscall"
)

// keepOwner gives f the owner of the file that like is of, and its mode but for what
// lets anybody in: a change by root must not shut the program out.
func keepOwner(f *os.File, like os.FileInfo) error {
	if err := f.Chmod(like.Mode().Perm() &^ 0o007); err != nil {
		return err
	}
	was, ok := like.Sys().(*syscall.Stat_t)
	if !ok || int(was.Uid) == os.Geteuid() {
		return nil
	}
	return f.Chown(int(was.Uid), int(was.Gid))
}
