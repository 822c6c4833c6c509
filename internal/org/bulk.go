package org

import (
	"context"
	"slices"
	"strings"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// This file is what an import of many unions asks, inside its own transactions. Who
// may is for the import to ask.

// Plan returns o as d describes it, or what is wrong with d. It asks no database.
func (o Org) Plan(d Draft) (Org, error) { return o.draw(d) }

// Under refuses a leader that cannot lead o, who stood as was before.
func (o Org) Under(p, was Org) error { return o.checkParent(p, was) }

// Loses reports whether o, who stood as was before, may no longer lead led.
func (o Org) Loses(was, led Org) bool {
	return !strings.HasPrefix(led.Area, o.Area) || !leads(o, led) && leads(was, led)
}

// LockTree orders the changes of the tree until the transaction ends.
func (s *Service) LockTree(ctx context.Context, tx *op.Tx) error { return tx.Lock(ctx, treeLock) }

const (
	idsAtOnce = 200 // with many more, databases read the whole table instead of its index
	argsMost  = 600 // SQLite looks each argument up among all before it
)

// AskAll returns organisations, closed ones too, by their ids. What is none is left out.
func (s *Service) AskAll(ctx context.Context, tx *op.Tx, ids []ID) (map[ID]Org, error) {
	all := map[ID]Org{}
	for some := range slices.Chunk(ids, idsAtOnce) {
		os, err := list(ctx, tx, Filter{IDs: some, Closed: true, Limit: len(some)}, "1 = 1", nil)
		if err != nil {
			return nil, err
		}
		for _, o := range os {
			all[o.ID] = o
		}
	}
	return all, nil
}

// AskLed returns the unions of some names that some unions lead.
func (s *Service) AskLed(ctx context.Context, tx *op.Tx, parents []ID, names []string) ([]Org, error) {
	var all []Org
	for some := range slices.Chunk(names, idsAtOnce) {
		for above := range slices.Chunk(parents, idsAtOnce) {
			var args db.Args
			scope := `o.parent_id in ` + db.In(&args, texts(above)) + ` and o.name in ` + db.In(&args, some)
			os, err := list(ctx, tx, Filter{Kinds: Unions(), Limit: mostLed}, scope, args)
			if err != nil {
				return nil, err
			}
			all = append(all, os...)
		}
	}
	return all, nil
}

// Lines are the ids above each of some organisations, itself first and the highest last.
func (s *Service) Lines(ctx context.Context, tx *op.Tx, ids []ID) (map[ID][]ID, error) {
	all := map[ID][]ID{}
	for some := range slices.Chunk(ids, idsAtOnce) {
		var args db.Args
		err := tx.Each(ctx, `select org_id, ancestor_id from org_closure where org_id in `+db.In(&args, texts(some))+` order by org_id, depth`, args, func(r db.Row) error {
			var o, above ID
			err := r.Scan(&o, &above)
			all[o] = append(all[o], above)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// RaiseAll stores unions that were planned, or that ended long since, and fit under their
// leaders, of which those in os come before whom they lead. Nothing is announced: nobody is in them so far.
func (s *Service) RaiseAll(ctx context.Context, tx *op.Tx, os []Org, why string) error {
	var above []ID
	for _, o := range os {
		if o.Parent != "" {
			above = append(above, o.Parent)
		}
	}
	slices.Sort(above)
	above = slices.Compact(above)
	lines, err := s.Lines(ctx, tx, above)
	if err != nil {
		return err
	}
	leaders, err := s.AskAll(ctx, tx, above)
	if err != nil {
		return err
	}
	var rows, closure, pasts [][]any
	for _, o := range os {
		rows = append(rows, []any{string(o.ID), string(o.Kind), string(o.Level), o.Name, o.Short, o.Area, db.Null(o.Parent), o.Phone, o.Address, nil, "", o.find(), o.Active, o.FoundedAt.UnixMicro(), db.Null(o.Into), 1})
		pasts = append(pasts, []any{string(o.ID), 1, tx.Now().UnixMicro(), o.Name, string(o.Kind), string(o.Level), o.Area, db.Null(o.Parent), leaders[o.Parent].Name, by(tx), plain.Line(why)})
		leaders[o.ID], lines[o.ID] = o, append([]ID{o.ID}, lines[o.Parent]...)
		for depth, a := range lines[o.ID] {
			closure = append(closure, []any{string(o.ID), string(a), depth})
		}
	}
	for _, x := range []struct {
		head string
		rows [][]any
	}{
		{`insert into org (org_id, kind, level, name, short, area, parent_id, phone, address, contact, mask, find, active, founded_at, into_id, version) values `, rows},
		{`insert into org_closure (org_id, ancestor_id, depth) values `, closure},
		{`insert into org_past (org_id, seq, from_at, name, kind, level, area, parent_id, parent_name, by_name, why) values `, pasts},
	} {
		if err := insertAll(ctx, tx, x.head, x.rows); err != nil {
			return err
		}
	}
	return nil
}

func insertAll(ctx context.Context, tx *op.Tx, head string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	for some := range slices.Chunk(rows, argsMost/len(rows[0])) {
		var args db.Args
		if _, err := tx.Exec(ctx, head+db.Values(&args, some), args...); err != nil {
			return err
		}
	}
	return nil
}

// Retract removes those of some unions to whom nothing happened since they were raised
// by act, and who are neither led to nor held by anybody; it returns whom it removed.
// kept says besides whether another domain keeps something of one.
func (s *Service) Retract(ctx context.Context, tx *op.Tx, ids []ID, act string, kept func(ID) (bool, error)) ([]ID, error) {
	if err := s.LockTree(ctx, tx); err != nil {
		return nil, err
	}
	for _, o := range slices.Sorted(slices.Values(ids)) { // who is joining one comes first
		if err := tx.Lock(ctx, standing(o)); err != nil {
			return nil, err
		}
	}
	goes := map[ID]bool{}
	var args db.Args
	query := `
		select o.org_id from org o where o.org_id in ` + db.In(&args, texts(ids)) + ` and o.version = 1 and o.active
			and not exists (select 1 from org_duty d where d.org_id = o.org_id) and not exists (select 1 from org_approval p where p.org_id = o.org_id) and not exists (select 1 from org_tenure t where t.org_id = o.org_id)
			and not exists (select 1 from org_link l where l.org_id = o.org_id) and not exists (select 1 from org_link l where l.to_id = o.org_id)
			and not exists (select 1 from org x where x.into_id = o.org_id) and not exists (select 1 from org_founding f where f.parent_id = o.org_id or f.org_id = o.org_id)
			and not exists (select 1 from org_audit a where a.root_id = o.org_id and a.action <> ` + args.Add(act) + `)`
	if err := tx.Each(ctx, query, args, func(r db.Row) error {
		var o ID
		err := r.Scan(&o)
		goes[o] = true
		return err
	}); err != nil {
		return nil, err
	}
	for _, o := range slices.Sorted(slices.Values(ids)) {
		if !goes[o] {
			continue
		}
		held, err := s.held(ctx, tx, string(o))
		if err == nil && !held {
			held, err = kept(o)
		}
		if err != nil {
			return nil, err
		}
		goes[o] = !held
	}
	return s.remove(ctx, tx, ids, goes)
}

// remove removes the unions that go, but for those that lead one that stays.
func (s *Service) remove(ctx context.Context, tx *op.Tx, ids []ID, goes map[ID]bool) ([]ID, error) {
	leader := map[ID]ID{}
	var args db.Args
	if err := tx.Each(ctx, `select o.org_id, o.parent_id from org o where o.parent_id in `+db.In(&args, texts(ids)), args, func(r db.Row) error {
		var o, parent ID
		err := r.Scan(&o, &parent)
		leader[o] = parent
		return err
	}); err != nil {
		return nil, err
	}
	for again := true; again; {
		again = false
		for o, parent := range leader {
			if !goes[o] && goes[parent] {
				goes[parent], again = false, true
			}
		}
	}
	var gone []ID
	for _, o := range ids {
		if goes[o] {
			gone = append(gone, o)
		}
	}
	for _, q := range []string{`delete from org_closure where org_id in `, `delete from org_past where org_id in `, `delete from org where org_id in `} {
		var args db.Args
		if _, err := tx.Exec(ctx, q+db.In(&args, texts(gone)), args...); err != nil {
			return nil, err
		}
	}
	return gone, nil
}

// LinksOf returns the ties that some unions have to those of their industry, by when they began.
func (s *Service) LinksOf(ctx context.Context, tx *op.Tx, ids []ID) ([]Link, error) {
	var all []Link
	for some := range slices.Chunk(ids, idsAtOnce) {
		var args db.Args
		err := tx.Each(ctx, `select l.link_id, l.org_id, l.to_id, o.name, l.since, l.until, l.why, l.by_name from org_link l join org o on o.org_id = l.to_id
			where l.org_id in `+db.In(&args, texts(some))+` order by l.org_id, l.since, l.to_id, l.until`, args, func(r db.Row) error {
			var l Link
			err := r.Scan(&l.ID, &l.Org, &l.To, &l.Name, &l.Since, &l.Until, &l.Why, &l.By)
			all = append(all, l)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// standing is o as it stood before it ended.
func (o Org) standing() Org {
	o.Active = true
	return o
}

// TieAs stores a tie as an import tells it: it may have ended. l has its own id.
func (s *Service) TieAs(ctx context.Context, tx *op.Tx, l Link) error {
	if err := l.Check(dayOf(tx)); err != nil {
		return err
	}
	ends, err := s.AskAll(ctx, tx, []ID{l.Org, l.To})
	if err != nil {
		return err
	}
	if l.Until == "" {
		if err := mayTie(ctx, tx, ends[l.Org], l.To); err != nil {
			return err
		}
	} else if to := ends[l.To].standing(); !ends[l.Org].standing().Ties(to) {
		return fieldFault("to", "org.link.unfit")
	}
	_, err = tx.Exec(ctx, `insert into org_link (org_id, link_id, to_id, since, until, why, by_name) values ($1, $2, $3, $4, $5, $6, $7)`,
		string(l.Org), l.ID, string(l.To), l.Since, l.Until, plain.Line(l.Why), by(tx))
	return err
}

// Untied removes a tie that an import stored and that still stands as it did; it reports whether.
func (s *Service) Untied(ctx context.Context, tx *op.Tx, l Link) (bool, error) {
	n, err := tx.Exec(ctx, `delete from org_link where org_id = $1 and link_id = $2 and until = $3`, string(l.Org), l.ID, l.Until)
	return n > 0, err
}
