package account

import (
	"context"

	"nuanxin/internal/op"
)

// Sender sends one short message to a phone. id names the message: sending it
// again must not deliver it twice. It is called after the commit, never in a
// transaction.
type Sender interface {
	Send(ctx context.Context, id, phone, text string) error
}

// Orgs tells about organisations, inside an operation.
type Orgs interface {
	// Area returns the area of an active organisation, or Missing.
	Area(ctx context.Context, tx *op.Tx, id string) (string, error)
}
