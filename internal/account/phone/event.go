package phone

import "nuanxin/internal/account"

// Turned says that a change of a phone came to another state.
type Turned struct {
	Person account.ID `json:"person"`
	Change string     `json:"change"`
	State  State      `json:"state"`
}

// EventName implements op.Event.
func (Turned) EventName() string { return "account.phone_turned" }
