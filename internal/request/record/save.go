package record

import (
	"context"
	"strconv"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// rowOf names a row of request_event, to which its words are bound.
func rowOf(rid request.ID, seq int64) string { return string(rid) + "/" + strconv.FormatInt(seq, 10) }

// Change is what an act did to a request.
type Change struct {
	Entries    []request.Entry      // new ones
	Dispatches []request.Dispatch   // new and changed ones
	Files      []request.Attachment // new ones
}

// Save stores a root that [Store.Lock] returned, with what an act changed.
func (s *Store) Save(ctx context.Context, tx *op.Tx, q *request.Request, c Change) error {
	for _, e := range c.Entries {
		if err := s.insertEntry(ctx, tx, q, e); err != nil {
			return err
		}
	}
	for _, d := range c.Dispatches {
		if err := s.saveDispatch(ctx, tx, q.ID, d); err != nil {
			return err
		}
	}
	for _, a := range c.Files {
		if err := insertAttachment(ctx, tx, q.ID, a); err != nil {
			return err
		}
	}
	return s.saveRoot(ctx, tx, q) // last, with the key that an entry may have made
}

func (s *Store) saveRoot(ctx context.Context, tx *op.Tx, q *request.Request) error {
	heard, err := s.say(q, q.Heard, "request", "heard", string(q.ID))
	if err != nil {
		return err
	}
	place, err := s.sayPlace(q)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		update request set version = $2, status = $3, area = $4, area_known = $5, union_id = $6, topic = $7, title = $8, hidden = $9, heard = $10, place = $11,
			officer_id = $12, officer_name = $13, changed_at = $14, seen_at = $15, answered_at = $16, closed_at = $17,
			due_at = $18, due_clock = $19, soon_at = $20, answer_by = $21, ladder_at = $22, sort_at = $23, missed = $24, level = $25, raised_area = $26,
			chases = $27, followers = $28, bounces = $29, reopened = $30, merged_into = $31, quiet = $32, not_before = $33, mended_at = $34, said_key = $35
		where request_id = $1`,
		q.ID, q.Version, q.Status, q.Place.Area, q.AreaKnown, db.Null(q.Union), q.Topic, q.Title, q.Hidden, heard, place,
		db.Null(q.Officer), q.OfficerName, q.ChangedAt.UnixMicro(), db.Micros(q.SeenAt), db.Micros(q.AnsweredAt), db.Micros(q.ClosedAt),
		db.Micros(q.DueAt), q.DueClock, db.Micros(q.SoonAt), db.Micros(q.AnswerBy), db.Micros(q.LadderAt), sortKey(q), q.Missed, q.Level, raised(q),
		q.Chases, q.Followers, q.Bounces, q.Reopened, db.Null(q.MergedInto), q.Quiet, db.Micros(q.NotBefore), db.Micros(q.MendedAt), q.SaidKey)
	return err
}

// Own stores whose a request is, for one that was nobody's.
func (s *Store) Own(ctx context.Context, tx *op.Tx, q *request.Request) error {
	_, err := tx.Exec(ctx, `update request set owner_id = $2, phone_index = $3 where request_id = $1`, q.ID, db.Null(q.Owner), db.Null(q.PhoneIndex))
	return err
}

// raised is the area that a request was raised to; NULL while it was not. The
// nation's area is the empty text.
func raised(q *request.Request) any {
	if q.Level < request.LevelUnion {
		return nil
	}
	return q.RaisedTo
}

// Insert stores a new request, its number and its guard.
func (s *Store) Insert(ctx context.Context, tx *op.Tx, q *request.Request) error {
	row := string(q.ID)
	words, err := s.say(q, q.Words, "request", "words", row)
	if err != nil {
		return err
	}
	source, err := s.say(q, q.Source, "request", "source", row)
	if err != nil {
		return err
	}
	var lat, lng, cell any
	if p := q.Place.Point; p != nil {
		lat, lng, cell = p.Lat, p.Lng, p.Cell()
	}
	if _, err = tx.Exec(ctx, `insert into request_number (number, request_id) values ($1, $2)`, q.Number, q.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into request (request_id, number, version, status, area, area_known, topic, title, channel, source, station_id, what, owner_id, hidden,
			words, lat, lng, cell, said_key, data_key, name, phone, phone_index, phone_ok, officer_name, policy, calendar, created_at, changed_at,
			due_clock, sort_at, missed, level, chases, followers, bounces, reopened, quiet, demo)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $29, $28, $19, $20, $21, $22, '', $23, $27, $24, $24,
			'', 0, $25, 0, 0, 0, 0, 0, $25, $26)`,
		q.ID, q.Number, q.Version, q.Status, q.Place.Area, q.AreaKnown, q.Topic, q.Title, q.Channel, source, db.Null(q.Place.Station), q.What, db.Null(q.Owner), q.Hidden,
		words, lat, lng, cell, q.SealedName, q.SealedPhone, db.Null(q.PhoneIndex), q.PhoneOK, q.Policy, q.CreatedAt.UnixMicro(), false, q.Demo, q.Calendar, q.DataKey, q.SaidKey)
	return err
}

