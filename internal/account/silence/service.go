package silence

import (
	"context"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/account"
	"nuanxin/internal/account/pace"
	"nuanxin/internal/account/people"
	"nuanxin/internal/account/session"
	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/seal"
)

// Service asks whoever comes back after long.
type Service struct {
	desk *op.Desk
	Config
}

// Config is what the service needs; all of it.
type Config struct {
	Ring      *seal.Ring
	Accounts  *account.Service
	Records   Records
	Followers []Follower
}

// NewService returns the service. From then on sign-ins of workers are asked by it.
func NewService(desk *op.Desk, c Config) *Service {
	s := &Service{desk, c}
	c.Accounts.AskMore(s.asks)
	return s
}

// Question is what somebody is asked. Its words are of the page.
type Question string

// The questions.
const (
	None Question = ""
	Tail Question = "number" // the last six characters of the identity number
	Name Question = "name"
)

const tail = 6 // characters

// person is the account at which somebody knocks.
type person account.ID

// AuthzObject implements op.Target.
func (p person) AuthzObject() authz.Object {
	return authz.Object{Kind: "account", ID: string(p), Group: "person"}
}

// asks reports whether more is asked of who signs in to an account.
func (s *Service) asks(ctx context.Context, tx *op.Tx, who account.ID) (bool, error) {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil || l["silence_days"] == 0 {
		return false, err
	}
	used, err := people.LastUsed(ctx, tx, who)
	if err != nil || tx.Now().Sub(used) <= l.Days("silence_days") {
		return false, err
	}
	known, err := s.Records.Known(ctx, tx, string(who))
	return known.question() != None, err
}

// question is what can be asked by what is known.
func (k Known) question() Question {
	switch {
	case len(k.Numbers) > 0:
		return Tail
	case slices.ContainsFunc(k.Names, func(n string) bool { return folded(n) != "" && n != plain.Forgotten }):
		return Name
	}
	return None
}

// holds reports whether said is what is known.
func (k Known) holds(said string) bool {
	if k.question() == Tail {
		said = idcard.Plain(said)
		return slices.ContainsFunc(k.Numbers, func(n string) bool { return n == said || len(said) == tail && strings.HasSuffix(n, said) })
	}
	said = folded(said)
	return said != "" && slices.ContainsFunc(k.Names, func(n string) bool { return n != plain.Forgotten && folded(n) == said })
}

func folded(name string) string {
	if parsed, err := idcard.ParseName(name); err == nil {
		return idcard.Fold(parsed)
	}
	return idcard.Fold(plain.Line(name))
}

// Asked is what a sign-in waits for.
type Asked struct {
	Question Question
	Shut     bool // too many answers were wrong today
	ByCode   bool // the number was proved: it may be new to its holder
	Own      bool // the phone is the worker's alone
	who      person
}

// AuthzObject implements op.Target.
func (a Asked) AuthzObject() authz.Object { return a.who.AuthzObject() }

func over() error { return fault.New(string(Answer), fault.Missing, "silence.over") }

func unnamed(ctx context.Context) context.Context { return op.With(ctx, op.Call{}) }

// waits finds the account at which the sign-in with a secret waits, or Missing.
func waits(ctx context.Context, token string) func(*op.Tx) (person, error) {
	return func(tx *op.Tx) (person, error) {
		h, ok, err := session.HeldBy(ctx, tx, token)
		if err == nil && !ok {
			err = over()
		}
		return person(h.Person), err
	}
}

// held is [waits] for what changes the account: it is held before any of its sign-ins is
// taken away, so that two at once never wait for each other.
func held(ctx context.Context, token string) func(*op.Tx) (person, error) {
	find := waits(ctx, token)
	return func(tx *op.Tx) (person, error) {
		who, err := find(tx)
		if err == nil {
			_, err = people.Hold(ctx, tx, account.ID(who))
		}
		return who, err
	}
}

// Asked returns what the sign-in with the secret token waits for, or Missing.
func (s *Service) Asked(ctx context.Context, token string) (Asked, error) {
	return op.Read(unnamed(ctx), s.desk, See, func(tx *op.Tx) (Asked, error) {
		h, ok, err := session.HeldBy(ctx, tx, token)
		if err == nil && !ok {
			err = over()
		}
		if err != nil {
			return Asked{}, err
		}
		known, err := s.Records.Known(ctx, tx, h.Person)
		if err != nil {
			return Asked{}, err
		}
		l, err := pace.LimitsOf(ctx, tx)
		if err != nil {
			return Asked{}, err
		}
		n, err := pace.Taken(ctx, tx, s.key("silence", h.Person), day)
		return Asked{known.question(), n >= l["silence_tries_day"], h.Way == session.ByCode, h.Own, person(h.Person)}, err
	})
}

