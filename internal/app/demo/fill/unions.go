package fill

import (
	"context"
	"fmt"
	"time"

	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/clock"
	"nuanxin/internal/org"
	"nuanxin/internal/org/life"
	"nuanxin/internal/org/platform"
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
	if err := f.firms(program(ctx)); err != nil {
		return err
	}
	_, err := f.Life.AskFor(f.as(ctx, "liuting"), life.Ask{Kind: org.Basic, Level: org.Grassroots, Name: "云杉即时配送龙山公司工会（示例）", Short: "云杉工会", Area: world.Area, Parent: org.ID(f.orgs["county"]),
		Members: 31, Chair: "江林", Years: 3, Elected: clock.Day(f.World.Now.AddDate(0, 0, -6)), Why: "站点的骑手开了会，选好了人"})
	return err
}

// firms keeps the companies that people work for.
func (f *filler) firms(ctx context.Context) error {
	day := func(days int) string { return clock.Day(f.World.Now.AddDate(0, 0, days)) }
	for _, c := range world.Firms() {
		made, err := f.Firms.Add(ctx, platform.Draft{Name: c.Name, Area: c.Area, Platform: c.Platform})
		if err != nil {
			return err
		}
		plan := platform.Plan{Union: org.ID(f.orgs[c.Union]), Since: day(-400), Owner: c.Owner, Obstacle: c.Obstacle, Also: c.Also}
		for _, s := range c.Steps {
			step := platform.Step{Text: s.Text, Due: day(s.Due)}
			if s.Ended {
				step.Done = day(s.Due - 1)
			}
			plan.Steps = append(plan.Steps, step)
		}
		fact := platform.Fact{Occupation: "rider", N: c.Riders, Day: day(-60), Source: "公司报的（示例）"}
		if err := f.Firms.SetPlan(ctx, made, 1, plan); err != nil {
			return err
		}
		if c.Riders == 0 {
			continue
		}
		if err := f.Firms.Say(ctx, made, fact); err != nil {
			return err
		}
	}
	return nil
}
