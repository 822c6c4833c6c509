package account

import (
	"context"
	"errors"
	"slices"

	"nuanxin/internal/account/factor"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// halfway is a sign-in whose password was right and whose code is to come.
type halfway struct {
	person ID
	login  string
	way    session.Way
}

// AuthzObject implements op.Target.
func (h halfway) AuthzObject() authz.Object { return root(h.person).AuthzObject() }

// pause keeps a sign-in that waits for its code. Its secret opens nothing else.
// The try stays counted until the code was right, too.
func pause(ctx context.Context, tx *op.Tx, in *Signed, way session.Way, l pace.Limits) error {
	in.Half, in.EndsAt = true, tx.Now().Add(l.Minutes("factor_half_min"))
	in.Lasts = in.EndsAt.Sub(tx.Now())
	tx.Note("result", "code")
	_, err := tx.Exec(ctx, `insert into account_half (hash, person_id, ends_at, way) values ($1, $2, $3, $4)`, session.Hash(in.Token), string(in.Person), in.EndsAt.UnixMicro(), string(way))
	return err
}

// waiting returns the sign-in that half is the secret of, or Missing.
func waiting(ctx context.Context, tx *op.Tx, half string) (halfway, error) {
	var h halfway
	err := tx.One(ctx, `
		select h.person_id, p.login, h.way from account_half h join person p on p.person_id = h.person_id
		where h.hash = $1 and h.ends_at > $2 and p.active and p.locked_at is null`, []any{session.Hash(half), tx.Now().UnixMicro()}, &h.person, &h.login, &h.way)
	if errors.Is(err, db.ErrNone) {
		err = errHalf()
	}
	return h, err
}

func errHalf() error { return fault.New(string(EnterCode), fault.Missing, "account.factor.half_over") }

// Waiting says by what the sign-in that half is the secret of may go on, or Missing.
func (s *Service) Waiting(ctx context.Context, half string) (has Armed, err error) {
	_, err = op.Read(unnamed(ctx), s.desk, EnterCode, func(tx *op.Tx) (halfway, error) {
		h, err := waiting(ctx, tx, half)
		if err == nil {
			has, err = s.armed(ctx, tx, string(h.person))
		}
		return h, err
	})
	return has, err
}

// EnterCode ends the sign-in that half is the secret of, by a code of the moment
// or a recovery code. A wrong or used code is Invalid and counts as a wrong try
// at the password does; a sign-in that is over is Missing.
func (s *Service) EnterCode(ctx context.Context, half, code string) (Signed, error) {
	return s.conclude(ctx, half, "account.factor.wrong", func(ctx context.Context, tx *op.Tx, person string) (bool, error) {
		return s.factors.Use(ctx, tx, person, code)
	})
}

// conclude ends a sign-in that waits, when its second factor holds.
func (s *Service) conclude(ctx context.Context, half, wrong string, holds func(context.Context, *op.Tx, string) (bool, error)) (Signed, error) {
	ctx = unnamed(ctx)
	h, err := op.Read(ctx, s.desk, EnterCode, func(tx *op.Tx) (halfway, error) { return waiting(ctx, tx, half) })
	if err != nil {
		return Signed{}, err
	}
	found, err := s.charge(ctx, h.login)
	if err != nil {
		return Signed{}, err
	}
	in := newSigned()
	in.Person, in.Device, in.MustChange = h.person, knownDevice(ctx), found.mustChange
	ok, err := op.Write(ctx, s.desk, EnterCode, personRoot(h.person), func(tx *op.Tx, _ root) (bool, error) {
		// Whoever changes the password meanwhile waits for this row, or was first and ended this sign-in.
		n, err := tx.Exec(ctx, `update person_password set hash = hash where person_id = $1 and hash = $2`, string(h.person), found.hash)
		if err == nil && n == 0 {
			err = errHalf()
		}
		if err != nil {
			return false, err
		}
		if ok, err := holds(ctx, tx, string(h.person)); !ok || err != nil {
			tx.Note("result", "wrong")
			return false, err
		}
		n, err = tx.Exec(ctx, `delete from account_half where hash = $1 and ends_at > $2`, session.Hash(half), tx.Now().UnixMicro())
		if err == nil && n == 0 {
			err = errHalf()
		}
		if err != nil {
			return false, err
		}
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		return true, s.finish(ctx, tx, in, h.login, h.way, l)
	})
	if err == nil && !ok {
		err = people.FieldFault("code", wrong)
	}
	if err != nil {
		return Signed{}, err
	}
	return *in, nil
}

// required reports whether who must have a second factor by the rule of the day.
func required(l pace.Limits, who authz.Subject) bool {
	return l["factor_required"] > 1 || l["factor_required"] == 1 && slices.ContainsFunc(who.Grants, func(g authz.Grant) bool { return authz.Power(g.Role) })
}

// Factor returns the second factor of whoever asks.
func (s *Service) Factor(ctx context.Context) (state factor.State, err error) {
	_, err = op.Read(ctx, s.desk, Me, func(tx *op.Tx) (Person, error) {
		p, err := self(ctx, tx)
		if err == nil {
			state, err = s.factors.State(ctx, tx, string(p.ID), p.Login)
		}
		return p, err
	})
	return state, err
}

// StartFactor makes a secret for whoever asks, by the password. It counts once
// [Service.ConfirmFactor] has seen a code of it.
func (s *Service) StartFactor(ctx context.Context, password, token string) error {
	if err := s.prove(ctx, "password", password, token); err != nil {
		return err
	}
	_, err := op.Write(unnamed(ctx), s.desk, StartFactor, selfOf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		if err := s.gate.Refund(ctx, tx, p.Login, pace.OriginOf(ctx).Device); err != nil {
			return false, err
		}
		return true, s.factors.Propose(ctx, tx, string(p.ID))
	})
	return err
}

