package main_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"nuanxin/internal/id"
)

// enough is how many requests are made; beyond, clients rather add to them.
const enough = 4000

// work is one client: it does what comes to its mind until it is over.
func (l *load) work(n int, over <-chan struct{}) {
	rng := rand.New(rand.NewPCG(rand.Uint64(), uint64(n)))
	f := &follower{}
	c := newClient("", "")
	for i := 0; ; i++ {
		base := l.where(over)
		if base == "" {
			c.http.CloseIdleConnections()
			return
		}
		c.base, c.cookies = base, map[string]string{}
		c.addr = address(n<<16 | i&0xffff) // many phones, many addresses
		switch dice := rng.IntN(100); {
		case dice < 45:
			l.send(c, l.draw(rng))
		case dice < 50:
			if d, ok := l.someAck(rng); ok {
				l.again(c, d)
			}
		case dice < 60:
			if d, ok := l.someAck(rng); ok {
				l.outcome(c, d)
			}
		case dice < 80:
			if e := l.some(rng); e != nil {
				l.progress(c, e)
			}
		case dice < 90:
			f.pull(l, c)
		default:
			if a, err := c.do("GET", api+"/stations/nearest?services=hot_water&lat=31.46&lng=104.74", ""); err == nil && a.status != http.StatusOK {
				l.fault("nearest: got %d %s", a.status, a.body)
			}
			l.tally("nearest")
		}
	}
}

// draw is the next write: one that was not answered, or a new one.
func (l *load) draw(rng *rand.Rand) deed {
	if rng.IntN(3) == 0 {
		if d, ok := l.takePending(rng); ok {
			return d
		}
	}
	key := id.New[string]()
	d := deed{key: key, words: "示例 " + key}
	to := l.some(rng)
	l.mu.Lock()
	full := len(l.requests) >= enough
	l.mu.Unlock()
	switch dice := rng.IntN(10); {
	case to == nil || dice < 4 && !full:
		d.kind = "capture"
	case dice < 5 && !full:
		d.kind, d.at = "report", l.stations[rng.IntN(len(l.stations))]
	case dice < 8, to.id == "": // the page that took a report tells no id
		d.kind, d.to = "add", to
	default:
		d.kind, d.to = "tell", to
	}
	return d
}

// post sends d, once more or for the first time.
func (l *load) post(c *client, d deed) (answer, error) {
	const form = "application/x-www-form-urlencoded"
	v := url.Values{"req_id": {d.key}, "words": {d.words}}
	switch d.kind {
	case "capture":
		return c.do("POST", api+"/requests", `{"words":"`+d.words+`","place":{"area":"`+area+`"}}`, "Content-Type", "application/json", "Idempotency-Key", d.key)
	case "report":
		v.Set("what", "no_hot_water")
		return c.do("POST", "/stations/"+d.at+"/report", v.Encode(), "Content-Type", form)
	case "add":
		c.cookies = map[string]string{"held": d.to.number + "." + d.to.secret}
		return c.do("POST", "/help/"+d.to.number+"/add", v.Encode(), "Content-Type", form)
	}
	v.Set("kind", "told")
	c.cookies = map[string]string{}
	for name, value := range l.cadre {
		c.cookies[name] = value
	}
	return c.do("POST", "/desk/requests/"+d.to.id+"/say", v.Encode(), "Content-Type", form)
}

// send sends d and books what came of it.
func (l *load) send(c *client, d deed) {
	a, err := l.post(c, d)
	if err != nil || a.status == http.StatusServiceUnavailable {
		l.unanswered(d)
		return
	}
	fresh, err := understood(d, a)
	if err != nil {
		l.fault("%s %s: %v", d.kind, d.key, err)
		return
	}
	l.acknowledge(d, fresh)
}

// understood reads the answer to d: the request that came of it, if one did.
func understood(d deed, a answer) (*entry, error) {
	e := &entry{words: d.words, said: map[string]bool{}}
	switch {
	case d.kind == "capture" && a.status == http.StatusCreated:
		var out created
		err := json.Unmarshal([]byte(a.body), &out)
		e.id, e.number, e.secret = out.ID, out.Number, out.Secret
		return e, err
	case d.kind == "report" && a.status == http.StatusSeeOther:
		for _, line := range a.header.Values("Set-Cookie") {
			if held, ok := strings.CutPrefix(line, "held="); ok {
				held, _, _ = strings.Cut(held, ";")
				e.number, e.secret, _ = strings.Cut(held, ".")
			}
		}
		if e.secret == "" {
			return nil, fmt.Errorf("no secret in %v", a.header)
		}
		return e, nil
	case a.status == http.StatusSeeOther && !strings.Contains(a.location(), "sign-in"):
		return nil, nil
	}
	return nil, fmt.Errorf("got %d to %q: %.300s", a.status, a.location(), a.body)
}

// again sends what was acknowledged once more: the answer is the first one.
func (l *load) again(c *client, d deed) {
	a, err := l.post(c, d)
	if err != nil || a.status == http.StatusServiceUnavailable {
		return
	}
	l.tally("again")
	e, err := understood(d, a)
	if err != nil || e != nil && (e.number != d.to.number || e.secret != d.to.secret) {
		l.fault("%s %s, sent again: got %+v, %v, want what was answered first: %+v", d.kind, d.key, e, err, d.to)
	}
}

