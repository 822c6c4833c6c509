// Package example makes a solved matter an example that anybody may read, when its
// worker agrees to the exact words (个人信息保护法 art. 25: a consent of its own).
//
// A cadre writes anew what happened and what was done ([Service.Propose]); nothing of it
// is public before the worker says yes ([Service.Agree]), and nothing after they take it
// back, end their account or call the matter not solved: the read of the public page
// ([Service.Answered]) has all that as its condition. Whoever said no is not asked again
// about the matter.
package example

import (
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/request"
)

// The actions.
const (
	Propose  authz.Action = "request.example_propose"
	TakeBack authz.Action = "request.example_take_back"
	See      authz.Action = "request.example_see"
	Agree    authz.Action = "request.example_agree"
	Refuse   authz.Action = "request.example_refuse" // before, or after one agreed
	Mine     authz.Action = "request.example_mine"
	Answered authz.Action = "request.example_list"
)

var cadre = authz.InArea(authz.Cadre)

// Policy says who may do them.
var Policy = authz.Rules{
	Propose: cadre, TakeBack: cadre, See: authz.Any(authz.Owner, cadre),
	Agree: authz.Owner, Refuse: authz.Owner, Mine: authz.Owner, Answered: authz.Anyone,
}

// State is how far an example is.
type State string

// The states; empty: nobody has proposed one.
const (
	Asked   State = "asked"
	Agreed  State = "agreed"
	Refused State = "refused"
)

// Draft is what a cadre writes: what happened, and what was done.
type Draft struct{ What, Done string }

// Example is a matter told anew.
type Example struct {
	ID      string // of these words
	Request request.ID
	Number  string
	State   State
	Draft
	At time.Time // it was proposed

	Purpose consent.Purpose // what its worker is asked to agree to

	over bool // the matter is not what it was, or whose
}

// Shown is an example as anybody reads it.
type Shown struct {
	Month string // of the year, in Beijing
	Area  string // the county
	Topic string
	Draft
	Mark string // after which the next page begins
}

// county is the area of a matter, no smaller than a county.
func county(area string) string {
	const most = 6
	return area[:min(len(area), most)]
}
