package org

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// This file is what begins and ends organisations inside the transactions of
// others, who have asked who may.

// Ask returns an organisation, closed ones too.
func (s *Service) Ask(ctx context.Context, tx *op.Tx, which ID) (Org, error) {
	return get(ctx, tx, which)
}

// Propose returns the organisation that d describes, if it may stand where d says.
// It is not stored.
func (s *Service) Propose(ctx context.Context, tx *op.Tx, d Draft) (Org, error) {
	o, err := Org{ID: id.New[ID](), Active: true, FoundedAt: tx.Now(), Version: 1}.draw(d)
	if err != nil {
		return o, err
	}
	return o, s.underParent(ctx, tx, o, Org{})
}

// Raise stores what was proposed.
func (s *Service) Raise(ctx context.Context, tx *op.Tx, o Org, d Draft) error {
	contact, o, err := s.sealContact(o, d.Contact)
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, o, contact); err != nil {
		return err
	}
	tx.Note("name", o.Name)
	tx.Emit(Founded{o.ID, o.Area})
	if err := remember(ctx, tx, o, d.Why); err != nil {
		return err
	}
	return lead(ctx, tx, o)
}

// Change stores a record as d says over the version of was. Who may change was is
// for the caller to ask; where it may go is asked here.
func (s *Service) Change(ctx context.Context, tx *op.Tx, was Org, d Draft) error {
	o, err := was.draw(d)
	if err != nil {
		return err
	}
	// Nobody moves a body into an area that is not theirs.
	if err := s.desk.Both(ctx, tx, Edit, o.AuthzObject()); err != nil {
		return fieldFault("area", "org.area.denied")
	}
	if err := s.underParent(ctx, tx, o, was); err != nil {
		return err
	}
	if err := s.staysUnion(ctx, tx, o, was); err != nil {
		return err
	}
	if err := stillLeads(ctx, tx, o, was); err != nil {
		return err
	}
	contact, o, err := s.sealContact(o, d.Contact)
	if err != nil {
		return err
	}
	if err := update(ctx, tx, o, contact); err != nil {
		return err
	}
	if o.differs(was) {
		err = remember(ctx, tx, o, d.Why)
	}
	if err == nil && o.Area != was.Area {
		err = s.relocate(ctx, tx, o)
	}
	if err == nil && o.Parent != was.Parent {
		err = lead(ctx, tx, o)
	}
	tx.Note("name", o.Name)
	tx.Emit(Changed{o.ID, o.Area})
	return err
}

// relocate lets what is decided by o's area go along. Whoever is just joining o under
// the old one comes first.
func (s *Service) relocate(ctx context.Context, tx *op.Tx, o Org) error {
	if err := tx.Lock(ctx, standing(o.ID)); err != nil {
		return err
	}
	return s.goes(ctx, tx, string(o.ID), o.Area)
}

// Named returns the unions that bear a name and are not closed.
func (s *Service) Named(ctx context.Context, tx *op.Tx, name string) ([]Org, error) {
	var args db.Args
	scope := `o.name = ` + args.Add(plain.Line(name))
	return list(ctx, tx, Filter{Kinds: Unions(), Limit: 10}, scope, args)
}

// Within returns the organisations that f selects and a scope of another action allows.
func (s *Service) Within(ctx context.Context, tx *op.Tx, scope op.Scope, f Filter) ([]Org, error) {
	var args db.Args
	where := scope.Where(ByColumns, &args)
	return list(ctx, tx, f, where, args)
}

// mostLed is how many organisations one act leads elsewhere.
const mostLed = 20_000

