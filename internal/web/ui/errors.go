package ui

import (
	"context"
	"strings"

	"nuanxin/internal/fault"
	"nuanxin/internal/web"
)

// FormErrors are the faults of a form that was refused, in the reader's words.
// The zero value is a form without faults.
type FormErrors struct{ all []FormError }

// FieldErrors returns the faults of the fields in err, in their order. An
// Invalid fault without fields is told as one for the whole form.
func FieldErrors(ctx context.Context, err error) FormErrors {
	if !fault.Is(err, fault.Invalid) {
		return FormErrors{}
	}
	f := web.FailureOf(ctx, err)
	var e FormErrors
	for _, x := range f.Fields {
		e.all = append(e.all, FormError{ID: x.Name, Text: x.Text, Unnamed: strings.HasPrefix(x.Key, "fault.")})
	}
	if len(e.all) == 0 {
		e.all = []FormError{{ID: "main", Text: orElse(f.Detail, t(ctx, "failure.invalid.title"))}}
	}
	return e
}

// All lists the faults for [Errors].
func (e FormErrors) All() []FormError { return e.all }

// Of returns the fault of one input, or "".
func (e FormErrors) Of(name string) string {
	for _, x := range e.all {
		if x.ID == name {
			return x.Text
		}
	}
	return ""
}
