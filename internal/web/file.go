package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"path"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/plain"
)

// File is a file that somebody sent with a form.
type File struct {
	Raw  []byte
	Name string // without folders and what nobody can see, and not longer than a line
	Sum  string // of its bytes: whoever sends the same again names the same call
}

// FileForm reads a form with a file. Where it is no such form, none is what comes back;
// one that is too large is told as that. done removes what was kept meanwhile.
func FileForm(r *http.Request, none error) (done func(), err error) {
	if err := r.ParseMultipartForm(1 << 20); err != nil { //nolint:gosec // the route limits the body
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return func() {}, err
		}
		return func() {}, none
	}
	return func() { _ = r.MultipartForm.RemoveAll() }, nil // leftovers in the system's own temporary folder
}

// FileOf returns the file of a form that was read, of which at most a byte more than most
// is taken: whoever reads it on refuses that. none comes back where there is no file.
func FileOf(r *http.Request, field string, most int64, none error) (File, error) {
	file, head, err := r.FormFile(field)
	if err != nil {
		return File{}, none
	}
	defer func() { _ = file.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(raw)
	return File{raw, plain.Brief(path.Base(strings.ReplaceAll(plain.Visible(head.Filename), `\`, "/")), 80), hex.EncodeToString(sum[:])}, nil
}

// SeeAfter leads to an address after something was done, and tells there what: the words
// of told, or those of moved where somebody else was first.
func SeeAfter(w http.ResponseWriter, r *http.Request, to, told, moved string, err error) error {
	if fault.Is(err, fault.Conflict) {
		told, err = moved, nil
	}
	if err != nil {
		return err
	}
	SetFlash(w, r, told)
	return See(w, r, to)
}
