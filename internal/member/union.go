package member

import (
	"context"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// This file is what the tree of unions asks about members, in its own transactions.

// Counts returns how many members each of some unions has: who belongs to it, with
// kept memberships. One without members is left out.
func (s *Service) Counts(ctx context.Context, tx *op.Tx, unions []string) (map[string]int64, error) {
	all := map[string]int64{}
	for some := range slices.Chunk(unions, 500) { // so many does one query name
		var args db.Args
		err := tx.Each(ctx, `select union_id, count(*) from member where union_id in `+db.In(&args, some)+` and state in `+db.In(&args, []State{Active, Kept})+` group by union_id`, args, func(r db.Row) error {
			var union string
			var n int64
			err := r.Scan(&union, &n)
			all[union] = n
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Applying counts who waits for a union: applicants, and who asked to come over.
func (s *Service) Applying(ctx context.Context, tx *op.Tx, union string) (n int64, err error) {
	err = tx.One(ctx, `select (select count(*) from member where union_id = $1 and state = 'applied') + (select count(*) from member where to_id = $1)`, []any{union}, &n)
	return n, err
}

// MoveMembers gives all members of a union to another, for why: each gets a new term
// (接转), a kept membership stays kept, and a transfer that waits goes on. Whoever has
// one of them open on a screen is told that it changed. It returns how many they were.
func (s *Service) MoveMembers(ctx context.Context, tx *op.Tx, from string, into Union, why string) (int64, error) {
	by := ""
	if tx.Subject.Kind == authz.Staff {
		by = tx.Subject.Name
	}
	now := tx.Now().UnixMicro()
	// The members first: who is just being decided about is waited for, and seen below.
	n, err := tx.Exec(ctx, `
		update member set union_id = $2, union_name = $3, home_area = $4, area = case when to_id is null then $4 else area end,
			changed_by = $5, changed_at = $6, sought = 0, version = version + 1
		where union_id = $1 and state in ('active', 'kept')`, from, into.ID, into.Name, into.Area, by, now)
	if err != nil {
		return n, err
	}
	// A record that was merged waits in the union that it would come back to.
	if _, err := tx.Exec(ctx, `update member set union_id = $2, union_name = $3, home_area = $4, area = $4, version = version + 1 where union_id = $1 and state = 'merged'`,
		from, into.ID, into.Name, into.Area); err != nil || n == 0 {
		return n, err
	}
	if _, err := tx.Exec(ctx, `
		insert into member_term (member_id, seq, kind, union_id, union_name, from_at, until_at, by_name, reason)
		select t.member_id, t.seq + 1, 'transfer', m.union_id, m.union_name, m.changed_at, null, $3, $4
		from member m join member_term t on t.member_id = m.member_id
		where m.union_id = $2 and t.union_id = $1 and t.until_at is null`, from, into.ID, by, why); err != nil {
		return n, err
	}
	if _, err := tx.Exec(ctx, `
		update member_term set until_at = $3 where union_id = $1 and until_at is null
			and member_id in (select member_id from member where union_id = $2)`, from, into.ID, now); err != nil {
		return n, err
	}
	return n, arrived(ctx, tx, into)
}

// MoveApplicants gives who waits for a union to another, with the date of the answer
// that they were promised. It returns how many they were.
func (s *Service) MoveApplicants(ctx context.Context, tx *op.Tx, from string, into Union) (int64, error) {
	applied, err := tx.Exec(ctx, `update member set union_id = $2, union_name = $3, area = $4, home_area = $4, sought = 0, version = version + 1 where union_id = $1 and state = 'applied'`,
		from, into.ID, into.Name, into.Area)
	if err != nil {
		return applied, err
	}
	coming, err := tx.Exec(ctx, `update member set to_id = $2, to_name = $3, area = $4, version = version + 1 where to_id = $1`, from, into.ID, into.Name, into.Area)
	if err != nil {
		return applied, err
	}
	return applied + coming, arrived(ctx, tx, into)
}

// Relocate gives who belongs to a union, or waits for it, the union's new area: its
// cadres decide about them.
func (s *Service) Relocate(ctx context.Context, tx *op.Tx, union, area string) error {
	_, err := tx.Exec(ctx, `update member set home_area = $2, area = case when to_id is null then $2 else area end, sought = 0, version = version + 1 where union_id = $1 and state in ('applied', 'active', 'kept', 'merged')`, union, area)
	if err == nil {
		_, err = tx.Exec(ctx, `update member set area = $2, version = version + 1 where to_id = $1`, union, area)
	}
	return err
}

// arrived ends the transfers of who asked to come to where they are by now.
func arrived(ctx context.Context, tx *op.Tx, into Union) error {
	_, err := tx.Exec(ctx, `update member set to_id = null, to_name = '', due_at = null, area = home_area, version = version + 1 where union_id = $1 and to_id = $1`, into.ID)
	return err
}

// Spread is how many members share a union, an occupation and the name that they give
// their platform or company.
type Spread struct {
	Union, Works string
	Occupation   Occupation
	N            int64
}

// Spread tells how the members of some areas spread. Names of companies are as members
// wrote them, and are not to be shown: they may hold anything.
func (s *Service) Spread(ctx context.Context, tx *op.Tx, areas []string) ([]Spread, error) {
	var args db.Args
	within := []string{"1 = 0"}
	for _, a := range areas {
		from, to := authz.Range(a)
		within = append(within, `home_area >= `+args.Add(from)+` and home_area < `+args.Add(to))
	}
	var all []Spread
	err := tx.Each(ctx, `
		select union_id, occupation, works, count(*) from member
		where state in ('active', 'kept') and (`+strings.Join(within, ` or `)+`) group by union_id, occupation, works`, args, func(r db.Row) error {
		var p Spread
		err := r.Scan(&p.Union, &p.Occupation, &p.Works, &p.N)
		all = append(all, p)
		return err
	})
	return all, err
}

// HomeOf returns the area of the union that a worker belongs to or has applied to;
// empty: none.
func (s *Service) HomeOf(ctx context.Context, tx *op.Tx, worker string) (area string, err error) {
	var args db.Args
	err = tx.Each(ctx, `select home_area from member where state in `+db.In(&args, []State{Applied, Active, Kept})+` and person_id = `+args.Add(worker)+` order by member_id desc limit 1`, args, func(r db.Row) error {
		return r.Scan(&area)
	})
	return area, err
}

// In reports whether a union has members, applicants, or somebody who asked to come
// over to it.
func (s *Service) In(ctx context.Context, tx *op.Tx, union string) (bool, error) {
	var args db.Args
	held := db.In(&args, []State{Applied, Active, Kept})
	id := args.Add(union)
	var n int
	err := tx.One(ctx, `select count(*) from (select 1 from member where state in `+held+` and (union_id = `+id+` or to_id = `+id+`) limit 1) one`, args, &n)
	return n > 0, err
}
