package office

import (
	"context"
	"slices"
	"time"

	"nuanxin/internal/op"
	"nuanxin/internal/request"
	"nuanxin/internal/request/record"
	"nuanxin/internal/workday"
)

// lock loads a request to be acted upon.
func (s *Service) lock(ctx context.Context, tx *op.Tx, ref request.Ref) (*matter, error) {
	q, err := s.store.Lock(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	return s.load(ctx, tx, q)
}

// peek loads a request to look at its inner parts.
func (s *Service) peek(ctx context.Context, tx *op.Tx, rid request.ID) (*matter, error) {
	q, err := s.store.Get(ctx, tx, request.Ref{ID: rid})
	if err != nil {
		return nil, err
	}
	return s.load(ctx, tx, q)
}

func (s *Service) load(ctx context.Context, tx *op.Tx, q *request.Request) (m *matter, err error) {
	m = &matter{Request: q, cal: s.calendar(q)}
	if m.limits, err = s.store.LimitsOf(ctx, tx, q.Policy); err != nil {
		return nil, err
	}
	if m.ds, err = s.store.Dispatches(ctx, tx, q.ID); err != nil {
		return nil, err
	}
	m.was = slices.Clone(m.ds)
	m.es, err = s.store.Entries(ctx, tx, q.ID, false)
	return m, err
}

// save stores what an act changed, with the clocks computed anew.
func (s *Service) save(ctx context.Context, tx *op.Tx, m *matter) error {
	m.ChangedAt = tx.Now()
	s.clock(m, tx.Now())
	changed := slices.DeleteFunc(slices.Clone(m.ds), func(d request.Dispatch) bool { return slices.Contains(m.was, d) })
	return s.store.Save(ctx, tx, m.Request, record.Change{Entries: m.fresh, Dispatches: changed, Files: m.files})
}

// clock writes what the clocks say into the root's columns, for lists.
func (s *Service) clock(m *matter, now time.Time) {
	es := m.all()
	cs := request.Clocks(m.limits, m.cal, es, now)
	c := request.Nearest(cs)
	if m.Status == request.StatusMerged { // its promise runs on, but the one that it was joined to stands in the lists
		c = request.Clock{}
	}
	m.DueAt, m.DueClock, m.SoonAt = c.Due, c.Name, c.SoonAt
	m.AnswerBy = time.Time{}
	for _, c := range cs {
		m.Missed = m.Missed || c.Missed
		if c.Name == request.ClockAnswer {
			m.AnswerBy = c.Due
		}
		for i := range m.ds {
			d := &m.ds[i]
			sign, feedback := d.ID == c.Dispatch && c.Name == request.ClockSign, d.ID == c.Dispatch && c.Name == request.ClockFeedback
			if sign && d.SignedAt.IsZero() && !c.Due.IsZero() {
				d.SignBy = c.Due
			}
			if feedback && c.Ended.IsZero() && !c.Due.IsZero() {
				d.DueBy = c.Due
			}
			d.MissedSign, d.Missed = d.MissedSign || sign && c.Missed, d.Missed || feedback && c.Missed
		}
	}
	_, m.LadderAt, m.NotBefore = request.Ladder(m.Request, m.limits, es, cs, m.cal, now)
}

// calendar is the one that the promises of a request are counted by.
func (s *Service) calendar(q *request.Request) workday.Calendar {
	return s.needs.Calendar.As(q.Calendar)
}

// Calendar is the one by which new promises are counted.
func (s *Service) Calendar() workday.Calendar { return s.needs.Calendar.As(s.needs.Calendar.Current()) }

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
