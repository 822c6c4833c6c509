package ways

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"nuanxin/internal/clock"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/realname"
)

// Realname names the identity service that checks names and identity numbers; without a
// URL there is none.
type Realname struct {
	URL, App, Key, Hash string
	Name                string         // what it is called where its answers are shown
	CA                  string         // a file with the certificates that vouch for it; empty: the machine's own
	Nets                []netip.Prefix // special networks that it may be in
	Ports               []int          // empty: 443 and 8443
}

// Called is what the service is called.
func (r Realname) Called() string { return cmp.Or(r.Name, "身份核验服务") }

// Checker returns what checks; nil: nothing does. The demo has an invented one.
func (r Realname) Checker(c clock.Clock, demo bool) (verify.Checker, error) {
	switch {
	case r.URL == "" && demo:
		return invented{}, nil
	case r.URL == "":
		return nil, nil //nolint:nilnil // none is connected
	}
	roots, err := r.roots()
	if err != nil {
		return nil, err
	}
	client, err := realname.New(realname.Config{URL: r.URL, App: r.App, Key: r.Key, Hash: r.Hash, Allow: r.Nets, Ports: r.Ports, Roots: roots, Clock: c})
	if err != nil {
		return nil, err
	}
	return identity{client}, nil
}

func (r Realname) roots() (*x509.CertPool, error) {
	if r.CA == "" {
		return nil, nil //nolint:nilnil // the machine's own
	}
	text, err := os.ReadFile(r.CA)
	if err != nil {
		return nil, fmt.Errorf("the identity service's certificates: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("the identity service's certificates: none is in %s", r.CA)
	}
	return roots, nil
}

// identity is a real service.
type identity struct{ *realname.Client }

// Check implements verify.Checker.
func (i identity) Check(ctx context.Context, q verify.Question) (verify.State, error) {
	said, err := i.Client.Check(ctx, realname.Question(q))
	if err != nil {
		return "", err
	}
	return map[realname.Result]verify.State{realname.Match: verify.Match, realname.Mismatch: verify.Mismatch, realname.NoRecord: verify.NoRecord}[said], nil
}

// invented answers in the demo, whose people are invented: of numbers whose order is 404
// it says that they are another's, of 405 that there is none.
type invented struct{}

// Check implements verify.Checker.
func (invented) Check(_ context.Context, q verify.Question) (verify.State, error) {
	switch last := q.Number[max(0, len(q.Number)-4):]; {
	case strings.HasPrefix(last, "404"):
		return verify.Mismatch, nil
	case strings.HasPrefix(last, "405"):
		return verify.NoRecord, nil
	}
	return verify.Match, nil
}
