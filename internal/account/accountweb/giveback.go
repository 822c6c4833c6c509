package accountweb

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// A page of [Again] holds the files of its form as text, since a browser lets no
// page fill in a file: the input filePrefix + its name has the value
// "name;type;content", the first two escaped as in a query, the content in base64.
// The form's address carries backMark, by which [GiveBack] knows it.
const (
	filePrefix = "again.file:"
	backMark   = "again"
)

const (
	mostKept = 16 << 20                                   // bytes of the files that a page holds
	mostBack = mostKept/3*4 + 2*mostTyped + mostParts<<10 // of a form that brings them again
	holders  = 2                                          // pages with files that are made at a time
)

// keptFile is a file that waits in a page.
type keptFile struct{ Name, File, Type, Content string }

// Field is the input that holds f.
func (f keptFile) Field() field {
	return field{filePrefix + f.Name, url.QueryEscape(f.File) + ";" + url.QueryEscape(f.Type) + ";" + f.Content}
}

// GiveBack turns the files that a page of [Again] holds as text into files again,
// before anybody reads the form. Whatever next allows for a form, it allows for
// this one.
func GiveBack(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Method != http.MethodPost || !q.Has(backMark) || kind != "multipart/form-data" {
			next.ServeHTTP(w, r)
			return
		}
		back := r.Clone(r.Context())
		q.Del(backMark)
		back.URL.RawQuery = q.Encode()
		back.RequestURI = back.URL.RequestURI()
		r.Body = http.MaxBytesReader(w, r.Body, mostBack)
		body, into := io.Pipe()
		out := multipart.NewWriter(into)
		back.Header.Set("Content-Type", out.FormDataContentType())
		back.Body, back.ContentLength = body, -1
		done := make(chan struct{})
		go func() {
			defer close(done)
			into.CloseWithError(giveBack(r, out))
		}()
		next.ServeHTTP(w, back)
		_ = body.Close() // never fails; ends the copying where next read no further
		<-done
	})
}

// giveBack copies the form of r, its files as files.
func giveBack(r *http.Request, out *multipart.Writer) error {
	form, err := r.MultipartReader()
	if err != nil {
		return err
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return out.Close()
		}
		if err != nil {
			return err
		}
		var from io.Reader = part
		head := part.Header
		if name, ok := strings.CutPrefix(part.FormName(), filePrefix); ok && part.FileName() == "" {
			if head, from, err = unfold(name, part); err != nil {
				return err
			}
		}
		to, err := out.CreatePart(head)
		if err != nil {
			return err
		}
		if _, err := io.Copy(to, from); err != nil {
			return err
		}
	}
}

// unfold returns the head and the content of the file that an input's value holds.
func unfold(name string, value io.Reader) (textproto.MIMEHeader, io.Reader, error) {
	in := bufio.NewReader(value)
	var words [2]string
	for i := range words {
		word, err := in.ReadSlice(';')
		if err != nil {
			return nil, nil, errors.Join(errFolded, err)
		}
		if words[i], err = url.QueryUnescape(strings.TrimSuffix(string(word), ";")); err != nil {
			return nil, nil, errors.Join(errFolded, err)
		}
	}
	kind := words[1]
	if _, _, err := mime.ParseMediaType(kind); err != nil {
		kind = "application/octet-stream"
	}
	head := textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition(name, words[0])}, "Content-Type": {kind}}
	return head, base64.NewDecoder(base64.StdEncoding, in), nil
}

var errFolded = errors.New("accountweb: this is no file that a page held")
