package hold

import (
	"context"
	"embed"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// Held is the condition on rows that one of the ids in columns names something that is
// held. It is part of the statement that would delete.
func Held(columns ...string) string {
	return `exists (select 1 from hold_now hn where hn.subject_id in (` + strings.Join(columns, ", ") + `))`
}

// Wait waits for those who are about to hold or to delete what the ids name, and makes
// them wait until the transaction ends.
func Wait(ctx context.Context, tx *op.Tx, ids ...string) error {
	for _, name := range slices.Sorted(slices.Values(ids)) { // in one order, so that no two wait for each other
		if err := tx.Lock(ctx, "hold|"+name); err != nil {
			return err
		}
	}
	return nil
}

// Any reports whether something of these ids is held.
func Any(ctx context.Context, tx *op.Tx, ids ...string) (bool, error) {
	var args db.Args
	n := 0
	err := tx.Each(ctx, `select 1 from hold_now where subject_id in `+db.In(&args, ids), args, func(db.Row) error {
		n++
		return nil
	})
	return n > 0, err
}

// ByColumns are what decides about rows of hold h.
var ByColumns = authz.Columns{ID: "h.hold_id", Area: "h.area"}

const columns = `h.hold_id, h.kind, h.subject_id, h.area, h.called, h.basis, h.reason, h.from_day, h.until_day, h.set_at, h.set_by, h.ended_at, h.ended_by, h.end_why, h.version`

// Now returns what is held among things of these ids, the longest first.
func (s *Service) Now(ctx context.Context, tx *op.Tx, ids []string) ([]Hold, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var args db.Args
	all, err := s.some(ctx, tx, `h.hold_id in (select hn.hold_id from hold_now hn where hn.subject_id in `+db.In(&args, ids)+`) order by h.until_day desc, h.hold_id`, args)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	bases, err := Bases(ctx, tx)
	for i := range all {
		for _, b := range bases {
			if b.Code == all[i].Basis {
				all[i].Ground = b
			}
		}
	}
	return all, err
}

func (s *Service) some(ctx context.Context, tx *op.Tx, where string, args db.Args) (all []Hold, err error) {
	err = tx.Each(ctx, `select `+columns+` from hold h where `+where, args, func(r db.Row) error {
		var h Hold
		var reason, why []byte
		err := r.Scan(&h.ID, &h.Kind, &h.Subject.ID, &h.Area, &h.Called, &h.Basis, &reason, &h.From, &h.Until, db.Time(&h.SetAt), &h.SetBy, db.Time(&h.EndedAt), &h.EndedBy, &why, &h.Version)
		if err == nil {
			h.Reason, err = s.open(reason, "hold", "reason", string(h.ID))
		}
		if err == nil {
			h.EndWhy, err = s.open(why, "hold", "end_why", string(h.ID))
		}
		all = append(all, h)
		return err
	})
	return all, err
}

func (s *Service) open(sealed []byte, table, column, row string) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := s.ring.Open(sealed, seal.Place(table, column, row))
	return string(plain), err
}

func (s *Service) seal(plain, table, column, row string) ([]byte, error) {
	return s.ring.Seal([]byte(plain), seal.Place(table, column, row))
}

// insert stores a new hold and lets it hold.
func (s *Service) insert(ctx context.Context, tx *op.Tx, h Hold) error {
	reason, err := s.seal(h.Reason, "hold", "reason", string(h.ID))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into hold (hold_id, kind, subject_id, area, called, basis, reason, from_day, until_day, set_at, set_by, ended_at, ended_by, end_why, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, null, '', null, 1)`,
		string(h.ID), string(h.Kind), h.Subject.ID, h.Area, h.Called, h.Basis, reason, h.From, h.Until, h.SetAt.UnixMicro(), h.SetBy); err != nil {
		return err
	}
	if err := s.step(ctx, tx, h.ID, Step{At: h.SetAt, Kind: "set", Until: h.Until, Reason: h.Reason, By: h.SetBy}); err != nil {
		return err
	}
	return bind(ctx, tx, h)
}

func bind(ctx context.Context, tx *op.Tx, h Hold) error {
	_, err := tx.Exec(ctx, `insert into hold_now (subject_id, hold_id, until_day) values ($1, $2, $3) on conflict (subject_id, hold_id) do update set until_day = excluded.until_day`,
		h.Subject.ID, string(h.ID), h.Until)
	return err
}

func loose(ctx context.Context, tx *op.Tx, h Hold) error {
	_, err := tx.Exec(ctx, `delete from hold_now where subject_id = $1 and hold_id = $2`, h.Subject.ID, string(h.ID))
	return err
}

func (s *Service) step(ctx context.Context, tx *op.Tx, which ID, st Step) error {
	var last int64
	if err := tx.One(ctx, `select coalesce(max(seq), 0) from hold_step where hold_id = $1`, []any{string(which)}, &last); err != nil {
		return err
	}
	reason, err := s.seal(st.Reason, "hold_step", "reason", string(which)+"/"+strconv.FormatInt(last+1, 10))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into hold_step (hold_id, seq, at, kind, until_day, reason, by_name) values ($1, $2, $3, $4, $5, $6, $7)`,
		string(which), last+1, st.At.UnixMicro(), st.Kind, st.Until, reason, st.By)
	return err
}

func (s *Service) steps(ctx context.Context, tx *op.Tx, which ID) (all []Step, err error) {
	err = tx.Each(ctx, `select seq, at, kind, until_day, reason, by_name from hold_step where hold_id = $1 order by seq desc`, []any{string(which)}, func(r db.Row) error {
		var st Step
		var seq int64
		var reason []byte
		err := r.Scan(&seq, db.Time(&st.At), &st.Kind, &st.Until, &reason, &st.By)
		if err == nil {
			st.Reason, err = s.open(reason, "hold_step", "reason", string(which)+"/"+strconv.FormatInt(seq, 10))
		}
		all = append(all, st)
		return err
	})
	return all, err
}

// Bases returns the grounds of today, each in its newest words.
func Bases(ctx context.Context, tx *op.Tx) (all []Basis, err error) {
	err = tx.Each(ctx, `select basis, source, words from hold_basis where since <= $1 order by basis, since`, []any{clock.Day(tx.Now())}, func(r db.Row) error {
		var b Basis
		var words string
		if err := r.Scan(&b.Code, &b.Source, &words); err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].Code == b.Code {
			all = all[:n-1]
		}
		err := json.Unmarshal([]byte(words), &b.words)
		all = append(all, b)
		return err
	})
	return all, err
}

// longest is for how many days something may be held at a time.
func longest(ctx context.Context, tx *op.Tx) (days int, source string, err error) {
	err = tx.One(ctx, `select value, source from hold_rule where name = 'most_days' and since <= $1 order by since desc limit 1`, []any{clock.Day(tx.Now())}, &days, &source)
	return days, source, err
}
