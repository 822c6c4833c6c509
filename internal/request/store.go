package request

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

const rootColumns = `request_id, number, version, status, area, area_known, union_id, topic, title, channel, source,
	station_id, what, owner_id, hidden, words, heard, place, lat, lng, name, phone, phone_index, phone_ok,
	officer_id, officer_name, policy, created_at, changed_at, seen_at, answered_at, closed_at, due_at, due_clock, soon_at, answer_by, ladder_at,
	missed, level, raised_area, chases, followers, bounces, reopened, merged_into, quiet, demo`

// seal seals text for a column of a row; an empty text is NULL.
func (s *Service) seal(text, table, column, row string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return s.ring.Seal([]byte(text), seal.Place(table, column, row))
}

// open opens what seal sealed.
func (s *Service) open(sealed []byte, table, column, row string) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := s.ring.Open(sealed, seal.Place(table, column, row))
	return string(plain), err
}

// scanRoot reads a row of rootColumns, opening what staff may read and leaving
// name and phone sealed.
func (s *Service) scanRoot(r db.Row) (*Request, error) {
	var q Request
	var source, words, heard, place []byte
	var lat, lng *float64
	err := r.Scan(&q.ID, &q.Number, &q.Version, &q.Status, &q.Place.Area, &q.AreaKnown, db.Text(&q.Union), &q.Topic, &q.Title, &q.Channel, &source,
		db.Text(&q.Place.Station), &q.What, db.Text(&q.owner), &q.Hidden, &words, &heard, &place, &lat, &lng, &q.name, &q.phone, db.Text(&q.phoneIndex), &q.phoneOK,
		db.Text(&q.Officer), &q.OfficerName, &q.Policy, db.Time(&q.CreatedAt), db.Time(&q.ChangedAt), db.Time(&q.SeenAt), db.Time(&q.AnsweredAt), db.Time(&q.ClosedAt),
		db.Time(&q.DueAt), &q.DueClock, db.Time(&q.SoonAt), db.Time(&q.AnswerBy), db.Time(&q.ladderAt),
		&q.Missed, &q.Level, db.Text(&q.RaisedTo), &q.Chases, &q.Followers, &q.Bounces, &q.Reopened, db.Text(&q.MergedInto), &q.Quiet, &q.Demo)
	if err != nil {
		return nil, err
	}
	if lat != nil && lng != nil {
		q.Place.Point = &geo.Point{Lat: *lat, Lng: *lng}
	}
	q.HasPhone = q.phone != nil || q.owner != ""
	return &q, s.openRoot(&q, source, words, heard, place)
}

func (s *Service) openRoot(q *Request, source, words, heard, place []byte) error {
	var name string
	for _, c := range []struct {
		sealed []byte
		column string
		to     *string
	}{{source, "source", &q.Source}, {words, "words", &q.Words}, {heard, "heard", &q.Heard}, {place, "place", &q.Place.Text}, {q.name, "name", &name}} {
		text, err := s.open(c.sealed, "request", c.column, string(q.ID))
		if err != nil {
			return err
		}
		*c.to = text
	}
	for _, r := range name {
		q.Surname = string(r)
		break
	}
	return nil
}

// resolve returns the id that ref names.
func (s *Service) resolve(ctx context.Context, tx *op.Tx, ref Ref) (ID, error) {
	if ref.ID != "" {
		return ref.ID, nil
	}
	var rid ID
	err := tx.One(ctx, `select request_id from request_number where number = $1`, []any{strings.TrimSpace(ref.Number)}, &rid)
	return rid, err
}

// get returns the root that ref names, with the bodies that hold it.
func (s *Service) get(ctx context.Context, tx *op.Tx, ref Ref) (*Request, error) {
	rid, err := s.resolve(ctx, tx, ref)
	if err != nil {
		return nil, missing(err)
	}
	return s.root(ctx, tx, ref, `select `+rootColumns+` from request where request_id = $1`, rid)
}

func (s *Service) root(ctx context.Context, tx *op.Tx, ref Ref, query string, rid ID) (*Request, error) {
	var q *Request
	err := tx.Each(ctx, query, []any{rid}, func(r db.Row) (err error) {
		q, err = s.scanRoot(r)
		return err
	})
	if err == nil && q == nil {
		err = db.ErrNone
	}
	if err != nil {
		return nil, missing(err)
	}
	q.held = ref.Secret != "" && s.ring.TokenIs("request", string(rid), ref.Secret)
	err = tx.Each(ctx, `select body_id from request_dispatch where request_id = $1 and state not in ('bounced', 'settled', 'recalled')`,
		[]any{rid}, func(r db.Row) error {
			var b string
			err := r.Scan(&b)
			q.bodies = append(q.bodies, b)
			return err
		})
	return q, err
}

