// Package factor keeps the second factor of staff: codes that change every half
// minute (TOTP, RFC 6238: SHA-1, six digits, 30 s, which every authenticator
// knows), and ten recovery codes for the day the phone is gone.
//
// The secret is sealed to its person. A code counts in its own time step and one
// to either side, because clocks differ, and each step once: [Book.Use] moves the
// newest used step in the statement that compares it. Recovery codes have 60
// random bits and are kept as a hash under a key that is not in the database; each
// is used once.
//
// Everything here happens inside an operation of package account, which says who
// may, and which counts the tries.
package factor

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp/hotp"
	"golang.org/x/text/width"
)

const (
	period     = 30 // seconds of a time step
	skew       = 1  // steps to either side
	codeSize   = 6  // digits
	secretSize = 20 // bytes, as RFC 4226 recommends
	codesMade  = 10 // recovery codes
	signsMade  = 12 // of a recovery code
	issuer     = "Nuanxin"
	// signs are those of a recovery code: 32 that nobody takes for one another.
	signs = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
)

// newSecret is a fresh secret in base32, as authenticators read it.
func newSecret() string {
	b := make([]byte, secretSize)
	_, _ = rand.Read(b) // never fails: it would end the program
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// step returns the newest time step around t of which code is the code, or false.
func step(secret, code string, t time.Time) (int64, bool, error) {
	found, ok := int64(0), false
	for s := t.Unix()/period - skew; s <= t.Unix()/period+skew; s++ {
		want, err := hotp.GenerateCode(secret, uint64(s)) //nolint:gosec // no time before 1970 is told here
		if err != nil {
			return 0, false, fmt.Errorf("account.factor: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found, ok = s, true
		}
	}
	return found, ok, nil
}

// address is what the QR code says to an authenticator.
func address(login, secret string) string {
	return "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?secret=" + secret + "&issuer=" + issuer
}

// Grouped is a secret or a recovery code in groups of four, to be read aloud.
func Grouped(s, between string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteString(between)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// newRecovery is a fresh recovery code, without its hyphens.
func newRecovery() string {
	b := make([]byte, signsMade)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = signs[int(b[i])%len(signs)] // 256 is a multiple of 32: no sign is likelier
	}
	return string(b)
}

// typed is a code as it was meant: of any width and case, without what stands
// between its signs.
func typed(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, width.Fold.String(code))
}
