package request

// The events carry ids only: whoever reacts asks for what it may see. All are
// delivered at least once.

// Captured says that a request arrived.
type Captured struct {
	ID     ID     `json:"id"`
	Number string `json:"number"`
	Area   string `json:"area"`
	Topic  string `json:"topic"`
}

// Dispatched says that a request was handed to a body.
type Dispatched struct {
	ID       ID         `json:"id"`
	Number   string     `json:"number"`
	Dispatch DispatchID `json:"dispatch"`
	Body     string     `json:"body"`
}

// Addressed says that the union told a body something of what it has in hand.
type Addressed struct {
	ID       ID         `json:"id"`
	Dispatch DispatchID `json:"dispatch"`
	Body     string     `json:"body"`
}

// Bounced says that a body sent a request back.
type Bounced struct {
	ID       ID         `json:"id"`
	Dispatch DispatchID `json:"dispatch"`
	Body     string     `json:"body"`
}

// Reported says that a body told the union what it did.
type Reported struct {
	ID       ID         `json:"id"`
	Dispatch DispatchID `json:"dispatch"`
	Body     string     `json:"body"`
}

// Told says that the worker has something to read: an answer, a question, a
// message, or that the matter was joined to another or belongs elsewhere.
type Told struct {
	ID     ID     `json:"id"`
	Number string `json:"number"`
	Kind   Kind   `json:"kind"`
}

// Answered says that the worker got an answer.
type Answered struct {
	ID ID `json:"id"`
}

// Solved says that the worker called the matter solved.
type Solved struct {
	ID ID `json:"id"`
}

// Unsolved says that the worker called the matter not solved.
type Unsolved struct {
	ID ID `json:"id"`
}

// Withdrawn says that the worker took the matter back.
type Withdrawn struct {
	ID ID `json:"id"`
}

// Merged says that a request was joined to another, or parted from it.
type Merged struct {
	ID   ID   `json:"id"`
	Into ID   `json:"into"`
	Undo bool `json:"undo,omitempty"`
}

// Reminded says that a step of the escalation ladder was taken.
type Reminded struct {
	ID     ID     `json:"id"`
	Number string `json:"number"`
	Clock  string `json:"clock"`
	Level  int    `json:"level"`
	Area   string `json:"area"` // the union that is now asked to look

	Dispatch DispatchID `json:"dispatch,omitempty"` // whose time it is; empty: the union's own
	Body     string     `json:"body,omitempty"`     // that has it
}

// StationReported says that a worker found something wrong at a station.
type StationReported struct {
	ID      ID     `json:"id"`
	Number  string `json:"number"`
	Station string `json:"station"`
	What    string `json:"what"`
}

// StationFixed says that what was wrong at a station is mended, or was taken back.
type StationFixed struct {
	ID      ID     `json:"id"`
	Number  string `json:"number"`
	Station string `json:"station"`
	What    string `json:"what"`
}

// EventName implements op.Event.
func (Captured) EventName() string { return "request.captured" }

// EventName implements op.Event.
func (Dispatched) EventName() string { return "request.dispatched" }

// EventName implements op.Event.
func (Addressed) EventName() string { return "request.addressed" }

// EventName implements op.Event.
func (Bounced) EventName() string { return "request.bounced" }

// EventName implements op.Event.
func (Reported) EventName() string { return "request.reported" }

// EventName implements op.Event.
func (Told) EventName() string { return "request.told" }

// EventName implements op.Event.
func (Answered) EventName() string { return "request.answered" }

// EventName implements op.Event.
func (Solved) EventName() string { return "request.solved" }

// EventName implements op.Event.
func (Unsolved) EventName() string { return "request.unsolved" }

// EventName implements op.Event.
func (Withdrawn) EventName() string { return "request.withdrawn" }

// EventName implements op.Event.
func (Merged) EventName() string { return "request.merged" }

// EventName implements op.Event.
func (Reminded) EventName() string { return "request.reminded" }

// EventName implements op.Event.
func (StationReported) EventName() string { return "request.station_reported" }

// EventName implements op.Event.
func (StationFixed) EventName() string { return "request.station_fixed" }
