// Package archive is the form of a backup: one gzipped tar that holds
// database.jsonl, then blobs/<id> (still sealed), then manifest.json with the
// digest of each. The keys are never in it.
package archive

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"
)

// The names of the entries; a blob's stands below its folder.
const (
	Database      = "database.jsonl"
	Blobs         = "blobs/"
	manifestEntry = "manifest.json"
)

const (
	maxManifest = 64 << 20
	maxBlob     = 64 << 20
)

// Manifest is the last entry of a backup: a backup without it was cut short.
type Manifest struct {
	Version string            `json:"version"`
	At      time.Time         `json:"at"`
	Rows    int64             `json:"rows"`
	Digests map[string]string `json:"digests"` // SHA-256 of each entry, in hex
}

// Writer writes entries and remembers their digests.
type Writer struct {
	zip      *gzip.Writer
	tar      *tar.Writer
	manifest Manifest
}

// NewWriter begins a backup by the program's version, at its time.
func NewWriter(w io.Writer, version string, at time.Time) *Writer {
	zip := gzip.NewWriter(w)
	return &Writer{zip, tar.NewWriter(zip), Manifest{Version: version, At: at, Digests: map[string]string{}}}
}

// Close ends a backup of so many rows with its manifest.
func (p *Writer) Close(rows int64) error {
	p.manifest.Rows = rows
	text, err := json.Marshal(p.manifest)
	if err != nil {
		return err
	}
	if err := p.Add(manifestEntry, int64(len(text)), strings.NewReader(string(text))); err != nil {
		return err
	}
	return errors.Join(p.tar.Close(), p.zip.Close())
}

// Add writes the entry called name, size bytes from r.
func (p *Writer) Add(name string, size int64, r io.Reader) error {
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

// Verify reads the whole backup and holds each entry against the manifest.
func Verify(file string) (Manifest, error) {
	var m Manifest
	found := map[string]string{}
	err := Entries(file, func(name string, r io.Reader) error {
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
	if len(m.Digests) != len(found) || m.Digests[Database] == "" {
		return m, fmt.Errorf("%s is not a whole backup: it holds %d entries and lists %d", file, len(found), len(m.Digests))
	}
	for name, digest := range m.Digests {
		if found[name] != digest {
			return m, fmt.Errorf("%s is damaged: %s is not what was written", file, name)
		}
	}
	return m, nil
}

// Entries calls visit for each entry of a backup. Names other than those that
// a backup has are refused; a blob's name is checked by the store.
func Entries(file string, visit func(name string, r io.Reader) error) (err error) {
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
	case name == Database:
		return 1 << 50, true
	case name == manifestEntry:
		return maxManifest, true
	case strings.HasPrefix(name, Blobs):
		return maxBlob, true
	}
	return 0, false
}
