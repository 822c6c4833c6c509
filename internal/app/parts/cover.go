package parts

import (
	"context"

	"nuanxin/internal/member/spread"
	"nuanxin/internal/op"
	"nuanxin/internal/org/cover"
	"nuanxin/internal/org/platform"
	"nuanxin/internal/station"
)

// Cover connects what counts how far unions reach.
func Cover(desk *op.Desk, firms *platform.Service, stations *station.Service) *cover.Service {
	members := func(of func(context.Context, *op.Tx) ([]spread.Count, error)) func(context.Context, *op.Tx) ([]cover.Spread, error) {
		return func(ctx context.Context, tx *op.Tx) ([]cover.Spread, error) {
			found, err := of(ctx, tx)
			all := make([]cover.Spread, len(found))
			for i, c := range found {
				all[i] = cover.Spread(c)
			}
			return all, err
		}
	}
	return cover.NewService(desk, cover.Config{Firms: firms, Occupations: members(spread.ByOccupation), Works: members(spread.ByWorks), Stations: func(ctx context.Context, tx *op.Tx) ([]cover.Spread, error) {
		found, err := stations.ByArea(ctx, tx)
		var all []cover.Spread
		for area, n := range found {
			all = append(all, cover.Spread{Area: area, N: n})
		}
		return all, err
	}})
}
