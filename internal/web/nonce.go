package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"hash/maphash"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// The content policy has two forms. What loads no script may run none; a page
// with scripts names the nonce that these carry, and nothing else: not 'self',
// so that a file of ours put into a page by somebody runs no more than a foreign
// one, and not 'strict-dynamic', because no script of ours brings others, and
// htmx would then run what stands in a piece that it swaps in.
const (
	policyHead = "default-src 'none'; script-src "
	policyTail = "; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; " +
		"worker-src 'self'; manifest-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	nonceHead = "'nonce-"
	nonceSize = 22 // letters of 16 random bytes
)

// keptNonce stands in kept pieces where each answer's own nonce goes. Nobody
// outside can write it, for it is another in each process.
var keptNonce = rand.Text()

type keptKey struct{}

// Nonce returns what the scripts of the page being made carry to be run: 128
// random bits, others in each answer. They are drawn when first asked for.
func Nonce(ctx context.Context) string {
	if ctx.Value(keptKey{}) != nil {
		return keptNonce
	}
	s := stateOf(ctx)
	if s == nil {
		return ""
	}
	if s.nonce == "" {
		s.drawNonce()
	}
	return s.nonce
}

// drawnNonce is the nonce, where one was drawn.
func (s *state) drawnNonce() string {
	if s == nil {
		return ""
	}
	return s.nonce
}

// drawNonce makes the policy and the nonce in it as one text.
func (s *state) drawNonce() {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	var b [len(policyHead) + len(nonceHead) + nonceSize + 1 + len(policyTail)]byte
	at := copy(b[:], policyHead+nonceHead)
	base64.RawURLEncoding.Encode(b[at:at+nonceSize], raw[:])
	copy(b[at+nonceSize:], "'"+policyTail)
	s.policy[0] = string(b[:])
	s.nonce = s.policy[0][at : at+nonceSize]
}

// allowScripts lets the scripts of a page run that was drawn with a nonce.
func allowScripts(h http.Header, s *state) {
	if s.drawnNonce() != "" {
		h["Content-Security-Policy"] = s.policy[:]
	}
}

// keepPolicy leaves out of an answer without a body ("not modified") the policy
// that browsers would put in the place of the one that they keep with the page:
// the page's scripts carry the nonce of that one.
func keepPolicy(h http.Header) { delete(h, "Content-Security-Policy") }

// Keeping returns a context for drawing a piece that many answers will show.
func Keeping(ctx context.Context) context.Context { return context.WithValue(ctx, keptKey{}, true) }

// Piece is HTML that was drawn with [Keeping], cut where the nonce goes.
type Piece []string

// NewPiece cuts a drawn text.
func NewPiece(s string) Piece { return strings.Split(s, keptNonce) }

// Write writes p with the nonce of the page being made.
func (p Piece) Write(ctx context.Context, to io.Writer) error {
	for i, s := range p {
		if i > 0 {
			if _, err := io.WriteString(to, Nonce(ctx)); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(to, s); err != nil {
			return err
		}
	}
	return nil
}

// seed makes the marks of pages this process's own: nobody can make two pages
// that have the same, and a browser asks once more after a restart.
var seed = maphash.MakeSeed()

// tagOf marks a page by all that is in it but the nonce. A browser that is told
// that its copy is the same shows that copy, with the nonce and the policy of the
// answer that brought it: nothing in it is new, so nothing could have got in.
func tagOf(page []byte, nonce string) string {
	var sum uint64
	for nonce != "" {
		i := bytes.Index(page, []byte(nonce))
		if i < 0 {
			break
		}
		sum = sum*31 + maphash.Bytes(seed, page[:i])
		page = page[i+len(nonce):]
	}
	return `W/"` + strconv.FormatUint(sum*31+maphash.Bytes(seed, page), 36) + `"`
}
