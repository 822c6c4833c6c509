package record

import (
	"context"
	"errors"
	"math"
	"strings"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/geo"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/seal"
)

const rootColumns = `request_id, number, version, status, area, area_known, union_id, topic, title, channel, source,
	station_id, what, owner_id, hidden, words, heard, place, lat, lng, said_key, data_key, name, phone, phone_index, phone_ok,
	officer_id, officer_name, policy, calendar, created_at, changed_at, seen_at, answered_at, closed_at, due_at, due_clock, soon_at, answer_by, ladder_at, not_before,
	missed, level, raised_area, chases, followers, bounces, reopened, merged_into, quiet, mended_at, demo`

// Store keeps requests. What people wrote is sealed with its ring.
type Store struct{ Ring *seal.Ring }

// Phone is the blind index by which a phone number is found.
func (s *Store) Phone(number string) string { return s.Ring.Index("phone", number) }

// Seal seals text for a column of a row; an empty text is NULL.
func (s *Store) Seal(text, table, column, row string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return s.Ring.Seal([]byte(text), seal.Place(table, column, row))
}

// Unseal opens what seal sealed.
func (s *Store) Unseal(sealed []byte, table, column, row string) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := s.Ring.Open(sealed, seal.Place(table, column, row))
	return string(plain), err
}

// scan reads a row of rootColumns, opening what staff may read and leaving
// name and phone sealed.
func (s *Store) scan(r db.Row) (*request.Request, error) {
	var q request.Request
	var source, words, heard, place []byte
	var lat, lng *float64
	err := r.Scan(&q.ID, &q.Number, &q.Version, &q.Status, &q.Place.Area, &q.AreaKnown, db.Text(&q.Union), &q.Topic, &q.Title, &q.Channel, &source,
		db.Text(&q.Place.Station), &q.What, db.Text(&q.Owner), &q.Hidden, &words, &heard, &place, &lat, &lng, &q.SaidKey, &q.DataKey, &q.SealedName, &q.SealedPhone, db.Text(&q.PhoneIndex), &q.PhoneOK,
		db.Text(&q.Officer), &q.OfficerName, &q.Policy, &q.Calendar, db.Time(&q.CreatedAt), db.Time(&q.ChangedAt), db.Time(&q.SeenAt), db.Time(&q.AnsweredAt), db.Time(&q.ClosedAt),
		db.Time(&q.DueAt), &q.DueClock, db.Time(&q.SoonAt), db.Time(&q.AnswerBy), db.Time(&q.LadderAt), db.Time(&q.NotBefore),
		&q.Missed, &q.Level, db.Text(&q.RaisedTo), &q.Chases, &q.Followers, &q.Bounces, &q.Reopened, db.Text(&q.MergedInto), &q.Quiet, db.Time(&q.MendedAt), &q.Demo)
	if err != nil {
		return nil, err
	}
	if lat != nil && lng != nil {
		q.Place.Point = &geo.Point{Lat: *lat, Lng: *lng}
	}
	q.HasPhone = q.SealedPhone != nil || q.Owner != ""
	return &q, s.openRoot(&q, source, words, heard, place)
}

func (s *Store) openRoot(q *request.Request, source, words, heard, place []byte) (err error) {
	for _, c := range []struct {
		sealed []byte
		column string
		to     *string
	}{{source, "source", &q.Source}, {words, "words", &q.Words}, {heard, "heard", &q.Heard}, {place, "place", &q.Place.Text}} {
		if *c.to, err = s.open(q.ID, q.SaidKey, c.sealed, "request", c.column, string(q.ID)); err != nil {
			return err
		}
	}
	name, _, err := s.Identity(q)
	for _, r := range name {
		q.Surname = string(r)
		break
	}
	return err
}

