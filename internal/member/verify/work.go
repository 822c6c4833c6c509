package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/clock"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

const (
	lineAtOnce = 100              // records that one transaction lines up
	askAtOnce  = 50               // questions that are read ahead
	lost       = 10 * time.Minute // a question that nobody answered by then, its process is gone
	firstPause = time.Minute
	longPause  = 6 * time.Hour
	patience   = 3 // questions without an answer after which the rest waits, too
)

// Register lets the program's worker check, and tell members what came of it.
func (s *Service) Register(w *job.Worker) {
	w.Beside("member.realname", s.Waiting, s.Work)
	w.On(Doubted{}.EventName(), s.Members.Inform)
	w.On(Wanted{}.EventName(), s.Members.Inform)
}

// Waiting reports whether there is something to line up, or to ask.
func (s *Service) Waiting(ctx context.Context) (bool, error) {
	return listed(ctx, s.desk, func(tx *op.Tx) (bool, error) {
		n := 0
		if err := tx.One(ctx, `select count(*) from (select 1 as one from member where named = 0 limit 1) x`, nil, &n); err != nil || n > 0 {
			return n > 0, err
		}
		all, err := s.due(ctx, tx)
		return len(all) > 0, err
	})
}

// listed reads for the program alone.
func listed[T any](ctx context.Context, desk *op.Desk, find func(*op.Tx) (T, error)) (T, error) {
	return op.List(ctx, desk, Verify, func(tx *op.Tx, _ op.Scope) (T, error) {
		if tx.Subject.Kind != authz.System {
			var none T
			return none, fault.New(string(Verify), fault.Denied, "fault.denied")
		}
		return find(tx)
	})
}

// due are some records whose turn it is, within what is left of the day's budget.
func (s *Service) due(ctx context.Context, tx *op.Tx) (all []member.ID, err error) {
	if s.Checker == nil {
		return nil, nil
	}
	left, err := s.left(ctx, tx)
	if err != nil || left <= 0 {
		return nil, err
	}
	err = tx.Each(ctx, `select member_id from member_realname where state = 'due' and next_at <= $1 order by next_at limit $2`, []any{tx.Now().UnixMicro(), min(left, askAtOnce)}, func(r db.Row) error {
		var one member.ID
		err := r.Scan(&one)
		all = append(all, one)
		return err
	})
	return all, err
}

// left is what is left of the day's budget.
func (s *Service) left(ctx context.Context, tx *op.Tx) (int64, error) {
	most, err := s.Members.Rule(ctx, tx, "realname_day")
	if err != nil {
		return 0, err
	}
	var asked int64
	err = tx.One(ctx, `select coalesce(sum(asked), 0) from member_realname_day where day = $1`, []any{clock.Day(tx.Now())}, &asked)
	return most - asked, err
}

// Work lines up what is new and asks what is due, until there is nothing or ctx ends. It
// may be stopped at any moment and goes on the next time. Where the service does not
// answer several times in a row, the rest waits, too.
func (s *Service) Work(ctx context.Context) error {
	for {
		if n, err := s.lineUp(ctx); err != nil {
			return err
		} else if n == lineAtOnce {
			continue
		}
		all, err := listed(ctx, s.desk, func(tx *op.Tx) ([]member.ID, error) { return s.due(ctx, tx) })
		if err != nil || len(all) == 0 {
			return err
		}
		failures := 0
		for _, which := range all {
			err := s.ask(ctx, which)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err == nil:
				failures = 0
				continue
			}
			if failures++; failures == patience {
				return err
			}
		}
		if failures > 0 {
			return errSome
		}
	}
}

var errSome = errors.New("some identity numbers could not be checked; they are tried again later")

// round is one run over records that are new, as its audit row names it.
type round string

// AuthzObject implements op.Target.
func (r round) AuthzObject() authz.Object {
	return authz.Object{Kind: "member_round", ID: string(r), Group: "member"}
}

// newcomer is a record whose name or number is new.
type newcomer struct {
	id      member.ID
	person  string
	state   member.State
	numbers bool // it has an identity number
	version int64
}

// lineUp looks whether some records that are new are to be checked. It returns how many
// they were.
func (s *Service) lineUp(ctx context.Context) (int, error) {
	some, err := listed(ctx, s.desk, func(tx *op.Tx) ([]newcomer, error) { return unnamed(ctx, tx) })
	if err != nil || len(some) == 0 {
		return 0, err
	}
	this := id.New[round]()
	return op.Write(ctx, s.desk, Verify, func(*op.Tx) (round, error) { return this, nil }, func(tx *op.Tx, _ round) (int, error) {
		some, err := unnamed(ctx, tx)
		for _, n := range some {
			if err == nil {
				err = s.place(ctx, tx, n)
			}
		}
		return len(some), err
	})
}

func unnamed(ctx context.Context, tx *op.Tx) (all []newcomer, err error) {
	err = tx.Each(ctx, `select member_id, person_id, state, document is not null, version from member where named = 0 order by member_id limit $1`, []any{lineAtOnce}, func(r db.Row) error {
		var n newcomer
		err := r.Scan(&n.id, db.Text(&n.person), &n.state, &n.numbers, &n.version)
		all = append(all, n)
		return err
	})
	return all, err
}

