package account

import (
	"context"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// This part is what the rooms of other ways in need: they know who it is, inside their
// own operation, and begin a session like any other.

// Arrive begins the session of a staff member. both says that the way showed two factors
// already; else the second one of who has one is still to come. Nobody who may not sign
// in: nil.
func (s *Service) Arrive(ctx context.Context, tx *op.Tx, person string, way session.Way, both bool) (*Signed, error) {
	who, err := enters(ctx, tx, person)
	if err != nil || who.id == "" || expired(who.goodUntil, tx.Now()) {
		return nil, err
	}
	in := newSigned()
	in.Device = knownDevice(ctx)
	has, err := s.armed(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	if has.Any() && !both {
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return nil, err
		}
		in.Person = who.id
		return in, pause(ctx, tx, in, way, l)
	}
	_, err = s.arrive(ctx, tx, in, who, way)
	return in, err
}

// Unset takes away the first password of a member of staff, inside the operation of the
// room by which they come in instead, and returns from when on and how long a way in may
// wait for them. Conflict: they set a password of their own, or have a second factor, and
// so a way in that they know: whose account it is must not change without their notice.
func (s *Service) Unset(ctx context.Context, tx *op.Tx, who ID) (time.Time, time.Duration, error) {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return time.Time{}, 0, err
	}
	has, err := s.armed(ctx, tx, string(who))
	if err == nil && has.Any() {
		err = fault.New("account.unset", fault.Conflict, "account.invite.factor")
	}
	if err != nil {
		return time.Time{}, 0, err
	}
	n, err := tx.Exec(ctx, `
		update person_password set hash = $2, set_at = $3, must_change = $4, good_until = null, absent = $5 where person_id = $1 and (must_change or absent)`,
		string(who), s.cost.Nobody(), tx.Now().UnixMicro(), false, true)
	if err == nil && n == 0 {
		err = fault.New("account.unset", fault.Conflict, "account.invite.password")
	}
	if err != nil {
		return time.Time{}, 0, err
	}
	return tx.Now(), l.Days("first_password_days"), session.End(ctx, tx, string(who), "")
}

// Unsettled reports whether [Service.Unset] would do.
func (s *Service) Unsettled(ctx context.Context, tx *op.Tx, who ID) (bool, error) {
	var n int
	err := tx.One(ctx, `select count(*) from person_password where person_id = $1 and (must_change or absent)`, []any{string(who)}, &n)
	if err != nil || n == 0 {
		return false, err
	}
	has, err := s.armed(ctx, tx, string(who))
	return !has.Any(), err
}

// Stranded reports whether who comes in by what a room above keeps, and by nothing else:
// they have neither a password nor a passkey.
func (s *Service) Stranded(ctx context.Context, tx *op.Tx, who ID) (bool, error) {
	var n int
	err := tx.One(ctx, `select count(*) from person_password where person_id = $1 and absent`, []any{string(who)}, &n)
	if err != nil || n == 0 {
		return false, err
	}
	has, err := s.passkeys.Any(ctx, tx, string(who))
	return !has, err
}

// StillUnset takes the row of who's password, and reports whether it was given none since
// [Service.Unset] took it away.
func (s *Service) StillUnset(ctx context.Context, tx *op.Tx, who ID, since time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `update person_password set hash = hash where person_id = $1 and absent and set_at = $2`, string(who), since.UnixMicro())
	return n == 1, err
}

// Welcome begins the long session of a worker on their own phone. Nobody who may not
// sign in: nil.
func (s *Service) Welcome(ctx context.Context, tx *op.Tx, person string, way session.Way) (*Signed, error) {
	p, err := people.Get(ctx, tx, ID(person))
	if err != nil || !p.Active || p.Kind != authz.Worker {
		return nil, err
	}
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	in := newSigned()
	in.Person = p.ID
	return in, s.admit(ctx, tx, in, session.Held{Way: way, Own: true}, l)
}

// OnLeave has do done in the transaction that ends somebody's stay.
func (s *Service) OnLeave(do func(ctx context.Context, tx *op.Tx, person string) error) {
	s.leave = append(s.leave, do)
}
