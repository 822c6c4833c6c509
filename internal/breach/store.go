package breach

import (
	"context"
	"embed"
	"strconv"
	"strings"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
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

const columns = `b.breach_id, b.area, b.state, b.what, b.kinds, b.began_at, b.found_at, b.opened_at, b.opened_by, b.persons, b.decision, b.notice, b.decided_at,
	b.report, b.reported_at, b.lessons, b.closed_at, b.version, b.level`

// ByColumns are the columns that decide about a row.
var ByColumns = authz.Columns{ID: "b.breach_id", Area: "b.area"}

// vault seals what the register keeps.
type vault struct{ ring *seal.Ring }

func (v vault) seal(plain, table, column, row string) (any, error) {
	if plain == "" {
		return nil, nil //nolint:nilnil // NULL
	}
	return v.ring.Seal([]byte(plain), seal.Place(table, column, row))
}

func (v vault) open(sealed []byte, table, column, row string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := v.ring.Open(sealed, seal.Place(table, column, row))
	return string(plain), err
}

// mark is what a person finds their own rows by.
func (v vault) mark(person string) string { return v.ring.Index("breach|person", person) }

func (v vault) scan(r db.Row) (Incident, error) {
	var i Incident
	var what, notice, report, lessons []byte
	var kinds string
	err := r.Scan(&i.ID, &i.Area, &i.State, &what, &kinds, db.Time(&i.BeganAt), db.Time(&i.FoundAt), db.Time(&i.OpenedAt), &i.OpenedBy, &i.Persons, &i.Decision, &notice, db.Time(&i.DecidedAt),
		&report, db.Time(&i.ReportedAt), &lessons, db.Time(&i.ClosedAt), &i.Version, &i.Level)
	if err != nil {
		return i, err
	}
	i.Kinds = strings.Split(kinds, ",")
	for _, s := range []struct {
		sealed []byte
		column string
		into   *string
	}{{what, "what", &i.What}, {notice, "notice", &i.Notice}, {report, "report", &i.Report}, {lessons, "lessons", &i.Lessons}} {
		if *s.into, err = v.open(s.sealed, "breach", s.column, string(i.ID)); err != nil {
			return i, err
		}
	}
	return i, nil
}

func (v vault) some(ctx context.Context, tx *op.Tx, where string, args db.Args) (all []Incident, err error) {
	err = tx.Each(ctx, `select `+columns+` from breach b where `+where, args, func(r db.Row) error {
		i, err := v.scan(r)
		all = append(all, i)
		return err
	})
	for n := range all {
		if err == nil {
			err = dates(ctx, tx, &all[n])
		}
	}
	return all, err
}

func (v vault) get(ctx context.Context, tx *op.Tx, which ID) (Incident, error) {
	missing := fault.New("breach.get", fault.Missing, "fault.missing")
	if !id.Valid(string(which)) {
		return Incident{}, missing
	}
	all, err := v.some(ctx, tx, `b.breach_id = $1`, db.Args{string(which)})
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		return Incident{}, err
	}
	return all[0], nil
}

// dates counts by when what is due, by the rules of the day on which it was found.
func dates(ctx context.Context, tx *op.Tx, i *Incident) error {
	many, err := rule(ctx, tx, "grave_persons", i.FoundAt)
	if err != nil {
		return err
	}
	i.Graver = int64(i.Persons) >= many
	report, ended := "report_h", time.Time{}
	if i.IsGrave() {
		report, ended = "report_grave_h", i.ClosedAt
	}
	for _, d := range []struct {
		rule string
		unit time.Duration
		from time.Time
		into *time.Time
	}{{report, time.Hour, i.FoundAt, &i.ReportBy}, {"summary_days", 24 * time.Hour, ended, &i.SumUpBy}, {"tell_h", time.Hour, i.FoundAt, &i.TellBy}, {"keep_days", 24 * time.Hour, i.ClosedAt, &i.KeepTo}} {
		if d.from.IsZero() {
			continue
		}
		n, err := rule(ctx, tx, d.rule, i.FoundAt)
		if err != nil {
			return err
		}
		*d.into = d.from.Add(time.Duration(n) * d.unit)
	}
	return nil
}

// rule is the value of a rule on a day.
func rule(ctx context.Context, tx *op.Tx, name string, on time.Time) (n int64, err error) {
	err = tx.One(ctx, `select value from breach_rule where name = $1 and since <= $2 order by since desc limit 1`, []any{name, clock.Day(on)}, &n)
	return n, err
}

// step adds what was done.
func (v vault) step(ctx context.Context, tx *op.Tx, which ID, kind, words string) error {
	var last int64
	if err := tx.One(ctx, `select coalesce(max(seq), 0) from breach_step where breach_id = $1`, []any{string(which)}, &last); err != nil {
		return err
	}
	sealed, err := v.seal(words, "breach_step", "words", string(which)+"/"+strconv.FormatInt(last+1, 10))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into breach_step (breach_id, seq, at, kind, words, by_name) values ($1, $2, $3, $4, $5, $6)`,
		string(which), last+1, tx.Now().UnixMicro(), kind, sealed, tx.Subject.Name)
	return err
}

func (v vault) steps(ctx context.Context, tx *op.Tx, which ID) (all []Step, err error) {
	err = tx.Each(ctx, `select seq, at, kind, words, by_name from breach_step where breach_id = $1 order by seq`, []any{string(which)}, func(r db.Row) error {
		var s Step
		var seq int64
		var sealed []byte
		if err := r.Scan(&seq, db.Time(&s.At), &s.Kind, &sealed, &s.By); err != nil {
			return err
		}
		words, err := v.open(sealed, "breach_step", "words", string(which)+"/"+strconv.FormatInt(seq, 10))
		s.Words = words
		all = append(all, s)
		return err
	})
	return all, err
}

// add writes whom an incident concerns, each once, and returns how many are new.
func (v vault) add(ctx context.Context, tx *op.Tx, which ID, persons []string) (added int64, err error) {
	for _, p := range persons {
		mark := v.mark(p)
		sealed, err := v.seal(p, "breach_person", "person", string(which)+"/"+mark)
		if err != nil {
			return added, err
		}
		n, err := tx.Exec(ctx, `insert into breach_person (breach_id, mark, person, told_at) values ($1, $2, $3, null) on conflict (breach_id, mark) do nothing`, string(which), mark, sealed)
		if err != nil {
			return added, err
		}
		added += n
	}
	return added, nil
}

// persons returns some of those whom an incident concerns, by a condition on p.
func (v vault) persons(ctx context.Context, tx *op.Tx, which ID, where string, args db.Args) (all []string, marks []string, err error) {
	err = tx.Each(ctx, `select p.mark, p.person from breach_person p where p.breach_id = `+args.Add(string(which))+where, args, func(r db.Row) error {
		var mark string
		var sealed []byte
		if err := r.Scan(&mark, &sealed); err != nil {
			return err
		}
		p, err := v.open(sealed, "breach_person", "person", string(which)+"/"+mark)
		all, marks = append(all, p), append(marks, mark)
		return err
	})
	return all, marks, err
}
