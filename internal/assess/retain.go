package assess

import (
	"context"
	"time"

	"nuanxin/internal/op"
)

// Drop drops entries that were over before a time, with all that was saved of them; at
// most so many. What is open or in force stays however old it is. It returns how many.
func (s *Service) Drop(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	const old = `select o.assess_id from assess o where o.state = 'over' and o.ended_at < $1 order by o.ended_at, o.assess_id limit $2`
	for _, first := range []string{
		`delete from assess_saved where assess_id in (` + old + `)`,
		`update assess set prior_id = null where prior_id in (` + old + `)`, // so that no id names nothing
		`update assess set next_id = null where next_id in (` + old + `)`,
	} {
		if _, err := tx.Exec(ctx, first, before.UnixMicro(), most); err != nil {
			return 0, err
		}
	}
	n, err := tx.Exec(ctx, `delete from assess where assess_id in (`+old+`)`, before.UnixMicro(), most)
	return int(n), err
}
