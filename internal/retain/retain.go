// Package retain drops personal data when it has been kept long enough
// (个人信息保护法 art. 19: no longer than its purpose needs; art. 47), and keeps the
// proof that it did.
//
// A [Class] is one kind of data that one domain keeps; how many days it is kept is a
// dated row with its source (table retain_rule). Every night the program goes through
// all classes in small steps, each a transaction of its own, and leaves a row for
// each class: until when it dropped, how much, and by which rule (table retain_run).
// A night that was cut off is done again whole; dropping twice is no fault. Rules are entered on
// the page of the security administrator, for a day to come, and never below what the law
// asks for (table retain_least). What no rule drops is named, with its reason ([Service.Endless]).
//
// It needs the classes of the domains that keep something.
package retain

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/op"
)

// Schema holds the tables of this package.
//
//go:embed migrate/*.sql
var Schema embed.FS

// The actions.
const (
	See  authz.Action = "retain.see"
	Set  authz.Action = "retain.set" // a rule, from a day on
	Drop authz.Action = "retain.drop"
)

// Policy says who may do them: the rules and their proof are no secret among staff; the
// security administrator of the whole installation, who handles no matters, enters rules.
var Policy = authz.Rules{See: authz.InArea(authz.Cadre, authz.Leader, authz.Admin, authz.Security, authz.Auditor), Set: authz.Lately(authz.InArea(authz.Security)), Drop: authz.Program}

// Class is one kind of data that is kept for so long.
type Class struct {
	Name string // of its rule
	// Drop removes what has been over since before, at most so much of it, and returns
	// how much that was.
	Drop func(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error)
}

// step is how much one transaction drops.
const step = 200

// Service is what pages may ask.
type Service struct {
	desk    *op.Desk
	whole   func(ctx context.Context, tx *op.Tx) (string, error)
	classes []Class
}

// NewService returns the service of these classes; whole is the area of the installation.
func NewService(desk *op.Desk, whole func(ctx context.Context, tx *op.Tx) (string, error), classes ...Class) *Service {
	return &Service{desk, whole, classes}
}

// Classes are their names.
func (s *Service) Classes() (all []string) {
	for _, c := range s.classes {
		all = append(all, c.Name)
	}
	return all
}

// Register gives the worker the nightly task.
func (s *Service) Register(w *job.Worker) { w.Every("retain", 24*time.Hour, s.Run) }

// run is the root of one night's work on one class.
type run string

// AuthzObject implements op.Target.
func (r run) AuthzObject() authz.Object {
	return authz.Object{Kind: "retain", ID: string(r), Group: "person"}
}

// Run drops whatever is past its days. A class that fails does not hold up the others.
func (s *Service) Run(ctx context.Context) error {
	var failed error
	for _, c := range s.classes {
		if err := s.class(ctx, c); err != nil {
			failed = errors.Join(failed, fmt.Errorf("retain %s: %w", c.Name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return failed
}

func (s *Service) class(ctx context.Context, c Class) error {
	which, gone := id.New[run](), 0
	for more := true; more; {
		n, err := op.Write(ctx, s.desk, Drop, func(*op.Tx) (run, error) { return which, nil }, func(tx *op.Tx, r run) (int, error) {
			days, err := days(ctx, tx, c.Name)
			if err != nil {
				return 0, err
			}
			before := tx.Now().AddDate(0, 0, -int(days))
			n, err := c.Drop(ctx, tx, before, step)
			if err != nil || n == step {
				return n, err
			}
			_, err = tx.Exec(ctx, `insert into retain_run (run_id, class, at, days, before_at, gone) values ($1, $2, $3, $4, $5, $6)`,
				string(r), c.Name, tx.Now().UnixMicro(), days, before.UnixMicro(), gone+n)
			return n, err
		})
		if err != nil {
			return err
		}
		gone, more = gone+n, n == step
	}
	return nil
}

func days(ctx context.Context, tx *op.Tx, class string) (n int64, err error) {
	err = tx.One(ctx, `select value from retain_rule where name = $1 and since <= $2 order by since desc limit 1`, []any{class, clock.Day(tx.Now())}, &n)
	return n, err
}

// Rule is how long a class is kept, and what the last night did.
type Rule struct {
	Class  string
	Days   int64
	Since  string // the day
	Source string
	By     string    // who entered it; empty: it came with the program
	Least  Least     // what the law asks for
	Next   []Next    // what has been entered and does not count so far
	LastAt time.Time // zero: not so far
	Before time.Time // what was over before then is gone
	Gone   int64     // then
	Total  int64     // in all nights
}

// Rules returns the rule of every class, with its proof.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) (all []Rule, err error) {
		if err := reads(tx); err != nil {
			return nil, err
		}
		today := clock.Day(tx.Now())
		for _, c := range s.classes {
			r := Rule{Class: c.Name}
			err := tx.One(ctx, `select value, since, source, by_name from retain_rule where name = $1 and since <= $2 order by since desc limit 1`, []any{c.Name, today}, &r.Days, &r.Since, &r.Source, &r.By)
			if err == nil {
				r.Least, err = least(ctx, tx, c.Name, today)
			}
			if err == nil {
				r.Next, err = coming(ctx, tx, c.Name, today)
			}
			if err != nil {
				return nil, err
			}
			err = tx.Each(ctx, `select at, before_at, gone from retain_run where class = $1 order by run_id desc limit 1`, []any{c.Name}, func(row db.Row) error {
				return row.Scan(db.Time(&r.LastAt), db.Time(&r.Before), &r.Gone)
			})
			if err == nil {
				err = tx.One(ctx, `select cast(coalesce(sum(gone), 0) as bigint) from retain_run where class = $1`, []any{c.Name}, &r.Total)
			}
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
		return all, nil
	})
}

// reads refuses whoever is no staff: the rules belong to no area.
func reads(tx *op.Tx) error {
	if who := tx.Subject; who.Kind != authz.System && !slices.ContainsFunc([]authz.Role{authz.Cadre, authz.Leader, authz.Admin, authz.Security, authz.Auditor}, who.Has) {
		return fault.New(string(See), fault.Missing, "fault.missing")
	}
	return nil
}
