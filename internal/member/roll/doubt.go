package roll

import (
	"context"

	"nuanxin/internal/clock"
	"nuanxin/internal/db"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/gap"
	"nuanxin/internal/member/twin"
	"nuanxin/internal/member/verify"
	"nuanxin/internal/op"
)

// doubts are why one should look twice at applications: what each says of
// itself, and who else it may be; and those others, as far as the reader may see
// them. However many applications there are, it asks the database three times.
func (s *Service) doubts(ctx context.Context, tx *op.Tx, which ...member.Member) (map[member.ID][]member.Doubt, map[member.ID]member.Member, error) {
	var ids []string
	for _, m := range which {
		if m.State == member.Applied {
			ids = append(ids, string(m.ID))
		}
	}
	all, others := map[member.ID][]member.Doubt{}, map[member.ID]member.Member{}
	if len(ids) == 0 {
		return all, others, nil
	}
	if err := alike(ctx, tx, ids, all); err != nil {
		return nil, nil, err
	}
	if err := checked(ctx, tx, ids, all); err != nil {
		return nil, nil, err
	}
	if err := s.odd(ctx, tx, ids, all); err != nil {
		return nil, nil, err
	}
	var named []member.ID
	for _, list := range all {
		for _, d := range list {
			if d.Other != "" {
				named = append(named, d.Other)
			}
		}
	}
	var args db.Args
	found, err := s.members.AskSome(ctx, tx, `m.member_id in `+db.In(&args, named), args)
	for _, o := range found {
		if s.desk.Check(tx.Subject, member.See, o.AuthzObject()) == nil {
			others[o.ID] = o
		}
	}
	return all, others, err
}

// alike adds who else the applications may be; each other once, by the strongest
// reason.
func alike(ctx context.Context, tx *op.Tx, ids []string, all map[member.ID][]member.Doubt) error {
	pairs, err := twin.Of(ctx, tx, ids)
	for _, p := range pairs {
		which := member.ID(p.Member)
		all[which] = append(all[which], member.Doubt{Why: p.Why, Other: member.ID(p.Other)})
	}
	return err
}

// checked adds whose number is not their name's, as the identity service says, and whose
// county has no union so far.
func checked(ctx context.Context, tx *op.Tx, ids []string, all map[member.ID][]member.Doubt) error {
	found, err := verify.Of(ctx, tx, ids...)
	for which, check := range found {
		if check.State.Open() {
			all[member.ID(which)] = append(all[member.ID(which)], member.Doubt{Why: check.State.Why()})
		}
	}
	if err != nil {
		return err
	}
	gaps, err := gap.Of(ctx, tx, ids...)
	for which, g := range gaps {
		if g.State == gap.Open {
			all[member.ID(which)] = append(all[member.ID(which)], member.Doubt{Why: gap.UnionAbove})
		}
	}
	return err
}

// odd adds what the identity numbers say of themselves.
func (s *Service) odd(ctx context.Context, tx *op.Tx, ids []string, all map[member.ID][]member.Doubt) error {
	var args db.Args
	today := clock.Day(tx.Now())
	return tx.Each(ctx, `select member_id, document, data_key from member where document is not null and member_id in `+db.In(&args, ids), args, func(r db.Row) error {
		var which member.ID
		var sealed, key []byte
		if err := r.Scan(&which, &sealed, &key); err != nil {
			return err
		}
		box, err := s.members.Box(key, which)
		if err != nil {
			return err
		}
		number, err := box.Open(sealed, "document")
		if err != nil {
			return err
		}
		resident, err := idcard.ParseResident(number, today)
		if err == nil {
			all[which] = append(all[which], member.DoubtsOf(resident, today)...)
		}
		return err
	})
}

// doubtful is the condition on rows m that a doubt stands against: an application
// like another one, odd by itself, with a number that is not the name's, or from where there
// is no union.
const doubtful = `(m.state = 'applied' and (m.odd or ` + twin.Doubtful + ` or ` + verify.Doubtful + ` or ` + gap.Doubtful + `))`
