package twin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Why is the reason for which two records may be one person's.
type Why string

// The reasons.
const (
	SameDocument  Why = "same_document"   // the identity number is another's, too
	SamePhone     Why = "same_phone"      // the phone is, or was
	SameNameBirth Why = "same_name_birth" // name and birthday are
	SameNameArea  Why = "same_name_area"  // the name is, in the same area
)

// Whys are all reasons, the strongest first.
func Whys() []Why { return []Why{SameDocument, SamePhone, SameNameBirth, SameNameArea} }

// State is what became of a pair.
type State string

// The states.
const (
	Open   State = "open"   // somebody has to look
	Not    State = "not"    // a person said: not the same
	Merged State = "merged" // the records are one
	Rest   State = "rest"   // nothing speaks for it any more
)

// Ranks sort pairs: who shares a number is on top, and by which one cannot be told
// from another is last.
const (
	rankDocument = 1
	rankPhone    = 2
	rankBirth    = 3
	rankReused   = 4 // a phone that two had whose identity numbers differ: numbers are given out again
	rankName     = 5
	handed       = 10 // less for a pair that somebody handed up
)

// Sure is the lowest rank that is not certain.
const Sure = rankPhone

// Pair is another record that may be the same person's, as kept under one of the two.
type Pair struct {
	Member   string
	Other    string
	Why      Why
	Rank     int64 // the lower, the more likely
	State    State
	FoundAt  time.Time
	HandedAt time.Time // when somebody asked the union above; zero: nobody has
	By       string    // who decided, or handed it up, as it was called then
	Reason   string
}

// Certain reports whether an identity number or a phone says that the two are one.
func (p Pair) Certain() bool {
	return p.Why == SameDocument || p.Why == SamePhone && p.Rank%handed != rankReused
}

// Doubtful is the condition on rows m that somebody has to look at a pair of theirs.
const Doubtful = `exists (select 1 from member_twin t where t.member_id = m.member_id and t.state = 'open')`

// Columns are those of pairs t that [Scan] reads.
const Columns = `t.member_id, t.other_id, t.why, t.rank, t.state, t.found_at, t.handed_at, t.by_name, t.reason`

// Scan reads [Columns].
func Scan(r db.Row, more ...any) (p Pair, err error) {
	err = r.Scan(append([]any{&p.Member, &p.Other, &p.Why, &p.Rank, &p.State, db.Time(&p.FoundAt), db.Time(&p.HandedAt), &p.By, &p.Reason}, more...)...)
	return p, err
}