const day = 24 * time.Hour

func (s *Service) key(sort, who string) string { return s.Ring.Index("account|"+sort, who) }

// outcome is how a try went. What is wrong is no error, so that the try stays counted.
type outcome string

// The outcomes.
const (
	right outcome = "right"
	wrong outcome = "wrong"
	many  outcome = "many"
)

// Answer begins the session of whoever answers right. Invalid: it was wrong. Busy: too
// many were, today. Missing: nothing waits, or no longer.
func (s *Service) Answer(ctx context.Context, token, said string) (account.Signed, error) {
	var in *account.Signed
	out, err := op.Write(unnamed(ctx), s.desk, Answer, held(ctx, token), func(tx *op.Tx, who person) (outcome, error) {
		known, err := s.Records.Known(ctx, tx, string(who))
		if err != nil {
			return "", err
		}
		out, err := s.try(ctx, tx, "silence", string(who), "silence_tries_day", func() (bool, error) { return known.holds(said), nil })
		if err != nil || out != right {
			return out, err
		}
		h, ok, err := session.TakeHeld(ctx, tx, token)
		if err == nil && !ok {
			err = over()
		}
		if err != nil {
			return "", err
		}
		in, err = s.Accounts.Admit(ctx, tx, account.ID(who), h)
		return right, err
	})
	switch {
	case err != nil:
		return account.Signed{}, err
	case out == many:
		return account.Signed{}, fault.New(string(Answer), fault.Busy, "silence.many")
	case out == wrong:
		return account.Signed{}, of("answer", "silence.wrong")
	}
	return *in, nil
}

// try counts one more try of a sort by an account today, and then holds it.
func (s *Service) try(ctx context.Context, tx *op.Tx, sort, who, limit string, holds func() (bool, error)) (outcome, error) {
	l, err := pace.LimitsOf(ctx, tx)
	if err != nil {
		return "", err
	}
	ok, err := pace.Take(ctx, tx, s.key(sort, who), day, l[limit])
	if err != nil {
		return "", err
	}
	out := many
	if ok {
		if ok, err = holds(); err != nil {
			return "", err
		}
		if out = wrong; ok {
			out = right
		}
	}
	tx.Note("result", string(out))
	return out, nil
}

// of is the fault of one input.
func of(field, msg string) error {
	var f fault.Form
	f.Add(field, msg, nil)
	return f.Err(string(Answer))
}

// Renew begins a fresh account for whoever proved the number and says that it is new to
// them. The account that had it loses it, and its sessions end; all in it stays. Missing:
// nothing waits, or no longer. Conflict: the number was not proved.
func (s *Service) Renew(ctx context.Context, token string) (account.Signed, error) {
	var in *account.Signed
	fresh := id.New[account.ID]()
	_, err := op.Write(unnamed(ctx), s.desk, Renew, held(ctx, token), func(tx *op.Tx, who person) (bool, error) {
		h, ok, err := session.TakeHeld(ctx, tx, token)
		switch {
		case err != nil:
			return false, err
		case !ok:
			return false, over()
		case h.Way != session.ByCode:
			return false, fault.New(string(Renew), fault.Conflict, "silence.code_first")
		}
		if err := s.passOn(ctx, tx, account.ID(who), fresh); err != nil {
			return false, err
		}
		in, err = s.Accounts.Admit(ctx, tx, fresh, h)
		return true, err
	})
	if err != nil {
		return account.Signed{}, err
	}
	return *in, nil
}

// passOn gives the number of an account to a fresh one.
func (s *Service) passOn(ctx context.Context, tx *op.Tx, who, fresh account.ID) error {
	phone, err := s.Accounts.PassOn(ctx, tx, who, fresh)
	if err != nil {
		return err
	}
	for _, f := range s.Followers {
		if err := f.Lose(ctx, tx, string(who), phone); err != nil {
			return err
		}
	}
	if err := session.End(ctx, tx, string(who), ""); err != nil {
		return err
	}
	tx.Note("to", string(fresh))
	tx.Emit(PassedOn{who, fresh})
	return tx.Also(ctx, Renew, person(fresh).AuthzObject())
}
