package request

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Group is a drawer of the inbox.
type Group string

// The drawers. The zero Group is everything that is open.
const (
	GroupOpen     Group = ""
	GroupMine     Group = "mine"    // the caller is the officer
	GroupSoon     Group = "soon"    // near its time, or late
	GroupLate     Group = "late"    // a clock is over now
	GroupMissed   Group = "missed"  // a clock was over, ever
	GroupTodo     Group = "todo"    // with nobody yet
	GroupBounced  Group = "bounced" // sent back
	GroupWaiting  Group = "waiting" // for the worker
	GroupAnswered Group = "answered"
	GroupRaised   Group = "raised" // to a union above
	GroupClosed   Group = "closed"
	GroupAll      Group = "all"
)

// Groups lists the drawers in the order in which they are shown.
func Groups() []Group {
	return []Group{GroupMine, GroupSoon, GroupLate, GroupTodo, GroupBounced, GroupWaiting, GroupAnswered, GroupRaised, GroupMissed, GroupOpen, GroupClosed, GroupAll}
}

// Filter selects requests. Its zero value selects everything that is open.
type Filter struct {
	Group   Group
	Topic   string // and what is finer
	Area    string // and what lies in it
	Text    string // words that must all occur; or a number
	Phone   string // whole
	Officer string
	Body    string // with a body now
	Station string
	After   string // Page.Next of the page before
	Limit   int    // 0: 50
}

// Row is a request in the staff's list.
type Row struct {
	*Request
	State  ClockState // of the nearest clock
	Left   time.Duration
	Holder []Holder // who has it, or sent it back
}

// Page is a page of a list.
type Page[T any] struct {
	Rows []T
	Next string // for Filter.After; empty on the last page
}

// List returns the requests that f selects and the caller may read, those with
// the least time left first; closed ones newest first.
func (s *Service) List(ctx context.Context, f Filter) (Page[Row], error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, scope op.Scope) (Page[Row], error) {
		var args db.Args
		where := s.where(tx, f, scope, &args)
		reqs, next, err := s.page(ctx, tx, f, where, args, f.Group == GroupClosed || f.Group == GroupAll)
		if err != nil {
			return Page[Row]{}, err
		}
		rows := make([]Row, len(reqs))
		for i, q := range reqs {
			rows[i] = s.row(q, tx.Now())
		}
		return Page[Row]{rows, next}, s.holders(ctx, tx, rows)
	})
}

// Counts tells how many requests each drawer holds for the rest of f.
func (s *Service) Counts(ctx context.Context, f Filter) (map[Group]int, error) {
	return op.List(ctx, s.desk, List, func(tx *op.Tx, scope op.Scope) (map[Group]int, error) {
		f.Group = GroupAll
		var args db.Args
		where := s.where(tx, f, scope, &args)
		var columns []string
		for _, g := range Groups() {
			columns = append(columns, `count(*) filter (where `+g.where(tx, &args)+`)`)
		}
		counts := make([]int, len(columns))
		dest := make([]any, len(columns))
		for i := range counts {
			dest[i] = &counts[i]
		}
		err := tx.One(ctx, `select `+strings.Join(columns, ", ")+` from request r where `+where, args, dest...)
		all := map[Group]int{}
		for i, g := range Groups() {
			all[g] = counts[i]
		}
		return all, err
	})
}

// MineList returns the caller's own requests, the newest first.
func (s *Service) MineList(ctx context.Context, f Filter) (Page[*Request], error) {
	return op.List(ctx, s.desk, Mine, func(tx *op.Tx, scope op.Scope) (Page[*Request], error) {
		var args db.Args
		where := scope.Where(authz.Columns{ID: "r.request_id", Owner: "r.owner_id"}, &args)
		reqs, next, err := s.page(ctx, tx, f, where, args, true)
		return Page[*Request]{reqs, next}, err
	})
}

// columns are what decides about rows of request r.
var columns = authz.Columns{ID: "r.request_id", Area: "r.area", Owner: "r.owner_id",
	Body: "exists (select 1 from request_dispatch h where h.request_id = r.request_id and h.state not in ('bounced', 'settled', 'recalled') and h.body_id in %s)"}

