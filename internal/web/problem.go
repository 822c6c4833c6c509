package web

import (
	"context"
	"net/http"

	"nuanxin/internal/fault"
)

// ProblemOf tells err as a problem document for the reader in ctx.
func ProblemOf(ctx context.Context, err error) Problem { return problemOf(ctx, FailureOf(ctx, err)) }

func problemOf(ctx context.Context, f Failure) Problem {
	return Problem{
		Type: "about:blank", Title: T(ctx, "failure."+f.Key+".title"), Status: f.Status, Code: f.Code,
		Detail: f.Detail, Errors: f.Fields, RequestID: f.RequestID,
	}
}

// ProblemHeader is what stands in the head of an answer that is p.
func ProblemHeader(p Problem) http.Header { return failureHeader(p.Code) }

// failureHeader: a failure is not kept, and who meets a busy program comes back
// a little later.
func failureHeader(code string) http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	if code == fault.Busy.Code() {
		h.Set("Retry-After", "5")
	}
	return h
}

// NoteFailure keeps err for the request's log line, for an adapter that writes
// its own answer.
func NoteFailure(ctx context.Context, err error) {
	if s := stateOf(ctx); s != nil {
		s.err = err
	}
}
