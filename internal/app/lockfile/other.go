//go:build !unix

package lockfile

import "os"

// Take opens the file at path. Systems without file locks rely on the
// address that only one server can listen on.
func Take(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
