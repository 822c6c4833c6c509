package member

import (
	"context"
	"time"

	"nuanxin/internal/authz"
	"nuanxin/internal/fault"
	"nuanxin/internal/op"
)

// Approve makes an applicant a member, or takes a transfer over. version is the
// one that the cadre saw.
func (s *Service) Approve(ctx context.Context, which ID, version int64) error {
	return s.change(ctx, Approve, which, func(tx *op.Tx, m *Member) error {
		if !m.Waits() || m.Version != version {
			return fault.New(string(Approve), fault.Conflict, "member.changed")
		}
		if m.To != "" {
			return s.takeOver(ctx, tx, m)
		}
		if err := s.claimDocument(ctx, tx, m.ID); err != nil {
			return err
		}
		var err error
		if m.Number, err = number(ctx, tx, *m); err != nil {
			return err
		}
		m.State, m.DecidedAt, m.DueAt = Active, tx.Now(), time.Time{}
		tx.Note("number", m.Number)
		tx.Emit(Joined{m.ID, m.Union})
		return begin(ctx, tx, m.ID, Term{Kind: Join, Union: m.Union, UnionName: m.UnionName, By: tx.Subject.Name})
	})
}

// claimDocument takes the identity number of who is approved, or refuses: a
// member of another union with the same one is not approved twice.
func (s *Service) claimDocument(ctx context.Context, tx *op.Tx, which ID) error {
	var key string
	if err := tx.One(ctx, `select doc_index from member where member_id = $1`, []any{string(which)}, &key); err != nil || key == "" {
		return err
	}
	whose, err := guardDocument.claim(ctx, tx, key, which)
	if err != nil || whose == which {
		return err
	}
	other, err := s.get(ctx, tx, whose)
	if err != nil {
		return err
	}
	return fault.New(string(Approve), fault.Conflict, "member.document.taken").With(fault.Args{"Union": other.UnionName})
}

// takeOver is a transfer that happens.
func (s *Service) takeOver(ctx context.Context, tx *op.Tx, m *Member) error {
	from := m.Union
	m.Union, m.UnionName, m.To, m.ToName = m.To, m.ToName, "", ""
	m.State, m.DecidedAt, m.DueAt = Active, tx.Now(), time.Time{}
	tx.Emit(Moved{m.ID, from, m.Union})
	return begin(ctx, tx, m.ID, Term{Kind: Transfer, Union: m.Union, UnionName: m.UnionName, By: tx.Subject.Name})
}

// Refuse tells an applicant, or who asked for a transfer, why not.
func (s *Service) Refuse(ctx context.Context, which ID, version int64, why string) error {
	return s.change(ctx, Refuse, which, func(tx *op.Tx, m *Member) error {
		why, err := reason(Refuse, why)
		if err != nil {
			return err
		}
		if !m.Waits() || m.Version != version {
			return fault.New(string(Refuse), fault.Conflict, "member.changed")
		}
		m.Reason, m.DecidedAt = why, tx.Now()
		tx.Emit(Turned{m.ID})
		if m.To != "" {
			return s.stay(ctx, tx, m)
		}
		m.State, m.DueAt = Refused, time.Time{}
		return drop(ctx, tx, m.ID)
	})
}

// Keep holds a membership for somebody without work (保留会籍), and Resume takes
// it up again.
func (s *Service) Keep(ctx context.Context, which ID, version int64, why string) error {
	return s.pass(ctx, Pause, which, version, why, Active, Kept, Keep)
}

// Resume takes up a membership that was kept.
func (s *Service) Resume(ctx context.Context, which ID, version int64, why string) error {
	return s.pass(ctx, Continue, which, version, why, Kept, Active, Resume)
}

func (s *Service) pass(ctx context.Context, act authz.Action, which ID, version int64, why string, from, to State, kind TermKind) error {
	return s.change(ctx, act, which, func(tx *op.Tx, m *Member) error {
		why, err := reason(act, why)
		if err != nil {
			return err
		}
		if m.State != from || m.To != "" || m.Version != version {
			return fault.New(string(act), fault.Conflict, "member.changed")
		}
		m.State = to
		return begin(ctx, tx, m.ID, Term{Kind: kind, Union: m.Union, UnionName: m.UnionName, By: tx.Subject.Name, Reason: why})
	})
}

// Finish ends a membership by the union's word, with a reason that the member
// reads.
func (s *Service) Finish(ctx context.Context, which ID, version int64, why string) error {
	return s.change(ctx, Finish, which, func(tx *op.Tx, m *Member) error {
		why, err := reason(Finish, why)
		if err != nil {
			return err
		}
		if !m.State.Belongs() || m.Version != version {
			return fault.New(string(Finish), fault.Conflict, "member.changed")
		}
		return s.over(ctx, tx, m, Ended, Term{Kind: End, By: tx.Subject.Name, Reason: why})
	})
}

// Full is what [Member] masks.
type Full struct {
	Phone    string
	Document string
}

// Open returns phone and identity number in full. It needs a purpose, and its
// audit row is on disk before they are shown.
func (s *Service) Open(ctx context.Context, which ID) (Full, error) {
	var full Full
	_, err := op.Read(ctx, s.desk, Open, func(tx *op.Tx) (Member, error) {
		m, err := s.get(ctx, tx, which)
		if err != nil {
			return m, err
		}
		full, err = s.full(ctx, tx, m)
		return m, err
	})
	if err != nil {
		return Full{}, err
	}
	return full, nil
}
