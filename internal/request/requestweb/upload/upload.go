// Package upload takes in the photos and voice messages of a form, one part at
// a time: each is limited before it is read, made safe, and kept sealed before
// the next is looked at, so that no plain copy ever touches the disk and a
// request holds one file in memory at most. It also hands kept files out again.
//
// A form that is refused for another reason does not lose its files: they come
// back to the page as sealed notes in hidden inputs (see [Desk.Keep]).
package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/media"
	"nuanxin/internal/request"
)

// The names of the inputs that carry files, and of the one that carries notes
// of files that were kept before.
const (
	PhotoInput = "photo"
	VoiceInput = "voice"
	KeptInput  = "kept"
)

// BodyLimit is what a form with files may be sent: four photos as phones make
// them, a voice message and the words.
const BodyLimit = 40 << 20

const (
	maxPhoto = 8 << 20
	maxText  = 64 << 10 // of all other inputs together
	maxParts = 64
)

// Blobs keeps bytes, sealed.
type Blobs interface {
	Put(ctx context.Context, id string, data []byte) error
	Get(ctx context.Context, id string) ([]byte, error)
}

// Sealer seals the notes of kept files; seal.Ring is one.
type Sealer interface {
	Seal(plain, place []byte) ([]byte, error)
	Open(sealed, place []byte) ([]byte, error)
}

// Desk takes files in and hands them out.
type Desk struct {
	blobs   Blobs
	sealer  Sealer
	cleaner *media.Cleaner

	Scan func(ctx context.Context, file []byte) error // looks for malware first; nil: nobody does

	// Under returns the store under a file's own key, and that key, itself sealed; without
	// one it makes it. nil: files have no keys of their own.
	Under func(file string, key []byte) (Blobs, []byte, error)
}

// Keyless returns the desk for files whose rows keep no key: the store itself seals them.
func (d *Desk) Keyless() *Desk {
	other := *d
	other.Under = nil
	return &other
}

// under returns the store for a file.
func (d *Desk) under(f *request.File) (b Blobs, err error) {
	if d.Under == nil {
		return d.blobs, nil
	}
	b, f.Key, err = d.Under(f.Blob, f.Key)
	return b, err
}

// New returns a desk. Make one cleaner for the whole program.
func New(blobs Blobs, sealer Sealer, cleaner *media.Cleaner) *Desk {
	return &Desk{blobs: blobs, sealer: sealer, cleaner: cleaner}
}

// Form is a form as it came.
type Form struct {
	Files  []request.File
	Faults fault.Form // what was wrong with files; the others were kept
	wrong  bool
}

// Digests names the files for the digest of the write.
func (f Form) Digests() []string {
	all := make([]string, len(f.Files))
	for i, file := range f.Files {
		all[i] = file.Digest
	}
	return all
}

// Err is the fault of the files, or nil.
func (f Form) Err() error {
	if !f.wrong {
		return nil
	}
	return f.Faults.Err("upload")
}

// Read reads the request's form into r.PostForm and r.Form and keeps its files.
// A file that is refused is told in Form.Err and does not stop the rest. The
// error is for a body that cannot be read at all.
func (d *Desk) Read(r *http.Request) (Form, error) { return d.read(r, true) }

// Skim reads the request's form like [Desk.Read] and passes its files by.
func (d *Desk) Skim(r *http.Request) error {
	_, err := d.read(r, false)
	return err
}

func (d *Desk) read(r *http.Request, keep bool) (Form, error) {
	var f Form
	reader, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		if err := r.ParseForm(); err != nil {
			return f, unreadable(err)
		}
		return f, d.readKept(r, &f)
	}
	if err != nil {
		return f, unreadable(err)
	}
	r.PostForm = url.Values{}
	room := int64(maxText)
	for range maxParts {
		part, err := reader.NextPart()
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is a body that was cut short
			r.Form = r.PostForm
			return f, d.readKept(r, &f)
		}
		if err != nil {
			return f, unreadable(err)
		}
		if part.FileName() == "" && part.FormName() != PhotoInput && part.FormName() != VoiceInput {
			err = readText(r.PostForm, part, &room)
		} else if keep {
			err = d.readFile(r.Context(), part, &f)
		}
		if err != nil {
			return f, err
		}
	}
	return f, fault.New("upload.read", fault.Invalid, "request.files.wrong").With(fault.Args{"Limit": request.MaxFiles})
}

// unreadable turns a broken body into a fault, but leaves one that is too large
// to the edge, which has words for it.
func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New("upload.read", fault.Invalid, "upload.broken").Because(err)
}

func readText(into url.Values, part *multipart.Part, room *int64) error {
	text, err := io.ReadAll(io.LimitReader(part, *room+1))
	if err != nil {
		return unreadable(err)
	}
	if *room -= int64(len(text)); *room < 0 {
		return fault.New("upload.read", fault.Invalid, "fault.long").With(fault.Args{"Limit": maxText / 4})
	}
	into.Add(part.FormName(), string(text))
	return nil
}

