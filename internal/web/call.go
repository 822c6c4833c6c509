package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"

	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// NewReqID is a fresh id for the write that a form is about to make; it goes
// into the form's hidden req_id.
func NewReqID() string { return id.New[string]() }

// Named returns the request's context with the client's id of the write, from
// the form's req_id or the header Idempotency-Key, and the digest of what was
// sent: the first answer to it is the answer for ever. Call it after the form
// was parsed. more is what else was sent, such as the digests of files. Without
// a proper id the write has none, and is done each time.
func Named(r *http.Request, more ...string) context.Context {
	name := r.Header.Get("Idempotency-Key")
	if name == "" {
		name = r.PostForm.Get("req_id")
	}
	name, err := id.Parse[string](name)
	if err != nil {
		return r.Context()
	}
	return op.With(r.Context(), op.Call{ClientID: name, Digest: digest(r.Method+" "+r.URL.Path, r.PostForm, more)})
}

// digest sums up what was sent, every part with its end, in a fixed order.
func digest(what string, form url.Values, more []string) string {
	h := sha256.New()
	put := func(s string) { _, _ = io.WriteString(h, s+"\x00") } // a hash takes all
	put(what)
	var names []string
	for name := range form {
		if name != "req_id" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		put(name)
		for _, v := range form[name] {
			put(v)
		}
		put("")
	}
	for _, m := range more {
		put(m)
	}
	return hex.EncodeToString(h.Sum(nil))
}
