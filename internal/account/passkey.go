package account

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/passkey"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Armed says which second factors somebody has.
type Armed struct {
	Code    bool // from an authenticator
	Passkey bool
}

// Any reports whether there is one.
func (a Armed) Any() bool { return a.Code || a.Passkey }

// armed reads them. A passkey counts also where none can be used just now, because the
// public address was taken away: a recovery code goes in any case.
func (s *Service) armed(ctx context.Context, tx *op.Tx, person string) (a Armed, err error) {
	if a.Code, err = s.factors.On(ctx, tx, person); err == nil {
		a.Passkey, err = s.passkeys.Any(ctx, tx, person)
	}
	return a, err
}

// HasPasskeys reports whether passkeys can be used here: there is a public address.
func (s *Service) HasPasskeys() bool { return s.passkeys.On() }

// Passkeys returns those of whoever asks.
func (s *Service) Passkeys(ctx context.Context) (keys []passkey.Key, err error) {
	_, err = op.Read(ctx, s.desk, Me, func(tx *op.Tx) (Person, error) {
		p, err := self(ctx, tx)
		if err == nil {
			keys, err = s.passkeys.Of(ctx, tx, string(p.ID))
		}
		return p, err
	})
	return keys, err
}

// StartPasskey returns what the browser of whoever asks needs to make a passkey, for
// the session that token opens alone.
func (s *Service) StartPasskey(ctx context.Context, token string) (options string, err error) {
	_, err = op.Write(unnamed(ctx), s.desk, StartPasskey, staffSelf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		l, err := pace.LimitsOf(ctx, tx)
		if err == nil {
			options, err = s.passkeys.OfferNew(ctx, tx, keyOwner(p), token, l.Seconds("begin_life_s"))
		}
		return err == nil, err
	})
	return options, err
}

// staffSelf is whoever asks, if they are staff: workers have no passkeys.
func staffSelf(ctx context.Context) func(*op.Tx) (Person, error) {
	return func(tx *op.Tx) (Person, error) { return staffer(ctx, ID(tx.Subject.ID))(tx) }
}

func keyOwner(p Person) passkey.Owner {
	return passkey.Owner{ID: string(p.ID), Login: p.Login, Name: p.Name}
}

// AddPasskey keeps the passkey that the browser made, under a name. The first second
// factor ends the other sessions, which had none, and brings recovery codes, which are
// returned and told once.
func (s *Service) AddPasskey(ctx context.Context, token, name, answer string) (codes []string, err error) {
	if name, err = parseName(passkey.Named(name, pace.OriginOf(ctx).Kind())); err != nil {
		return nil, err
	}
	ok, err := op.Write(unnamed(ctx), s.desk, AddPasskey, staffSelf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		before, err := s.armed(ctx, tx, string(p.ID))
		if err != nil {
			return false, err
		}
		if ok, err := s.passkeys.Keep(ctx, tx, keyOwner(p), token, name, answer); err != nil || !ok {
			tx.Note("result", "wrong")
			return false, err
		}
		tx.Note("name", name)
		if before.Any() {
			return true, nil
		}
		if err := session.End(ctx, tx, string(p.ID), session.Hash(token)); err != nil {
			return false, err
		}
		codes, err = s.factors.Renew(ctx, tx, string(p.ID))
		return err == nil, err
	})
	if err == nil && !ok {
		err = people.FieldFault("passkey", "account.passkey.refused")
	}
	return codes, err
}

// RemovePasskey takes a passkey of whoever asks away. Recovery codes go with the last
// second factor.
func (s *Service) RemovePasskey(ctx context.Context, key string) error {
	_, err := op.Write(ctx, s.desk, RemovePasskey, selfOf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		ok, err := s.passkeys.Remove(ctx, tx, string(p.ID), key)
		if err == nil && !ok {
			err = fault.New(string(RemovePasskey), fault.Missing, "fault.missing")
		}
		if err != nil {
			return false, err
		}
		return true, s.disarmed(ctx, tx, string(p.ID))
	})
	return err
}

// disarmed takes the recovery codes of somebody away who has no second factor any more.
func (s *Service) disarmed(ctx context.Context, tx *op.Tx, person string) error {
	a, err := s.armed(ctx, tx, person)
	if err != nil || a.Any() {
		return err
	}
	return s.factors.DropCodes(ctx, tx, person)
}

// Offered is what a browser needs to show a passkey.
type Offered struct {
	Secret  string // that it must come back with
	Options string // in JSON
	Lasts   time.Duration
}

// Begins counts a sign-in that somebody unknown begins, inside the operation that keeps
// what they will come back with, and returns how long they have. Busy: too many from there.
func (s *Service) Begins(ctx context.Context, tx *op.Tx) (time.Duration, error) {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	ok, err := pace.Take(ctx, tx, s.index("begin", pace.OriginOf(ctx).Place()), time.Hour, l["begin_address_hour"])
	if err == nil && !ok {
		err = fault.New(string(OfferPasskey), fault.Busy, "account.begin.busy")
	}
	return l.Seconds("begin_life_s"), err
}

// OfferPasskey begins a sign-in by a passkey alone.
func (s *Service) OfferPasskey(ctx context.Context) (o Offered, err error) {
	o.Secret = session.NewToken()
	_, err = op.Write(unnamed(ctx), s.desk, OfferPasskey, newRoot(), func(tx *op.Tx, _ root) (bool, error) {
		if o.Lasts, err = s.Begins(ctx, tx); err == nil {
			o.Options, err = s.passkeys.Offer(ctx, tx, passkey.SignIn, "", o.Secret, o.Lasts)
		}
		return err == nil, err
	})
	return o, err
}

