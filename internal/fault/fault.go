// Package fault is the one error type that crosses package borders.
//
// A fault says what class of failure happened ([Kind]), where (an operation's
// name) and, when the reader may be told, why: a message key with its
// arguments, for the whole act or for one field of a form. Everything else is
// an ordinary wrapped error and is shown to the reader as an internal fault.
package fault

import (
	"errors"
	"strings"
)

// Kind is the class of a failure. The web layer maps kinds to status codes and
// words; no other package knows HTTP.
type Kind uint8

// The kinds. New ones go at the end: their numbers are stored with refused acts.
const (
	Internal Kind = iota // a bug or a broken machine; never explained to the reader
	Invalid              // the input breaks a rule that the reader can mend
	Denied               // the reader may see the thing but not do this to it
	Missing              // there is no such thing, or the reader may not know of it
	Conflict             // the thing changed under the reader, or the step does not fit its state
	Busy                 // too much at once; trying again later is right
	SoldOut              // the limited thing is used up
	Unproven             // the reader may, but proved who they are too long ago
)

// codes are the stable names that API clients rely on.
var codes = [...]string{"internal", "invalid", "denied", "missing", "conflict", "busy", "sold_out", "unproven"}

// Code returns the stable name of k, as in problem+json's "code".
func (k Kind) Code() string {
	if int(k) < len(codes) {
		return codes[k]
	}
	return codes[Internal]
}

// KindOfCode returns the kind with the given stable name; an unknown name is Internal.
func KindOfCode(code string) Kind {
	for k, c := range codes {
		if c == code {
			return Kind(k)
		}
	}
	return Internal
}

// Args are the values that a message names in braces, such as {{.Limit}}.
type Args map[string]any

// Field is one fault of one field of a form.
type Field struct {
	Name string // the input's name
	Msg  string // message key
	Args Args
}

// Error is a failure with a class.
type Error struct {
	Op     string // "station.rename"
	Kind   Kind
	Msg    string // message key for the reader; empty for Internal
	Args   Args
	Fields []Field // for Invalid: what is wrong with which input
	Err    error
}

// New returns a fault without a cause.
func New(op string, kind Kind, msg string) *Error { return &Error{Op: op, Kind: kind, Msg: msg} }

// With returns e with arguments for its message.
func (e *Error) With(args Args) *Error {
	c := *e
	c.Args = args
	return &c
}

// Because returns e with its cause, which only logs will show.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Wrap adds op to err, keeping its kind and message. It returns nil when err is nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return &Error{Op: op, Kind: e.Kind, Msg: e.Msg, Args: e.Args, Fields: e.Fields, Err: err}
	}
	return &Error{Op: op, Err: err}
}

// Error implements error. It is for logs, not for readers.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	switch {
	case e.Err != nil:
		b.WriteString(": " + e.Err.Error())
	case e.Msg != "":
		b.WriteString(": " + e.Msg)
	}
	for _, f := range e.Fields {
		b.WriteString("; " + f.Name + ": " + f.Msg)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Of returns the outermost fault in err, or an Internal one that wraps it.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Err: err}
}

// KindOf returns the kind of err, or Internal when it has none.
func KindOf(err error) Kind { return Of(err).Kind }

// Is reports whether err is a fault of the given kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// Unless lets an error of one kind pass: a listener passes over what is missing,
// since trying again would not bring it back.
func Unless(err error, kind Kind) error {
	if Is(err, kind) {
		return nil
	}
	return err
}

// Form collects the faults of a form, field by field, so that the reader is
// told all of them at once. Its zero value is ready to use.
type Form struct{ fields []Field }

// Add notes that the input called name breaks the rule that msg explains.
func (f *Form) Add(name, msg string, args Args) { f.fields = append(f.fields, Field{name, msg, args}) }

// Err returns an Invalid fault with all fields noted, or nil when there are none.
func (f *Form) Err(op string) error {
	if len(f.fields) == 0 {
		return nil
	}
	return &Error{Op: op, Kind: Invalid, Msg: "fault.form", Fields: f.fields}
}
