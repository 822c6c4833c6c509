package record

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/workday"
)

// List returns the requests that f selects and the caller may read, those with
// the least time left first; closed ones newest first.
func (s *Store) List(ctx context.Context, tx *op.Tx, scope op.Scope, cal workday.Calendar, f request.Filter) (request.Page[request.Row], error) {
	var args db.Args
	where := s.where(tx, f, scope, &args)
	reqs, next, err := s.page(ctx, tx, f, where, args, f.Group == request.GroupClosed || f.Group == request.GroupAll)
	if err != nil {
		return request.Page[request.Row]{}, err
	}
	rows := make([]request.Row, len(reqs))
	for i, q := range reqs {
		rows[i] = row(q, cal, tx.Now())
	}
	return request.Page[request.Row]{Rows: rows, Next: next}, s.holders(ctx, tx, rows)
}

// Counts tells how many requests each drawer holds for the rest of f.
func (s *Store) Counts(ctx context.Context, tx *op.Tx, scope op.Scope, f request.Filter) (map[request.Group]int, error) {
	f.Group = request.GroupAll
	var args db.Args
	where := s.where(tx, f, scope, &args)
	var columns []string
	for _, g := range request.Groups() {
		columns = append(columns, `count(*) filter (where `+drawer(g, tx, &args)+`)`)
	}
	counts := make([]int, len(columns))
	dest := make([]any, len(columns))
	for i := range counts {
		dest[i] = &counts[i]
	}
	err := tx.One(ctx, `select `+strings.Join(columns, ", ")+` from request r where `+where, args, dest...)
	all := map[request.Group]int{}
	for i, g := range request.Groups() {
		all[g] = counts[i]
	}
	return all, err
}

// Mine returns the caller's own requests, the newest first.
func (s *Store) Mine(ctx context.Context, tx *op.Tx, scope op.Scope, f request.Filter) (request.Page[*request.Request], error) {
	var args db.Args
	where := scope.Where(authz.Columns{ID: "r.request_id", Owner: "r.owner_id"}, &args)
	reqs, next, err := s.page(ctx, tx, f, where, args, true)
	return request.Page[*request.Request]{Rows: reqs, Next: next}, err
}

// Columns are what decides about rows of request r.
var Columns = authz.Columns{ID: "r.request_id", Area: "r.area", Owner: "r.owner_id",
	Body: "exists (select 1 from request_dispatch h where h.request_id = r.request_id and h.state not in ('bounced', 'settled', 'recalled') and h.body_id in %s)"}

// where writes f and the scope as a condition on request r.
func (s *Store) where(tx *op.Tx, f request.Filter, scope op.Scope, args *db.Args) string {
	for _, v := range []string{f.Officer, f.Station, f.Body} {
		if v != "" && !id.Valid(v) {
			return "1 = 0"
		}
	}
	all := []string{scope.Where(Columns, args), drawer(f.Group, tx, args)}
	equal := func(column, v string) {
		if v != "" {
			all = append(all, column+" = "+args.Add(v))
		}
	}
	equal("r.officer_id", f.Officer)
	equal("r.station_id", f.Station)
	if f.Phone != "" {
		if mobile, err := idcard.ParseMobile(f.Phone); err == nil {
			f.Phone = mobile
		}
		equal("r.phone_index", s.Phone(f.Phone))
		all = append(all, "not "+consent.Stopped("r.owner_id", consent.Call))
	}
	if f.Area != "" {
		from, to := authz.Range(f.Area)
		all = append(all, "(r.area >= "+args.Add(from)+" and r.area < "+args.Add(to)+")")
	}
	if f.Topic != "" {
		finer := f.Topic + "."
		all = append(all, "(r.topic = "+args.Add(f.Topic)+" or substr(r.topic, 1, "+args.Add(len(finer))+") = "+args.Add(finer)+")")
	}
	if f.Body != "" {
		all = append(all, fmt.Sprintf(Columns.Body, "("+args.Add(f.Body)+")"))
	}
	if t := strings.TrimSpace(f.Text); numberLike(t) {
		all = append(all, "substr(r.number, 1, "+args.Add(len(t))+") = "+args.Add(t))
	} else if grams := s.grams(t); len(grams) > 0 {
		all = append(all, "(select count(*) from request_gram g where g.request_id = r.request_id and g.gram in "+db.In(args, grams)+") = "+args.Add(len(grams)))
	}
	return strings.Join(all, " and ")
}

// numberLike reports whether t can be the start of a request's number.
func numberLike(t string) bool {
	return len(t) >= 6 && len(t) <= 20 && t[4] == '-' && strings.Trim(t, "0123456789-") == ""
}

// drawer writes the drawer as a condition.
func drawer(g request.Group, tx *op.Tx, args *db.Args) string {
	now := func() string { return args.Add(tx.Now().UnixMicro()) }
	in := func(ss ...request.Status) string { return "r.status in " + db.In(args, ss) }
	switch g {
	case request.GroupMine:
		return in(request.Life()...) + " and r.officer_id = " + args.Add(db.Null(tx.Subject.ID))
	case request.GroupSoon:
		return "r.soon_at <= " + now()
	case request.GroupLate:
		return "r.due_at < " + now()
	case request.GroupMissed:
		return "(r.missed or r.due_at < " + now() + ")"
	case request.GroupTodo:
		return in(request.StatusReceived, request.StatusSeen, request.StatusUnsolved)
	case request.GroupBounced:
		return in(request.StatusBounced)
	case request.GroupWaiting:
		return in(request.StatusWaiting)
	case request.GroupAnswered:
		return in(request.StatusAnswered)
	case request.GroupRaised:
		return "r.raised_area is not null and " + in(request.Life()...)
	case request.GroupClosed:
		return in(request.Closed()...)
	case request.GroupAll:
		return "1 = 1"
	}
	return in(request.Life()...)
}