// Identify seals who brought a new request, under a data key of its own: it goes when
// the worker wishes to be forgotten, and what was said stays.
func (s *Store) Identify(q *request.Request, name, phone string) error {
	row := string(q.ID)
	box, key, err := s.Ring.NewBox(seal.Place("request", "data_key", row))
	if err != nil {
		return err
	}
	for _, c := range []struct {
		text, column string
		to           *[]byte
	}{{name, "name", &q.SealedName}, {phone, "phone", &q.SealedPhone}} {
		if c.text == "" {
			continue
		}
		q.DataKey = key
		if *c.to, err = box.Seal([]byte(c.text), seal.Place("request", c.column, row)); err != nil {
			return err
		}
	}
	return nil
}

// Identity opens who brought a request, as far as it was said.
func (s *Store) Identity(q *request.Request) (name, phone string, err error) {
	row := string(q.ID)
	box, err := s.Ring.Box(q.DataKey, seal.Place("request", "data_key", row))
	for _, c := range []struct {
		sealed []byte
		column string
		to     *string
	}{{q.SealedName, "name", &name}, {q.SealedPhone, "phone", &phone}} {
		if err != nil || len(c.sealed) == 0 {
			continue
		}
		var text []byte
		text, err = box.Open(c.sealed, seal.Place("request", c.column, row))
		*c.to = string(text)
	}
	return name, phone, err
}

// Resolve returns the id that ref names.
func (s *Store) Resolve(ctx context.Context, tx *op.Tx, ref request.Ref) (request.ID, error) {
	switch {
	case id.Valid(string(ref.ID)):
		return ref.ID, nil
	case ref.ID != "":
		return "", db.ErrNone // PostgreSQL would call it a fault of ours
	}
	var rid request.ID
	err := tx.One(ctx, `select request_id from request_number where number = $1`, []any{strings.TrimSpace(ref.Number)}, &rid)
	return rid, err
}

// Get returns the root that ref names, with the bodies that hold it.
func (s *Store) Get(ctx context.Context, tx *op.Tx, ref request.Ref) (*request.Request, error) {
	rid, err := s.Resolve(ctx, tx, ref)
	if err != nil {
		return nil, Missing(err)
	}
	return s.root(ctx, tx, ref, `select `+rootColumns+` from request where request_id = $1`, rid)
}

func (s *Store) root(ctx context.Context, tx *op.Tx, ref request.Ref, query string, rid request.ID) (*request.Request, error) {
	var q *request.Request
	err := tx.Each(ctx, query, []any{rid}, func(r db.Row) (err error) {
		q, err = s.scan(r)
		return err
	})
	if err == nil && q == nil {
		err = db.ErrNone
	}
	if err != nil {
		return nil, Missing(err)
	}
	q.Held = ref.Secret != "" && s.Ring.TokenIs("request", string(rid), ref.Secret)
	err = tx.Each(ctx, `select body_id from request_dispatch where request_id = $1 and state not in ('bounced', 'settled', 'recalled')`,
		[]any{rid}, func(r db.Row) error {
			var b string
			err := r.Scan(&b)
			q.Bodies = append(q.Bodies, b)
			return err
		})
	return q, err
}

// Missing makes "no such row" the fault that readers understand.
func Missing(err error) error {
	if errors.Is(err, db.ErrNone) {
		return fault.New("request.find", fault.Missing, "fault.missing")
	}
	return err
}

// Lock returns a root to be acted upon. The update of its row holds off every
// other act on it until the transaction ends.
func (s *Store) Lock(ctx context.Context, tx *op.Tx, ref request.Ref) (*request.Request, error) {
	rid, err := s.Resolve(ctx, tx, ref)
	if err != nil {
		return nil, Missing(err)
	}
	return s.root(ctx, tx, ref, `update request set version = version where request_id = $1 returning `+rootColumns, rid)
}

