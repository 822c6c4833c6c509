package record

import (
	"context"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Health returns how bodies have dealt with what they were handed since a day,
// those with most in hand first.
func (s *Store) Health(ctx context.Context, tx *op.Tx, scope Scope, since time.Time) ([]request.BodyHealth, error) {
	var args db.Args
	where := scope.Where(Columns, &args) + " and d.sent_at >= " + args.Add(since.UnixMicro())
	// The body's time runs only while the matter is with the union or a body. What
	// was over before is kept in missed; rows of an older version are held against
	// the end.
	busy := "r.status in " + db.In(&args, request.BusyStatuses())
	until := "case when " + busy + " then " + args.Add(tx.Now().UnixMicro()) + " else coalesce(r.closed_at, r.answered_at) end"
	holds := "d.state in ('sent', 'opened', 'accepted', 'working')"
	q := `
		select d.body_id, max(d.body_name), count(*), count(d.opened_at), count(d.signed_at),
			count(*) filter (where d.missed_sign or d.signed_at > d.sign_by or d.state in ('sent', 'opened') and d.sign_by < ` + until + `),
			count(d.reported_at),
			count(*) filter (where d.missed or d.reported_at > coalesce(d.due_by, d.deadline) or ` + holds + ` and coalesce(d.due_by, d.deadline) < ` + until + `),
			count(*) filter (where d.reason is not null),
			count(*) filter (where ` + holds + ` and (` + busy + ` or r.status = ` + args.Add(string(request.StatusWaiting)) + `)) as in_hand,
			max(coalesce(d.reported_at, d.signed_at, d.opened_at))
		from request_dispatch d join request r on r.request_id = d.request_id
		where ` + where + ` group by d.body_id order by in_hand desc, d.body_id`
	var all []request.BodyHealth
	err := tx.Each(ctx, q, args, func(r db.Row) error {
		var h request.BodyHealth
		err := r.Scan(&h.Body, &h.Name, &h.Sent, &h.Opened, &h.Signed, &h.LateSign, &h.Reported, &h.LateReport, &h.Bounced, &h.InHand, db.Time(&h.LastAct))
		all = append(all, h)
		return err
	})
	return all, err
}

// exportHeads are the columns of an export. None of them can hold a person:
// no words, no title, no place, no name.
var exportHeads = []string{"number", "created", "area", "topic", "channel", "status", "officer", "bodies", "seen", "answered", "closed", "due", "missed", "bounces", "reopened", "chases", "followers"}

// Export returns the rows that f selects, at most so many.
func (s *Store) Export(ctx context.Context, tx *op.Tx, scope op.Scope, f request.Filter, most int) (request.Export, error) {
	var args db.Args
	q := `
		select r.request_id, r.number, r.created_at, r.area, r.topic, r.channel, r.status, r.officer_name, r.seen_at, r.answered_at, r.closed_at, r.due_at,
			r.missed or coalesce(r.due_at < ` + args.Add(tx.Now().UnixMicro()) + `, false), r.bounces, r.reopened, r.chases, r.followers
		from request r where ` + s.where(tx, f, scope, &args) + ` order by r.request_id limit ` + args.Add(most+1)
	e := request.Export{Heads: exportHeads}
	at := map[request.ID]int{}
	err := tx.Each(ctx, q, args, func(r db.Row) error {
		rid, row, err := exportRow(r)
		if len(e.Rows) == most {
			e.Cut = true
			return err
		}
		at[rid] = len(e.Rows)
		e.Rows = append(e.Rows, row)
		return err
	})
	if err != nil || len(e.Rows) == 0 {
		return e, err
	}
	return e, s.exportBodies(ctx, tx, e.Rows, at)
}

func exportRow(r db.Row) (rid request.ID, row []string, err error) {
	var number, area, topic, channel, status, officer string
	var created, seen, answered, closed, due time.Time
	var missed bool
	var n [4]int
	err = r.Scan(&rid, &number, db.Time(&created), &area, &topic, &channel, &status, &officer, db.Time(&seen), db.Time(&answered), db.Time(&closed), db.Time(&due),
		&missed, &n[0], &n[1], &n[2], &n[3])
	row = []string{number, stamp(created), area, topic, channel, status, officer, "", stamp(seen), stamp(answered), stamp(closed), stamp(due), strconv.FormatBool(missed)}
	for _, v := range n {
		row = append(row, strconv.Itoa(v))
	}
	return rid, row, err
}

// exportBodies fills in the names of the bodies, some hundred requests at once.
func (s *Store) exportBodies(ctx context.Context, tx *op.Tx, rows [][]string, at map[request.ID]int) error {
	var ids []request.ID
	flush := func() error {
		var args db.Args
		q := `select request_id, body_name from request_dispatch where request_id in ` + db.In(&args, ids) + ` order by request_id, sent_at, dispatch_id`
		ids = ids[:0]
		return tx.Each(ctx, q, args, func(r db.Row) error {
			var rid request.ID
			var name string
			err := r.Scan(&rid, &name)
			cell := &rows[at[rid]][7]
			*cell = strings.TrimPrefix(*cell+"、"+name, "、")
			return err
		})
	}
	for rid := range at {
		if ids = append(ids, rid); len(ids) == 500 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return flush()
}

// stamp writes a time for a table; none is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Zone).Format("2006-01-02 15:04")
}

// After returns up to most request ids beyond one, in order; for walks over all.
func (s *Store) After(ctx context.Context, tx *op.Tx, last request.ID, most int) ([]request.ID, error) {
	var args db.Args
	return s.after(ctx, tx, "1 = 1", args, last, most)
}

// Open is After among those whose promises can still run: those that need
// somebody, and those that were joined to one.
func (s *Store) Open(ctx context.Context, tx *op.Tx, last request.ID, most int) ([]request.ID, error) {
	var args db.Args
	return s.after(ctx, tx, "status in "+db.In(&args, append(request.Life(), request.StatusMerged)), args, last, most)
}

// Step is when a step of the ladder is due, and of which request.
type Step struct {
	At int64 // in microseconds
	ID request.ID
}

// ClimbQuery finds the steps due by $1 after the step ($2, $3). Its order is the
// index's: by id it would read the whole table.
const ClimbQuery = `select ladder_at, request_id from request
	where ladder_at <= $1 and (ladder_at, request_id) > ($2, $3) order by ladder_at, request_id limit $4`

// Climbable returns up to most steps of the ladder that are due, those that waited
// longest first, beyond one.
func (s *Store) Climbable(ctx context.Context, tx *op.Tx, last Step, most int) (all []Step, err error) {
	if last.ID == "" {
		last.ID = "00000000-0000-0000-0000-000000000000"
	}
	err = tx.Each(ctx, ClimbQuery, []any{tx.Now().UnixMicro(), last.At, last.ID, most}, func(r db.Row) error {
		var x Step
		err := r.Scan(&x.At, &x.ID)
		all = append(all, x)
		return err
	})
	return all, err
}

// Dark is After among those with a clock that runs into days not published.
func (s *Store) Dark(ctx context.Context, tx *op.Tx, last request.ID, most int) ([]request.ID, error) {
	var args db.Args
	return s.after(ctx, tx, "not_before is not null", args, last, most)
}

func (s *Store) after(ctx context.Context, tx *op.Tx, where string, args db.Args, last request.ID, most int) ([]request.ID, error) {
	if last != "" {
		where += " and request_id > " + args.Add(last)
	}
	var ids []request.ID
	err := tx.Each(ctx, `select request_id from request where `+where+` order by request_id limit `+args.Add(most), args, func(r db.Row) error {
		var rid request.ID
		err := r.Scan(&rid)
		ids = append(ids, rid)
		return err
	})
	return ids, err
}

// Tally is what other tables say of a request.
type Tally struct{ Followers, Guards, Events int }

// Tally counts what other tables say of a request.
func (s *Store) Tally(ctx context.Context, tx *op.Tx, q *request.Request) (t Tally, err error) {
	for _, c := range []struct {
		query string
		args  []any
		to    *int
	}{
		{`select count(*) from request_follow where request_id = $1 and undone_at is null`, []any{q.ID}, &t.Followers},
		{`select count(*) from request_number where number = $1 and request_id = $2`, []any{q.Number, q.ID}, &t.Guards},
		{`select count(*) from request_event where request_id = $1`, []any{q.ID}, &t.Events},
	} {
		if err := tx.One(ctx, c.query, c.args, c.to); err != nil {
			return t, err
		}
	}
	return t, nil
}

// Used reports whether an attachment has the blob.
func (s *Store) Used(ctx context.Context, tx *op.Tx, blob string) (bool, error) {
	var n int
	err := tx.One(ctx, `select count(*) from request_attachment where blob = $1 or thumb = $1`, []any{blob}, &n)
	return n > 0, err
}