// missing makes "no such row" the fault that readers understand.
func missing(err error) error {
	if errors.Is(err, db.ErrNone) {
		return fault.New("request.find", fault.Missing, "fault.missing")
	}
	return err
}

// lock loads a request to be acted upon. The update of its row holds off every
// other act on it until the transaction ends.
func (s *Service) lock(ctx context.Context, tx *op.Tx, ref Ref) (*matter, error) {
	rid, err := s.resolve(ctx, tx, ref)
	if err != nil {
		return nil, missing(err)
	}
	q, err := s.root(ctx, tx, ref, `update request set version = version where request_id = $1 returning `+rootColumns, rid)
	if err != nil {
		return nil, err
	}
	return s.load(ctx, tx, q)
}

// load adds what the rules need to a root.
func (s *Service) load(ctx context.Context, tx *op.Tx, q *Request) (*matter, error) {
	m := &matter{Request: q}
	var err error
	if m.limits, err = limitsOf(ctx, tx, q.Policy); err != nil {
		return nil, err
	}
	if m.ds, err = s.dispatches(ctx, tx, q.ID); err != nil {
		return nil, err
	}
	m.es, err = s.entries(ctx, tx, q.ID, false)
	return m, err
}

func (s *Service) dispatches(ctx context.Context, tx *op.Tx, rid ID) ([]Dispatch, error) {
	var ds []Dispatch
	err := tx.Each(ctx, `
		select dispatch_id, body_id, body_name, lead, state, attempt, final, task, reason, suggest,
			sent_at, sign_by, deadline, opened_at, signed_at, signed_by, reported_at, ended_at
		from request_dispatch where request_id = $1 order by sent_at, dispatch_id`, []any{rid}, func(r db.Row) error {
		var d Dispatch
		var task, reason, suggest []byte
		err := r.Scan(&d.ID, &d.Body, &d.BodyName, &d.Lead, &d.State, &d.Attempt, &d.Final, &task, &reason, &suggest,
			db.Time(&d.SentAt), db.Time(&d.SignBy), db.Time(&d.Deadline), db.Time(&d.OpenedAt), db.Time(&d.SignedAt), &d.SignedBy, db.Time(&d.ReportedAt), db.Time(&d.EndedAt))
		if err != nil {
			return err
		}
		if d.Task, err = s.open(task, "request_dispatch", "task", string(d.ID)); err != nil {
			return err
		}
		if d.Reason, err = s.open(reason, "request_dispatch", "reason", string(d.ID)); err != nil {
			return err
		}
		d.Suggest, err = s.open(suggest, "request_dispatch", "suggest", string(d.ID))
		ds = append(ds, d)
		return err
	})
	return ds, err
}

func (s *Service) entries(ctx context.Context, tx *op.Tx, rid ID, words bool) ([]Entry, error) {
	var es []Entry
	err := tx.Each(ctx, `
		select seq, at, kind, by_kind, by_id, by_name, readers, dispatch_id, body_id, body_name, words, until, fact
		from request_event where request_id = $1 order by seq`, []any{rid}, func(r db.Row) error {
		var e Entry
		var sealed []byte
		err := r.Scan(&e.Seq, db.Time(&e.At), &e.Kind, &e.By, &e.ByID, &e.ByName, &e.Readers, db.Text(&e.Dispatch), db.Text(&e.Body), &e.BodyName, &sealed, db.Time(&e.Until), &e.Fact)
		if err == nil && words {
			e.Words, err = s.open(sealed, "request_event", "words", rowOf(rid, e.Seq))
		}
		es = append(es, e)
		return err
	})
	return es, err
}

func (s *Service) attachments(ctx context.Context, tx *op.Tx, rid ID) ([]Attachment, error) {
	var as []Attachment
	err := tx.Each(ctx, `
		select attachment_id, seq, at, kind, blob, thumb, seconds, size, digest, by_kind, body_id, released
		from request_attachment where request_id = $1 order by seq, attachment_id`, []any{rid}, func(r db.Row) error {
		var a Attachment
		err := r.Scan(&a.ID, &a.Seq, db.Time(&a.At), &a.Kind, &a.Blob, &a.Thumb, &a.Seconds, &a.Size, &a.Digest, &a.By, db.Text(&a.Body), &a.Released)
		as = append(as, a)
		return err
	})
	return as, err
}

// idle is added to the sort key of what no clock presses: it comes after
// everything that one does.
const idle = math.MaxInt64 / 4

// sortKey orders lists by time left.
func sortKey(due, created time.Time) int64 {
	if due.IsZero() {
		return idle + created.UnixMicro()
	}
	return due.UnixMicro()
}
