package clock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"nuanxin/internal/clock"
)

func TestRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		runs, told := 0, 0
		clock.Repeat(ctx, time.Second, func(context.Context) error {
			switch runs++; runs {
			case 2:
				return errors.New("once")
			case 4:
				stop()
				return ctx.Err() // it was cut short, which is no failure
			}
			return nil
		}, func(error) { told++ })
		if runs != 4 || told != 1 {
			t.Errorf("ran %d times and told %d failures; want 4 and 1", runs, told)
		}
	})
}
