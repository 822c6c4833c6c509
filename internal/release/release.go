// Package release proves that the program file is the one that was released (GB/T 22239-2019
// 8.1.4.6: what runs is verified against a root of trust, while it runs, too; what is found
// is audited).
//
// A release is a file beside which its signature lies (.minisig), in the format of minisign
// (https://jedisct1.github.io/minisign): Ed25519 over BLAKE2b of the file, with a comment
// that is signed along and says which version it is. Whoever doubts this program verifies
// with that tool. The secret key stays with who releases; the root of trust is the public
// key that the operator gives to the server.
//
// [Service] verifies the file before anything else is opened, and every hour while the
// server runs; each time leaves a row in the audit trail.
package release

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"aead.dev/minisign"
)

// Ending is what the name of a signature has more than that of its file.
const Ending = ".minisig"

// The faults of a file.
var (
	ErrUnsigned = errors.New("there is no signature beside it")
	ErrForged   = errors.New("it is not what was signed with this key")
)

// Proof is what a signature says of a file.
type Proof struct {
	File    string `json:"file"`
	Comment string `json:"comment"` // that was signed along, such as "nuanxin 1.0.0 linux/amd64"
	SHA256  string `json:"sha256"`
}

// NewKeys makes a pair of keys: the public one in a line, and the secret one, sealed by a
// password, as it is kept in a file.
func NewKeys(password string) (public string, secret []byte, err error) {
	p, s, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return "", nil, err
	}
	secret, err = minisign.EncryptKey(password, s)
	return line(p), secret, err
}

// line is a public key as people write it: without the comment above it.
func line(p minisign.PublicKey) string {
	text := strings.TrimSpace(p.String())
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// Sign puts the signature of a file beside it and returns where that is.
func Sign(file string, secret []byte, password, comment string) (string, error) {
	key, err := minisign.DecryptKey(password, secret)
	if err != nil {
		return "", fmt.Errorf("release: the secret key does not open: %w", err)
	}
	r, _, err := read(file)
	if err != nil {
		return "", err
	}
	signature := r.SignWithComments(key, comment, "signature of a release of nuanxin")
	return file + Ending, os.WriteFile(file+Ending, signature, 0o644) //nolint:gosec // everybody may verify
}

// read reads a file to its end, and returns what signs or verifies it with its digest.
func read(file string) (*minisign.Reader, string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = f.Close() }() // was only read
	sum := sha256.New()
	r := minisign.NewReader(io.TeeReader(f, sum))
	_, err = io.Copy(io.Discard, r)
	return r, hex.EncodeToString(sum.Sum(nil)), err
}

// Verify holds a file against the signature beside it: [ErrUnsigned] or [ErrForged] where
// it does not stand, and whatever kept the file from being read.
func Verify(file, public string) (Proof, error) {
	p := Proof{File: file}
	var key minisign.PublicKey
	if err := key.UnmarshalText([]byte(strings.TrimSpace(public))); err != nil {
		return p, fmt.Errorf("release: the public key cannot be read: %w", err)
	}
	signature, err := os.ReadFile(file + Ending)
	if errors.Is(err, os.ErrNotExist) {
		return p, fmt.Errorf("%s: %w", file, ErrUnsigned)
	}
	if err != nil {
		return p, err
	}
	r, sum, err := read(file)
	if err != nil {
		return p, err
	}
	if p.SHA256 = sum; !r.Verify(key, signature) {
		return p, fmt.Errorf("%s: %w", file, ErrForged)
	}
	var s minisign.Signature
	if err := s.UnmarshalText(signature); err != nil {
		return p, err
	}
	p.Comment = s.TrustedComment
	return p, nil
}
