package intake

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

const heads = `select i.import_id, i.area, i.union_id, i.union_name, i.state, i.by_id, i.by_name, i.at, i.head, i.doubtful, i.total, i.done, i.stop, i.subject, i.stepped_at, i.tries from member_import i where `

func (b *Batch) scan(r db.Row) error {
	var head, subject string
	if err := r.Scan(&b.ID, &b.Area, &b.Union, &b.UnionName, &b.State, &b.byID, &b.By, db.Time(&b.At), &head, &b.Doubtful, &b.Total, &b.Done, &b.Stop, &subject, db.Time(&b.stepped), &b.tries); err != nil {
		return err
	}
	return errors.Join(json.Unmarshal([]byte(head), &b.Head), json.Unmarshal([]byte(subject), &b.subject))
}

func batches(ctx context.Context, tx *op.Tx, where string, args ...any) (all []Batch, err error) {
	err = tx.Each(ctx, heads+where, args, func(r db.Row) error {
		var b Batch
		err := b.scan(r)
		all = append(all, b)
		return err
	})
	return all, err
}

func get(ctx context.Context, tx *op.Tx, which ID) (Batch, error) {
	if !id.Valid(string(which)) {
		return Batch{}, fault.New("member.import", fault.Missing, "fault.missing")
	}
	all, err := batches(ctx, tx, `i.import_id = $1`, string(which))
	if err == nil && len(all) == 0 {
		err = fault.New("member.import", fault.Missing, "fault.missing")
	}
	if err != nil {
		return Batch{}, err
	}
	return all[0], nil
}

func latest(ctx context.Context, tx *op.Tx, scope op.Scope, limit int) ([]Batch, error) {
	var args db.Args
	where := scope.Where(authz.Columns{ID: "i.import_id", Area: "i.area"}, &args)
	return batches(ctx, tx, where+` order by i.import_id desc limit `+args.Add(limit), args...)
}

// due are the imports that somebody should go on with.
func due(ctx context.Context, tx *op.Tx, direct int, alone time.Time) ([]Batch, error) {
	all, err := batches(ctx, tx, `i.state in ('applying', 'undoing') and (i.total > $1 or i.stop or i.stepped_at < $2) order by i.stepped_at`, direct, alone.UnixMicro())
	return slices.DeleteFunc(all, func(b Batch) bool { return b.Trouble != "" }), err
}

// stale are the imports whose rows are of no more use.
func stale(ctx context.Context, tx *op.Tx, staged, done time.Time) ([]Batch, error) {
	return batches(ctx, tx, `(i.state in ('reading', 'staged') and i.stepped_at < $1 or i.state in ('applied', 'undone') and i.stepped_at < $2
		and exists (select 1 from member_import_row r where r.import_id = i.import_id and r.sealed is not null)) order by i.import_id limit 100`, staged.UnixMicro(), done.UnixMicro())
}

func texts(b Batch) (head, subject string, err error) {
	h, err1 := json.Marshal(b.Head)
	s, err2 := json.Marshal(b.subject)
	return string(h), string(s), errors.Join(err1, err2)
}

func insert(ctx context.Context, tx *op.Tx, b Batch) error {
	b.subject = tx.Subject
	head, subject, err := texts(b)
	if err != nil {
		return err
	}
	now := tx.Now().UnixMicro()
	_, err = tx.Exec(ctx, `insert into member_import (import_id, area, union_id, union_name, state, by_id, by_name, at, head, doubtful, total, done, stop, subject, stepped_at, tries)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $8, 0)`,
		string(b.ID), b.Area, b.Union, b.UnionName, string(b.State), tx.Subject.ID, tx.Subject.Name, now, head, false, b.Total, false, subject)
	return err
}

