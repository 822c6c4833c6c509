package consent

import (
	"context"
	"time"

	"nuanxin/internal/op"
)

// DropGone drops what those agreed to whose account ended before a time; at most so many
// decisions. It returns how many.
func (s *Service) DropGone(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	n, err := tx.Exec(ctx, `delete from consent where (person_id, purpose, seq) in (select c.person_id, c.purpose, c.seq from consent c where c.gone_at < $1 order by c.person_id, c.purpose, c.seq limit $2)`, before.UnixMicro(), most)
	return int(n), err
}
