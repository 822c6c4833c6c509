package request

import "time"

// clock writes what the clocks say into the root's columns, for lists.
func (s *Service) clock(m *matter, now time.Time) error {
	cs := Clocks(m.limits, s.config.Calendar, m.all(), now)
	c := Nearest(cs)
	m.DueAt, m.DueClock, m.SoonAt = c.Due, c.Name, c.SoonAt
	m.AnswerBy = time.Time{}
	for _, c := range cs {
		m.Missed = m.Missed || c.Missed
		if c.Name == ClockAnswer {
			m.AnswerBy = c.Due
		}
		for i, d := range m.ds {
			if d.ID == c.Dispatch && c.Name == ClockSign && d.SignedAt.IsZero() && !c.Due.IsZero() {
				m.ds[i].SignBy = c.Due
			}
		}
	}
	_, m.ladderAt = ladder(m, cs, s.config.Calendar, now)
	return nil
}
