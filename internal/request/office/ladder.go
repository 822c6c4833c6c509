package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"nuanxin/internal/fault"
	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
)

// climbBatch is how many requests one run of the ladder tries, about.
const climbBatch = 500

// Climb takes the steps of the escalation ladder that are due and returns how
// many requests it touched. It is safe to run at any time and from several
// places: each step is taken once, and only in working hours. A request that
// breaks, or whose area sleeps, holds up no other: a run that ends before all
// were tried leaves the rest to the next.
func (s *Service) Climb(ctx context.Context) (int, error) {
	// Outside the usual hours nobody climbs; an area whose rules begin earlier waits for them.
	if work, err := s.working(s.desk.Now(), request.Builtin()); err != nil || !work {
		return 0, nil
	}
	touched, last := 0, record.Step{}
	if at := s.climbed.Load(); at != nil {
		last = *at
	}
	var broken error // the first, for who reads the log
	for range climbBatch / 100 {
		steps, err := op.List(ctx, s.desk, request.Remind, func(tx *op.Tx, _ op.Scope) ([]record.Step, error) {
			return s.store.Climbable(ctx, tx, last, 100)
		})
		if err != nil || len(steps) == 0 {
			s.climbed.Store(nil)
			return touched, cmp.Or(err, broken)
		}
		for _, step := range steps {
			_, err := s.act(ctx, request.Remind, request.Ref{ID: step.ID}, func(tx *op.Tx, m *matter) error { return s.climb(ctx, tx, m) })
			switch {
			case err == nil:
				touched++
			case !fault.Is(err, fault.Conflict) && broken == nil:
				broken = fmt.Errorf("request %s: %w", step.ID, err)
			}
		}
		last = steps[len(steps)-1]
		s.climbed.Store(&last)
	}
	return touched, broken
}

// working reports whether a moment lies in office hours.
func (s *Service) working(now time.Time, l request.Limits) (bool, error) {
	work, err := s.Calendar().WorkingBetween(now, now.Add(time.Minute), l.Hours)
	return work > 0, err
}

// climb takes the steps of one request. Outside working hours it refuses, and
// the steps wait.
func (s *Service) climb(ctx context.Context, tx *op.Tx, m *matter) error {
	now := tx.Now()
	if work, err := s.working(now, m.limits); err != nil || !work {
		return fault.New(string(request.Remind), fault.Conflict, "request.ladder.asleep")
	}
	due, _, _ := request.Ladder(m.Request, m.limits, m.es, request.Clocks(m.limits, m.cal, m.es, now), m.cal, now)
	if len(due) == 0 {
		return fault.New(string(request.Remind), fault.Conflict, "request.ladder.nothing")
	}
	for _, r := range due {
		if r.Clock.Name == string(request.KindQuiet) {
			m.Quiet = true
			m.add(tx, request.Entry{Kind: request.KindQuiet, Readers: request.ToStaff, Fact: r.Key()})
			continue
		}
		if err := s.remind(ctx, tx, m, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) remind(ctx context.Context, tx *op.Tx, m *matter, r request.Rung) error {
	readers := request.ToStaff
	if r.Clock.Dispatch != "" {
		readers |= request.ToBody
	}
	m.Level = max(m.Level, r.Level)
	to := m.Place.Area
	if r.Level == request.LevelUnion {
		up, err := s.above(ctx, tx, m.Place.Area)
		if err != nil {
			return err
		}
		m.RaisedTo, to, readers = up.Area, up.Area, readers|request.ToWorker
	}
	var about request.Dispatch
	if i := slices.IndexFunc(m.ds, func(d request.Dispatch) bool { return d.ID == r.Clock.Dispatch }); i >= 0 {
		about = m.ds[i]
	}
	if m.limits.Silent && r.Clock.Name == request.ClockSign && r.Level == request.LevelLeader {
		s.owned(tx, m, r.Clock.Dispatch)
	}
	m.add(tx, request.Entry{Kind: request.KindReminded, Readers: readers, Dispatch: about.ID, Body: about.Body, BodyName: about.BodyName, Fact: r.Key(), Until: r.Clock.Due})
	tx.Emit(request.Reminded{ID: m.ID, Number: m.Number, Clock: r.Clock.Name, Level: r.Level, Area: to, Dispatch: about.ID, Body: about.Body})
	return nil
}

// owned gives a matter to the body that has not signed in time. Its miss stays in
// sight, and the time runs from the dispatch as it did.
func (s *Service) owned(tx *op.Tx, m *matter, did request.DispatchID) {
	for i := range m.ds {
		d := &m.ds[i]
		if d.ID != did || d.State != request.DispatchSent && d.State != request.DispatchOpened {
			continue
		}
		d.State, d.SignedAt = request.DispatchSigned, tx.Now()
		m.add(tx, request.Entry{Kind: request.KindOwned, Readers: request.ToWorker | request.ToStaff | request.ToBody, Dispatch: d.ID, Body: d.Body, BodyName: d.BodyName})
		m.resettle()
	}
}

// above returns the union one level up from the one that answers for area; at
// the top, that one itself.
func (s *Service) above(ctx context.Context, tx *op.Tx, area string) (request.Union, error) {
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
