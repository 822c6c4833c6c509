package org

// Founded says that an organisation began.
type Founded struct {
	ID   ID     `json:"id"`
	Area string `json:"area"`
}

// EventName implements op.Event.
func (Founded) EventName() string { return "org.founded" }

// Changed says that an organisation's record or duties changed.
type Changed struct {
	ID   ID     `json:"id"`
	Area string `json:"area"`
}

// EventName implements op.Event.
func (Changed) EventName() string { return "org.changed" }

// Closed says that an organisation ended.
type Closed struct {
	ID   ID     `json:"id"`
	Area string `json:"area"`
}

// EventName implements op.Event.
func (Closed) EventName() string { return "org.closed" }
