package account

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/password"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Visit is what a session's secret opens.
type Visit struct {
	Subject    authz.Subject
	Session    session.Session
	MustChange bool // the password must be changed, the first one or one too old; until then there are no grants
	Aged       bool // it is too old
	MustFactor bool // a second factor must be set up; until then there are no grants
	NoPassword bool // they come in another way
	Factor     bool // there is one
	Code       bool // and it is an authenticator, or one of them is
	Passkey    bool // and it is a passkey, or one of them is
	Proven     bool // lately enough for acts that ask again
	touch      bool // long enough since it was last seen to be noted
}

// AuthzObject implements op.Target.
func (v Visit) AuthzObject() authz.Object {
	if v.Session.Person == "" {
		return root(v.Session.ID).AuthzObject()
	}
	return root(v.Session.Person).AuthzObject()
}

// Resolve returns who shows the session secret token, with the grants in force
// at this moment, or Missing.
func (s *Service) Resolve(ctx context.Context, token string) (authz.Subject, error) {
	v, err := s.Enter(ctx, token)
	return v.Subject, err
}

// Enter is Resolve with the session. Everything is read anew each time, by key:
// a revocation that has returned is in force everywhere. Now and then it notes
// that the session was seen.
func (s *Service) Enter(ctx context.Context, token string) (Visit, error) {
	hash := session.Hash(token)
	v, err := op.Read(unnamed(ctx), s.desk, Resolve, func(tx *op.Tx) (Visit, error) { return s.visit(ctx, tx, hash) })
	if err == nil && v.touch {
		s.touch(ctx, v, hash)
	}
	return v, err
}

func (s *Service) visit(ctx context.Context, tx *op.Tx, hash string) (Visit, error) {
	var v Visit
	none := fault.New(string(Resolve), fault.Missing, "account.session.none")
	all, err := session.Of(ctx, tx, `hash = $1`, hash)
	if err != nil {
		return v, err
	}
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return v, err
	}
	if len(all) == 0 || all[0].Over(tx.Now(), l) {
		return v, none
	}
	v.Session = all[0]
	v.touch = tx.Now().Sub(v.Session.SeenAt) >= v.Session.NoteEvery(l)
	if v.Session.Kind == authz.Link {
		v.Subject = v.Session.Link()
		return v, nil
	}
	p, err := people.Get(ctx, tx, ID(v.Session.Person))
	if err != nil {
		return v, err
	}
	v.Subject = p.Subject(tx.Now())
	if !p.Active || !p.LockedAt.IsZero() || s.elsewhere(ctx, v.Subject) {
		return Visit{}, none
	}
	if p.Kind == authz.Staff {
		var set time.Time
		err = tx.One(ctx, `
			select w.must_change, w.set_at, w.absent, f.on_at is not null, exists (select 1 from person_passkey k where k.person_id = w.person_id)
			from person_password w left join person_factor f on f.person_id = w.person_id
			where w.person_id = $1`, []any{string(p.ID)}, &v.MustChange, db.Time(&set), &v.NoPassword, &v.Code, &v.Passkey)
		v.Factor = v.Code || v.Passkey
		v.Aged = !v.MustChange && !v.NoPassword && password.RulesOf(l).Over(set, tx.Now())
		v.MustChange = v.MustChange || v.Aged
		v.MustFactor = !v.Factor && required(l, v.Subject)
	}
	v.Subject.Proven = v.Session.Proved.Add(l.Minutes("proof_min"))
	v.Subject.Shown = v.Session.Shown.Add(l.Minutes("number_shown_min"))
	v.Proven = tx.Now().Before(v.Subject.Proven)
	if v.MustChange || v.MustFactor {
		v.Subject.Grants = nil
	}
	return v, err
}

// touch notes that a session was seen and prolongs a worker's own. When it
// fails, the visit goes on: the next one will note it.
func (s *Service) touch(ctx context.Context, v Visit, hash string) {
	ctx = unnamed(authz.With(ctx, v.Subject))
	_, _ = op.Write(ctx, s.desk, Touch, func(*op.Tx) (Visit, error) { return v, nil }, func(tx *op.Tx, v Visit) (bool, error) {
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		ends := v.Session.EndsAt
		if v.Session.Kind == authz.Worker {
			ends = tx.Now().Add(l.Days("session_worker_days"))
		}
		if _, err = tx.Exec(ctx, `update account_session set seen_at = $2, ends_at = $3 where hash = $1`, hash, tx.Now().UnixMicro(), ends.UnixMicro()); err != nil || v.Session.Kind == authz.Link {
			return true, err
		}
		return true, people.Used(ctx, tx, ID(v.Session.Person))
	})
}

