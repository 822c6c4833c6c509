package merge

import (
	"context"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/op"
)

// Filter selects pairs. Its zero value selects all that are open.
type Filter struct {
	Whys   []twin.Why
	Handed bool   // only those that somebody asked the union above about
	After  string // Next of the page before; what is none begins at the top
	Limit  int    // zero means 30
}

// Line is two records in the list. Of the other one a reader who may not see it knows
// only that it is there.
type Line struct {
	twin.Pair
	A, B   member.Member
	Beyond bool // B is not the reader's to see
}

// Page is a part of the list.
type Page struct {
	Lines []Line
	Next  string
}

// cursor is a place in the list: behind this pair.
type cursor struct {
	rank          int64
	member, other string
}

func (c cursor) String() string {
	return strconv.FormatInt(c.rank, 10) + "." + c.member + "." + c.other
}

func parseCursor(s string) (c cursor, ok bool) {
	part := strings.Split(s, ".")
	if len(part) != 3 || !id.Valid(part[1]) || !id.Valid(part[2]) {
		return c, false
	}
	rank, err := strconv.ParseInt(part[0], 10, 64)
	return cursor{rank, part[1], part[2]}, err == nil
}

// open is the condition on pairs t of rows m that a reader has to look at: each two
// once, under the record that is the reader's, or under the first where both are.
func open(scope op.Scope, args *db.Args) string {
	return `t.state = 'open' and m.state not in ('refused', 'withdrawn', 'merged') and ` + scope.Where(member.ByColumns, args) +
		` and (t.member_id < t.other_id or not ` + scope.Where(authz.Columns{ID: "t.other_id", Area: "t.other_area"}, args) + `)`
}

// Pairs lists those who may be recorded twice where the reader lists members: what was
// handed up and what a number says on top.
func (s *Service) Pairs(ctx context.Context, f Filter) (Page, error) {
	return op.List(ctx, s.desk, member.List, func(tx *op.Tx, scope op.Scope) (p Page, err error) {
		limit := f.Limit
		if limit == 0 {
			limit = 30
		}
		var args db.Args
		q := `select ` + twin.Columns + ` from member_twin t join member m on m.member_id = t.member_id where ` + open(scope, &args)
		if len(f.Whys) > 0 {
			q += ` and t.why in ` + db.In(&args, f.Whys)
		}
		if f.Handed {
			q += ` and t.handed_at is not null`
		}
		if c, ok := parseCursor(f.After); ok {
			r, m := args.Add(c.rank), args.Add(c.member)
			q += ` and (t.rank > ` + r + ` or t.rank = ` + r + ` and (t.member_id > ` + m + ` or t.member_id = ` + m + ` and t.other_id > ` + args.Add(c.other) + `))`
		}
		q += ` order by t.rank, t.member_id, t.other_id limit ` + args.Add(limit+1)
		if err := tx.Each(ctx, q, args, func(r db.Row) error {
			pair, err := twin.Scan(r)
			p.Lines = append(p.Lines, Line{Pair: pair})
			return err
		}); err != nil {
			return p, err
		}
		if len(p.Lines) > limit {
			p.Lines = p.Lines[:limit]
			last := p.Lines[limit-1]
			p.Next = cursor{last.Rank, last.Member, last.Other}.String()
		}
		return p, s.name(ctx, tx, p.Lines)
	})
}

// name puts the records into lines, as far as the reader may see them.
func (s *Service) name(ctx context.Context, tx *op.Tx, lines []Line) error {
	var ids []string
	for _, l := range lines {
		ids = append(ids, l.Member, l.Other)
	}
	if len(ids) == 0 {
		return nil
	}
	var args db.Args
	found, err := s.members.AskSome(ctx, tx, `m.member_id in `+db.In(&args, ids), args)
	all := map[string]member.Member{}
	for _, m := range found {
		all[string(m.ID)] = m
	}
	for i := range lines {
		l := &lines[i]
		l.A, l.B = all[l.Member], all[l.Other]
		if l.Beyond = s.desk.Both(ctx, tx, member.See, l.B.AuthzObject()) != nil; l.Beyond {
			l.B = member.Member{ID: l.B.ID}
		}
	}
	return err
}

// Count counts the pairs that the reader has to look at.
func (s *Service) Count(ctx context.Context) (n int, err error) {
	return op.List(ctx, s.desk, member.List, func(tx *op.Tx, scope op.Scope) (n int, err error) {
		var args db.Args
		err = tx.One(ctx, `select count(*) from (select 1 from member_twin t join member m on m.member_id = t.member_id where `+open(scope, &args)+` limit 1000) one`, args, &n)
		return n, err
	})
}

// Side is one of two records.
type Side struct {
	member.Own
	Matters int // requests under way of the person's account
}

// Two are two records beside each other.
type Two struct {
	A, B    Side
	Pair    twin.Pair
	Known   bool // that they are a pair, open or not
	Beyond  bool // B is not the reader's to see: only the union above both decides
	Differ  []Field
	Mergers []Merger // of one into the other, the newest first
}

// AuthzObject implements op.Target.
func (t Two) AuthzObject() authz.Object { return t.A.AuthzObject() }

