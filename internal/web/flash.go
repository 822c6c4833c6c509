package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"nuanxin/internal/fault"
)

const flashCookie = "flash"

// flash is one message for the next page. It carries a key, not text, so that a
// planted cookie can only say what we have words for.
type flash struct {
	Key  string     `json:"k"`
	Args fault.Args `json:"a,omitempty"`
}

// SetFlash leaves a message, told on the next page in a status element. Call it
// before [See].
func SetFlash(w http.ResponseWriter, r *http.Request, key string, args ...any) {
	b, err := json.Marshal(flash{Key: key, Args: pairs(args).all()})
	if err != nil || len(b) > 2000 {
		return // a message is a courtesy; the act itself is done
	}
	http.SetCookie(w, flashWith(r, base64.RawURLEncoding.EncodeToString(b), 60))
}

func flashWith(r *http.Request, value string, age int) *http.Cookie {
	s := stateOf(r.Context())
	return &http.Cookie{Name: flashCookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s != nil && s.site.Secure} //nolint:gosec // Secure follows the site: on one machine it may be plain HTTP
}

func readFlash(r *http.Request) *flash {
	b, err := base64.RawURLEncoding.DecodeString(cookie(r, flashCookie))
	if err != nil || len(b) == 0 {
		return nil
	}
	var f flash
	if json.Unmarshal(b, &f) != nil || f.Key == "" {
		return nil
	}
	return &f
}

// takeFlash clears the cookie once a page was made that could tell it. A script
// that sends a form under its id sees the next page first, and nobody reads that.
func takeFlash(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Idempotency-Key") != "" {
		return
	}
	if s := stateOf(r.Context()); s != nil && s.flash != nil {
		http.SetCookie(w, flashWith(r, "", -1))
	}
}

// Flash returns the message left by the page before, or "".
func Flash(ctx context.Context) string {
	s := stateOf(ctx)
	if s == nil || s.flash == nil || !HasText(ctx, s.flash.Key) {
		return ""
	}
	return TArgs(ctx, s.flash.Key, s.flash.Args)
}
