package forget

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/hold"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
	"nuanxin/internal/rights"
)

// The actions.
const (
	See    authz.Action = "rights.see_kept"     // what is kept of who asks and has no account
	Forget authz.Action = "member.forget"       // who has no account, at their wish
	Redo   authz.Action = "member.forget_again" // after a restore, and when a hold is over
)

// Policy says who may do them.
var Policy = authz.Rules{See: authz.InArea(authz.Cadre), Forget: authz.Lately(authz.InArea(authz.Cadre)), Redo: authz.Program}

// Kind is what sort of thing is kept. Its words are "rights.forget.kind."+Kind.
type Kind string

// The kinds.
const (
	Member Kind = "member"  // a record on the roll
	Matter Kind = "request" // what was written down for a caller
)

// Thing is one thing that is kept of somebody without an account.
type Thing struct {
	Kind   Kind
	ID     string
	Area   string
	Number string
	Name   string // in full
	At     time.Time
	Under  bool // it is under way, and has to end first

	Same bool      // the name is that of who asks
	Held hold.Hold // zero: nothing holds it
}

// Ref names it in a form.
func (t Thing) Ref() string { return string(t.Kind) + "/" + t.ID }

// AuthzObject implements op.Target.
func (t Thing) AuthzObject() authz.Object {
	return authz.Object{Kind: string(t.Kind), ID: t.ID, Group: string(t.Kind), Area: t.Area}
}

// Keeper is a domain that keeps things of people without an account.
type Keeper interface {
	// Unowned returns what is no account's: kept under a phone, or of a number; either may be empty.
	Unowned(ctx context.Context, tx *op.Tx, phone, number string) ([]Thing, error)
	// Known returns those of these ids that are no account's and not forgotten.
	Known(ctx context.Context, tx *op.Tx, ids []string) ([]Thing, error)
	// Forget destroys what tells whose a thing is, unless it is held.
	Forget(ctx context.Context, tx *op.Tx, which string) error
}

// Forgotten says that things of somebody without an account were erased, or wait for it.
type Forgotten struct {
	Ask    rights.ID         `json:"ask"`
	At     time.Time         `json:"at"`
	Things map[Kind][]string `json:"things"`
}

// EventName implements op.Event.
func (Forgotten) EventName() string { return "rights.forgotten" }

// Config is what the service needs; all of it.
type Config struct {
	Rights  *rights.Service
	Holds   *hold.Service
	Keepers map[Kind]Keeper
}

// Service is what pages may ask.
type Service struct {
	desk *op.Desk
	Config
}

// NewService returns the service.
func NewService(desk *op.Desk, c Config) *Service { return &Service{desk, c} }

// kinds lists them in the order in which they are shown and forgotten.
var kinds = []Kind{Member, Matter}

// Find returns what is kept of who asks: under the phone that was written down with the
// ask, and under a member's number, where one is named.
func (s *Service) Find(ctx context.Context, which rights.ID, number string) (all []Thing, err error) {
	_, err = op.Read(ctx, s.desk, See, func(tx *op.Tx) (rights.Ask, error) {
		a, err := s.ask(ctx, tx, which)
		if err == nil {
			all, err = s.find(ctx, tx, a, number)
		}
		return a, err
	})
	return all, err
}

// ask is an ask to be forgotten of somebody without an account, or of their relatives.
func (s *Service) ask(ctx context.Context, tx *op.Tx, which rights.ID) (rights.Ask, error) {
	a, err := s.Rights.Ask(ctx, tx, which)
	if err == nil && (!Forgets(a) || a.State != rights.Open) {
		err = fault.New(string(See), fault.Missing, "fault.missing")
	}
	return a, err
}

// Forgets reports whether an ask can be done by erasing what is kept of somebody without an
// account: at their own wish, or their relatives' once they died (art. 49).
func Forgets(a rights.Ask) bool {
	return a.Kind == rights.Delete && a.Person == "" || a.Kind == rights.Kin
}

