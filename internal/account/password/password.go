// Package password keeps passwords of staff as hashes (argon2id, in the PHC form)
// and refuses those that are guessed first.
//
// Refused are passwords shorter than the limit of the day, with the person's login
// name, name or union in them, digits alone, few different signs, and whatever
// many people have: common.txt is ours, with Chinese habits; leaked.txt.gz are
// 10,000 of the passwords that leaked most often (the data of zxcvbn, MIT): all of
// ten signs or more, then the most frequent of the shorter. A word of either list
// counts with up to ten signs around it, too, because that is what people add when
// a word alone is refused. Nothing is asked over the network.
package password

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"nuanxin/internal/fault"
)

// Cost is how dear a guess is made. OWASP's Password Storage Cheat Sheet asks of
// argon2id at least 19 MiB, 2 passes, 1 lane.
type Cost struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

// Usual is the cost of a running program.
func Usual() Cost { return Cost{memory: 19 << 10, passes: 2, lanes: 1} }

// Cheap is quick to hash, for tests alone.
func Cheap() Cost { return Cost{memory: 64, passes: 1, lanes: 1} }

const (
	saltSize = 16
	keySize  = 32
	// Max is how many signs a password has at most.
	Max = 128
)

// Hash returns password as it is kept, in the PHC form.
func (c Cost) Hash(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails: it would end the program
	return c.encode(salt, argon2.IDKey(typed(password), salt, c.passes, c.memory, c.lanes, keySize))
}

func (c Cost) encode(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.lanes, b.EncodeToString(salt), b.EncodeToString(key))
}

// Matches reports whether password is the one that was hashed, and whether the
// hash was made at another cost and should be made again.
func (c Cost) Matches(hash, password string) (ok, stale bool) {
	var was Cost
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &was.memory, &was.passes, &was.lanes); err != nil {
		return false, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) != keySize {
		return false, false
	}
	got := argon2.IDKey(typed(password), salt, was.passes, was.memory, was.lanes, keySize)
	return subtle.ConstantTimeCompare(got, want) == 1, was != c
}

// Nobody is the hash that a try at an unknown account is held against, so that
// it takes as long as any other. No password matches it.
func (c Cost) Nobody() string { return c.encode(make([]byte, saltSize), make([]byte, keySize)) }

// typed is the password as typed on any keyboard: full-width and half-width
// signs are the same.
func typed(password string) []byte { return []byte(norm.NFKC.String(password)) }

//go:embed common.txt
var ours string

//go:embed leaked.txt.gz
var leaked []byte

// guesses are the words and passwords that are guessed first, in lower case.
var guesses = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	r, err := gzip.NewReader(bytes.NewReader(leaked))
	if err != nil {
		panic(err) // a program without its list must not start to take passwords
	}
	more, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(ours + "\n" + string(more)) {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			all[word] = true
		}
	}
	return all
})

// Owner is what an attacker knows of whoever has the password.
type Owner struct {
	Login, Name string
	Org         string // what their organisation is called, or ""
}

// Check refuses a password shorter than least signs or among the first to be
// guessed, as a fault of field.
func Check(field, password string, of Owner, least int64) error {
	msg, args := "", fault.Args{"Least": least, "Most": Max}
	p := strings.ToLower(width.Fold.String(norm.NFKC.String(password)))
	switch n := utf8.RuneCountInString(p); {
	case int64(n) < least:
		msg = "account.password.short"
	case n > Max:
		msg = "account.password.long"
	case strings.Contains(p, of.Login) && of.Login != "", within(p, of.Name):
		msg = "account.password.login"
	case within(p, of.Org):
		msg = "account.password.org"
	case common(p):
		msg = "account.password.common"
	default:
		return nil
	}
	var f fault.Form
	f.Add(field, msg, args)
	return f.Err("account.password")
}

// within reports whether p holds a name of two signs or more.
func within(p, name string) bool {
	return utf8.RuneCountInString(name) > 1 && strings.Contains(p, strings.ToLower(name))
}

// common reports whether p is a password that many have: digits alone (days of
// birth, telephone numbers), few different signs, or a word of the lists with
// signs around it.
func common(p string) bool {
	letters := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	if letters == "" || distinct(p) < 5 || guesses()[p] {
		return true
	}
	rest := utf8.RuneCountInString(p) - utf8.RuneCountInString(letters)
	return guesses()[letters] && rest <= 10
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
