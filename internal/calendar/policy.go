package calendar

import "nuanxin/internal/authz"

// The actions on the calendar.
const (
	See     authz.Action = "calendar.see"
	Publish authz.Action = "calendar.publish"
)

// Policy says who may do them. A notice counts for the whole installation, so
// that whoever enters it must administer all of it.
var Policy = authz.Rules{
	See:     authz.Anyone,
	Publish: authz.InArea(authz.Admin),
}
