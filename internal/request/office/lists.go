package office

import (
	"context"

	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// List returns the requests that f selects and the caller may read, those with
// the least time left first; closed ones newest first.
func (s *Service) List(ctx context.Context, f request.Filter) (request.Page[request.Row], error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, scope op.Scope) (request.Page[request.Row], error) {
		return s.store.List(ctx, tx, scope, s.config.Calendar, f)
	})
}

// Counts tells how many requests each drawer holds for the rest of f.
func (s *Service) Counts(ctx context.Context, f request.Filter) (map[request.Group]int, error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, scope op.Scope) (map[request.Group]int, error) {
		return s.store.Counts(ctx, tx, scope, f)
	})
}

// MineList returns the caller's own requests, the newest first.
func (s *Service) MineList(ctx context.Context, f request.Filter) (request.Page[*request.Request], error) {
	return op.List(ctx, s.desk, request.Mine, func(tx *op.Tx, scope op.Scope) (request.Page[*request.Request], error) {
		return s.store.Mine(ctx, tx, scope, f)
	})
}

// BodyList returns what the caller's bodies have in hand: the states asked for
// (none: all), the nearest deadline first. No more than 200 at once.
func (s *Service) BodyList(ctx context.Context, states ...request.DispatchState) ([]request.MatterRow, error) {
	return op.List(ctx, s.desk, request.Matters, func(tx *op.Tx, scope op.Scope) ([]request.MatterRow, error) {
		return s.store.Matters(ctx, tx, scope, states...)
	})
}
