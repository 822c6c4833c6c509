package account

import "nuanxin/internal/account/people"

// Who sits where, which others ask of [people.Directory].
type (
	Seat      = people.Seat
	Colleague = people.Colleague
)
