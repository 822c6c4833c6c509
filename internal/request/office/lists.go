package office

import (
	"context"

	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/rules"
)

// List returns the requests that f selects and the caller may read, those with
// the least time left first; closed ones newest first.
func (s *Service) List(ctx context.Context, f request.Filter) (request.Page[request.Row], error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, scope op.Scope) (request.Page[request.Row], error) {
		return s.store.List(ctx, tx, scope, s.Calendar(), f)
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
// (none: all), what waits for them first, then what they have answered or what is
// closed, each by its deadline. No more than 200 at once.
func (s *Service) BodyList(ctx context.Context, states ...request.DispatchState) ([]request.MatterRow, error) {
	return op.List(ctx, s.desk, request.Matters, func(tx *op.Tx, scope op.Scope) ([]request.MatterRow, error) {
		return s.store.Matters(ctx, tx, scope, states...)
	})
}

// Similar returns open requests that may be about the same matter, for whoever
// registers or merges.
func (s *Service) Similar(ctx context.Context, to request.SimilarTo) ([]request.Alike, error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, scope op.Scope) ([]request.Alike, error) {
		return s.store.Similar(ctx, tx, scope, to)
	})
}

// fewest is how many must have said the same before anybody is told so: fewer
// could be known by name.
const fewest = 3

// AlikeCount tells whoever writes a request how many have said the same; 0 for
// fewer than three, for a worker learns nothing of a single other.
func (s *Service) AlikeCount(ctx context.Context, to request.SimilarTo) (int, error) {
	return op.List(ctx, s.desk, request.Capture, func(tx *op.Tx, _ op.Scope) (int, error) {
		to.Limit = 100
		all, err := s.store.Similar(ctx, tx, nil, to)
		n := 0
		for _, a := range all {
			n += 1 + a.Followers
		}
		if n < fewest {
			n = 0
		}
		return n, err
	})
}

// Health returns how the bodies dealt with what they were handed in the last 90
// days, as far as the caller may read the requests.
func (s *Service) Health(ctx context.Context) ([]request.BodyHealth, error) {
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, scope op.Scope) ([]request.BodyHealth, error) {
		return s.store.Health(ctx, tx, scope, tx.Now().AddDate(0, 0, -90))
	})
}

// Export returns what f selects in f.Area as a table without persons. It needs
// a purpose (op.Call), leaves an audit row first, and is cut at the number of
// rows that the area's rules allow.
func (s *Service) Export(ctx context.Context, f request.Filter) (request.Export, error) {
	t, err := op.Read(ctx, s.desk, request.MakeExport, func(tx *op.Tx) (rules.Target, error) { return s.Target(ctx, tx, "request_export", f.Area) })
	if err != nil {
		return request.Export{}, err
	}
	return op.List(ctx, s.desk, request.List, func(tx *op.Tx, scope op.Scope) (request.Export, error) {
		l, err := s.store.LimitsFor(ctx, tx, t.Area, tx.Now())
		if err != nil {
			return request.Export{}, err
		}
		return s.store.Export(ctx, tx, scope, f, l.ExportRows)
	})
}
