package org

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// This file is what other domains ask inside their own transactions. Ids are
// plain texts here, so that their interfaces need no import of this package.

// ByColumns names the columns that decide who sees a row.
var ByColumns = authz.Columns{ID: "o.org_id", Area: "o.area", Org: "o.org_id"}

// Names returns what each of ids is called, short name first. An id that is
// not known is left out.
func (s *Service) Names(ctx context.Context, tx *op.Tx, ids []string) (map[string]string, error) {
	names := map[string]string{}
	var args db.Args
	err := tx.Each(ctx, `select o.org_id, o.name, o.short from org o where o.org_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var id string
		var o Org
		err := r.Scan(&id, &o.Name, &o.Short)
		names[id] = o.Called()
		return err
	})
	return names, err
}

// Area returns the area of an organisation that is active, or Missing. In a
// transaction that writes, it stays active until that ends.
func (s *Service) Area(ctx context.Context, tx *op.Tx, id string) (string, error) {
	o, err := get(ctx, tx, ID(id))
	if err == nil && o.Active {
		o, err = stays(ctx, tx, o)
	}
	if err == nil && !o.Active {
		err = fault.New("org.area", fault.Missing, "org.closed_already")
	}
	return o.Area, err
}

// stays returns o as it is now and, in a transaction that writes, keeps it from
// being closed until that ends: whoever joins a union at the moment at which it
// closes must not be left in it.
func stays(ctx context.Context, tx *op.Tx, o Org) (Org, error) {
	if !tx.Writes() {
		return o, nil
	}
	if err := tx.Share(ctx, standing(o.ID)); err != nil {
		return o, err
	}
	return get(ctx, tx, o.ID)
}

// standing names the lock that whoever ends an organisation takes alone.
func standing(id ID) string { return "org " + string(id) }

// asked returns what find finds, or what it finds then when that one was closed
// meanwhile.
func asked(ctx context.Context, tx *op.Tx, find func() (Org, error)) (Org, error) {
	for {
		o, err := find()
		if err != nil {
			return o, err
		}
		if o, err = stays(ctx, tx, o); err != nil || o.Active {
			return o, err
		}
	}
}

// BodiesFor returns the active bodies that are responsible for topic in area,
// the best first: by the longest area of their duty, then the longest topic.
func (s *Service) BodiesFor(ctx context.Context, tx *op.Tx, topic, area string) ([]Org, error) {
	var args db.Args
	type found struct {
		Org
		Duty
	}
	var all []found
	err := tx.Each(ctx, `
		select `+columns+`, d.topic, d.area from org_duty d join org o on o.org_id = d.org_id
		where d.area in `+db.In(&args, areasAbove(area))+` and d.topic in `+db.In(&args, topicsAbove(topic))+` and o.active
		order by o.org_id`, args, func(r db.Row) error {
		var f found
		err := f.scan(more{r, []any{&f.Topic, &f.Duty.Area}})
		all = append(all, f)
		return err
	})
	slices.SortStableFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(len(b.Duty.Area), len(a.Duty.Area)), cmp.Compare(len(b.Topic), len(a.Topic)))
	})
	var bodies []Org
	for _, f := range all {
		if !slices.ContainsFunc(bodies, func(o Org) bool { return o.ID == f.ID }) {
			bodies = append(bodies, f.Org)
		}
	}
	return bodies, err
}

// more scans further columns after a row's own.
type more struct {
	db.Row
	dest []any
}

func (m more) Scan(dest ...any) error { return m.Row.Scan(append(dest, m.dest...)...) }

// UnionFor returns the lowest local union of county level or above whose area
// contains area, or Missing. In a transaction that writes, it stays active until
// that ends.
func (s *Service) UnionFor(ctx context.Context, tx *op.Tx, area string) (Org, error) {
	return asked(ctx, tx, func() (Org, error) { return lowest(ctx, tx, area) })
}

func lowest(ctx context.Context, tx *op.Tx, area string) (Org, error) {
	var args db.Args
	var o Org
	best := -1
	err := tx.Each(ctx, `
		select `+columns+` from org o
		where o.area in `+db.In(&args, areasAbove(area))+` and o.kind = `+args.Add(string(Local))+`
			and o.level in `+db.In(&args, []string{string(National), string(Province), string(City), string(County)})+` and o.active
		order by o.org_id`, args, func(r db.Row) error {
		var c Org
		err := c.scan(r)
		if len(c.Area) > best {
			o, best = c, len(c.Area)
		}
		return err
	})
	if err == nil && best < 0 {
		err = fault.New("org.union_for", fault.Missing, "org.union.none")
	}
	return o, err
}

// Top returns the union of the widest area, or Missing while there is none. In a
// transaction that writes, it stays active until that ends.
func (s *Service) Top(ctx context.Context, tx *op.Tx) (Org, error) {
	return asked(ctx, tx, func() (Org, error) { return widest(ctx, tx) })
}

func widest(ctx context.Context, tx *op.Tx) (Org, error) {
	var o Org
	err := tx.Each(ctx, `select `+columns+` from org o where o.kind = $1 and o.active order by length(o.area), o.org_id limit 1`, []any{string(Local)}, func(r db.Row) error {
		return o.scan(r)
	})
	if err == nil && o.ID == "" {
		err = fault.New("org.top", fault.Missing, "org.union.none")
	}
	return o, err
}

// ContactPhone returns the number to which a body's link codes are sent, or
// Missing when none is known. It is for the program, never for a page.
func (s *Service) ContactPhone(ctx context.Context, tx *op.Tx, which string) (string, error) {
	var sealed []byte
	if !id.Valid(which) {
		return "", fault.New("org.contact", fault.Missing, "org.contact.none")
	}
	err := tx.One(ctx, `select contact from org where org_id = $1 and active`, []any{which}, &sealed)
	if errors.Is(err, db.ErrNone) || err == nil && len(sealed) == 0 {
		return "", fault.New("org.contact", fault.Missing, "org.contact.none")
	}
	if err != nil {
		return "", err
	}
	plain, err := s.ring.Open(sealed, contactPlace(ID(which)))
	return string(plain), err
}

func contactPlace(id ID) []byte { return seal.Place("org", "contact", string(id)) }

// sealContact returns the contact number sealed for o, and o with its mask. An
// empty number leaves what is known.
func (s *Service) sealContact(o Org, phone string) ([]byte, Org, error) {
	if strings.TrimSpace(phone) == "" {
		return nil, o, nil
	}
	phone, err := idcard.ParseMobile(phone)
	if err != nil {
		return nil, o, fieldFault("contact", "org.contact.unknown")
	}
	sealed, err := s.ring.Seal([]byte(phone), contactPlace(o.ID))
	o.Contact = idcard.MaskPhone(phone)
	return sealed, o, err
}

func line(ctx context.Context, tx *op.Tx, id ID) ([]Org, error) {
	var all []Org
	err := tx.Each(ctx, `
		select `+columns+` from org_closure c join org o on o.org_id = c.ancestor_id
		where c.org_id = $1 order by c.depth desc`, []any{string(id)}, func(r db.Row) error {
		var o Org
		err := o.scan(r)
		all = append(all, o)
		return err
	})
	return all, err
}
