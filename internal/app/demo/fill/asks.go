package fill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/authz"
	"nuanxin/internal/rights"
	"nuanxin/internal/rights/kin"
)

// asking is one step of an ask, at its time.
type asking struct {
	at time.Time
	do func(ctx context.Context) error
}

// asks are the steps of all asks, in the order of time.
func (f *filler) asks() (steps []asking) {
	for _, a := range f.World.Asks {
		var which rights.ID
		steps = append(steps, asking{a.At, func(ctx context.Context) error {
			got, err := f.ask(ctx, a)
			which = got.ID
			return err
		}})
		if !a.Answered.IsZero() {
			steps = append(steps, asking{a.Answered, func(ctx context.Context) error {
				return f.Rights.Answer(f.as(ctx, a.By), which, 1, a.Answer)
			}})
		}
	}
	slices.SortStableFunc(steps, func(a, b asking) int { return a.at.Compare(b.at) })
	return steps
}

func (f *filler) ask(ctx context.Context, a world.DataAsk) (rights.Receipt, error) {
	d := rights.Draft{Kind: rights.Kind(a.Kind), Words: a.Words, Area: world.Area}
	if a.Died > 0 {
		return f.relatives(f.as(ctx, a.By), d, a)
	}
	if a.Worker < 0 {
		return f.Rights.Write(f.as(ctx, a.By), rights.Note{Draft: d, Channel: rights.ByPhone, Name: a.Name})
	}
	return f.Rights.Send(authz.With(ctx, f.workers[a.Worker]), d)
}

// relatives come to the counter with the proofs, and the cadre proposes what they want.
func (f *filler) relatives(ctx context.Context, d rights.Draft, a world.DataAsk) (rights.Receipt, error) {
	got, err := f.Rights.Write(ctx, rights.Note{Draft: d, Channel: rights.AtCounter, Name: a.Name})
	if err != nil {
		return got, err
	}
	who, by := f.World.Workers[a.Died], authz.From(ctx)
	by.Proven = f.Clock.Now().Add(time.Minute) // the cadre has just signed in
	ctx = authz.With(ctx, by)
	return got, f.Kin.Propose(ctx, got.ID, kin.Draft{Number: who.Phone, Name: who.Name, Wants: kin.TheLot, Parts: []kin.Part{kin.Membership}, Relation: "spouse", Proof: "certificate", Seen: true})
}

// askUntil does what was asked and answered up to a moment.
func (f *filler) askUntil(ctx context.Context, until time.Time) error {
	for ; len(f.asking) > 0 && !f.asking[0].at.After(until); f.asking = f.asking[1:] {
		f.Clock.Set(f.asking[0].at)
		if err := f.asking[0].do(ctx); err != nil {
			return fmt.Errorf("an ask at %v: %w", f.asking[0].at, err)
		}
	}
	return nil
}
