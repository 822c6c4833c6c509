package merge

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/id"
	"nuanxin/internal/member"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/op"
)

// seekAtOnce is how many records one transaction looks for.
const seekAtOnce = 100

// behind is a record whose indexes were made by an older way of folding names, or
// that came where nobody looked at once: by a list, or with a union that moved.
type behind struct {
	id              member.ID
	key, name, born []byte
	version         int64
	empty           bool // nothing tells any more who it was
}

// Seek makes the indexes of some records that are behind anew, and looks for whom
// they may be the same as. It returns how many they were.
func (s *Service) Seek(ctx context.Context) (int, error) {
	some, err := op.List(ctx, s.desk, member.Seek, func(tx *op.Tx, _ op.Scope) ([]behind, error) {
		if tx.Subject.Kind != authz.System {
			return nil, fault.New(string(member.Seek), fault.Denied, "fault.denied")
		}
		return unsought(ctx, tx)
	})
	if err != nil || len(some) == 0 {
		return 0, err
	}
	this := id.New[round]()
	return op.Write(ctx, s.desk, member.Seek, func(*op.Tx) (round, error) { return this, nil }, func(tx *op.Tx, _ round) (int, error) {
		some, err := unsought(ctx, tx)
		if err != nil {
			return 0, err
		}
		var which []string
		for _, b := range some {
			if err := s.reindex(ctx, tx, b); err != nil {
				return 0, err
			}
			which = append(which, string(b.id))
		}
		return len(some), twin.Seek(ctx, tx, which...)
	})
}

// unsought returns some records that are behind. Those whom nothing names any more
// are among them, and are done with at once.
func unsought(ctx context.Context, tx *op.Tx) (some []behind, err error) {
	var args db.Args
	err = tx.Each(ctx, `select member_id, data_key, name, born, version, name_index = '' from member where sought < 1 order by member_id limit `+args.Add(seekAtOnce), args, func(r db.Row) error {
		var b behind
		err := r.Scan(&b.id, &b.key, &b.name, &b.born, &b.version, &b.empty)
		some = append(some, b)
		return err
	})
	return some, err
}

// reindex makes the indexes of one record. One that changes meanwhile stays behind.
func (s *Service) reindex(ctx context.Context, tx *op.Tx, b behind) error {
	if b.empty {
		_, err := tx.Exec(ctx, `update member set sought = 1 where member_id = $1`, string(b.id))
		return err
	}
	box, err := s.members.Box(b.key, b.id)
	if err != nil {
		return err
	}
	name, err := box.Open(b.name, "name")
	if err != nil {
		return err
	}
	born, err := box.Open(b.born, "born")
	if err != nil {
		return err
	}
	birth := ""
	if born != "" {
		birth = s.members.Index("birth", name+"|"+born)
	}
	_, err = tx.Exec(ctx, `update member set name_index = $2, birth_index = $3, sought = 1 where member_id = $1 and version = $4`, string(b.id), s.members.Index("name", name), birth, b.version)
	return err
}
