package phone

import (
	"context"

	"nuanxin/internal/op"
)

// Members knows who belongs to the union.
type Members interface {
	// Holder returns a member by id, without the phone, or Missing.
	Holder(ctx context.Context, tx *op.Tx, member string) (Holder, error)
}

// Follower keeps something by a worker's phone in another domain.
type Follower interface {
	// Clear reports whether phone may come to worker: nothing is kept by it there for
	// anybody else, nor anything of other, the account that has it now ("" for none).
	Clear(ctx context.Context, tx *op.Tx, phone, worker, other string) (bool, error)
	// Follow puts what is kept of worker by phone old under phone.
	Follow(ctx context.Context, tx *op.Tx, worker, old, phone string) error
}
