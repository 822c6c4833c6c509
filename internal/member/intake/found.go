package intake

import (
	"context"
	"strings"

	"nuanxin/internal/authz"
	"nuanxin/internal/consent"
	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
)

// wrongClaims is how often somebody may be wrong about a membership that a list
// brought: a phone may have come to somebody else since.
const wrongClaims = 5

// Found is a membership that a list brought and nobody has signed in for: the phone
// is the reader's; that they are the person, they have yet to say.
type Found struct {
	Union string
	Tail  bool // the end of the identity number is asked for, too
	Shut  bool // too many were wrong; the union must be asked
}

// Found returns what was found by the phone of the worker who asks, or
// fault.Missing. It names nobody.
func (s *Service) Found(ctx context.Context) (Found, error) {
	return op.List(ctx, s.desk, member.Claim, func(tx *op.Tx, _ op.Scope) (Found, error) {
		m, wrong, err := s.listed(ctx, tx)
		return Found{m.UnionName, m.Document != "", wrong >= wrongClaims}, err
	})
}

// listed is the membership that a list brought with the phone of the worker who
// asks, and how often somebody was wrong about it.
func (s *Service) listed(ctx context.Context, tx *op.Tx) (m member.Member, wrong int64, err error) {
	if tx.Subject.Kind != authz.Worker {
		return m, 0, fault.New(string(member.Claim), fault.Missing, "fault.missing")
	}
	phone, err := s.members.AskPhone(ctx, tx, tx.Subject.ID)
	if err != nil {
		return m, 0, err
	}
	all, err := s.members.AskSome(ctx, tx, `m.member_id = (select g.member_id from member_phone g where g.phone = $1) and m.person_id is null and m.channel = 'list' and m.state in ('active', 'kept')`,
		db.Args{s.members.Index("phone", phone)})
	if err == nil && len(all) == 0 {
		err = fault.New(string(member.Claim), fault.Missing, "fault.missing")
	}
	if err == nil {
		m = all[0]
		err = tx.One(ctx, `select wrong_claims from member where member_id = $1`, []any{string(m.ID)}, &wrong)
	}
	return m, wrong, err
}

// Claim makes a membership that a list brought that of the worker who asks, if name
// and, where an identity number is kept, its last four characters are right. What is
// wrong counts, and after a few tries the union must be asked (fault.Conflict,
// "member.found.shut").
func (s *Service) Claim(ctx context.Context, name, tail string) error {
	type claim struct{ Right, Shut bool }
	find := func(tx *op.Tx) (member.Member, error) {
		m, _, err := s.listed(ctx, tx)
		m.Person = tx.Subject.ID // whose phone it is
		return m, err
	}
	got, err := op.Write(ctx, s.desk, member.Claim, find, func(tx *op.Tx, m member.Member) (claim, error) {
		_, wrong, err := s.listed(ctx, tx)
		if err != nil || wrong >= wrongClaims {
			return claim{Shut: true}, err
		}
		kept, err := s.members.AskRaw(ctx, tx, m.ID)
		if err != nil {
			return claim{}, err
		}
		if !proves(kept, name, tail) {
			tx.Note("claim", "wrong")
			_, err := tx.Exec(ctx, `update member set wrong_claims = wrong_claims + 1 where member_id = $1`, string(m.ID))
			return claim{Shut: wrong+1 >= wrongClaims}, err
		}
		tx.Note("claim", "right")
		n, err := tx.Exec(ctx, `update member set person_id = $2, changed_by = '', changed_at = $3, version = version + 1 where member_id = $1 and person_id is null and version = $4`,
			string(m.ID), tx.Subject.ID, tx.Now().UnixMicro(), m.Version)
		if err == nil && n == 0 {
			err = fault.New(string(member.Claim), fault.Conflict, "member.changed")
		}
		if err == nil {
			err = s.unwanted(ctx, tx, m)
		}
		return claim{Right: true}, err
	})
	switch {
	case err != nil:
		return err
	case got.Shut:
		return fault.New(string(member.Claim), fault.Conflict, "member.found.shut")
	case !got.Right:
		var f fault.Form
		f.Add("name", "member.found.wrong", nil)
		return f.Err(string(member.Claim))
	}
	return nil
}

// unwanted drops the identity number that a list brought of somebody who took their
// consent to it back before.
func (s *Service) unwanted(ctx context.Context, tx *op.Tx, m member.Member) error {
	ok, err := consent.Allowed(ctx, tx, tx.Subject.ID, consent.Document)
	if err != nil || ok {
		return err
	}
	return s.members.DropDocument(ctx, tx, m.ID)
}

// proves reports whether somebody knows what only the person does.
func proves(m member.Raw, name, tail string) bool {
	parsed, err := idcard.ParseName(name)
	tail = idcard.Plain(tail)
	return err == nil && parsed == m.Name && (m.Document == "" || len(tail) == 4 && strings.HasSuffix(m.Document, tail))
}
