package org

import (
	"context"
	"strings"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Service is what other packages may ask of the organisations.
type Service struct {
	desk *op.Desk
	ring *seal.Ring
	held func(ctx context.Context, tx *op.Tx, org string) (bool, error)
	many func(ctx context.Context, tx *op.Tx, unions []string) (map[string]int64, error)
	goes func(ctx context.Context, tx *op.Tx, org, area string) error
}

// NewService returns the service of organisations.
func NewService(desk *op.Desk, ring *seal.Ring) *Service {
	return &Service{desk, ring,
		func(context.Context, *op.Tx, string) (bool, error) { return false, nil },
		func(context.Context, *op.Tx, []string) (map[string]int64, error) { return nil, nil },
		func(context.Context, *op.Tx, string, string) error { return nil },
	}
}

// HeldBy says how to learn whether somebody is still in an organisation, such as
// members in a union: it is then not closed, and stays a union.
func (s *Service) HeldBy(held func(ctx context.Context, tx *op.Tx, org string) (bool, error)) {
	s.held = held
}

// CountedBy says how to learn how many members each of some unions has itself.
func (s *Service) CountedBy(many func(ctx context.Context, tx *op.Tx, unions []string) (map[string]int64, error)) {
	s.many = many
}

// FollowedBy says who is told when an organisation gets another area, in the same
// transaction: what is decided by its area goes along.
func (s *Service) FollowedBy(goes func(ctx context.Context, tx *op.Tx, org, area string) error) {
	s.goes = goes
}

// Get returns an organisation.
func (s *Service) Get(ctx context.Context, id ID) (Org, error) {
	return op.Read(ctx, s.desk, See, byID(ctx, id))
}

// List returns the organisations that f selects, by area and founding.
func (s *Service) List(ctx context.Context, f Filter) ([]Org, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Org, error) {
		var args db.Args
		where := scope.Where(ByColumns, &args)
		return list(ctx, tx, f, where, args)
	})
}

// Line returns the organisations above id and itself, the highest first.
func (s *Service) Line(ctx context.Context, id ID) ([]Org, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) ([]Org, error) {
		return line(ctx, tx, id)
	})
}

// Duties returns what each of ids is responsible for.
func (s *Service) Duties(ctx context.Context, ids ...ID) (map[ID][]Duty, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (map[ID][]Duty, error) {
		return duties(ctx, tx, ids...)
	})
}

// Found adds an organisation and returns its id.
func (s *Service) Found(ctx context.Context, d Draft) (ID, error) {
	propose := func(tx *op.Tx) (Org, error) { return s.Propose(ctx, tx, d) }
	return op.Write(ctx, s.desk, Found, propose, func(tx *op.Tx, o Org) (ID, error) {
		if err := s.approves(ctx, tx, o); err != nil {
			return "", err
		}
		return o.ID, s.Raise(ctx, tx, o, d)
	})
}

// Edit changes an organisation's record as d says. version is the one that the
// editor saw: whoever changed it since is not overwritten.
func (s *Service) Edit(ctx context.Context, id ID, version int64, d Draft) error {
	_, err := op.Write(ctx, s.desk, Edit, byID(ctx, id), func(tx *op.Tx, was Org) (bool, error) {
		if now := (Org{Kind: d.Kind, Parent: d.Parent}); now.IsUnion() && now.Parent != was.Parent {
			if err := s.approves(ctx, tx, now); err != nil {
				return false, err
			}
		}
		was.Version = version
		return true, s.Change(ctx, tx, was, d)
	})
	return err
}

// approves refuses a union under a leader for whom the subject does not speak: that union
// has to approve (工会法 art. 12), and is asked by package life.
func (s *Service) approves(ctx context.Context, tx *op.Tx, o Org) error {
	if !o.IsUnion() || o.Parent == "" {
		return nil
	}
	p, err := get(ctx, tx, o.Parent)
	if fault.Is(err, fault.Missing) {
		return fieldFault("parent", "org.parent.unfit")
	}
	if err == nil && s.desk.Check(tx.Subject, Found, p.AuthzObject()) != nil {
		err = fieldFault("parent", "org.parent.above")
	}
	return err
}

// Rename gives an organisation another name and short name.
func (s *Service) Rename(ctx context.Context, id ID, version int64, name, short string) error {
	o, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	d := o.Draft()
	d.Name, d.Short = name, short
	return s.Edit(ctx, id, version, d)
}

// Draft is o as a form shows it.
func (o Org) Draft() Draft {
	return Draft{Kind: o.Kind, Level: o.Level, Name: o.Name, Short: o.Short, Area: o.Area, Parent: o.Parent, Phone: o.Phone, Address: o.Address}
}

