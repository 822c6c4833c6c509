// Package body is the members of whole unions, as the tree of unions asks about them and
// moves them, in its own transactions: how many belong to one, who goes along when it
// ends or its area changes, the ties of members to it, and how members spread. It keeps
// nothing of its own, and asks the database alone.
package body

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// Counts returns how many members each of some unions has: who belongs to it, with
// kept memberships. One without members is left out.
func Counts(ctx context.Context, tx *op.Tx, unions []string) (map[string]int64, error) {
	all := map[string]int64{}
	for some := range slices.Chunk(unions, 500) { // so many does one query name
		var args db.Args
		err := tx.Each(ctx, `select union_id, count(*) from member where union_id in `+db.In(&args, some)+` and state in `+db.In(&args, []member.State{member.Active, member.Kept})+` group by union_id`, args, func(r db.Row) error {
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
func Applying(ctx context.Context, tx *op.Tx, union string) (n int64, err error) {
	err = tx.One(ctx, `select (select count(*) from member where union_id = $1 and state = 'applied') + (select count(*) from member where to_id = $1)`, []any{union}, &n)
	return n, err
}

// MoveMembers gives all members of a union to another, for why: each gets a new term
// (接转), a kept membership stays kept, and a transfer that waits goes on. Whoever has
// one of them open on a screen is told that it changed. It returns how many they were.
func MoveMembers(ctx context.Context, tx *op.Tx, from string, into member.Union, why string) (int64, error) {
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
func MoveApplicants(ctx context.Context, tx *op.Tx, from string, into member.Union) (int64, error) {
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
func Relocate(ctx context.Context, tx *op.Tx, union, area string) error {
	_, err := tx.Exec(ctx, `update member set home_area = $2, area = case when to_id is null then $2 else area end, sought = 0, version = version + 1 where union_id = $1 and state in ('applied', 'active', 'kept', 'merged')`, union, area)
	if err == nil {
		_, err = tx.Exec(ctx, `update member set area = $2, version = version + 1 where to_id = $1`, union, area)
	}
	return err
}

// arrived ends the transfers of who asked to come to where they are by now.
func arrived(ctx context.Context, tx *op.Tx, into member.Union) error {
	_, err := tx.Exec(ctx, `update member set to_id = null, to_name = '', due_at = null, area = home_area, version = version + 1 where union_id = $1 and to_id = $1`, into.ID)
	return err
}

// Spread is how many members share a union, an occupation and the companies that they
// work for.
type Spread struct {
	Union      string
	Occupation member.Occupation
	Works      []work.Firm // without an id: as the member calls it
	N          int64
}

// spreadOf is what the members m work for, in one text that is the same for the same
// companies: one to a line, its id before its name.
const spreadOf = `coalesce((select string_agg(coalesce(cast(w.firm_id as text), '') || ' ' || w.words, %s order by w.words, w.seq)
	from member_work w where w.member_id = m.member_id and w.until_day = '' and w.words <> ''), '')`

// Spreads tells how the members of some areas spread; each member stands in one of them.
// Names of companies that are not known are as members wrote them, and are not to be
// shown: they may hold anything.
func Spreads(ctx context.Context, tx *op.Tx, areas []string) ([]Spread, error) {
	var args db.Args
	works := fmt.Sprintf(spreadOf, args.Add("\n"))
	within := []string{"1 = 0"}
	for _, a := range areas {
		from, to := authz.Range(a)
		within = append(within, `m.home_area >= `+args.Add(from)+` and m.home_area < `+args.Add(to))
	}
	var all []Spread
	err := tx.Each(ctx, `
		select union_id, occupation, works, count(*) from (
			select m.union_id, m.occupation, `+works+` as works from member m
			where m.state in ('active', 'kept') and (`+strings.Join(within, ` or `)+`)) s group by union_id, occupation, works`, args, func(r db.Row) error {
		var p Spread
		var works string
		err := r.Scan(&p.Union, &p.Occupation, &works, &p.N)
		for line := range strings.SplitSeq(works, "\n") {
			if firm, name, ok := strings.Cut(line, " "); ok {
				p.Works = append(p.Works, work.Firm{ID: firm, Name: name})
			}
		}
		all = append(all, p)
		return err
	})
	return all, err
}

// Tied counts the ties to an organisation that last.
func Tied(ctx context.Context, tx *op.Tx, org string) (n int64, err error) {
	err = tx.One(ctx, `select count(*) from member_tie where org_id = $1 and until_day = ''`, []any{org}, &n)
	return n, err
}

// MoveTies gives the ties to an organisation to the one that takes it over: each ends
// today, and a new one of the same kind begins for who is not tied there, and does not
// belong there, already. It returns how many ended. Members are moved before.
func MoveTies(ctx context.Context, tx *op.Tx, from string, into member.Union) (int64, error) {
	today, by := clock.Day(tx.Now()), ""
	if tx.Subject.Kind == authz.Staff {
		by = tx.Subject.Name
	}
	// The new ones first, as copies on the way: what lasts is one row of each.
	if _, err := tx.Exec(ctx, `
		insert into member_tie (member_id, seq, kind, org_id, org_name, from_day, until_day, by_name, ended_by)
		select t.member_id, (select max(x.seq) from member_tie x where x.member_id = t.member_id) + 1, t.kind, t.org_id, t.org_name, t.from_day, 'moving', t.by_name, ''
		from member_tie t join member m on m.member_id = t.member_id
		where t.org_id = $1 and t.until_day = '' and m.union_id <> $2
			and not exists (select 1 from member_tie o where o.member_id = t.member_id and o.org_id = $2 and o.until_day = '')`, from, into.ID); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `update member_tie set until_day = case when from_day > $2 then from_day else $2 end, ended_by = $3 where org_id = $1 and until_day = ''`, from, today, by)
	if err != nil {
		return n, err
	}
	if _, err := tx.Exec(ctx, `update member_tie set org_id = $2, org_name = $3, from_day = $4, until_day = '', by_name = $5 where org_id = $1 and until_day = 'moving'`, from, into.ID, into.Name, today, by); err != nil {
		return n, err
	}
	// Whoever came to the other one as a member needs no tie to it any more.
	_, err = tx.Exec(ctx, `
		update member_tie set until_day = case when from_day > $2 then from_day else $2 end, ended_by = $3
		where org_id = $1 and until_day = '' and member_id in (select m.member_id from member m where m.union_id = $1)`, into.ID, today, by)
	return n, err
}

// HomeOf returns the area of the union that a worker belongs to or has applied to;
// empty: none.
func HomeOf(ctx context.Context, tx *op.Tx, worker string) (area string, err error) {
	var args db.Args
	err = tx.Each(ctx, `select home_area from member where state in `+db.In(&args, []member.State{member.Applied, member.Active, member.Kept})+` and person_id = `+args.Add(worker)+` order by member_id desc limit 1`, args, func(r db.Row) error {
		return r.Scan(&area)
	})
	return area, err
}

// In reports whether a union has members, applicants, or somebody who asked to come
// over to it.
func In(ctx context.Context, tx *op.Tx, union string) (bool, error) {
	var args db.Args
	held := db.In(&args, []member.State{member.Applied, member.Active, member.Kept})
	id := args.Add(union)
	var n int
	err := tx.One(ctx, `select count(*) from (select 1 from member where state in `+held+` and (union_id = `+id+` or to_id = `+id+`) limit 1) one`, args, &n)
	return n > 0, err
}
