package sms

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/fault"
	"nuanxin/internal/outbound"
)

var (
	_ Sender = (*Gateway)(nil)
	_ Sender = (*Log)(nil)
)

const phone, words = "13800001111", "您的验证码是 402913，\"五分钟\"内有效。&<>"

func message(id string) Message {
	return Message{ID: id, To: phone, Text: words, Kind: Code, Params: map[string]string{"code": "402913"}}
}

// provider is a small true provider on this machine.
type provider struct {
	*httptest.Server
	count  atomic.Int64
	mu     sync.Mutex
	got    []*http.Request
	bodies []string
}

func (p *provider) requests() int { return int(p.count.Load()) }

func newProvider(t *testing.T, answer http.HandlerFunc) *provider {
	p := &provider{}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.count.Add(1)
		raw, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.got, p.bodies = append(p.got, r), append(p.bodies, string(raw))
		p.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// conf lets a gateway reach the provider, which no configuration does by default.
func (p *provider) conf() Config {
	u, _ := url.Parse(p.URL)
	port, _ := strconv.Atoi(u.Port())
	return Config{
		URL: p.URL + "/send?key=TOPSECRET", Body: `{"mobile":"{to}","content":"{text}","ref":"{id}","n":1.50}`,
		Ports: []int{port}, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
}

// gateway stands still in time and notes the pauses instead of waiting.
func gateway(t *testing.T, p *provider, c Config) (*Gateway, *[]time.Duration) {
	t.Helper()
	var pauses []time.Duration
	roots := x509.NewCertPool()
	roots.AddCert(p.Certificate())
	g, err := NewGateway(c, Ground{
		Clock:  clock.At(time.Unix(1_770_000_000, 0)),
		Chance: func() float64 { return 0.5 },
		Roots:  roots,
		Sleep: func(ctx context.Context, d time.Duration) error {
			pauses = append(pauses, d)
			return ctx.Err()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g, &pauses
}

func status(codes ...int) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, _ *http.Request) {
		i := min(int(n.Add(1)), len(codes))
		w.WriteHeader(codes[i-1])
	}
}

func TestGatewaySpeaksAsConfigured(t *testing.T) {
	p := newProvider(t, status(200))
	c := p.conf()
	c.Secret, c.Headers = "s3cret", map[string]string{"Authorization": "Bearer abc"}
	g, _ := gateway(t, p, c)
	if err := g.Send(context.Background(), message("m1")); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(p.bodies[0]), &got); err != nil {
		t.Fatal(err)
	}
	if got["mobile"] != phone || got["content"] != words || got["ref"] != "m1" || !strings.Contains(p.bodies[0], "1.50") {
		t.Errorf("got %s", p.bodies[0])
	}
	h := p.got[0].Header
	want := signature("s3cret", "1770000000", "m1", []byte(p.bodies[0]))
	if h.Get("X-Signature") != want || h.Get("X-Timestamp") != "1770000000" || len(want) != 64 {
		t.Errorf("signature: got %q at %q, want %q", h.Get("X-Signature"), h.Get("X-Timestamp"), want)
	}
	if h.Get("Idempotency-Key") != "m1" || h.Get("Authorization") != "Bearer abc" || h.Get("Accept-Encoding") != "" {
		t.Errorf("headers: got %v", h)
	}
}

func TestGatewayFormAndTemplates(t *testing.T) {
	p := newProvider(t, status(200))
	c := p.conf()
	c.Format, c.Body = "form", "to=%2B86{to}&tpl={template}&args={param.code}&text={text}&at={time}"
	c.Templates = map[Kind]string{Code: "SMS_1"}
	g, _ := gateway(t, p, c)
	if err := g.Send(context.Background(), message("m1")); err != nil {
		t.Fatal(err)
	}
	got, err := url.ParseQuery(p.bodies[0])
	if err != nil || got.Get("to") != "+86"+phone || got.Get("tpl") != "SMS_1" || got.Get("args") != "402913" || got.Get("text") != words {
		t.Errorf("got %s, %v", p.bodies[0], err)
	}
	bare := message("m2")
	bare.Params = nil
	if err := g.Send(context.Background(), bare); err == nil || p.requests() != 1 {
		t.Errorf("without the parameter: got %v and %d requests, want a fault and 1", err, p.requests())
	}
}

func TestGatewayTriesAgain(t *testing.T) {
	proves.That(t, "toxiproxy")
	ms := time.Millisecond
	for _, c := range []struct {
		about  string
		codes  []int
		tries  int
		kind   fault.Kind
		ok     bool
		pauses []time.Duration
	}{
		{"taken at once", []int{202}, 3, 0, true, nil},
		{"a server error passes", []int{503, 500, 200}, 3, 0, true, []time.Duration{500 * ms, 1000 * ms}},
		{"it does not pass, and the pause stops growing", []int{500}, 7, fault.Busy, false,
			[]time.Duration{500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 8000 * ms}},
		{"a refusal is final", []int{400, 200}, 3, fault.Internal, false, nil},
		{"a forbidden key is final", []int{403, 200}, 3, fault.Internal, false, nil},
		{"too many at once is not tried here", []int{429, 200}, 3, fault.Busy, false, nil},
		{"a redirect is not followed", []int{302, 200}, 3, fault.Internal, false, nil},
	} {
		p := newProvider(t, status(c.codes...))
		conf := p.conf()
		conf.Tries = c.tries
		g, pauses := gateway(t, p, conf)
		err := g.Send(context.Background(), message("m1"))
		if (err == nil) != c.ok || err != nil && fault.KindOf(err) != c.kind {
			t.Errorf("%s: got %v", c.about, err)
		}
		if p.requests() != len(c.pauses)+1 || len(*pauses) != len(c.pauses) {
			t.Errorf("%s: got %d requests and pauses %v, want pauses %v", c.about, p.requests(), *pauses, c.pauses)
			continue
		}
		for i := range c.pauses {
			if (*pauses)[i] != c.pauses[i] {
				t.Errorf("%s: got pauses %v, want %v", c.about, *pauses, c.pauses)
			}
		}
		if err != nil && (strings.Contains(err.Error(), phone) || strings.Contains(err.Error(), "TOPSECRET") || strings.Contains(err.Error(), "402913")) {
			t.Errorf("%s: the fault tells a secret: %v", c.about, err)
		}
	}
}

func TestGatewayJitter(t *testing.T) {
	g := &Gateway{}
	for _, c := range []struct{ chance, want float64 }{{0, 0.25}, {0.999, 0.7495}} {
		g.ground.Chance = func() float64 { return c.chance }
		if got := g.pause(1).Seconds(); got < c.want-1e-6 || got > c.want+1e-6 {
			t.Errorf("chance %v: got %v s, want %v s", c.chance, got, c.want)
		}
	}
}

func TestGatewayHostileAnswers(t *testing.T) {
	proves.That(t, "toxiproxy")
	endless := func(w http.ResponseWriter, r *http.Request) {
		for chunk := make([]byte, 32<<10); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	never := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	cut := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	for _, c := range []struct {
		about    string
		answer   http.HandlerFunc
		success  string
		requests int
		kind     fault.Kind
		ok       bool
	}{
		{"it never answers", never, "", 2, fault.Busy, false},
		{"it hangs up", cut, "", 2, fault.Busy, false},
		{"it never stops", endless, "OK", 1, fault.Internal, false},
		{"it says 200 and means no", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"code":"E7"}`)) }, `"code":"OK"`, 1, fault.Internal, false},
		{"it says so", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"code":"OK"}`)) }, `"code":"OK"`, 1, 0, true},
	} {
		p := newProvider(t, c.answer)
		p.Config.ErrorLog = nil
		conf := p.conf()
		conf.Success, conf.Tries, conf.Timeout = c.success, 2, 5*time.Second
		if c.about == "it never answers" {
			conf.Timeout = 50 * time.Millisecond
		}
		g, _ := gateway(t, p, conf)
		err := g.Send(context.Background(), message("m1"))
		if (err == nil) != c.ok || err != nil && fault.KindOf(err) != c.kind || p.requests() != c.requests {
			t.Errorf("%s: got %v after %d requests", c.about, err, p.requests())
		}
		p.CloseClientConnections()
	}
}

