// Package lockfile lets one process at a time have a folder: two servers over one
// SQLite file would each believe that they alone write.
package lockfile

import "errors"

// ErrTaken says that another process holds the lock.
var ErrTaken = errors.New("another nuanxin serves this data folder already")
