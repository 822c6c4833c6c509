package life

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/org"
	"nuanxin/internal/plain"
)

// ID is the id of an application to found a union.
type ID string

// State is where an application stands. Its words are "life.state."+State.
type State string

// The states.
const (
	Asked     State = "asked"
	Approved  State = "approved"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
)

// States are all states, what waits first.
func States() []State { return []State{Asked, Approved, Refused, Withdrawn} }

// Ask is what a cadre writes to have a union founded.
type Ask struct {
	Kind    org.Kind
	Level   org.Level
	Name    string
	Short   string
	Area    string
	Parent  org.ID
	Members int64  // as they were counted
	Chair   string // who was elected
	Years   int64  // of the first term
	Elected string // the day of the election, YYYY-MM-DD
	Why     string
}

// Founding is an application to found a union.
type Founding struct {
	ID ID
	Ask
	State      State
	ParentArea string
	Asker      string // the person's id
	AskerName  string
	AskedAt    time.Time
	DueAt      time.Time // by when it is answered; zero: the calendar is not published so far
	DecidedAt  time.Time
	Decider    string
	Reason     string // why it was refused, or a word with the approval
	Org        org.ID // the union that was founded
	Version    int64
}

// AuthzObject implements op.Target. It is the business of the area where the union
// will be.
func (f Founding) AuthzObject() authz.Object {
	return authz.Object{Kind: "founding", ID: string(f.ID), Group: "org", Area: f.Area}
}

// Late reports whether the answer is overdue.
func (f Founding) Late(now time.Time) bool {
	return f.State == Asked && !f.DueAt.IsZero() && now.After(f.DueAt)
}

// Few reports whether fewer than 25 members were stated of a company's union, which
// may stand but need not (工会法 第十一条).
func (f Founding) Few() bool { return f.Kind == org.Basic && f.Members < 25 }

// decision is an application as the business of the union that is to lead.
type decision struct{ Founding }

// AuthzObject implements op.Target.
func (d decision) AuthzObject() authz.Object {
	o := d.Founding.AuthzObject()
	o.Area = d.ParentArea
	return o
}

// Decidable says on what a decision about f is decided, for pages.
func (f Founding) Decidable() authz.Object { return decision{f}.AuthzObject() }

const (
	maxMembers = 10_000_000
	maxText    = 300
)

// draft is the organisation that the application describes.
func (a Ask) draft() org.Draft {
	return org.Draft{Kind: a.Kind, Level: a.Level, Name: a.Name, Short: a.Short, Area: a.Area, Parent: a.Parent}
}

// check returns the application as it is kept, or what is wrong with what the
// organisation itself does not know. today is a day.
func (a Ask) check(today string) (Ask, error) {
	var f fault.Form
	var err error
	if a.Chair, err = idcard.ParseName(a.Chair); err != nil {
		f.Add("chair", "life.name.unknown", nil)
	}
	if a.Members < 1 || a.Members > maxMembers {
		f.Add("members", "life.members.range", nil)
	}
	if !slices.Contains(Terms(a.Level), a.Years) {
		f.Add("years", "life.years.unfit", nil)
	}
	if !isDay(a.Elected) || a.Elected > today {
		f.Add("elected", "life.day.past", nil)
	}
	if a.Parent == "" {
		f.Add("parent", "life.parent.needed", nil)
	}
	if !slices.Contains(org.Unions(), a.Kind) {
		f.Add("kind", "org.kind.unknown", nil)
	}
	if a.Why = strings.TrimSpace(plain.Visible(a.Why)); utf8.RuneCountInString(a.Why) > maxText {
		f.Add("why", "org.text.length", fault.Args{"Limit": maxText})
	}
	return a, f.Err(string(AskFounding))
}

// AskFor asks the union that is to lead for another to be founded below it.
func (s *Service) AskFor(ctx context.Context, a Ask) (ID, error) {
	fresh := Founding{ID: id.New[ID](), Ask: a, State: Asked, Asker: authz.From(ctx).ID, AskerName: authz.From(ctx).Name, Version: 1}
	fresh.Area = strings.TrimSpace(a.Area)
	propose := func(*op.Tx) (Founding, error) { return fresh, nil }
	return op.Write(ctx, s.desk, AskFounding, propose, func(tx *op.Tx, f Founding) (ID, error) {
		o, err := s.Orgs.Propose(ctx, tx, f.draft())
		if fault.Unless(err, fault.Invalid) != nil {
			return "", err
		}
		var wrong error
		if f.Ask, wrong = f.check(today(tx)); err != nil || wrong != nil {
			return "", together(err, wrong)
		}
		if err := s.unique(ctx, tx, o); err != nil {
			return "", err
		}
		parent, err := s.Orgs.Ask(ctx, tx, o.Parent)
		if err != nil {
			return "", err
		}
		f.Name, f.Short, f.ParentArea, f.AskedAt = o.Name, o.Short, parent.Area, tx.Now()
		if f.DueAt, err = s.due(ctx, tx, f.AskedAt); err != nil {
			return "", err
		}
		tx.Note("name", f.Name)
		tx.Note("parent", string(f.Parent))
		return f.ID, s.insert(ctx, tx, f)
	})
}