// readFile makes one file safe and keeps it. An input without a file is no fault.
func (d *Desk) readFile(ctx context.Context, part *multipart.Part, f *Form) error {
	name, limit := part.FormName(), int64(maxPhoto)
	if name == VoiceInput {
		limit = media.MaxVoiceBytes
	}
	raw, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return unreadable(err)
	}
	switch {
	case len(raw) == 0:
		return nil
	case len(f.Files) >= request.MaxFiles:
		f.refuse(name, "request.files.wrong", fault.Args{"Limit": request.MaxFiles})
		return nil
	case int64(len(raw)) > limit:
		f.refuse(name, "media.too_big", fault.Args{"LimitMB": limit >> 20})
		return drain(part)
	}
	file, err := d.Take(ctx, name, raw)
	if fault.Is(err, fault.Invalid) {
		told := fault.Of(err)
		f.refuse(name, told.Msg, told.Args)
		return nil
	}
	if err == nil {
		f.Files = append(f.Files, file)
	}
	return err
}

func drain(part *multipart.Part) error {
	_, err := io.Copy(io.Discard, part)
	if err != nil {
		return unreadable(err)
	}
	return nil
}

func (f *Form) refuse(name, msg string, args fault.Args) {
	f.wrong = true
	f.Faults.Add(name, msg, args)
}

// Take makes what came in the input called name safe and puts it away.
func (d *Desk) Take(ctx context.Context, name string, raw []byte) (request.File, error) {
	file := request.File{Blob: id.New[string]()}
	if d.Scan != nil {
		if err := d.Scan(ctx, raw); err != nil {
			return file, err
		}
	}
	blobs, err := d.under(&file)
	if err != nil {
		return file, err
	}
	var data []byte
	switch name {
	case PhotoInput:
		photo, err := d.cleaner.Photo(ctx, raw)
		if err != nil {
			return file, err
		}
		file.Kind, file.Thumb, data = request.Photo, id.New[string](), photo.JPEG
		if err := blobs.Put(ctx, file.Thumb, photo.Thumb); err != nil {
			return file, err
		}
	case VoiceInput:
		voice, err := media.Clean(raw)
		if err != nil {
			return file, err
		}
		file.Kind, file.Seconds, data = request.Voice, int(voice.Length.Round(1e9).Seconds()), voice.Data
	default:
		return file, fault.New("upload.keep", fault.Invalid, "upload.broken")
	}
	sum := sha256.Sum256(data)
	file.Size, file.Digest = int64(len(data)), hex.EncodeToString(sum[:])
	return file, blobs.Put(ctx, file.Blob, data)
}

// Keep returns notes of files for hidden inputs called [KeptInput]. A note is
// sealed: nobody can name another's file with it.
func (d *Desk) Keep(files []request.File) ([]string, error) {
	notes := make([]string, len(files))
	for i, f := range files {
		text, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		sealed, err := d.sealer.Seal(text, notePlace)
		if err != nil {
			return nil, err
		}
		notes[i] = base64.RawURLEncoding.EncodeToString(sealed)
	}
	return notes, nil
}

// notePlace binds notes to this use, so that nothing else that the ring sealed
// passes for one.
var notePlace = []byte("upload|note|form")

// readKept takes the files back that an earlier try of the form left.
func (d *Desk) readKept(r *http.Request, f *Form) error {
	for _, note := range r.PostForm[KeptInput] {
		sealed, err := base64.RawURLEncoding.DecodeString(note)
		if err != nil {
			continue // a mangled note names nothing
		}
		text, err := d.sealer.Open(sealed, notePlace)
		if err != nil {
			continue
		}
		var file request.File
		if err := json.Unmarshal(text, &file); err != nil {
			return err
		}
		if len(f.Files) < request.MaxFiles {
			f.Files = append(f.Files, file)
		}
	}
	delete(r.PostForm, KeptInput)
	return nil
}

// Serve hands out an attachment that the caller may have: see office.Attachment.
func (d *Desk) Serve(w http.ResponseWriter, r *http.Request, a request.Attachment, thumb bool) error {
	name := a.Blob
	if thumb && a.Thumb != "" {
		name = a.Thumb
	}
	blobs := d.blobs
	if len(a.Key) > 0 {
		var err error
		if blobs, err = d.under(&a.File); err != nil {
			return err
		}
	}
	data, err := blobs.Get(r.Context(), name)
	if err != nil {
		return err
	}
	kind := media.PhotoType
	if a.Kind == request.Voice {
		voice, err := media.Clean(data) // kept clean: this only tells its type
		if err != nil {
			return err
		}
		kind = voice.Type
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	http.ServeContent(w, r, "", a.At, bytes.NewReader(data)) // with ranges, which players on phones ask for
	return nil
}
