package ui

import (
	"context"
	"net/http"

	"nuanxin/internal/fault"
	"nuanxin/internal/web"
)

// Trouble is why a form is shown again: what was wrong with it, or what happened
// meanwhile.
type Trouble struct {
	Errs FormErrors
	Text string
}

// TroubleOf sorts err into what a form can show again, with its status, and what
// must be told on a page of its own, which comes back.
func TroubleOf(ctx context.Context, err error) (Trouble, int, error) {
	switch {
	case fault.Is(err, fault.Invalid):
		return Trouble{Errs: FieldErrors(ctx, err)}, http.StatusUnprocessableEntity, nil
	case fault.Is(err, fault.Conflict):
		return Trouble{Text: web.FailureOf(ctx, err).Detail}, http.StatusConflict, nil
	}
	return Trouble{}, 0, err
}