// EnterPasskey signs in whoever's passkey answers the challenge of secret. Whatever is
// wrong with it, the answer is the same; a counter that went back is told in the trail.
func (s *Service) EnterPasskey(ctx context.Context, secret, answer string) (Signed, error) {
	ctx = unnamed(ctx)
	in, fresh := newSigned(), id.New[root]()
	in.Device = knownDevice(ctx)
	var who enterer
	find := func(tx *op.Tx) (_ root, err error) {
		if who, err = enters(ctx, tx, passkey.Claimed(answer)); err != nil || who.id == "" {
			return fresh, err
		}
		return root(who.id), nil
	}
	ok, err := op.Write(ctx, s.desk, EnterPasskey, find, func(tx *op.Tx, _ root) (bool, error) {
		_, result, err := s.passkeys.Check(ctx, tx, passkey.SignIn, "", secret, answer)
		if err != nil || result != passkey.OK || who.id == "" {
			tx.Note("result", string(result))
			return false, err
		}
		return s.arrive(ctx, tx, in, who, session.ByPasskey)
	})
	if err == nil && !ok {
		err = fault.New(string(EnterPasskey), fault.Invalid, "account.passkey.wrong")
	}
	if err != nil {
		return Signed{}, err
	}
	return *in, nil
}

// enterer is a staff member who may sign in.
type enterer struct {
	id         ID
	login      string
	mustChange bool
	goodUntil  time.Time
}

// enters reads who may sign in by another way than the password; nobody is no error.
func enters(ctx context.Context, tx *op.Tx, person string) (enterer, error) {
	var e enterer
	if !id.Valid(person) {
		return e, nil
	}
	err := tx.One(ctx, `
		select p.person_id, p.login, w.must_change, w.good_until from person p join person_password w on w.person_id = p.person_id
		where p.person_id = $1 and p.kind = 'staff' and p.active and p.locked_at is null`, []any{person}, &e.id, &e.login, &e.mustChange, db.Time(&e.goodUntil))
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return e, err
}

// arrive begins the session of who, who proved both factors.
func (s *Service) arrive(ctx context.Context, tx *op.Tx, in *Signed, who enterer, way session.Way) (bool, error) {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return false, err
	}
	in.Person, in.MustChange = who.id, who.mustChange
	// Whoever resets the password meanwhile waits for this row, and ends this session, too.
	if _, err := tx.Exec(ctx, `update person_password set hash = hash where person_id = $1`, string(who.id)); err != nil {
		return false, err
	}
	return true, s.finish(ctx, tx, in, who.login, way, l)
}

// OfferSecond lets the sign-in that half is the secret of go on by a passkey.
func (s *Service) OfferSecond(ctx context.Context, half string) (o Offered, err error) {
	find := func(tx *op.Tx) (halfway, error) { return waiting(ctx, tx, half) }
	_, err = op.Write(unnamed(ctx), s.desk, OfferPasskey, find, func(tx *op.Tx, h halfway) (bool, error) {
		if o.Lasts, err = s.Begins(ctx, tx); err == nil {
			o.Options, err = s.passkeys.Offer(ctx, tx, passkey.Second, string(h.person), half, o.Lasts)
		}
		return err == nil, err
	})
	return o, err
}

// EnterSecond ends the sign-in that half is the secret of, by a passkey.
func (s *Service) EnterSecond(ctx context.Context, half, answer string) (Signed, error) {
	return s.conclude(ctx, half, "account.passkey.wrong", func(ctx context.Context, tx *op.Tx, person string) (bool, error) {
		return s.byPasskey(ctx, tx, passkey.Second, person, half, answer)
	})
}

func (s *Service) byPasskey(ctx context.Context, tx *op.Tx, purpose, person, secret, answer string) (bool, error) {
	tx.Note("by", "passkey")
	_, result, err := s.passkeys.Check(ctx, tx, purpose, person, secret, answer)
	if err == nil && result == passkey.Cloned {
		tx.Note("sign", string(result))
	}
	return result == passkey.OK, err
}

// OfferProof lets whoever asks prove themselves once more by a passkey.
func (s *Service) OfferProof(ctx context.Context, token string) (o Offered, err error) {
	_, err = op.Write(unnamed(ctx), s.desk, OfferPasskey, selfOf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		if o.Lasts, err = s.Begins(ctx, tx); err == nil {
			o.Options, err = s.passkeys.Offer(ctx, tx, passkey.Prove, string(p.ID), token, o.Lasts)
		}
		return err == nil, err
	})
	return o, err
}

// ProvePasskey is [Service.Prove] by a passkey alone.
func (s *Service) ProvePasskey(ctx context.Context, token, answer string) error {
	ok, err := op.Write(unnamed(ctx), s.desk, Prove, selfOf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		if ok, err := s.byPasskey(ctx, tx, passkey.Prove, string(p.ID), token, answer); err != nil || !ok {
			tx.Note("result", "wrong")
			return false, err
		}
		return true, proved(ctx, tx, p, token)
	})
	if err == nil && !ok {
		err = people.FieldFault("passkey", "account.passkey.wrong")
	}
	return err
}
