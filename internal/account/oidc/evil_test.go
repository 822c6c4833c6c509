package oidc_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"sync"
	"testing"
	"time"
)

func transport(pool *x509.CertPool) *http.Transport {
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
}

// evil is a provider that says what a test wants.
type evil struct {
	*provider
	mu     sync.Mutex
	key    *rsa.PrivateKey
	kid    string
	header map[string]any
	claims map[string]any
	issuer string // that it says of itself, when it lies
	sign   func(e *evil, text string) []byte
	shown  *rsa.PublicKey // the key that it tells, when it is another than it signs by
}

func newEvil(t *testing.T) *evil {
	t.Helper()
	e := &evil{}
	e.rotate(t, "one")
	e.provider = serve(t, func(issuer string) http.Handler {
		mux := http.NewServeMux()
		answer := func(w http.ResponseWriter, v any) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(v)
		}
		mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
			says := issuer
			if e.issuer != "" {
				says = e.issuer
			}
			answer(w, map[string]any{"issuer": says, "authorization_endpoint": issuer + "/auth", "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/keys",
				"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}})
		})
		mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
			e.mu.Lock()
			defer e.mu.Unlock()
			k := &e.key.PublicKey
			if e.shown != nil {
				k = e.shown
			}
			answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": e.kid,
				"n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())}}})
		})
		mux.HandleFunc("/token", func(w http.ResponseWriter, _ *http.Request) {
			answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": e.token()})
		})
		return mux
	})
	return e
}

// rotate gives it another key, and forgets the one before.
func (e *evil) rotate(t *testing.T, kid string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.key, e.kid = key, kid
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func part(v any) string {
	b, _ := json.Marshal(v) // maps of strings and numbers marshal
	return b64(b)
}

// token is its word, with the header and the claims that a test wants changed.
func (e *evil) token() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": e.kid}
	claims := map[string]any{"iss": e.url, "sub": "somebody", "aud": clientID, "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": "n"}
	for k, v := range e.header {
		header[k] = v
	}
	for k, v := range e.claims {
		if claims[k] = v; v == nil {
			delete(claims, k)
		}
	}
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	sig, _ := rsa.SignPKCS1v15(rand.Reader, e.key, crypto.SHA256, sum[:]) // with a good key it does not fail
	if e.sign != nil {
		sig = e.sign(e, text)
	}
	return text + "." + b64(sig)
}
