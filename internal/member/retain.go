package member

import (
	"context"
	"time"

	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/op"
)

// DropRefused forgets who applied and did not become a member, where that was decided
// before a time; at most so many. It returns how many.
func (s *Service) DropRefused(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	var args db.Args
	all, err := s.some(ctx, tx, `m.state in `+db.In(&args, []State{Refused, Withdrawn})+` and m.phone_mask <> '' and not `+hold.Held("m.member_id", "m.person_id")+` and coalesce(m.decided_at, m.changed_at, m.applied_at) < `+
		args.Add(before.UnixMicro())+` order by m.member_id limit `+args.Add(most), args)
	if err != nil {
		return 0, err
	}
	for _, m := range all {
		if err := s.forget(ctx, tx, m.ID); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// DropGone forgets who was a member and has been none since before a time, with the
// records that went into theirs; at most so many. The number and the history stay.
// Whoever has a membership again keeps what they had. It returns how many.
func (s *Service) DropGone(ctx context.Context, tx *op.Tx, before time.Time, most int) (int, error) {
	var args db.Args
	all, err := s.some(ctx, tx, `m.state in `+db.In(&args, []State{Left, Ended})+` and m.name_index <> '' and not `+hold.Held("m.member_id", "m.person_id")+
		` and not exists (select 1 from member k where k.person_id = m.person_id and k.state in `+db.In(&args, []State{Applied, Active, Kept})+`)
		and coalesce(m.decided_at, m.changed_at, m.applied_at) < `+args.Add(before.UnixMicro())+` order by m.member_id limit `+args.Add(most), args)
	if err != nil {
		return 0, err
	}
	return len(all), s.ForgetAll(ctx, tx, all)
}
