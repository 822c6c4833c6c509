package office

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/op"
	"nuanxin/internal/request"
)

// Renew computes the clocks of open requests anew after the calendar grew, and
// tells on each timeline which date the answer has got. It returns how many
// requests changed. dark limits it to those with a clock that was unknown; it is
// safe to run at any time, and finds nothing when nothing is new.
func (s *Service) Renew(ctx context.Context, dark bool) (int, error) {
	stale, err := s.stale(ctx, dark)
	if err != nil {
		return 0, err
	}
	done, broken := 0, error(nil)
	for _, rid := range stale {
		_, err := s.act(ctx, request.Remind, request.Ref{ID: rid}, func(tx *op.Tx, m *matter) error {
			was := m.AnswerBy
			s.clock(m, tx.Now())
			if m.Status.Promises() && !m.AnswerBy.IsZero() && !m.AnswerBy.Equal(was) {
				m.add(tx, request.Entry{Kind: request.KindDated, Readers: request.ToWorker | request.ToStaff, Until: m.AnswerBy})
			}
			return nil
		})
		if err == nil {
			done++
		} else if broken == nil {
			broken = fmt.Errorf("request %s: %w", rid, err) // the others get their dates all the same
		}
	}
	return done, broken
}

// stale lists the open requests whose stored times are not what the calendar
// says now.
func (s *Service) stale(ctx context.Context, dark bool) (all []request.ID, err error) {
	after := s.store.Open
	if dark {
		after = s.store.Dark
	}
	err = s.each(ctx, after, func(_ *op.Tx, m *matter) error {
		was := *m.Request
		s.clock(m, was.ChangedAt)
		if !was.DueAt.Equal(m.DueAt) || !was.AnswerBy.Equal(m.AnswerBy) || !was.LadderAt.Equal(m.LadderAt) || !was.NotBefore.Equal(m.NotBefore) {
			all = append(all, m.ID)
		}
		return nil
	})
	return all, err
}

// Foresight is what another calendar would do to the requests under way.
type Foresight struct {
	Known int // answers that get their date
	Moved int // answers whose promised date is corrected
	Kept  int // answers whose promised date stands, though a new request would get another
}

// Foresee tells what next would do, and changes nothing. Only the program may ask.
func (s *Service) Foresee(ctx context.Context, next request.Calendars) (Foresight, error) {
	var f Foresight
	err := s.each(ctx, s.store.Open, func(tx *op.Tx, m *matter) error {
		if !m.Status.Promises() {
			return nil
		}
		due := func(c request.Calendars, revision int64) time.Time {
			return request.AnswerOf(request.Clocks(m.limits, c.As(revision), m.es, tx.Now())).Due
		}
		is, will, fresh := due(s.needs.Calendar, m.Calendar), due(next, m.Calendar), due(next, next.Current())
		switch {
		case is.IsZero() && !will.IsZero():
			f.Known++
		case !is.IsZero() && !is.Equal(will):
			f.Moved++
		case !will.IsZero() && !will.Equal(fresh):
			f.Kept++
		}
		return nil
	})
	return f, err
}
