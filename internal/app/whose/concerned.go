// Package whose says of things of every domain whose they are, for incidents, and what
// is kept of a worker that may be wrong, for corrections.
package whose

import (
	"context"
	"slices"

	"nuanxin/internal/account/people"
	"nuanxin/internal/fault"
	"nuanxin/internal/member/body"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/request/record"
	"nuanxin/internal/rights"
)

// Concerned says of incidents whose the things are; it needs all of its domains.
type Concerned struct {
	Requests *record.Store
	Rights   *rights.Service
	Orgs     *org.Service
}

// In implements breach.Holders.
func (c Concerned) In(ctx context.Context, tx *op.Tx, area string) ([]string, error) {
	all, err := body.PersonsIn(ctx, tx, area)
	if err != nil {
		return nil, err
	}
	more, err := c.Requests.OwnersIn(ctx, tx, area)
	return joined(all, more), err
}

// Of implements breach.Holders.
func (c Concerned) Of(ctx context.Context, tx *op.Tx, area, group string, roots []string) (all []string, err error) {
	for some := range slices.Chunk(roots, 100) { // SQLite looks each parameter up among all others
		var found []string
		switch group {
		case "member":
			found, err = body.PersonsOf(ctx, tx, area, some)
		case "request":
			found, err = c.Requests.OwnersOf(ctx, tx, area, some)
		case "person":
			if found, err = people.Workers(ctx, tx, some); err == nil {
				var asked []string
				asked, err = c.Rights.PersonsOf(ctx, tx, some)
				found = joined(found, asked)
			}
		case "org":
			found, err = c.listed(ctx, tx, area, some)
		}
		if err != nil {
			return nil, err
		}
		all = joined(all, found)
	}
	return all, nil
}

// listed are the people of unions of which a list was taken out.
func (c Concerned) listed(ctx context.Context, tx *op.Tx, area string, unions []string) (all []string, err error) {
	for _, u := range unions {
		o, err := c.Orgs.Ask(ctx, tx, org.ID(u))
		if fault.Is(err, fault.Missing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		within := o.Area
		if len(area) > len(within) {
			within = area
		}
		some, err := c.In(ctx, tx, within)
		if err != nil {
			return nil, err
		}
		all = joined(all, some)
	}
	return all, nil
}

// Numbered implements breach.Holders.
func (c Concerned) Numbered(ctx context.Context, tx *op.Tx, area string, numbers []string) ([]string, error) {
	all, err := body.PersonsNumbered(ctx, tx, area, numbers)
	if err != nil {
		return nil, err
	}
	more, err := c.Requests.OwnersNumbered(ctx, tx, area, numbers)
	return joined(all, more), err
}

// joined is all of both, each once.
func joined(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
