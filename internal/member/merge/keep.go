package merge

import (
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/job"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// Register gives the worker what is to be done by the clock.
func (s *Service) Register(w *job.Worker) {
	w.Every("member.twins", time.Minute, func(ctx context.Context) error {
		for {
			if n, err := s.Seek(ctx); err != nil || n < seekAtOnce {
				return err
			}
		}
	})
	w.Every("member.merge.tidy", time.Hour, func(ctx context.Context) error {
		_, err := s.Tidy(ctx)
		return err
	})
}

// round is one run over records that are behind, as its audit row names it.
type round string

// AuthzObject implements op.Target.
func (r round) AuthzObject() authz.Object {
	return authz.Object{Kind: "member_round", ID: string(r), Group: "member"}
}

// spent is the condition on members whose merger cannot be taken back any more, and
// that still keep what the other record was.
const spent = `before is not null and member_id in (select g.member_id from member_merge g where g.undone_at is null and g.undo_until < $1)`

// Tidy drops what records were before mergers that cannot be taken back any more. It
// returns how many, and writes nothing where there are none.
func (s *Service) Tidy(ctx context.Context) (int64, error) {
	n, err := op.List(ctx, s.desk, member.Seek, func(tx *op.Tx, _ op.Scope) (n int64, err error) {
		if tx.Subject.Kind != authz.System {
			return 0, fault.New(string(member.Seek), fault.Denied, "fault.denied")
		}
		err = tx.One(ctx, `select count(*) from member where `+spent, []any{tx.Now().UnixMicro()}, &n)
		return n, err
	})
	if err != nil || n == 0 {
		return 0, err
	}
	this := id.New[round]()
	return op.Write(ctx, s.desk, member.Seek, func(*op.Tx) (round, error) { return this, nil }, func(tx *op.Tx, _ round) (int64, error) {
		return tx.Exec(ctx, `update member set before = null where `+spent, tx.Now().UnixMicro())
	})
}
