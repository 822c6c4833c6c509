package member

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/op"
	"nuanxin/internal/plain"
)

// Copy is all that is kept of a membership of whoever asks, with what is masked in
// it in full beside.
type Copy struct {
	Own
	Full Full
}

// Copies returns the memberships of the worker who is signed in, the newest first,
// with those that are over: what one may have a copy of (PIPL 45).
func (s *Service) Copies(ctx context.Context) ([]Copy, error) {
	return op.List(ctx, s.desk, See, func(tx *op.Tx, scope op.Scope) ([]Copy, error) {
		if tx.Subject.Kind != authz.Worker {
			return nil, fault.New(string(See), fault.Missing, "fault.missing")
		}
		var args db.Args
		members, err := s.some(ctx, tx, scope.Where(ByColumns, &args)+` and m.person_id = `+args.Add(tx.Subject.ID)+` order by m.member_id desc`, args)
		all := make([]Copy, 0, len(members))
		for _, m := range members {
			c := Copy{Own: Own{Member: m}}
			if err == nil {
				c.Own, err = s.AskOwn(ctx, tx, m)
			}
			if err == nil {
				c.Full, err = s.full(ctx, tx, m)
			}
			all = append(all, c)
		}
		return all, err
	})
}

// full opens what a member's row masks.
func (s *Service) full(ctx context.Context, tx *op.Tx, m Member) (f Full, err error) {
	b, err := s.box(m.key, m.ID)
	if err != nil {
		return f, err
	}
	var phone, document []byte
	seen := `m.phone`
	if tx.Subject.Kind == authz.Staff {
		seen = `case when ` + Uncalled + ` then null else m.phone end`
	}
	if err := tx.One(ctx, `select `+seen+`, m.document from member m where m.member_id = $1`, []any{string(m.ID)}, &phone, &document); err != nil {
		return f, err
	}
	if f.Phone, err = b.Open(phone, "phone"); err == nil {
		f.Document, err = b.Open(document, "document")
	}
	if f.Phone == plain.Lost {
		f.Phone = ""
	}
	if !tx.Subject.Whole(tx.Now()) {
		f.Document = idcard.MaskOwn(f.Document)
	}
	return f, err
}
