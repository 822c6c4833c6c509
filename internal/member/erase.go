package member

import (
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/hold"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// This part is what accounts ask that end, inside their own operation.

// Waits counts the memberships and applications of a worker that are not over.
func (s *Service) Waits(ctx context.Context, tx *op.Tx, worker string) (n int, err error) {
	var args db.Args
	err = tx.One(ctx, `select count(*) from member where state in `+db.In(&args, []State{Applied, Active, Kept})+` and person_id = `+args.Add(worker), args, &n)
	return n, err
}

// Forget overwrites whatever tells who a worker's memberships belong to, with those
// that went into them and are nobody else's. The number, the history and what was
// agreed to stay.
func (s *Service) Forget(ctx context.Context, tx *op.Tx, worker string) error {
	all, err := s.some(ctx, tx, `m.person_id = $1 and not `+hold.Held("m.member_id", "m.person_id"), db.Args{worker})
	if err != nil {
		return err
	}
	return s.ForgetAll(ctx, tx, all)
}

// ForgetAll forgets some, for the caller has asked what is held of them, with those that went into them and are nobody else's.
func (s *Service) ForgetAll(ctx context.Context, tx *op.Tx, all []Member) (err error) {
	for i := 0; err == nil && i < len(all); i++ {
		if err = s.forget(ctx, tx, all[i].ID); err != nil {
			break
		}
		var parts []Member
		parts, err = s.some(ctx, tx, `m.merged_into = $1 and m.person_id is null and m.name_index <> '' and not `+hold.Held("m.member_id"), db.Args{string(all[i].ID)})
		all = append(all, parts...)
	}
	return err
}

func (s *Service) forget(ctx context.Context, tx *op.Tx, which ID) error {
	if err := drop(ctx, tx, which); err != nil {
		return err
	}
	if err := forgetDocument(ctx, tx, which); err != nil {
		return err
	}
	if err := work.Forget(ctx, tx, string(which)); err != nil {
		return err
	}
	b, key, err := s.fresh(which) // the old key is destroyed
	if err != nil {
		return err
	}
	name, err := b.Seal(plain.Forgotten, "name")
	if err != nil {
		return err
	}
	phone, err := b.Seal(plain.Forgotten, "phone")
	if err != nil {
		return err
	}
	// What it was before another went into it stands in that one's row.
	if _, err := tx.Exec(ctx, `update member set before = null where member_id = $1 or merged_into = $1`, string(which)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update member set person_id = null, name = $2, phone = $3, phone_mask = '', name_index = '', phone_index = '', data_key = $4, version = version + 1 where member_id = $1`,
		string(which), name, phone, key)
	return err
}
