package record

import (
	"context"
	"encoding/json"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

const limitColumns = `policy_id, area, from_day, rules, cite`

func scanLimits(r db.Row) (request.Limits, error) {
	l := request.Limits{MoreTimes: request.Builtin().MoreTimes} // of rules that were set before there was this one
	var rules string
	var pid, area, from, cite string
	if err := r.Scan(&pid, &area, &from, &rules, &cite); err != nil {
		return l, err
	}
	err := json.Unmarshal([]byte(rules), &l)
	l.ID, l.Area, l.From, l.Cite = pid, area, from, cite
	return l, err
}

// LimitsOf returns the limits with the given id.
func (s *Store) LimitsOf(ctx context.Context, tx *op.Tx, pid string) (l request.Limits, err error) {
	if pid == request.Builtin().ID {
		return request.Builtin(), nil
	}
	err = db.ErrNone
	each := tx.Each(ctx, `select `+limitColumns+` from request_policy where policy_id = $1`, []any{pid}, func(r db.Row) error {
		l, err = scanLimits(r)
		return err
	})
	if each != nil {
		err = each
	}
	return l, err
}

// LimitsFor returns the limits in force for area on the day of t: those of the
// smallest area that has any, the latest of them.
func (s *Store) LimitsFor(ctx context.Context, tx *op.Tx, area string, t time.Time) (request.Limits, error) {
	best := request.Builtin()
	var args db.Args
	q := `select ` + limitColumns + ` from request_policy where area in ` + db.In(&args, prefixes(area)) +
		` and from_day <= ` + args.Add(clock.Day(t)) + ` order by length(area), from_day, policy_id`
	err := tx.Each(ctx, q, args, func(r db.Row) (err error) {
		best, err = scanLimits(r)
		return err
	})
	return best, err
}

// DatedLimits returns the limits that were set for area and for the areas above
// it, also those that begin later: the smallest area first, and within an area
// in the order of their days.
func (s *Store) DatedLimits(ctx context.Context, tx *op.Tx, area string) ([]request.Limits, error) {
	var args db.Args
	var all []request.Limits
	q := `select ` + limitColumns + ` from request_policy where area in ` + db.In(&args, prefixes(area)) + ` order by length(area) desc, from_day, policy_id limit 100`
	err := tx.Each(ctx, q, args, func(r db.Row) error {
		l, err := scanLimits(r)
		all = append(all, l)
		return err
	})
	return all, err
}

// AddLimits stores dated limits.
func (s *Store) AddLimits(ctx context.Context, tx *op.Tx, l request.Limits) error {
	rules, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into request_policy (policy_id, area, from_day, rules, cite, at, by_id) values ($1, $2, $3, $4, $5, $6, $7)`,
		l.ID, l.Area, l.From, string(rules), l.Cite, tx.Now().UnixMicro(), tx.Subject.ID)
	return err
}

// prefixes are the areas that contain area, itself included.
func prefixes(area string) []string {
	all := []string{""}
	for n := 1; n <= len(area); n++ {
		all = append(all, area[:n])
	}
	return all
}

// Phrases returns the texts for one use in an area: the union's own and those
// of the unions above.
func (s *Store) Phrases(ctx context.Context, tx *op.Tx, area string, k request.Kind) ([]request.Phrase, error) {
	var args db.Args
	q := `select phrase_id, area, kind, zh, en from request_phrase where area in ` + db.In(&args, prefixes(area)) + ` and kind = ` + args.Add(k) + ` order by length(area) desc, phrase_id`
	var all []request.Phrase
	err := tx.Each(ctx, q, args, func(r db.Row) error {
		var p request.Phrase
		err := r.Scan(&p.ID, &p.Area, &p.Kind, &p.ZH, &p.EN)
		all = append(all, p)
		return err
	})
	return all, err
}

// AddPhrase stores a text.
func (s *Store) AddPhrase(ctx context.Context, tx *op.Tx, p request.Phrase) error {
	_, err := tx.Exec(ctx, `insert into request_phrase (phrase_id, area, kind, zh, en, at, by_id) values ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, p.Area, p.Kind, p.ZH, p.EN, tx.Now().UnixMicro(), tx.Subject.ID)
	return err
}

// PhraseArea returns whose a text is.
func (s *Store) PhraseArea(ctx context.Context, tx *op.Tx, pid string) (area string, err error) {
	if !id.Valid(pid) {
		return "", Missing(db.ErrNone) // PostgreSQL would call it a fault of ours
	}
	err = tx.One(ctx, `select area from request_phrase where phrase_id = $1`, []any{pid}, &area)
	return area, Missing(err)
}

// DropPhrase removes a text, and reports whether it was there.
func (s *Store) DropPhrase(ctx context.Context, tx *op.Tx, pid string) (bool, error) {
	n, err := tx.Exec(ctx, `delete from request_phrase where phrase_id = $1`, pid)
	return n == 1, err
}
