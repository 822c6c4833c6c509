package hold

import (
	"context"
	"time"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Nightly is how often what is over is let go.
const Nightly = 24 * time.Hour

// Sweep lets go what is over since its last day, and returns how many holds that were.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	over, err := op.List(ctx, s.desk, Sweep, func(tx *op.Tx, _ op.Scope) ([]Hold, error) {
		return s.some(ctx, tx, `h.hold_id in (select hn.hold_id from hold_now hn where hn.until_day < $1) order by h.hold_id`, db.Args{clock.Day(tx.Now())})
	})
	for _, h := range over {
		if err != nil {
			break
		}
		_, err = op.Write(ctx, s.desk, Sweep, func(*op.Tx) (Hold, error) { return h, nil }, func(tx *op.Tx, h Hold) (bool, error) {
			now, err := s.one(ctx, tx, h.ID) // renewed meanwhile?
			if err != nil || !now.Over(clock.Day(tx.Now())) {
				return false, err
			}
			if now.EndedAt.IsZero() {
				if _, err := tx.Exec(ctx, `update hold set ended_at = $2, version = version + 1 where hold_id = $1 and version = $3`, string(h.ID), tx.Now().UnixMicro(), now.Version); err != nil {
					return false, err
				}
				now.EndedAt = tx.Now()
				s.tell(tx, now)
			}
			return true, loose(ctx, tx, h)
		})
		n++
	}
	return n, err
}

// restored is what is told of a hold of which the reason was lost with a database.
const restored = "恢复备份之后，按密钥旁边的日志补上；理由在恢复之前的记录里。"

// Redo sets again the holds of a journal that a restored database does not know or knows
// otherwise, and returns how many. The last line of a hold counts.
func (s *Service) Redo(ctx context.Context, journal []Changed) (n int, err error) {
	last := map[ID]Changed{}
	for _, c := range journal {
		last[c.ID] = c
	}
	for _, c := range last {
		h := Hold{ID: c.ID, Subject: Subject{c.Kind, c.Of, c.Area, c.Called}, Basis: c.Basis, Reason: restored, From: c.From, Until: c.Until, Version: 1}
		known, err := op.List(ctx, s.desk, Sweep, func(tx *op.Tx, _ op.Scope) (bool, error) {
			h.SetAt = tx.Now()
			old, err := s.one(ctx, tx, c.ID)
			if fault.Is(err, fault.Missing) {
				return c.Ended || c.Until < clock.Day(tx.Now()), nil
			}
			return old.Until == c.Until && old.EndedAt.IsZero() == !c.Ended, err
		})
		if err != nil {
			return n, err
		}
		if known {
			continue
		}
		_, err = op.Write(ctx, s.desk, Sweep, func(*op.Tx) (Hold, error) { return h, nil }, func(tx *op.Tx, h Hold) (bool, error) {
			old, err := s.one(ctx, tx, h.ID)
			if fault.Is(err, fault.Missing) {
				return true, s.insert(ctx, tx, h)
			}
			if err != nil {
				return false, err
			}
			old.Until = c.Until
			if c.Ended {
				old.EndedAt, old.EndWhy = tx.Now(), restored
			}
			return true, s.save(ctx, tx, old, old.Version)
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
