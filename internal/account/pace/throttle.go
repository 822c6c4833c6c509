package pace

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/op"
	"nuanxin/internal/seal"
)

// Guessing a staff password is slowed by doubling delays, never by a lock:
//
//   - Each try is counted before the password is looked at, and given back when
//     it was right. Tries at once cannot get past the count.
//   - A device or an address from which this account was entered before counts
//     for itself alone. So whoever guesses elsewhere slows the account for all
//     unknown places, but never for its owner's own.
//   - An unknown place counts three times: for account and place, for the
//     account, and for the place.

// Gate counts the tries at passwords. Keys are blind indexes.
type Gate struct{ Ring *seal.Ring }

// counter is one thing that wrong tries are counted for.
type counter struct {
	key  string
	free int64 // wrong tries without a delay
}

// Count counts a try at login from where the call comes, or refuses it as Busy
// while it must wait.
func (g Gate) Count(ctx context.Context, tx *op.Tx, login string, l Limits) error {
	counters, err := g.counters(ctx, tx, login, l)
	if err != nil {
		return err
	}
	for _, c := range counters {
		if err := c.count(ctx, tx, l); err != nil {
			return err
		}
	}
	return nil
}

// counters are what a try at login from here counts for.
func (g Gate) counters(ctx context.Context, tx *op.Tx, login string, l Limits) ([]counter, error) {
	o := OriginOf(ctx)
	known, err := g.knownMark(ctx, tx, login)
	if err != nil {
		return nil, err
	}
	if known != "" {
		return []counter{{g.index("throttle.known", login+"|"+known), l["login_pair_free"]}}, nil
	}
	return []counter{
		{g.index("throttle.pair", login+"|"+o.Place()), l["login_pair_free"]},
		{g.index("throttle.account", login), l["login_account_free"]},
		{g.index("throttle.place", o.Place()), l["login_address_free"]},
	}, nil
}

// count adds a try to c, or refuses it while c must wait. One statement does
// both, so that tries at once queue up at the row.
func (c counter) count(ctx context.Context, tx *op.Tx, l Limits) error {
	now := tx.Now().UnixMicro()
	var fails int64
	err := tx.One(ctx, `
		insert into account_throttle (key, fails, last_at, until_at) values ($1, 1, $2, 0)
		on conflict (key) do update set
			fails = case when account_throttle.last_at < $3 then 1 else account_throttle.fails + 1 end, last_at = excluded.last_at
		where account_throttle.until_at <= $2
		returning fails`, []any{c.key, now, tx.Now().Add(-24 * time.Hour).UnixMicro()}, &fails)
	if errors.Is(err, db.ErrNone) {
		return c.refuse(ctx, tx)
	}
	if err != nil || fails <= c.free {
		return err
	}
	delay := min(time.Second<<min(fails-c.free-1, 30), l.Seconds("login_delay_max_s"))
	_, err = tx.Exec(ctx, `update account_throttle set until_at = $2 where key = $1`, c.key, tx.Now().Add(delay).UnixMicro())
	return err
}

func (c counter) refuse(ctx context.Context, tx *op.Tx) error {
	var until time.Time
	if err := tx.One(ctx, `select until_at from account_throttle where key = $1`, []any{c.key}, db.Time(&until)); err != nil {
		return err
	}
	return TooSoon("account.try_password", "account.signin.wait", until.Sub(tx.Now()))
}

// Refund forgets the wrong tries of whoever had the right password in the end,
// gives the last try back to the others, and remembers the place.
func (g Gate) Refund(ctx context.Context, tx *op.Tx, login, device string) error {
	o := OriginOf(ctx)
	for _, key := range []string{
		g.index("throttle.pair", login+"|"+o.Place()),
		g.index("throttle.known", login+"|"+g.placeMark(o)),
		g.index("throttle.known", login+"|"+g.deviceMark(device)),
	} {
		if _, err := tx.Exec(ctx, `delete from account_throttle where key = $1`, key); err != nil {
			return err
		}
	}
	for _, key := range []string{g.index("throttle.account", login), g.index("throttle.place", o.Place())} {
		if _, err := tx.Exec(ctx, `update account_throttle set fails = fails - 1 where key = $1 and fails > 0`, key); err != nil {
			return err
		}
	}
	for _, mark := range []string{g.placeMark(o), g.deviceMark(device)} {
		_, err := tx.Exec(ctx, `
			insert into account_known (login, mark, seen_at) values ($1, $2, $3)
			on conflict (login, mark) do update set seen_at = excluded.seen_at`, g.index("login", login), mark, tx.Now().UnixMicro())
		if err != nil {
			return err
		}
	}
	return nil
}

func (g Gate) placeMark(o Origin) string       { return g.index("mark.place", o.Place()) }
func (g Gate) deviceMark(device string) string { return g.index("mark.device", device) }

// knownMark returns the mark by which this account was entered from here
// before, the device's first, or "".
func (g Gate) knownMark(ctx context.Context, tx *op.Tx, login string) (string, error) {
	o := OriginOf(ctx)
	marks := []string{g.placeMark(o)}
	if o.Device != "" {
		marks = append([]string{g.deviceMark(o.Device)}, marks...)
	}
	for _, mark := range marks {
		var one int
		err := tx.One(ctx, `select 1 from account_known where login = $1 and mark = $2`, []any{g.index("login", login), mark}, &one)
		if err == nil {
			return mark, nil
		}
		if !errors.Is(err, db.ErrNone) {
			return "", err
		}
	}
	return "", nil
}

// index is the blind index of a value of one sort, as all of package account has it.
func (g Gate) index(sort, value string) string { return g.Ring.Index("account|"+sort, value) }
