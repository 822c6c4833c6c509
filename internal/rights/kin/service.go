package kin

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/rights"
)

// Service is what pages may ask.
type Service struct {
	desk *op.Desk
	Config
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, c} }

// Register gives the worker what happens by itself: the account's phone is told.
func (s *Service) Register(w *job.Worker) { w.On(Told{}.EventName(), s.warn) }

func changed() error { return fault.New("rights.kin", fault.Conflict, "kin.changed") }

// ask is an open ask of relatives.
func (s *Service) ask(ctx context.Context, tx *op.Tx, which rights.ID) (rights.Ask, error) {
	a, err := s.Rights.Ask(ctx, tx, which)
	if err == nil && (a.Kind != rights.Kin || a.State != rights.Open) {
		err = fault.New(string(See), fault.Missing, "fault.missing")
	}
	return a, err
}

// Of returns the case of an ask to those who answer it; false: nothing was proposed.
func (s *Service) Of(ctx context.Context, which rights.ID) (c Case, ok bool, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (rights.Ask, error) {
		a, err := s.Rights.Ask(ctx, tx, which)
		if err != nil {
			return a, err
		}
		if a.Kind != rights.Kin {
			return a, fault.New(string(See), fault.Missing, "fault.missing")
		}
		c, err = of(ctx, tx, which)
		return a, err
	})
	return c, c.Person != "", err
}

// Find returns whose account a number and a name lead to, with what has to end before it
// can: a read that whoever has the account sees. Invalid: nobody's, or somebody's of
// another name; which of both is not told.
func (s *Service) Find(ctx context.Context, which rights.ID, number, name string) (f Found, err error) {
	_, err = op.Read(ctx, s.desk, Look, func(tx *op.Tx) (Case, error) {
		a, err := s.ask(ctx, tx, which)
		if err != nil {
			return Case{}, err
		}
		if err := s.desk.Both(ctx, tx, Look, a.AuthzObject()); err != nil {
			return Case{}, err
		}
		f, err = s.find(ctx, tx, number, name)
		return Case{Ask: a.ID, Person: f.ID, Area: a.Area}, err
	})
	if err != nil {
		return Found{}, err
	}
	return f, nil
}

func (s *Service) find(ctx context.Context, tx *op.Tx, number, name string) (f Found, err error) {
	f.Person, err = s.People.Led(ctx, tx, strings.TrimSpace(number))
	name = idcard.Fold(plain.Line(name))
	if fault.Is(err, fault.Missing) || err == nil && (name == "" || !slices.ContainsFunc(f.Names, func(n string) bool { return idcard.Fold(n) == name })) {
		return Found{}, notHere("kin.nobody", nil)
	}
	if err != nil {
		return Found{}, err
	}
	if f.Area != "" && !s.desk.Rules().May(tx.Subject, See, authz.Object{Kind: "kin", ID: f.ID, Group: "person", Area: f.Area}) {
		return Found{}, notHere("kin.elsewhere", fault.Args{"Union": f.Union})
	}
	allowed, err := consent.Allowed(ctx, tx, f.ID, consent.Kin)
	if f.Barred = !allowed; err != nil {
		return f, err
	}
	f.Matters, f.Members, err = s.Endings.Open(ctx, tx, f.ID)
	return f, err
}

func notHere(msg string, args fault.Args) error {
	var f fault.Form
	f.Add("number", msg, args)
	return f.Err(string(See))
}

// Propose begins a case. Conflict: in life they arranged otherwise, or another case of the
// ask is under way.
func (s *Service) Propose(ctx context.Context, which rights.ID, d Draft) error {
	if err := d.check(); err != nil {
		return err
	}
	_, err := op.Write(ctx, s.desk, Propose, func(tx *op.Tx) (Case, error) { return s.drafted(ctx, tx, which, d) }, func(tx *op.Tx, c Case) (bool, error) {
		before, err := of(ctx, tx, which)
		if err != nil {
			return false, err
		}
		if before.Live(tx.Now()) || before.State == Ended {
			return false, changed()
		}
		if allowed, err := consent.Allowed(ctx, tx, c.Person, consent.Kin); err != nil || !allowed {
			return false, errors.Join(err, fault.New(string(Propose), fault.Conflict, "kin.barred"))
		}
		c.Version = before.Version + 1
		tx.Note("ask", string(c.Ask))
		tx.Note("wants", string(c.Wants))
		tx.Emit(Told{c.Ask, c.ReadyAt})
		return true, keep(ctx, tx, c)
	})
	return err
}

