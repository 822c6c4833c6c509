package merge

import (
	"context"

	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// Matters counts what else hangs on a person.
type Matters interface {
	// Waits counts the requests of a worker that are under way.
	Waits(ctx context.Context, tx *op.Tx, worker string) (int, error)
}

// Service merges records.
type Service struct {
	desk    *op.Desk
	members *member.Service
	matters Matters // nil: nothing is counted
}

// New returns the service.
func New(desk *op.Desk, members *member.Service, matters Matters) *Service {
	return &Service{desk, members, matters}
}
