package phone

import (
	"context"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Service is what pages may ask about changes of phones.
type Service struct {
	desk *op.Desk
	vault
	accounts  *account.Service
	members   Members
	followers []Follower
}

// Config is what the service needs; all of it.
type Config struct {
	Ring      *seal.Ring
	Accounts  *account.Service
	Members   Members
	Followers []Follower
}

// NewService returns the service of changes of phones.
func NewService(desk *op.Desk, c Config) *Service {
	return &Service{desk, vault{people.Vault{Ring: c.Ring}}, c.Accounts, c.Members, c.Followers}
}

// Outcome is how a try went. A wrong code is no error, so that the try stays counted.
type Outcome string

// The outcomes.
const (
	OK    Outcome = "ok"
	Wrong Outcome = "wrong" // the code
	Taken Outcome = "taken" // something hangs on the new number already
	Given Outcome = "given" // it was given to another account at a desk lately
	Many  Outcome = "many"  // this cadre opened too many today
)

// fault is what the outcome tells.
func (o Outcome) fault() error {
	switch o {
	case Wrong:
		return wrong("code", "account.code.wrong")
	case Taken:
		return wrong("phone", "accountphone.taken")
	case Given:
		return wrong("phone", "accountphone.given")
	case Many:
		return fault.New(actOpen, fault.Busy, "accountphone.many")
	}
	return nil
}

// worker is the worker who asks.
type worker struct{ id account.ID }

// AuthzObject implements op.Target.
func (w worker) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: string(w.id), Group: "person", Owner: string(w.id)}
}

func asker(tx *op.Tx) (worker, error) {
	if tx.Subject.Kind != authz.Worker {
		return worker{}, fault.New(string(Own), fault.Missing, "account.session.none")
	}
	return worker{account.ID(tx.Subject.ID)}, nil
}

// again is ctx without the client's id: a form with another code is another try.
func again(ctx context.Context) context.Context { return op.With(ctx, op.Call{}) }

// forOld and forNew are what codes are sent for: each is good for one person alone.
func forOld(who account.ID) string { return "phone.old:" + string(who) }
func forNew(who account.ID) string { return "phone.new:" + string(who) }

// Mine returns the changes of the worker who asks, and the number that they have.
func (s *Service) Mine(ctx context.Context) (all []Change, phone string, err error) {
	all, err = op.List(ctx, s.desk, Own, func(tx *op.Tx, _ op.Scope) (found []Change, err error) {
		w, err := asker(tx)
		if err != nil {
			return nil, err
		}
		if err := s.desk.Both(ctx, tx, Own, w.AuthzObject()); err != nil {
			return nil, err
		}
		if _, phone, err = s.accounts.Contact(ctx, tx, string(w.id)); err != nil {
			return nil, err
		}
		return s.of(ctx, tx, w.id)
	})
	return all, phone, err
}

// SendOwn sends a code to the number that the worker who asks has.
func (s *Service) SendOwn(ctx context.Context) error {
	_, phone, err := s.Mine(ctx)
	if err != nil {
		return err
	}
	return s.accounts.SendCode(ctx, forOld(account.ID(authz.From(ctx).ID)), phone)
}

// ProveOwn confirms the number that the worker who asks has, by the code that was
// sent there. The session whose secret is token may then change it for a while.
func (s *Service) ProveOwn(ctx context.Context, token, code string) error {
	out, err := op.Write(again(ctx), s.desk, Prove, asker, func(tx *op.Tx, w worker) (Outcome, error) {
		_, phone, err := s.accounts.Contact(ctx, tx, string(w.id))
		if err != nil {
			return "", err
		}
		if ok, err := s.accounts.UseCode(ctx, tx, forOld(w.id), phone, code); err != nil || !ok {
			tx.Note("result", string(Wrong))
			return Wrong, err
		}
		return OK, session.Prove(ctx, tx, token)
	})
	if err != nil {
		return err
	}
	return out.fault()
}

