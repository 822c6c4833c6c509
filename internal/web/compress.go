package web

import (
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// packing is how hard pages are packed: a page of the level above is one part in
// fifty smaller and takes half as long again.
const packing = 4

// compress gzips text answers of some size for readers who take it.
func compress(next http.Handler) http.Handler {
	pool := &sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, packing) // the level exists
		return z
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !accepts(r, "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipper{ResponseWriter: w, pool: pool}
		defer z.close()
		next.ServeHTTP(z, r)
	})
}

func accepts(r *http.Request, coding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == coding {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}

// zipper decides at the first write: small, packed or non-text answers pass as
// they are. Pages are written in one piece, so the first write tells the size.
type zipper struct {
	http.ResponseWriter
	pool    *sync.Pool
	gz      *gzip.Writer
	code    int
	decided bool
}

// WriteHeader keeps the status until the first write has decided the headers.
func (z *zipper) WriteHeader(code int) {
	if code < 200 {
		z.ResponseWriter.WriteHeader(code)
		return
	}
	if z.code == 0 {
		z.code = code
		if s, ok := z.ResponseWriter.(*tracker); ok {
			s.state.wrote = true
		}
	}
}

func (z *zipper) decide(first []byte) {
	z.decided = true
	h := z.Header()
	text := compressible(h.Get("Content-Type"))
	if text {
		h.Add("Vary", "Accept-Encoding")
	}
	if text && len(first) >= 512 && h.Get("Content-Encoding") == "" && z.code != http.StatusNotModified && z.code != http.StatusNoContent {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		z.gz = z.pool.Get().(*gzip.Writer)
		z.gz.Reset(z.ResponseWriter)
	}
	if z.code != 0 {
		z.ResponseWriter.WriteHeader(z.code)
	}
}

func compressible(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	return strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "json") || strings.HasSuffix(t, "javascript") || strings.HasSuffix(t, "xml")
}

// Write implements [http.ResponseWriter].
func (z *zipper) Write(b []byte) (int, error) {
	if !z.decided {
		z.decide(b)
	}
	if z.gz != nil {
		return z.gz.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

func (z *zipper) close() {
	if !z.decided && z.code != 0 {
		z.decide(nil)
	}
	if z.gz != nil {
		_ = z.gz.Close() // the reader may be gone
		z.pool.Put(z.gz)
	}
}

// Unwrap lets [http.ResponseController] reach the connection.
func (z *zipper) Unwrap() http.ResponseWriter { return z.ResponseWriter }