// Of returns the open pairs of some records, the likeliest first.
func Of(ctx context.Context, tx *op.Tx, which []string) (all []Pair, err error) {
	for some := range slices.Chunk(which, atOnce) {
		var args db.Args
		err = tx.Each(ctx, `select `+Columns+` from member_twin t where t.state = 'open' and t.member_id in `+db.In(&args, some)+` order by t.rank, t.other_id`, args, func(r db.Row) error {
			p, err := Scan(r)
			all = append(all, p)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Between returns what is known of two records; none is no pair.
func Between(ctx context.Context, tx *op.Tx, a, b string) (p Pair, ok bool, err error) {
	err = tx.Each(ctx, `select `+Columns+` from member_twin t where t.member_id = $1 and t.other_id = $2`, []any{a, b}, func(r db.Row) error {
		ok = true
		p, err = Scan(r)
		return err
	})
	return p, ok, err
}

// Known reports whether an open pair says that somebody who belongs has both the identity
// number and the name of a record, with another account or none. Of the name alone, or
// the number alone, it tells nothing: who asks is not proved to be that person.
func Known(ctx context.Context, tx *op.Tx, which string) (bool, error) {
	pairs, err := Of(ctx, tx, []string{which})
	if err != nil {
		return false, err
	}
	var args db.Args
	some := []string{which}
	for _, p := range pairs {
		if p.Why == SameDocument {
			some = append(some, p.Other)
		}
	}
	if len(some) == 1 {
		return false, nil
	}
	all, err := records(ctx, tx, `m.member_id in `+db.In(&args, some), args)
	i := slices.IndexFunc(all, func(r record) bool { return r.id == which })
	if err != nil || i < 0 || all[i].name == "" {
		return false, err
	}
	mine := all[i]
	return slices.ContainsFunc(all, func(r record) bool {
		belongs := r.state == "active" || r.state == "kept"
		return r.id != which && belongs && r.person != mine.person && r.document == mine.document && r.name == mine.name
	}), nil
}

// Decide keeps what was decided about two records, in both directions, be they a pair
// or not.
func Decide(ctx context.Context, tx *op.Tx, a, b string, state State, by, reason string) error {
	all, err := records(ctx, tx, `m.member_id in ($1, $2)`, db.Args{a, b})
	if err != nil || len(all) != 2 {
		return err
	}
	for i, r := range all { // in one order, whoever comes
		other := all[1-i]
		_, err := tx.Exec(ctx, `
			insert into member_twin (member_id, other_id, other_area, why, rank, state, found_at, handed_at, decided_at, by_name, reason)
			values ($1, $2, $3, $4, $5, $6, $7, null, $7, $8, $9)
			on conflict (member_id, other_id) do update set state = excluded.state, decided_at = excluded.decided_at, by_name = excluded.by_name, reason = excluded.reason`,
			r.id, other.id, other.area, string(SameNameArea), rankName, string(state), tx.Now().UnixMicro(), by, reason)
		if err != nil {
			return err
		}
	}
	return nil
}

// HandUp puts a pair on top for the union above both. It reports whether it is open.
func HandUp(ctx context.Context, tx *op.Tx, a, b, by, reason string) (bool, error) {
	n, err := tx.Exec(ctx, fmt.Sprintf(`
		update member_twin set handed_at = $3, rank = case when handed_at is null then rank - %d else rank end, by_name = $4, reason = $5
		where state = 'open' and (member_id = $1 and other_id = $2 or member_id = $2 and other_id = $1)`, handed), a, b, tx.Now().UnixMicro(), by, reason)
	return n > 0, err
}

// Lie takes the open pairs of a record off the table, which somebody need not look at
// any more: it was refused, withdrawn, merged or forgotten.
func Lie(ctx context.Context, tx *op.Tx, which ...string) error {
	var args db.Args
	in := db.In(&args, which)
	_, err := tx.Exec(ctx, `update member_twin set state = 'rest' where state = 'open' and (member_id in `+in+` or other_id in `+in+`)`, args...)
	return err
}

const (
	mostAlike = 5   // how many others are named for one reason
	atOnce    = 100 // how many records are looked for in one statement
)

// record is what somebody is found by.
type record struct {
	id, area, state, into, person string
	document, phone, birth, name  string
}

// Seek looks for whom some records may be the same as, and keeps the pairs. What was
// found before and is not found any more rests.
func Seek(ctx context.Context, tx *op.Tx, which ...string) error {
	for some := range slices.Chunk(which, atOnce) {
		if err := seek(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

func seek(ctx context.Context, tx *op.Tx, which []string) error {
	if err := Lie(ctx, tx, which...); err != nil {
		return err
	}
	var args db.Args
	mine, err := records(ctx, tx, `m.member_id in `+db.In(&args, which)+` and m.name_index <> '' and m.state not in ('refused', 'withdrawn', 'merged')`, args)
	if err != nil || len(mine) == 0 {
		return err
	}
	found, err := sharing(ctx, tx, mine)
	if err != nil {
		return err
	}
	return keep(ctx, tx, mine, found)
}

func records(ctx context.Context, tx *op.Tx, where string, args db.Args) (all []record, err error) {
	err = tx.Each(ctx, `select m.member_id, m.area, m.state, m.merged_into, m.person_id, m.doc_index, m.phone_index, m.birth_index, m.name_index from member m where `+where+` order by m.member_id`, args, func(r db.Row) error {
		var x record
		err := r.Scan(&x.id, &x.area, &x.state, db.Text(&x.into), db.Text(&x.person), &x.document, &x.phone, &x.birth, &x.name)
		all = append(all, x)
		return err
	})
	return all, err
}

// look is one of the ways in which records are found.
type look struct {
	column string
	of     func(record) string
	area   bool // within one area
}

func looks() []look {
	return []look{
		{`doc_index`, func(r record) string { return r.document }, false},
		{`phone_index`, func(r record) string { return r.phone }, false},
		{`birth_index`, func(r record) string { return r.birth }, false},
		{`name_index`, func(r record) string { return r.name }, true},
	}
}

// sharing returns who shares something with the records, some more of each than are
// named: the newest. Rows of different roots are not joined, so it asks by values.
func sharing(ctx context.Context, tx *op.Tx, mine []record) ([]record, error) {
	var args db.Args
	most := args.Add(mostAlike + len(mine))
	var parts []string
	for _, l := range looks() {
		var values, areas []string
		for _, r := range mine {
			if v := l.of(r); v != "" {
				values, areas = append(values, v), append(areas, r.area)
			}
		}
		if len(values) == 0 {
			continue
		}
		slices.Sort(values)
		by, within := l.column, ``
		if l.area {
			slices.Sort(areas)
			by, within = l.column+`, area`, ` and area in `+db.In(&args, slices.Compact(areas))
		}
		parts = append(parts, `select member_id, row_number() over (partition by `+by+` order by member_id desc) as n from member
			where `+l.column+` in `+db.In(&args, slices.Compact(values))+within+` and name_index <> '' and state not in ('refused', 'withdrawn')`)
	}
	return records(ctx, tx, `m.member_id in (select f.member_id from (`+strings.Join(parts, ` union all `)+`) f where f.n <= `+most+`)`, args)
}

// why is for what two records may be one, and how likely; zero: for nothing.
func why(a, b record) (Why, int64) {
	documents := a.document != "" && b.document != ""
	switch {
	case documents && a.document == b.document:
		return SameDocument, rankDocument
	case a.phone != "" && a.phone == b.phone && documents:
		return SamePhone, rankReused
	case a.phone != "" && a.phone == b.phone:
		return SamePhone, rankPhone
	case a.birth != "" && a.birth == b.birth:
		return SameNameBirth, rankBirth
	case a.name == b.name && a.area == b.area && (a.birth == "" || b.birth == ""): // of two birthdays that are known, and differ, neither is the other's
		return SameNameArea, rankName
	}
	return "", 0
}

// again reports whether two are one membership after the other of one account, which
// needs nobody to decide.
func again(a, b record) bool {
	over := func(r record) bool { return r.state == "left" || r.state == "ended" }
	return a.person != "" && a.person == b.person && a.name == b.name && (over(a) || over(b))
}
