// Package long is the frame of work that takes longer than anybody waits for a page:
// reading, doing and taking back lists of thousands of rows. Somebody orders it, the
// program's worker does it in steps beside everything else, with the rights that they
// have at that moment, and where it fails a person is told what they can mend.
//
// What is done in a step, and how it is found where it stood, is for whose work it is.
package long

import (
	"context"
	"errors"
	"fmt"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Rights returns what somebody may do at this moment.
type Rights func(ctx context.Context, person string) (authz.Subject, error)

// As is the context of work that somebody ordered: with today's rights where there is a
// way to learn them, else with those of then. Whose rights were taken away meanwhile, or
// who works here no more, has none.
func As(ctx context.Context, ordered authz.Subject, rights Rights) (context.Context, error) {
	if rights == nil || ordered.Kind != authz.Staff {
		return authz.With(ctx, ordered), nil
	}
	now, err := rights(ctx, ordered.ID)
	now.Name = ordered.Name
	return authz.With(ctx, now), err
}

// Ours refuses whoever is not the program: what waits is its alone to ask for.
func Ours(tx *op.Tx, act authz.Action) error {
	if tx.Subject.Kind != authz.System {
		return fault.New(string(act), fault.Denied, "fault.denied")
	}
	return nil
}

// Kind is one kind of work.
type Kind[W any] struct {
	// Due lists what waits, what has stood longest first.
	Due func(ctx context.Context) ([]W, error)
	// As is the context in which one is done.
	As func(ctx context.Context, one W) (context.Context, error)
	// Carry does one until there is nothing to do.
	Carry func(ctx context.Context, one W) error
	// Failed notes why one did not go on, and returns what belongs into the log. It is
	// asked about those that did go on, too, with no error.
	Failed func(ctx context.Context, one W, err error) error
}

// Waiting reports whether there is work.
func (k Kind[W]) Waiting(ctx context.Context) (bool, error) {
	all, err := k.Due(ctx)
	return len(all) > 0, err
}

// Do does what waits, one after the other. It may be stopped at any moment and goes on
// the next time.
func (k Kind[W]) Do(ctx context.Context) error {
	all, err := k.Due(ctx)
	errs := []error{err}
	for _, one := range all {
		own, err := k.As(ctx, one)
		if err == nil {
			err = k.Carry(own, one)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		errs = append(errs, k.Failed(ctx, one, err))
	}
	return errors.Join(errs...)
}

// Patience is how often work may fail for reasons of ours before a person is told.
const Patience = 5

// Failed sorts out why work did not go on: what a person can mend by a word for it at
// once, what is ours as "broken" after a few tries, and until then by none. keep stores
// it, and is given the word by how often the work failed so far, this time among them.
// It returns what belongs into the log, named by what.
func Failed(what string, err error, words map[fault.Kind]string, keep func(word func(tries int) string) error) error {
	if err == nil {
		return nil
	}
	final := words[fault.KindOf(err)]
	kept := keep(func(tries int) string {
		if final == "" && tries >= Patience {
			return "broken"
		}
		return final
	})
	if final != "" {
		return kept
	}
	return errors.Join(fmt.Errorf("%s: %w", what, err), kept)
}
