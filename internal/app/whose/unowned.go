package whose

import (
	"context"
	"fmt"
	"slices"

	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/member"
	"nuanxin/internal/member/intake"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/forget"
)

// Unowned erases what is kept of people who have no account.
func Unowned(desk *op.Desk, asks *rights.Service, holds *hold.Service, members *member.Service, lists *intake.Service, requests *record.Store) *forget.Service {
	return forget.NewService(desk, forget.Config{Rights: asks, Holds: holds,
		Keepers: map[forget.Kind]forget.Keeper{forget.Member: records{members, lists}, forget.Matter: calls{requests}}})
}

// records are the members without an account.
type records struct {
	members *member.Service
	lists   *intake.Service
}

// alone are the records that are no account's and tell whose they are; one that went into
// another goes with it.
const alone = `m.person_id is null and m.merged_into is null and m.name_index <> ''`

func (r records) some(ctx context.Context, tx *op.Tx, where string, args db.Args) (all []forget.Thing, err error) {
	found, err := r.members.AskSome(ctx, tx, alone+` and `+where+` order by m.member_id`, args)
	for _, m := range found {
		all = append(all, forget.Thing{Kind: forget.Member, ID: string(m.ID), Area: m.Area, Number: m.Number, Name: m.Name, At: m.AppliedAt, Under: m.State.Holds()})
	}
	return all, err
}

// Unowned implements forget.Keeper.
func (r records) Unowned(ctx context.Context, tx *op.Tx, phone, number string) (all []forget.Thing, err error) {
	if phone != "" {
		if all, err = r.some(ctx, tx, `m.phone_index = $1`, db.Args{r.members.Index("phone", phone)}); err != nil {
			return nil, err
		}
	}
	if number == "" {
		return all, nil
	}
	named, err := r.some(ctx, tx, `m.number = $1`, db.Args{number})
	for _, t := range named {
		if !slices.ContainsFunc(all, func(o forget.Thing) bool { return o.ID == t.ID }) {
			all = append(all, t)
		}
	}
	return all, err
}

// Known implements forget.Keeper.
func (r records) Known(ctx context.Context, tx *op.Tx, ids []string) ([]forget.Thing, error) {
	var args db.Args
	return r.some(ctx, tx, `m.member_id in `+db.In(&args, ids), args)
}

// Forget implements forget.Keeper.
func (r records) Forget(ctx context.Context, tx *op.Tx, which string) error {
	m, err := r.members.Ask(ctx, tx, member.ID(which))
	if err != nil {
		return fmt.Errorf("whose: %s: %w", which, err)
	}
	if err := r.lists.ForgetRecord(ctx, tx, which); err != nil {
		return err
	}
	return r.members.ForgetAll(ctx, tx, []member.Member{m})
}

// calls are the matters that staff wrote down for a caller.
type calls struct{ store *record.Store }

// most is how many matters of a phone are shown.
const most = 100

func (c calls) things(found []*request.Request) (all []forget.Thing, err error) {
	for _, q := range found {
		name, _, err := c.store.Identity(q)
		if err != nil {
			return nil, err
		}
		all = append(all, forget.Thing{Kind: forget.Matter, ID: string(q.ID), Area: q.Place.Area, Number: q.Number, Name: name, At: q.CreatedAt, Under: q.ClosedAt.IsZero()})
	}
	return all, nil
}

// Unowned implements forget.Keeper.
func (c calls) Unowned(ctx context.Context, tx *op.Tx, phone, _ string) ([]forget.Thing, error) {
	if phone == "" {
		return nil, nil
	}
	found, err := c.store.ByPhone(ctx, tx, phone, most)
	if err != nil {
		return nil, err
	}
	return c.things(found)
}

// Known implements forget.Keeper.
func (c calls) Known(ctx context.Context, tx *op.Tx, ids []string) ([]forget.Thing, error) {
	found, err := c.store.Callers(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	return c.things(found)
}

// Forget implements forget.Keeper.
func (c calls) Forget(ctx context.Context, tx *op.Tx, which string) error {
	return c.store.ForgetCaller(ctx, tx, request.ID(which))
}
