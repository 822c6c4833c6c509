// Package mend changes what a member says is wrong in their record, once a cadre has
// decided that it is.
package mend

import (
	"context"
	"slices"

	"nuanxin/internal/db"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/member/work"
	"nuanxin/internal/op"
)

// The fields of a membership that its member may say are wrong.
const (
	FieldName       = "name"
	FieldOccupation = "occupation"
	FieldWorks      = "works"
)

// Correct changes a field of a worker's newest membership, inside an operation of
// whoever decided that it is wrong, and returns what stood there.
func Correct(ctx context.Context, tx *op.Tx, s *member.Service, worker, field, value string) (was string, err error) {
	m, err := s.AskPerson(ctx, tx, worker)
	if err != nil {
		return "", err
	}
	wrong := func(msg string) error {
		var f fault.Form
		f.Add("wanted", msg, fault.Args{"Limit": work.MaxName})
		return f.Err(string(member.Mend))
	}
	set, args := "", db.Args{string(m.ID)}
	switch field {
	case FieldName:
		name, err := idcard.ParseName(value)
		if err != nil {
			return "", wrong("member.name.unknown")
		}
		box, err := s.BoxOf(ctx, tx, m.ID)
		if err != nil {
			return "", err
		}
		sealed, err := box.Seal(name, "name")
		if err != nil {
			return "", err
		}
		was, set = m.Name, `name = `+args.Add(sealed)+`, sought = 0, named = 0, name_index = `+args.Add(s.Index("name", name))
		if m.Born != "" {
			set += `, birth_index = ` + args.Add(s.Index("birth", name+"|"+m.Born))
		}
		set += `, `
	case FieldOccupation:
		if !slices.Contains(member.Occupations(), member.Occupation(value)) {
			return "", wrong("member.occupation.needed")
		}
		was, set = string(m.Occupation), `occupation = `+args.Add(value)+`, `
	case FieldWorks:
		said, _ := work.Say(work.Split(value), nil)
		if _, msg, _ := work.Check(said); msg != "" {
			return "", wrong(msg)
		}
		was = m.Works
		if err := work.Set(ctx, tx, member.Mend, string(m.ID), said, s.Called(ctx, tx, m.Area)); err != nil {
			return "", err
		}
	default:
		return "", fault.New(string(member.Mend), fault.Missing, "fault.missing")
	}
	_, err = tx.Exec(ctx, `update member set `+set+`changed_by = `+args.Add(tx.Subject.Name)+`, changed_at = `+args.Add(tx.Now().UnixMicro())+`, version = version + 1 where member_id = $1`, args...)
	if err == nil {
		err = tx.Also(ctx, member.Mend, m.AuthzObject())
	}
	return was, err
}
