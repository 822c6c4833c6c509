package code

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"nuanxin/internal/account/pace"
	"nuanxin/internal/db"
	"nuanxin/internal/op"
)

// takeMessage counts a message to a phone, by the times of those before it in
// the last 24 hours, and refuses one too many or too soon.
func takeMessage(ctx context.Context, tx *op.Tx, phone string, l pace.Limits) error {
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
		return pace.TooSoon("account.send_code", "account.sms.wait", wait)
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
		err = pace.TooSoon("account.send_code", "account.sms.wait", l.Seconds("sms_number_gap_s"))
	}
	return err
}

// spaced returns the times that still count, and how long to wait until one
// more is allowed.
func spaced(times []int64, now time.Time, l pace.Limits) (counting []int64, wait time.Duration) {
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
	gap := time.UnixMicro(counting[n-1]).Add(l.Seconds("sms_number_gap_s")).Sub(now)
	return counting, max(wait, gap, 0)
}
