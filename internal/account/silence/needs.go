package silence

import (
	"context"

	"nuanxin/internal/op"
)

// Known is what is kept of who a worker is.
type Known struct {
	Numbers []string // identity numbers
	Names   []string
}

// Records know what the house keeps of who a worker is.
type Records interface {
	// Known returns it, opened. It is compared with what somebody typed, and shown to nobody.
	Known(ctx context.Context, tx *op.Tx, worker string) (Known, error)
	// Numbered reports whether an identity number is that of a record of the worker's, at
	// which a union looked.
	Numbered(ctx context.Context, tx *op.Tx, worker, number string) (bool, error)
	// Has reports whether a record of the worker's has such a number at all.
	Has(ctx context.Context, tx *op.Tx, worker string) (bool, error)
}

// Follower keeps something by a worker's phone in another domain.
type Follower interface {
	// Lose lets go of phone, which is another's now, in what is kept of worker. Nothing else goes.
	Lose(ctx context.Context, tx *op.Tx, worker, phone string) error
}