// drafted is the case that a draft makes of an ask.
func (s *Service) drafted(ctx context.Context, tx *op.Tx, which rights.ID, d Draft) (Case, error) {
	a, err := s.ask(ctx, tx, which)
	if err != nil {
		return Case{}, err
	}
	if err := s.desk.Both(ctx, tx, Propose, a.AuthzObject()); err != nil {
		return Case{}, err
	}
	f, err := s.find(ctx, tx, d.Number, d.Name)
	if err != nil {
		return Case{}, err
	}
	wait, err := days(ctx, tx, "kin_wait_days")
	return Case{Ask: a.ID, Person: f.ID, Area: a.Area, Wants: d.Wants, Parts: d.Parts, Relation: d.Relation, Proof: d.Proof, ByID: tx.Subject.ID, By: tx.Subject.Name, AskedAt: tx.Now(), ReadyAt: tx.Now().AddDate(0, 0, wait)}, err
}

// standing is the case of an open ask, as the reader saw it.
func (s *Service) standing(ctx context.Context, tx *op.Tx, which rights.ID, version int64) (Case, error) {
	if _, err := s.ask(ctx, tx, which); err != nil {
		return Case{}, err
	}
	c, err := of(ctx, tx, which)
	if err == nil && c.Person == "" {
		err = fault.New(string(See), fault.Missing, "fault.missing")
	}
	if version > 0 {
		c.Version = version
	}
	return c, err
}

// Grant opens what was proposed. Conflict: it is too early, or the one who proposed decides.
func (s *Service) Grant(ctx context.Context, which rights.ID, version int64) error {
	return s.decide(ctx, which, version, func(tx *op.Tx, c *Case) error {
		open, err := days(ctx, tx, "kin_open_days")
		c.State, c.OpenUntil = Granted, tx.Now().AddDate(0, 0, open)
		return err
	})
}

// Deny refuses it, on a ground.
func (s *Service) Deny(ctx context.Context, which rights.ID, version int64, g Ground) error {
	if !slices.Contains(Grounds(), g) {
		var f fault.Form
		f.Add("ground", "kin.choose", nil)
		return f.Err(string(Decide))
	}
	return s.decide(ctx, which, version, func(_ *op.Tx, c *Case) error {
		c.State, c.Ground = Denied, g
		return nil
	})
}

func (s *Service) decide(ctx context.Context, which rights.ID, version int64, how func(*op.Tx, *Case) error) error {
	_, err := op.Write(ctx, s.desk, Decide, func(tx *op.Tx) (Case, error) { return s.standing(ctx, tx, which, version) }, func(tx *op.Tx, c Case) (bool, error) {
		if c.State != Waits {
			return false, changed()
		}
		if c.ByID == tx.Subject.ID {
			return false, fault.New(string(Decide), fault.Conflict, "kin.own_proposal")
		}
		if err := how(tx, &c); err != nil {
			return false, err
		}
		if c.State == Granted && tx.Now().Before(c.ReadyAt) {
			return false, fault.New(string(Decide), fault.Conflict, "kin.early")
		}
		c.DecidedBy, c.DecidedAt = tx.Subject.Name, tx.Now()
		tx.Note("state", string(c.State))
		return true, turn(ctx, tx, c)
	})
	return err
}

// Copy returns whose copy may be taken, and which parts of it, once that is written into
// the account's trail.
func (s *Service) Copy(ctx context.Context, which rights.ID) (Case, error) {
	return op.Read(ctx, s.desk, Copy, func(tx *op.Tx) (Case, error) {
		c, err := s.standing(ctx, tx, which, 0)
		if err != nil || c.Copies(tx.Now()) {
			return c, err
		}
		if err := s.desk.Both(ctx, tx, Copy, c.AuthzObject()); err != nil {
			return c, err // how it stands is told to those who may take it
		}
		return c, changed()
	})
}