// find leaves out what is of another area than the reader's.
func (s *Service) find(ctx context.Context, tx *op.Tx, a rights.Ask, number string) (all []Thing, err error) {
	phone := ""
	if a.Kind == rights.Delete { // the relatives' own phone says nothing of who died
		if phone, err = s.Rights.NumberOf(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	for _, k := range kinds {
		some, err := s.Keepers[k].Unowned(ctx, tx, phone, strings.TrimSpace(number))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	all = slices.DeleteFunc(all, func(t Thing) bool { return !s.desk.Rules().May(tx.Subject, See, t.AuthzObject()) })
	for i, t := range all {
		all[i].Same = a.Kind == rights.Delete && a.Name != "" && idcard.Fold(t.Name) == idcard.Fold(a.Name)
		held, err := s.Holds.Now(ctx, tx, []string{t.ID})
		if err != nil {
			return nil, err
		}
		if len(held) > 0 {
			all[i].Held = held[0]
		}
	}
	return all, nil
}

// Choice is what a cadre decides.
type Choice struct {
	Number  string   // as in Find
	Things  []string // by Ref
	Why     string
	Checked bool // who asks was looked at
}

// A reason has at least so many characters, and at most.
const (
	shortest = 4
	longest  = 200
)

func (c *Choice) check() error {
	var f fault.Form
	c.Why = strings.TrimSpace(plain.Line(c.Why))
	if n := utf8.RuneCountInString(c.Why); n < shortest || n > longest {
		f.Add("why", "rights.why.length", fault.Args{"Least": shortest, "Most": longest})
	}
	if len(c.Things) == 0 {
		f.Add("things", "rights.forget.choose", nil)
	}
	if !c.Checked {
		f.Add("checked", "rights.forget.checked.needed", nil)
	}
	return f.Err(string(Forget))
}

// Do erases what was chosen and answers the ask in the words that answer makes of it. What
// is held waits. Conflict: something is under way, or the ask was closed meanwhile.
func (s *Service) Do(ctx context.Context, which rights.ID, version int64, c Choice, answer func(gone, held []Thing) string) error {
	if err := c.check(); err != nil {
		return err
	}
	call := op.CallOf(ctx)
	call.Purpose = c.Why
	_, err := op.Write(op.With(ctx, call), s.desk, Forget, func(tx *op.Tx) (rights.Ask, error) { return s.ask(ctx, tx, which) }, func(tx *op.Tx, a rights.Ask) (int, error) {
		chosen, err := s.chosen(ctx, tx, a, c)
		if err != nil {
			return 0, err
		}
		gone, held, err := s.erase(ctx, tx, a.ID, chosen)
		if err != nil {
			return 0, err
		}
		return len(gone), s.Rights.Settle(ctx, tx, a, version, answer(gone, held))
	})
	return err
}

// chosen finds again what was chosen: nothing but what is there may be erased.
func (s *Service) chosen(ctx context.Context, tx *op.Tx, a rights.Ask, c Choice) ([]Thing, error) {
	all, err := s.find(ctx, tx, a, c.Number)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(t Thing) bool { return !slices.Contains(c.Things, t.Ref()) })
	if len(all) != len(c.Things) {
		return nil, fault.New(string(Forget), fault.Conflict, "rights.forget.changed")
	}
	for _, t := range all {
		if err := s.desk.Check(tx.Subject, Forget, t.AuthzObject()); err != nil {
			return nil, err
		}
		if t.Under {
			return nil, fault.New(string(Forget), fault.Conflict, "rights.forget.under")
		}
	}
	return all, nil
}

// erase forgets things, and lets wait what is held. Each has a row of its own in the trail.
func (s *Service) erase(ctx context.Context, tx *op.Tx, ask rights.ID, all []Thing) (gone, held []Thing, err error) {
	told := Forgotten{ask, tx.Now(), map[Kind][]string{}}
	for _, t := range all {
		if err := hold.Wait(ctx, tx, t.ID); err != nil {
			return nil, nil, err
		}
		now, err := s.Holds.Now(ctx, tx, []string{t.ID})
		if err != nil {
			return nil, nil, err
		}
		told.Things[t.Kind] = append(told.Things[t.Kind], t.ID)
		if len(now) > 0 {
			t.Held = now[0]
			held = append(held, t)
			err = wait(ctx, tx, ask, t)
		} else if err = s.Keepers[t.Kind].Forget(ctx, tx, t.ID); err == nil {
			gone = append(gone, t)
			err = tx.Also(ctx, Forget, t.AuthzObject())
		}
		if err != nil {
			return nil, nil, err
		}
	}
	tx.Emit(told)
	return gone, held, nil
}