func update(ctx context.Context, tx *op.Tx, b Batch) error {
	head, subject, err := texts(b)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update member_import set state = $2, head = $3, doubtful = $4, done = $5, stop = $6, subject = $7, stepped_at = $8, tries = $9 where import_id = $1`,
		string(b.ID), string(b.State), head, b.Doubtful, b.Done, b.Stop, subject, tx.Now().UnixMicro(), b.tries)
	return err
}

// seize holds an import against everybody else, if it is still as it was read.
func seize(ctx context.Context, tx *op.Tx, b Batch) error {
	n, err := tx.Exec(ctx, `update member_import set stepped_at = $5 where import_id = $1 and state = $2 and done = $3 and stop = $4`, string(b.ID), string(b.State), b.Done, b.Stop, tx.Now().UnixMicro())
	if err == nil && n == 0 {
		err = errMoved
	}
	return err
}

// place is where a sealed row belongs.
func place(which ID, seq int) []byte {
	return seal.Place("member_import_row", "sealed", string(which)+"/"+strconv.Itoa(seq))
}

// rowsAtOnce is how many rows go into one statement.
const rowsAtOnce = 50

func (s *Service) insertLines(ctx context.Context, tx *op.Tx, which ID, lines []Line) error {
	for some := range slices.Chunk(lines, rowsAtOnce) {
		var args db.Args
		batch, not := args.Add(string(which)), args.Add(false)
		rows := make([]string, len(some))
		for i, l := range some {
			text, err1 := json.Marshal(l.Row)
			others, err2 := json.Marshal(l.Others)
			sealed, err3 := s.ring.Seal(text, place(which, l.Seq))
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			why := l.Why
			if l.With > 0 {
				why += ":" + strconv.Itoa(l.With)
			}
			rows[i] = "(" + strings.Join([]string{batch, args.Add(l.Seq), args.Add(l.No), args.Add(string(l.Action)), args.Add(why), args.Add(string(others)), args.Add(sealed), args.Add(string(l.Member)), not}, ", ") + ")"
		}
		if _, err := tx.Exec(ctx, `insert into member_import_row (import_id, seq, line_no, action, why, others, sealed, member_id, done) values `+strings.Join(rows, ", "), args...); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) lines(ctx context.Context, tx *op.Tx, which ID, where string, args ...any) (all []Line, err error) {
	err = tx.Each(ctx, `select seq, line_no, action, why, others, sealed, member_id, done from member_import_row where `+where, args, func(r db.Row) error {
		var l Line
		var others string
		var sealed []byte
		if err := r.Scan(&l.Seq, &l.No, &l.Action, &l.Why, &others, &sealed, &l.Member, &l.Done); err != nil {
			return err
		}
		if why, row, twice := strings.Cut(l.Why, ":"); twice {
			n, err := strconv.Atoi(row)
			if l.Why, l.With = why, n; err != nil {
				return err
			}
		}
		err := json.Unmarshal([]byte(others), &l.Others)
		if len(sealed) > 0 {
			text, opened := s.ring.Open(sealed, place(which, l.Seq))
			if err = errors.Join(err, opened); err == nil {
				err = json.Unmarshal(text, &l.Row)
			}
		}
		all = append(all, l)
		return err
	})
	return all, err
}

// page returns rows with an action, or of all, from the so-manieth on. Of all rows
// the so-manieth is the one with that number.
func (s *Service) page(ctx context.Context, tx *op.Tx, which ID, a Action, from, limit int) ([]Line, error) {
	if a == "" {
		return s.lines(ctx, tx, which, `import_id = $1 and seq >= $2 and seq < $3 order by seq`, string(which), from, from+limit)
	}
	var seqs []int
	if err := tx.Each(ctx, `select seq from member_import_row where import_id = $1 and action = $2 order by seq limit $3`, []any{string(which), string(a), from + limit}, func(r db.Row) error {
		var n int
		err := r.Scan(&n)
		seqs = append(seqs, n)
		return err
	}); err != nil {
		return nil, err
	}
	var args db.Args
	where := `import_id = ` + args.Add(string(which)) + ` and seq in ` + db.In(&args, seqs[min(from, len(seqs)):])
	return s.lines(ctx, tx, which, where+` order by seq`, args...)
}

// refused returns the next rows that are not taken in.
func (s *Service) refused(ctx context.Context, tx *op.Tx, which ID, after, limit int) ([]Line, error) {
	return s.lines(ctx, tx, which, `import_id = $1 and seq > $2 and action in ('refuse', 'same', 'doubt', 'left') and not done order by seq limit $3`, string(which), after, limit)
}

func counts(ctx context.Context, tx *op.Tx, which ID) (map[Action]int, error) {
	all := map[Action]int{}
	err := tx.Each(ctx, `select action, count(*) from member_import_row where import_id = $1 group by action`, []any{string(which)}, func(r db.Row) error {
		var a Action
		var n int
		err := r.Scan(&a, &n)
		all[a] = n
		return err
	})
	return all, err
}

// taken notes which of the next rows were taken in; those in left were not.
func taken(ctx context.Context, tx *op.Tx, b Batch, rows int, left []member.ID) error {
	actions := `action = 'add'`
	if b.Doubtful {
		actions = `action in ('add', 'doubt')`
	}
	if _, err := tx.Exec(ctx, `update member_import_row set done = $4 where import_id = $1 and seq >= $2 and seq < $3 and `+actions, string(b.ID), b.Done, b.Done+rows, true); err != nil {
		return err
	}
	return leave(ctx, tx, b.ID, left, "taken", false)
}

// leave notes that rows were left as they are, and why.
func leave(ctx context.Context, tx *op.Tx, which ID, left []member.ID, why string, done bool) error {
	if len(left) == 0 {
		return nil
	}
	var args db.Args
	q := `update member_import_row set action = 'left', why = ` + args.Add(why) + `, done = ` + args.Add(done) + ` where import_id = ` + args.Add(string(which)) + ` and member_id in ` + db.In(&args, left)
	_, err := tx.Exec(ctx, q, args...)
	return err
}

// takenIn are some of those who were taken in and were not left when taking back.
func takenIn(ctx context.Context, tx *op.Tx, which ID, limit int) (all []member.ID, err error) {
	err = tx.Each(ctx, `select member_id from member_import_row where import_id = $1 and done and action <> 'left' order by seq limit $2`, []any{string(which), limit}, func(r db.Row) error {
		var one member.ID
		err := r.Scan(&one)
		all = append(all, one)
		return err
	})
	return all, err
}

func takenBack(ctx context.Context, tx *op.Tx, which ID, in, left []member.ID) error {
	var args db.Args
	q := `update member_import_row set done = ` + args.Add(false) + ` where import_id = ` + args.Add(string(which)) + ` and member_id in ` + db.In(&args, in)
	if _, err := tx.Exec(ctx, q, args...); err != nil {
		return err
	}
	return leave(ctx, tx, which, left, "touched", true)
}

// clearRows empties some rows; more says that there are others. Of an import that
// never was applied nothing stays.
func clearRows(ctx context.Context, tx *op.Tx, b Batch, limit int) (more bool, err error) {
	q := `update member_import_row set sealed = null`
	if b.State == Reading || b.State == Staged {
		q = `delete from member_import_row`
	}
	n, err := tx.Exec(ctx, q+` where import_id = $1 and seq in (select seq from member_import_row where import_id = $1 and sealed is not null order by seq limit $2)`, string(b.ID), limit)
	if err != nil || n > 0 || b.State == Applied || b.State == Undone {
		return n > 0, err
	}
	_, err = tx.Exec(ctx, `delete from member_import where import_id = $1`, string(b.ID))
	return false, err
}
