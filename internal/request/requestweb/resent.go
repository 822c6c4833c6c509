package requestweb

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// resentFor is how long the same words from one phone are one request. Whoever
// goes back after sending and presses again means the one that was sent, though
// the page that came back has an id of its own.
const resentFor = 600 // seconds

const sentCookie = "sent"

// digest sums up what a form says: not how it is called, but what is wrong,
// where, and the files.
func (f askForm) digest(files []string) string {
	parts := slices.Concat([]string{strconv.FormatBool(f.anonymous), f.words, f.topic, f.spot.Text, f.spot.Station, f.spot.Area}, files)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:15])
}

// sentAs is the number of the request that this phone has just sent with the
// digest, or "".
func (p *pages) sentAs(r *http.Request, digest string) string {
	k, err := r.Cookie(sentCookie)
	if err != nil {
		return ""
	}
	before, number, _ := strings.Cut(k.Value, "~")
	if before != digest || !numberForm.MatchString(number) {
		return ""
	}
	return number
}

// noteSent lets the phone remember for a while what it sent.
func (p *pages) noteSent(w http.ResponseWriter, digest, number string) {
	p.setSent(w, digest+"~"+number, resentFor)
}

func (p *pages) forgetSent(w http.ResponseWriter) { p.setSent(w, "", -1) }

func (p *pages) setSent(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: sentCookie, Value: value, Path: HrefHelp, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: p.Secure}) //nolint:gosec // Secure follows the site: on one machine it may be plain HTTP
}
