package roll

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/op"
)

// Filter selects members. Its zero value selects all.
type Filter struct {
	IDs         []member.ID // only these; nil: any
	Waits       bool        // only those whom the union has not answered
	Unmatched   bool        // only whose number was found not to be the name's, and nobody settled that
	States      []member.State
	Occupations []member.Occupation
	Firm        string // the company that they work for now, by its id
	Post        string // the station of ours that they belong to now, by its id
	Area        string // digits of an area that contains it; empty: any
	Name        string // the whole name
	Phone       string // the whole number
	Document    string // the whole identity number
	Number      string // the member's number
	After       string // Next of the page before; what is none begins at the top
	Limit       int    // zero means 50
}

// Row is a member in a list, with what makes one look twice.
type Row struct {
	member.Member
	Doubts []member.Doubt
	Late   bool // the union's answer is overdue
}

// Page is a part of a list.
type Page struct {
	Rows   []Row
	Others map[member.ID]member.Member // whom the doubts name, as far as the reader may see them
	Next   string                      // where the page after this one begins; empty: this is the last
}

// never sorts what has no date so far behind all that has.
const never = 1<<63 - 1

// cursor is a place in a list: behind this row. It holds the row's own place,
// for who was approved meanwhile has another.
type cursor struct {
	rank, due int64
	id        member.ID
}

func (c cursor) String() string { return fmt.Sprintf("%d.%d.%s", c.rank, c.due, c.id) }

func parseCursor(s string) (c cursor, ok bool) {
	part := strings.Split(s, ".")
	if len(part) != 3 {
		return c, false
	}
	rank, err1 := strconv.ParseInt(part[0], 10, 64)
	due, err2 := strconv.ParseInt(part[1], 10, 64)
	row, err3 := id.Parse[member.ID](part[2])
	return cursor{rank, due, row}, err1 == nil && err2 == nil && err3 == nil
}

// List returns the members that f selects: those who wait with the doubtful
// first and then by the time left; others by when they applied, the newest
// first.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	return op.List(ctx, s.desk, member.List, func(tx *op.Tx, scope op.Scope) (Page, error) {
		var p Page
		limit := f.Limit
		if limit == 0 {
			limit = 50
		}
		found, places, err := s.page(ctx, tx, scope, f, limit+1)
		if err != nil {
			return p, err
		}
		if len(found) > limit {
			found, p.Next = found[:limit], places[limit-1].String()
		}
		doubts, others, err := s.doubts(ctx, tx, found...)
		p.Others = others
		for _, m := range found {
			p.Rows = append(p.Rows, Row{Member: m, Doubts: doubts[m.ID], Late: m.Late(tx.Now())})
		}
		return p, err
	})
}

// page reads some members in the order of the list, each with its place.
func (s *Service) page(ctx context.Context, tx *op.Tx, scope op.Scope, f Filter, most int) (found []member.Member, places []cursor, err error) {
	var args db.Args
	in := scope.Where(member.ByColumns, &args)
	rank, due, order := `0`, `0`, ` order by w.member_id desc`
	after, paged := parseCursor(f.After)
	if f.Waits {
		rank, due, order = `case when `+doubtful+` then 0 else 1 end`, `coalesce(m.due_at, `+strconv.Itoa(never)+`)`, ` order by w.rank, w.due, w.member_id`
	}
	q := `select w.rank, w.due, ` + member.Columns(tx) + ` from member m join (select m.member_id, ` + rank + ` as rank, ` + due + ` as due from member m
		where ` + in + f.where(s.members, &args)
	if paged && !f.Waits {
		q += ` and m.member_id < ` + args.Add(string(after.id))
	}
	if !f.Waits { // the ids alone are sorted, not whole rows
		q += ` order by m.member_id desc limit ` + args.Add(most)
	}
	q += `) w on w.member_id = m.member_id`
	if paged && f.Waits {
		r, d := args.Add(after.rank), args.Add(after.due)
		q += ` where (w.rank > ` + r + ` or w.rank = ` + r + ` and (w.due > ` + d + ` or w.due = ` + d + ` and w.member_id > ` + args.Add(string(after.id)) + `))`
	}
	err = tx.Each(ctx, q+order+` limit `+args.Add(most), args, func(r db.Row) error {
		var c cursor
		m, err := s.members.Scan(r, &c.rank, &c.due)
		c.id = m.ID
		found, places = append(found, m), append(places, c)
		return err
	})
	return found, places, err
}

