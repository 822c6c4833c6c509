package org

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Branch is a union with what hangs below it.
type Branch struct {
	Org
	Leads   int   // unions that it leads directly
	Counted bool  // whether the reader may know the numbers of members
	Own     int64 // members of the union itself
	All     int64 // members of it and of all below it
}

// Branches returns the unions that f selects, in the order of [Service.List], each
// with what hangs below it. Numbers of members are told where the reader may know them.
func (s *Service) Branches(ctx context.Context, f Filter) ([]Branch, error) {
	var found []Org
	all, err := op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Branch, error) {
		var args db.Args
		var err error
		if found, err = list(ctx, tx, f, scope.Where(ByColumns, &args), args); err != nil || len(found) == 0 {
			return nil, err
		}
		led, err := ledBy(ctx, tx, found)
		all := make([]Branch, len(found))
		for i, o := range found {
			all[i] = Branch{Org: o, Leads: led[o.ID]}
		}
		return all, err
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	_, err = op.List(ctx, s.desk, Count, func(tx *op.Tx, scope op.Scope) (bool, error) {
		return true, s.count(ctx, tx, scope, all) // of all of them, but numbers only of those within the scope
	})
	return all, err
}

// ledBy counts the unions that each of some leads directly.
func ledBy(ctx context.Context, tx *op.Tx, os []Org) (map[ID]int, error) {
	led := map[ID]int{}
	var args db.Args
	parents := make([]ID, len(os))
	for i, o := range os {
		parents[i] = o.ID
	}
	query := `select o.parent_id, count(*) from org o where o.parent_id in ` + db.In(&args, texts(parents)) + ` and o.kind in ` + db.In(&args, texts(Unions())) + ` and o.active group by o.parent_id`
	err := tx.Each(ctx, query, args, func(r db.Row) error {
		var parent ID
		var n int
		err := r.Scan(&parent, &n)
		led[parent] = n
		return err
	})
	return led, err
}

// count fills in the numbers of members of those branches that scope allows.
func (s *Service) count(ctx context.Context, tx *op.Tx, scope op.Scope, all []Branch) error {
	at := map[ID]*Branch{}
	ids := make([]ID, len(all))
	for i := range all {
		ids[i], at[all[i].ID] = all[i].ID, &all[i]
	}
	below, known := map[ID][]ID{}, map[ID]bool{}
	var args db.Args
	where := scope.Where(ByColumns, &args)
	err := tx.Each(ctx, `
		select c.ancestor_id, c.org_id from org_closure c join org o on o.org_id = c.ancestor_id
		where `+where+` and c.ancestor_id in `+db.In(&args, texts(ids)), args, func(r db.Row) error {
		var top, id ID
		err := r.Scan(&top, &id)
		at[top].Counted, known[id] = true, true
		below[id] = append(below[id], top)
		return err
	})
	if err != nil || len(known) == 0 {
		return err
	}
	unions := make([]string, 0, len(known))
	for id := range known {
		unions = append(unions, string(id))
	}
	n, err := s.many(ctx, tx, unions)
	for id, members := range n {
		for _, top := range below[ID(id)] {
			at[top].All += members
		}
		if b := at[ID(id)]; b != nil && b.Counted {
			b.Own = members
		}
	}
	return err
}
