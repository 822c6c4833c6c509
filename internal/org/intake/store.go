package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

func dayOf(t time.Time) string { return clock.Day(t) }

// ByColumns are the columns that decide about an import.
var ByColumns = authz.Columns{ID: "i.import_id", Area: "i.area"}

const heads = `select i.import_id, i.area, i.state, i.file, i.unused, i.trouble, i.by_name, i.at, i.total, i.done, i.stop, i.subject, i.stepped_at, i.tries from org_import i where `

func (b *Batch) scan(r db.Row) error {
	var unused, subject string
	if err := r.Scan(&b.ID, &b.Area, &b.State, &b.File, &unused, &b.Trouble, &b.By, db.Time(&b.At), &b.Total, &b.Done, &b.Stop, &subject, db.Time(&b.stepped), &b.tries); err != nil {
		return err
	}
	return errors.Join(json.Unmarshal([]byte(unused), &b.Unused), json.Unmarshal([]byte(subject), &b.subject))
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
	none := fault.New(string(See), fault.Missing, "fault.missing")
	if !id.Valid(string(which)) {
		return Batch{}, none
	}
	all, err := batches(ctx, tx, `i.import_id = $1`, string(which))
	if err == nil && len(all) == 0 {
		err = none
	}
	if err != nil {
		return Batch{}, err
	}
	return all[0], nil
}

func latest(ctx context.Context, tx *op.Tx, scope op.Scope, limit int) ([]Batch, error) {
	var args db.Args
	where := scope.Where(ByColumns, &args)
	return batches(ctx, tx, where+` order by i.import_id desc limit `+args.Add(limit), args...)
}

// due are the imports that somebody should go on with.
func due(ctx context.Context, tx *op.Tx, direct int, alone time.Time) ([]Batch, error) {
	return batches(ctx, tx, `i.state in ('applying', 'undoing') and i.trouble = '' and (i.total > $1 or i.stop or i.stepped_at < $2) order by i.stepped_at`, direct, alone.UnixMicro())
}

// stale are the imports whose rows are of no more use.
func stale(ctx context.Context, tx *op.Tx, staged, done time.Time) ([]Batch, error) {
	return batches(ctx, tx, `(i.state in ('reading', 'staged') and i.stepped_at < $1 or i.state in ('applied', 'undone') and i.stepped_at < $2
		and exists (select 1 from org_import_row r where r.import_id = i.import_id)) order by i.import_id limit 100`, staged.UnixMicro(), done.UnixMicro())
}

func insert(ctx context.Context, tx *op.Tx, b Batch) error {
	unused, err1 := json.Marshal(b.Unused)
	subject, err2 := json.Marshal(tx.Subject)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into org_import (import_id, area, state, file, unused, trouble, by_name, at, total, done, stop, subject, stepped_at, tries)
		values ($1, $2, $3, $4, $5, '', $6, $7, $8, 0, $9, $10, $7, 0)`,
		string(b.ID), b.Area, string(b.State), b.File, string(unused), tx.Subject.Name, tx.Now().UnixMicro(), b.Total, false, string(subject))
	return err
}

func update(ctx context.Context, tx *op.Tx, b Batch) error {
	subject, err := json.Marshal(b.subject)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update org_import set state = $2, trouble = $3, done = $4, stop = $5, subject = $6, stepped_at = $7, tries = $8 where import_id = $1`,
		string(b.ID), string(b.State), b.Trouble, b.Done, b.Stop, string(subject), tx.Now().UnixMicro(), b.tries)
	return err
}

// seize holds an import against everybody else, if it is still as it was read.
func seize(ctx context.Context, tx *op.Tx, b Batch) error {
	n, err := tx.Exec(ctx, `update org_import set stepped_at = $5 where import_id = $1 and state = $2 and done = $3 and stop = $4`, string(b.ID), string(b.State), b.Done, b.Stop, tx.Now().UnixMicro())
	if err == nil && n == 0 {
		err = errMoved
	}
	return err
}

const rowsAtOnce = 50

// person is where the name of who is in office is sealed.
func person(which ID, seq int) []byte {
	return seal.Place("org_import_row", "person", fmt.Sprintf("%s/%d", which, seq))
}

