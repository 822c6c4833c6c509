// Package lockfile lets one process at a time have a folder: two servers over one
// SQLite file would each believe that they alone write.
package lockfile
