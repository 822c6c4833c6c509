// Package pace slows who comes too often: the limits that count on a day (dated
// rows with their source, table account_limit), counters by window, where a call
// comes from as it is counted, and the delays after wrong tries at a password.
//
// All of it happens inside an operation of package account.
package pace

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Limits are the values that count on one day, by name.
type Limits map[string]int64

// LimitsOf reads the limits that count now.
func LimitsOf(ctx context.Context, tx *op.Tx) (Limits, error) {
	l := Limits{}
	err := tx.Each(ctx, `select name, value from account_limit where since <= $1 order by name, since`, []any{clock.Day(tx.Now())}, func(r db.Row) error {
		var name string
		var value int64
		err := r.Scan(&name, &value)
		l[name] = value
		return err
	})
	if err == nil && len(l) < limitCount {
		err = fmt.Errorf("account: %d limits are set and %d are needed", len(l), limitCount)
	}
	return l, err
}

// Set sets the limit called name from the day since on. Only names that the
// migrations know are set.
func (l Limits) Set(ctx context.Context, tx *op.Tx, name, since string, value int64, source string) error {
	if _, ok := l[name]; !ok || value < 0 || source == "" {
		return fault.New("account.set_limit", fault.Invalid, "account.limit.unknown")
	}
	if _, err := time.Parse(time.DateOnly, since); err != nil {
		return fault.New("account.set_limit", fault.Invalid, "account.day.unknown").Because(err)
	}
	_, err := tx.Exec(ctx, `
		insert into account_limit (name, since, value, source) values ($1, $2, $3, $4)
		on conflict (name, since) do update set value = excluded.value, source = excluded.source`, name, since, value, source)
	return err
}

// limitCount is how many limits the migrations set.
const limitCount = 37

// Seconds is the limit called name as a time.
func (l Limits) Seconds(name string) time.Duration { return time.Duration(l[name]) * time.Second }

// Minutes is the limit called name as a time.
func (l Limits) Minutes(name string) time.Duration { return time.Duration(l[name]) * time.Minute }

// Hours is the limit called name as a time.
func (l Limits) Hours(name string) time.Duration { return time.Duration(l[name]) * time.Hour }

// Days is the limit called name as a time.
func (l Limits) Days(name string) time.Duration { return l.Hours(name) * 24 }

// Take counts one more under key in the window around now, and reports whether
// the limit allowed it. It is one statement, so that no two can take the last.
func Take(ctx context.Context, tx *op.Tx, key string, window time.Duration, limit int64) (bool, error) {
	if limit < 1 {
		return false, nil
	}
	n, err := tx.Exec(ctx, `
		insert into account_rate (key, start, n) values ($1, $2, 1)
		on conflict (key, start) do update set n = account_rate.n + 1 where account_rate.n < $3`,
		key, start(tx, window), limit)
	return n == 1, err
}

// Taken is how many were counted under key in the window around now.
func Taken(ctx context.Context, tx *op.Tx, key string, window time.Duration) (n int64, err error) {
	err = tx.One(ctx, `select coalesce(sum(n), 0) from account_rate where key = $1 and start = $2`, []any{key, start(tx, window)}, &n)
	return n, err
}

// start is when the window around now began.
func start(tx *op.Tx, window time.Duration) int64 {
	const zone = 8 * time.Hour // a day begins at midnight in China
	return tx.Now().Add(zone).Truncate(window).Add(-zone).UnixMicro()
}

// TooSoon tells a person how long to wait, in the unit that they would use.
func TooSoon(name, msg string, wait time.Duration) error {
	unit, n := ".s", int64((wait+time.Second-1)/time.Second)
	if wait > 90*time.Minute {
		unit, n = ".h", int64((wait+time.Hour-1)/time.Hour)
	} else if wait > 90*time.Second {
		unit, n = ".min", int64((wait+time.Minute-1)/time.Minute)
	}
	return fault.New(name, fault.Busy, msg+unit).With(fault.Args{"N": n})
}

// Dated is the value of a limit from a day on, with its source.
type Dated struct {
	Name   string
	Since  string // a day
	Value  int64
	Source string
	Coming bool // it does not count so far
}

// All returns the limits that count now and those to come, by name and day.
func All(ctx context.Context, tx *op.Tx) ([]Dated, error) {
	var all []Dated
	today := clock.Day(tx.Now())
	err := tx.Each(ctx, `select name, since, value, source from account_limit order by name, since`, nil, func(r db.Row) error {
		var d Dated
		if err := r.Scan(&d.Name, &d.Since, &d.Value, &d.Source); err != nil {
			return err
		}
		d.Coming = d.Since > today
		if n := len(all); n > 0 && all[n-1].Name == d.Name && !d.Coming {
			all = all[:n-1] // it took over from the one before
		}
		all = append(all, d)
		return nil
	})
	return all, err
}
