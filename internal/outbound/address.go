package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const maxURL = 2048 // bytes

// special are the IPv4 networks that are not the public internet, and the IPv6
// ones inside 2000::/3 that are not; and the one public address at which a cloud
// answers its own machines (Azure). It is never written to.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// global is where public IPv6 addresses are.
var global = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// may reports whether the address may be connected to. An IPv4 address in an
// IPv6 coat is judged without it.
func (c *Client) may(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	in := func(nets []netip.Prefix) bool {
		return slices.ContainsFunc(nets, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	if in(c.rule.Allow) {
		return true
	}
	return a.IsValid() && (a.Is4() || global.Contains(a)) && !in(special)
}

// control judges a socket just before it connects.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.Join(ErrRefused, err)
	}
	if !c.may(to.Addr()) || !slices.Contains(c.rule.Ports, int(to.Port())) {
		return ErrRefused
	}
	return nil
}

// dial resolves the name, judges all its addresses, and connects to one of
// those judged: a name that answers otherwise the next time gains nothing.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.rule.Timeout) // the transport's own context has no deadline here
	defer cancel()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := c.lookup(ctx, "ip", host)
	if err != nil {
		return nil, fmt.Errorf("the name does not resolve: %w", err)
	}
	for _, a := range addrs {
		if !c.may(a) {
			return nil, ErrRefused
		}
	}
	err = ErrRefused
	for _, a := range addrs {
		var conn net.Conn
		if conn, err = c.dialer.DialContext(ctx, network, net.JoinHostPort(a.Unmap().String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// Target reads a URL and judges what can be judged without asking for its name.
// The error is [ErrRefused] with the reason, and does not name the URL.
func (c *Client) Target(raw string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) { return nil, fmt.Errorf("%w: the URL %s", ErrRefused, why) }
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return refuse("cannot be read")
	case len(raw) > maxURL:
		return refuse("is too long")
	case u.Scheme != "https" || u.Opaque != "":
		return refuse("does not begin with https://")
	case u.User != nil || u.Fragment != "":
		return refuse("has a user or a fragment")
	case !plainHost(u.Hostname()):
		return refuse("has no plain host name")
	}
	port := 443
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil {
			return refuse("has a port that is no number")
		}
	}
	if !slices.Contains(c.rule.Ports, port) {
		return refuse("has a port that is not allowed")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !c.may(a) {
		return refuse("has an address that is not allowed")
	}
	return u, nil
}

// plainHost reports whether a name is letters, digits, hyphens and dots, or an
// IPv6 address; a name whose last label is a number is an address in disguise.
func plainHost(h string) bool {
	if a, err := netip.ParseAddr(h); err == nil {
		return a.Zone() == ""
	}
	labels := strings.Split(strings.TrimSuffix(h, "."), ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for _, c := range []byte(l) {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return len(h) <= 253 && (last[0] < '0' || last[0] > '9')
}
