package org

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// This file is how an import brings the history of unions along that another program
// kept: what lay before the first that is known here. Who may is for the import to ask.

// PastsOf returns how some unions stood since they began, the first of each before the next.
func (s *Service) PastsOf(ctx context.Context, tx *op.Tx, ids []ID) (map[ID][]Past, error) {
	all := map[ID][]Past{}
	for some := range slices.Chunk(ids, idsAtOnce) {
		var args db.Args
		err := tx.Each(ctx, `select org_id, from_at, name, kind, level, area, parent_id, parent_name, why from org_past
			where org_id in `+db.In(&args, texts(some))+` order by org_id, seq`, args, func(r db.Row) error {
			var o ID
			var p Past
			err := r.Scan(&o, db.Time(&p.From), &p.Name, &p.Kind, &p.Level, &p.Area, db.Text(&p.Parent), &p.ParentName, &p.Why)
			all[o] = append(all[o], p)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Past is how o stands, as history tells it.
func (o Org) Past(from time.Time, parent string) Past {
	return Past{From: from, Name: o.Name, Kind: o.Kind, Level: o.Level, Area: o.Area, Parent: o.Parent, ParentName: parent}
}

// Stands reports whether an organisation stood in p as it did in q. A leader that is not
// known here is known by its name.
func (p Past) Stands(q Past) bool {
	return p.Name == q.Name && p.Kind == q.Kind && p.Level == q.Level && p.Area == q.Area && (p.Parent == q.Parent && (p.Parent != "" || p.ParentName == q.ParentName))
}

// Check returns p as it is kept, or what is wrong with it.
func (p Past) Check(now time.Time) (Past, error) {
	var f fault.Form
	p.Name, p.ParentName, p.Why = plain.Line(p.Name), plain.Line(p.ParentName), plain.Line(p.Why)
	if n := utf8.RuneCountInString(p.Name); n < 2 || n > maxName {
		f.Add("name", "org.name.length", fault.Args{"Limit": maxName})
	}
	if !slices.Contains(Unions(), p.Kind) {
		f.Add("kind", "org.kind.unknown", nil)
	}
	if !slices.Contains(Levels(), p.Level) {
		f.Add("level", "org.level.unknown", nil)
	}
	if !isArea(p.Area) {
		f.Add("area", "org.area.unknown", nil)
	}
	if p.From.IsZero() || p.From.After(now) {
		f.Add("since", "org.past.day", nil)
	}
	for _, x := range [][2]string{{"parent", p.ParentName}, {"why", p.Why}} {
		if utf8.RuneCountInString(x[1]) > maxText {
			f.Add(x[0], "org.text.length", fault.Args{"Limit": maxText})
		}
	}
	return p, f.Err("org.past")
}

// Recalled is what [Service.Recall] did, to take it back.
type Recalled struct {
	Seq  int64
	From time.Time // of p
	Was  time.Time // since when the first that was known stood before; zero: p is a row of its own
	Why  string    // of the same
}

// Recall puts p before the first that is known of an organisation; moves says that it is
// the first that is known, which began earlier than was known. It is a fault.Conflict
// where p does not fit there any more.
func (s *Service) Recall(ctx context.Context, tx *op.Tx, which ID, p Past, moves bool) (Recalled, error) {
	late := fault.New("org.recall", fault.Conflict, "org.past.late")
	p, err := p.Check(tx.Now())
	if err != nil {
		return Recalled{}, err
	}
	done := Recalled{From: p.From}
	var first Past
	err = tx.One(ctx, `select seq, from_at, name, kind, level, area, parent_id, parent_name, why from org_past where org_id = $1 order by seq limit 1`, []any{string(which)},
		&done.Seq, db.Time(&first.From), &first.Name, &first.Kind, &first.Level, &first.Area, db.Text(&first.Parent), &first.ParentName, &first.Why)
	switch {
	case err != nil:
		return Recalled{}, err
	case p.From.After(first.From), moves && !p.Stands(first):
		return Recalled{}, late
	case moves:
		done.Was, done.Why = first.From, first.Why
		_, err = tx.Exec(ctx, `update org_past set from_at = $3, why = $4 where org_id = $1 and seq = $2`, string(which), done.Seq, p.From.UnixMicro(), p.Why)
		return done, err
	}
	done.Seq--
	_, err = tx.Exec(ctx, `
		insert into org_past (org_id, seq, from_at, name, kind, level, area, parent_id, parent_name, by_name, why)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10)`,
		string(which), done.Seq, p.From.UnixMicro(), p.Name, string(p.Kind), string(p.Level), p.Area, db.Null(p.Parent), p.ParentName, p.Why)
	return done, err
}

// Unrecall takes back what Recall did, if it is the first still; it reports whether.
func (s *Service) Unrecall(ctx context.Context, tx *op.Tx, which ID, d Recalled) (bool, error) {
	const first = ` where org_id = $1 and seq = $2 and from_at = $3 and not exists (select 1 from org_past p where p.org_id = $1 and p.seq < $2)`
	args := []any{string(which), d.Seq, d.From.UnixMicro()}
	query := `delete from org_past` + first
	if !d.Was.IsZero() {
		query = `update org_past set from_at = $4, why = $5` + first
		args = append(args, d.Was.UnixMicro(), d.Why)
	}
	n, err := tx.Exec(ctx, query, args...)
	return n > 0, err
}
