package account

import (
	"context"
	"errors"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/id"
	"nuanxin/internal/op"
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

// credential is what a sign-in is held against.
type credential struct {
	person     ID
	hash       string
	mustChange bool
	goodUntil  time.Time
}

// counter is one thing that wrong tries are counted for.
type counter struct {
	key  string
	free int64 // wrong tries without a delay
}

// charge counts a try and returns what to hold it against; for an account that
// does not exist, a hash that nothing matches.
func (s *Service) charge(ctx context.Context, login string) (credential, error) {
	var found credential
	target := id.New[root]()
	find := func(tx *op.Tx) (r root, err error) {
		if found, err = credentialOf(ctx, tx, login); found.person != "" {
			return root(found.person), err
		}
		found.hash = s.cost.Nobody()
		return target, err
	}
	_, err := op.Write(ctx, s.desk, TryPassword, find, func(tx *op.Tx, _ root) (bool, error) {
		l, err := limitsOf(ctx, tx)
		if err != nil {
			return false, err
		}
		counters, err := s.counters(ctx, tx, login, l)
		if err != nil {
			return false, err
		}
		for _, c := range counters {
			if err := c.count(ctx, tx, l); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	return found, err
}

// counters are what a try at login from here counts for.
func (s *Service) counters(ctx context.Context, tx *op.Tx, login string, l limits) ([]counter, error) {
	o := OriginOf(ctx)
	known, err := s.knownMark(ctx, tx, login)
	if err != nil {
		return nil, err
	}
	if known != "" {
		return []counter{{s.index("throttle.known", login+"|"+known), l["login_pair_free"]}}, nil
	}
	return []counter{
		{s.index("throttle.pair", login+"|"+o.place()), l["login_pair_free"]},
		{s.index("throttle.account", login), l["login_account_free"]},
		{s.index("throttle.place", o.place()), l["login_address_free"]},
	}, nil
}

// count adds a try to c, or refuses it while c must wait. One statement does
// both, so that tries at once queue up at the row.
func (c counter) count(ctx context.Context, tx *op.Tx, l limits) error {
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
	delay := min(time.Second<<min(fails-c.free-1, 30), l.seconds("login_delay_max_s"))
	_, err = tx.Exec(ctx, `update account_throttle set until_at = $2 where key = $1`, c.key, tx.Now().Add(delay).UnixMicro())
	return err
}

func (c counter) refuse(ctx context.Context, tx *op.Tx) error {
	var until time.Time
	if err := tx.One(ctx, `select until_at from account_throttle where key = $1`, []any{c.key}, db.Time(&until)); err != nil {
		return err
	}
	return tooSoon(string(TryPassword), "account.signin.wait", until.Sub(tx.Now()))
}

// refund forgets the wrong tries of whoever had the right password in the end,
// gives the last try back to the others, and remembers the place.
func (s *Service) refund(ctx context.Context, tx *op.Tx, login, device string) error {
	o := OriginOf(ctx)
	for _, key := range []string{
		s.index("throttle.pair", login+"|"+o.place()),
		s.index("throttle.known", login+"|"+s.placeMark(o)),
		s.index("throttle.known", login+"|"+s.deviceMark(device)),
	} {
		if _, err := tx.Exec(ctx, `delete from account_throttle where key = $1`, key); err != nil {
			return err
		}
	}
	for _, key := range []string{s.index("throttle.account", login), s.index("throttle.place", o.place())} {
		if _, err := tx.Exec(ctx, `update account_throttle set fails = fails - 1 where key = $1 and fails > 0`, key); err != nil {
			return err
		}
	}
	for _, mark := range []string{s.placeMark(o), s.deviceMark(device)} {
		_, err := tx.Exec(ctx, `
			insert into account_known (login, mark, seen_at) values ($1, $2, $3)
			on conflict (login, mark) do update set seen_at = excluded.seen_at`, s.index("login", login), mark, tx.Now().UnixMicro())
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) placeMark(o Origin) string       { return s.index("mark.place", o.place()) }
func (s *Service) deviceMark(device string) string { return s.index("mark.device", device) }

// knownMark returns the mark by which this account was entered from here
// before, the device's first, or "".
func (s *Service) knownMark(ctx context.Context, tx *op.Tx, login string) (string, error) {
	o := OriginOf(ctx)
	marks := []string{s.placeMark(o)}
	if o.Device != "" {
		marks = append([]string{s.deviceMark(o.Device)}, marks...)
	}
	for _, mark := range marks {
		var one int
		err := tx.One(ctx, `select 1 from account_known where login = $1 and mark = $2`, []any{s.index("login", login), mark}, &one)
		if err == nil {
			return mark, nil
		}
		if !errors.Is(err, db.ErrNone) {
			return "", err
		}
	}
	return "", nil
}

// credentialOf reads what a sign-in as login is held against. Nobody active of
// that name is no error: person is then empty.
func credentialOf(ctx context.Context, tx *op.Tx, login string) (credential, error) {
	var c credential
	err := tx.One(ctx, `
		select p.person_id, w.hash, w.must_change, w.good_until
		from person_login g join person p on p.person_id = g.person_id join person_password w on w.person_id = p.person_id
		where g.login = $1 and p.active`, []any{login}, &c.person, &c.hash, &c.mustChange, db.Time(&c.goodUntil))
	if errors.Is(err, db.ErrNone) {
		return credential{}, nil
	}
	return c, err
}
