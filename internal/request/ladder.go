package request

import (
	"context"
	"fmt"
	"slices"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/workday"
)

// The steps of the escalation ladder.
const (
	levelOfficer = 1 // the officer, or the body that has not signed, is reminded
	levelLeader  = 2 // the clock is missed: the leader is told
	levelUnion   = 3 // still so after a while: the union above is told
)

// rung is a step of the ladder that is due.
type rung struct {
	clock Clock
	level int
	at    time.Time
}

// key names the step for ever, so that it is taken once.
func (r rung) key() string {
	of := string(r.clock.Dispatch)
	if r.clock.Name == ClockReply {
		of = fmt.Sprint(r.clock.Start.Unix())
	}
	return fmt.Sprintf("%s:%d:%s", r.clock.Name, r.level, of)
}

// ladder returns the steps that are due and not taken, and when the next falls
// due (zero: none).
func ladder(m *matter, cs []Clock, cal workday.Calendar, now time.Time) (due []rung, next time.Time) {
	taken := map[string]bool{}
	for _, e := range m.all() {
		if e.Kind == KindReminded || e.Kind == KindQuiet {
			taken[e.Fact] = true
		}
	}
	for _, r := range rungs(m, cs, cal) {
		if taken[r.key()] {
			continue
		}
		if !r.at.After(now) {
			due = append(due, r)
		}
		if next.IsZero() || r.at.Before(next) {
			next = r.at
		}
	}
	return due, next
}

// rungs are all steps that the clocks lead to, taken or not.
func rungs(m *matter, cs []Clock, cal workday.Calendar) []rung {
	var all []rung
	if m.Status == StatusAnswered {
		if at, err := cal.AddWorkdays(m.AnsweredAt, m.limits.QuietDays, m.limits.Hours); err == nil {
			return []rung{{clock: Clock{Name: string(KindQuiet), Dispatch: DispatchID(fmt.Sprint(m.AnsweredAt.Unix()))}, at: at}}
		}
		return nil
	}
	for _, c := range cs {
		if c.State != ClockOK && c.State != ClockSoon && c.State != ClockLate {
			continue
		}
		// A moment after the due time: at the due time itself nothing is missed yet.
		all = append(all, rung{c, levelOfficer, c.SoonAt}, rung{c, levelLeader, c.Due.Add(time.Microsecond)})
		if up, err := cal.AddWorking(c.Due, minutes(m.limits.UpMinutes), m.limits.Hours); err == nil {
			all = append(all, rung{c, levelUnion, up.Add(time.Microsecond)})
		}
	}
	return all
}

// climbBatch is how many requests one run of the ladder takes at most.
const climbBatch = 500

// Climb takes the steps of the escalation ladder that are due and returns how
// many requests it touched. It is safe to run at any time and from several
// places: each step is taken once, and only in working hours.
func (s *Service) Climb(ctx context.Context) (int, error) {
	ids, err := op.List(ctx, s.desk, Remind, func(tx *op.Tx, _ op.Scope) ([]ID, error) {
		var ids []ID
		err := tx.Each(ctx, `select request_id from request where ladder_at <= $1 order by ladder_at, request_id limit $2`,
			[]any{tx.Now().UnixMicro(), climbBatch}, func(r db.Row) error {
				var rid ID
				err := r.Scan(&rid)
				ids = append(ids, rid)
				return err
			})
		return ids, err
	})
	if err != nil {
		return 0, err
	}
	touched := 0
	for _, rid := range ids {
		_, err := s.act(ctx, Remind, Ref{ID: rid}, func(tx *op.Tx, m *matter) error { return s.climb(ctx, tx, m) })
		switch {
		case err == nil:
			touched++
		case !fault.Is(err, fault.Conflict):
			return touched, err
		}
	}
	return touched, nil
}

// climb takes the steps of one request. Outside working hours it refuses, and
// the steps wait.
func (s *Service) climb(ctx context.Context, tx *op.Tx, m *matter) error {
	now := tx.Now()
	if work, err := s.config.Calendar.WorkingBetween(now, now.Add(time.Minute), m.limits.Hours); err != nil || work == 0 {
		return fault.New(string(Remind), fault.Conflict, "request.ladder.asleep")
	}
	due, _ := ladder(m, Clocks(m.limits, s.config.Calendar, m.es, now), s.config.Calendar, now)
	if len(due) == 0 {
		return fault.New(string(Remind), fault.Conflict, "request.ladder.nothing")
	}
	for _, r := range due {
		if r.clock.Name == string(KindQuiet) {
			m.Quiet = true
			m.add(tx, Entry{Kind: KindQuiet, Readers: ToStaff, Fact: r.key()})
			continue
		}
		if err := s.remind(ctx, tx, m, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) remind(ctx context.Context, tx *op.Tx, m *matter, r rung) error {
	readers := ToStaff
	if r.clock.Dispatch != "" {
		readers |= ToBody
	}
	m.Level = max(m.Level, r.level)
	to := m.Place.Area
	if r.level == levelUnion {
		up, err := s.above(ctx, tx, m.Place.Area)
		if err != nil {
			return err
		}
		m.RaisedTo, to, readers = up.Area, up.Area, readers|ToWorker
	}
	var about Dispatch
	if i := slices.IndexFunc(m.ds, func(d Dispatch) bool { return d.ID == r.clock.Dispatch }); i >= 0 {
		about = m.ds[i]
	}
	m.add(tx, Entry{Kind: KindReminded, Readers: readers, Dispatch: about.ID, Body: about.Body, BodyName: about.BodyName, Fact: r.key(), Until: r.clock.Due})
	tx.Emit(Reminded{ID: m.ID, Number: m.Number, Clock: r.clock.Name, Level: r.level, Area: to})
	return nil
}

// above returns the union one level up from the one that answers for area; at
// the top, that one itself.
func (s *Service) above(ctx context.Context, tx *op.Tx, area string) (Union, error) {
	here, err := s.needs.Orgs.UnionFor(ctx, tx, area)
	if err != nil {
		return here, err
	}
	for _, n := range []int{9, 6, 4, 2, 0} {
		if n >= len(here.Area) {
			continue
		}
		up, err := s.needs.Orgs.UnionFor(ctx, tx, here.Area[:n])
		if err == nil && len(up.Area) < len(here.Area) {
			return up, nil
		}
		if err != nil && !fault.Is(err, fault.Missing) {
			return up, err
		}
	}
	return here, nil
}
