package requestweb

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"nuanxin/internal/request"
)

const (
	heldDays = 180
	mostHeld = 24 // requests that one phone keeps; some 1 KB
)

// held is a request that this phone can show without a sign-in.
type held struct{ number, secret string }

var (
	numberForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{4}-[0-9]{4,8}$`)
	secretForm = regexp.MustCompile(`^[a-z2-7]{26}$`)
)

func (c Config) cookieName() string {
	if c.Secure {
		return "__Host-held"
	}
	return "held"
}

// heldBy reads what the phone keeps, the newest first. What is mangled is left out.
func (c Config) heldBy(r *http.Request) []held {
	k, err := r.Cookie(c.cookieName())
	if err != nil {
		return nil
	}
	var all []held
	for _, entry := range strings.Split(k.Value, "~") {
		number, secret, _ := strings.Cut(entry, ".")
		if numberForm.MatchString(number) && secretForm.MatchString(secret) && len(all) < mostHeld {
			all = append(all, held{number, secret})
		}
	}
	return all
}

// Hold lets the reader's phone keep a request: it is then theirs without a
// sign-in. The secret travels in a cookie that scripts cannot read, never in
// an address. The oldest is forgotten when there are too many.
func (c Config) Hold(w http.ResponseWriter, r *http.Request, number, secret string) {
	all := []held{{number, secret}}
	for _, h := range c.heldBy(r) {
		if h.number != number && len(all) < mostHeld {
			all = append(all, h)
		}
	}
	c.setHeld(w, all)
}

func (c Config) setHeld(w http.ResponseWriter, all []held) {
	entries := make([]string, len(all))
	for i, h := range all {
		entries[i] = h.number + "." + h.secret
	}
	k := &http.Cookie{Name: c.cookieName(), Value: strings.Join(entries, "~"), Path: "/", MaxAge: heldDays * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.Secure} //nolint:gosec // Secure follows the site: on one machine it may be plain HTTP
	if len(all) == 0 {
		k.MaxAge = -1
	}
	http.SetCookie(w, k)
}

// ref names the request of the path, with the secret if this phone keeps it.
func (p *pages) ref(r *http.Request) request.Ref {
	ref := request.Ref{Number: r.PathValue("number")}
	for _, h := range p.heldBy(r) {
		if h.number == ref.Number {
			ref.Secret = h.secret
		}
	}
	return ref
}

// Foreign reports whether path is about a request that this phone does not hold:
// only a sign-in makes it the reader's.
func (c Config) Foreign(r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.Path, HrefHelp+"/")
	number, _, _ := strings.Cut(rest, "/")
	return ok && numberForm.MatchString(number) && !slices.ContainsFunc(c.heldBy(r), func(h held) bool { return h.number == number })
}
