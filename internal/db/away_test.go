package db_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/db/dbtest"
)

// wire carries connections to a server until it is cut.
type wire struct {
	t    *testing.T
	to   string
	at   string // its own address, the same after a cut
	mu   sync.Mutex
	open []io.Closer
}

func (w *wire) lay() {
	w.t.Helper()
	l, err := new(net.ListenConfig).Listen(w.t.Context(), "tcp", w.at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.at = l.Addr().String()
	w.keep(l)
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := new(net.Dialer).Dial("tcp", w.to)
			if err != nil {
				_ = in.Close()
				continue
			}
			w.keep(in)
			w.keep(out)
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
}

func (w *wire) keep(c io.Closer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = append(w.open, c)
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		_ = c.Close() // some have ended by themselves
	}
	w.open = nil
}

// While the server is away a transaction says that it may be tried again, and does so when
// the server, or one in its place, is back.
func TestServerAway(t *testing.T) {
	u, err := url.Parse(dbtest.PostgresURL(t, clock.At(noon), nil))
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, to: u.Host, at: "127.0.0.1:0"}
	w.lay()
	t.Cleanup(w.cut)
	u.Host = w.at
	d, err := db.Open(t.Context(), db.Config{URL: u.String(), Clock: clock.At(noon)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	nothing := func(*db.Tx) error { return nil }
	if err := d.View(t.Context(), nothing); err != nil {
		t.Fatal(err)
	}
	w.cut()
	for name, try := range map[string]func() error{"update": func() error { return d.Update(t.Context(), nothing) }, "view": func() error { return d.View(t.Context(), nothing) }} {
		if err := try(); !errors.Is(err, db.ErrBusy) {
			t.Errorf("%s while the server is away: got %v, want ErrBusy", name, err)
		}
	}
	w.lay()
	if err := errors.Join(d.Update(t.Context(), nothing), d.View(t.Context(), nothing)); err != nil {
		t.Errorf("after it is back: %v", err)
	}
}