// Fit says whether a union can be taken over by another: the unions that it leads
// must be able to stand there. It returns whom it leads, with who leads them then: a
// body or a host of another area goes to the union above. What hinders is a
// fault.Conflict.
func (s *Service) Fit(ctx context.Context, tx *op.Tx, from, into Org) ([]Org, error) {
	refuse := func(msg, name string) error {
		return fault.New("org.merge", fault.Conflict, msg).With(fault.Args{"Name": name})
	}
	switch {
	case !from.Active:
		return nil, refuse("org.closed_already", from.Name)
	case !into.Active || !from.IsUnion() || !into.IsUnion() || into.ID == from.ID:
		return nil, refuse("org.merge.unfit", into.Name)
	}
	above, err := line(ctx, tx, into.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range above {
		if o.ID == from.ID {
			return nil, refuse("org.merge.below", into.Name)
		}
	}
	led, err := list(ctx, tx, Filter{Parent: from.ID, Limit: mostLed}, "1 = 1", nil)
	for i, o := range led {
		led[i].Parent, o.Parent = into.ID, into.ID
		switch fits := o.checkParent(into, Org{}) == nil; {
		case !fits && o.IsUnion():
			return nil, refuse("org.merge.led", o.Name)
		case !fits:
			led[i].Parent = from.Parent
		}
	}
	return led, err
}

// Absorb ends a union and gives another what the tree knows of it: whom it leads,
// its duties and its ties. Its own page leads to the other from then on. Whoever is
// just joining it comes first; whoever comes later is given another union.
func (s *Service) Absorb(ctx context.Context, tx *op.Tx, from, into Org, why string) (led int64, err error) {
	for _, name := range []string{treeLock, standing(from.ID)} {
		if err := tx.Lock(ctx, name); err != nil {
			return 0, err
		}
	}
	version := from.Version
	if from, err = get(ctx, tx, from.ID); err != nil {
		return 0, err
	}
	if into, err = get(ctx, tx, into.ID); err != nil {
		return 0, err
	}
	children, err := s.Fit(ctx, tx, from, into)
	if err != nil {
		return 0, err
	}
	for _, o := range children {
		if err := s.follow(ctx, tx, o, why); err != nil {
			return 0, err
		}
	}
	if err := inherit(ctx, tx, from, into, by(tx)); err != nil {
		return 0, err
	}
	from.Active, from.Into, from.Version = false, into.ID, version
	if err := update(ctx, tx, from, nil); err != nil {
		return 0, err
	}
	tx.Emit(Closed{from.ID, from.Area})
	return int64(len(children)), remember(ctx, tx, from, why)
}

// follow stores an organisation that is led by another now.
func (s *Service) follow(ctx context.Context, tx *op.Tx, o Org, why string) error {
	if err := update(ctx, tx, o, nil); err != nil {
		return err
	}
	tx.Emit(Changed{o.ID, o.Area})
	if err := remember(ctx, tx, o, why); err != nil {
		return err
	}
	return lead(ctx, tx, o)
}

// inherit gives into the duties and the ties of from, which end with it.
func inherit(ctx context.Context, tx *op.Tx, from, into Org, by string) error {
	if _, err := tx.Exec(ctx, `
		insert into org_duty (org_id, topic, area)
		select $2, d.topic, d.area from org_duty d where d.org_id = $1
			and not exists (select 1 from org_duty e where e.org_id = $2 and e.topic = d.topic and e.area = d.area)`, string(from.ID), string(into.ID)); err != nil {
		return err
	}
	var open []Link
	err := tx.Each(ctx, `select org_id, to_id, why from org_link where until = '' and (org_id = $1 or to_id = $1) order by link_id`, []any{string(from.ID)}, func(r db.Row) error {
		var l Link
		err := r.Scan(&l.Org, &l.To, &l.Why)
		open = append(open, l)
		return err
	})
	if err != nil {
		return err
	}
	today := dayOf(tx)
	if _, err := tx.Exec(ctx, `update org_link set until = $2 where until = '' and (org_id = $1 or to_id = $1)`, string(from.ID), today); err != nil {
		return err
	}
	for _, l := range open {
		if l.Org == from.ID {
			l.Org = into.ID
		} else {
			l.To = into.ID
		}
		if err := retie(ctx, tx, l, today, by); err != nil {
			return err
		}
	}
	return nil
}

// retie ties again what a union that ended was tied to, where that is still a tie.
func retie(ctx context.Context, tx *op.Tx, l Link, today, by string) error {
	o, err := get(ctx, tx, l.Org)
	if err != nil {
		return err
	}
	err = mayTie(ctx, tx, o, l.To)
	if fault.Is(err, fault.Invalid) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into org_link (org_id, link_id, to_id, since, until, why, by_name) values ($1, $2, $3, $4, '', $5, $6)`,
		string(l.Org), id.New[string](), string(l.To), today, l.Why, by)
	return err
}
