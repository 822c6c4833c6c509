package ui

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"

	"nuanxin/internal/web"
)

func distNumber(ctx context.Context, metres float64) string {
	n, _ := web.DistanceParts(ctx, metres)
	return n
}

func distRest(ctx context.Context, metres float64) string {
	_, unit := web.DistanceParts(ctx, metres)
	return t(ctx, "ui.dist_rest", "Unit", unit, "Ride", web.RideTime(ctx, metres))
}

// wave draws a voice's wave: decoration from a seed, not the sound itself.
func wave(seed int) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		b.WriteString(`<svg class="voice__wave" viewBox="0 0 170 28" preserveAspectRatio="xMinYMid meet" aria-hidden="true"><path fill="currentColor" d="`)
		s := (seed%101 + 101) % 101
		for i := range 34 {
			s = (s*73 + 31) % 101
			h := 4 + s%20
			fmt.Fprintf(&b, "M%d %dh2.6v%dh-2.6z", i*5, (28-h)/2, h)
		}
		b.WriteString(`"/></svg>`)
		_, err := io.WriteString(w, b.String())
		return err
	})
}
