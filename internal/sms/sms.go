package sms

import (
	"context"
	"errors"
	"sync"
	"time"

	"nuanxin/internal/clock"
)

// Kind says what a message is for; gateways may need a template for each.
type Kind string

// The kinds of messages.
const (
	Code   Kind = "code"   // a code to sign in or to prove a number
	Notice Kind = "notice" // news about the receiver's own matter
)

// Message is one short message to one phone.
type Message struct {
	ID     string // made by the caller; a message is sent once
	To     string // phone number as the provider wants it
	Text   string
	Kind   Kind
	Params map[string]string // for providers that know the text as a template
}

// Sender sends short messages.
type Sender interface {
	// Send hands the message over to whoever delivers it, or returns why not.
	Send(ctx context.Context, m Message) error
}

var errIncomplete = errors.New("a message needs an id, a number and a text")

func (m Message) complete() error {
	if m.ID == "" || m.To == "" || m.Text == "" {
		return errIncomplete
	}
	return nil
}

// Sent is a message that [Log] took.
type Sent struct {
	Message
	At time.Time
}

// Log is a sender for the demo: it keeps the last messages in memory, where a
// page can show them, and nowhere else.
type Log struct {
	clock clock.Clock
	keep  int

	mu   sync.Mutex
	sent []Sent // oldest first
}

// NewLog returns a log that keeps the last keep messages.
func NewLog(c clock.Clock, keep int) *Log { return &Log{clock: c, keep: max(keep, 1)} }

// Send implements [Sender].
func (l *Log) Send(_ context.Context, m Message) error {
	if err := m.complete(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.sent {
		if s.ID == m.ID {
			return nil
		}
	}
	l.sent = append(l.sent, Sent{m, l.clock.Now()})
	if len(l.sent) > l.keep {
		l.sent = append(l.sent[:0:0], l.sent[len(l.sent)-l.keep:]...)
	}
	return nil
}

// To returns the messages to a phone number that are still kept, newest first; an
// empty number means all.
func (l *Log) To(phone string) []Sent {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []Sent
	for i := len(l.sent) - 1; i >= 0; i-- {
		if phone == "" || l.sent[i].To == phone {
			found = append(found, l.sent[i])
		}
	}
	return found
}