// together tells all that is wrong with a form at once.
func together(errs ...error) error {
	var f fault.Form
	for _, err := range errs {
		if err == nil {
			continue
		}
		for _, field := range fault.Of(err).Fields {
			f.Add(field.Name, field.Msg, field.Args)
		}
	}
	return f.Err(string(AskFounding))
}

// unique refuses a union that stands, or is asked for, under the same leader by the
// same name. The tree is locked by then, so that two at once do not both pass.
func (s *Service) unique(ctx context.Context, tx *op.Tx, o org.Org) error {
	var n int
	err := tx.One(ctx, `
		select (select count(*) from org where parent_id = $1 and name = $2 and active) +
			(select count(*) from org_founding where parent_id = $1 and name = $2 and state = 'asked')`, []any{string(o.Parent), o.Name}, &n)
	if err == nil && n > 0 {
		err = fieldFault("name", "life.name.taken")
	}
	return err
}

// Withdraw takes an application back. Only who asked does that.
func (s *Service) Withdraw(ctx context.Context, which ID, version int64) error {
	_, err := op.Write(ctx, s.desk, TakeBack, s.byID(ctx, which), func(tx *op.Tx, f Founding) (bool, error) {
		switch {
		case f.Asker != tx.Subject.ID:
			return false, fault.New(string(TakeBack), fault.Denied, "life.not_yours")
		case f.State != Asked || f.Version != version:
			return false, fault.New(string(TakeBack), fault.Conflict, "life.changed")
		}
		f.State, f.DecidedAt = Withdrawn, tx.Now()
		return true, settle(ctx, tx, f)
	})
	return err
}

// Approve founds the union that was asked for, with its first term of office. word
// may be empty.
func (s *Service) Approve(ctx context.Context, which ID, version int64, word string) (org.ID, error) {
	return decide(ctx, s, which, version, func(tx *op.Tx, f *Founding) (org.ID, error) {
		var err error
		if f.Reason, err = reason(word, 0); err != nil {
			return "", err
		}
		d := f.draft()
		d.Why = f.Why
		if utf8.RuneCountInString(d.Why) > 100 { // the history keeps one line
			d.Why = string([]rune(d.Why)[:100])
		}
		o, err := s.Orgs.Propose(ctx, tx, d)
		if fault.Is(err, fault.Invalid) { // it could stand when it was asked for
			err = fault.New(string(Decide), fault.Conflict, "life.no_longer").Because(err)
		}
		if err != nil {
			return "", err
		}
		if err := s.Orgs.Raise(ctx, tx, o, d); err != nil {
			return "", err
		}
		f.State, f.Org = Approved, o.ID
		up, err := s.Orgs.Ask(ctx, tx, o.Parent)
		if err != nil {
			return "", err
		}
		if err := s.Orgs.Approve(ctx, tx, org.Approval{Org: o.ID, What: org.Begun, Day: today(tx), Approver: up.Name, Approved: today(tx)}); err != nil {
			return "", err
		}
		t := Tenure{Org: o.ID, Seq: 1, Since: f.Elected, Years: f.Years}
		return o.ID, s.begin(ctx, tx, t, []Post{{Post: Chair, Name: f.Chair}})
	})
}

// Refuse tells why a union is not founded.
func (s *Service) Refuse(ctx context.Context, which ID, version int64, why string) error {
	_, err := decide(ctx, s, which, version, func(_ *op.Tx, f *Founding) (org.ID, error) {
		var err error
		f.State = Refused
		f.Reason, err = reason(why, 2)
		return "", err
	})
	return err
}

// decide runs the leading union's decision.
func decide(ctx context.Context, s *Service, which ID, version int64, do func(*op.Tx, *Founding) (org.ID, error)) (org.ID, error) {
	find := func(tx *op.Tx) (decision, error) {
		f, err := s.get(ctx, tx, which)
		return decision{f}, err
	}
	return op.Write(ctx, s.desk, Decide, find, func(tx *op.Tx, d decision) (org.ID, error) {
		f := d.Founding
		switch {
		case f.Asker == tx.Subject.ID && f.Asker != "":
			return "", fault.New(string(Decide), fault.Denied, "life.own")
		case f.State != Asked || f.Version != version:
			return "", fault.New(string(Decide), fault.Conflict, "life.changed")
		}
		made, err := do(tx, &f)
		if err != nil {
			return "", err
		}
		f.DecidedAt, f.Decider = tx.Now(), tx.Subject.Name
		tx.Note("state", string(f.State))
		return made, settle(ctx, tx, f)
	})
}

// reason is why somebody decides as they do, of at least so many characters.
func reason(text string, least int) (string, error) {
	text = strings.TrimSpace(plain.Visible(text))
	if n := utf8.RuneCountInString(text); n < least || n > maxText {
		var f fault.Form
		f.Add("reason", "life.reason.length", fault.Args{"Limit": maxText})
		return "", f.Err(string(Decide))
	}
	return text, nil
}

// Get returns an application.
func (s *Service) Get(ctx context.Context, which ID) (Founding, error) {
	return op.Read(ctx, s.desk, SeeFounding, s.byID(ctx, which))
}

func (s *Service) byID(ctx context.Context, which ID) func(*op.Tx) (Founding, error) {
	return func(tx *op.Tx) (Founding, error) { return s.get(ctx, tx, which) }
}
