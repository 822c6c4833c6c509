package roll

import (
	"context"

	"nuanxin/internal/authz"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/op"
)

// File is a member as a cadre sees one.
type File struct {
	member.Own
	Doubts []member.Doubt
	Others map[member.ID]member.Member // whom the doubts name, as far as the reader may see them
	Check  verify.Standing             // whether name and identity number belong together
	Gap    gap.Gap                     // the area that they asked for, where there was no union
}

// AuthzObject implements op.Target.
func (f File) AuthzObject() authz.Object { return f.Member.AuthzObject() }

// Get returns a member with the history and what makes one look twice.
func (s *Service) Get(ctx context.Context, which member.ID) (File, error) {
	return op.Read(ctx, s.desk, member.See, func(tx *op.Tx) (File, error) {
		m, err := s.members.Ask(ctx, tx, which)
		if err != nil {
			return File{}, err
		}
		f := File{}
		if f.Own, err = s.members.AskOwn(ctx, tx, m); err != nil {
			return f, err
		}
		checks, err := verify.Of(ctx, tx, string(m.ID))
		if err != nil {
			return f, err
		}
		gaps, err := gap.Of(ctx, tx, string(m.ID))
		if err != nil {
			return f, err
		}
		f.Check, f.Gap = checks[string(m.ID)], gaps[string(m.ID)]
		doubts, others, err := s.doubts(ctx, tx, m)
		f.Doubts, f.Others = doubts[which], others
		return f, err
	})
}
