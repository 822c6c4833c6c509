package fill

import (
	"context"
	"fmt"
	"slices"

	"nuanxin/internal/app/demo/world"
	"nuanxin/internal/authz"
	"nuanxin/internal/request"
	"nuanxin/internal/request/example"
)

// retell makes solved matters examples that anybody may read: their cadre asks in new
// words, and the worker agrees to them.
func (f *filler) retell(ctx context.Context) error {
	for _, r := range world.Examples() {
		at := slices.IndexFunc(f.World.Cases, func(c world.Case) bool { return c.Key == r.Case })
		last := slices.IndexFunc(f.World.Acts, func(a world.Act) bool { return a.Case == at && a.Do == world.Answer })
		if at < 0 || last < 0 {
			return fmt.Errorf("%s: no such case, or nobody answered it", r.Case)
		}
		ref := request.Ref{ID: f.cases[at].id}
		if err := f.Examples.Propose(f.as(ctx, f.World.Acts[last].By), ref, example.Draft{What: r.What, Done: r.Done}); err != nil {
			return fmt.Errorf("%s: %w", r.Case, err)
		}
		me := authz.With(ctx, f.workers[f.World.Cases[at].Worker])
		asked, err := f.Examples.Of(me, ref)
		if err == nil {
			err = f.Examples.Agree(me, ref, asked.ID, asked.Purpose.Version)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.Case, err)
		}
	}
	return nil
}
