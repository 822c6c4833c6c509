package web

import (
	"maps"
	"net/http"
	"os"
	"runtime/debug"
	"time"
)

// onPages and onData are the headers of every page and of every answer to a
// program, which is no document: it loads nothing and nobody frames it. All
// answers share the values: one may be replaced, none changed. What no other
// site may load as a part of its own pages says so (CORP), and no page shares
// its window with one that opened it (COOP).
var (
	onPages = http.Header{
		"Content-Security-Policy":      {policyHead + "'none'" + policyTail}, // until the page has scripts; see [Nonce]
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},
		"Referrer-Policy":              {"same-origin"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy": {"geolocation=(self), microphone=(self), camera=(self), payment=(), usb=(), serial=(), hid=(), midi=(), " +
			"display-capture=(), browsing-topics=()"},
	}
	onData = http.Header{
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},
		"Referrer-Policy":              {"no-referrer"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
	}
)

// onlyTLS is a year of nothing but TLS, for what lies below the host, too (ASVS 5.0 V3.4.1).
const onlyTLS = "max-age=31536000; includeSubDomains"

func (s *Site) headers(h http.Header, r *http.Request, id string) {
	if wantsProblem(r) {
		maps.Copy(h, onData)
	} else {
		maps.Copy(h, onPages)
	}
	h.Set("X-Request-Id", id)
	if len(r.TransferEncoding) > 0 {
		// Where a body ends that came in chunks, a server before us may have read otherwise,
		// by a length that was there too: what follows on the connection is not taken
		// (RFC 9112, 6.3). Browsers send none.
		h.Set("Connection", "close")
	}
	if s.Secure {
		h.Set("Strict-Transport-Security", onlyTLS)
	}
}

// protect refuses writes that another site made the reader's browser send. The
// standard protection lets requests pass that carry neither Sec-Fetch-Site nor
// Origin, because programs send none; when such a request carries cookies it
// may be an old browser, so it is refused here.
func (s *Site) protect(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	for _, o := range s.Origins {
		if err := p.AddTrustedOrigin(o); err != nil {
			panic("web: " + err.Error())
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.Check(r); err != nil || blind(r) {
			fail(w, r, errOrigin, wantsProblem(r))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func blind(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return r.Header.Get("Cookie") != "" && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
}

// CollectLess lets garbage grow to three times what is kept before it is
// collected: answers leave much that lives for a moment over little that lasts,
// and a collection costs by what lasts. GOGC in the environment outweighs it.
func CollectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
}

// Server returns a server for h with the time limits that keep slow or silent
// connections from holding it.
func Server(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       2 * time.Minute, // a 10 MB upload on a slow phone
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}
