package retain

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Draft is a rule that somebody enters: from a day on, a class is kept for so many days.
type Draft struct {
	Class  string
	Days   int64
	Since  string // the day; not before today
	Source string // the rule or decision that says so
}

// Limits of a rule: nothing is kept for a day alone or for more than thirty years, and a
// source has so many characters.
const (
	fewest, most         = 1, 30 * 366
	minSource, maxSource = 4, 200
)

// Least is how long the law wants a class to be kept.
type Least struct {
	Days   int64
	Source string
}

// least returns it; zero: the law names no time.
func least(ctx context.Context, tx *op.Tx, class, day string) (l Least, err error) {
	err = tx.Each(ctx, `select value, source from retain_least where name = $1 and since <= $2 order by since desc limit 1`, []any{class, day}, func(r db.Row) error {
		return r.Scan(&l.Days, &l.Source)
	})
	return l, err
}

// rule is the root of one rule that is entered.
type rule struct{ id, area string }

// AuthzObject implements op.Target.
func (r rule) AuthzObject() authz.Object {
	return authz.Object{Kind: "retain_rule", ID: r.id, Group: "person", Area: r.area}
}

func (s *Service) newRule(ctx context.Context, tx *op.Tx) (rule, error) {
	area, err := s.whole(ctx, tx)
	return rule{id.New[string](), area}, err
}

// MaySet reports whether whoever asks may enter rules: they count for the whole
// installation.
func (s *Service) MaySet(ctx context.Context) (bool, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (bool, error) {
		r, err := s.newRule(ctx, tx)
		return err == nil && s.desk.Rules().May(tx.Subject, Set, r.AuthzObject()), err
	})
}

// Set enters a rule. What came before stays on record and counts until its day. Shorter
// than the law asks is refused, in words; so is a day that is over, and one that has a
// rule already.
func (s *Service) Set(ctx context.Context, d Draft) error {
	d.Source = strings.TrimSpace(d.Source)
	_, err := op.Write(ctx, s.desk, Set, func(tx *op.Tx) (rule, error) { return s.newRule(ctx, tx) }, func(tx *op.Tx, _ rule) (bool, error) {
		if err := s.check(ctx, tx, d); err != nil {
			return false, err
		}
		n, err := tx.Exec(ctx, `insert into retain_rule (name, since, value, source, by_name, at) values ($1, $2, $3, $4, $5, $6) on conflict (name, since) do nothing`,
			d.Class, d.Since, d.Days, d.Source, tx.Subject.Name, tx.Now().UnixMicro())
		if err == nil && n == 0 {
			err = wrong("since", "retain.since.taken", nil)
		}
		tx.Note("class", d.Class)
		tx.Note("since", d.Since)
		return true, err
	})
	return err
}

func wrong(field, msg string, args fault.Args) error {
	var f fault.Form
	f.Add(field, msg, args)
	return f.Err(string(Set))
}

func (s *Service) check(ctx context.Context, tx *op.Tx, d Draft) error {
	var f fault.Form
	if !slices.ContainsFunc(s.classes, func(c Class) bool { return c.Name == d.Class }) {
		f.Add("class", "retain.class.choose", nil)
	}
	if d.Days < fewest || d.Days > most {
		f.Add("days", "retain.days.between", fault.Args{"Least": fewest, "Most": most})
	}
	if at, err := time.Parse(time.DateOnly, d.Since); err != nil || at.Format(time.DateOnly) < clock.Day(tx.Now()) {
		f.Add("since", "retain.since.past", nil)
	}
	if n := utf8.RuneCountInString(d.Source); n < minSource || n > maxSource {
		f.Add("source", "retain.source.length", fault.Args{"Least": minSource, "Most": maxSource})
	}
	if err := f.Err(string(Set)); err != nil {
		return err
	}
	l, err := least(ctx, tx, d.Class, d.Since)
	if err == nil && d.Days < l.Days {
		err = wrong("days", "retain.days.least", fault.Args{"Days": l.Days, "Source": l.Source})
	}
	return err
}

// coming are the rules of a class that have been entered and do not count so far, the next
// first.
func coming(ctx context.Context, tx *op.Tx, class, day string) (all []Next, err error) {
	err = tx.Each(ctx, `select since, value, source, by_name from retain_rule where name = $1 and since > $2 order by since`, []any{class, day}, func(r db.Row) error {
		var n Next
		err := r.Scan(&n.Since, &n.Days, &n.Source, &n.By)
		all = append(all, n)
		return err
	})
	return all, err
}

// Next is a rule that counts from a day to come.
type Next struct {
	Since, Source, By string
	Days              int64
}
