package sms

import (
	"context"
	"sync"
)

// Remembered is how many ids of messages that went out a gateway keeps in mind.
const Remembered = 10_000

// once lets each id through one time; its zero value is ready.
type once struct {
	mu      sync.Mutex
	going   map[string]chan struct{}
	done    map[string]bool
	history []string // ids done, a ring once it is full
	next    int
}

// do runs send unless the id went out before. A second caller waits for the
// first, and sends itself only when the first failed.
func (o *once) do(ctx context.Context, id string, send func() error) error {
	for {
		wait := o.begin(id)
		if wait == nil {
			break
		}
		select {
		case <-wait:
			if o.isDone(id) {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if o.isDone(id) {
		o.end(id, false)
		return nil
	}
	ok := false
	defer func() { o.end(id, ok) }()
	err := send()
	ok = err == nil
	return err
}

// begin claims the id, or returns what to wait for.
func (o *once) begin(id string) chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.going == nil {
		o.going, o.done = map[string]chan struct{}{}, map[string]bool{}
	}
	if wait := o.going[id]; wait != nil {
		return wait
	}
	o.going[id] = make(chan struct{})
	return nil
}

// end lets go of the id and, when it went out, remembers it.
func (o *once) end(id string, sent bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.going[id])
	delete(o.going, id)
	if !sent {
		return
	}
	o.done[id] = true
	if len(o.history) < Remembered {
		o.history = append(o.history, id)
		return
	}
	delete(o.done, o.history[o.next])
	o.history[o.next] = id
	o.next = (o.next + 1) % Remembered
}

func (o *once) isDone(id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.done[id]
}
