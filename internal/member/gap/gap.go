// Package gap keeps who asked to join where there is no union so far: the area that they
// asked for. Their application goes to the nearest union above ([lead.Nearest]), which
// decides what becomes of it: it gives it to another union ([Service.Place]), or keeps
// it. Once the county has a union of its own, those who wait there, applicants and
// members, are handed over together ([Service.HandOver]), each by a dated transfer.
//
// A county is what counts: unions take members from there upwards (org.UnionFor). Those
// in a gap that is not closed are "still to be organised" ([Organise]).
package gap

import (
	"context"
	"slices"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/member"
	"nuanxin/internal/member/lead"
	"nuanxin/internal/op"
)

// State is what became of a gap. Its words are "memberdesk.gap."+State.
type State string

// The states; a member who asked for an area with a union has none.
const (
	None   State = ""
	Open   State = "open"   // nobody decided
	Kept   State = "kept"   // with the union above, until there is one
	Placed State = "placed" // with another union
	Handed State = "handed" // with the county's own
)

// Waits reports whether somebody is still to be organised.
func (s State) Waits() bool { return s == Open || s == Kept }

// UnionAbove is the reason of the doubt: 所选地区还没有工会，由上级受理.
const UnionAbove member.Why = "union_above"

// Doubtful is the condition on rows m that nobody decided where they belong.
const Doubtful = `exists (select 1 from member_gap gp where gp.member_id = m.member_id and gp.state = 'open')`

// Gap is that somebody asked for an area without a union.
type Gap struct {
	Asked string // the area
	State State
	Since time.Time
	Ended time.Time
	By    string // who decided
}

// county is the county of an area, or the area where it is none.
func county(area string) string { return area[:min(len(area), digits)] }

const digits = 6

// The actions.
const (
	Place    authz.Action = "member.place"     // give an application to a union, or keep it
	HandOver authz.Action = "member.hand_over" // to the union that came into being
)

// Policy says who may do them.
var Policy = authz.Rules{Place: authz.InArea(authz.Cadre), HandOver: authz.InArea(authz.Cadre)}

// Unions knows the unions that people can belong to.
type Unions interface {
	lead.Orgs
	// Union returns one that is active; else it is fault.Missing. In a transaction that
	// writes, it stays active until that ends.
	Union(ctx context.Context, tx *op.Tx, which string) (lead.Union, error)
}

// Service is what pages may ask.
type Service struct {
	desk    *op.Desk
	members *member.Service
	unions  Unions
}

// New returns the service.
func New(desk *op.Desk, members *member.Service, unions Unions) *Service {
	return &Service{desk, members, unions}
}

