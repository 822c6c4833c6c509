// Package roll is the roll of members (会员名册) as the union reads it: who waits,
// with the doubtful on top, one member with the history and with whom it may be the
// same as, search, and a list to take along. It changes nothing.
//
// A [member.Doubt] about another record is an open pair of package twin.
package roll

import (
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// Service is the roll.
type Service struct {
	desk    *op.Desk
	members *member.Service
}

// New returns the roll of members.
func New(desk *op.Desk, members *member.Service) *Service { return &Service{desk, members} }
