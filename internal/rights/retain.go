package rights

import (
	"context"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
)

// DropWords forgets what was asked and answered, and whose it was, where that was over
// before a time; at most so many. It returns how many. That it was asked stays.
func (s *Service) DropWords(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	all, err := s.some(ctx, tx, `r.state <> 'open' and r.answered_at < $1 and (r.answer is not null or r.person_id is not null or r.name is not null) and not `+hold.Held("r.person_id")+` order by r.ask_id limit $2`,
		db.Args{before.UnixMicro(), most})
	if err != nil {
		return 0, err
	}
	for _, a := range all { // what was done for relatives goes with their ask
		if _, err := tx.Exec(ctx, `delete from rights_kin where ask_id = $1`, string(a.ID)); err != nil {
			return 0, err
		}
	}
	return len(all), s.forget(ctx, tx, all)
}