// where writes f and the scope as a condition on request r.
func (s *Service) where(tx *op.Tx, f Filter, scope op.Scope, args *db.Args) string {
	all := []string{scope.Where(columns, args), f.Group.where(tx, args)}
	equal := func(column, v string) {
		if v != "" {
			all = append(all, column+" = "+args.Add(v))
		}
	}
	equal("r.officer_id", f.Officer)
	equal("r.station_id", f.Station)
	if f.Phone != "" {
		equal("r.phone_index", s.ring.Index("phone", f.Phone))
	}
	within := func(column, from, to string) {
		all = append(all, "("+column+" >= "+args.Add(from)+" and "+column+" < "+args.Add(to)+")")
	}
	if f.Area != "" {
		from, to := authz.Range(f.Area)
		within("r.area", from, to)
	}
	if f.Topic != "" {
		within("r.topic", f.Topic, f.Topic+"/") // "." comes just before "/": the topic itself and the finer ones
	}
	if f.Body != "" {
		all = append(all, fmt.Sprintf(columns.Body, "("+args.Add(f.Body)+")"))
	}
	if t := strings.TrimSpace(f.Text); numberLike(t) {
		within("r.number", t, t+"~")
	} else if grams := s.grams(t); len(grams) > 0 {
		all = append(all, "(select count(*) from request_gram g where g.request_id = r.request_id and g.gram in "+db.In(args, grams)+") = "+args.Add(len(grams)))
	}
	return strings.Join(all, " and ")
}

// numberLike reports whether t can be the start of a request's number.
func numberLike(t string) bool {
	return len(t) >= 6 && len(t) <= 20 && t[4] == '-' && strings.Trim(t, "0123456789-") == ""
}

// where writes the drawer as a condition.
func (g Group) where(tx *op.Tx, args *db.Args) string {
	now := func() string { return args.Add(tx.Now().UnixMicro()) }
	in := func(ss ...Status) string { return "r.status in " + db.In(args, ss) }
	switch g {
	case GroupMine:
		return in(life...) + " and r.officer_id = " + args.Add(db.Null(tx.Subject.ID))
	case GroupSoon:
		return "r.soon_at <= " + now()
	case GroupLate:
		return "r.due_at < " + now()
	case GroupMissed:
		return "(r.missed or r.due_at < " + now() + ")"
	case GroupTodo:
		return in(StatusReceived, StatusSeen, StatusUnsolved)
	case GroupBounced:
		return in(StatusBounced)
	case GroupWaiting:
		return in(StatusWaiting)
	case GroupAnswered:
		return in(StatusAnswered)
	case GroupRaised:
		return "r.raised_area is not null and " + in(life...)
	case GroupClosed:
		return in(without(Statuses(), life...)...)
	case GroupAll:
		return "1 = 1"
	}
	return in(life...)
}

// page reads one page of roots, by sort_at or, newest first, by id.
func (s *Service) page(ctx context.Context, tx *op.Tx, f Filter, where string, args db.Args, newest bool) ([]*Request, string, error) {
	limit := f.Limit
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	order, from := "r.sort_at, r.request_id", cursor(f.After)
	switch {
	case newest && from.id != "":
		where += " and r.request_id < " + args.Add(from.id)
	case from.id != "":
		where += " and (r.sort_at, r.request_id) > (" + args.Add(from.sort) + ", " + args.Add(from.id) + ")"
	}
	if newest {
		order = "r.request_id desc"
	}
	var reqs []*Request
	q := `select ` + prefixed(rootColumns) + ` from request r where ` + where + ` order by ` + order + ` limit ` + args.Add(limit+1)
	err := tx.Each(ctx, q, args, func(r db.Row) error {
		q, err := s.scanRoot(r)
		reqs = append(reqs, q)
		return err
	})
	if err != nil || len(reqs) <= limit {
		return reqs, "", err
	}
	reqs = reqs[:limit]
	last := reqs[limit-1]
	return reqs, strconv.FormatInt(sortKey(last.DueAt, last.CreatedAt), 10) + "." + string(last.ID), nil
}

// place is where a page ended.
type place struct {
	sort int64
	id   string
}

func cursor(after string) place {
	sort, id, ok := strings.Cut(after, ".")
	n, err := strconv.ParseInt(sort, 10, 64)
	if !ok || err != nil || len(id) != 36 {
		return place{}
	}
	return place{n, id}
}

// prefixed qualifies column names with r.
func prefixed(columns string) string {
	names := strings.Split(columns, ",")
	for i, n := range names {
		names[i] = "r." + strings.TrimSpace(n)
	}
	return strings.Join(names, ", ")
}

