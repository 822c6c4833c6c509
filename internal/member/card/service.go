package card

import (
	"context"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Service makes and checks codes.
type Service struct {
	keys
	desk    *op.Desk
	members *member.Service
}

// New returns the service of codes.
func New(desk *op.Desk, members *member.Service, ring *seal.Ring) *Service {
	return &Service{keys{ring}, desk, members}
}

// Face is one code as it is shown.
type Face struct {
	Text   string // what the drawing holds
	Digits string // eight, to be read aloud
	Age    time.Duration
	Life   time.Duration
}

// Card is what a member shows. Who is no member has one without codes.
type Card struct {
	State           member.State
	Number          string
	Union           string
	Online, Offline Face
}

// Mine returns the card of the worker who asks. Who never applied for membership
// has none: fault.Missing.
func (s *Service) Mine(ctx context.Context) (Card, error) {
	m, err := op.Read(ctx, s.desk, member.See, func(tx *op.Tx) (member.Member, error) {
		if tx.Subject.Kind != authz.Worker {
			return member.Member{}, fault.New(string(member.See), fault.Missing, "fault.missing")
		}
		return s.members.AskPerson(ctx, tx, tx.Subject.ID)
	})
	if err != nil {
		return Card{}, err
	}
	c := Card{State: m.State, Number: m.Number, Union: m.UnionName}
	if !m.State.Belongs() {
		return c, nil
	}
	at := s.desk.Now()
	if c.Online, err = s.face(m.ID, Online, at); err == nil {
		c.Offline, err = s.face(m.ID, Offline, at)
	}
	return c, err
}

func (s *Service) face(which member.ID, k Kind, at time.Time) (Face, error) {
	c := now(which, k, at)
	signed, err := s.sign(c)
	return Face{signed, s.digits(c), c.Age(at), k.Life()}, err
}

// Why is why a code does not count. Its words are "membercode.why."+Why.
type Why string

// The reasons.
const (
	Wrong   Why = "wrong"   // no code of this installation, or the digits are not that member's
	Expired Why = "expired" // it has run out
	Early   Why = "early"   // its time is still to come: a clock is wrong
	Used    Why = "used"    // somebody else looked at it before
	Over    Why = "over"    // the membership is over
)

// Shown is what somebody shows at a door: the text of the drawing, or the member's
// number with the eight digits.
type Shown struct{ Text, Number, Digits string }

// Seen is what whoever looks at a code learns.
type Seen struct {
	Why        Why    // why it does not count; then all else is empty
	Name       string // masked
	Number     string
	Union      string
	Occupation member.Occupation
	Kept       bool          // the membership is held without work
	Offline    bool          // it is the form for phones without a network
	Age        time.Duration // how old the code is
}

// door is where a code is looked at: a member's, in an area or an organisation.
type door struct {
	member    member.Member
	area, org string
}

// AuthzObject implements op.Target.
func (d door) AuthzObject() authz.Object {
	return authz.Object{Kind: "member_code", ID: string(d.member.ID), Group: "member", Area: d.area, Org: d.org, Owner: d.member.Person}
}

// doorOf is the door at which somebody stands; ok is false for who has none.
func doorOf(who authz.Subject) (d door, ok bool) {
	for _, g := range who.Grants {
		d = door{area: g.Area, org: g.Org}
		if g.Role == authz.Host && g.Org != "" || g.Role == authz.Cadre || g.Role == authz.Leader {
			return d, who.Kind == authz.Staff
		}
	}
	return d, false
}

// MayCheck reports whether somebody looks at codes anywhere.
func MayCheck(who authz.Subject) bool {
	_, ok := doorOf(who)
	return ok
}

// purpose is why a code is looked at, as the member reads it.
const purpose = "核对会员码"

// Check looks at a code. A code that does not count is an answer, not an error.
func (s *Service) Check(ctx context.Context, shown Shown) (Seen, error) {
	at, ok := doorOf(authz.From(ctx))
	if !ok {
		return Seen{}, fault.New(string(member.Check), fault.Missing, "fault.missing")
	}
	ctx = op.With(ctx, op.Call{Purpose: purpose}) // without an id: what is shown is kept nowhere
	c, why, err := s.find(ctx, shown)
	if err != nil || c.Member == "" {
		return Seen{Why: why}, err
	}
	if why == "" {
		var seen Seen
		if seen, err = s.take(ctx, at, c); err == nil {
			return seen, nil
		}
		if why, ok = refusals[fault.Of(err).Msg]; !ok {
			return Seen{}, err
		}
	}
	return Seen{Why: why}, s.miss(ctx, at, c.Member, why)
}

// refusals are the reasons that only the transaction finds, by their messages.
var refusals = map[string]Why{"membercode.why.used": Used, "membercode.why.over": Over}

func refuse(why Why) error {
	return fault.New(string(member.Check), fault.Conflict, "membercode.why."+string(why))
}

// find returns the code that is shown, and why it does not count. The code names
// no member where none is to be told from it.
func (s *Service) find(ctx context.Context, shown Shown) (c Code, why Why, err error) {
	if shown.Text != "" {
		if c, err = s.read(shown.Text); err != nil {
			return Code{}, Wrong, nil
		}
		return c, c.stale(s.desk.Now()), nil
	}
	number, digits := digitsOf(shown.Number), digitsOf(shown.Digits)
	m, err := op.List(ctx, s.desk, member.Check, func(tx *op.Tx, _ op.Scope) (member.Member, error) {
		return s.members.AskNumber(ctx, tx, number)
	})
	switch {
	case fault.Is(err, fault.Missing):
		return c, Wrong, nil
	case err != nil:
		return c, "", err
	}
	c, ok := s.match(m.ID, digits, s.desk.Now())
	if !ok {
		return Code{Member: m.ID}, Wrong, nil
	}
	return c, c.stale(s.desk.Now()), nil
}

// digitsOf are the digits of what was typed, whatever stands between them.
func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return -1
	}, s)
}

// take shows a member by a code, once.
func (s *Service) take(ctx context.Context, at door, c Code) (Seen, error) {
	return op.Write(ctx, s.desk, member.Check, s.finder(ctx, at, c.Member), func(tx *op.Tx, d door) (Seen, error) {
		m := d.member
		if !m.State.Belongs() {
			return Seen{}, refuse(Over)
		}
		whose, err := claim(ctx, tx, c)
		if err == nil && whose != tx.Subject.ID {
			err = refuse(Used)
		}
		if err != nil {
			return Seen{}, err
		}
		return Seen{Name: idcard.MaskName(m.Name), Number: m.Number, Union: m.UnionName, Occupation: m.Occupation, Kept: m.State == member.Kept, Offline: c.Kind == Offline, Age: max(0, c.Age(tx.Now()))}, nil
	})
}

// miss writes down that a member's code did not count.
func (s *Service) miss(ctx context.Context, at door, which member.ID, why Why) error {
	_, err := op.Write(ctx, s.desk, member.Miss, s.finder(ctx, at, which), func(tx *op.Tx, _ door) (bool, error) {
		tx.Note("why", string(why))
		return true, nil
	})
	return err
}

func (s *Service) finder(ctx context.Context, at door, which member.ID) func(*op.Tx) (door, error) {
	return func(tx *op.Tx) (door, error) {
		m, err := s.members.Ask(ctx, tx, which)
		return door{m, at.area, at.org}, err
	}
}
