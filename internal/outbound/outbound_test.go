package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
)

// hostile answers as the servers of the corpus do, by path, and counts who
// asks for the page inside.
func hostile(t *testing.T) (*httptest.Server, *atomic.Int64) {
	inside := &atomic.Int64{}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 32<<20))
	_ = z.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/inside", func(http.ResponseWriter, *http.Request) { inside.Add(1) })
	for _, code := range []int{301, 302, 303, 307, 308} {
		mux.Handle("/redirect-"+strconv.Itoa(code), http.RedirectHandler("/inside", code))
	}
	mux.HandleFunc("/redirect-unreadable", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://[::1")
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/slow-body", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("a"))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	})
	mux.HandleFunc("/slow-head", func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		// a return would answer 200, and a client that is just closing may still read it
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/big-body", func(w http.ResponseWriter, r *http.Request) {
		for chunk := make([]byte, 32<<10); r.Context().Err() == nil; {
			_, _ = w.Write(chunk)
		}
	})
	mux.HandleFunc("/big-head", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Big", strings.Repeat("a", 64<<10))
	})
	mux.HandleFunc("/gzip-bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	mux.HandleFunc("/whole", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1000)) })
	s := httptest.NewTLSServer(mux)
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	return s, inside
}

// rule lets a client reach the server, which none does by default.
func rule(s *httptest.Server) Rule {
	u, _ := url.Parse(s.URL)
	port, _ := strconv.Atoi(u.Port())
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return Rule{Ports: []int{port}, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots, MaxBody: 1000}
}

func do(t *testing.T, c *Client, raw string) (*Answer, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Do(r)
}

func TestHostileAnswers(t *testing.T) {
	proves.That(t, "ssrf-corpus", "tls-outbound")
	s, inside := hostile(t)
	for _, c := range []struct {
		path   string
		status int   // 0: no answer
		body   int   // bytes; -1: some
		broken error // nil: none
	}{
		{"/redirect-301", 301, -1, nil},
		{"/redirect-302", 302, -1, nil},
		{"/redirect-303", 303, -1, nil},
		{"/redirect-307", 307, -1, nil},
		{"/redirect-308", 308, -1, nil},
		{"/redirect-unreadable", 302, 0, nil},
		{"/slow-head", 0, 0, nil},
		{"/slow-body", 200, -1, context.DeadlineExceeded},
		{"/big-head", 0, 0, nil},
		{"/big-body", 200, 1000, ErrLong},
		{"/gzip-bomb", 200, 1000, ErrLong},
		{"/whole", 200, 1000, nil},
	} {
		r := rule(s)
		if strings.HasPrefix(c.path, "/slow") {
			r.Timeout = 300 * time.Millisecond
		}
		start := time.Now()
		a, err := do(t, New(r), s.URL+c.path)
		if took := time.Since(start); took > 9*time.Second {
			t.Errorf("%s: it took %s", c.path, took)
		}
		if c.status == 0 {
			if err == nil || Final(err) {
				t.Errorf("%s: got %v, want an error that may pass", c.path, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if a.Status != c.status || c.body >= 0 && len(a.Body) != c.body || !errors.Is(a.Broken, c.broken) {
			t.Errorf("%s: got %d, %d bytes, %v", c.path, a.Status, len(a.Body), a.Broken)
		}
	}
	if a, err := do(t, New(rule(s)), s.URL+"/gzip-bomb"); err != nil || !bytes.HasPrefix(a.Body, []byte{0x1f, 0x8b}) {
		t.Errorf("the bomb: got it unpacked, or %v", err)
	}
	if inside.Load() != 0 {
		t.Errorf("a redirect was followed %d times", inside.Load())
	}
}

// TestNameThatFlips has a name server that tells the house's address first and
// this machine's from then on: a new connection is judged anew.
func TestNameThatFlips(t *testing.T) {
	proves.That(t, "ssrf-corpus")
	s, inside := hostile(t)
	r := rule(s)
	r.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	c := New(r)
	asked := 0
	c.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
		if asked++; asked == 1 {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.2")}, nil
	}
	target := strings.Replace(s.URL, "127.0.0.1", "example.com", 1) + "/inside"
	if _, err := do(t, c, target); err != nil || inside.Load() != 1 {
		t.Fatalf("the first: got %v", err)
	}
	c.transport.CloseIdleConnections()
	if _, err := do(t, c, target); !errors.Is(err, ErrRefused) || !Final(err) || inside.Load() != 1 || asked != 2 {
		t.Errorf("the second: got %v after %d questions, want it refused", err, asked)
	}
}

// TestSocket holds the second layer alone: a dialer that is given an address
// which nobody judged.
func TestSocket(t *testing.T) {
	proves.That(t, "ssrf-corpus")
	s, inside := hostile(t)
	r := rule(s)
	r.Allow = nil
	c := New(r)
	if conn, err := c.dialer.DialContext(context.Background(), "tcp", s.Listener.Addr().String()); !errors.Is(err, ErrRefused) {
		if err == nil {
			_ = conn.Close()
		}
		t.Errorf("got %v, want it refused", err)
	}
	if _, err := do(t, c, s.URL+"/inside"); !errors.Is(err, ErrRefused) || inside.Load() != 0 {
		t.Errorf("by its URL: got %v", err)
	}
}

// TestPlainHTTP: an allowed port does not make up for the scheme.
func TestPlainHTTP(t *testing.T) {
	proves.That(t, "tls-outbound")
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(u.Port())
	c := New(Rule{Ports: []int{port}, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if _, err := do(t, c, s.URL); !errors.Is(err, ErrRefused) || asked != 0 {
		t.Errorf("got %v and %d requests, want it refused", err, asked)
	}
}

// TestProxyIsNotUsed: a proxy would resolve names where no rule is asked.
func TestProxyIsNotUsed(t *testing.T) {
	if New(Rule{}).transport.Proxy != nil {
		t.Error("the transport has a proxy")
	}
}

// TestErrorsTellNoURL: a provider may want secrets in it.
func TestErrorsTellNoURL(t *testing.T) {
	proves.That(t, "canary-scan")
	s, _ := hostile(t)
	known, stranger := rule(s), rule(s)
	stranger.Roots = x509.NewCertPool()
	known.Timeout = 300 * time.Millisecond
	silent := New(Rule{})
	silent.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	for _, c := range []struct {
		about string
		c     *Client
		raw   string
		final bool
	}{
		{"it does not answer", New(known), s.URL + "/slow-head?key=TOPSECRET", false},
		{"its certificate is a stranger's", New(stranger), s.URL + "/whole?key=TOPSECRET", true},
		{"it has no address", silent, "https://example.com/?key=TOPSECRET", false},
		{"it is refused", New(Rule{}), s.URL + "/whole?key=TOPSECRET", true},
	} {
		_, err := do(t, c.c, c.raw)
		if err == nil || strings.Contains(err.Error(), "TOPSECRET") || Final(err) != c.final {
			t.Errorf("%s: got %v, final %v", c.about, err, Final(err))
		}
	}
}
