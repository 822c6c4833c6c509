package account

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// credential is what a sign-in is held against.
type credential struct {
	person     ID
	hash       string
	mustChange bool
	goodUntil  time.Time
}

// charge counts a try and returns what to hold it against; for an account that
// does not exist, a hash that nothing matches.
func (s *Service) charge(ctx context.Context, login string) (credential, error) {
	var found credential
	target := id.New[root]()
	find := func(tx *op.Tx) (r root, err error) {
		if found, err = credentialOf(ctx, tx, login); found.person != "" {
			return root(found.person), err
		}
		found.hash = s.cost.Nobody()
		return target, err
	}
	_, err := op.Write(ctx, s.desk, TryPassword, find, func(tx *op.Tx, _ root) (bool, error) {
		noteOrigin(ctx, tx)
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		return true, s.gate.Count(ctx, tx, login, l)
	})
	return found, err
}

// credentialOf reads what a sign-in as login is held against. Nobody active of
// that name is no error: person is then empty.
func credentialOf(ctx context.Context, tx *op.Tx, login string) (credential, error) {
	var c credential
	err := tx.One(ctx, `
		select p.person_id, w.hash, w.must_change, w.good_until
		from person_login g join person p on p.person_id = g.person_id join person_password w on w.person_id = p.person_id
		where g.login = $1 and p.active and p.locked_at is null`, []any{login}, &c.person, &c.hash, &c.mustChange, db.Time(&c.goodUntil))
	if errors.Is(err, db.ErrNone) {
		return credential{}, nil
	}
	return c, err
}