// Get returns two records beside each other. The reader may see the first; whether the
// second may be seen is told. Two that are no pair, and that nobody merged, are only
// compared by who may see both.
func (s *Service) Get(ctx context.Context, a, b member.ID) (Two, error) {
	return op.Read(ctx, s.desk, member.See, func(tx *op.Tx) (t Two, err error) {
		first, err := s.members.Ask(ctx, tx, a)
		if err != nil {
			return t, err
		}
		t.A.Member = first
		second, err := s.members.Ask(ctx, tx, b)
		if err != nil {
			return t, err
		}
		if a == b {
			return t, fault.New(string(member.See), fault.Missing, "fault.missing")
		}
		if t.Pair, t.Known, err = twin.Between(ctx, tx, string(a), string(b)); err != nil {
			return t, err
		}
		t.B.ID = b
		if t.Beyond = s.desk.Both(ctx, tx, member.See, second.AuthzObject()) != nil; t.Beyond {
			if t.Pair.State != twin.Open {
				err = fault.New(string(member.See), fault.Missing, "fault.missing")
			}
			return t, err
		}
		return t, s.beside(ctx, tx, &t, first, second)
	})
}

// beside completes two records that the reader may see.
func (s *Service) beside(ctx context.Context, tx *op.Tx, t *Two, first, second member.Member) (err error) {
	if t.A, err = s.side(ctx, tx, first); err != nil {
		return err
	}
	if t.B, err = s.side(ctx, tx, second); err != nil {
		return err
	}
	a, err := s.members.AskRaw(ctx, tx, first.ID)
	if err != nil {
		return err
	}
	b, err := s.members.AskRaw(ctx, tx, second.ID)
	if err != nil {
		return err
	}
	t.Differ = differ(a, b)
	t.Mergers, err = mergers(ctx, tx, `(member_id = $1 and kept_id = $2 or member_id = $2 and kept_id = $1)`, string(first.ID), string(second.ID))
	return err
}

func (s *Service) side(ctx context.Context, tx *op.Tx, m member.Member) (one Side, err error) {
	if one.Own, err = s.members.AskOwn(ctx, tx, m); err == nil && s.matters != nil && m.Person != "" {
		one.Matters, err = s.matters.Waits(ctx, tx, m.Person)
	}
	return one, err
}

// Of returns the mergers of others into a record, the newest first, and for one that
// went into another itself the one that it did so by.
func (s *Service) Of(ctx context.Context, which member.ID) (all []Merger, err error) {
	_, err = op.Read(ctx, s.desk, member.See, func(tx *op.Tx) (m member.Member, err error) {
		if m, err = s.members.Ask(ctx, tx, which); err == nil {
			all, err = mergers(ctx, tx, `(kept_id = $1 or member_id = $1)`, string(which))
		}
		return m, err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// two finds the first of two records, and checks an act on the second.
func (s *Service) second(ctx context.Context, tx *op.Tx, act authz.Action, which member.ID) (member.Member, error) {
	m, err := s.members.Ask(ctx, tx, which)
	if err == nil {
		err = s.desk.Both(ctx, tx, act, m.AuthzObject())
	}
	return m, err
}

// NotSame keeps that two records are two people's: the pair does not come back, unless
// a number says so that did not before.
func (s *Service) NotSame(ctx context.Context, a, b member.ID, why string) error {
	find := func(tx *op.Tx) (member.Member, error) { return s.members.Ask(ctx, tx, a) }
	_, err := op.Write(ctx, s.desk, member.NotSame, find, func(tx *op.Tx, m member.Member) (bool, error) {
		why, err := member.Reason(member.NotSame, why)
		if err != nil {
			return false, err
		}
		other, err := s.second(ctx, tx, member.NotSame, b)
		if err != nil {
			return false, err
		}
		p, known, err := twin.Between(ctx, tx, string(a), string(b))
		if err == nil && (!known || p.State != twin.Open) {
			err = fault.New(string(member.NotSame), fault.Conflict, "member.twin.decided")
		}
		if err != nil {
			return false, err
		}
		tx.Note("other", string(b))
		if err := twin.Decide(ctx, tx, string(a), string(b), twin.Not, tx.Subject.Name, why); err != nil {
			return false, err
		}
		return true, tx.Also(ctx, member.NotSame, other.AuthzObject())
	})
	return err
}

// HandUp asks the union above both to decide, who may see both.
func (s *Service) HandUp(ctx context.Context, a, b member.ID, why string) error {
	find := func(tx *op.Tx) (member.Member, error) { return s.members.Ask(ctx, tx, a) }
	_, err := op.Write(ctx, s.desk, member.HandUp, find, func(tx *op.Tx, m member.Member) (bool, error) {
		why, err := member.Reason(member.HandUp, why)
		if err != nil {
			return false, err
		}
		open, err := twin.HandUp(ctx, tx, string(a), string(b), tx.Subject.Name, why)
		if err == nil && !open {
			err = fault.New(string(member.HandUp), fault.Conflict, "member.twin.decided")
		}
		tx.Note("other", string(b))
		return true, err
	})
	return err
}

// Merged is what a worker reads of the last merger of their membership.
type Merged struct {
	At        time.Time
	Why       string
	By, Union string // who decided
	Until     time.Time
}