// ConfirmFactor puts the second factor of whoever asks into force and returns
// their recovery codes. Their other sessions, which had none, end.
func (s *Service) ConfirmFactor(ctx context.Context, code, token string) ([]string, error) {
	return s.byCode(ctx, ConfirmFactor, s.factors.Confirm, code, func(tx *op.Tx, p Person) ([]string, error) {
		if err := session.End(ctx, tx, string(p.ID), session.Hash(token)); err != nil {
			return nil, err
		}
		return s.factors.Renew(ctx, tx, string(p.ID))
	})
}

// RenewCodes makes new recovery codes for whoever asks; those before are void. They may
// have an authenticator, passkeys, or both. Conflict: they have no second factor.
func (s *Service) RenewCodes(ctx context.Context) (codes []string, err error) {
	_, err = op.Write(unnamed(ctx), s.desk, RenewCodes, staffSelf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		has, err := s.armed(ctx, tx, string(p.ID))
		if err == nil && !has.Any() {
			err = fault.New(string(RenewCodes), fault.Conflict, "account.codes.none")
		}
		if err != nil {
			return false, err
		}
		codes, err = s.factors.Renew(ctx, tx, string(p.ID))
		return err == nil, err
	})
	return codes, err
}

// DropFactor turns off the second factor of whoever asks, by password and code.
func (s *Service) DropFactor(ctx context.Context, password, code, token string) error {
	if err := s.prove(ctx, "password", password, token); err != nil {
		return err
	}
	_, err := s.byCode(ctx, DropFactor, s.factors.Use, code, func(tx *op.Tx, p Person) ([]string, error) {
		if err := s.gate.Refund(ctx, tx, p.Login, pace.OriginOf(ctx).Device); err != nil {
			return nil, err
		}
		if _, err := s.factors.Drop(ctx, tx, string(p.ID)); err != nil {
			return nil, err
		}
		return nil, s.disarmed(ctx, tx, string(p.ID))
	})
	return err
}

