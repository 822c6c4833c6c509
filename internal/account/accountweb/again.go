package accountweb

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
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
// signIn in another window, nothing has to be written anew. The server keeps
// nothing; passwords, codes and files do not come back.
func Again(signIn string) http.Handler {
	return web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		f, err := typed(w, r)
		if err != nil {
			return err
		}
		f.SignIn, f.To = signIn, r.URL.RequestURI()
		w.Header().Set("Cache-Control", "no-store")
		return web.Show(w, r, http.StatusForbidden, againPage(f))
	})
}

// againForm is a form that waits to be sent again.
type againForm struct {
	SignIn, To string
	Multipart  bool
	Fields     []field
	Files      bool // there were some, and they are gone
}

type field struct{ Name, Value string }

const (
	mostTyped = 256 << 10 // bytes of all inputs together
	mostSent  = 48 << 20  // with the files, which are read past
	mostParts = 1000
)

// withheld are the inputs whose values are not shown to the page again.
var withheld = []string{"password", "old", "code"}

// typed reads the inputs of a form, but for those withheld.
func typed(w http.ResponseWriter, r *http.Request) (f againForm, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if f.Multipart = kind == "multipart/form-data"; f.Multipart {
		r.Body = http.MaxBytesReader(w, r.Body, mostSent)
		err = f.parts(r)
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

func (f *againForm) parts(r *http.Request) error {
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
			n, err := io.Copy(io.Discard, part)
			if err != nil {
				return err
			}
			f.Files = f.Files || n > 0
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
