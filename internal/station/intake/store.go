package intake

import (
	"context"
	"encoding/json"
	"errors"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

func insertBatch(ctx context.Context, tx *op.Tx, b Batch) error {
	head, err := json.Marshal(b.withoutLines())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into station_import (import_id, area, state, by_id, at, head) values ($1, $2, $3, $4, $5, $6)`,
		b.ID, b.Area, string(b.State), b.By, db.Micros(b.At), string(head))
	if err != nil {
		return err
	}
	for i, l := range b.Lines {
		line, err := json.Marshal(l)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into station_import_row (import_id, seq, line_no, line, done) values ($1, $2, $3, $4, null)`,
			b.ID, i, l.Row, string(line))
		if err != nil {
			return err
		}
	}
	return nil
}

// withoutLines is the batch as its head is kept.
func (b Batch) withoutLines() Batch {
	b.Lines = nil
	return b
}

func getBatch(ctx context.Context, tx *op.Tx, id ID) (Batch, error) {
	var b Batch
	var head, state string
	err := tx.One(ctx, `select head, state from station_import where import_id = $1`, []any{id}, &head, &state)
	if errors.Is(err, db.ErrNone) {
		return b, fault.New("station.import", fault.Missing, "fault.missing")
	}
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal([]byte(head), &b); err != nil {
		return b, err
	}
	b.State = State(state)
	err = tx.Each(ctx, `select line, done from station_import_row where import_id = $1 order by seq`, []any{id}, func(r db.Row) error {
		var text string
		var done *string
		if err := r.Scan(&text, &done); err != nil {
			return err
		}
		var l Line
		var d doneRow
		err := json.Unmarshal([]byte(text), &l)
		if done != nil {
			err = errors.Join(err, json.Unmarshal([]byte(*done), &d))
		}
		l.Left = d.Why
		b.Lines = append(b.Lines, l)
		return err
	})
	return b, err
}

// advance moves an import from one state to the next, once.
func advance(ctx context.Context, tx *op.Tx, id ID, from, to State) error {
	n, err := tx.Exec(ctx, `update station_import set state = $1 where import_id = $2 and state = $3`, string(to), id, string(from))
	if err == nil && n == 0 {
		err = fault.New("station.import", fault.Conflict, "import.state")
	}
	return err
}

// saveOutcome keeps what became of the line with the given index.
func saveOutcome(ctx context.Context, tx *op.Tx, id ID, seq int, d doneRow) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update station_import_row set done = $1 where import_id = $2 and seq = $3`, string(text), id, seq)
	return err
}

func doneRows(ctx context.Context, tx *op.Tx, id ID) ([]doneRow, error) {
	var rows []doneRow
	err := tx.Each(ctx, `select seq, done from station_import_row where import_id = $1 and done is not null order by seq`, []any{id}, func(r db.Row) error {
		var text string
		var d doneRow
		if err := r.Scan(&d.seq, &text); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(text), &d)
		if d.Action != WillSkip { // one that was left alone has nothing to undo
			rows = append(rows, d)
		}
		return err
	})
	return rows, err
}

// latestBatches returns imports without their lines, newest first.
func latestBatches(ctx context.Context, tx *op.Tx, where string, args db.Args, limit int) ([]Batch, error) {
	var list []Batch
	err := tx.Each(ctx, `select head, state from station_import where `+where+` order by import_id desc limit `+args.Add(limit), args, func(r db.Row) error {
		var head, state string
		if err := r.Scan(&head, &state); err != nil {
			return err
		}
		var b Batch
		err := json.Unmarshal([]byte(head), &b)
		b.State = State(state)
		list = append(list, b)
		return err
	})
	return list, err
}