// Prove shows once more, in the session that token opens, that it is its owner who
// asks: by the password, and by a code where there is a second factor. Acts that
// ask again go on for a while. A wrong one counts as a wrong try at signing in.
func (s *Service) Prove(ctx context.Context, password, code, token string) error {
	if err := s.prove(ctx, "password", password, token); err != nil {
		return err
	}
	holds := func(ctx context.Context, tx *op.Tx, person, code string) (bool, error) {
		if has, err := s.armed(ctx, tx, person); err != nil || !has.Any() {
			return !has.Any(), err
		}
		return s.factors.Use(ctx, tx, person, code)
	}
	_, err := s.byCode(ctx, Prove, holds, code, func(tx *op.Tx, p Person) ([]string, error) {
		if err := proved(ctx, tx, p, token); err != nil {
			return nil, err
		}
		return nil, s.gate.Refund(ctx, tx, p.Login, pace.OriginOf(ctx).Device)
	})
	return err
}

// proved notes in the session that token opens that its owner proved themselves.
func proved(ctx context.Context, tx *op.Tx, p Person, token string) error {
	n, err := tx.Exec(ctx, `update account_session set proved_at = $3 where hash = $1 and person_id = $2`, session.Hash(token), string(p.ID), tx.Now().UnixMicro())
	if err == nil && n == 0 { // ended meanwhile, perhaps by a new password
		err = fault.New(string(Prove), fault.Missing, "account.session.none")
	}
	return err
}

// byCode does what needs a code of whoever asks. What it returns is secret, so it
// is given beside the outcome, which is kept.
func (s *Service) byCode(ctx context.Context, action authz.Action, holds func(context.Context, *op.Tx, string, string) (bool, error), code string,
	do func(*op.Tx, Person) ([]string, error),
) (codes []string, err error) {
	ok, err := op.Write(unnamed(ctx), s.desk, action, selfOf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		if ok, err := holds(ctx, tx, string(p.ID), code); !ok || err != nil {
			tx.Note("result", "wrong")
			return false, err
		}
		codes, err = do(tx, p)
		return true, err
	})
	if err == nil && !ok {
		err = people.FieldFault("code", "account.factor.wrong")
	}
	return codes, err
}

// ResetFactor takes somebody's second factor away, whose phone and codes are
// lost, and ends their sessions. They read of it at the next sign-in. Nobody does
// so for themselves.
func (s *Service) ResetFactor(ctx context.Context, who ID) error {
	return s.resetFactor(ctx, authz.From(ctx).Name, staffer(ctx, who))
}

// PutFactorOff is ResetFactor for the staff member called login. Only the
// program's own commands may.
func (s *Service) PutFactorOff(ctx context.Context, login string) error {
	if authz.From(ctx).Kind != authz.System {
		return fault.New(string(ResetFactor), fault.Denied, "fault.denied")
	}
	return s.resetFactor(ctx, factor.Machine, called(ctx, people.FoldLogin(login)))
}

func (s *Service) resetFactor(ctx context.Context, by string, find func(*op.Tx) (Person, error)) error {
	_, err := op.Write(ctx, s.desk, ResetFactor, find, func(tx *op.Tx, p Person) (bool, error) {
		if string(p.ID) == tx.Subject.ID {
			return false, fault.New(string(ResetFactor), fault.Denied, "account.factor.self")
		}
		has, err := s.armed(ctx, tx, string(p.ID))
		if err == nil && !has.Any() {
			err = fault.New(string(ResetFactor), fault.Conflict, "account.factor.none")
		}
		if err != nil {
			return false, err
		}
		if err := errors.Join(s.factors.Reset(ctx, tx, string(p.ID), by), s.passkeys.Drop(ctx, tx, string(p.ID))); err != nil {
			return false, err
		}
		return true, session.End(ctx, tx, string(p.ID), "")
	})
	return err
}