// SignOut ends the session whose secret this is. Ending it twice is no fault.
func (s *Service) SignOut(ctx context.Context, token string) error {
	ctx, hash := unnamed(ctx), session.Hash(token)
	find := func(tx *op.Tx) (Visit, error) {
		all, err := session.Of(ctx, tx, `hash = $1`, hash)
		if err == nil && len(all) == 0 {
			err = fault.New(string(SignOut), fault.Missing, "account.session.none")
		}
		if err != nil {
			return Visit{}, err
		}
		return Visit{Session: all[0]}, nil
	}
	_, err := op.Write(ctx, s.desk, SignOut, find, func(tx *op.Tx, _ Visit) (bool, error) {
		_, err := tx.Exec(ctx, `delete from account_session where hash = $1`, hash)
		return true, err
	})
	if fault.Is(err, fault.Missing) {
		return nil
	}
	return err
}

// Mine is what people see about their own account.
type Mine struct {
	Person
	Phone    string // masked
	Sessions []session.Session
	Rules    password.Rules // that count for passwords beside the usual ones
}

// Me returns the account of whoever asks. token marks the session they ask from.
func (s *Service) Me(ctx context.Context, token string) (Mine, error) {
	return op.Read(ctx, s.desk, Me, func(tx *op.Tx) (Mine, error) {
		p, err := self(ctx, tx)
		if err != nil {
			return Mine{}, err
		}
		m := Mine{Person: p}
		if p.Kind == authz.Worker {
			if m.Name, m.Phone, err = s.Contact(ctx, tx, string(p.ID)); err != nil {
				return m, err
			}
			m.Phone = mask(m.Phone)
		}
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return m, err
		}
		m.Rules = password.RulesOf(l)
		m.Sessions, err = session.Live(ctx, tx, string(p.ID), session.Hash(token), l)
		return m, err
	})
}

// EndSession ends one of the sessions of whoever asks; with an empty id, all
// but the one that token opens.
func (s *Service) EndSession(ctx context.Context, sessionID, token string) error {
	_, err := op.Write(ctx, s.desk, EndSession, selfOf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		return true, session.EndOne(ctx, tx, string(p.ID), sessionID, session.Hash(token))
	})
	return err
}

// SetName lets a worker say how to be called; empty takes the name away.
func (s *Service) SetName(ctx context.Context, name string) error {
	_, err := op.Write(ctx, s.desk, SetName, selfOf(ctx), func(tx *op.Tx, p Person) (bool, error) {
		name, err := parseName(name)
		if err != nil {
			return false, err
		}
		return true, s.vault().Rename(ctx, tx, p.ID, name)
	})
	return err
}

// CorrectName changes the name of a worker, inside an operation of whoever decided that
// it is wrong, and returns what it was.
func (s *Service) CorrectName(ctx context.Context, tx *op.Tx, worker, name string) (was string, err error) {
	if was, _, err = s.Contact(ctx, tx, worker); err != nil {
		return "", err
	}
	if name, err = parseName(name); err != nil {
		return "", err
	}
	if err := s.vault().Rename(ctx, tx, ID(worker), name); err != nil {
		return "", err
	}
	return was, tx.Also(ctx, SetName, authz.Object{Kind: "account", ID: worker, Group: "person", Owner: worker})
}

// self is the account of whoever asks.
func self(ctx context.Context, tx *op.Tx) (Person, error) {
	if tx.Subject.ID == "" || tx.Subject.Kind == authz.Link {
		return Person{}, fault.New(string(Me), fault.Missing, "account.session.none")
	}
	return people.Get(ctx, tx, ID(tx.Subject.ID))
}

func selfOf(ctx context.Context) func(*op.Tx) (Person, error) {
	return func(tx *op.Tx) (Person, error) { return self(ctx, tx) }
}

// Sweep deletes what is over: sessions, codes, counters. A task calls it.
func (s *Service) Sweep(ctx context.Context) error {
	_, err := op.Write(unnamed(ctx), s.desk, Sweep, newRoot(), func(tx *op.Tx, _ root) (bool, error) {
		day, month := tx.Now().Add(-48*time.Hour).UnixMicro(), tx.Now().Add(-180*24*time.Hour).UnixMicro()
		var errs []error
		for _, x := range []struct {
			query string
			limit int64
		}{
			{`delete from account_session where ends_at < $1`, tx.Now().UnixMicro()},
			{`delete from account_half where ends_at < $1`, tx.Now().UnixMicro()},
			{`delete from account_held where ends_at < $1`, tx.Now().UnixMicro()},
			{`delete from account_begun where ends_at < $1`, tx.Now().UnixMicro()},
			{`delete from account_invite where ends_at < $1`, tx.Now().UnixMicro()},
			{`delete from account_code where ends_at < $1`, day},
			{`delete from account_sms where last_at < $1`, day},
			{`delete from account_rate where start < $1`, day},
			{`delete from account_throttle where last_at < $1`, day},
			{`delete from account_known where seen_at < $1`, month},
		} {
			_, err := tx.Exec(ctx, x.query, x.limit)
			errs = append(errs, err)
		}
		return true, errors.Join(errs...)
	})
	return err
}
