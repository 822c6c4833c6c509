package whose

import (
	"context"

	"nuanxin/internal/account"
	"nuanxin/internal/account/people"
	"nuanxin/internal/fault"
	"nuanxin/internal/idcard"
	"nuanxin/internal/member"
	"nuanxin/internal/op"
	"nuanxin/internal/rights/kin"
)

// Kept knows accounts and the members' records that hang on them; it needs both domains.
type Kept struct {
	Accounts *account.Service
	Members  *member.Service
}

// Led implements kin.People.
func (k Kept) Led(ctx context.Context, tx *op.Tx, number string) (p kin.Person, err error) {
	missing := fault.New("whose.led", fault.Missing, "fault.missing")
	if phone, wrong := idcard.ParseMobile(number); wrong == nil {
		who, err := k.Accounts.Whose(ctx, tx, phone)
		if err != nil {
			return p, err
		}
		p.ID = string(who)
	} else {
		m, err := k.Members.AskNumber(ctx, tx, number)
		if err != nil {
			return p, err
		}
		p.ID = m.Person
	}
	if p.ID == "" {
		return p, missing
	}
	said, phone, err := k.Accounts.Contact(ctx, tx, p.ID)
	if err != nil {
		return p, err
	}
	p.Names, p.Phone = []string{said}, phone
	if p.SeenAt, err = people.SeenAt(ctx, tx, p.ID); err != nil {
		return p, err
	}
	m, err := k.Members.AskPerson(ctx, tx, p.ID)
	if err == nil {
		p.Names, p.Number, p.Union, p.Area = append(p.Names, m.Name), m.Number, m.UnionName, m.Area
	}
	return p, fault.Unless(err, fault.Missing)
}

// Phone implements kin.People.
func (k Kept) Phone(ctx context.Context, tx *op.Tx, person string) (string, error) {
	_, phone, err := k.Accounts.Contact(ctx, tx, person)
	return phone, err
}
