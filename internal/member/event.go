package member

// AppliedTo says that somebody waits for a union: with an application or a
// transfer.
type AppliedTo struct {
	ID    ID     `json:"id"`
	Union string `json:"union"`
}

// EventName implements op.Event.
func (AppliedTo) EventName() string { return "member.applied" }

// Joined says that somebody is a member now.
type Joined struct {
	ID    ID     `json:"id"`
	Union string `json:"union"`
}

// EventName implements op.Event.
func (Joined) EventName() string { return "member.joined" }

// Moved says that a membership went to another union.
type Moved struct {
	ID   ID     `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
}

// EventName implements op.Event.
func (Moved) EventName() string { return "member.moved" }

// Gone says that a membership is over.
type Gone struct {
	ID    ID     `json:"id"`
	Union string `json:"union"`
}

// EventName implements op.Event.
func (Gone) EventName() string { return "member.gone" }

// Combined says that a record of somebody went into another one of theirs. ID is the
// record whose account is told: the kept one with Gone, or the other with Into.
type Combined struct {
	ID   ID `json:"id"`
	Gone ID `json:"gone,omitempty"`
	Into ID `json:"into,omitempty"`
}

// EventName implements op.Event.
func (Combined) EventName() string { return "member.merged" }

// Parted says that a record is one of its own again.
type Parted struct {
	ID ID `json:"id"`
}

// EventName implements op.Event.
func (Parted) EventName() string { return "member.parted" }

// Turned says that a union did not approve: an application or a transfer.
type Turned struct {
	ID ID `json:"id"`
}

// EventName implements op.Event.
func (Turned) EventName() string { return "member.refused" }
