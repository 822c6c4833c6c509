package example

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// People knows what workers are called.
type People interface {
	// Contact returns name and phone of a worker's account.
	Contact(ctx context.Context, tx *op.Tx, person string) (name, phone string, err error)
}

// Service is what the pages may ask.
type Service struct {
	desk   *op.Desk
	store  *record.Store
	people People
}

// New returns the service.
func New(desk *op.Desk, store *record.Store, people People) *Service {
	return &Service{desk, store, people}
}

// matter is a request with its example.
type matter struct {
	*request.Request
	ex Example
}

// conflict is the fault of an act that does not fit.
func conflict(act authz.Action, key string) error {
	return fault.New(string(act), fault.Conflict, "answered.not."+key)
}

// write does one act on one matter, whose row is locked until the transaction ends.
func (s *Service) write(ctx context.Context, act authz.Action, ref request.Ref, do func(*op.Tx, *matter) error) error {
	find := func(tx *op.Tx) (*matter, error) {
		q, err := s.store.Lock(ctx, tx, ref)
		if err != nil {
			return nil, err
		}
		return s.with(ctx, tx, q)
	}
	_, err := op.Write(ctx, s.desk, act, find, func(tx *op.Tx, m *matter) (bool, error) {
		err := do(tx, m)
		return err == nil, err
	})
	return err
}

func (s *Service) with(ctx context.Context, tx *op.Tx, q *request.Request) (*matter, error) {
	all, err := s.some(ctx, tx, `e.request_id = $1`, q.ID)
	m := &matter{Request: q, ex: Example{Request: q.ID, Number: q.Number}}
	if err == nil && len(all) > 0 && !all[0].over {
		m.ex = all[0]
	}
	return m, err
}

// Of returns the example of a matter; State is empty where there is none.
func (s *Service) Of(ctx context.Context, ref request.Ref) (Example, error) {
	m, err := op.Read(ctx, s.desk, See, func(tx *op.Tx) (*matter, error) {
		q, err := s.store.Get(ctx, tx, ref)
		if err != nil {
			return nil, err
		}
		m, err := s.with(ctx, tx, q)
		if err == nil {
			m.ex.Purpose, err = purpose(ctx, tx)
		}
		return m, err
	})
	if err != nil {
		return Example{}, err
	}
	return m.ex, nil
}

// Propose asks the worker of a solved matter whether it may be public in these words.
// The worker is told that there is something to read.
func (s *Service) Propose(ctx context.Context, ref request.Ref, d Draft) error {
	return s.write(ctx, Propose, ref, func(tx *op.Tx, m *matter) error {
		if err := s.fits(ctx, tx, m); err != nil {
			return err
		}
		who, err := s.identity(ctx, tx, m)
		if err == nil {
			d, err = d.tidy(who)
		}
		if err == nil {
			err = fault.Unless(s.drop(ctx, tx, m.ID), fault.Missing) // one of before the matter was taken up again
		}
		if err == nil {
			err = s.insert(ctx, tx, m, d)
		}
		if err == nil {
			tx.Emit(request.Told{ID: m.ID, Number: m.Number, Kind: request.KindTold})
		}
		return err
	})
}

// fits reports why nobody may be asked, or nil.
func (s *Service) fits(ctx context.Context, tx *op.Tx, m *matter) error {
	switch {
	case m.Status != request.StatusSolved || m.ClosedAt.IsZero() || m.MergedInto != "":
		return conflict(Propose, "solved")
	case m.Owner == "":
		return conflict(Propose, "nobody")
	case m.ex.State == Refused:
		return conflict(Propose, "refused")
	case m.ex.State != "":
		return conflict(Propose, "there")
	}
	ok, err := consent.Allowed(ctx, tx, m.Owner, consent.Publication)
	if err == nil && !ok {
		err = conflict(Propose, "stopped")
	}
	return err
}