func (s *Store) insertEntry(ctx context.Context, tx *op.Tx, q *request.Request, e request.Entry) error {
	words, err := s.Seal(e.Words, "request_event", "words", rowOf(q.ID, e.Seq))
	if said(e) {
		words, err = s.say(q, e.Words, "request_event", "words", rowOf(q.ID, e.Seq))
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into request_event (request_id, seq, at, kind, by_kind, by_id, by_name, readers, dispatch_id, body_id, body_name, words, until, fact)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		q.ID, e.Seq, e.At.UnixMicro(), e.Kind, e.By, e.ByID, e.ByName, int64(e.Readers), db.Null(e.Dispatch), db.Null(e.Body), e.BodyName, words, db.Micros(e.Until), e.Fact)
	return err
}

func (s *Store) saveDispatch(ctx context.Context, tx *op.Tx, rid request.ID, d request.Dispatch) error {
	var sealed [3][]byte
	for i, c := range []struct{ text, column string }{{d.Task, "task"}, {d.Reason, "reason"}, {d.Suggest, "suggest"}} {
		var err error
		if sealed[i], err = s.Seal(c.text, "request_dispatch", c.column, string(d.ID)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		insert into request_dispatch (request_id, dispatch_id, body_id, body_name, lead, state, attempt, final, task, reason, suggest,
			sent_at, sign_by, deadline, opened_at, signed_at, signed_by, reported_at, ended_at, first_deadline, asked_until, due_by, missed_sign, missed)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
		on conflict (request_id, dispatch_id) do update set state = excluded.state, reason = excluded.reason, suggest = excluded.suggest, sign_by = excluded.sign_by,
			deadline = excluded.deadline, opened_at = excluded.opened_at, signed_at = excluded.signed_at, signed_by = excluded.signed_by,
			reported_at = excluded.reported_at, ended_at = excluded.ended_at,
			first_deadline = excluded.first_deadline, asked_until = excluded.asked_until, due_by = excluded.due_by,
			missed_sign = excluded.missed_sign, missed = excluded.missed`,
		rid, d.ID, d.Body, d.BodyName, d.Lead, d.State, d.Attempt, d.Final, sealed[0], sealed[1], sealed[2],
		d.SentAt.UnixMicro(), db.Micros(d.SignBy), d.Deadline.UnixMicro(), db.Micros(d.OpenedAt), db.Micros(d.SignedAt), d.SignedBy, db.Micros(d.ReportedAt), db.Micros(d.EndedAt),
		db.Micros(d.First), db.Micros(d.AskedUntil), db.Micros(d.DueBy), d.MissedSign, d.Missed)
	return err
}

func insertAttachment(ctx context.Context, tx *op.Tx, rid request.ID, a request.Attachment) error {
	_, err := tx.Exec(ctx, `
		insert into request_attachment (request_id, attachment_id, seq, at, kind, blob, thumb, seconds, size, digest, by_kind, body_id, released, data_key)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		rid, a.ID, a.Seq, a.At.UnixMicro(), a.Kind, a.Blob, a.Thumb, a.Seconds, a.Size, a.Digest, a.By, db.Null(a.Body), a.Released, a.Key)
	return err
}

// Index stores the blind pieces of texts by which a request can be found, in
// its area.
func (s *Store) Index(ctx context.Context, tx *op.Tx, q *request.Request, texts ...string) error {
	if _, err := tx.Exec(ctx, `update request_gram set area = $2 where request_id = $1 and area <> $2`, q.ID, q.Place.Area); err != nil {
		return err
	}
	for _, g := range s.grams(texts...) {
		_, err := tx.Exec(ctx, `insert into request_gram (request_id, gram, area) values ($1, $2, $3) on conflict (request_id, gram) do nothing`, q.ID, g, q.Place.Area)
		if err != nil {
			return err
		}
	}
	return nil
}

// maxGrams keeps a long text from filling the table.
const maxGrams = 200

// grams are the blind pieces of texts.
func (s *Store) grams(texts ...string) []string {
	var out []string
	for _, t := range texts {
		for _, g := range db.Grams(t) {
			if len(out) < maxGrams {
				out = append(out, s.Ring.Index("gram", g)[:16])
			}
		}
	}
	return out
}

// Day takes the next running number of a day. Its row is held to the end of the
// transaction.
func (s *Store) Day(ctx context.Context, tx *op.Tx, day string) (n int64, err error) {
	err = tx.One(ctx, `
		insert into request_day (day, last) values ($1, 1)
		on conflict (day) do update set last = request_day.last + 1 returning last`, []any{day}, &n)
	return n, err
}

// Files counts the files of a request.
func (s *Store) Files(ctx context.Context, tx *op.Tx, rid request.ID) (n int, err error) {
	err = tx.One(ctx, `select count(*) from request_attachment where request_id = $1`, []any{rid}, &n)
	return n, err
}

// Release stores whether bodies may see a file.
func (s *Store) Release(ctx context.Context, tx *op.Tx, rid request.ID, aid request.AttachmentID, released bool) error {
	_, err := tx.Exec(ctx, `update request_attachment set released = $3 where request_id = $1 and attachment_id = $2`, rid, aid, released)
	return err
}
