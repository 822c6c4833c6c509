package web

import "context"

// ProblemOf tells err as a problem document for the reader in ctx.
func ProblemOf(ctx context.Context, err error) Problem { return problemOf(ctx, FailureOf(ctx, err)) }

func problemOf(ctx context.Context, f Failure) Problem {
	return Problem{
		Type: "about:blank", Title: T(ctx, "failure."+f.Key+".title"), Status: f.Status, Code: f.Code,
		Detail: f.Detail, Errors: f.Fields, RequestID: f.RequestID,
	}
}

// NoteFailure keeps err for the request's log line, for an adapter that writes
// its own answer.
func NoteFailure(ctx context.Context, err error) {
	if s := stateOf(ctx); s != nil {
		s.err = err
	}
}
