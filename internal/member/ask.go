package member

import (
	"context"

	"nuanxin/internal/op"
)

// Ask returns a member to a room of this domain, in its transaction; the room's own
// action decides who may ask. None is fault.Missing.
func (s *Service) Ask(ctx context.Context, tx *op.Tx, which ID) (Member, error) {
	return s.get(ctx, tx, which)
}

// AskPerson is [Service.Ask] for the newest membership of an account, be it over.
func (s *Service) AskPerson(ctx context.Context, tx *op.Tx, person string) (Member, error) {
	return s.one(ctx, tx, `m.person_id = $1`, person)
}

// AskNumber is [Service.Ask] for whoever has a number.
func (s *Service) AskNumber(ctx context.Context, tx *op.Tx, number string) (Member, error) {
	return s.one(ctx, tx, `m.member_id = (select n.member_id from member_number n where n.number = $1)`, number)
}

// Seal seals a value of a member's row for a column; of nothing it is nothing.
func (s *Service) Seal(plain, column string, row ID) ([]byte, error) {
	return s.seal(plain, column, row)
}

// Index is the blind index by which members are found; of nothing it is nothing.
func (s *Service) Index(sort, value string) string { return s.index(sort, value) }
