package account

import (
	"context"
	"errors"

	"nuanxin/internal/op"
)

// Sender sends one short message to a phone. It is called after the commit,
// never in a transaction.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// ErrNoMessages is what a Sender returns where nothing sends messages: nobody
// is told that a code is on its way.
var ErrNoMessages = errors.New("account: no messages are sent here")

// Message brings a code to a phone, or with an empty code the words alone. They
// tell a stranger nothing.
type Message struct {
	ID      string // sending it again must not deliver it twice
	Phone   string
	Text    string
	Code    string // for providers that know the text as a template
	Minutes int    // how long the code is good
}

// Orgs tells about organisations, inside an operation.
type Orgs interface {
	// Area returns the area of an active organisation, or Missing.
	Area(ctx context.Context, tx *op.Tx, id string) (string, error)
	// Names returns what organisations are called, by id.
	Names(ctx context.Context, tx *op.Tx, ids []string) (map[string]string, error)
}
