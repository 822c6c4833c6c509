package breach

import (
	"context"

	"nuanxin/internal/op"
)

// Holders know whose the things are.
type Holders interface {
	// In returns the workers of an area: members, applicants and who asked something.
	In(ctx context.Context, tx *op.Tx, area string) ([]string, error)
	// Of returns the workers whose roots of a group these are, as far as these lie in an
	// area; of an organisation's root those of its area.
	Of(ctx context.Context, tx *op.Tx, area, group string, roots []string) ([]string, error)
	// Numbered returns the workers behind numbers of members and of requests of an area.
	Numbered(ctx context.Context, tx *op.Tx, area string, numbers []string) ([]string, error)
}

// People knows accounts.
type People interface {
	// Contact returns a worker's name and phone; either may be empty.
	Contact(ctx context.Context, tx *op.Tx, worker string) (name, phone string, err error)
	// Staff returns the account of a login name, ended ones too, or fault.Missing.
	Staff(ctx context.Context, tx *op.Tx, login string) (string, error)
}

// Notifier reaches people outside the pages.
type Notifier interface {
	// Notify sends word that there is something to read, in words that tell nothing of
	// it. key names the message, so that it goes out once.
	Notify(ctx context.Context, key, phone string) error
}
