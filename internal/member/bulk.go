package member

import (
	"context"
	"fmt"

	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Choice is a member as a cadre saw one.
type Choice struct {
	ID      ID
	Version int64
}

// Told is what became of one of several.
type Told struct {
	Choice
	Err error // nil: approved
}

// ApproveAll approves several, each for itself: whole or not at all, whatever
// becomes of the others. After an accident it goes on with the next, unless the
// reader has gone. Who repeats the call under its client id gets the first
// answers.
func (s *Service) ApproveAll(ctx context.Context, all []Choice) []Told {
	told := make([]Told, len(all))
	for i, c := range all {
		if told[i] = (Told{c, ctx.Err()}); told[i].Err == nil {
			told[i].Err = s.Approve(one(ctx, c.ID), c.ID, c.Version)
		}
	}
	return told
}

// Accident returns what the program is to blame for.
func (t Told) Accident() error {
	if t.Err == nil || fault.KindOf(t.Err) != fault.Internal {
		return nil
	}
	return fmt.Errorf("member %s: %w", t.ID, t.Err)
}

// one is the context of one write among several of a call: with an id of its own.
func one(ctx context.Context, which ID) context.Context {
	call := op.CallOf(ctx)
	if call.ClientID != "" {
		call.ClientID = id.Of[string](call.ClientID, string(which))
	}
	return op.With(ctx, call)
}
