package journey

import (
	"io"
	"net"
	"sync"
	"testing"
)

// wire lies between the browser and the program. It can be cut, as where a
// phone has no signal, and it can lose answers: the program then has heard what
// the phone does not know.
type wire struct {
	listener net.Listener
	to       string

	mu      sync.Mutex
	cut     bool
	deaf    bool
	lost    int // answers that were lost
	passing map[net.Conn]bool
}

// lay lays a wire to the address.
func lay(t *testing.T, to string) *wire {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: to, passing: map[net.Conn]bool{}}
	go w.accept()
	t.Cleanup(func() {
		w.set(true, false)
		_ = l.Close() // nobody is served any more
	})
	return w
}

func (w *wire) url() string {
	_, port, _ := net.SplitHostPort(w.listener.Addr().String()) // it was given by the listener
	return "http://localhost:" + port
}

// set cuts the wire or mends it, and says whether answers get lost. Whatever
// was under way is over.
func (w *wire) set(cut, deaf bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut, w.deaf, w.lost = cut, deaf, 0
	for c := range w.passing {
		_ = c.Close() // that is the point
	}
	clear(w.passing)
}

// losses is how many answers were lost since the last set.
func (w *wire) losses() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}

func (w *wire) accept() {
	for {
		c, err := w.listener.Accept()
		if err != nil {
			return
		}
		go w.pass(c)
	}
}

func (w *wire) pass(c net.Conn) {
	defer c.Close()
	up, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer up.Close()
	if !w.keep(c, up) {
		return
	}
	go func() { _, _ = io.Copy(up, c) }() // ends when either side is closed
	_, _ = io.Copy(answers{w, c}, up)
}

func (w *wire) keep(all ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return false
	}
	for _, c := range all {
		w.passing[c] = true
	}
	return true
}

// answers are what the program says on a wire.
type answers struct {
	*wire
	to net.Conn
}

func (a answers) Write(p []byte) (int, error) {
	a.mu.Lock()
	deaf := a.deaf
	if deaf {
		a.lost++
	}
	a.mu.Unlock()
	if deaf {
		return 0, net.ErrClosed
	}
	return a.to.Write(p)
}
