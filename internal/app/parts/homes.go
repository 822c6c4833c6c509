package parts

import (
	"context"
	"slices"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/web/ui"
)

// Homes are the unions that people can belong to: those of a county and above, and those
// of companies and trades, joint ones among them.
type Homes struct {
	member.Orgs
	Bodies *org.Service
}

// homesAtOnce is how many a drop-down list holds at most.
const homesAtOnce = 500

func homeKinds() []org.Kind {
	return []org.Kind{org.Local, org.Joint, org.Basic, org.Regional, org.Trade, org.Industry}
}

// home reports whether people can belong to a union.
func home(o org.Org) bool {
	return slices.Contains(homeKinds(), o.Kind) && (o.Kind != org.Local || o.Level != org.Town)
}

// Union implements gap.Unions.
func (h Homes) Union(ctx context.Context, tx *op.Tx, which string) (member.Union, error) {
	missing := fault.New("org.home", fault.Missing, "org.union.none")
	if !id.Valid(which) {
		return member.Union{}, missing
	}
	if _, err := h.Bodies.Area(ctx, tx, which); err != nil {
		return member.Union{}, err
	}
	o, err := h.Bodies.Ask(ctx, tx, org.ID(which))
	if err == nil && !home(o) {
		err = missing
	}
	return union(o), err
}

// Options lists those of an area, to choose from: joint ones first.
func (h Homes) Options(ctx context.Context, area string) ([]ui.Option, error) {
	list, err := h.Bodies.List(ctx, org.Filter{Area: area, Kinds: homeKinds(), Limit: homesAtOnce})
	slices.SortStableFunc(list, func(a, b org.Org) int {
		return slices.Index(homeKinds(), a.Kind) - slices.Index(homeKinds(), b.Kind)
	})
	var all []ui.Option
	for _, o := range list {
		if home(o) {
			all = append(all, ui.Option{Value: string(o.ID), Text: o.Name})
		}
	}
	return all, err
}