// page reads one page of roots, by sort_at or, newest first, by id.
func (s *Store) page(ctx context.Context, tx *op.Tx, f request.Filter, where string, args db.Args, newest bool) ([]*request.Request, string, error) {
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
	var reqs []*request.Request
	q := `select ` + prefixed(rootColumns) + ` from request r where ` + where + ` order by ` + order + ` limit ` + args.Add(limit+1)
	err := tx.Each(ctx, q, args, func(r db.Row) error {
		q, err := s.scan(r)
		reqs = append(reqs, q)
		return err
	})
	if err != nil || len(reqs) <= limit {
		return reqs, "", err
	}
	reqs = reqs[:limit]
	last := reqs[limit-1]
	return reqs, strconv.FormatInt(sortKey(last), 10) + "." + string(last.ID), nil
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

func row(q *request.Request, cal workday.Calendar, now time.Time) request.Row {
	r := request.Row{Request: q}
	switch {
	case !q.Status.Open():
		r.State = request.ClockDone
	case q.Status == request.StatusWaiting || q.Status == request.StatusAnswered:
		r.State = request.ClockHeld
	case q.DueAt.IsZero():
		r.State = request.ClockUnknown
	case now.After(q.DueAt):
		r.State = request.ClockLate
	case !now.Before(q.SoonAt):
		r.State = request.ClockSoon
	default:
		r.State = request.ClockOK
	}
	if !q.DueAt.IsZero() {
		// For showing only: the clocks of the case use its own hours.
		r.Left, _ = cal.WorkingBetween(now, q.DueAt, request.Builtin().Hours)
	}
	return r
}

// holders fills in who has each request.
func (s *Store) holders(ctx context.Context, tx *op.Tx, rows []request.Row) error {
	if len(rows) == 0 {
		return nil
	}
	at := map[request.ID]int{}
	var ids []request.ID
	for i, r := range rows {
		at[r.ID], ids = i, append(ids, r.ID)
	}
	var args db.Args
	q := `select request_id, body_name, state, signed_by, deadline, lead, asked_until is not null from request_dispatch
		where state not in ('recalled', 'settled') and request_id in ` + db.In(&args, ids) + ` order by request_id, sent_at, dispatch_id`
	return tx.Each(ctx, q, args, func(r db.Row) error {
		var rid request.ID
		var h request.Holder
		err := r.Scan(&rid, &h.Name, &h.State, &h.SignedBy, db.Time(&h.Deadline), &h.Lead, &h.Asks)
		h.Asks = h.Asks && h.State != request.DispatchReported && h.State != request.DispatchBounced
		rows[at[rid]].Holder = append(rows[at[rid]].Holder, h)
		return err
	})
}

// Matters returns what the caller's bodies have in hand: the states asked for
// (none: all), what waits for them first, then what they have answered or what is closed, each by its
// deadline. No more than 200 at once.
func (s *Store) Matters(ctx context.Context, tx *op.Tx, scope op.Scope, states ...request.DispatchState) ([]request.MatterRow, error) {
	var args db.Args
	where := scope.Where(authz.Columns{ID: "r.request_id", Body: "d.body_id in %s"}, &args) + " and d.state not in ('bounced', 'settled', 'recalled')"
	if len(states) > 0 {
		where += " and d.state in " + db.In(&args, states)
	}
	var rows []request.MatterRow
	err := tx.Each(ctx, `
			select r.request_id, r.number, r.status, r.topic, r.title, r.what, r.place, r.station_id, r.demo, r.followers, d.dispatch_id, d.body_id, d.body_name, d.lead, d.state, d.attempt, d.final, d.task,
				d.sent_at, d.sign_by, d.deadline, d.due_by, d.asked_until, d.opened_at, d.signed_at, d.signed_by, d.reported_at, r.said_key
			from request_dispatch d join request r on r.request_id = d.request_id
			where `+where+` order by case when d.state = 'reported' or r.closed_at is not null then 1 else 0 end, d.deadline, d.dispatch_id limit 200`, args, func(r db.Row) error {
		row, err := s.scanMatterRow(r, tx.Now())
		rows = append(rows, row)
		return err
	})
	return rows, err
}

func (s *Store) scanMatterRow(r db.Row, now time.Time) (request.MatterRow, error) {
	var m request.MatterRow
	var where, task, key []byte
	d := &m.Dispatch
	err := r.Scan(&m.ID, &m.Number, &m.Status, &m.Topic, &m.Title, &m.What, &where, db.Text(&m.Station), &m.Demo, &m.Followers, &d.ID, &d.Body, &d.BodyName, &d.Lead, &d.State, &d.Attempt, &d.Final, &task,
		db.Time(&d.SentAt), db.Time(&d.SignBy), db.Time(&d.Deadline), db.Time(&d.DueBy), db.Time(&d.AskedUntil), db.Time(&d.OpenedAt), db.Time(&d.SignedAt), &d.SignedBy, db.Time(&d.ReportedAt), &key)
	if err != nil {
		return m, err
	}
	unsigned := d.SignedAt.IsZero() && !d.SignBy.IsZero() && now.After(d.SignBy)
	if d.DueBy.IsZero() {
		d.DueBy = d.Deadline // handed out before it was kept
	}
	m.Late = m.Status.Busy() && d.ReportedAt.IsZero() && (unsigned || now.After(d.DueBy))
	if m.Place, err = s.open(m.ID, key, where, "request", "place", string(m.ID)); err != nil {
		return m, err
	}
	d.Task, err = s.Unseal(task, "request_dispatch", "task", string(d.ID))
	return m, err
}
