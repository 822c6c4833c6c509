package org

import (
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// Past is how an organisation stood from a time on, until the next one began.
type Past struct {
	From       time.Time
	Name       string
	Kind       Kind
	Level      Level
	Area       string
	Parent     ID
	ParentName string
	By         string // as it was called then; empty: the program, or before history was kept
	Why        string
}

// differs reports whether o stands otherwise than was, so that history has
// something to tell.
func (o Org) differs(was Org) bool {
	return o.Name != was.Name || o.Kind != was.Kind || o.Level != was.Level || o.Area != was.Area || o.Parent != was.Parent
}

// remember adds how o stands now to its history. What lay before the first of it an
// import may add (recall.go).
func remember(ctx context.Context, tx *op.Tx, o Org, why string) error {
	parent := ""
	if o.Parent != "" {
		p, err := get(ctx, tx, o.Parent)
		if err != nil {
			return err
		}
		parent = p.Name
	}
	var last int64
	if err := tx.One(ctx, `select coalesce(max(seq), 0) from org_past where org_id = $1`, []any{string(o.ID)}, &last); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into org_past (org_id, seq, from_at, name, kind, level, area, parent_id, parent_name, by_name, why)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		string(o.ID), last+1, tx.Now().UnixMicro(), o.Name, string(o.Kind), string(o.Level), o.Area, db.Null(o.Parent), parent, by(tx), plain.Line(why))
	return err
}

// by is the name of who acts, as history tells it; of the program it tells none.
func by(tx *op.Tx) string {
	if tx.Subject.Kind != authz.Staff {
		return ""
	}
	return tx.Subject.Name
}

// mostPasts is how much of a history is read: its newest part.
const mostPasts = 200

// History returns how an organisation stood since it began, the newest first.
func (s *Service) History(ctx context.Context, id ID) ([]Past, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (all []Past, err error) {
		err = tx.Each(ctx, `
			select from_at, name, kind, level, area, parent_id, parent_name, by_name, why from org_past
			where org_id = $1 order by seq desc limit $2`, []any{string(id), mostPasts}, func(r db.Row) error {
			var p Past
			err := r.Scan(db.Time(&p.From), &p.Name, &p.Kind, &p.Level, &p.Area, db.Text(&p.Parent), &p.ParentName, &p.By, &p.Why)
			all = append(all, p)
			return err
		})
		return all, err
	})
}
