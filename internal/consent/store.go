package consent

import (
	"context"
	"embed"
	"slices"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// Stopped is the condition on rows that belong to the person in column that this
// person has stopped a purpose. It is part of the read that it stops.
func Stopped(column, purpose string) string {
	return `exists (select 1 from consent_stop cs where cs.person_id = ` + column + ` and cs.purpose = '` + purpose + `')`
}

// Purposes returns those that hold today, each in its newest words, the required ones
// first.
func Purposes(ctx context.Context, tx *op.Tx) ([]Purpose, error) {
	var all []Purpose
	err := tx.Each(ctx, `select purpose, version, since, kinds, ground, required, separate, joins, receiver, source, words from consent_purpose
		where since <= $1 order by place, purpose, version`, []any{clock.Day(tx.Now())}, func(r db.Row) error {
		var p Purpose
		var kinds, words string
		if err := r.Scan(&p.Purpose, &p.Version, &p.Since, &kinds, &p.Ground, &p.Required, &p.Separate, &p.Joins, &p.Receiver, &p.Source, &words); err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].Purpose == p.Purpose {
			all = all[:n-1] // the newer words
		}
		all = append(all, p)
		return all[len(all)-1].read(kinds, words)
	})
	return all, err
}

// Joining returns those of [Purposes] that are asked for at joining.
func Joining(ctx context.Context, tx *op.Tx) ([]Purpose, error) {
	all, err := Purposes(ctx, tx)
	return slices.DeleteFunc(all, func(p Purpose) bool { return !p.Joins }), err
}

// Of returns what a person decided, by purpose, the first first.
func Of(ctx context.Context, tx *op.Tx, person string) ([]Decision, error) {
	if person == "" {
		return nil, nil
	}
	var all []Decision
	err := tx.Each(ctx, `select purpose, version, given, at, way from consent where person_id = $1 order by purpose, seq`, []any{person}, func(r db.Row) error {
		var d Decision
		err := r.Scan(&d.Purpose, &d.Version, &d.Given, db.Time(&d.At), &d.Way)
		all = append(all, d)
		return err
	})
	return all, err
}

// Record adds a decision of a person.
func Record(ctx context.Context, tx *op.Tx, person string, d Decision) error {
	if err := lock(ctx, tx, person); err != nil {
		return err
	}
	var last int64
	if err := tx.One(ctx, `select coalesce(max(seq), 0) from consent where person_id = $1 and purpose = $2`, []any{person, d.Purpose}, &last); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into consent (person_id, purpose, seq, version, given, at, way) values ($1, $2, $3, $4, $5, $6, $7)`,
		person, d.Purpose, last+1, d.Version, d.Given, tx.Now().UnixMicro(), string(d.Way)); err != nil {
		return err
	}
	stop := `insert into consent_stop (person_id, purpose) values ($1, $2) on conflict (person_id, purpose) do nothing`
	if d.Given {
		stop = `delete from consent_stop where person_id = $1 and purpose = $2`
	}
	_, err := tx.Exec(ctx, stop, person, d.Purpose)
	return err
}

// lock orders the decisions of one person.
func lock(ctx context.Context, tx *op.Tx, person string) error {
	return tx.Lock(ctx, "consent|"+person)
}

// Allowed reports whether a person has not stopped a purpose; for code that reads one
// row and not a list. Nobody has stopped nothing.
func Allowed(ctx context.Context, tx *op.Tx, person, purpose string) (bool, error) {
	if person == "" {
		return true, nil
	}
	n := 0
	err := tx.Each(ctx, `select 1 from consent_stop where person_id = $1 and purpose = $2`, []any{person, purpose}, func(db.Row) error {
		n++
		return nil
	})
	return n == 0, err
}

// Agreed reports whether a person has agreed to a purpose, and not taken that back; for
// what is done by consent alone.
func Agreed(ctx context.Context, tx *op.Tx, person, purpose string) (given bool, err error) {
	if person == "" {
		return false, nil
	}
	err = tx.Each(ctx, `select given from consent where person_id = $1 and purpose = $2 order by seq desc limit 1`, []any{person, purpose}, func(r db.Row) error { return r.Scan(&given) })
	if err != nil || !given {
		return false, err
	}
	return Allowed(ctx, tx, person, purpose)
}

// Freeze stops every use of what is kept of a person whose account has ended, and of the
// children whom they wrote down, while something is held: it is stored and used for nothing (art. 47).
func Freeze(ctx context.Context, tx *op.Tx, person string) error {
	all, err := Purposes(ctx, tx)
	for _, p := range all {
		if err == nil {
			_, err = tx.Exec(ctx, `insert into consent_stop (person_id, purpose) values ($1, $2) on conflict (person_id, purpose) do nothing`, person, p.Purpose)
		}
	}
	if err == nil {
		_, err = tx.Exec(ctx, `update consent_guardian set ended_at = $2 where ended_at is null and child_id in (select child_id from consent_ward where guardian_id = $1)`, person, tx.Now().UnixMicro())
	}
	return err
}

// Forget lets go of what works on for a person whose account ends. What they agreed
// to, and when, stays: it says who they were by nothing but an id that leads nowhere.
func Forget(ctx context.Context, tx *op.Tx, person string) error {
	if _, err := tx.Exec(ctx, `delete from consent_stop where person_id = $1`, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from consent_guardian where child_id = $1`, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update consent set gone_at = $2 where person_id = $1 and gone_at is null`, person, tx.Now().UnixMicro()); err != nil {
		return err
	}
	return forgetWards(ctx, tx, person)
}
