package sms

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/fault"
	"nuanxin/internal/outbound"
)

const (
	firstWait = 500 * time.Millisecond
	longWait  = 8 * time.Second
)

// Config describes a provider.
type Config struct {
	URL       string
	Method    string // empty: POST
	Headers   map[string]string
	Format    string          // of the body: "json" (also when empty) or "form"
	Body      string          // template, see the package's text
	Templates map[Kind]string // what {template} stands for
	Success   string          // what an answer with status 2xx must contain; empty: the status is enough

	Secret     string // of the signature; empty: none
	SignHeader string // empty: X-Signature
	TimeHeader string // empty: X-Timestamp

	Timeout time.Duration  // of one try; 0: as in [outbound.Rule]
	Tries   int            // 0: 3
	Ports   []int          // empty: as there
	Allow   []netip.Prefix // special networks that the provider may be in, for one inside the house
}

// Ground is what a gateway stands on. Its zero value is the real world.
type Ground struct {
	Clock  clock.Clock
	Sleep  func(ctx context.Context, d time.Duration) error
	Chance func() float64 // 0 ≤ x < 1, for the jitter
	Roots  *x509.CertPool // nil: the machine's own
}

// Gateway sends messages through a provider's HTTPS interface.
type Gateway struct {
	conf   Config
	ground Ground
	url    *url.URL
	body   *body
	client *outbound.Client
	once   once
}

// NewGateway returns a gateway, or what is wrong with its configuration.
func NewGateway(c Config, g Ground) (*Gateway, error) {
	const op = "sms.gateway"
	c, g = c.filled(), g.filled()
	client := outbound.New(outbound.Rule{Timeout: c.Timeout, Ports: c.Ports, Allow: c.Allow, Roots: g.Roots})
	target, err := client.Target(c.URL)
	if err != nil {
		return nil, fault.Wrap(op, fmt.Errorf("the gateway: %w", err))
	}
	b, err := newBody(c.Format, c.Body, c.Templates)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	return &Gateway{conf: c, ground: g, url: target, body: b, client: client}, nil
}

func (c Config) filled() Config {
	or := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	or(&c.Method, http.MethodPost)
	or(&c.Format, "json")
	or(&c.SignHeader, "X-Signature")
	or(&c.TimeHeader, "X-Timestamp")
	if c.Tries <= 0 {
		c.Tries = 3
	}
	return c
}

func (g Ground) filled() Ground {
	if g.Clock == nil {
		g.Clock = clock.System
	}
	if g.Sleep == nil {
		g.Sleep = sleep
	}
	if g.Chance == nil {
		g.Chance = rand.Float64
	}
	return g
}

// sleep waits, or returns early when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Send implements [Sender].
func (g *Gateway) Send(ctx context.Context, m Message) error {
	const op = "sms.send"
	if err := m.complete(); err != nil {
		return fault.Wrap(op, err)
	}
	return fault.Wrap(op, g.once.do(ctx, m.ID, func() error { return g.send(ctx, m) }))
}

// errPassing marks a failure that may be over the next time.
var errPassing = errors.New("the gateway could not take it now")

// send tries until it went out, was refused, or the tries are used up.
func (g *Gateway) send(ctx context.Context, m Message) error {
	const op = "sms.send"
	var err error
	for try := range g.conf.Tries {
		if try > 0 {
			if stop := g.ground.Sleep(ctx, g.pause(try)); stop != nil {
				return fault.New(op, fault.Busy, "sms.busy").Because(errors.Join(err, stop))
			}
		}
		if err = g.try(ctx, m); !errors.Is(err, errPassing) {
			return err
		}
	}
	return fault.New(op, fault.Busy, "sms.busy").Because(err)
}

// pause doubles with each try and is then drawn from the half to the one and a
// half of it, so that many senders do not come back together.
func (g *Gateway) pause(try int) time.Duration {
	d := min(firstWait<<min(try-1, 10), longWait)
	return time.Duration(float64(d) * (0.5 + g.ground.Chance()))
}

func (g *Gateway) try(ctx context.Context, m Message) error {
	r, err := g.request(ctx, m)
	if err != nil {
		return err
	}
	answer, err := g.client.Do(r)
	switch {
	case outbound.Final(err):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", errPassing, err)
	}
	return g.judge(answer)
}

// judge tells from the answer whether the message went out. The text itself is
// kept out of faults: providers repeat numbers in it.
func (g *Gateway) judge(a *outbound.Answer) error {
	switch status := a.Status; {
	case status >= 500:
		return fmt.Errorf("%w: status %d", errPassing, status)
	case status == http.StatusTooManyRequests:
		return fault.New("sms.send", fault.Busy, "sms.busy").Because(errors.New("status 429"))
	case status < 200 || status > 299:
		return fmt.Errorf("the gateway refuses: status %d", status)
	case g.conf.Success == "":
		return nil // whatever follows, it was taken
	case a.Broken != nil && !errors.Is(a.Broken, outbound.ErrLong):
		return fmt.Errorf("%w: %w", errPassing, a.Broken)
	case !bytes.Contains(a.Body, []byte(g.conf.Success)):
		return errors.New("the gateway refuses: its answer lacks the sign of success")
	}
	return nil
}

func (g *Gateway) request(ctx context.Context, m Message) (*http.Request, error) {
	now := strconv.FormatInt(g.ground.Clock.Now().Unix(), 10)
	payload, err := g.body.fill(m, now)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, g.conf.Method, g.url.String(), bytes.NewReader(payload))
	if err != nil {
		return nil, errors.New("the request cannot be made; look at method and headers")
	}
	r.Header.Set("Content-Type", g.body.mediaType())
	r.Header.Set("Idempotency-Key", m.ID)
	r.Header.Set("User-Agent", "nuanxin")
	for k, v := range g.conf.Headers {
		r.Header.Set(k, v)
	}
	if g.conf.Secret != "" {
		r.Header.Set(g.conf.TimeHeader, now)
		r.Header.Set(g.conf.SignHeader, signature(g.conf.Secret, now, m.ID, payload))
	}
	return r, nil
}

func signature(secret, now, id string, payload []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(now + "\n" + id + "\n"))
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil))
}
