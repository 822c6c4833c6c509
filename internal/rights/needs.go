package rights

import (
	"context"
	"time"

	"nuanxin/internal/op"
	"nuanxin/internal/seal"
	"nuanxin/internal/workday"
)

// Orgs knows the unions.
type Orgs interface {
	// UnionFor returns the union that looks after an area; none is fault.Missing.
	// An empty area is that of the highest one.
	UnionFor(ctx context.Context, tx *op.Tx, area string) (Union, error)
	// Union returns a union that can answer; none of that id is fault.Missing.
	Union(ctx context.Context, tx *op.Tx, which string) (Union, error)
	// HomeOf returns the area of the union that a worker belongs to or has applied
	// to; empty: none.
	HomeOf(ctx context.Context, tx *op.Tx, worker string) (area string, err error)
}

// Union is a union as this package needs it.
type Union struct {
	ID, Name, Area string
	Officer        string // the name of who looks first; may be empty
}

// People knows accounts.
type People interface {
	// Contact returns a worker's name and phone; either may be empty.
	Contact(ctx context.Context, tx *op.Tx, worker string) (name, phone string, err error)
}

// Callers knows whose phone is whose, and what that says of who called from it.
type Callers interface {
	// Has returns a worker's phone, empty where there is none, and whether something that
	// was written down at a time for somebody of a name who has it is the worker's. proved is
	// when a code came back from the phone, where that is not the last that signed them in.
	Has(ctx context.Context, tx *op.Tx, worker string, proved time.Time) (phone string, is func(name string, at time.Time) bool, err error)
}

// Fields knows what is kept of workers that may be wrong, and changes it.
type Fields interface {
	// Known returns what is kept of a worker.
	Known(ctx context.Context, tx *op.Tx, worker string) ([]Field, error)
	// Correct changes a field inside an operation of this package, and returns what
	// stood there. A value that cannot be is fault.Invalid at the field "wanted".
	Correct(ctx context.Context, tx *op.Tx, worker, field, value string) (was string, err error)
}

// Field is something that is kept of a worker. Its words are "rights.field."+Name.
type Field struct {
	Name   string
	Value  string
	Masked string // as a page shows it that somebody may look at from the side
	Choice []string
}

// Notifier reaches who asked outside the pages.
type Notifier interface {
	// Notify sends word that a union has answered, in words that tell nobody else
	// what about. key names the message, so that it goes out once.
	Notify(ctx context.Context, key, phone string) error
}

// Config is what the service needs; all but Notifier.
type Config struct {
	Ring     *seal.Ring
	Orgs     Orgs
	People   People
	Fields   Fields
	Callers  Callers
	Notifier Notifier // nil: nobody is told
	Calendar func() workday.Calendar
}

// Answered says that a union has answered an ask.
type Answered struct {
	ID ID `json:"id"`
}

// EventName implements op.Event.
func (Answered) EventName() string { return "rights.answered" }
