package main_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"nuanxin/internal/evidence/proves"
)

var killFor = flag.Duration("kill-for", time.Minute, "how long the load lasts that is killed again and again; -short leaves it out")

// workers is how many clients work at once.
const workers = 64

// TestKill: 64 clients use the program over HTTP for a minute, as workers, as
// programs that follow the stations and as a cadre, and meanwhile it is killed
// with SIGKILL at random moments, also while it starts. A client that got no
// answer sends the same again. In the end, all that was acknowledged is there
// exactly once, what was not is whole or absent, and check finds nothing.
func TestKill(t *testing.T) {
	proves.That(t, "crash-atomic")
	if testing.Short() {
		t.Skip("left out with -short: takes a minute; -kill-for sets another time")
	}
	t.Parallel()
	where := sqlite(t)
	c := found(t, where)
	l := newLoad(t, c)
	c.stop(t)
	var at checked
	mustJSON(t, &at, with([]string{"check", "--json"}, where...)...)

	over := make(chan struct{})
	var clients sync.WaitGroup
	for n := range workers {
		clients.Go(func() { l.work(n, over) })
	}
	kills := killAgain(t, l, where)
	close(over)
	l.wake()
	clients.Wait()

	last := start(t, serveFlags(where)...)
	l.settle(last.URL)
	var report checked
	mustJSON(t, &report, with([]string{"check", "--json"}, where...)...) // exits with 1 on any difference
	if made := report.seen("requests") - at.seen("requests"); made != int64(len(l.requests)) {
		t.Errorf("the database holds %d new requests, want the %d that were acknowledged or told as done", made, len(l.requests))
	}
	t.Logf("%d kills in %s; %v; %d were without an answer, of which %d had been done", kills, *killFor, l.count, l.open, l.late)
	for _, wrong := range l.wrong[:min(len(l.wrong), 20)] {
		t.Error(wrong)
	}
	if n := len(l.wrong); n > 20 {
		t.Errorf("and %d faults more", n-20)
	}
	if kills < int(*killFor/(15*time.Second)) || len(l.requests) < 5*kills || l.open == 0 {
		t.Error("the kills do not hit the work: nothing is proven")
	}
}

// killAgain starts the program and kills it, again and again.
func killAgain(t *testing.T, l *load, where []string) (kills int) {
	t.Helper()
	end := time.NewTimer(*killFor)
	defer end.Stop()
	for {
		if rand.IntN(4) == 0 { // while it starts
			cmd := command(with(serveFlags(where), "--addr", "127.0.0.1:0")...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-time.After(rand.N(200 * time.Millisecond))
			_ = cmd.Process.Kill() // it may have ended by itself; then the next start tells why
			_ = cmd.Wait()         // killed
			kills++
		}
		s, err := launch(serveFlags(where)...)
		if err != nil {
			t.Fatalf("after %d kills: %v", kills, err)
		}
		l.moved(s.URL)
		over := false
		select {
		case <-time.After(rand.N(5 * time.Second)):
		case <-end.C:
			over = true
		}
		s.kill()
		l.moved("")
		kills++
		if strings.Contains(s.said(), "panic") {
			t.Errorf("it said: %s", s.said())
		}
		if over {
			return kills
		}
	}
}

// load is what all clients share: where the program is, and a book, kept outside
// it, of what was acknowledged.
type load struct {
	cadre    map[string]string // the cookies of one sign-in, from before the first kill
	stations []string          // their codes

	mu       sync.Mutex
	url      string        // empty while nothing serves
	change   chan struct{} // closed when url changes
	requests []*entry
	acks     []deed
	pending  []deed // sent, and not answered
	count    map[string]int
	open     int // how often no answer came
	late     int // of those still open in the end: how many had been done
	wrong    []string
}

// entry is one request as its worker knows it.
type entry struct {
	id, number, secret, words string

	mu   sync.Mutex
	said map[string]bool // words that must stand in its timeline, once each
}

// deed is one write: what was sent, by which it can be sent again.
type deed struct {
	kind  string // capture, report, add, tell
	key   string // its client-made id
	words string
	at    string // of a report: the station
	to    *entry // of add and tell; of the others, what came of it
}

func newLoad(t *testing.T, c *county) *load {
	var list stationsOut
	c.client().getJSON(t, api+"/stations/nearest?lat=31.46&lng=104.74", &list)
	l := &load{cadre: c.cadre.cookies, change: make(chan struct{}), count: map[string]int{}}
	for _, s := range list.Stations {
		l.stations = append(l.stations, s.Code)
	}
	return l
}

// moved says where the program is from now on.
func (l *load) moved(url string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.url = url
	close(l.change)
	l.change = make(chan struct{})
}

// wake lets everybody look whether it is over.
func (l *load) wake() { l.moved("") }

// where waits until the program serves; it returns "" when all is over.
func (l *load) where(over <-chan struct{}) string {
	for {
		l.mu.Lock()
		url, change := l.url, l.change
		l.mu.Unlock()
		select {
		case <-over:
			return ""
		default:
		}
		if url != "" {
			return url
		}
		select {
		case <-over:
			return ""
		case <-change:
		}
	}
}

func (l *load) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
}

func (l *load) tally(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count[what]++
}

// some is a request that was acknowledged, nil before the first.
func (l *load) some(rng *rand.Rand) *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.requests) == 0 {
		return nil
	}
	return l.requests[rng.IntN(len(l.requests))]
}

// takePending takes a write that was not answered, for sending it again.
func (l *load) takePending(rng *rand.Rand) (d deed, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) == 0 {
		return d, false
	}
	i := rng.IntN(len(l.pending))
	d = l.pending[i]
	l.pending[i] = l.pending[len(l.pending)-1]
	l.pending = l.pending[:len(l.pending)-1]
	return d, true
}

func (l *load) someAck(rng *rand.Rand) (d deed, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.acks) == 0 {
		return d, false
	}
	return l.acks[rng.IntN(len(l.acks))], true
}

// acknowledge books what was answered: fresh is the request that came of it.
func (l *load) acknowledge(d deed, fresh *entry) {
	if d.to != nil {
		d.to.mu.Lock()
		d.to.said[d.words] = true
		d.to.mu.Unlock()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count[d.kind]++
	if fresh != nil {
		d.to = fresh
		l.requests = append(l.requests, fresh)
	}
	l.acks = append(l.acks, d)
}

func (l *load) unanswered(d deed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open++
	l.pending = append(l.pending, d)
}