// Of returns the gaps of some records; who is in none has none.
func Of(ctx context.Context, tx *op.Tx, which ...string) (map[string]Gap, error) {
	all := map[string]Gap{}
	for some := range slices.Chunk(which, 200) {
		var args db.Args
		err := tx.Each(ctx, `select member_id, asked, state, since, ended_at, by_name from member_gap where member_id in `+db.In(&args, some), args, func(r db.Row) error {
			var id string
			var g Gap
			err := r.Scan(&id, &g.Asked, &g.State, db.Time(&g.Since), db.Time(&g.Ended), &g.By)
			all[id] = g
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Mine returns the gap of the worker's own record; ok says that there is one that waits.
func (s *Service) Mine(ctx context.Context) (g Gap, ok bool, err error) {
	_, err = op.Read(ctx, s.desk, member.See, func(tx *op.Tx) (m member.Member, err error) {
		if tx.Subject.Kind != authz.Worker {
			return m, fault.New(string(member.See), fault.Missing, "fault.missing")
		}
		if m, err = s.members.AskPerson(ctx, tx, tx.Subject.ID); err != nil {
			return m, err
		}
		all, err := Of(ctx, tx, string(m.ID))
		g = all[string(m.ID)]
		return m, err
	})
	return g, g.State.Waits(), err
}

// Copies returns the gaps of the records of the worker who is signed in: what one may have
// a copy of (PIPL 45).
func (s *Service) Copies(ctx context.Context) (map[string]Gap, error) {
	return op.List(ctx, s.desk, member.See, func(tx *op.Tx, scope op.Scope) (map[string]Gap, error) {
		if tx.Subject.Kind != authz.Worker {
			return nil, fault.New(string(member.See), fault.Missing, "fault.missing")
		}
		var args db.Args
		mine, err := s.members.AskSome(ctx, tx, scope.Where(member.ByColumns, &args)+` and m.person_id = `+args.Add(tx.Subject.ID), args)
		if err != nil {
			return nil, err
		}
		which := make([]string, len(mine))
		for i, m := range mine {
			which[i] = string(m.ID)
		}
		return Of(ctx, tx, which...)
	})
}

// there is the condition on rows m and their gaps g that somebody is still to be
// organised: who went elsewhere since, by a transfer of their own, is not.
const there = `g.state in ('open', 'kept') and m.state in ('applied', 'active', 'kept') and (g.union_id = m.union_id or length(m.home_area) < 6)`

// Organise counts who is still to be organised, by the county that they asked for,
// within some areas; for figures of coverage. No area is any.
func Organise(ctx context.Context, tx *op.Tx, areas ...string) (map[string]int64, error) {
	var args db.Args
	within := []string{}
	for _, a := range areas {
		from, to := authz.Range(a)
		within = append(within, `g.asked >= `+args.Add(from)+` and g.asked < `+args.Add(to))
	}
	where := there
	if len(within) > 0 {
		where += ` and (` + strings.Join(within, ` or `) + `)`
	}
	all := map[string]int64{}
	err := tx.Each(ctx, `select substr(g.asked, 1, 6), count(*) from member_gap g join member m on m.member_id = g.member_id where `+where+` group by substr(g.asked, 1, 6)`, args, func(r db.Row) error {
		var code string
		var n int64
		err := r.Scan(&code, &n)
		all[code] = n
		return err
	})
	return all, err
}

// Line is a county in which people are still to be organised.
type Line struct {
	County   string
	Applied  int        // who wait for the answer to an application
	Members  int        // who are members of a union above meanwhile
	Union    lead.Union // of the county itself; zero: there is none so far
	Eldest   time.Time
	Here     []string // the unions that have them
	Handable bool     // the reader may hand them over
}

// Lines returns the counties in which people are still to be organised, where the reader
// lists members; those with a union by now first, then those with the most people.
func (s *Service) Lines(ctx context.Context) ([]Line, error) {
	return op.List(ctx, s.desk, member.List, func(tx *op.Tx, scope op.Scope) ([]Line, error) {
		var args db.Args
		var all []Line
		err := tx.Each(ctx, `
			select substr(g.asked, 1, 6), m.union_name, min(g.since), sum(case when m.state = 'applied' then 1 else 0 end), sum(case when m.state = 'applied' then 0 else 1 end)
			from member_gap g join member m on m.member_id = g.member_id where `+there+` and `+scope.Where(member.ByColumns, &args)+`
			group by substr(g.asked, 1, 6), m.union_name order by substr(g.asked, 1, 6), m.union_name`, args, func(r db.Row) error {
			var l Line
			var here string
			err := r.Scan(&l.County, &here, db.Time(&l.Eldest), &l.Applied, &l.Members)
			if n := len(all); n > 0 && all[n-1].County == l.County {
				was := &all[n-1]
				was.Applied, was.Members, was.Here = was.Applied+l.Applied, was.Members+l.Members, append(was.Here, here)
				if l.Eldest.Before(was.Eldest) {
					was.Eldest = l.Eldest
				}
				return err
			}
			l.Here = []string{here}
			all = append(all, l)
			return err
		})
		for i := range all {
			if err == nil {
				all[i].Union, err = s.own(ctx, tx, all[i].County)
			}
			all[i].Handable = all[i].Union.ID != "" && tx.Subject.Has(authz.Cadre)
		}
		slices.SortStableFunc(all, func(a, b Line) int {
			if (a.Union.ID != "") != (b.Union.ID != "") {
				return strings.Compare(b.Union.ID, a.Union.ID)
			}
			return b.Applied + b.Members - a.Applied - a.Members
		})
		return all, err
	})
}

// own is the union of a county itself; zero: there is none.
func (s *Service) own(ctx context.Context, tx *op.Tx, area string) (lead.Union, error) {
	u, err := s.unions.UnionFor(ctx, tx, area)
	if fault.Is(err, fault.Missing) || err == nil && !lead.Covers(u, area) {
		return lead.Union{}, nil
	}
	return u, err
}