// SetDuties says what a body is responsible for, in place of all it was before.
// What the subject adds or takes away must lie in an area of theirs. version is
// the organisation's that the editor saw: nobody's change is overwritten unseen.
func (s *Service) SetDuties(ctx context.Context, id ID, version int64, ds []Duty) error {
	_, err := op.Write(ctx, s.desk, SetDuties, byID(ctx, id), func(tx *op.Tx, o Org) (bool, error) {
		ds, err := checkDuties(ds)
		if err != nil {
			return false, err
		}
		was, err := duties(ctx, tx, id)
		if err != nil {
			return false, err
		}
		for _, d := range differing(was[id], ds) {
			object := o.AuthzObject()
			object.Area = d.Area
			if s.desk.Check(tx.Subject, SetDuties, object) != nil {
				return false, fieldFault("duties", "org.duty.denied")
			}
		}
		o.Version = version
		if err := update(ctx, tx, o, nil); err != nil {
			return false, err
		}
		tx.Emit(Changed{o.ID, o.Area})
		return true, setDuties(ctx, tx, id, ds)
	})
	return err
}

// Close ends an organisation. It keeps its name in old matters and takes no
// new ones. A union that still leads others, or has members, is not closed.
func (s *Service) Close(ctx context.Context, id ID, version int64) error {
	_, err := op.Write(ctx, s.desk, Close, byID(ctx, id), func(tx *op.Tx, o Org) (bool, error) {
		if err := tx.Lock(ctx, treeLock); err != nil {
			return false, err
		}
		led, err := list(ctx, tx, Filter{Parent: id, Limit: 1}, "1 = 1", nil)
		switch {
		case err != nil:
			return false, err
		case !o.Active:
			return false, fault.New("org.close", fault.Conflict, "org.closed_already")
		case len(led) > 0:
			return false, fault.New("org.close", fault.Conflict, "org.leads_others").With(fault.Args{"Name": led[0].Name})
		}
		if err := tx.Lock(ctx, standing(o.ID)); err != nil { // whoever is joining it comes first
			return false, err
		}
		held, err := s.held(ctx, tx, string(o.ID))
		if err == nil && held {
			err = fault.New("org.close", fault.Conflict, "org.has_members")
		}
		if err != nil {
			return false, err
		}
		o.Active, o.Version = false, version
		tx.Emit(Closed{o.ID, o.Area})
		if err := closedBy(ctx, tx, o); err != nil {
			return false, err
		}
		return true, update(ctx, tx, o, nil)
	})
	return err
}

// underParent refuses a parent that does not exist or cannot lead o, who stood as
// was before.
func (s *Service) underParent(ctx context.Context, tx *op.Tx, o, was Org) error {
	if o.Parent == "" {
		return nil
	}
	if err := tx.Lock(ctx, treeLock); err != nil { // so that it is not closed meanwhile
		return err
	}
	p, err := get(ctx, tx, o.Parent)
	if fault.Is(err, fault.Missing) {
		return fieldFault("parent", "org.parent.unfit")
	}
	if err != nil {
		return err
	}
	return o.checkParent(p, was)
}

// staysUnion refuses to make a union with people in it something else.
func (s *Service) staysUnion(ctx context.Context, tx *op.Tx, o, was Org) error {
	if o.IsUnion() || !was.IsUnion() {
		return nil
	}
	if err := tx.Lock(ctx, standing(o.ID)); err != nil {
		return err
	}
	held, err := s.held(ctx, tx, string(o.ID))
	if err == nil && held {
		err = fieldFault("kind", "org.has_members")
	}
	return err
}

// stillLeads refuses a change of area, kind or level after which o could not lead
// one that it leads now.
func stillLeads(ctx context.Context, tx *op.Tx, o, was Org) error {
	field := "area"
	switch {
	case o.Kind != was.Kind:
		field = "kind"
	case o.Level != was.Level:
		field = "level"
	case o.Area == was.Area:
		return nil
	}
	if err := tx.Lock(ctx, treeLock); err != nil { // so that it comes to lead no other meanwhile
		return err
	}
	left, err := leftBehind(ctx, tx, o, was)
	if err != nil || len(left) == 0 {
		return err
	}
	var f fault.Form
	if o.IsUnion() && !strings.HasPrefix(left[0].Area, o.Area) {
		field = "area"
	}
	f.Add(field, "org.leads_others", fault.Args{"Name": left[0].Called()})
	return f.Err(string(Edit))
}

// differing are the duties that only one of the two lists has.
func differing(a, b []Duty) []Duty {
	n := map[Duty]int{}
	for _, d := range a {
		n[d]++
	}
	for _, d := range b {
		n[d]--
	}
	var all []Duty
	for d, c := range n {
		if c != 0 {
			all = append(all, d)
		}
	}
	return all
}

func byID(ctx context.Context, id ID) func(*op.Tx) (Org, error) {
	return func(tx *op.Tx) (Org, error) { return get(ctx, tx, id) }
}
