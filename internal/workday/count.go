package workday

import "time"

// forever bounds a span that has no end of its own; unpublished years end it sooner.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// AddWorking returns the first moment at which d of working time has passed
// since start, in UTC: at 17:00 rather than at the next morning's 9:00. Nothing added is
// start itself, even at night.
//
// When the count runs into an unpublished day, it returns that day's first
// moment with [ErrUnknown]: the true answer is not before it.
func (c Calendar) AddWorking(start time.Time, d time.Duration, h Hours) (time.Time, error) {
	spans, err := h.spans()
	if err != nil {
		return start, err
	}
	if d < 0 {
		return start, ErrBackwards
	}
	if d == 0 {
		return start.UTC(), nil
	}
	for n := numberOf(start); ; n++ {
		kind, err := c.table().kind(n)
		if err != nil {
			return later(start, midnight(n)).UTC(), err
		}
		if !kind.Works() {
			continue
		}
		for _, s := range spans {
			from, to := s.within(n, start, forever)
			switch work := to.Sub(from); {
			case work <= 0:
			case work >= d:
				return from.Add(d).UTC(), nil
			default:
				d -= work
			}
		}
	}
}

// WorkingBetween returns the working time from a to b; it is negative when b is
// before a.
//
// When the span touches an unpublished day, it returns the working time of the
// days before that one with [ErrUnknown]: the true answer is not less.
func (c Calendar) WorkingBetween(a, b time.Time, h Hours) (time.Duration, error) {
	if b.Before(a) {
		d, err := c.WorkingBetween(b, a, h)
		return -d, err
	}
	spans, err := h.spans()
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for n := numberOf(a); midnight(n).Before(b); n++ {
		kind, err := c.table().kind(n)
		if err != nil {
			return sum, err
		}
		if !kind.Works() {
			continue
		}
		for _, s := range spans {
			if from, to := s.within(n, a, b); to.After(from) {
				sum += to.Sub(from)
			}
		}
	}
	return sum, nil
}

// AddWorkdays returns the end of office hours on the nth working day after the
// day of start, in UTC, as "within n working days" is read: the day itself does not
// count. For n = 0 it is the end of the day itself, or of the next working day
// when it is none.
//
// When the count runs into an unpublished day, it returns that day's first
// moment with [ErrUnknown]: the true answer is not before it.
func (c Calendar) AddWorkdays(start time.Time, n int, h Hours) (time.Time, error) {
	spans, err := h.spans()
	if err != nil {
		return start, err
	}
	if n < 0 {
		return start, ErrBackwards
	}
	first := numberOf(start)
	for day := first; ; day++ {
		kind, err := c.table().kind(day)
		if err != nil {
			return later(start, midnight(day)).UTC(), err
		}
		if !kind.Works() {
			continue
		}
		if day > first {
			n--
		}
		if n <= 0 {
			return midnight(day).Add(time.Duration(end(spans)) * time.Minute).UTC(), nil
		}
	}
}

// WorkdaysBetween counts the working days after the day of a, up to and with
// the day of b: what "3 working days left" says. It is negative when b's day is
// before a's. An unpublished day ends the count with [ErrUnknown], as in
// [Calendar.WorkingBetween].
func (c Calendar) WorkdaysBetween(a, b time.Time) (int, error) {
	from, to := numberOf(a), numberOf(b)
	if to < from {
		n, err := c.WorkdaysBetween(b, a)
		return -n, err
	}
	count := 0
	for day := from + 1; day <= to; day++ {
		kind, err := c.table().kind(day)
		if err != nil {
			return count, err
		}
		if kind.Works() {
			count++
		}
	}
	return count, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
