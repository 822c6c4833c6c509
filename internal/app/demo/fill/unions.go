package fill

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/clock"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
)

// offices enters who is in office, and asks for a union to be founded.
func (f *filler) offices(ctx context.Context) error {
	for _, t := range world.Terms() {
		ps := []life.Post{{Post: life.Chair, Name: t.Chair}}
		if t.Vice != "" {
			ps = append(ps, life.Post{Post: life.Vice, Name: t.Vice})
		}
		since := clock.Day(f.World.Now.AddDate(0, 0, -t.Since))
		if err := f.Life.Elect(program(ctx), org.ID(f.orgs[t.Org]), 0, since, t.Years, ps); err != nil {
			return fmt.Errorf("%s: %w", t.Org, err)
		}
	}
	f.Clock.Set(f.World.Now.Add(-26 * time.Hour))
	_, err := f.Life.AskFor(f.as(ctx, "liuting"), life.Ask{Kind: org.Basic, Level: org.Grassroots, Name: "云杉即时配送龙山公司工会（示例）", Short: "云杉工会", Area: world.Area, Parent: org.ID(f.orgs["county"]),
		Members: 31, Chair: "江林", Years: 3, Elected: clock.Day(f.World.Now.AddDate(0, 0, -6)), Why: "站点的骑手开了会，选好了人"})
	return err
}
