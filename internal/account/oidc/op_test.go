package oidc_test

import (
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"nuanxin/internal/idp"
	"nuanxin/internal/outbound"
)

// provider is a real OpenID provider (zitadel/oidc, a certified library, with the
// storage of its example), over TLS on this machine.
type provider struct {
	t    *testing.T
	url  string
	pool *x509.CertPool
	port int
	down bool
}

const (
	clientID     = "nuanxin"
	clientSecret = "a secret of this client"
	origin       = "https://nuanxin.example.org"
)

func back(provider string) string { return "/staff/sign-in/union/" + provider + "/back" }

// serve starts a server whose handler is known later, because an issuer is its address.
func serve(t *testing.T, of func(issuer string) http.Handler) *provider {
	t.Helper()
	p := &provider{t: t}
	var inner http.Handler
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.down {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	p.url = s.URL
	inner = of(s.URL)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	p.port, _ = strconv.Atoi(u.Port())
	p.pool = x509.NewCertPool()
	p.pool.AddCert(s.Certificate())
	return p
}

// standard is the real provider, whose clients are told where browsers come back to once
// that is known: it has the provider's id in it.
type standard struct {
	*provider
	clients map[string]*storage.Client
}

func openToAll(t *testing.T) *standard {
	t.Helper()
	s := &standard{clients: map[string]*storage.Client{}}
	s.provider = serve(t, func(issuer string) http.Handler {
		slog.SetDefault(slog.New(slog.DiscardHandler)) // it logs each request there
		return exampleop.SetupServer(issuer, storage.NewStorageWithClients(storage.NewUserStore(issuer), s.clients), nil, false)
	})
	return s
}

// allow lets browsers come back for the provider that we call id.
func (s *standard) allow(id string) {
	s.clients[clientID] = storage.WebClient(clientID, clientSecret, origin+back(id))
}

// adapter is the true one, let out to these servers alone.
func adapter(all ...*provider) *idp.Client {
	rule := outbound.Rule{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: x509.NewCertPool(), Timeout: 5 * time.Second}
	for _, p := range all {
		rule.Ports = append(rule.Ports, p.port)
		rule.Roots = p.pool // one certificate of httptest for all
	}
	return idp.New(rule, nil)
}

// user signs a person in at the provider in a browser of their own, and returns where
// the browser is sent back to.
func (p *provider) user(address, name string) url.Values {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	var last *url.URL
	c := &http.Client{Jar: jar, Transport: transport(p.pool), CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), origin) {
			last = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	r, err := c.Get(address)
	if err != nil {
		p.t.Fatal(err)
	}
	page, _ := io.ReadAll(r.Body)
	r.Body.Close()
	_, id, ok := strings.Cut(string(page), `name="id" value="`)
	if !ok {
		p.t.Fatalf("the provider shows no form: %s", page)
	}
	id, _, _ = strings.Cut(id, `"`)
	if r, err = c.PostForm(p.url+"/login/username", url.Values{"id": {id}, "username": {name}, "password": {"verysecure"}}); err != nil {
		p.t.Fatal(err)
	}
	r.Body.Close()
	if last == nil {
		p.t.Fatalf("the provider sent nobody back: %s", r.Status)
	}
	return last.Query()
}

// shown is what an authenticator shows.
func shown(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(at.Unix()/30))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// query are the values that an address carries.
func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}
