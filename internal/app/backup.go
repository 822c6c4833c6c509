package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"nuanxin/internal/app/archive"
	"nuanxin/internal/blob"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
)

// Sum says what a backup holds.
type Sum struct {
	Rows, Blobs, Bytes int64
	KeyFile            string
}

// Backup writes everything but the keys to a new file, while the server runs:
// the database as one snapshot, then the files, which never change but for their seal once
// written. The file appears whole or not at all.
func Backup(ctx context.Context, c Config, file string) (sum Sum, err error) {
	sum.KeyFile = c.keyFile()
	if _, err := os.Stat(file); err == nil {
		return sum, fmt.Errorf("%s exists already", file)
	}
	if err := c.there(ctx); err != nil {
		return sum, err
	}
	part, err := os.CreateTemp(filepath.Dir(file), ".nuanxin-backup-*")
	if err != nil {
		return sum, err
	}
	defer func() { _ = os.Remove(part.Name()) }() // gone already after the rename
	if err := pack(ctx, c, part, &sum); err != nil {
		return sum, errors.Join(err, part.Close())
	}
	if info, err := part.Stat(); err == nil {
		sum.Bytes = info.Size()
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return sum, err
	}
	return sum, os.Rename(part.Name(), file)
}

func pack(ctx context.Context, c Config, w io.Writer, sum *Sum) (err error) {
	out := archive.NewWriter(w, Version, clock.System.Now())
	if sum.Rows, err = packDatabase(ctx, c, out); err != nil {
		return err
	}
	if sum.Blobs, err = packBlobs(ctx, c, out); err != nil {
		return err
	}
	return out.Close(sum.Rows)
}

// packDatabase adds a dump of one snapshot. A tar entry tells its size first, so
// the dump goes through a temporary file beside the backup.
func packDatabase(ctx context.Context, c Config, out *archive.Writer) (rows int64, err error) {
	d, err := db.Open(ctx, c.openDB())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	temp, err := os.CreateTemp("", "nuanxin-dump-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, temp.Close(), os.Remove(temp.Name())) }()
	err = d.View(ctx, func(tx *db.Tx) error {
		rows, err = tx.Dump(ctx, temp)
		return err
	})
	if err != nil {
		return rows, err
	}
	size, err := temp.Seek(0, io.SeekCurrent)
	if err != nil {
		return rows, err
	}
	if _, err := temp.Seek(0, io.SeekStart); err != nil {
		return rows, err
	}
	return rows, out.Add(archive.Database, size, temp)
}

func packBlobs(ctx context.Context, c Config, out *archive.Writer) (n int64, err error) {
	store, err := blob.Open(c.blobs(), nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	err = store.Walk(ctx, func(e blob.Entry) error {
		if e.Stray != "" {
			return nil
		}
		sealed, err := store.Export(ctx, e.ID)
		if err != nil {
			return err
		}
		n++
		return out.Add(archive.Blobs+string(e.ID), int64(len(sealed)), strings.NewReader(string(sealed)))
	})
	return n, err
}

// Restore reads a backup into a data folder without data, or into an empty
// database. The whole file is verified before anything is written.
func Restore(ctx context.Context, c Config, file string) (sum Sum, err error) {
	want, err := archive.Verify(file)
	if err != nil {
		return sum, err
	}
	if err := c.folder(); err != nil {
		return sum, err
	}
	if err := empty(ctx, c); err != nil {
		return sum, err
	}
	if err := lay(ctx, c); err != nil { // the keys come from where they are kept
		return sum, err
	}
	err = archive.Entries(file, func(name string, r io.Reader) error {
		if id, ok := strings.CutPrefix(name, archive.Blobs); ok {
			sum.Blobs++
			return restoreBlob(ctx, c, blob.ID(id), r)
		}
		if name == archive.Database {
			sum.Rows, err = restoreDatabase(ctx, c, r)
			return err
		}
		return nil
	})
	if err == nil && sum.Rows != want.Rows {
		err = fmt.Errorf("%d rows were restored of %d", sum.Rows, want.Rows)
	}
	return sum, err
}

// empty refuses a target that holds data.
func empty(ctx context.Context, c Config) (err error) {
	if c.DB == "" {
		if _, err := os.Stat(c.url()); err == nil {
			return fmt.Errorf("%s holds a database already; restore into another data folder", c.Data)
		}
		return nil
	}
	d, err := db.Open(ctx, c.openDB())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.View(ctx, func(tx *db.Tx) error {
		tables, err := tx.Tables(ctx)
		if err == nil && len(tables) > 0 {
			err = errors.New("the database holds tables already; restore into an empty one")
		}
		return err
	})
}

func restoreDatabase(ctx context.Context, c Config, r io.Reader) (rows int64, err error) {
	d, err := db.Open(ctx, c.openDB())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.Load(ctx, r)
}

func restoreBlob(ctx context.Context, c Config, id blob.ID, r io.Reader) (err error) {
	store, err := blob.Open(c.blobs(), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	sealed, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return store.Import(ctx, id, sealed)
}
