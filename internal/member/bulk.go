package member

import (
	"context"

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
// becomes of the others. It stops at an accident and tells it of all that were
// not tried. Who repeats the call under its client id gets the first answers.
func (s *Service) ApproveAll(ctx context.Context, all []Choice) []Told {
	told := make([]Told, len(all))
	var accident error
	for i, c := range all {
		if told[i] = (Told{c, accident}); accident != nil {
			continue
		}
		told[i].Err = s.Approve(one(ctx, c.ID), c.ID, c.Version)
		if fault.KindOf(told[i].Err) == fault.Internal && told[i].Err != nil {
			accident = told[i].Err
		}
	}
	return told
}

// one is the context of one write among several of a call: with an id of its own.
func one(ctx context.Context, which ID) context.Context {
	call := op.CallOf(ctx)
	if call.ClientID != "" {
		call.ClientID = id.Of[string](call.ClientID, string(which))
	}
	return op.With(ctx, call)
}
