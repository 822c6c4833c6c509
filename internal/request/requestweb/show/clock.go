package show

import (
	"context"
	"time"

	"nuanxin/internal/request"
	"nuanxin/internal/web"
	"nuanxin/internal/web/ui"
)

// ClockState is the look of a clock. One that ran over its limit stays red when
// it has stopped: a miss is never out of sight.
func ClockState(c request.Clock) ui.ClockState {
	switch c.State {
	case request.ClockOK:
		return ui.ClockOK
	case request.ClockSoon:
		return ui.ClockSoon
	case request.ClockLate:
		return ui.ClockLate
	case request.ClockDone:
		if c.Missed {
			return ui.ClockLate
		}
		return ui.ClockDone
	}
	return ui.ClockHold
}

// Share is how much of a clock's time is left, in percent.
func Share(left, limit time.Duration) int {
	if limit <= 0 {
		return 100
	}
	return int(min(100, max(0, left*100/limit)))
}

// Due says by when an answer is promised; in a year whose holidays are not
// published, the day before which it cannot be.
func Due(ctx context.Context, c request.Clock) string {
	switch {
	case !c.Due.IsZero():
		return t(ctx, "due", "By", web.Deadline(ctx, c.Due))
	case c.State == request.ClockHeld:
		return t(ctx, "due.hold")
	case c.State == request.ClockUnknown && c.NotBefore.After(web.Now(ctx)):
		return t(ctx, "due.unknown", "Day", web.Date(ctx, c.NotBefore))
	case c.State == request.ClockUnknown:
		return t(ctx, "due.dark")
	}
	return ""
}

// DueStaff says how much time is left in a few words.
func DueStaff(ctx context.Context, c request.Clock) string {
	switch c.State {
	case request.ClockHeld:
		return t(ctx, "desk.hold")
	case request.ClockUnknown:
		return t(ctx, "desk.unknown")
	case request.ClockDone:
		return t(ctx, "desk.clock_done")
	}
	return web.TimeLeft(ctx, c.Left)
}
