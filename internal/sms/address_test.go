package sms

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

var errReached = errors.New("a socket would have connected")

// world resolves names as a hostile name server does; the second answer for a
// flipping name differs from the first.
type world struct{ asked map[string]int }

func (w world) lookup(_ context.Context, _, host string) ([]netip.Addr, error) {
	const public = "93.184.216.34"
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	name := strings.TrimSuffix(host, ".")
	w.asked[name]++
	table := map[string][]string{
		"allowed.test": {public}, "localhost": {"127.0.0.1"}, "foo.localhost": {"::1"}, "localhost.localdomain": {"127.0.0.1"},
		"ip6-localhost": {"::1"}, "metadata.tencentyun.com": {"169.254.0.23"}, "metadata.google.internal": {"169.254.169.254"},
		"rebind.test": {"10.0.0.7"}, "cname-to-loopback.test": {"127.0.0.1"}, "a-record-mixed.test": {public, "127.0.0.1"},
		"zero-ttl.test": {"192.168.0.1"}, "rebind-flip.test": {public},
	}
	found := table[name]
	if name == "rebind-flip.test" && w.asked[name] > 1 {
		found = []string{"127.0.0.1"}
	}
	if found == nil {
		return nil, errors.New("no such host")
	}
	var out []netip.Addr
	for _, a := range found {
		out = append(out, netip.MustParseAddr(a))
	}
	return out, nil
}

// connects reports whether a URL as configured would get as far as a socket,
// which is closed before it connects.
func connects(t *testing.T, raw string, w world) bool {
	t.Helper()
	g := &guard{ports: []int{443, 8443}, lookup: w.lookup}
	reached := false
	g.dialer = net.Dialer{Timeout: time.Second, Control: func(network, address string, c syscall.RawConn) error {
		if err := g.control(network, address, c); err != nil {
			return err
		}
		if a := netip.MustParseAddrPort(address).Addr(); a.String() != "93.184.216.34" {
			t.Errorf("%.80s: %s got as far as a socket", raw, a)
		}
		reached = true
		return errReached
	}}
	u, err := g.target(raw)
	if err != nil {
		return false
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	conn, err := g.dial(context.Background(), "tcp", net.JoinHostPort(u.Hostname(), port))
	if err == nil {
		_ = conn.Close()
		t.Errorf("%.80s: connected", raw)
	}
	return reached
}

func TestAddressCorpus(t *testing.T) {
	raw, err := os.ReadFile("../../../shared/vectors/security/ssrf/urls.json")
	if err != nil {
		t.Skip("the shared vectors are not beside this checkout: ", err)
	}
	var cases []struct{ URL, Why, Expect string }
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 150 {
		t.Fatalf("got %d cases, want at least 150", len(cases))
	}
	for _, c := range cases {
		w := world{asked: map[string]int{}}
		got := connects(t, c.URL, w)
		if u, err := url.Parse(c.URL); err == nil && u.Hostname() == "rebind-flip.test" {
			got = connects(t, c.URL, w) // the first answer was public; what counts is that the second is judged anew
		}
		if want := c.Expect == "allow"; got != want {
			t.Errorf("%.80s (%s): got to a socket: %v, want %v", c.URL, c.Why, got, want)
		}
	}
}

func TestMay(t *testing.T) {
	inside := &guard{allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for _, c := range []struct {
		about string
		g     *guard
		addr  string
		want  bool
	}{
		{"the public internet", &guard{}, "93.184.216.34", true},
		{"the public internet, IPv6", &guard{}, "2606:2800:220:1::1", true},
		{"loopback in an IPv6 coat", &guard{}, "::ffff:127.0.0.1", false},
		{"private, translated", &guard{}, "64:ff9b::a00:1", false},
		{"a cloud's metadata", &guard{}, "100.100.100.200", false},
		{"unique local", &guard{}, "fd00::1", false},
		{"link-local with a zone", &guard{}, "fe80::1%eth0", false},
		{"6to4 around a private address", &guard{}, "2002:a00:1::", false},
		{"a network that is allowed", inside, "10.1.2.3", true},
		{"the same in an IPv6 coat", inside, "::ffff:10.1.2.3", true},
		{"the network beside it", inside, "10.2.2.3", false},
	} {
		if got := c.g.may(netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.about, got, c.want)
		}
	}
}
