package world

import (
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/workday"
)

// office counts working time. A year whose holidays are not published is taken
// as having none: the demo must live in any year.
type office struct{ cal workday.Calendar }

// day is the working time of a day.
const day = 7 * time.Hour

func openHours() workday.Hours {
	return workday.Hours{From: workday.At(9, 0), To: workday.At(17, 30), Breaks: []workday.Span{{From: workday.At(12, 0), To: workday.At(13, 30)}}}
}

func newOffice(from, to time.Time) (office, error) {
	o := office{}
	for y := from.Year() - 1; y <= to.Year()+1; y++ {
		if o.cal.Published(y) {
			continue
		}
		var err error
		if o.cal, err = o.cal.WithYear(y, nil); err != nil {
			return o, err
		}
	}
	return o, nil
}

// after is the moment at which so much working time has passed since at.
func (o office) after(at time.Time, d time.Duration) time.Time {
	t, err := o.cal.AddWorking(at, max(d, time.Minute), openHours())
	if err != nil {
		return at.Add(d) // cannot be: every year near is known to o
	}
	return t
}

// deadline is the end of the nth working day after at.
func (o office) deadline(at time.Time, n int) time.Time {
	t, err := o.cal.AddWorkdays(at, n, openHours())
	if err != nil {
		return at.AddDate(0, 0, n)
	}
	return t
}

// awake moves a worker's act out of the night.
func awake(at time.Time) time.Time {
	local := at.In(clock.Zone)
	switch h := local.Hour(); {
	case h < 6:
		return at.Add(time.Duration(6-h)*time.Hour + 30*time.Minute)
	case h >= 23:
		return at.Add(8 * time.Hour)
	}
	return at
}
