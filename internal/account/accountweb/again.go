package accountweb

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"nuanxin/internal/web"
)

type endedKey struct{}

// Ended reports whether the request came with a session that is over, or from a
// browser in which staff were signed in before.
func Ended(ctx context.Context) bool {
	over, _ := ctx.Value(endedKey{}).(bool)
	return over
}

// Again answers a form that came when its reader's session was over. What was
// typed stands on the page, in a form that sends it once more: after a sign-in at
// signIn in another window, nothing has to be written or chosen anew. The server
// keeps nothing: files stand on the page, too, up to mostKept bytes of them.
// Passwords and codes do not come back.
func Again(signIn string) http.Handler {
	holding := make(chan struct{}, holders)
	return web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		room := int64(0)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			select {
			case holding <- struct{}{}:
				room = mostKept
				defer func() { <-holding }()
			default: // others hold theirs, perhaps slowly: the words come back all the same
			}
		}
		f, err := typed(w, r, room)
		if err != nil {
			return err
		}
		f.SignIn, f.To = signIn, f.address(r.URL)
		w.Header().Set("Cache-Control", "no-store")
		return web.Show(w, r, http.StatusForbidden, againPage(f))
	})
}

// againForm is a form that waits to be sent again.
type againForm struct {
	SignIn, To string
	Multipart  bool
	Fields     []field
	Files      []keptFile
	Lost       bool // there were more or larger files than a page holds, or too many pages at a time
}

// address is where the form goes: to where it came from, marked if it brings files.
func (f againForm) address(u *url.URL) string {
	q := u.Query()
	if len(f.Files) > 0 {
		q.Set(backMark, "1")
	}
	to := *u
	to.RawQuery = q.Encode()
	return to.RequestURI()
}

type field struct{ Name, Value string }

const (
	mostTyped = 256 << 10 // bytes of all inputs together
	mostSent  = 48 << 20  // with the files, which are read past
	mostParts = 1000
)

// withheld are the inputs whose values are not shown to the page again.
var withheld = []string{"password", "old", "code", "answer", "whole"}

// typed reads the inputs of a form, but for those withheld, and its files as far as
// they fit into room bytes.
func typed(w http.ResponseWriter, r *http.Request, room int64) (f againForm, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if f.Multipart = kind == "multipart/form-data"; f.Multipart {
		r.Body = http.MaxBytesReader(w, r.Body, mostSent)
		err = f.parts(r, room)
	} else {
		r.Body = http.MaxBytesReader(w, r.Body, mostTyped)
		if err = r.ParseForm(); err == nil {
			for name, values := range r.PostForm {
				for _, v := range values {
					f.Fields = append(f.Fields, field{name, v})
				}
			}
			slices.SortStableFunc(f.Fields, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
		}
	}
	f.Fields = slices.DeleteFunc(f.Fields, func(x field) bool { return slices.Contains(withheld, x.Name) })
	return f, err
}

func (f *againForm) parts(r *http.Request, room int64) error {
	form, err := r.MultipartReader()
	if err != nil {
		return err
	}
	left := int64(mostTyped)
	for range mostParts {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if part.FileName() != "" {
			if err := f.hold(part, &room); err != nil {
				return err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return err
		}
		if left -= int64(len(value)); left < 0 {
			break
		}
		f.Fields = append(f.Fields, field{part.FormName(), string(value)})
	}
	return &http.MaxBytesError{Limit: mostTyped}
}

// hold takes a file into the page as long as there is room.
func (f *againForm) hold(part *multipart.Part, room *int64) error {
	var content strings.Builder
	text := base64.NewEncoder(base64.StdEncoding, &content)
	n, err := io.Copy(text, io.LimitReader(part, *room+1))
	if err != nil {
		return err
	}
	switch {
	case n > *room:
		f.Lost = true
		_, err = io.Copy(io.Discard, part)
		return err
	case n == 0: // an input that was left empty
		return nil
	}
	*room -= n
	_ = text.Close() // writes to memory
	f.Files = append(f.Files, keptFile{part.FormName(), part.FileName(), part.Header.Get("Content-Type"), content.String()})
	return nil
}

// wordy is as long as a text that somebody minds losing, in signs; ids and
// choices are shorter or have no space and nothing but ASCII in them.
const wordy = 6

// Words are the texts that somebody wrote.
func (f againForm) Words() (all []string) {
	for _, x := range f.Fields {
		plain := !strings.ContainsFunc(x.Value, func(r rune) bool { return r == ' ' || r >= utf8.RuneSelf })
		if utf8.RuneCountInString(x.Value) >= wordy && !plain {
			all = append(all, x.Value)
		}
	}
	return all
}
