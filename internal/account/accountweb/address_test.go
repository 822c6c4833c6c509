package accountweb

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"nuanxin/internal/evidence/proves"
)

func TestAddress(t *testing.T) {
	proves.That(t, "redirect-corpus", "xff-spoof")
	s := Sessions{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, test := range []struct{ about, remote, forwarded, want string }{
		{"straight to us", "192.0.2.1:999", "", "192.0.2.1"},
		{"a stranger names another", "192.0.2.1:999", "203.0.113.9", "192.0.2.1"},
		{"through our proxy", "10.0.0.1:999", "192.0.2.1", "192.0.2.1"},
		{"through two of ours", "10.0.0.1:999", "192.0.2.1, 10.0.0.2", "192.0.2.1"},
		{"a stranger's words before our proxy's", "10.0.0.1:999", "203.0.113.9, 192.0.2.1", "192.0.2.1"},
		{"nonsense", "10.0.0.1:999", "unknown", "10.0.0.1"},
		{"IPv6", "[2001:db8::1]:999", "", "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = test.remote
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := s.address(r).String(); got != test.want {
			t.Errorf("%s: %s, want %s", test.about, got, test.want)
		}
	}
}