// SendNew sends a code to the number that the worker who asks wants to have. Whether
// somebody has it is told only to who confirms it.
func (s *Service) SendNew(ctx context.Context, phone string) error {
	who := authz.From(ctx)
	if who.Kind != authz.Worker {
		return fault.New(string(Swap), fault.Missing, "account.session.none")
	}
	return s.accounts.SendCode(ctx, forNew(account.ID(who.ID)), phone)
}

// Change gives the worker who asks another number, confirmed by the code that was
// sent there, and ends their other sessions. Unproven: the number that they have was
// confirmed too long ago, or never in this session. Conflict: a change at a desk
// waits; it is objected to first.
func (s *Service) Change(ctx context.Context, token, phone, code string) error {
	phone, err := parse(phone)
	if err != nil {
		return err
	}
	change := id.New[string]()
	out, err := op.Write(again(ctx), s.desk, Swap, asker, func(tx *op.Tx, w worker) (Outcome, error) {
		if !tx.Now().Before(tx.Subject.Proven) {
			return "", fault.New(string(Swap), fault.Unproven, "fault.unproven")
		}
		_, old, err := s.accounts.Contact(ctx, tx, string(w.id))
		if err != nil {
			return "", err
		}
		if phone == old {
			return "", wrong("phone", "accountphone.same")
		}
		all, err := s.of(ctx, tx, w.id)
		if err == nil && Waits(all) != nil {
			err = fault.New(string(Swap), fault.Conflict, "accountphone.waits")
		}
		if err != nil {
			return "", err
		}
		if ok, err := s.accounts.UseCode(ctx, tx, forNew(w.id), phone, code); err != nil || !ok {
			tx.Note("result", string(Wrong))
			return Wrong, err
		}
		if out, err := s.move(ctx, tx, w.id, old, phone, token); err != nil || out != OK {
			return out, err
		}
		now := tx.Now()
		tx.Emit(Turned{w.id, change, Done})
		return OK, s.insert(ctx, tx, Change{ID: change, Person: w.id, Way: BySelf, State: Done, Old: old, New: phone, AskedAt: now, EndedAt: now})
	})
	if err != nil {
		return err
	}
	return out.fault()
}

// move moves an account and all that hangs on its number, or reports Taken.
func (s *Service) move(ctx context.Context, tx *op.Tx, who account.ID, old, phone, keep string) (Outcome, error) {
	other, clear, err := s.clear(ctx, tx, who, phone)
	if err != nil || !clear {
		tx.Note("result", string(Taken))
		return Taken, err
	}
	if err := s.accounts.Rephone(ctx, tx, who, other, old, phone, keep); err != nil {
		return "", err
	}
	for _, f := range s.followers {
		if err := f.Follow(ctx, tx, string(who), old, phone); err != nil {
			return "", err
		}
	}
	return OK, nil
}

// clear reports whether phone may come to who, and the account that has it now.
func (s *Service) clear(ctx context.Context, tx *op.Tx, who account.ID, phone string) (other account.ID, ok bool, err error) {
	if other, err = s.accounts.Whose(ctx, tx, phone); err != nil || other == who {
		return other, false, err
	}
	for _, f := range s.followers {
		if ok, err := f.Clear(ctx, tx, phone, string(who), string(other)); err != nil || !ok {
			return other, false, err
		}
	}
	if other == "" {
		return "", true, nil
	}
	all, err := s.of(ctx, tx, other) // one that was moved before is somebody's
	return other, len(all) == 0, err
}

// Object stops a change that waits, by the worker whose number it is. Conflict: it
// waits no more.
func (s *Service) Object(ctx context.Context, change string) error {
	_, err := op.Write(ctx, s.desk, Object, asker, func(tx *op.Tx, w worker) (bool, error) {
		return turned(turn(ctx, tx, w.id, change, Objected, ""))
	})
	return err
}

func turned(ok bool, err error) (bool, error) {
	if err == nil && !ok {
		err = fault.New(string(Object), fault.Conflict, "accountphone.over")
	}
	return ok, err
}

// due is when a change that is opened now takes effect.
func due(tx *op.Tx, l pace.Limits) time.Time { return tx.Now().Add(l.Hours("recovery_wait_h")) }
