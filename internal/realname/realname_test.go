package realname_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/realname"
	"nuanxin/internal/realname/realnametest"
)

const name, number = "马建国", "110101199003070134"

func conf(s *realnametest.Service) realname.Config {
	u, _ := url.Parse(s.URL)
	port, _ := strconv.Atoi(u.Port())
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return realname.Config{URL: s.URL + "/check", App: realnametest.App, Key: realnametest.Key, Hash: s.Hash, Ports: []int{port}, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots, Clock: s.Clock}
}

func client(t *testing.T, s *realnametest.Service) *realname.Client {
	t.Helper()
	c, err := realname.New(conf(s))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func service(t *testing.T) *realnametest.Service {
	t.Helper()
	return realnametest.New(t, clock.At(time.Unix(1_796_000_000, 0)), map[string]string{number: name})
}

func TestCheck(t *testing.T) {
	for _, sum := range []string{"", "sha256", "sm3"} {
		s := service(t)
		s.Hash = sum
		c := client(t, s)
		for _, q := range []struct {
			tells        string
			name, number string
			want         realname.Result
		}{
			{"the number is the name's", name, number, realname.Match},
			{"the number is another's", "马建囯", number, realname.Mismatch},
			{"nobody has the number", name, "110101199003070142", realname.NoRecord},
		} {
			got, err := c.Check(t.Context(), realname.Question{ID: "q-1", Name: q.name, Number: q.number})
			if got != q.want || err != nil {
				t.Errorf("%q: %s: got %q, %v", sum, q.tells, got, err)
			}
		}
		if asked, bad := s.Asked(); len(asked) != 3 || bad != 0 {
			t.Errorf("%q: %d questions were signed, %d not", sum, len(asked), bad)
		}
		for _, u := range s.URLs() {
			if u != "/check" {
				t.Errorf("asked at %s", u)
			}
		}
	}
}

// What a service says that is down, lies or babbles is no answer, and no fault names
// the person.
func TestNoAnswer(t *testing.T) {
	s := service(t)
	c := client(t, s)
	for mood, want := range map[realnametest.Mood]error{
		realnametest.Down: realname.ErrDown, realnametest.Closed: realname.ErrRefused, realnametest.Long: realname.ErrDown,
		realnametest.Unsigned: realname.ErrAnswer, realnametest.Other: realname.ErrAnswer, realnametest.Old: realname.ErrAnswer, realnametest.Babble: realname.ErrAnswer,
	} {
		s.Be(mood)
		got, err := c.Check(t.Context(), realname.Question{ID: "q-1", Name: name, Number: number})
		if got != "" || !errors.Is(err, want) {
			t.Errorf("%s: got %q, %v", mood, got, err)
		}
		if err != nil && (strings.Contains(err.Error(), name) || strings.Contains(err.Error(), number) || strings.Contains(err.Error(), s.URL)) {
			t.Errorf("%s: the fault names the person or the address: %v", mood, err)
		}
	}
	s.Close()
	if _, err := c.Check(t.Context(), realname.Question{ID: "q-1", Name: name, Number: number}); !errors.Is(err, realname.ErrDown) || strings.Contains(err.Error(), number) {
		t.Errorf("a service that is gone: got %v", err)
	}
}

func TestSlow(t *testing.T) {
	s := service(t)
	s.Be(realnametest.Slow)
	conf := conf(s)
	conf.Timeout = 50 * time.Millisecond
	c, err := realname.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Check(t.Context(), realname.Question{ID: "q-1", Name: name, Number: number}); got != "" || !errors.Is(err, realname.ErrDown) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %q, %v", got, err)
	}
}

// A service inside the house is asked only where its network is named; a wrong
// certificate is a refusal.
func TestWhere(t *testing.T) {
	s := service(t)
	for tells, spoil := range map[string]func(*realname.Config){
		"a private network that nobody named": func(c *realname.Config) { c.Allow = nil },
		"a certificate of nobody's":           func(c *realname.Config) { c.Roots = x509.NewCertPool() },
	} {
		conf := conf(s)
		spoil(&conf)
		c, err := realname.New(conf)
		if err == nil {
			_, err = c.Check(t.Context(), realname.Question{ID: "q-1", Name: name, Number: number})
		}
		if err == nil {
			t.Errorf("%s: it was asked", tells)
		}
	}
	if asked, _ := s.Asked(); len(asked) != 0 {
		t.Errorf("it was asked: %d", len(asked))
	}
}

func TestConfig(t *testing.T) {
	good := realname.Config{URL: "https://id.example.org/check", App: "a", Key: "0123456789abcdef"}
	if _, err := realname.New(good); err != nil {
		t.Fatal(err)
	}
	for tells, spoil := range map[string]func(*realname.Config){
		"not https": func(c *realname.Config) { c.URL = "http://id.example.org/check" }, "no address": func(c *realname.Config) { c.URL = "" },
		"a short key": func(c *realname.Config) { c.Key = "short" }, "a hash that there is not": func(c *realname.Config) { c.Hash = "md5" },
		"nobody asks": func(c *realname.Config) { c.App = "" }, "an address of this machine": func(c *realname.Config) { c.URL = "https://127.0.0.1/check" },
	} {
		c := good
		spoil(&c)
		if _, err := realname.New(c); err == nil {
			t.Errorf("%s: it was taken", tells)
		}
	}
}