// Dispatches returns the hands that a request went through, oldest first.
func (s *Store) Dispatches(ctx context.Context, tx *op.Tx, rid request.ID) ([]request.Dispatch, error) {
	var ds []request.Dispatch
	err := tx.Each(ctx, `
		select dispatch_id, body_id, body_name, lead, state, attempt, final, task, reason, suggest,
			sent_at, sign_by, deadline, first_deadline, asked_until, due_by, opened_at, signed_at, signed_by, reported_at, ended_at, missed_sign, missed
		from request_dispatch where request_id = $1 order by sent_at, dispatch_id`, []any{rid}, func(r db.Row) error {
		var d request.Dispatch
		var task, reason, suggest []byte
		err := r.Scan(&d.ID, &d.Body, &d.BodyName, &d.Lead, &d.State, &d.Attempt, &d.Final, &task, &reason, &suggest,
			db.Time(&d.SentAt), db.Time(&d.SignBy), db.Time(&d.Deadline), db.Time(&d.First), db.Time(&d.AskedUntil), db.Time(&d.DueBy), db.Time(&d.OpenedAt), db.Time(&d.SignedAt), &d.SignedBy, db.Time(&d.ReportedAt), db.Time(&d.EndedAt), &d.MissedSign, &d.Missed)
		if err != nil {
			return err
		}
		if d.Task, err = s.Unseal(task, "request_dispatch", "task", string(d.ID)); err != nil {
			return err
		}
		if d.Reason, err = s.Unseal(reason, "request_dispatch", "reason", string(d.ID)); err != nil {
			return err
		}
		d.Suggest, err = s.Unseal(suggest, "request_dispatch", "suggest", string(d.ID))
		ds = append(ds, d)
		return err
	})
	return ds, err
}

// Entries returns the timeline, oldest first, with the words or without.
func (s *Store) Entries(ctx context.Context, tx *op.Tx, rid request.ID, words bool) ([]request.Entry, error) {
	var es []request.Entry
	err := tx.Each(ctx, `
		select seq, at, kind, by_kind, by_id, by_name, readers, dispatch_id, body_id, body_name, words, until, fact, `+saidKey("request_event")+`
		from request_event where request_id = $1 order by seq`, []any{rid}, func(r db.Row) error {
		var e request.Entry
		var sealed, key []byte
		err := r.Scan(&e.Seq, db.Time(&e.At), &e.Kind, &e.By, &e.ByID, &e.ByName, &e.Readers, db.Text(&e.Dispatch), db.Text(&e.Body), &e.BodyName, &sealed, db.Time(&e.Until), &e.Fact, &key)
		if err == nil && words {
			e.Words, err = s.open(rid, key, sealed, "request_event", "words", rowOf(rid, e.Seq))
		}
		es = append(es, e)
		return err
	})
	return es, err
}

// Attachments returns the files of a request, oldest first. Each
// names the bodies that its worker agreed to.
func (s *Store) Attachments(ctx context.Context, tx *op.Tx, rid request.ID) ([]request.Attachment, error) {
	var as []request.Attachment
	err := tx.Each(ctx, `
		select attachment_id, seq, at, kind, blob, thumb, seconds, size, digest, data_key, by_kind, body_id,
			released, by_kind = 'worker' or seq = 1, `+mayRead("request_attachment.kind")+`
		from request_attachment where request_id = $1 order by seq, attachment_id`, []any{rid}, func(r db.Row) error {
		var a request.Attachment
		var to string
		err := r.Scan(&a.ID, &a.Seq, db.Time(&a.At), &a.Kind, &a.Blob, &a.Thumb, &a.Seconds, &a.Size, &a.Digest, &a.Key, &a.By, db.Text(&a.Body), &a.Released, &a.Asked, &to)
		a.To = bodies(to)
		as = append(as, a)
		return err
	})
	return as, err
}

// idle is added to the sort key of what no clock presses: it comes after
// everything that one does.
const idle = math.MaxInt64 / 4

// sortKey orders lists by time left. A clock that runs into unpublished days is
// taken for as early as it can be: too soon in the list does less harm than too late.
func sortKey(q *request.Request) int64 {
	switch {
	case !q.DueAt.IsZero():
		return q.DueAt.UnixMicro()
	case q.Status.Busy() && !q.NotBefore.IsZero():
		return q.NotBefore.UnixMicro()
	}
	return idle + q.CreatedAt.UnixMicro()
}
