package account

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"nuanxin/internal/fault"
)

// cost is how dear a guess is made. OWASP's Password Storage Cheat Sheet asks of
// argon2id at least 19 MiB, 2 passes, 1 lane.
type cost struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

var usualCost = cost{memory: 19 << 10, passes: 2, lanes: 1}

const (
	saltSize    = 16
	keySize     = 32
	maxPassword = 128
)

// hash returns password as it is kept, in the PHC form.
func (c cost) hash(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails: it would end the program
	return c.encode(salt, argon2.IDKey(typed(password), salt, c.passes, c.memory, c.lanes, keySize))
}

func (c cost) encode(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.lanes, b.EncodeToString(salt), b.EncodeToString(key))
}

// matches reports whether password is the one that was hashed, and whether the
// hash was made at another cost and should be made again.
func (c cost) matches(hash, password string) (ok, stale bool) {
	var was cost
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

// nobody is the hash that a try at an unknown account is held against, so that
// it takes as long as any other. No password matches it.
func (c cost) nobody() string { return c.encode(make([]byte, saltSize), make([]byte, keySize)) }

// typed is the password as typed on any keyboard: full-width and half-width
// signs are the same.
func typed(password string) []byte { return []byte(norm.NFKC.String(password)) }

//go:embed common.txt
var commonPasswords string

// checkPassword refuses a password that is among the first to be guessed.
func checkPassword(field, password, login, name string, least int64) error {
	msg, args := "", fault.Args{"Least": least, "Most": maxPassword}
	p := strings.ToLower(width.Fold.String(norm.NFKC.String(password)))
	switch n := utf8.RuneCountInString(p); {
	case int64(n) < least:
		msg = "account.password.short"
	case n > maxPassword:
		msg = "account.password.long"
	case strings.Contains(p, login) && login != "", utf8.RuneCountInString(name) > 1 && strings.Contains(p, strings.ToLower(name)):
		msg = "account.password.login"
	case common(p):
		msg = "account.password.common"
	default:
		return nil
	}
	var f fault.Form
	f.Add(field, msg, args)
	return f.Err("account.password")
}

// common reports whether p is a password that many have: digits alone (days of
// birth, telephone numbers), few different signs, or a word of the list with
// signs around it.
func common(p string) bool {
	letters := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	if letters == "" || distinct(p) < 5 {
		return true
	}
	rest := utf8.RuneCountInString(p) - utf8.RuneCountInString(letters)
	for line := range strings.Lines(commonPasswords) {
		switch word := strings.TrimSpace(line); {
		case word == "" || strings.HasPrefix(word, "#"):
		case p == word, letters == word && rest <= 10:
			return true
		}
	}
	return false
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
