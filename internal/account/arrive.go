package account

import (
	"context"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
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
	in.Person, in.EndsAt = p.ID, tx.Now().Add(l.Days("session_worker_days"))
	return in, begin(ctx, tx, in, session.Session{Kind: authz.Worker, Way: way}) // the phone was not proved by it
}

// OnLeave has do done in the transaction that ends somebody's stay.
func (s *Service) OnLeave(do func(ctx context.Context, tx *op.Tx, person string) error) {
	s.leave = append(s.leave, do)
}
