// Package outbound is the only way out: whatever the program asks of another
// machine by HTTP goes through a [Client], because an address that an operator, a
// partner or a name server gave may point back into the house. A test in
// internal/arch holds that no other package builds a client, a transport or a
// dialer, and that only adapters use this one.
//
// # Promises
//
//   - HTTPS only, TLS 1.2 or later, and only to the rule's ports.
//   - No connection to a loopback, private, link-local, shared, multicast, reserved or
//     translated address (IPv4-mapped addresses are judged as the IPv4 address they are;
//     NAT64, 6to4 and Teredo are refused whatever they carry), unless the rule names its
//     network. All addresses that a name resolves to are judged before the first is
//     dialled, and each again at the socket, for every connection anew.
//   - No redirect is followed, no proxy is used, nothing is unpacked, no cookie is kept.
//   - One exchange, from the name to the last byte, ends within the rule's time; at
//     most 16 KB of headers and the rule's bytes of the body are taken.
//
// # Errors
//
// They name no URL, in which another side may want secrets. [ErrRefused] is an
// address or URL against the rule; [Final] tells which others will not pass by
// themselves.
package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

var (
	// ErrRefused is the error of an address or URL that may not be connected to.
	ErrRefused = errors.New("this address is not allowed")
	// ErrLong is the error of a body that is longer than the rule lets in.
	ErrLong = errors.New("the answer is too long")
)

// Rule says where a client may go and how much it takes. Its zero value is the
// public internet.
type Rule struct {
	Timeout time.Duration  // of one exchange; 0: 10 s
	Ports   []int          // empty: 443 and 8443
	Allow   []netip.Prefix // special networks that may be gone to, for a service inside the house
	Roots   *x509.CertPool // nil: the machine's own
	MaxBody int64          // bytes of an answer's body; 0: 64 KB
}

// Client goes out by its rule. Make it by [New]; it may be used by many at once.
type Client struct {
	rule      Rule
	lookup    func(ctx context.Context, network, host string) ([]netip.Addr, error)
	dialer    net.Dialer
	transport *http.Transport
}

// New returns a client.
func New(r Rule) *Client {
	if r.Timeout <= 0 {
		r.Timeout = 10 * time.Second
	}
	if len(r.Ports) == 0 {
		r.Ports = []int{443, 8443}
	}
	if r.MaxBody <= 0 {
		r.MaxBody = 64 << 10
	}
	c := &Client{rule: r, lookup: net.DefaultResolver.LookupNetIP}
	c.dialer.Control = c.control
	c.transport = &http.Transport{
		DialContext:            c.dial,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        time.Minute,
		TLSHandshakeTimeout:    r.Timeout,
		TLSClientConfig:        &tls.Config{RootCAs: r.Roots, MinVersion: tls.VersionTLS12},
	}
	return c
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // what was taken of it
	Broken error  // why Body is not the whole: ErrLong, or a connection that failed; nil: it is
}

// Do makes one exchange. An error means that there was no answer; a redirect is
// an answer like any other.
func (c *Client) Do(r *http.Request) (*Answer, error) {
	if _, err := c.Target(r.URL.String()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.rule.Timeout)
	defer cancel()
	// not http.Client: of what it adds, redirects and cookies are not wanted, and its errors name the URL
	got, err := c.transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, c.rule.MaxBody+1))
	if int64(len(body)) > c.rule.MaxBody {
		body, err = body[:c.rule.MaxBody], ErrLong
	}
	return &Answer{Status: got.StatusCode, Header: got.Header, Body: body, Broken: err}, nil
}

// HTTP returns a client for libraries that want one. It makes the same exchanges by the
// same rule; an answer that is broken off or too long is none.
func (c *Client) HTTP() *http.Client {
	return &http.Client{Transport: library{c}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// library lets a library's requests out.
type library struct{ c *Client }

// RoundTrip implements http.RoundTripper.
func (l library) RoundTrip(r *http.Request) (*http.Response, error) {
	a, err := l.c.Do(r)
	if err == nil {
		err = a.Broken
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: a.Status, Status: http.StatusText(a.Status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.Body)), ContentLength: int64(len(a.Body)), Request: r,
	}, nil
}

// Final reports whether the error of an exchange stays until somebody changes
// something: an address that is refused, a certificate that does not hold.
func Final(err error) bool {
	var bad *tls.CertificateVerificationError
	return errors.Is(err, ErrRefused) || errors.As(err, &bad)
}