func (s *Service) insertItems(ctx context.Context, tx *op.Tx, which ID, all []Item) error {
	for some := range slices.Chunk(all, rowsAtOnce) {
		var rows [][]any
		for _, it := range some {
			problems, err := json.Marshal(it.Problems)
			if err != nil {
				return err
			}
			var sealed []byte
			if it.Person != "" {
				if sealed, err = s.Ring.Seal([]byte(it.Person), person(which, it.Seq)); err != nil {
					return err
				}
			}
			rows = append(rows, []any{string(which), it.Seq, string(it.Sheet), it.Line, it.Name, string(it.Action), string(problems), it.Target, string(it.Body), "", false, sealed})
		}
		var args db.Args
		if _, err := tx.Exec(ctx, `insert into org_import_row (import_id, seq, sheet, line_no, name, action, problems, target, body, was, done, person) values `+db.Values(&args, rows), args...); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) items(ctx context.Context, tx *op.Tx, which ID, where string, args ...any) (all []Item, err error) {
	err = tx.Each(ctx, `select seq, sheet, line_no, name, action, problems, target, body, was, done, person from org_import_row where import_id = $1 and `+where, append([]any{string(which)}, args...), func(r db.Row) error {
		var it Item
		var problems, body, was string
		var sealed []byte
		if err := r.Scan(&it.Seq, &it.Sheet, &it.Line, &it.Name, &it.Action, &problems, &it.Target, &body, &was, &it.Done, &sealed); err != nil {
			return err
		}
		it.Body, it.Was = json.RawMessage(body), json.RawMessage(was)
		if sealed != nil {
			name, err := s.Ring.Open(sealed, person(which, it.Seq))
			if it.Person = string(name); err != nil {
				return err
			}
		}
		err := json.Unmarshal([]byte(problems), &it.Problems)
		all = append(all, it)
		return err
	})
	return all, err
}

// pageOf returns rows with an action, or all, from the so-manieth on. Of all rows the
// so-manieth is the one with that number.
func (s *Service) pageOf(ctx context.Context, tx *op.Tx, which ID, a Action, from, limit int) ([]Item, error) {
	if a == "" {
		return s.items(ctx, tx, which, `seq >= $2 and seq < $3 order by seq`, from, from+limit)
	}
	var seqs []int
	if err := tx.Each(ctx, `select seq from org_import_row where import_id = $1 and action = $2 order by seq limit $3`, []any{string(which), string(a), from + limit}, func(r db.Row) error {
		var n int
		err := r.Scan(&n)
		seqs = append(seqs, n)
		return err
	}); err != nil {
		return nil, err
	}
	args := db.Args{string(which)}
	where := `seq in ` + db.In(&args, seqs[min(from, len(seqs)):])
	return s.items(ctx, tx, which, where+` order by seq`, args[1:]...)
}

func counts(ctx context.Context, tx *op.Tx, which ID) (map[Action]int, error) {
	all := map[Action]int{}
	err := tx.Each(ctx, `select action, count(*) from org_import_row where import_id = $1 group by action`, []any{string(which)}, func(r db.Row) error {
		var a Action
		var n int
		err := r.Scan(&a, &n)
		all[a] = n
		return err
	})
	return all, err
}

// settle stores what became of a row.
func settle(ctx context.Context, tx *op.Tx, which ID, it Item) error {
	problems, err := json.Marshal(it.Problems)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update org_import_row set action = $3, problems = $4, was = $5, done = $6 where import_id = $1 and seq = $2`,
		string(which), it.Seq, string(it.Action), string(problems), string(it.Was), it.Done)
	return err
}

// done notes that the rows of some numbers were done as they are.
func done(ctx context.Context, tx *op.Tx, which ID, seqs []int, is bool) error {
	for some := range slices.Chunk(seqs, 200) {
		var args db.Args
		if _, err := tx.Exec(ctx, `update org_import_row set done = `+args.Add(is)+` where import_id = `+args.Add(string(which))+` and seq in `+db.In(&args, some), args...); err != nil {
			return err
		}
	}
	return nil
}

// clearRows removes some rows; more says that there are others. Of an import that never
// was applied nothing stays.
func clearRows(ctx context.Context, tx *op.Tx, b Batch, limit int) (more bool, err error) {
	n, err := tx.Exec(ctx, `delete from org_import_row where import_id = $1 and seq in (select seq from org_import_row where import_id = $1 order by seq limit $2)`, string(b.ID), limit)
	if err != nil || n > 0 || b.State == Applied || b.State == Undone {
		return n > 0, err
	}
	_, err = tx.Exec(ctx, `delete from org_import where import_id = $1`, string(b.ID))
	return false, err
}