// outcome asks what became of what was acknowledged.
func (l *load) outcome(c *client, d deed) {
	l.tally("acts")
	if state, err := stateOf(c, d.key); err == nil && state != "done" {
		l.fault("%s %s was acknowledged and is %s", d.kind, d.key, state)
	}
}

func stateOf(c *client, key string) (string, error) {
	var o outcome
	a, err := c.do("GET", api+"/acts/"+key, "")
	if err == nil && a.status != http.StatusOK {
		err = fmt.Errorf("got %d %s", a.status, a.body)
	}
	if err == nil {
		err = json.Unmarshal([]byte(a.body), &o)
	}
	return o.State, err
}

// progress reads a request as its worker: what was acknowledged before is
// there, and nothing is there twice.
func (l *load) progress(c *client, e *entry) (read bool) {
	e.mu.Lock()
	var want []string
	for words := range e.said {
		want = append(want, words)
	}
	e.mu.Unlock()
	a, err := c.do("GET", api+"/requests/"+e.number, "", "X-Request-Secret", e.secret)
	if err != nil || a.status == http.StatusServiceUnavailable {
		return false
	}
	l.tally("progress")
	var p struct {
		Words    string
		Timeline []struct{ Words string }
	}
	if err := json.Unmarshal([]byte(a.body), &p); a.status != http.StatusOK || err != nil || p.Words != e.words {
		l.fault("request %s: got %d, %v, %.200s, want %q", e.number, a.status, err, a.body, e.words)
		return true
	}
	times := map[string]int{}
	for _, step := range p.Timeline {
		times[step.Words]++
	}
	for _, words := range want {
		if times[words] == 0 {
			l.fault("request %s: %q was acknowledged and is lost", e.number, words)
		}
	}
	for words, n := range times {
		if words != "" && n > 1 {
			l.fault("request %s: %q stands there %d times", e.number, words, n)
		}
	}
	return true
}

// follower keeps a copy of the stations by sync, over all kills.
type follower struct {
	since string
	known map[string]int64
}

func (f *follower) pull(l *load, c *client) {
	if f.known == nil {
		f.known = map[string]int64{}
	}
	a, err := c.do("GET", api+"/stations/sync?since="+url.QueryEscape(f.since), "")
	if err != nil || a.status == http.StatusServiceUnavailable {
		return
	}
	var out struct {
		Stations []struct {
			ID      string
			Version int64
		}
		Next string
	}
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != http.StatusOK || f.since == "" && len(out.Stations) != ownStations {
		l.fault("sync since %q: got %d %.200s, %v", f.since, a.status, a.body, err)
		return
	}
	l.tally("sync")
	for _, s := range out.Stations {
		if s.Version < f.known[s.ID] {
			l.fault("station %s went back from version %d to %d", s.ID, f.known[s.ID], s.Version)
		}
		f.known[s.ID] = s.Version
	}
	f.since = out.Next
}

// settle holds the book against the program when all is over: first what was
// never answered, then all that was acknowledged.
func (l *load) settle(base string) {
	open := l.pending
	l.pending = nil
	for i, d := range open {
		c := newClient(base, address(1<<23|i))
		state, err := stateOf(c, d.key)
		if err != nil || state != "done" && state != "unknown" {
			l.fault("%s %s, never answered: %q, %v", d.kind, d.key, state, err)
			continue
		}
		if state == "done" {
			l.late++
			l.send(c, d) // done once; this only fetches the answer
		}
	}
	if len(l.pending) > 0 {
		l.fault("%d writes were done and are not answered again", len(l.pending))
	}
	absent := map[*entry][]string{}
	for _, d := range open {
		if d.to != nil && !d.to.said[d.words] {
			absent[d.to] = append(absent[d.to], d.words)
		}
	}
	l.all(base, len(l.acks), func(c *client, i int) {
		if state, err := stateOf(c, l.acks[i].key); err != nil || state != "done" {
			l.fault("%s %s was acknowledged and is %q, %v", l.acks[i].kind, l.acks[i].key, state, err)
		}
	})
	l.all(base, len(l.requests), func(c *client, i int) {
		e := l.requests[i]
		if !l.progress(c, e) {
			l.fault("request %s: got no answer", e.number)
		}
		if len(absent[e]) == 0 {
			return
		}
		a, err := c.do("GET", api+"/requests/"+e.number, "", "X-Request-Secret", e.secret)
		for _, words := range absent[e] {
			if err != nil || strings.Contains(a.body, words) {
				l.fault("request %s: %q was not done by its outcome, and stands there", e.number, words)
			}
		}
	})
}

// all runs do for 0 to n-1, eight at a time.
func (l *load) all(base string, n int, do func(c *client, i int)) {
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			c := newClient(base, "")
			for i := w; i < n; i += 8 {
				do(c, i)
			}
			c.http.CloseIdleConnections()
		})
	}
	group.Wait()
}
