// Package realname asks a government's identity service whether a name and an identity
// number belong to one person (实名核验). The service says yes, no or that it knows no
// such number; it says nothing else, and nothing of what it says is kept but that.
//
// # Promises
//
//   - Name and number leave in the body of one POST over TLS, and stand in no address,
//     header, log or fault.
//   - Question and answer are signed. An answer that is not signed with the shared key,
//     belongs to another question, is older than [fresh] or says what the protocol does
//     not know is none ([ErrAnswer]): nobody is held to be somebody, or not to be, by it.
//   - It goes out by [outbound.Client] alone, with what that promises, and asks once;
//     whoever asks decides when to ask again. The same question has the same id, so that
//     a service which counts may count it once.
//
// # Protocol
//
// There is no national standard for this: the services of provinces (政务服务平台, 公安人口库
// 比对) differ in fields, signatures and networks, and most are reached through a province's
// own exchange. What is spoken here is this program's own protocol, nuanxin-realname/1, which a
// small relay beside the province's exchange can speak; docs/operator.md tells how.
//
//	POST URL
//	Content-Type: application/json
//	X-Protocol: nuanxin-realname/1
//	X-App: who asks          X-Time: Unix seconds
//	X-Signature: hex HMAC(key, "ask\n" app "\n" time "\n" body)
//
//	{"id": "…", "name": "…", "number": "…"}
//
//	200, X-Time and X-Signature: hex HMAC(key, "answer\n" app "\n" time "\n" body)
//	{"id": "the same", "result": "match" | "mismatch" | "no_record"}
//
// The HMAC is of SHA-256, or of SM3 (GB/T 32905) where [Config.Hash] says so.
package realname

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"nuanxin/internal/clock"
	"nuanxin/internal/outbound"
)

// Result is what the service says.
type Result string

// The results.
const (
	Match    Result = "match"     // the number is the name's
	Mismatch Result = "mismatch"  // the number is somebody else's
	NoRecord Result = "no_record" // the service knows no such number
)

// Question is what the service is asked.
type Question struct {
	ID     string // the same for the same question
	Name   string
	Number string
}

var (
	// ErrDown says that there is no answer, which may be over the next time.
	ErrDown = errors.New("the identity service does not answer")
	// ErrRefused says that the service does not take our questions, until somebody
	// changes something: the key, the address, its certificate.
	ErrRefused = errors.New("the identity service refuses")
	// ErrAnswer says that what came back is no answer to our question.
	ErrAnswer = errors.New("the identity service's answer does not hold")
)

const (
	protocol = "nuanxin-realname/1"
	fresh    = 5 * time.Minute // how far the clocks may be apart
	minKey   = 16              // bytes
)

// Hashes are what the signature may be made with.
var hashes = map[string]func() hash.Hash{"": sha256.New, "sha256": sha256.New, "sm3": sm3.New}

// Config describes a service.
type Config struct {
	URL  string
	App  string // who asks, as the service knows us
	Key  string // of the signatures
	Hash string // of the signatures: "sha256" (also when empty) or "sm3"

	Timeout time.Duration  // 0: as in [outbound.Rule]
	Ports   []int          // empty: as there
	Allow   []netip.Prefix // special networks that the service may be in, such as a government's
	Roots   *x509.CertPool // nil: the machine's own
	Clock   clock.Clock    // nil: the machine's
}

// Client asks a service. It may be used by many at once.
type Client struct {
	conf Config
	out  *outbound.Client
}

// New returns a client, or what is wrong with its configuration.
func New(c Config) (*Client, error) {
	if c.Clock == nil {
		c.Clock = clock.System
	}
	out := outbound.New(outbound.Rule{Timeout: c.Timeout, Ports: c.Ports, Allow: c.Allow, Roots: c.Roots, MaxBody: 4 << 10})
	switch _, err := out.Target(c.URL); {
	case err != nil:
		return nil, fmt.Errorf("the identity service: %w", err)
	case hashes[c.Hash] == nil:
		return nil, errors.New("the identity service: the hash is sha256 or sm3")
	case len(c.Key) < minKey:
		return nil, fmt.Errorf("the identity service: the key needs %d bytes", minKey)
	case c.App == "":
		return nil, errors.New("the identity service: it needs the name by which it knows us")
	}
	return &Client{c, out}, nil
}

// Check asks about one person. An error says that nothing was checked.
func (c *Client) Check(ctx context.Context, q Question) (Result, error) {
	body, err := json.Marshal(map[string]string{"id": q.ID, "name": q.Name, "number": q.Number})
	if err != nil {
		return "", errors.New("the question cannot be written")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.conf.URL, bytes.NewReader(body))
	if err != nil {
		return "", ErrRefused
	}
	at := strconv.FormatInt(c.conf.Clock.Now().Unix(), 10)
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "nuanxin", "X-Protocol": protocol,
		"X-App": c.conf.App, "X-Time": at, "X-Signature": c.conf.sign("ask", at, body),
	} {
		r.Header.Set(name, value)
	}
	a, err := c.out.Do(r)
	switch {
	case outbound.Final(err):
		return "", fmt.Errorf("%w: %w", ErrRefused, err)
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrDown, err)
	case a.Status >= 400 && a.Status < 500 && a.Status != http.StatusTooManyRequests && a.Status != http.StatusRequestTimeout:
		return "", fmt.Errorf("%w: status %d", ErrRefused, a.Status)
	case a.Status != http.StatusOK || a.Broken != nil:
		return "", fmt.Errorf("%w: status %d", ErrDown, a.Status)
	}
	return c.judge(q, a)
}

// judge reads an answer. What it holds is kept out of faults: services repeat names.
func (c *Client) judge(q Question, a *outbound.Answer) (Result, error) {
	at := a.Header.Get("X-Time")
	said, err := hex.DecodeString(a.Header.Get("X-Signature"))
	mine, _ := hex.DecodeString(c.conf.sign("answer", at, a.Body))
	if err != nil || !hmac.Equal(said, mine) {
		return "", fmt.Errorf("%w: it is not signed by the key", ErrAnswer)
	}
	if sec, err := strconv.ParseInt(at, 10, 64); err != nil || c.conf.Clock.Now().Sub(time.Unix(sec, 0)).Abs() > fresh {
		return "", fmt.Errorf("%w: its time is not now", ErrAnswer)
	}
	var answer struct {
		ID     string `json:"id"`
		Result Result `json:"result"`
	}
	if err := json.Unmarshal(a.Body, &answer); err != nil {
		return "", fmt.Errorf("%w: it cannot be read", ErrAnswer)
	}
	switch {
	case answer.ID != q.ID:
		return "", fmt.Errorf("%w: it belongs to another question", ErrAnswer)
	case answer.Result != Match && answer.Result != Mismatch && answer.Result != NoRecord:
		return "", fmt.Errorf("%w: its result is not known", ErrAnswer)
	}
	return answer.Result, nil
}

func (c Config) sign(what, at string, body []byte) string {
	return Sign(c.Hash, c.Key, what, c.App, at, body)
}

// Sign is the signature of a question ("ask") or an answer ("answer"), for both sides.
func Sign(sum, key, what, app, at string, body []byte) string {
	h := hmac.New(hashes[sum], []byte(key))
	h.Write([]byte(what + "\n" + app + "\n" + at + "\n"))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}