// identity opens what the worker is called, in the matter and in the account.
func (s *Service) identity(ctx context.Context, tx *op.Tx, m *matter) (who identity, err error) {
	name, _, err := s.store.Identity(m.Request)
	if err != nil {
		return who, err
	}
	account, _, err := s.people.Contact(ctx, tx, m.Owner)
	return identity{[]string{name, account}}, fault.Unless(err, fault.Missing)
}

// TakeBack takes an example away, public or not.
func (s *Service) TakeBack(ctx context.Context, ref request.Ref) error {
	return s.write(ctx, TakeBack, ref, func(tx *op.Tx, m *matter) error {
		if m.ex.State == Refused {
			return conflict(TakeBack, "refused") // that it was refused stays
		}
		return s.drop(ctx, tx, m.ID)
	})
}

// Agree makes an example public in the words that the worker read, and notes the consent.
func (s *Service) Agree(ctx context.Context, ref request.Ref, words string, version int64) error {
	return s.write(ctx, Agree, ref, func(tx *op.Tx, m *matter) error {
		p, err := purpose(ctx, tx)
		switch {
		case err != nil:
			return err
		case m.ex.ID == words && m.ex.State == Agreed:
			return nil // a second tap changes nothing
		case m.ex.ID != words || m.ex.State != Asked || p.Version != version:
			return conflict(Agree, "words")
		}
		if err := consent.Record(ctx, tx, m.Owner, consent.Decision{Said: consent.Said{Purpose: consent.Publication, Version: version}, Given: true, Way: consent.OnPage}); err != nil {
			return err
		}
		tx.Note("example", words)
		return s.decide(ctx, tx, m, Agreed)
	})
}

// Refuse says no, or takes the consent to this example back. Its words go.
func (s *Service) Refuse(ctx context.Context, ref request.Ref) error {
	return s.write(ctx, Refuse, ref, func(tx *op.Tx, m *matter) error {
		switch m.ex.State {
		case Asked, Agreed:
			tx.Note("example", m.ex.ID)
			return s.decide(ctx, tx, m, Refused)
		case Refused:
			return nil
		}
		return fault.New(string(Refuse), fault.Missing, "fault.missing")
	})
}

// one is the worker who asks for their own.
type one struct{ id string }

// AuthzObject implements op.Target.
func (o one) AuthzObject() authz.Object {
	return authz.Object{Kind: "request_example", ID: o.id, Group: "request", Owner: o.id}
}

// Mine returns what the worker who is signed in is asked about, or agreed to.
func (s *Service) Mine(ctx context.Context) (all []Example, err error) {
	_, err = op.Read(ctx, s.desk, Mine, func(tx *op.Tx) (one, error) {
		who := one{tx.Subject.ID}
		if tx.Subject.Kind != authz.Worker || !id.Valid(who.id) {
			return who, fault.New(string(Mine), fault.Missing, "fault.missing")
		}
		p, err := purpose(ctx, tx)
		if err != nil {
			return who, err
		}
		all, err = s.some(ctx, tx, `e.person_id = $1 and e.state <> 'refused' and `+same+` order by e.asked_at desc, e.request_id limit 50`, who.id)
		for i := range all {
			all[i].Purpose = p
		}
		return who, err
	})
	return all, err
}

func purpose(ctx context.Context, tx *op.Tx) (consent.Purpose, error) {
	all, err := consent.Purposes(ctx, tx)
	i := slices.IndexFunc(all, func(p consent.Purpose) bool { return p.Purpose == consent.Publication })
	if err != nil || i < 0 {
		return consent.Purpose{}, err
	}
	return all[i], nil
}

// Decided implements consent.Follower: with the purpose all examples of a person go.
func (s *Service) Decided(ctx context.Context, tx *op.Tx, person, purpose string, given bool) error {
	if purpose != consent.Publication || given {
		return nil
	}
	return s.refuseAll(ctx, tx, person)
}

// Forget implements erase.Keeper.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	_, err := tx.Exec(ctx, `delete from request_example where person_id = $1`, worker)
	return err
}
