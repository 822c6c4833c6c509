package web_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
	"nuanxin/internal/web"
)

// listening serves the site as the program does, with limits of time that a test
// can wait for, and counts what its handlers were asked.
func listening(t *testing.T) (addr string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	take := route("POST", "/f", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		asked.Add(1)
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return err
		}
		return web.See(w, r, "/")
	}))
	take.BodyLimit = 1000
	slow := take
	slow.Pattern, slow.Patience = "/slow", 100*time.Millisecond
	h := site(take, slow, route("GET", "/p", web.HTML(func(w http.ResponseWriter, r *http.Request) error {
		asked.Add(1)
		return web.Show(w, r, 200, text("page"))
	})))
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := web.Server(l.Addr().String(), h)
	for about, d := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "whole request": s.ReadTimeout, "answer": s.WriteTimeout, "idle": s.IdleTimeout} {
		if d <= 0 || d > 2*time.Minute {
			t.Errorf("the %s may take %v, want a limit", about, d)
		}
	}
	s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout = 300*time.Millisecond, 600*time.Millisecond, 300*time.Millisecond
	go func() { _ = s.Serve(l) }() // until it is closed
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String(), asked
}

// say sends raw bytes and returns the statuses of all that is answered until the
// server hangs up.
func say(t *testing.T, addr string, parts ...string) (answers []int) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if _, err := io.WriteString(c, p); err != nil {
			break // it has hung up already, which is an answer
		}
	}
	for in := bufio.NewReader(c); ; {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				t.Errorf("%.60q: the server still holds the connection", parts[0])
			}
			return answers
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		answers = append(answers, r.StatusCode)
	}
}

// Requests that two servers could read in two ways, and requests without an end,
// are refused or read in one way, and whoever sends them is hung up on.
func TestRawRequests(t *testing.T) {
	proves.That(t, "http-raw-corpus", "http-limits")
	addr, asked := listening(t)
	const head = "POST /f HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
	const smuggled = "GET /p HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range []struct {
		about, sent string
		want        string // statuses of the answers
		handled     int64  // how often a handler may have been asked
	}{
		{"a good one", head + "Content-Length: 3\r\nConnection: close\r\n\r\na=b", "[303]", 1},
		{"two after one another", head + "Content-Length: 3\r\n\r\na=b" + head + "Content-Length: 3\r\nConnection: close\r\n\r\na=b", "[303 303]", 2},
		{"a length and chunks, with a second request in what one of them leaves over", head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, "", 1},
		{"two lengths", head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b" + smuggled, "[400]", 0},
		{"a length of +3", head + "Content-Length: +3\r\n\r\na=b" + smuggled, "[400]", 0},
		{"a negative length", head + "Content-Length: -1\r\n\r\n" + smuggled, "[400]", 0},
		{"another coding of the transfer", head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled, "[501]", 0},
		{"two codings of the transfer", head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled, "", 0},
		{"a chunk's length that is none", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\na=b\r\n0\r\n\r\n" + smuggled, "", 1},
		{"chunks without an end", head + "Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n", "", 1},
		{"chunks over the limit", head + "Transfer-Encoding: chunked\r\n\r\n800\r\n" + strings.Repeat("x", 0x800) + "\r\n0\r\n\r\n", "[413]", 1},
		{"a declared length over the limit", head + "Content-Length: 100000\r\n\r\na=b", "[413]", 0},
		{"a body that never comes", head + "Content-Length: 10\r\n\r\na", "", 1},
		{"a head that never ends", "GET /p HTTP/1.1\r\nHost: x\r\nX-A: ", "", 0},
		{"a huge head", "GET /p HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", "[431]", 0},
		{"very many heads", "GET /p HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-A: b\r\n", 10_000) + "\r\n", "[431]", 0},
		{"a blank before the colon", "GET /p HTTP/1.1\r\nHost: x\r\nX-A : b\r\n\r\n", "[400]", 0},
		{"a NUL in a head", "GET /p HTTP/1.1\r\nHost: x\r\nX-A: b\x00c\r\n\r\n", "[400]", 0},
		{"no host", "GET /p HTTP/1.1\r\n\r\n", "[400]", 0},
		{"two hosts", "GET /p HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "[400]", 0},
		{"a version that is none", "GET /p HTTP/9.9\r\nHost: x\r\n\r\n", "[505]", 0},
		{"no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "[400]", 0},
	} {
		asked.Store(0)
		got := say(t, addr, c.sent)
		if c.want != "" && fmt.Sprint(got) != c.want || c.want == "" && len(got) > 1 || asked.Load() > c.handled {
			t.Errorf("%s: got %v and %d handled, want %s and at most %d", c.about, got, asked.Load(), c.want, c.handled)
		}
		for _, status := range got {
			if c.want == "" && status < 400 && c.handled == 0 {
				t.Errorf("%s: got %d", c.about, status)
			}
		}
	}
}

// A route waits for what is sent no longer than it has patience, which is told, and is
// hung up on; a form that came goes on for as long as its handler needs.
func TestPatience(t *testing.T) {
	proves.That(t, "http-limits")
	addr, _ := listening(t)
	const head = " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 10\r\n\r\n"
	began := time.Now()
	if got := say(t, addr, "POST /slow"+head, "a"); fmt.Sprint(got) != "[408]" || time.Since(began) > 500*time.Millisecond {
		t.Errorf("a body that never comes: got %v after %v, want 408 before the server's own limit", got, time.Since(began))
	}
	if got := say(t, addr, "POST /slow"+head, "a=23456789"); fmt.Sprint(got) != "[303]" {
		t.Errorf("a body that comes: got %v", got)
	}
}

// Every route has a limit on what it may be sent, and for how long.
func TestDefaultLimit(t *testing.T) {
	proves.That(t, "http-limits")
	files := route("POST", "/files", http.NotFoundHandler())
	files.BodyLimit = 10 << 20
	m := web.NewMux([]web.Route{route("POST", "/f", http.NotFoundHandler()), files})
	for i, want := range []struct {
		bytes    int64
		patience time.Duration
	}{{web.DefaultBodyLimit, 20 * time.Second}, {10 << 20, 2 * time.Minute}} {
		if r := m.Routes()[i]; r.BodyLimit != want.bytes || r.Patience != want.patience {
			t.Errorf("%s: got a limit of %d and %v", r.Pattern, r.BodyLimit, r.Patience)
		}
	}
}
