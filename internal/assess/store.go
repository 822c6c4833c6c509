package assess

import (
	"context"
	"embed"
	"encoding/json"
	"strconv"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// ByColumns are what decides about rows of assess a.
var ByColumns = authz.Columns{ID: "a.assess_id", Area: "a.area"}

const columns = `a.assess_id, a.area, a.state, a.words, a.prior_id, a.next_id, a.written_at, a.written_by, a.concluded_at, a.concluded_by, a.ended_at, a.end_why, a.version`

// vault seals what the register keeps.
type vault struct{ ring *seal.Ring }

func (v vault) seal(d Draft, table, row string) ([]byte, error) {
	words, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return v.ring.Seal(words, seal.Place(table, "words", row))
}

func (v vault) open(sealed []byte, table, row string) (d Draft, err error) {
	words, err := v.ring.Open(sealed, seal.Place(table, "words", row))
	if err == nil {
		err = json.Unmarshal(words, &d)
	}
	return d, err
}

func (v vault) some(ctx context.Context, tx *op.Tx, where string, args db.Args) (all []Entry, err error) {
	err = tx.Each(ctx, `select `+columns+` from assess a where `+where, args, func(r db.Row) error {
		e, err := v.scan(r)
		all = append(all, e)
		return err
	})
	return all, err
}

func (v vault) scan(r db.Row) (e Entry, err error) {
	var words, why []byte
	var prior, next *string
	if err := r.Scan(&e.ID, &e.Area, &e.State, &words, &prior, &next, db.Time(&e.WrittenAt), &e.WrittenBy, db.Time(&e.ConcludedAt), &e.ConcludedBy, db.Time(&e.EndedAt), &why, &e.Version); err != nil {
		return e, err
	}
	if prior != nil {
		e.Prior = ID(*prior)
	}
	if next != nil {
		e.Next = ID(*next)
	}
	if e.Draft, err = v.open(words, "assess", string(e.ID)); err != nil || len(why) == 0 {
		return e, err
	}
	plain, err := v.ring.Open(why, seal.Place("assess", "end_why", string(e.ID)))
	e.EndWhy = string(plain)
	return e, err
}

func (v vault) one(ctx context.Context, tx *op.Tx, which ID) (Entry, error) {
	missing := fault.New(string(See), fault.Missing, "fault.missing")
	if !id.Valid(string(which)) {
		return Entry{}, missing
	}
	all, err := v.some(ctx, tx, `a.assess_id = $1`, db.Args{string(which)})
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		return Entry{}, err
	}
	return all[0], nil
}

// null is an id, or NULL where there is none.
func null(which ID) any {
	if which == "" {
		return nil
	}
	return string(which)
}

// insert stores a new entry with its first version.
func (v vault) insert(ctx context.Context, tx *op.Tx, e Entry, step string) error {
	words, err := v.seal(e.Draft, "assess", string(e.ID))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into assess (assess_id, area, kind, of_what, state, review_on, words, prior_id, written_at, written_by, concluded_by, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 1)`,
		string(e.ID), e.Area, string(e.Kind), e.Of, string(e.State), e.Review, words, null(e.Prior), e.WrittenAt.UnixMicro(), e.WrittenBy); err != nil {
		return err
	}
	return v.keep(ctx, tx, e, step)
}

// save writes an entry that is still of its version, and keeps the new version where
// there is a step to tell.
func (v vault) save(ctx context.Context, tx *op.Tx, act authz.Action, e Entry, step string) error {
	words, err := v.seal(e.Draft, "assess", string(e.ID))
	if err != nil {
		return err
	}
	var why any
	if e.EndWhy != "" {
		if why, err = v.ring.Seal([]byte(e.EndWhy), seal.Place("assess", "end_why", string(e.ID))); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, `update assess set of_what = $2, state = $3, review_on = $4, words = $5, next_id = $6, concluded_at = $7, concluded_by = $8, ended_at = $9, end_why = $10, version = version + 1 where assess_id = $1 and version = $11`,
		string(e.ID), e.Of, string(e.State), e.Review, words, null(e.Next), db.Micros(e.ConcludedAt), e.ConcludedBy, db.Micros(e.EndedAt), why, e.Version)
	if err == nil && n == 0 {
		err = changed(act)
	}
	if err != nil || step == "" {
		return err
	}
	e.Version++
	return v.keep(ctx, tx, e, step)
}

// place is where the words of a version are sealed for.
func place(which ID, version int64) string {
	return string(which) + "/" + strconv.FormatInt(version, 10)
}

// keep keeps an entry as it is saved now.
func (v vault) keep(ctx context.Context, tx *op.Tx, e Entry, step string) error {
	words, err := v.seal(e.Draft, "assess_saved", place(e.ID, e.Version))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into assess_saved (assess_id, version, at, step, words, by_name) values ($1, $2, $3, $4, $5, $6)`,
		string(e.ID), e.Version, tx.Now().UnixMicro(), step, words, tx.Subject.Name)
	return err
}

func (v vault) saved(ctx context.Context, tx *op.Tx, which ID) (all []Saved, err error) {
	err = tx.Each(ctx, `select version, at, step, words, by_name from assess_saved where assess_id = $1 order by version desc`, []any{string(which)}, func(r db.Row) error {
		var s Saved
		var words []byte
		if err := r.Scan(&s.Version, db.Time(&s.At), &s.Step, &words, &s.By); err != nil {
			return err
		}
		d, err := v.open(words, "assess_saved", place(which, s.Version))
		s.Draft = d
		all = append(all, s)
		return err
	})
	return all, err
}

// cover is what there is of a processing.
type cover struct {
	done bool
	open ID // of the area itself
}

// covered tells what impact assessments an area has, with those of the areas above it and
// those of a scope.
func (v vault) covered(ctx context.Context, tx *op.Tx, area string, scope *op.Scope) (map[string]cover, error) {
	above := []string{}
	for n := range len(area) + 1 {
		above = append(above, area[:n])
	}
	var args db.Args
	where := `a.area in ` + db.In(&args, above)
	if scope != nil {
		where = `(` + where + ` or ` + scope.Where(ByColumns, &args) + `)`
	}
	have := map[string]cover{}
	err := tx.Each(ctx, `select a.assess_id, a.of_what, a.state, a.area from assess a where a.kind = 'impact' and a.of_what <> '' and a.state in ('open', 'done') and `+where+` order by a.assess_id`, args, func(r db.Row) error {
		var which ID
		var of, at string
		var state State
		err := r.Scan(&which, &of, &state, &at)
		c := have[of]
		c.done = c.done || state == Done
		if state == Open && at == area {
			c.open = which
		}
		have[of] = c
		return err
	})
	return have, err
}

// cases are those of a day, each in its newest words.
func cases(ctx context.Context, tx *op.Tx, today string) (all []Case, err error) {
	err = tx.Each(ctx, `select c.code, c.source, c.words from assess_case c where c.since = (select max(n.since) from assess_case n where n.code = c.code and n.since <= $1) order by c.seq, c.code`, []any{today}, func(r db.Row) error {
		var c Case
		var words string
		if err := r.Scan(&c.Code, &c.Source, &words); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(words), &c.words)
		all = append(all, c)
		return err
	})
	return all, err
}

// rules are those of a day.
func rules(ctx context.Context, tx *op.Tx, today string) (all []Rule, err error) {
	for _, name := range []string{"impact_days", "audit_days", "minors_days", "most_days"} {
		r := Rule{Name: name}
		if err := tx.One(ctx, `select value, source from assess_rule where name = $1 and since <= $2 order by since desc limit 1`, []any{name, today}, &r.Value, &r.Source); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}