// End ends the account and answers the ask in the words that answer makes of it. Conflict:
// something is under way, or was changed meanwhile.
func (s *Service) End(ctx context.Context, which rights.ID, version int64, answer func(c Case, held bool) string) error {
	_, err := op.Write(ctx, s.desk, End, func(tx *op.Tx) (Case, error) { return s.standing(ctx, tx, which, version) }, func(tx *op.Tx, c Case) (bool, error) {
		if !c.Ends(tx.Now()) {
			return false, changed()
		}
		matters, members, err := s.Endings.Open(ctx, tx, c.Person)
		if err != nil {
			return false, err
		}
		if matters+members > 0 {
			return false, fault.New(string(End), fault.Conflict, "kin.under")
		}
		held, err := s.Endings.EndFor(ctx, tx, c.Person, tx.Now())
		if err != nil {
			return false, err
		}
		tx.Note("held", strconv.FormatBool(held))
		c.State, c.EndedAt = Ended, tx.Now()
		if err := turn(ctx, tx, c); err != nil {
			return false, err
		}
		a, err := s.ask(ctx, tx, which)
		if err != nil {
			return false, err
		}
		return true, s.Rights.Settle(ctx, tx, a, a.Version, answer(c, held))
	})
	return err
}

// Mine returns what relatives ask about the account of the worker who is signed in, and
// what may still come of it.
func (s *Service) Mine(ctx context.Context) ([]Case, error) {
	return op.List(ctx, s.desk, Mine, func(tx *op.Tx, scope op.Scope) ([]Case, error) {
		if tx.Subject.Kind != authz.Worker {
			return nil, fault.New(string(Mine), fault.Missing, "fault.missing")
		}
		var args db.Args
		all, err := some(ctx, tx, scope.Where(ByColumns, &args)+` and k.person_id = `+args.Add(tx.Subject.ID)+` and r.state = 'open' order by k.ask_id`, args)
		return slices.DeleteFunc(all, func(c Case) bool { return !c.Live(tx.Now()) }), err
	})
}

// Waiting returns the cases of the reader's areas that wait for a decision, the oldest first.
func (s *Service) Waiting(ctx context.Context) ([]Case, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Case, error) {
		var args db.Args
		return some(ctx, tx, scope.Where(ByColumns, &args)+` and r.state = 'open' and k.state = 'waits' order by k.ask_id limit `+args.Add(most), args)
	})
}

// most is how many cases a list shows: they are few, and the oldest come first.
const most = 50

// Stop is the word of whoever has the account that they are there. A second tap changes
// nothing.
func (s *Service) Stop(ctx context.Context, which rights.ID) error {
	_, err := op.Write(ctx, s.desk, Stop, func(tx *op.Tx) (Case, error) { return s.standing(ctx, tx, which, 0) }, func(tx *op.Tx, c Case) (bool, error) {
		if c.State == Stopped {
			return true, nil
		}
		if !c.Live(tx.Now()) {
			return false, changed()
		}
		c.State, c.StoppedAt = Stopped, tx.Now()
		return true, turn(ctx, tx, c)
	})
	return err
}

// warn tells the account's phone.
func (s *Service) warn(ctx context.Context, e job.Event) error {
	var what Told
	if err := e.Decode(&what); err != nil || s.Notifier == nil {
		return err
	}
	phone, err := op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) (string, error) {
		var args db.Args
		all, err := some(ctx, tx, scope.Where(ByColumns, &args)+` and k.state = 'waits' and k.ask_id = `+args.Add(string(what.Ask)), args)
		if err != nil || len(all) == 0 {
			return "", err
		}
		return s.People.Phone(ctx, tx, all[0].Person)
	})
	if err != nil || phone == "" {
		return fault.Unless(err, fault.Missing)
	}
	return s.Notifier.Warn(ctx, e.ID, phone, what.ReadyAt.Truncate(time.Minute))
}
