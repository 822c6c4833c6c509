package hold

import (
	"context"
	"time"

	"nuanxin/internal/op"
)

// Drop drops holds that ended before a time, with their steps; at most so many. It returns
// how many.
func (s *Service) Drop(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	const old = `select h.hold_id from hold h where h.ended_at < $1 and not exists (select 1 from hold_now n where n.hold_id = h.hold_id) order by h.hold_id limit $2`
	if _, err := tx.Exec(ctx, `delete from hold_step where hold_id in (`+old+`)`, before.UnixMicro(), most); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `delete from hold where hold_id in (`+old+`)`, before.UnixMicro(), most)
	return int(n), err
}
