package rights

import (
	"context"

	"nuanxin/internal/op"
)

// This part is for the rooms of this domain, inside their own operations.

// Ask returns an ask; the room's own action decides who may have it.
func (s *Service) Ask(ctx context.Context, tx *op.Tx, which ID) (Ask, error) {
	return s.get(ctx, tx, which)
}

// NumberOf returns the whole phone that a cadre wrote down with an ask; empty: none.
func (s *Service) NumberOf(ctx context.Context, tx *op.Tx, a Ask) (string, error) {
	b, err := s.box(a.key, a.ID)
	if err != nil {
		return "", err
	}
	var sealed []byte
	if err := tx.One(ctx, `select phone from rights_ask where ask_id = $1`, []any{string(a.ID)}, &sealed); err != nil {
		return "", err
	}
	return b.open(sealed, "phone")
}

// Settle answers an ask in the name of whoever acts: it was done.
func (s *Service) Settle(ctx context.Context, tx *op.Tx, a Ask, version int64, words string) error {
	words, err := answer(words)
	if err != nil {
		return err
	}
	a.State, a.Answer, a.AnsweredBy, a.Version = Done, words, tx.Subject.Name, version
	tx.Emit(Answered{a.ID})
	return s.close(ctx, tx, a)
}
