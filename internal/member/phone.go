package member

import (
	"cmp"
	"context"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// This part is what accounts ask whose phone changes, inside their own operations.

// Clear reports whether phone may come to worker: no other membership has it, and
// the account other, which it belongs to now, never applied ("" for none).
func (s *Service) Clear(ctx context.Context, tx *op.Tx, phone, worker, other string) (bool, error) {
	var n int
	err := tx.One(ctx, `
		select count(*) from member_phone g join member m on m.member_id = g.member_id
		where g.phone = $1 and (m.person_id is null or m.person_id <> $2)`, []any{s.index("phone", phone), worker}, &n)
	if err == nil && n == 0 && other != "" {
		err = tx.One(ctx, `select count(*) from member where person_id = $1`, []any{other}, &n)
	}
	return n == 0, err
}

// Lose implements silence.Follower: a membership of worker lets go of a phone that is
// another's. The other need not be told that somebody had it, and may apply with it.
func (s *Service) Lose(ctx context.Context, tx *op.Tx, worker, phone string) error {
	all, err := s.some(ctx, tx, `m.person_id = $1 and m.phone_index = $2`, db.Args{worker, s.index("phone", phone)})
	for _, m := range all {
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `delete from member_phone where phone = $1 and member_id = $2`, s.index("phone", phone), string(m.ID)); err != nil {
			return err
		}
		err = s.rephone(ctx, tx, m, "")
	}
	return err
}

// rephone puts a membership under a phone; of none it says so.
func (s *Service) rephone(ctx context.Context, tx *op.Tx, m Member, phone string) error {
	b, err := s.box(m.key, m.ID)
	if err != nil {
		return err
	}
	sealed, err := b.Seal(cmp.Or(phone, plain.Lost), "phone")
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `update member set phone = $2, phone_mask = $3, phone_index = $4, version = version + 1 where member_id = $1`,
		string(m.ID), sealed, idcard.MaskPhone(phone), s.index("phone", phone)); err != nil {
		return err
	}
	return twin.Seek(ctx, tx, string(m.ID))
}

// Follow puts the membership of worker that has the phone old under phone. One that
// is over keeps the number that it had. Conflict: somebody else took it meanwhile.
func (s *Service) Follow(ctx context.Context, tx *op.Tx, worker, old, phone string) error {
	has := `exists (select 1 from member_phone g where g.member_id = m.member_id and g.phone = $2)`
	if old == "" { // it was lost: the newest that has none
		has = `m.phone_index = $2 and m.state in ('applied', 'active', 'kept')`
	}
	m, err := s.one(ctx, tx, `m.person_id = $1 and `+has, worker, s.index("phone", old))
	if fault.Is(err, fault.Missing) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from member_phone where phone = $1 and member_id = $2`, s.index("phone", old), string(m.ID)); err != nil {
		return err
	}
	whose, err := guardPhone.claim(ctx, tx, s.index("phone", phone), m.ID)
	if err == nil && whose != m.ID {
		err = fault.New("member.follow", fault.Conflict, "member.changed")
	}
	if err != nil {
		return err
	}
	return s.rephone(ctx, tx, m, phone)
}
