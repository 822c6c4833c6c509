// Package clock is the only source of time. Programs use [System]; tests use
// a [Fake] and move it by hand. Times are UTC and whole microseconds, which is
// what both databases keep.
package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Zone is the civil time of the People's Republic: one zone, UTC+8 since 1992.
// (From 1986 to 1991 there was summer time; no fact of this system is that old.)
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// System is the machine's clock.
var System Clock = system{}

type system struct{}

func (system) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Fake is a clock that stands still until it is moved. It is safe for
// concurrent use.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// At returns a clock that stands at t.
func At(t time.Time) *Fake { return &Fake{now: t.UTC().Truncate(time.Microsecond)} }

// Now implements Clock.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Move turns the clock by d, forward or back.
func (f *Fake) Move(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// Set puts the clock to t.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC().Truncate(time.Microsecond)
}

// Repeat does act at every interval of the machine's time until ctx ends. What
// goes wrong is told to failed, and done again the next time.
func Repeat(ctx context.Context, every time.Duration, act func(context.Context) error, failed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := act(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}

// Day returns the civil date of t in Zone as YYYY-MM-DD.
func Day(t time.Time) string { return t.In(Zone).Format(time.DateOnly) }
