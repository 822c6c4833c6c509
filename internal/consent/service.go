package consent

import (
	"context"
	"slices"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// The actions.
const (
	See      authz.Action = "consent.see"
	Give     authz.Action = "consent.give"
	Withdraw authz.Action = "consent.withdraw"
)

// Policy says who may do them: nobody but the person.
var Policy = authz.Rules{See: authz.Owner, Give: authz.Owner, Withdraw: authz.Owner}

// Follower is a domain that keeps something by consent alone.
type Follower interface {
	// Decided is told in the transaction in which a person gives a consent or takes it
	// back.
	Decided(ctx context.Context, tx *op.Tx, person, purpose string, given bool) error
}

// Service is what the pages of a person may ask.
type Service struct {
	desk      *op.Desk
	followers []Follower
}

// NewService returns the service; the followers hear of every decision.
func NewService(desk *op.Desk, followers ...Follower) *Service { return &Service{desk, followers} }

// Forget implements erase.Keeper.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	return Forget(ctx, tx, worker)
}

func asker(tx *op.Tx) (one, error) {
	if tx.Subject.Kind != authz.Worker {
		return one{}, fault.New(string(See), fault.Missing, "fault.missing")
	}
	return one{tx.Subject.ID}, nil
}

// Mine returns how the worker who is signed in stands to every purpose.
func (s *Service) Mine(ctx context.Context) (all []Standing, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (one, error) {
		who, err := asker(tx)
		if err != nil {
			return who, err
		}
		all, err = standings(ctx, tx, who.id)
		return who, err
	})
	return all, err
}

func standings(ctx context.Context, tx *op.Tx, person string) (all []Standing, err error) {
	list, err := Purposes(ctx, tx)
	if err != nil {
		return nil, err
	}
	said, err := Of(ctx, tx, person)
	for _, p := range list {
		st := Standing{Purpose: p}
		for _, d := range said {
			if d.Purpose == p.Purpose {
				st.History = append(st.History, d)
			}
		}
		all = append(all, st)
	}
	return all, err
}

// Give agrees to a purpose in the words that were read.
func (s *Service) Give(ctx context.Context, said Said) error {
	return s.decide(ctx, Give, said.Purpose, func(st Standing) (Decision, error) {
		if st.Version != said.Version {
			return Decision{}, fault.New(string(Give), fault.Conflict, "consent.words")
		}
		return Decision{Said: said, Given: true, Way: OnPage}, nil
	})
}

// Withdraw takes a consent back, or stops a use. What is required is taken back by
// leaving the union.
func (s *Service) Withdraw(ctx context.Context, purpose string) error {
	return s.decide(ctx, Withdraw, purpose, func(st Standing) (Decision, error) {
		if st.Required {
			return Decision{}, fault.New(string(Withdraw), fault.Conflict, "consent.required")
		}
		d := Decision{Said: Said{Purpose: purpose, Version: st.Version}, Way: OnPage}
		if last, ok := st.Last(); ok {
			d.Version = last.Version // the words that it was given for
		}
		return d, nil
	})
}

func (s *Service) decide(ctx context.Context, act authz.Action, purpose string, how func(Standing) (Decision, error)) error {
	_, err := op.Write(ctx, s.desk, act, asker, func(tx *op.Tx, who one) (bool, error) {
		if err := lock(ctx, tx, who.id); err != nil {
			return false, err
		}
		all, err := standings(ctx, tx, who.id)
		if err != nil {
			return false, err
		}
		i := slices.IndexFunc(all, func(st Standing) bool { return st.Purpose.Purpose == purpose })
		if i < 0 {
			return false, fault.New(string(act), fault.Missing, "fault.missing")
		}
		d, err := how(all[i])
		if last, ok := all[i].Last(); err != nil || ok && last.Given == d.Given && last.Version == d.Version {
			return false, err // a second tap changes nothing
		}
		if err := Record(ctx, tx, who.id, d); err != nil {
			return false, err
		}
		tx.Note("purpose", purpose)
		for _, f := range s.followers {
			if err := f.Decided(ctx, tx, who.id, purpose, d.Given); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	return err
}
