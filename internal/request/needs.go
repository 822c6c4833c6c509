package request

import (
	"context"
	"time"

	"nuanxin/internal/geo"
	"nuanxin/internal/op"
	"nuanxin/internal/workday"
)

// Orgs knows unions and bodies.
type Orgs interface {
	// UnionFor returns the union that answers for area: the nearest at or above
	// it. None is fault.Missing.
	UnionFor(ctx context.Context, tx *op.Tx, area string) (Union, error)
	// BodiesFor proposes bodies for a topic in an area, the likeliest first.
	BodiesFor(ctx context.Context, tx *op.Tx, topic, area string) ([]Body, error)
	// Names returns the names of those of the organisations that exist.
	Names(ctx context.Context, tx *op.Tx, ids []string) (map[string]string, error)
}

// Union is the union that answers for a request.
type Union struct {
	ID, Name, Area string
	Officer        string // who looks first today; may be empty
	OfficerName    string
}

// Body is an organisation that requests are handed to.
type Body struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Why  string `json:"why,omitempty"` // why it is proposed: "topic", "area", "before"
}

// Stations knows where stations are and who runs them.
type Stations interface {
	// Place returns what a request about a station needs. None is fault.Missing.
	Place(ctx context.Context, tx *op.Tx, station string) (StationPlace, error)
}

// StationPlace is a station as a request sees it.
type StationPlace struct {
	ID, Name, Area   string
	Point            *geo.Point
	HostID, HostName string // empty: nobody runs it
}

// People knows workers.
type People interface {
	// Contact returns a worker's name and phone; either may be empty.
	Contact(ctx context.Context, tx *op.Tx, worker string) (name, phone string, err error)
}

// Notifier reaches a worker outside the pages.
type Notifier interface {
	// Notify sends the notice. It may be asked again with the same Key and then
	// sends nothing.
	Notify(ctx context.Context, n Notice) error
}

// Notice tells a worker that there is something to read. It must be worded
// without a word of the matter: others look at phones, too.
type Notice struct {
	Key    string // of this notice, for ever
	Worker string // may be empty
	Phone  string // empty: only inside the pages
	Number string
	Kind   Kind // KindAnswered, KindAsked, …
}

// Files keeps the bytes of attachments. They are written before the request
// that names them, so some stay behind when it is refused.
type Files interface {
	// Older calls each with the blobs of requests that were last written before t.
	Older(ctx context.Context, t time.Time, each func(blob string) error) error
	// Remove forgets a blob, unless it was written again since.
	Remove(ctx context.Context, blob string) error
}

// Budget keeps floods out.
type Budget interface {
	// SpendCapture counts one more request by whoever asks, or is fault.Busy.
	SpendCapture(ctx context.Context, tx *op.Tx) error
}

// Phones knows whose a phone is.
type Phones interface {
	// UseCode uses up the code that was sent for purpose to phone, and counts the
	// try when it is wrong.
	UseCode(ctx context.Context, tx *op.Tx, purpose, phone, code string) (bool, error)
	// WorkerWith returns the worker whose phone it is; there is one afterwards.
	WorkerWith(ctx context.Context, tx *op.Tx, phone string) (string, error)
}

// Calendars knows the working days, as they were published when a promise was made.
type Calendars interface {
	// Current is the number of the last revision.
	Current() int64
	// As returns the calendar for what was promised after a revision.
	As(revision int64) workday.Calendar
}

// BuiltinCalendar is the calendar that the program was built with, for ever.
type BuiltinCalendar struct{}

// Current implements Calendars.
func (BuiltinCalendar) Current() int64 { return 0 }

// As implements Calendars.
func (BuiltinCalendar) As(int64) workday.Calendar { return workday.Calendar{} }

// Needs are the other domains, as far as requests need them.
type Needs struct {
	Orgs     Orgs
	Stations Stations
	People   People
	Notifier Notifier
	Files    Files
	Budget   Budget    // nil: nobody counts
	Phones   Phones    // nil: nobody can leave a phone later
	Calendar Calendars // nil: the one that the program was built with
}
