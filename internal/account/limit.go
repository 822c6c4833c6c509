package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// limits are the values that count on one day, by name.
type limits map[string]int64

// limitsOf reads the limits that count now.
func limitsOf(ctx context.Context, tx *op.Tx) (limits, error) {
	l := limits{}
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

// SetLimit sets the limit called name from the day since on. source says by what
// rule. Only names that the migrations know are set.
func (s *Service) SetLimit(ctx context.Context, name, since string, value int64, source string) error {
	_, err := op.Write(ctx, s.desk, SetLimit, newRoot(), func(tx *op.Tx, _ root) (bool, error) {
		l, err := limitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		if _, ok := l[name]; !ok || value < 0 || source == "" {
			return false, fault.New(string(SetLimit), fault.Invalid, "account.limit.unknown")
		}
		if _, err := time.Parse(time.DateOnly, since); err != nil {
			return false, fault.New(string(SetLimit), fault.Invalid, "account.day.unknown").Because(err)
		}
		tx.Note("limit", name)
		_, err = tx.Exec(ctx, `
			insert into account_limit (name, since, value, source) values ($1, $2, $3, $4)
			on conflict (name, since) do update set value = excluded.value, source = excluded.source`, name, since, value, source)
		return true, err
	})
	return err
}

// limitCount is how many limits the migrations set.
const limitCount = 22

func (l limits) seconds(name string) time.Duration { return time.Duration(l[name]) * time.Second }
func (l limits) minutes(name string) time.Duration { return time.Duration(l[name]) * time.Minute }
func (l limits) hours(name string) time.Duration   { return time.Duration(l[name]) * time.Hour }
func (l limits) days(name string) time.Duration    { return l.hours(name) * 24 }

// take counts one more under key in the window around now, and reports whether
// the limit allowed it. It is one statement, so that no two can take the last.
func take(ctx context.Context, tx *op.Tx, key string, window time.Duration, limit int64) (bool, error) {
	if limit < 1 {
		return false, nil
	}
	const zone = 8 * time.Hour // a day begins at midnight in China
	n, err := tx.Exec(ctx, `
		insert into account_rate (key, start, n) values ($1, $2, 1)
		on conflict (key, start) do update set n = account_rate.n + 1 where account_rate.n < $3`,
		key, tx.Now().Add(zone).Truncate(window).Add(-zone).UnixMicro(), limit)
	return n == 1, err
}

// takeMessage counts a message to a phone, by the times of those before it in
// the last 24 hours, and refuses one too many or too soon.
func takeMessage(ctx context.Context, tx *op.Tx, phone string, l limits) error {
	var text string
	var version int64
	err := tx.One(ctx, `select times, version from account_sms where phone = $1`, []any{phone}, &text, &version)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return err
	}
	var times []int64
	if text != "" {
		if err := json.Unmarshal([]byte(text), &times); err != nil {
			return err
		}
	}
	times, wait := spaced(times, tx.Now(), l)
	if wait > 0 {
		return tooSoon("account.send_code", "account.sms.wait", wait)
	}
	kept, err := json.Marshal(append(times, tx.Now().UnixMicro()))
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		insert into account_sms (phone, times, last_at, version) values ($1, $2, $3, $4)
		on conflict (phone) do update set times = excluded.times, last_at = excluded.last_at, version = excluded.version
		where account_sms.version = excluded.version - 1`, phone, string(kept), tx.Now().UnixMicro(), version+1)
	if err == nil && n == 0 { // another message goes to this phone right now
		err = tooSoon("account.send_code", "account.sms.wait", l.seconds("sms_number_gap_s"))
	}
	return err
}

// spaced returns the times that still count, and how long to wait until one
// more is allowed.
func spaced(times []int64, now time.Time, l limits) (counting []int64, wait time.Duration) {
	const day = 24 * time.Hour
	for _, t := range times {
		if now.Sub(time.UnixMicro(t)) < day {
			counting = append(counting, t)
		}
	}
	n := len(counting)
	if n == 0 {
		return nil, 0
	}
	if over := n - int(l["sms_number_day"]); over >= 0 {
		wait = time.UnixMicro(counting[over]).Add(day).Sub(now)
	}
	gap := time.UnixMicro(counting[n-1]).Add(l.seconds("sms_number_gap_s")).Sub(now)
	return counting, max(wait, gap, 0)
}

// tooSoon tells a person how long to wait, in the unit that they would use.
func tooSoon(name, msg string, wait time.Duration) error {
	unit, n := ".s", int64((wait+time.Second-1)/time.Second)
	if wait > 90*time.Minute {
		unit, n = ".h", int64((wait+time.Hour-1)/time.Hour)
	} else if wait > 90*time.Second {
		unit, n = ".min", int64((wait+time.Minute-1)/time.Minute)
	}
	return fault.New(name, fault.Busy, msg+unit).With(fault.Args{"N": n})
}
