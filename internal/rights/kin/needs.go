package kin

import (
	"context"
	"time"

	"nuanxin/internal/op"
	"nuanxin/internal/rights"
)

// People knows accounts and what is kept of them.
type People interface {
	// Led returns whose account a phone or a member's number leads to; none is
	// fault.Missing.
	Led(ctx context.Context, tx *op.Tx, number string) (Person, error)
	// Phone returns the number of an account; empty: it has none.
	Phone(ctx context.Context, tx *op.Tx, person string) (string, error)
}

// Endings ends accounts.
type Endings interface {
	// Open counts what has to end first.
	Open(ctx context.Context, tx *op.Tx, person string) (matters, members int, err error)
	// EndFor ends an account, and reports whether something of it is held by law and goes
	// later.
	EndFor(ctx context.Context, tx *op.Tx, person string, at time.Time) (held bool, err error)
}

// Notifier reaches the phone of an account.
type Notifier interface {
	// Warn says that relatives asked about the account, and until when to say no. key
	// names the message, so that it goes out once.
	Warn(ctx context.Context, key, phone string, until time.Time) error
}

// Config is what the service needs; all but Notifier.
type Config struct {
	Rights   *rights.Service
	People   People
	Endings  Endings
	Notifier Notifier // nil: nobody is told
}
