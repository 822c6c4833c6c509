package choice

import (
	"context"

	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/station"
)

// Posts are the stations of ours that members belong to. It implements [work.Posts].
type Posts struct{ Stations *station.Service }

// Near implements work.Posts: those in use that workers see.
func (p Posts) Near(ctx context.Context, tx *op.Tx, area string) ([]work.Post, error) {
	return p.some(ctx, tx, station.Filter{Area: county(area), Public: true})
}

// Some implements work.Posts.
func (p Posts) Some(ctx context.Context, tx *op.Tx, ids []string) ([]work.Post, error) {
	f := station.Filter{IDs: []station.ID{}, WithClosed: true}
	for _, one := range ids {
		f.IDs = append(f.IDs, station.ID(one))
	}
	return p.some(ctx, tx, f)
}

func (p Posts) some(ctx context.Context, tx *op.Tx, f station.Filter) ([]work.Post, error) {
	found, err := p.Stations.AskCalled(ctx, tx, f)
	all := make([]work.Post, len(found))
	for i, s := range found {
		all[i] = work.Post{ID: string(s.ID), Name: s.Name, Others: s.Others, Area: s.Area, Open: s.InUse && s.Public, Closed: !s.InUse}
	}
	return all, err
}
