package job

import (
	"context"
	"time"

	"nuanxin/internal/db"
)

// sweptAtOnce is how many rows are looked at, and at most removed, in one step:
// what a writer may have to wait for.
const sweptAtOnce = 500

// Sweep removes the events that were delivered longer ago than keep. What they
// told stands in the records and the audit; without this an outbox would grow for
// ever. Those that wait, for their turn or for a person, stay.
func (w *Worker) Sweep(ctx context.Context, keep time.Duration) error {
	before := w.db.Clock().Now().Add(-keep).UnixMicro()
	for _, g := range w.groups {
		for last := (&place{}); last != nil; {
			var err error
			if last, err = w.sweep(ctx, g, *last, before); err != nil {
				return err
			}
		}
	}
	return nil
}

// place is where an event stands among those of its group.
type place struct{ root, id string }

// sweep removes what may go of one step behind after, and returns where the next
// begins; nil: there is none.
func (w *Worker) sweep(ctx context.Context, group string, after place, before int64) (last *place, err error) {
	var roots, ids []string
	seen := 0
	err = w.db.View(ctx, func(tx *db.Tx) error {
		where, args := "", db.Args{}
		if after.root != "" {
			where = ` where (root_id, id) > (` + args.Add(after.root) + `, ` + args.Add(after.id) + `)`
		}
		return tx.Each(ctx, `select root_id, id, coalesce(done_at < `+args.Add(before)+`, false) from `+group+`_outbox`+where+` order by root_id, id limit `+args.Add(sweptAtOnce), args, func(r db.Row) error {
			last = &place{}
			var old bool
			err := r.Scan(&last.root, &last.id, &old)
			if seen++; old {
				roots, ids = append(roots, last.root), append(ids, last.id)
			}
			return err
		})
	})
	if err == nil && len(ids) > 0 {
		err = w.db.Update(ctx, func(tx *db.Tx) error {
			var args db.Args
			_, err := tx.Exec(ctx, `delete from `+group+`_outbox where root_id in `+db.In(&args, roots)+` and id in `+db.In(&args, ids)+` and done_at is not null`, args...)
			return err
		})
	}
	if seen < sweptAtOnce {
		last = nil
	}
	return last, err
}