// place lines one record up, or forgets the check of one that has nothing to check any
// more. One that changes meanwhile stays new.
func (s *Service) place(ctx context.Context, tx *op.Tx, n newcomer) error {
	k, err := held(ctx, tx, n.id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update member set named = 1 where member_id = $1 and version = $2`, string(n.id), n.version); err != nil {
		return err
	}
	if !n.numbers {
		return drop(ctx, tx, `member_id = $1`, string(n.id))
	}
	if !n.state.Holds() {
		return nil
	}
	agreed, err := consent.Agreed(ctx, tx, n.person, consent.Realname)
	if err != nil || !agreed {
		return err
	}
	raw, err := s.Members.AskRaw(ctx, tx, n.id)
	if err != nil {
		return err
	}
	if print := s.print(raw); k.State == None || k.print != print {
		return put(ctx, tx, n.id, k.again(print, tx.Now().UnixMicro()))
	}
	return nil
}

// print is by what it is known whether the same was asked before.
func (s *Service) print(raw member.Raw) string {
	return s.Members.Index("realname", raw.Name+"|"+raw.Document)
}

func (s *Service) finder(ctx context.Context, which member.ID) func(*op.Tx) (member.Member, error) {
	return func(tx *op.Tx) (member.Member, error) { return s.Members.Ask(ctx, tx, which) }
}

// ask asks the service about one record and keeps what it says. The question is written
// down before it goes out: whoever comes after an accident asks the same again, later.
func (s *Service) ask(ctx context.Context, which member.ID) error {
	q, err := s.take(ctx, which)
	if err != nil {
		return errors.Join(fmt.Errorf("member %s cannot be checked: %w", which, err), s.postpone(ctx, which))
	}
	if q.ID == "" {
		return nil
	}
	said, unsaid := s.Checker.Check(ctx, q)
	ctx = context.WithoutCancel(ctx) // an answer that is there is kept
	_, err = op.Write(ctx, s.desk, Verify, s.finder(ctx, which), func(tx *op.Tx, m member.Member) (bool, error) {
		k, err := held(ctx, tx, which)
		if err != nil || k.State != Due || k.ask != q.ID {
			return false, err // written anew, or seen, meanwhile
		}
		tx.Note("source", s.Source)
		if unsaid != nil {
			tx.Note("result", "none")
			k.next = tx.Now().Add(pause(k.Tries)).UnixMicro()
			return true, put(ctx, tx, which, k)
		}
		tx.Note("result", string(said))
		k.State, k.Source, k.CheckedAt = said, s.Source, tx.Now()
		if said.Open() && m.State.Holds() {
			tx.Emit(Doubted{which})
		}
		return true, put(ctx, tx, which, k)
	})
	if unsaid != nil {
		unsaid = fmt.Errorf("member %s is not checked: %w", which, unsaid)
	}
	return errors.Join(unsaid, err)
}

// take writes down that a question goes out, and returns it; an empty one says that it is
// not to be asked: somebody else did, or the consent is gone.
func (s *Service) take(ctx context.Context, which member.ID) (q Question, err error) {
	_, err = op.Write(ctx, s.desk, Verify, s.finder(ctx, which), func(tx *op.Tx, m member.Member) (bool, error) {
		q = Question{}
		k, err := held(ctx, tx, which)
		if err != nil || k.State != Due || k.next > tx.Now().UnixMicro() {
			return false, err
		}
		agreed, err := consent.Agreed(ctx, tx, m.Person, consent.Realname)
		if err != nil {
			return false, err
		}
		raw, err := s.Members.AskRaw(ctx, tx, which)
		if err != nil {
			return false, err
		}
		if !agreed || raw.Document == "" || !m.State.Holds() {
			tx.Note("result", "not agreed")
			return false, drop(ctx, tx, `member_id = $1`, string(which))
		}
		if print := s.print(raw); print != k.print {
			k = k.again(print, 0)
		}
		if _, err := tx.Exec(ctx, `insert into member_realname_day (day, asked) values ($1, 1) on conflict (day) do update set asked = member_realname_day.asked + 1`, clock.Day(tx.Now())); err != nil {
			return false, err
		}
		k.Tries++
		k.next = tx.Now().Add(lost).UnixMicro()
		tx.Note("asked", s.Source)
		q = Question{k.ask, raw.Name, raw.Document}
		return true, put(ctx, tx, which, k)
	})
	if err != nil {
		q = Question{}
	}
	return q, err
}

// postpone puts a record that is broken behind the others. It cannot be read, so that it
// is named by its id alone.
func (s *Service) postpone(ctx context.Context, which member.ID) error {
	this := round(which)
	_, err := op.Write(ctx, s.desk, Verify, func(*op.Tx) (round, error) { return this, nil }, func(tx *op.Tx, _ round) (bool, error) {
		_, err := tx.Exec(ctx, `update member_realname set next_at = $2 where member_id = $1 and state = 'due'`, string(which), tx.Now().Add(longPause).UnixMicro())
		return true, err
	})
	return err
}

// pause is how long to wait after so many tries: doubling, up to some hours.
func pause(tries int64) time.Duration {
	return min(firstPause<<min(max(tries-1, 0), 16), longPause)
}
