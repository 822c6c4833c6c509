package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"nuanxin/internal/fault"
)

// SetReader tells who is signed in, by an id that stays theirs.
func SetReader(ctx context.Context, id string) {
	if s := stateOf(ctx); s != nil && id != "" {
		sum := sha256.Sum256([]byte("reader " + id))
		s.reader = hex.EncodeToString(sum[:8])
	}
}

// ReaderMark marks what the reader leaves on the phone as theirs: another one for
// each reader, which says nothing of them; "" when nobody is signed in.
func ReaderMark(ctx context.Context) string {
	if s := stateOf(ctx); s != nil {
		return s.reader
	}
	return ""
}

// CheckWriter refuses a form that waited on a phone until somebody else than its
// writer was signed in there: what one wrote is never sent in another's name. It
// goes on waiting for its writer. Call it after [SetReader].
func CheckWriter(r *http.Request) error {
	if by := r.Header.Get("Written-By"); by != "" && by != ReaderMark(r.Context()) {
		return fault.New("web.writer", fault.Denied, "web.another_writer")
	}
	return nil
}