func TestGatewaySendsAnIDOnce(t *testing.T) {
	p := newProvider(t, status(500, 200))
	conf := p.conf()
	conf.Tries = 1
	g, _ := gateway(t, p, conf)
	if err := g.Send(context.Background(), message("m1")); err == nil {
		t.Error("the first: got no fault")
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if err := g.Send(context.Background(), message("m1")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if p.requests() != 2 {
		t.Errorf("got %d requests, want 2: one that failed and one that went out", p.requests())
	}
	for i := range Remembered + 5 {
		_ = g.once.do(context.Background(), strconv.Itoa(i), func() error { return nil })
	}
	if len(g.once.done) != Remembered || g.once.isDone("m1") {
		t.Errorf("got %d ids in mind, want %d and the oldest forgotten", len(g.once.done), Remembered)
	}
}

func TestGatewayStopsWithItsContext(t *testing.T) {
	p := newProvider(t, status(500))
	g, _ := gateway(t, p, p.conf())
	ctx, cancel := context.WithCancel(context.Background())
	g.ground.Sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if err := g.Send(ctx, message("m1")); !errors.Is(err, context.Canceled) || p.requests() != 1 {
		t.Errorf("got %v after %d requests, want the end after 1", err, p.requests())
	}
}

func TestGatewayDoesNotReachThisMachine(t *testing.T) {
	proves.That(t, "egress-allowlist")
	p := newProvider(t, status(200))
	conf := p.conf()
	conf.Allow = nil
	if _, err := NewGateway(conf, Ground{}); err == nil {
		t.Error("by address: got no fault at start")
	}
	conf.URL = strings.Replace(conf.URL, "127.0.0.1", "localhost", 1)
	g, pauses := gateway(t, p, conf)
	if err := g.Send(context.Background(), message("m1")); !errors.Is(err, outbound.ErrRefused) || p.requests()+len(*pauses) != 0 {
		t.Errorf("by name: got %v, %d requests, %d pauses, want it refused at once", err, p.requests(), len(*pauses))
	}
}

func TestGatewayConfigurationIsChecked(t *testing.T) {
	proves.That(t, "tls-outbound")
	good := Config{URL: "https://sms.example.com/send", Body: `{"to":"{to}"}`}
	if _, err := NewGateway(good, Ground{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		about  string
		change func(*Config)
	}{
		{"a body that is no JSON", func(c *Config) { c.Body = "{to}" }},
		{"a placeholder nobody knows", func(c *Config) { c.Body = `{"to":"{phone}"}` }},
		{"a format nobody knows", func(c *Config) { c.Format = "xml" }},
		{"plain HTTP", func(c *Config) { c.URL = "http://sms.example.com" }},
		{"a port that is not for this", func(c *Config) { c.URL = "https://sms.example.com:22" }},
		{"a password in the URL", func(c *Config) { c.URL = "https://a:b@sms.example.com" }},
	} {
		conf := good
		c.change(&conf)
		if _, err := NewGateway(conf, Ground{}); err == nil {
			t.Errorf("%s: got no fault", c.about)
		}
	}
}

func TestLog(t *testing.T) {
	fake := clock.At(time.Unix(1_770_000_000, 0))
	l := NewLog(fake, 3)
	for i := range 5 {
		m := message(strconv.Itoa(i))
		if i == 4 {
			m.To = "13900002222"
		}
		if err := l.Send(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		fake.Move(time.Minute)
	}
	_ = l.Send(context.Background(), message("3")) // again: nothing
	mine := l.To(phone)
	if len(mine) != 2 || mine[0].ID != "3" || mine[1].ID != "2" || mine[0].At.Unix() != 1_770_000_180 {
		t.Errorf("got %v, want messages 3 and 2", mine)
	}
	if all := l.To(""); len(all) != 3 {
		t.Errorf("got %d in all, want the last 3", len(all))
	}
	if err := l.Send(context.Background(), Message{ID: "x"}); err == nil {
		t.Error("a message to nobody: got no fault")
	}
}
