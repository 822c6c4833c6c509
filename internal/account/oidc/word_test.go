package oidc_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/idp"
)

// What a provider says is believed only whole: signed by its key of the moment, for this
// program, fresh, and for the nonce.
func TestProvidersWord(t *testing.T) {
	proves.That(t, "oidc-client")
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		about string
		with  func(e *evil)
		want  error
	}{
		{"a whole word", func(*evil) {}, nil},
		{"another nonce", func(e *evil) { e.claims = map[string]any{"nonce": "m"} }, idp.ErrRefused},
		{"no nonce", func(e *evil) { e.claims = map[string]any{"nonce": nil} }, idp.ErrRefused},
		{"another audience", func(e *evil) { e.claims = map[string]any{"aud": "other"} }, idp.ErrRefused},
		{"made for another, with us beside", func(e *evil) { e.claims = map[string]any{"aud": []string{clientID, "other"}, "azp": "other"} }, idp.ErrRefused},
		{"for several, none named", func(e *evil) { e.claims = map[string]any{"aud": []string{clientID, "other"}} }, idp.ErrRefused},
		{"another issuer", func(e *evil) { e.claims = map[string]any{"iss": "https://other.example.org"} }, idp.ErrRefused},
		{"run out", func(e *evil) { e.claims = map[string]any{"exp": time.Now().Add(-time.Minute).Unix()} }, idp.ErrRefused},
		{"nobody named", func(e *evil) { e.claims = map[string]any{"sub": ""} }, idp.ErrRefused},
		{"not signed at all", func(e *evil) {
			e.header, e.sign = map[string]any{"alg": "none"}, func(*evil, string) []byte { return nil }
		}, idp.ErrRefused},
		{"signed by our own secret", func(e *evil) {
			e.header, e.sign = map[string]any{"alg": "HS256"}, func(_ *evil, text string) []byte {
				m := hmac.New(sha256.New, []byte(clientSecret))
				m.Write([]byte(text))
				return m.Sum(nil)
			}
		}, idp.ErrRefused},
		{"signed by a key that it does not tell", func(e *evil) { e.shown = &other.PublicKey }, idp.ErrRefused},
		{"of a key by another name", func(e *evil) { e.header = map[string]any{"kid": "two"} }, idp.ErrRefused},
		{"a description that names another issuer", func(e *evil) { e.issuer = "https://other.example.org" }, idp.ErrDown},
		{"down", func(e *evil) { e.down = true }, idp.ErrDown},
	} {
		e := newEvil(t)
		c.with(e)
		site := idp.Site{Issuer: e.url, ClientID: clientID, Secret: clientSecret, Redirect: origin + back("x")}
		got, err := adapter(e.provider).Claims(t.Context(), site, "code", "n", "v")
		if !errors.Is(err, c.want) || c.want == nil && (err != nil || got.Subject != "somebody") {
			t.Errorf("%s: %+v, %v, want %v", c.about, got, err, c.want)
		}
	}
}

func TestKeysOfTheMoment(t *testing.T) {
	proves.That(t, "oidc-client")
	e := newEvil(t)
	c := adapter(e.provider)
	site := idp.Site{Issuer: e.url, ClientID: clientID, Secret: clientSecret, Redirect: origin + back("x")}
	for _, kid := range []string{"two", "three"} {
		if _, err := c.Claims(t.Context(), site, "code", "n", "v"); err != nil {
			t.Fatal(err)
		}
		old := e.key
		e.rotate(t, kid)
		if _, err := c.Claims(t.Context(), site, "code", "n", "v"); err != nil {
			t.Errorf("after the keys changed: %v", err)
		}
		now := e.key
		e.key, e.shown = old, &now.PublicKey
		if _, err := c.Claims(t.Context(), site, "code", "n", "v"); !errors.Is(err, idp.ErrRefused) {
			t.Errorf("by the key before: %v, want it refused", err)
		}
		e.key, e.shown = now, nil
	}
}

// Nobody is asked for by an address that leads into the house, or without TLS.
func TestWhomToAsk(t *testing.T) {
	c := adapter()
	for _, issuer := range []string{"http://id.example.org", "https://127.0.0.1", "https://user@id.example.org", "https://id.example.org:22", "id.example.org", ""} {
		if c.Check(issuer) == nil && issuer != "https://127.0.0.1" { // these tests may go there
			t.Errorf("%q may be asked", issuer)
		}
	}
	if err := c.Check("https://id.example.org/realms/union"); err != nil {
		t.Error(err)
	}
}
