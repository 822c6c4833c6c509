package retain

import (
	"context"
	"errors"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
)

// Endless is what is kept without an end, and what the law asks of it at least.
type Endless struct {
	Name  string
	Least Least
}

// trail is the audit trail. Each of its rows is chained to the one before, so that a trail
// that loses one proves nothing any more: no rule drops it.
const trail = "audit.trail"

// Endless returns what no rule drops.
func (s *Service) Endless(ctx context.Context) ([]Endless, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, _ op.Scope) ([]Endless, error) {
		if err := reads(tx); err != nil {
			return nil, err
		}
		l, err := least(ctx, tx, trail, clock.Day(tx.Now()))
		return []Endless{{trail, l}}, err
	})
}

// Due is how much of a class is past its days now.
type Due struct {
	N    int
	More bool // there may be more, which was not counted
}

// counted is how many of a class are counted.
const counted = 5 * step

// errBack takes back what counting dropped.
var errBack = errors.New("retain: only counted")

// Due counts what a night would drop now, by class. All classes drop, in the order of a
// night, in one transaction that is taken back: so what is told is what goes, and nothing
// is changed. The database is held meanwhile, so of each class at most some are counted.
func (s *Service) Due(ctx context.Context) (map[string]Due, error) {
	var all map[string]Due
	_, err := op.Write(ctx, s.desk, Drop, func(*op.Tx) (run, error) { return id.New[run](), nil }, func(tx *op.Tx, _ run) (bool, error) {
		all = map[string]Due{}
		for _, c := range s.classes {
			var err error
			if all[c.Name], err = count(ctx, tx, c); err != nil {
				return false, err
			}
		}
		return false, errBack
	})
	if !errors.Is(err, errBack) {
		return nil, err
	}
	return all, nil
}

// count drops what is due of a class, and returns how much that was.
func count(ctx context.Context, tx *op.Tx, c Class) (due Due, err error) {
	days, err := days(ctx, tx, c.Name)
	for err == nil {
		var n int
		n, err = c.Drop(ctx, tx, tx.Now().AddDate(0, 0, -int(days)), step)
		due.N += n
		if n < step {
			break
		}
		if due.N >= counted {
			due.More = true
			break
		}
	}
	return due, err
}

// Standing are the rules in force, what is due by each, and what is kept without an end.
type Standing struct {
	Rules   []Rule
	Due     map[string]Due
	Endless []Endless
}

// Standing returns it to the program itself.
func (s *Service) Standing(ctx context.Context) (now Standing, err error) {
	ctx = authz.AsSystem(ctx, "retain")
	if now.Rules, err = s.Rules(ctx); err != nil {
		return now, err
	}
	if now.Endless, err = s.Endless(ctx); err != nil {
		return now, err
	}
	now.Due, err = s.Due(ctx)
	return now, err
}