func (s *Service) row(q *Request, now time.Time) Row {
	r := Row{Request: q}
	switch {
	case !q.Status.Open():
		r.State = ClockDone
	case q.Status == StatusWaiting || q.Status == StatusAnswered:
		r.State = ClockHeld
	case q.DueAt.IsZero():
		r.State = ClockUnknown
	case now.After(q.DueAt):
		r.State = ClockLate
	case !now.Before(q.SoonAt):
		r.State = ClockSoon
	default:
		r.State = ClockOK
	}
	if !q.DueAt.IsZero() {
		l := builtin // for showing only; the clocks of the case use its own
		r.Left, _ = s.config.Calendar.WorkingBetween(now, q.DueAt, l.Hours)
	}
	return r
}

// holders fills in who has each request.
func (s *Service) holders(ctx context.Context, tx *op.Tx, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	at := map[ID]int{}
	var ids []ID
	for i, r := range rows {
		at[r.ID], ids = i, append(ids, r.ID)
	}
	var args db.Args
	q := `select request_id, body_name, state, signed_by, deadline, lead from request_dispatch
		where state not in ('recalled', 'settled') and request_id in ` + db.In(&args, ids) + ` order by request_id, sent_at, dispatch_id`
	return tx.Each(ctx, q, args, func(r db.Row) error {
		var rid ID
		var h Holder
		err := r.Scan(&rid, &h.Name, &h.State, &h.SignedBy, db.Time(&h.Deadline), &h.Lead)
		rows[at[rid]].Holder = append(rows[at[rid]].Holder, h)
		return err
	})
}

// MatterRow is a request in a body's list.
type MatterRow struct {
	ID       ID
	Number   string
	Topic    string
	Title    string
	What     string
	Place    string
	Station  string
	Dispatch Dispatch
	Late     bool // not signed, or not answered, in time
	Demo     bool
}

// BodyList returns what the caller's bodies have in hand: the states asked for
// (none: all), the nearest deadline first. No more than 200 at once.
func (s *Service) BodyList(ctx context.Context, states ...DispatchState) ([]MatterRow, error) {
	return op.List(ctx, s.desk, Matters, func(tx *op.Tx, scope op.Scope) ([]MatterRow, error) {
		var args db.Args
		where := scope.Where(authz.Columns{ID: "r.request_id", Body: "d.body_id in %s"}, &args) + " and d.state not in ('bounced', 'settled', 'recalled') and r.status <> 'withdrawn'"
		if len(states) > 0 {
			where += " and d.state in " + db.In(&args, states)
		}
		var rows []MatterRow
		err := tx.Each(ctx, `
			select r.request_id, r.number, r.topic, r.title, r.what, r.place, r.station_id, r.demo, d.dispatch_id, d.body_id, d.body_name, d.lead, d.state, d.attempt, d.final, d.task,
				d.sent_at, d.sign_by, d.deadline, d.opened_at, d.signed_at, d.signed_by, d.reported_at
			from request_dispatch d join request r on r.request_id = d.request_id
			where `+where+` order by d.deadline, d.dispatch_id limit 200`, args, func(r db.Row) error {
			row, err := s.scanMatterRow(r, tx.Now())
			rows = append(rows, row)
			return err
		})
		return slices.Clip(rows), err
	})
}

func (s *Service) scanMatterRow(r db.Row, now time.Time) (MatterRow, error) {
	var m MatterRow
	var where, task []byte
	d := &m.Dispatch
	err := r.Scan(&m.ID, &m.Number, &m.Topic, &m.Title, &m.What, &where, db.Text(&m.Station), &m.Demo, &d.ID, &d.Body, &d.BodyName, &d.Lead, &d.State, &d.Attempt, &d.Final, &task,
		db.Time(&d.SentAt), db.Time(&d.SignBy), db.Time(&d.Deadline), db.Time(&d.OpenedAt), db.Time(&d.SignedAt), &d.SignedBy, db.Time(&d.ReportedAt))
	if err != nil {
		return m, err
	}
	m.Late = d.ReportedAt.IsZero() && now.After(d.Deadline) || d.SignedAt.IsZero() && d.ReportedAt.IsZero() && !d.SignBy.IsZero() && now.After(d.SignBy)
	if m.Place, err = s.open(where, "request", "place", string(m.ID)); err != nil {
		return m, err
	}
	d.Task, err = s.open(task, "request_dispatch", "task", string(d.ID))
	return m, err
}
