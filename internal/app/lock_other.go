//go:build !unix

package app

import "os"

// lockFile opens the file at path. Systems without file locks rely on the
// address that only one server can listen on.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
