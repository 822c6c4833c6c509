// Package filekeys seals each photo and voice message of a matter under a key of its own,
// with the small picture beside it. The key stands in the file's row, sealed by the ring,
// and goes with the row: what is left of the file on a disk or in a copy of the folder
// then opens no more.
//
// A file is written first and its row afterwards, so between the two its key is with the
// form alone. A file that no row names is nobody's; the sweep takes it.
//
// Files of before there were keys, and those of rows that keep none, are sealed by the
// ring.
package filekeys

import (
	"context"

	"nuanxin/internal/blob"
	"nuanxin/internal/db"
	"nuanxin/internal/request/requestweb/upload"
	"nuanxin/internal/seal"
)

// Store is the store of files as pages need it.
type Store struct{ Blobs *blob.Store }

// Put implements upload.Blobs.
func (s Store) Put(ctx context.Context, name string, data []byte) error {
	return s.Blobs.Put(ctx, blob.ID(name), data)
}

// Get implements upload.Blobs.
func (s Store) Get(ctx context.Context, name string) ([]byte, error) {
	return s.Blobs.Get(ctx, blob.ID(name))
}

// Keys makes and opens the keys of files.
type Keys struct {
	Ring  *seal.Ring
	Blobs *blob.Store
}

// place is where the key of a file stands.
func place(file string) []byte { return seal.Place("request_attachment", "data_key", file) }

// Under returns the store under a file's key, and that key, itself sealed; without one it
// makes it.
func (k Keys) Under(file string, key []byte) (upload.Blobs, []byte, error) {
	box, err := k.Ring.Box(key, place(file))
	if len(key) == 0 {
		box, key, err = k.Ring.NewBox(place(file))
	}
	return Store{k.Blobs.With(box)}, key, err
}

// Of returns the store under the key of whatever file has this object, and whether a row
// names one.
func (k Keys) Of(ctx context.Context, tx *db.Tx, object blob.ID) (store *blob.Store, named bool, err error) {
	store = k.Blobs
	err = tx.Each(ctx, `select blob, data_key from request_attachment where blob = $1 or thumb = $1`, []any{string(object)}, func(r db.Row) error {
		var file string
		var key []byte
		if err := r.Scan(&file, &key); err != nil {
			return err
		}
		named = true
		if len(key) == 0 {
			return nil
		}
		box, err := k.Ring.Box(key, place(file))
		store = k.Blobs.With(box)
		return err
	})
	return store, named, err
}
