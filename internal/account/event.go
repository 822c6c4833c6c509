package account

// StaffAdded says that somebody new works here.
type StaffAdded struct {
	ID   ID     `json:"id"`
	Area string `json:"area"`
}

// EventName implements op.Event.
func (StaffAdded) EventName() string { return "account.staff_added" }

// GrantsChanged says that somebody's rights changed.
type GrantsChanged struct {
	ID ID `json:"id"`
}

// EventName implements op.Event.
func (GrantsChanged) EventName() string { return "account.grants_changed" }

// StayEnded says that somebody works here no more: their open work needs a
// new hand.
type StayEnded struct {
	ID ID `json:"id"`
}

// EventName implements op.Event.
func (StayEnded) EventName() string { return "account.stay_ended" }
