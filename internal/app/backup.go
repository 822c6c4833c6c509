package app

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"nuanxin/internal/blob"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
)

// A backup is one gzipped tar: database.jsonl, then blobs/<id> (still sealed),
// then manifest.json with the digest of each. The keys are never in it.
const (
	databaseEntry = "database.jsonl"
	blobFolder    = "blobs/"
	manifestEntry = "manifest.json"
	maxManifest   = 64 << 20
	maxBlob       = 64 << 20
)

// manifest is the last entry of a backup: a backup without it was cut short.
type manifest struct {
	Version string            `json:"version"`
	At      time.Time         `json:"at"`
	Rows    int64             `json:"rows"`
	Digests map[string]string `json:"digests"` // SHA-256 of each entry, in hex
}

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

// packer writes entries and remembers their digests.
type packer struct {
	tar      *tar.Writer
	manifest manifest
}

func pack(ctx context.Context, c Config, w io.Writer, sum *Sum) error {
	zip := gzip.NewWriter(w)
	p := &packer{tar.NewWriter(zip), manifest{Version: Version, At: clock.System.Now(), Digests: map[string]string{}}}
	rows, err := p.database(ctx, c)
	if err != nil {
		return err
	}
	sum.Rows, p.manifest.Rows = rows, rows
	if sum.Blobs, err = p.blobs(ctx, c); err != nil {
		return err
	}
	text, err := json.Marshal(p.manifest)
	if err != nil {
		return err
	}
	if err := p.add(manifestEntry, int64(len(text)), strings.NewReader(string(text))); err != nil {
		return err
	}
	return errors.Join(p.tar.Close(), zip.Close())
}

// database adds a dump of one snapshot. A tar entry tells its size first, so
// the dump goes through a temporary file beside the backup.
func (p *packer) database(ctx context.Context, c Config) (rows int64, err error) {
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
	return rows, p.add(databaseEntry, size, temp)
}

func (p *packer) blobs(ctx context.Context, c Config) (n int64, err error) {
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
		return p.add(blobFolder+string(e.ID), int64(len(sealed)), strings.NewReader(string(sealed)))
	})
	return n, err
}

func (p *packer) add(name string, size int64, r io.Reader) error {
	err := p.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: p.manifest.At})
	if err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(p.tar, h), r); err != nil {
		return err
	}
	p.manifest.Digests[name] = hex.EncodeToString(h.Sum(nil))
	return nil
}

// Restore reads a backup into a data folder without data, or into an empty
// database. The whole file is verified before anything is written.
func Restore(ctx context.Context, c Config, file string) (sum Sum, err error) {
	want, err := verify(file)
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
	err = entries(file, func(name string, r io.Reader) error {
		if id, ok := strings.CutPrefix(name, blobFolder); ok {
			sum.Blobs++
			return restoreBlob(ctx, c, blob.ID(id), r)
		}
		if name == databaseEntry {
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

// verify reads the whole backup and holds each entry against the manifest.
func verify(file string) (manifest, error) {
	var m manifest
	found := map[string]string{}
	err := entries(file, func(name string, r io.Reader) error {
		if name == manifestEntry {
			return json.NewDecoder(r).Decode(&m)
		}
		h := sha256.New()
		_, err := io.Copy(h, r)
		found[name] = hex.EncodeToString(h.Sum(nil))
		return err
	})
	if err != nil {
		return m, fmt.Errorf("%s is damaged: %w", file, err)
	}
	if len(m.Digests) != len(found) || m.Digests[databaseEntry] == "" {
		return m, fmt.Errorf("%s is not a whole backup: it holds %d entries and lists %d", file, len(found), len(m.Digests))
	}
	for name, digest := range m.Digests {
		if found[name] != digest {
			return m, fmt.Errorf("%s is damaged: %s is not what was written", file, name)
		}
	}
	return m, nil
}

// entries calls visit for each entry of a backup. Names other than those that
// a backup has are refused; a blob's name is checked by the store.
func entries(file string, visit func(name string, r io.Reader) error) (err error) {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	zip, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for tape := tar.NewReader(zip); ; {
		head, err := tape.Next()
		if errors.Is(err, io.EOF) {
			return ended(zip)
		}
		if err != nil {
			return err
		}
		limit, ok := entryLimit(head.Name)
		if !ok || head.Typeflag != tar.TypeReg || path.Clean(head.Name) != head.Name || head.Size > limit {
			return fmt.Errorf("%q does not belong in a backup", head.Name)
		}
		if err := visit(head.Name, tape); err != nil {
			return err
		}
	}
}

// ended reads to the end of the file, where the checksum of the whole stands: the
// tape ends before it, with a few empty blocks.
func ended(zip io.Reader) error {
	const most = 1 << 16
	n, err := io.Copy(io.Discard, io.LimitReader(zip, most+1))
	if err == nil && n > most {
		err = errors.New("something follows the backup's end")
	}
	return err
}

// entryLimit returns the largest size of the entry called name, and whether a
// backup may hold it.
func entryLimit(name string) (int64, bool) {
	switch {
	case name == databaseEntry:
		return 1 << 50, true
	case name == manifestEntry:
		return maxManifest, true
	case strings.HasPrefix(name, blobFolder):
		return maxBlob, true
	}
	return 0, false
}