func (f Filter) where(v *member.Service, args *db.Args) (w string) {
	if f.IDs != nil {
		w += ` and m.member_id in ` + db.In(args, f.IDs)
	}
	if f.Waits {
		w += ` and ` + member.Waiting
	}
	if f.Unmatched {
		w += ` and ` + verify.Doubtful
	}
	if len(f.States) > 0 {
		w += ` and m.state in ` + db.In(args, f.States)
	}
	if len(f.Occupations) > 0 {
		w += ` and m.occupation in ` + db.In(args, f.Occupations)
	}
	if f.Firm != "" {
		w += ` and exists (select 1 from member_work k where k.member_id = m.member_id and k.until_day = '' and k.firm_id = ` + args.Add(f.Firm) + `)`
	}
	if f.Post != "" {
		w += ` and exists (select 1 from member_work k where k.member_id = m.member_id and k.until_day = '' and k.station_id = ` + args.Add(f.Post) + `)`
	}
	if f.Area != "" {
		from, to := authz.Range(f.Area)
		w += ` and m.area >= ` + args.Add(from) + ` and m.area < ` + args.Add(to)
	}
	if f.Phone != "" {
		w += ` and not ` + member.Uncalled
	}
	for _, is := range [][2]string{
		{"m.name_index", v.Index("name", f.Name)}, {"m.phone_index", v.Index("phone", f.Phone)}, {"m.doc_index", v.Index("document", f.Document)},
	} {
		if is[1] != "" {
			w += ` and ` + is[0] + ` = ` + args.Add(is[1])
		}
	}
	if f.Number != "" { // one that two had leads to whoever has it now
		no := args.Add(f.Number)
		w += ` and (m.number = ` + no + ` or m.member_id in (select n.member_id from member_number n where n.number = ` + no + `))`
	}
	if len(f.States) == 0 && f.IDs == nil && f.Name+f.Phone+f.Document+f.Number == "" { // who looks for a person finds the record that was merged, too
		w += ` and m.state <> 'merged'`
	}
	return w
}

// Waiting says how much the union has to decide.
type Waiting struct{ All, Late int }

// Waiting counts who waits where the reader lists members.
func (s *Service) Waiting(ctx context.Context) (Waiting, error) {
	return op.List(ctx, s.desk, member.List, func(tx *op.Tx, scope op.Scope) (w Waiting, err error) {
		var args db.Args
		late := args.Add(tx.Now().UnixMicro())
		err = tx.One(ctx, `select count(*), coalesce(sum(case when m.due_at < `+late+` then 1 else 0 end), 0) from member m where `+scope.Where(member.ByColumns, &args)+` and `+member.Waiting, args, &w.All, &w.Late)
		return w, err
	})
}

// Most is as far as [Service.Count] counts.
const Most = 10_000

// Count counts the members that f selects, to at most one more than [Most].
func (s *Service) Count(ctx context.Context, f Filter) (int, error) {
	return op.List(ctx, s.desk, member.List, func(tx *op.Tx, scope op.Scope) (n int, err error) {
		var args db.Args
		err = tx.One(ctx, `select count(*) from (select 1 as one from member m where `+scope.Where(member.ByColumns, &args)+f.where(s.members, &args)+` limit `+args.Add(Most+1)+`) c`, args, &n)
		return n, err
	})
}

// Doubtful counts who waits with a doubt.
func (s *Service) Doubtful(ctx context.Context) (int, error) {
	return op.List(ctx, s.desk, member.List, func(tx *op.Tx, scope op.Scope) (n int, err error) {
		var args db.Args
		in := scope.Where(member.ByColumns, &args)
		err = tx.One(ctx, `select count(*) from member m where `+in+` and `+member.Waiting+` and `+doubtful, args, &n)
		return n, err
	})
}

// Table is an export: members with masked phones, at most so many as the rules
// allow.
type Table struct {
	Rows  []member.Member
	Posts map[string]string // the stations of ours that they belong to, by the member's id
	Cut   bool              // more were selected
}

// exported is the area that an export is about, as its target.
type exported struct{ area, union string }

// AuthzObject implements op.Target.
func (e exported) AuthzObject() authz.Object {
	return authz.Object{Kind: "member_export", ID: e.union, Group: "org", Area: e.area}
}

// Export returns what f selects in f.Area, to be taken along. It needs a purpose
// (op.Call), and its audit row is on disk before anything is returned.
func (s *Service) Export(ctx context.Context, f Filter) (Table, error) {
	_, err := op.Read(ctx, s.desk, member.Export, func(tx *op.Tx) (exported, error) {
		u, err := s.members.AskUnion(ctx, tx, f.Area)
		return exported{f.Area, u.ID}, err
	})
	if err != nil {
		return Table{}, err
	}
	return op.List(ctx, s.desk, member.List, func(tx *op.Tx, scope op.Scope) (Table, error) {
		most, err := s.members.Rule(ctx, tx, "export_rows")
		if err != nil {
			return Table{}, err
		}
		rows, _, err := s.page(ctx, tx, scope, f, int(most)+1)
		if err != nil {
			return Table{}, err
		}
		all := Table{Rows: rows[:min(len(rows), int(most))], Cut: len(rows) > int(most)}
		all.Posts, err = s.members.PostsOf(ctx, tx, all.Rows)
		return all, err
	})
}
