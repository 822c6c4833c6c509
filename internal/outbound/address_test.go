package outbound

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"nuanxin/internal/evidence/proves"
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
	c := New(Rule{})
	c.lookup = w.lookup
	reached := false
	c.dialer = net.Dialer{Control: func(network, address string, conn syscall.RawConn) error {
		if err := c.control(network, address, conn); err != nil {
			return err
		}
		if a := netip.MustParseAddrPort(address).Addr(); a.String() != "93.184.216.34" {
			t.Errorf("%.80s: %s got as far as a socket", raw, a)
		}
		reached = true
		return errReached
	}}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, raw, nil)
	if err != nil {
		_, err = c.Target(raw) // what no request can be made of must not pass here either
	} else {
		_, err = c.Do(r)
	}
	if err == nil {
		t.Errorf("%.80s: got no error", raw)
	}
	return reached
}

func TestAddressCorpus(t *testing.T) {
	proves.That(t, "ssrf-corpus", "egress-allowlist")
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
		want := c.Expect == "allow"
		judge(t, c.URL, c.Why, want)
		if rest, ok := strings.CutPrefix(c.URL, "http:"); ok {
			judge(t, "https:"+rest, c.Why+", not because of the scheme", want)
		}
	}
}

// The list of a firewall: none of its addresses is one to connect to, whatever a name
// server says of its names.
func TestListOfAddresses(t *testing.T) {
	proves.That(t, "ssrf-corpus")
	tried := 0
	for _, name := range []string{"crs-ssrf.data", "crs-ssrf-no-scheme.data"} {
		raw, err := os.ReadFile("../../../shared/vectors/security/strings/" + name)
		if err != nil {
			t.Skip("the shared vectors are not beside this checkout: ", err)
		}
		for line := range strings.Lines(string(raw)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			if !strings.Contains(line, "://") {
				line = "http://" + line
			}
			tried++
			judge(t, line, name, false)
			judge(t, "https"+line[strings.Index(line, "://"):], name, false)
		}
	}
	if tried < 110 {
		t.Errorf("only %d addresses", tried)
	}
}

func judge(t *testing.T, raw, why string, want bool) {
	t.Helper()
	w := world{asked: map[string]int{}}
	got := connects(t, raw, w)
	if u, err := url.Parse(raw); err == nil && u.Hostname() == "rebind-flip.test" {
		got = connects(t, raw, w) // the first answer was public; what counts is that the second is judged anew
	}
	if got != want {
		t.Errorf("%.80s (%s): got to a socket: %v, want %v", raw, why, got, want)
	}
}

func TestMay(t *testing.T) {
	proves.That(t, "egress-allowlist")
	inside := New(Rule{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
	open := New(Rule{})
	for _, c := range []struct {
		about string
		c     *Client
		addr  string
		want  bool
	}{
		{"the public internet", open, "93.184.216.34", true},
		{"the public internet, IPv6", open, "2606:2800:220:1::1", true},
		{"loopback in an IPv6 coat", open, "::ffff:127.0.0.1", false},
		{"private, translated", open, "64:ff9b::a00:1", false},
		{"a cloud's metadata", open, "100.100.100.200", false},
		{"a cloud's metadata at a public address", open, "168.63.129.16", false},
		{"unique local", open, "fd00::1", false},
		{"link-local with a zone", open, "fe80::1%eth0", false},
		{"6to4 around a private address", open, "2002:a00:1::", false},
		{"a network that is allowed", inside, "10.1.2.3", true},
		{"the same in an IPv6 coat", inside, "::ffff:10.1.2.3", true},
		{"the network beside it", inside, "10.2.2.3", false},
	} {
		if got := c.c.may(netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.about, got, c.want)
		}
	}
}

// TestMayAnything throws addresses at the rule and compares with what the
// standard library says of them; those that carry an IPv4 address are refused
// whatever they carry.
func TestMayAnything(t *testing.T) {
	c, dice := New(Rule{}), rand.New(rand.NewPCG(1, 2))
	coats := []string{"::", "64:ff9b::", "64:ff9b:1::", "2001::", "2002::", "fe80::5efe:0:0"}
	for range 100_000 {
		var four [4]byte
		binary.BigEndian.PutUint32(four[:], dice.Uint32())
		if dice.IntN(2) == 0 {
			four[0] = []byte{0, 10, 100, 127, 169, 172, 192, 198, 224, 255}[dice.IntN(10)]
		}
		a := netip.AddrFrom4(four)
		if c.may(a) && (!a.IsGlobalUnicast() || a.IsPrivate()) {
			t.Fatalf("%s is let through", a)
		}
		mapped := netip.AddrFrom16(a.As16())
		if c.may(mapped) != c.may(a) {
			t.Fatalf("%s and %s are judged differently", mapped, a)
		}
		for _, text := range coats {
			coat := netip.MustParseAddr(text).As16()
			at := 12
			if text == "2002::" {
				at = 2
			}
			copy(coat[at:], four[:])
			if dressed := netip.AddrFrom16(coat); c.may(dressed) {
				t.Fatalf("%s is let through", dressed)
			}
		}
		var six [16]byte
		binary.BigEndian.PutUint64(six[:], dice.Uint64())
		if b := netip.AddrFrom16(six); c.may(b) && (!b.IsGlobalUnicast() || b.IsPrivate()) {
			t.Fatalf("%s is let through", b)
		}
	}
}
