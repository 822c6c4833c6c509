package workday

import (
	"errors"
	"fmt"
	"time"
)

// ErrHours says that office hours make no sense: they end before they begin, or
// a break leaves them.
var ErrHours = errors.New("workday: impossible office hours")

// ErrBackwards says that a negative amount of work cannot be added.
var ErrBackwards = errors.New("workday: negative amount of working time")

// Minute is a time of day in minutes since midnight, written "9:00"; 24:00 is
// the end of the day.
type Minute int

// At returns the time of day h:m.
func At(h, m int) Minute { return Minute(60*h + m) }

// String writes the time of day as 9:05.
func (m Minute) String() string { return fmt.Sprintf("%d:%02d", m/60, m%60) }

// MarshalText writes the time of day as 9:05.
func (m Minute) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads 9:05 or 09:05, up to 24:00.
func (m *Minute) UnmarshalText(text []byte) error {
	var h, min int
	var rest string
	n, _ := fmt.Sscanf(string(text)+" .", "%d:%d %s", &h, &min, &rest)
	if n != 3 || rest != "." || h < 0 || min < 0 || min > 59 || At(h, min) > At(24, 0) {
		return fmt.Errorf("%q: %w", text, ErrHours)
	}
	*m = At(h, min)
	return nil
}

// Span is a stretch of a day.
type Span struct {
	From Minute `json:"from"`
	To   Minute `json:"to"`
}

// Hours are the office hours of a working day, with its breaks in order, such
// as lunch. The zero value works round the clock.
type Hours struct {
	From   Minute `json:"from"`
	To     Minute `json:"to"`
	Breaks []Span `json:"breaks,omitempty"`
}

// Check reports whether the hours are possible: each break inside, in order,
// and some work left.
func (h Hours) Check() error {
	_, err := h.spans()
	return err
}

// Until is what "by that day" means when it is said at now: the end of the day's
// office hours, in UTC, or of the day itself once those are over. The day is
// written YYYY-MM-DD; whether anybody works on it does not matter.
func (h Hours) Until(day string, now time.Time) (time.Time, error) {
	n, err := number(day)
	if err != nil {
		return time.Time{}, err
	}
	spans, err := h.spans()
	if err != nil {
		return time.Time{}, err
	}
	last := midnight(n).Add(time.Duration(At(23, 59)) * time.Minute)
	at := midnight(n).Add(time.Duration(end(spans)) * time.Minute)
	if !at.After(now) || at.After(last) {
		at = last
	}
	return at.UTC(), nil
}

// spans returns the stretches of work in a day.
func (h Hours) spans() ([]Span, error) {
	if h.From == 0 && h.To == 0 {
		h.To = At(24, 0)
	}
	if h.From < 0 || h.From >= h.To || h.To > At(24, 0) {
		return nil, fmt.Errorf("%s–%s: %w", h.From, h.To, ErrHours)
	}
	var out []Span
	from := h.From
	for _, b := range h.Breaks {
		if b.From < from || b.From >= b.To || b.To > h.To {
			return nil, fmt.Errorf("break %s–%s: %w", b.From, b.To, ErrHours)
		}
		if b.From > from {
			out = append(out, Span{from, b.From})
		}
		from = b.To
	}
	if from < h.To {
		out = append(out, Span{from, h.To})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s–%s: nothing but breaks: %w", h.From, h.To, ErrHours)
	}
	return out, nil
}

// end returns the last working minute of a day with these spans.
func end(spans []Span) Minute { return spans[len(spans)-1].To }

// within cuts a stretch of work of day n to what lies in [a, b].
func (s Span) within(n int, a, b time.Time) (from, to time.Time) {
	day := midnight(n)
	from = day.Add(time.Duration(s.From) * time.Minute)
	to = day.Add(time.Duration(s.To) * time.Minute)
	if from.Before(a) {
		from = a
	}
	if to.After(b) {
		to = b
	}
	return from, to
}
