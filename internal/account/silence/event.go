package silence

import "nuanxin/internal/account"

// PassedOn says that the number of an account went to a fresh one.
type PassedOn struct {
	From account.ID `json:"from"` // stays, without a number
	To   account.ID `json:"to"`
}

// EventName implements op.Event.
func (PassedOn) EventName() string { return "account.number_passed_on" }
