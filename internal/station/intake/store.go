package intake

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/station/intake/list"
)

func insertHead(ctx context.Context, tx *op.Tx, b Batch) error {
	head, err := b.text()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into station_import (import_id, area, state, by_id, at, head) values ($1, $2, $3, $4, $5, $6)`,
		b.ID, b.Area, string(b.State), b.By, db.Micros(b.At), head)
	return err
}

func updateHead(ctx context.Context, tx *op.Tx, b Batch) error {
	head, err := b.text()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update station_import set state = $1, head = $2 where import_id = $3`, string(b.State), head, b.ID)
	return err
}

// text is the batch without its lines, as its head is kept.
func (b Batch) text() (string, error) {
	b.Lines = nil
	raw, err := json.Marshal(b)
	return string(raw), err
}

// rowsAtOnce is how many lines go into one statement.
const rowsAtOnce = 100

// insertLines keeps lines, the first of which is the from-th of its file.
func insertLines(ctx context.Context, tx *op.Tx, id ID, from int, lines []list.Line) error {
	for some := range slices.Chunk(lines, rowsAtOnce) {
		var args db.Args
		batch := args.Add(id)
		var rows []string
		for _, l := range some {
			text, err := json.Marshal(l)
			if err != nil {
				return err
			}
			rows = append(rows, "("+strings.Join([]string{batch, args.Add(from), args.Add(l.Row), args.Add(string(text)), args.Add(string(l.Action)), args.Add(len(l.Doubts) > 0)}, ", ")+")")
			from++
		}
		_, err := tx.Exec(ctx, `insert into station_import_row (import_id, seq, line_no, line, action, doubtful) values `+strings.Join(rows, ", "), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

const heads = `select i.head, i.state, w.kind, w.done, w.total, w.stop, w.fault, w.beside, w.subject, w.file, w.base, w.ordered_at
	from station_import i left join station_work w on w.import_id = i.import_id where `

// scan reads a row of heads.
func (b *Batch) scan(r db.Row) error {
	var head, state string
	var kind, trouble, subject, file *string
	var done, total, base, ordered *int64
	var stop, beside *bool
	if err := r.Scan(&head, &state, &kind, &done, &total, &stop, &trouble, &beside, &subject, &file, &base, &ordered); err != nil {
		return err
	}
	err := json.Unmarshal([]byte(head), b)
	b.State = State(state)
	if kind == nil {
		return err
	}
	w := &Work{Kind: Kind(*kind), Done: int(*done), Total: int(*total), Stop: *stop, beside: *beside, base: *base, ordered: *ordered}
	if file != nil {
		w.file = *file
	}
	if *trouble != "" {
		err = errors.Join(err, json.Unmarshal([]byte(*trouble), &w.Trouble))
	}
	b.Work = w
	return errors.Join(err, json.Unmarshal([]byte(*subject), &w.subject))
}

// getHead returns an import without its lines.
func getHead(ctx context.Context, tx *op.Tx, id ID) (Batch, error) {
	all, err := batches(ctx, tx, heads+`i.import_id = $1`, id)
	if err == nil && len(all) == 0 {
		err = fault.New("station.import", fault.Missing, "fault.missing")
	}
	if err != nil {
		return Batch{}, err
	}
	return all[0], nil
}

func batches(ctx context.Context, tx *op.Tx, query string, args ...any) ([]Batch, error) {
	var all []Batch
	err := tx.Each(ctx, query, args, func(r db.Row) error {
		var b Batch
		err := b.scan(r)
		all = append(all, b)
		return err
	})
	return all, err
}

// latestBatches returns imports without their lines, newest first.
func latestBatches(ctx context.Context, tx *op.Tx, where string, args db.Args, limit int) ([]Batch, error) {
	where = strings.NewReplacer("import_id", "i.import_id", "area", "i.area").Replace(where)
	return batches(ctx, tx, heads+where+` order by i.import_id desc limit `+args.Add(limit), args...)
}

func getBatch(ctx context.Context, tx *op.Tx, id ID) (Batch, error) {
	b, err := getHead(ctx, tx, id)
	if err != nil {
		return b, err
	}
	b.Lines, err = lines(ctx, tx, `import_id = $1`, id)
	return b, err
}

// lines returns those lines that where selects, in the order of the file.
func lines(ctx context.Context, tx *op.Tx, where string, args ...any) ([]list.Line, error) {
	var all []list.Line
	err := tx.Each(ctx, `select line, done, left_alone from station_import_row where `+where+` order by seq`, args, func(r db.Row) error {
		var text string
		var done *string
		var left bool
		if err := r.Scan(&text, &done, &left); err != nil {
			return err
		}
		var l list.Line
		var d doneRow
		err := json.Unmarshal([]byte(text), &l)
		if done != nil && left {
			err = errors.Join(err, json.Unmarshal([]byte(*done), &d))
		}
		l.Left = d.Why
		all = append(all, l)
		return err
	})
	return all, err
}

// leaveOut notes which rows of the file somebody chose not to apply.
func leaveOut(ctx context.Context, tx *op.Tx, id ID, rows []int) error {
	for _, n := range rows {
		text, err := json.Marshal(doneRow{Outcome: Outcome{Row: n, Action: list.WillSkip, Why: leftOut}})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update station_import_row set done = $1, left_alone = true where import_id = $2 and line_no = $3`, string(text), id, n); err != nil {
			return err
		}
	}
	return nil
}

// saveOutcome keeps what became of the line with the given index.
func saveOutcome(ctx context.Context, tx *op.Tx, id ID, seq int, d doneRow) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update station_import_row set done = $1, left_alone = $2 where import_id = $3 and seq = $4`, string(text), d.Why != "", id, seq)
	return err
}

// doneRows are the rows that were applied: one that was left alone has nothing
// to undo.
func doneRows(ctx context.Context, tx *op.Tx, id ID) ([]doneRow, error) {
	var rows []doneRow
	err := tx.Each(ctx, `select seq, done from station_import_row where import_id = $1 and done is not null order by seq`, []any{id}, func(r db.Row) error {
		var text string
		var d doneRow
		if err := r.Scan(&d.seq, &text); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(text), &d)
		if d.Action != list.WillSkip {
			rows = append(rows, d)
		}
		return err
	})
	return rows, err
}

// outcomes are what became of every row of an applied import.
func outcomes(ctx context.Context, tx *op.Tx, id ID) ([]Outcome, error) {
	var all []Outcome
	err := tx.Each(ctx, `select line, done from station_import_row where import_id = $1 order by seq`, []any{id}, func(r db.Row) error {
		var text string
		var done *string
		if err := r.Scan(&text, &done); err != nil {
			return err
		}
		var l list.Line
		var d doneRow
		if done != nil {
			err := json.Unmarshal([]byte(*done), &d)
			all = append(all, d.Outcome)
			return err
		}
		err := json.Unmarshal([]byte(text), &l)
		o := Outcome{Row: l.Row, Action: list.WillSkip, Why: l.Why}
		if l.Action == list.WillNot {
			o.Why = "import.same"
		}
		all = append(all, o)
		return err
	})
	return all, err
}

// countRows is how many rows a kind of work has before it.
func countRows(ctx context.Context, tx *op.Tx, id ID, kind Kind) (n int, err error) {
	if kind == Undoing {
		rows, err := doneRows(ctx, tx, id)
		return len(rows), err
	}
	err = tx.One(ctx, `select count(*) from station_import_row where import_id = $1`, []any{id}, &n)
	return n, err
}

// forgetLines takes away the last lines of an import whose reading was stopped,
// and with none left the import.
func forgetLines(ctx context.Context, tx *op.Tx, b Batch, piece int) (more bool, err error) {
	var last *int64
	if err := tx.One(ctx, `select max(seq) from station_import_row where import_id = $1`, []any{b.ID}, &last); err != nil {
		return false, err
	}
	if last != nil {
		_, err := tx.Exec(ctx, `delete from station_import_row where import_id = $1 and seq > $2`, b.ID, *last-int64(piece))
		return true, err
	}
	if err := dropWork(ctx, tx, b.ID); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `delete from station_import where import_id = $1`, b.ID)
	return false, err
}

// forgetOutcomes takes back what was noted of rows whose work was stopped. What
// an import did is kept: only that it could not be undone is not true any more.
func forgetOutcomes(ctx context.Context, tx *op.Tx, id ID, kind Kind) error {
	what := `left_alone = false`
	if kind == Applying {
		what += `, done = null`
	}
	_, err := tx.Exec(ctx, `update station_import_row set `+what+` where import_id = $1 and (done is not null or left_alone)`, id)
	return err
}
