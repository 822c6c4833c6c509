package db

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// A dump is lines of JSON in one form for both databases: a header, then for
// each table its name and columns, then its rows as arrays. Bytes are
// {"b": base64}. A county's SQLite dump loads into a province's PostgreSQL.

// dumpHeader is the first line of a dump.
type dumpHeader struct {
	Format int   `json:"format"`
	Schema int64 `json:"schema"` // number of the last migration
}

// dumpTable announces the rows of one table.
type dumpTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// dumpEnd is the last line: without it a dump was cut short.
type dumpEnd struct {
	Rows int64 `json:"rows"`
}

// dumpBytes stands for a value of bytes.
type dumpBytes struct {
	B string `json:"b"`
}

const dumpFormat = 1

// Dump writes every table as it stands in this transaction's snapshot and
// returns the number of rows.
func (tx *Tx) Dump(ctx context.Context, w io.Writer) (rows int64, err error) {
	out := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	head := dumpHeader{Format: dumpFormat}
	if err := tx.One(ctx, `select max(version_id) from `+goose.DefaultTablename, nil, &head.Schema); err != nil {
		return 0, err
	}
	if err := enc.Encode(head); err != nil {
		return 0, err
	}
	tables, err := tx.ordered(ctx)
	if err != nil {
		return 0, err
	}
	for _, t := range tables {
		n, err := tx.dumpTable(ctx, enc, t)
		if err != nil {
			return rows, fmt.Errorf("dump %s: %w", t.Name, err)
		}
		rows += n
	}
	return rows, errors.Join(enc.Encode(dumpEnd{rows}), out.Flush())
}

func (tx *Tx) dumpTable(ctx context.Context, enc *json.Encoder, t Table) (n int64, err error) {
	if err := enc.Encode(dumpTable{t.Name, t.Columns}); err != nil {
		return 0, err
	}
	booleans, err := tx.strings(ctx, tx.dialect.booleans, t.Name)
	if err != nil {
		return 0, err
	}
	row := make([]any, len(t.Columns))
	into := make([]any, len(t.Columns))
	for i := range row {
		into[i] = &row[i]
	}
	query := `select ` + strings.Join(t.Columns, ", ") + ` from ` + t.Name + ` order by ` + strings.Join(t.Key, ", ")
	err = tx.Each(ctx, query, nil, func(r Row) error {
		if err := r.Scan(into...); err != nil {
			return err
		}
		for i, v := range row {
			switch v := v.(type) {
			case []byte:
				row[i] = dumpBytes{base64.StdEncoding.EncodeToString(v)}
			case int64:
				if slices.Contains(booleans, t.Columns[i]) {
					row[i] = v != 0 // SQLite keeps a boolean as a number
				}
			}
		}
		n++
		return enc.Encode(row)
	})
	return n, err
}

// ordered returns the tables so that a table comes after those it refers to.
func (tx *Tx) ordered(ctx context.Context) ([]Table, error) {
	tables, err := tx.Tables(ctx)
	if err != nil {
		return nil, err
	}
	refers := map[string][]string{}
	for _, t := range tables {
		if refers[t.Name], err = tx.strings(ctx, tx.dialect.refers, t.Name); err != nil {
			return nil, err
		}
	}
	var done []Table
	placed := map[string]bool{}
	for len(done) < len(tables) {
		before := len(done)
		for _, t := range tables {
			ready := !slices.ContainsFunc(refers[t.Name], func(to string) bool { return to != t.Name && !placed[to] })
			if !placed[t.Name] && ready {
				done, placed[t.Name] = append(done, t), true
			}
		}
		if len(done) == before {
			return nil, errors.New("tables refer to each other in a ring")
		}
	}
	return done, nil
}

// Load reads a dump into a freshly migrated, empty database, all or nothing. That
// it is empty is the caller's to know: what is in a table of the dump goes.
func (d *DB) Load(ctx context.Context, r io.Reader) (rows int64, err error) {
	err = d.Update(ctx, func(tx *Tx) error {
		rows, err = tx.load(ctx, r)
		return err
	})
	return rows, err
}

func (tx *Tx) load(ctx context.Context, r io.Reader) (rows int64, err error) {
	dec := json.NewDecoder(r)
	dec.UseNumber()
	var head dumpHeader
	if err := dec.Decode(&head); err != nil {
		return 0, fmt.Errorf("not a dump: %w", err)
	}
	var schema int64
	if err := tx.One(ctx, `select max(version_id) from `+goose.DefaultTablename, nil, &schema); err != nil {
		return 0, err
	}
	if head.Format != dumpFormat || head.Schema != schema {
		return 0, fmt.Errorf("the dump is of schema %d (format %d); this program needs schema %d (format %d)", head.Schema, head.Format, schema, dumpFormat)
	}
	insert := ""
	for {
		var line json.RawMessage
		if err := dec.Decode(&line); err != nil {
			return rows, fmt.Errorf("the dump was cut short: %w", err)
		}
		if end := (dumpEnd{-1}); json.Unmarshal(line, &end) == nil && end.Rows >= 0 {
			if end.Rows != rows {
				return rows, fmt.Errorf("the dump holds %d rows and says %d", rows, end.Rows)
			}
			return rows, nil
		}
		if line[0] == '{' {
			if insert, err = tx.loadInto(ctx, line); err != nil {
				return rows, err
			}
			continue
		}
		if err := tx.loadRow(ctx, insert, line); err != nil {
			return rows, fmt.Errorf("row %d: %w", rows+1, err)
		}
		rows++
	}
}

// loadInto returns the insert statement for the table that line announces, and
// takes out of it what migrations put in.
func (tx *Tx) loadInto(ctx context.Context, line []byte) (string, error) {
	var t dumpTable
	if err := json.Unmarshal(line, &t); err != nil {
		return "", err
	}
	columns, err := tx.strings(ctx, tx.dialect.columns, t.Table)
	if err != nil {
		return "", err
	}
	// Names go into the statement as text: only those of our own catalogue may.
	if len(columns) == 0 || !sameNames(columns, t.Columns) {
		return "", fmt.Errorf("table %q does not have the columns %v", t.Table, t.Columns)
	}
	if _, err := tx.Exec(ctx, `delete from `+t.Table); err != nil {
		return "", err
	}
	places := make([]string, len(t.Columns))
	for i := range places {
		places[i] = fmt.Sprintf("$%d", i+1)
	}
	return `insert into ` + t.Table + ` (` + strings.Join(t.Columns, ", ") + `) values (` + strings.Join(places, ", ") + `)`, nil
}

func sameNames(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func (tx *Tx) loadRow(ctx context.Context, insert string, line []byte) error {
	dec := json.NewDecoder(strings.NewReader(string(line)))
	dec.UseNumber()
	var row []any
	if err := dec.Decode(&row); err != nil {
		return err
	}
	for i, v := range row {
		switch v := v.(type) {
		case json.Number:
			n, err := v.Int64()
			if err == nil {
				row[i] = n
				continue
			}
			f, err := v.Float64()
			if err != nil {
				return err
			}
			row[i] = f
		case map[string]any:
			text, _ := v["b"].(string)
			b, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return err
			}
			row[i] = b
		}
	}
	_, err := tx.Exec(ctx, insert, row...)
	return err
}
